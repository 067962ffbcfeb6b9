"""Tables, figures and the provenance written next to them."""
