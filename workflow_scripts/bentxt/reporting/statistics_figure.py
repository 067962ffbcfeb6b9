"""Figure 3: lengths of the captions, and lexical diversity against the number of image-text pairs."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import gaussian_kde

from bentxt.errors import InputError
from bentxt.reporting.dataset_table import samples_as_number
from bentxt.reporting.figure_files import INK, LINE, MUTED, new_figure
from bentxt.reporting.tables import RUN_REMARKS

COLUMNS = ("panel", "series", "x", "y", "words", "more_than_3_bands", "run", "note")

_FILL, _CURVE = "#a9c4e4", "#1f4e8c"

#: What is the paper's, and not measured by this run.
_PAPER = "#c4541d"


def word_density(
    words: np.ndarray, points: int = 256
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the density of words per caption.

    Parameters
    ----------
    words : numpy.ndarray
        int, shape (captions,).
    points : int
        Where the curve is evaluated.

    Returns
    -------
    edges, histogram, x, curve : numpy.ndarray
        Bin edges and heights of a histogram whose area is 1, and a Gaussian kernel estimate (Scott's rule);
        the curve is empty where all captions are of one length.
    """
    histogram, edges = np.histogram(words, bins="auto", density=True)
    if np.ptp(words) == 0:
        return edges, histogram, np.empty(0), np.empty(0)
    x = np.linspace(max(words.min() - 10, 0), words.max() + 10, points)
    return edges, histogram, x, gaussian_kde(words)(x)


