"""The check of the captions as a figure: its rates, which versions are used, lengths, and what it finds."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bentxt.reporting.caption_rates import ITEMS, PAPER, PAPER_CAPTIONS, PEOPLE, VERSIONS
from bentxt.reporting.figure_files import INK, LINE, MUTED, TYPE_COLOURS, new_figure
from bentxt.reporting.tables import RUN_REMARKS

_BLUE, _VIOLET, _ORANGE, _GREEN = TYPE_COLOURS.values()
_VERSION_COLOURS = {"paraphrased": _BLUE, "refined": _VIOLET, "used": _GREEN, PEOPLE: INK, PAPER: _ORANGE}
_USED_COLOURS = {"refined": _VIOLET, "paraphrased": _BLUE, "template": LINE}
_GROUP_COLOURS = {
    "undamaged": INK,
    "harmless": _GREEN,
    "facts": _BLUE,
    "omissions": _VIOLET,
    "language": "#a2690a",
    "artifacts": _ORANGE,
}
GROUP_TITLES = {
    "undamaged": "Undamaged, accepted",
    "harmless": "Harmless changes, accepted",
    "facts": "False facts, found",
    "omissions": "Omissions, found",
    "language": "Faults of language, found",
    "artifacts": "Artifacts, found",
}
#: The groups of the two columns, about as long as each other.
_COLUMN_GROUPS = (("undamaged", "facts", "language"), ("harmless", "omissions", "artifacts"))
_NAMES = {
    "linguistically_correct": "correct language",
    "factually_accurate": "true facts",
    "complete": "complete",
    "free_of_artifacts": "no artifacts",
}
_WIDTH, _TOP, _STEP = 13.0, 4.3, 0.185


def criterion_name(item: str) -> str:
    """Return a criterion in words."""
    return _NAMES.get(item, item)


def draw_caption_check(rows: list[dict[str, Any]], run: str) -> Figure:
    """Draw the figure.

    Parameters
    ----------
    rows : list of dict
        Of :mod:`bentxt.reporting.caption_rates`.
    run : str
        ``mini`` or ``paper``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    left, right = _columns([row for row in rows if row["part"] == "damages"])
    below = max(len(left), len(right), 1) * _STEP
    height = _TOP + below + 1.35
    figure = new_figure(_WIDTH, height)

    def axes(x: float, top: float, width: float, tall: float) -> Axes:
        return figure.add_axes((x / _WIDTH, 1 - (top + tall) / height, width / _WIDTH, tall / height))

    _draw_rates(axes(1.55, 0.5, 4.3, 2.75), [row for row in rows if row["part"] == "rates"])
    _draw_use(axes(7.0, 0.5, 2.0, 2.75), [row for row in rows if row["part"] == "use"])
    lengths = [row for row in rows if row["part"] == "lengths"]
    for number, item in enumerate(("words", "sentences", "MTLD")):
        _draw_lengths(axes(10.75, 0.5 + number * 0.98, 1.85, 0.75), item, lengths)
    for x, part in ((3.15, left), (9.45, right)):
        _draw_damages(axes(x, _TOP + 0.1, 2.5, len(part) * _STEP or _STEP), part)
    for x, y, title in (
        (0.25, 0.18, "(a) Rates by criterion"),
        (6.45, 0.18, "(b) Version in use"),
        (9.3, 0.18, "(c) Before and after"),
        (0.25, _TOP - 0.22, "(d) The check on captions that were damaged, or changed without harm"),
    ):
        figure.text(x / _WIDTH, 1 - y / height, title, size=10.5, weight="bold", va="center")
    figure.text(0.25 / _WIDTH, 0.14 / height, _note(rows, run), size=7.5, color=MUTED, va="bottom")
    return figure


def _note(rows, run):
    people = any(row["captions_of"] == PEOPLE for row in rows)
    judged = "" if people else " No captions of this run were judged by people."
    circles = "; circles: a model's" if _by_model(rows) else "; this run has none of a model"
    return (
        f"Rates of this run are the automatic check's ({RUN_REMARKS[run]}).{judged} The paper prints two "
        "numbers of its people's review, none by criterion.\nLines are 95 % intervals over captions. (d) A "
        "damage is found where the check rejects the caption. Dots and numbers: the grammar's "
        f"captions{circles}."
    )


def _by_model(rows):
    return any((row["part"], row["captions_of"]) == ("damages", "model") for row in rows)


