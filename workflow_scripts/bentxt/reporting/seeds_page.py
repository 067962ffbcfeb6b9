"""The Markdown page of a comparison over seeds: two of them differ in title, heading and rows only."""

from collections.abc import Iterable, Sequence

from bentxt.reporting.tables import RUN_REMARKS, markdown_row


def margin_cell(margin: float, low: float | None, high: float | None) -> str:
    """Return a margin with its interval, where it has one.

    Examples
    --------
    >>> margin_cell(9.5, 1, 18.25), margin_cell(-9.5, None, None)
    ('+9.50 [+1.00, +18.25]', '-9.50')
    """
    return f"{margin:+.2f}" + ("" if low is None else f" [{low:+.2f}, {high:+.2f}]")


def seeds_page(
    title: str,
    heading: Sequence[str],
    numbers: slice,
    rows: Iterable[Sequence[str]],
    run: str,
    resamples: int,
) -> str:
    """Return a page with one table, whose margins have intervals over images and seeds.

    Parameters
    ----------
    title : str
    heading : list of str
        Of the columns.
    numbers : slice
        The columns that are numbers.
    rows : iterable of list of str
        The cells.
    run : str
        ``mini`` or ``paper``.
    resamples : int
        Draws of the intervals.

    Returns
    -------
    str
    """
    rules = ["---"] * len(heading)
    rules[numbers] = ["---:"] * len(rules[numbers])
    lines = [
        f"# {title}",
        "",
        f"**{RUN_REMARKS[run]}.**",
        "",
        "Metrics in %, margins in points, in brackets their 95 % interval: of a seed over its images, of all "
        f"of them over seeds and images ({resamples:,} draws).",
        "",
        *map(markdown_row, (heading, rules, *rows)),
    ]
    return "\n".join(lines) + "\n"
