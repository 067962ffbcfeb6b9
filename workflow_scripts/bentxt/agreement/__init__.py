"""How far released annotations agree with the maps they were made from: read, answered again, compared."""
