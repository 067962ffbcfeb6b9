"""How a program runs: command line, settings, progress bars, fingerprint, lineage, kept answers."""
