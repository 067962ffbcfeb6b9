"""What is raised for a row whose meaning cannot be made out."""


class Unreadable(ValueError):
    """A released row is not understood; the message says why, in a few words."""