def _style(axes, end=103):
    axes.set_xlim(-3, end)
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _draw_rates(axes, rows):
    """Draw the rates by criterion: one dot a version, with its interval."""
    shown = [name for name in (*VERSIONS, PEOPLE, PAPER) if any(row["captions_of"] == name for row in rows)]
    for place, item in enumerate(ITEMS):
        for number, name in enumerate(shown):
            found = [row for row in rows if (row["captions_of"], row["item"]) == (name, item)]
            if found and found[0].get("value") is not None:
                y = place + (number - (len(shown) - 1) / 2) * 0.2
                _dot(axes, y, found[0], _VERSION_COLOURS[name], name != PAPER)
    axes.set_ylim(len(ITEMS) - 0.45, -0.55)
    axes.set_yticks(range(len(ITEMS)), [criterion_name(item) for item in ITEMS], color=INK)
    lows = [row["low"] for row in rows if row.get("low") is not None]
    _style(axes, 100.8)
    # The whole axis would press all rates against its end.
    axes.set_xlim(left=10 * (min([*lows, 89.0]) // 10) - 0.5)
    axes.set_xlabel("% of captions")
    handles = [
        Line2D(
            [],
            [],
            marker="o" if name != PAPER else "D",
            color=_VERSION_COLOURS[name],
            linewidth=1,
            markersize=4.5,
            label=name,
        )
        for name in shown
    ]
    axes.legend(
        handles=handles,
        fontsize=7.5,
        frameon=False,
        ncols=len(handles),
        loc="upper center",
        bbox_to_anchor=(0.42, -0.16),
        columnspacing=1.2,
        handletextpad=0.4,
    )


def _dot(axes, y, row, colour, filled=True):
    if row.get("low") is not None:
        axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.4, solid_capstyle="butt")
    face = colour if filled else "white"
    axes.plot([row["value"]], [y], "o" if filled else "D", color=colour, markerfacecolor=face, markersize=4.5)


def _draw_use(axes, rows):
    """Draw which version is used, as bars."""
    names = [row["captions_of"] for row in rows]
    for place, row in enumerate(rows):
        value = row.get("value") or 0.0
        axes.barh(place, value, 0.55, color=_USED_COLOURS[row["captions_of"]])
        text = f"{value:.1f} %\n{row.get('count', 0):,}"
        inside = value > 60
        axes.text(
            value - 2 if inside else value + 2,
            place,
            text,
            va="center",
            ha="right" if inside else "left",
            size=8,
            color="white" if inside and row["captions_of"] != "template" else INK,
        )
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names, color=INK, rotation=90, va="center")
    _style(axes)
    axes.set_xlabel("% of patches")


def _draw_lengths(axes, item, rows):
    """Draw one quantity of the texts of each version, and the paper's as a line."""
    found = {row["captions_of"]: row for row in rows if row["item"] == item}
    names = [name for name in ("template", "paraphrased", "refined", "used") if name in found]
    values = [found[name].get("value") or 0.0 for name in names]
    colours = [LINE, _BLUE, _VIOLET, _GREEN]
    axes.barh(range(len(names)), values, 0.7, color=colours[: len(names)])
    paper = found[PAPER_CAPTIONS]["value"]
    for place, value in enumerate(values):
        colour = INK if names[place] == "template" else "white"
        axes.text(0, place, f" {value:.1f}", va="center", size=7, color=colour)
    axes.axvline(paper, color=_ORANGE, linewidth=1.3)
    axes.annotate(
        f"paper {paper:g}",
        (paper, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 1),
        textcoords="offset points",
        ha="center",
        va="bottom",
        size=7,
        color=_ORANGE,
    )
    axes.set_xlim(0, 1.1 * max([paper, *values]))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names, size=7, color=INK)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, pad=2)
    axes.spines["bottom"].set_visible(False)
    label = {"words": "words\na caption", "sentences": "sentences\na caption", "MTLD": "MTLD"}[item]
    axes.text(-0.75, 0.5, label, transform=axes.transAxes, va="center", ha="left", size=8, color=MUTED)


def _columns(rows):
    """Return two columns of lines: group, text, and the rows of each wording; a title of a group has none."""
    columns = []
    for groups in _COLUMN_GROUPS:
        lines: list[tuple[str, str, list[dict[str, Any]]]] = []
        for group in groups:
            kinds: dict[str, list[dict[str, Any]]] = {}
            for row in rows:
                if row["group"] == group:
                    kinds.setdefault(row["item"], []).append(row)
            if kinds:
                lines.append((group, GROUP_TITLES[group], []))
                lines += [(group, kind, found) for kind, found in kinds.items()]
        columns.append(lines)
    return columns


def _draw_damages(axes, lines):
    """Draw one column of kinds."""
    for place, (group, text, rows) in enumerate(lines):
        weight, colour = ("bold", _GROUP_COLOURS[group]) if not rows else ("normal", INK)
        axes.annotate(
            text,
            (0, place),
            xycoords=("axes fraction", "data"),
            xytext=(-208 if not rows else -8, 0),
            textcoords="offset points",
            ha="left" if not rows else "right",
            va="center",
            size=8 if not rows else 7.5,
            weight=weight,
            color=colour,
            annotation_clip=False,
        )
        for row in rows:
            shift = 0 if len(rows) == 1 else 0.16 if row["captions_of"] == "model" else -0.16
            if row.get("low") is not None:
                _kind_dot(axes, place + shift, row, _GROUP_COLOURS[group])
        if rows:
            row = rows[0]
            axes.annotate(
                f"{row['value']:.1f} % of {row['captions']:,}",
                (1, place),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                size=6.5,
                color=MUTED,
                annotation_clip=False,
            )
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_yticks([])
    _style(axes, 102)
    axes.set_xlabel("%")


def _kind_dot(axes, y, row, colour):
    axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.2, solid_capstyle="butt")
    face = "white" if row["captions_of"] == "model" else colour
    axes.plot([row["value"]], [y], "o", color=colour, markerfacecolor=face, markersize=3.6)
