"""One module a table, so that a changed column reruns the programs that write or read that table alone."""