def sentence_shares(sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of sentences that occur, and the share of captions with each."""
    numbers, counts = np.unique(sentences, return_counts=True)
    return numbers, counts / counts.sum()


def diversity_points(
    published: list[dict[str, str]],
    diversity: dict[str, dict[str, float]],
    summary: dict[str, float],
    rows: int,
    run: str,
    source: str = "this run",
) -> list[dict[str, Any]]:
    """Return the points of panel (c).

    Parameters
    ----------
    published : list of dict
        Published Table 1, from :func:`bentxt.reporting.dataset_table.read_published`.
    diversity : dict of str to dict
        Published ``words`` and ``mtld`` by data set, from :func:`read_diversity`.
    summary : dict
        ``words`` and ``mtld`` of this run's captions.
    rows : int
        Image-text pairs of this run's data set.
    run : str
    source : str
        Whose captions they are, from :func:`bentxt.reporting.dataset_origin.origin_in_words`.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`; ``y`` is None and ``note`` says so where the MTLD is not known.
    """
    points = []
    for row in published:
        known = diversity.get(row["dataset"])
        points.append(
            {
                "panel": "c",
                "series": row["dataset"],
                "x": samples_as_number(row["image_text_samples"]),
                "y": known["mtld"] if known else None,
                "words": known["words"] if known else None,
                "more_than_3_bands": row["more_than_3_bands"],
                "run": "published",
                "note": "" if known else "MTLD not known, not drawn",
            }
        )
    ours = {
        "panel": "c",
        "series": f"{source} ({run})",
        "x": rows,
        "y": summary["mtld"],
        "words": summary["words"],
        "more_than_3_bands": "yes",
        "run": run,
        "note": RUN_REMARKS[run],
    }
    return [*points, ours]


def read_diversity(path: Path | str) -> dict[str, dict[str, float]]:
    """Read published numbers of words and MTLD.

    Returns
    -------
    dict of str to dict
        ``words`` (int) and ``mtld`` (float) by data set.

    Raises
    ------
    InputError
        If a column is missing or a number cannot be read.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return {row["dataset"]: {"words": int(row["words"]), "mtld": float(row["mtld"])} for row in rows}
    except (KeyError, ValueError) as error:
        raise InputError(f"expected the columns dataset, words, mtld: {error}", file=path) from error


def statistics_rows(
    words: np.ndarray,
    sentences: np.ndarray,
    points: list[dict[str, Any]],
    run: str,
    paper: tuple[float, float],
) -> list[dict[str, Any]]:
    """Return all plotted numbers as rows with the columns :data:`COLUMNS`; parameters as below."""
    edges, histogram, x, curve = word_density(words)
    numbers, shares = sentence_shares(sentences)
    middles = (edges[:-1] + edges[1:]) / 2

    def rows(panel, series, first, second, note):
        return [
            # Text, since densities need more than the two decimals of other numbers.
            {"panel": panel, "series": series, "x": f"{a:g}", "y": f"{b:.6g}", "run": run, "note": note}
            for a, b in zip(first, second, strict=True)
        ]

    def means(panel, mean, published):
        note = "x: mean of the captions"
        return [
            {"panel": panel, "series": "mean", "x": f"{mean:.6g}", "run": run, "note": note},
            {"panel": panel, "series": "mean", "x": f"{published:g}", "run": "published", "note": note},
        ]

    return [
        *rows("a", "histogram", middles, histogram, "x: middle of the bin; y: density per word"),
        *rows("a", "kernel estimate", x, curve, "y: density per word"),
        *means("a", words.mean(), paper[0]),
        *rows("b", "share of captions", numbers, shares, ""),
        *means("b", sentences.mean(), paper[1]),
        *points,
    ]


def draw_statistics(
    words: np.ndarray,
    sentences: np.ndarray,
    points: list[dict[str, Any]],
    run: str,
    paper: tuple[float, float],
    source: str = "this run",
) -> Figure:
    """Draw Figure 3.

    Parameters
    ----------
    words, sentences : numpy.ndarray
        int, shape (captions,).
    points : list of dict
        From :func:`diversity_points`.
    run : str
    paper : tuple of float
        The paper's words and sentences per caption, from
        :func:`bentxt.reporting.caption_statistics_table.paper_means`.
    source : str
        As for :func:`diversity_points`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(13.0, 4.2)
    first, second, third = figure.subplots(
        1, 3, gridspec_kw={"left": 0.06, "right": 0.965, "bottom": 0.24, "top": 0.88, "wspace": 0.3}
    )
    edges, histogram, x, curve = word_density(words)
    first.stairs(histogram, edges, fill=True, color=_FILL)
    first.plot(x, curve, color=_CURVE, linewidth=1.6)
    first.set(xlabel="Words per caption", ylabel="Density", title="(a) Words per caption")
    _draw_means(first, words.mean(), paper[0])
    first.set_xlim(left=0)

    numbers, shares = sentence_shares(sentences)
    second.bar(numbers, shares, width=0.82, color=_FILL, edgecolor=_CURVE, linewidth=0.8)
    second.set(xlabel="Sentences per caption", ylabel="Share of captions", title="(b) Sentences per caption")
    second.set_xticks(range(int(numbers.min()), int(numbers.max()) + 1, max(1, int(np.ptp(numbers)) // 12)))
    _draw_means(second, sentences.mean(), paper[1])

    _draw_diversity(figure, third, [point for point in points if point["y"] is not None])
    for axes in (first, second, third):
        axes.title.set(fontsize=10.5, fontweight="bold")
        axes.title.set_ha("left")
        axes.title.set_x(0)
    absent = [point["series"] for point in points if point["y"] is None]
    note = f"Captions of {source} ({RUN_REMARKS[run]}), {len(words):,} in all. Orange: the paper's numbers."
    if absent:
        note += f" (c) leaves out data sets whose MTLD is not known as a number: {', '.join(absent)}."
    figure.text(0.06, 0.035, note, size=7.5, color=MUTED, va="bottom", wrap=True)
    return figure


def _draw_means(axes, mean, paper):
    """Draw this run's mean and the paper's as lines, each labelled on its outer side."""
    axes.set_ylim(top=axes.get_ylim()[1] * 1.12)
    for value, label, colour, style in (
        (mean, f"mean {mean:.1f}", MUTED, (0, (4, 3))),
        (paper, f"paper: mean {paper:g}", _PAPER, "solid"),
    ):
        left = value == min(mean, paper) and value != max(mean, paper)
        axes.axvline(value, color=colour, linewidth=1.1, linestyle=style)
        axes.annotate(
            label,
            (value, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-5 if left else 5, -4),
            textcoords="offset points",
            ha="right" if left else "left",
            va="top",
            size=8.5,
            color=colour,
        )


def _draw_diversity(figure, axes, points):
    words = [point["words"] for point in points]
    norm = LogNorm(min(words) / 2, max(words) * 2)
    for point in points:
        star = point["more_than_3_bands"] == "yes"
        drawn = axes.scatter(
            point["x"],
            point["y"],
            c=[point["words"]],
            norm=norm,
            cmap="viridis",
            marker="*" if star else "o",
            s=260 if star else 90,
            edgecolor=INK,
            linewidth=0.7,
            zorder=3,
        )
        paper = point["run"] == "published"
        axes.annotate(
            f"{point['series']}{' (paper)' if paper else ''}\n{point['y']:.2f}",
            (point["x"], point["y"]),
            xytext=(0, -13),
            textcoords="offset points",
            ha="center",
            va="top",
            size=8.5,
            color=_PAPER if paper else INK,
        )
    axes.set_xscale("log")
    x, y = [point["x"] for point in points], [point["y"] for point in points]
    axes.set_xlim(min(x) / 30, max(x) * 30)
    span = max(np.ptp(y), 10)
    axes.set_ylim(min(y) - 0.5 * span, max(y) + 0.3 * span)
    axes.grid(color=LINE, linewidth=0.5)
    axes.set(xlabel="Image-text pairs", ylabel="MTLD", title="(c) Lexical diversity and size")
    bar = figure.colorbar(drawn, ax=axes, pad=0.03, aspect=28)
    bar.set_label("Words")
    bar.outline.set_linewidth(0.5)
    kinds = {point["more_than_3_bands"] == "yes" for point in points}
    handles = [
        Line2D([], [], marker=marker, color="none", markerfacecolor=MUTED, markersize=size, label=label)
        for star, marker, size, label in ((True, "*", 11, "more than 3 bands"), (False, "o", 7, "3 bands"))
        if star in kinds
    ]
    axes.legend(handles=handles, loc="upper left", frameon=False, fontsize=8)
