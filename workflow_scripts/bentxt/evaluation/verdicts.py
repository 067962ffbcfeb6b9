"""Whether one answer is right, wrong or unparsed, where people look at single items."""

RIGHT, WRONG, UNPARSED = "right", "wrong", "unparsed"

#: A box counts as right where its intersection over union exceeds this, as in acc@50.
RIGHT_OVERLAP = 0.5


def verdict(task: str, extracted: str | None, score: float) -> str | None:
    """Say what an answer is.

    Parameters
    ----------
    task : str
        Of :data:`bentxt.release.TASKS`.
    extracted : str or None
        The answer as it was read, None where none was.
    score : float
        0–1, of the items' table.

    Returns
    -------
    str or None
        :data:`RIGHT`, :data:`WRONG` or :data:`UNPARSED`; None for a caption, which is better or worse only.

    Examples
    --------
    >>> verdict("binary", "yes", 1.0), verdict("referring", "[0.0 0.0, 1.0 0.5]", 0.5)
    ('right', 'wrong')
    """
    if extracted is None:
        return UNPARSED
    if task == "captioning":
        return None
    right = score > RIGHT_OVERLAP if task == "referring" else score == 1
    return RIGHT if right else WRONG
