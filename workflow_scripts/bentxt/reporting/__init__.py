"""Tables, figures and the provenance written beside them."""
