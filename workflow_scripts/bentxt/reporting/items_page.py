"""The page of all items of a task: what each model answered, to search, filter and sort in a browser.

The page is one file and fetches nothing. Answers of models are data in it, never markup: they reach the page
as JSON in which no ``<`` is left, and its policy lets no other script run than its own.
"""

import colorsys
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bentxt.errors import InputError
from bentxt.evaluation.verdicts import RIGHT, UNPARSED, WRONG, verdict
from bentxt.models.table_rows import REFERENCE
from bentxt.reporting.html_pages import content_hash, picture_address
from bentxt.reporting.item_texts import point_of, reference_box
from bentxt.reporting.scored_items import ModelItems
from bentxt.reporting.tables import RUN_REMARKS
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS

TITLES = {
    "captioning": "Captions, all items",
    "binary": "Binary questions, all items",
    "mcq": "Multiple-choice questions, all items",
    "referring": "Referring detection, all items",
}
_SCORES = {
    "captioning": "ROUGE-L, %",
    "binary": "Accuracy, %",
    "mcq": "Accuracy, %",
    "referring": "IoU, %",
}
#: Further metrics of captions: column of the items, label.
_CAPTION_METRICS = {
    "meteor": "METEOR, %",
    "cider": "CIDEr, %",
    "bertscore": "BERTScore, %",
    "sbert_cosine": "SBERT cosine, %",
    "clair": "CLAIR, %",
}
#: Groups of models that are shown; a reference tells hard questions from ambiguous ones.
SHOWN_GROUPS = ("RS", "CV", "ours", "own", REFERENCE)
PAGE = RESOURCES / "pages/items.html"
_LETTERS = {RIGHT: "r", WRONG: "w", UNPARSED: "u", None: "-"}
_PLACEHOLDER = re.compile(r"@@([A-Z]+)@@")
#: Longest answer that is shown whole, characters.
_LONGEST = 5000


class _Texts:
    """Every text once: most answers to questions are the same few words."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, values: Iterable[str | None]) -> list[int | None]:
        return [None if text is None else self.numbers.setdefault(text, len(self.numbers)) for text in values]


def page_data(
    task: str,
    models: Sequence[ModelItems],
    absent: Mapping[str, str],
    pictures: Mapping[str, np.ndarray],
    run: str,
    remarks: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what a page of items shows, as its script reads it.

    Parameters
    ----------
    task : str
        Of :data:`bentxt.release.TASKS`.
    models : sequence of ModelItems
        Of the same items, in the order of the tables; without any, the page says why.
    absent : mapping of str to str
        Why a model was not run.
    pictures : mapping of str to numpy.ndarray
        Patch to uint8, shape (120, 120, 3): true colour, of the patches that have images.
    run : str
        ``mini`` or ``paper``.
    remarks : sequence of str
        What else holds for all items.

    Returns
    -------
    dict
        Texts stand in one list, and are numbers elsewhere; scores are in %.
    """
    texts = _Texts()
    first = models[0].table.to_pydict() if models else {name: [] for name in SCORED_ITEMS.names}
    patches = list(dict.fromkeys(first["patch_id"]))
    places = {patch: place for place, patch in enumerate(patches)}
    items: dict[str, Any] = {"id": first["ID"], "patch": [places[patch] for patch in first["patch_id"]]}
    for name in ("category", "country", "season", "climate_zone", "input", "output"):
        items[name] = texts(first[name])
    if task == "referring":
        items["box"] = [reference_box(output) for output in first["output"]]
        items["point"] = [
            point_of(text) if category == "point" else None
            for text, category in zip(first["input"], first["category"], strict=True)
        ]
    entries = [
        _model_entry(task, model, texts, _colour(place, len(models))) for place, model in enumerate(models)
    ]
    labels = {"score": _SCORES[task]} | (_CAPTION_METRICS if task == "captioning" else {})
    used = [[name, label] for name, label in labels.items() if any(name in entry for entry in entries)]
    reasons: dict[str, list[str]] = {}
    for key, reason in absent.items():
        reasons.setdefault(reason, []).append(key)
    about = f"{len(first['ID']):,} items of {len(patches):,} patches"
    if models:
        about = f"Split {models[0].score.split}: {about}"
    return {
        "task": task,
        "run": RUN_REMARKS[run],
        "mini": run == "mini",
        "about": " ".join(f"{text}." for text in (about, *remarks)),
        "metrics": used,
        "models": entries,
        "absent": [[", ".join(keys), reason] for reason, keys in reasons.items()],
        "patches": [{"id": patch, "image": picture_address(pictures.get(patch))} for patch in patches],
        "items": items,
        "texts": list(texts.numbers),
    }


def _model_entry(task, model, texts, colour):
    columns = model.table.to_pydict()
    entry = {
        "name": model.name,
        "weights": model.score.weights,
        "answer": texts(map(_short, columns["answer"])),
        "extracted": texts(map(_short, columns["extracted"])),
        "failure": texts(columns["failure"]),
        "level": "".join(level[0] for level in columns["level"]),
        "verdict": "".join(
            _LETTERS[verdict(task, *item)]
            for item in zip(columns["extracted"], columns["score"], strict=True)
        ),
        "score": _percent(columns["score"]),
    }
    if task == "referring":
        boxes = columns["box"]
        entry["box"] = [None if box is None else [round(edge, 4) for edge in box] for box in boxes]
        entry["colour"] = colour
    if task == "captioning":
        for name in _CAPTION_METRICS:
            if any(value is not None for value in columns[name]):
                entry[name] = _percent(columns[name])
    return entry


def _short(text):
    """Return a text, or as much of it as a page can show with the number of its characters."""
    if text is None or len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}… ({len(text):,} characters in all)"


def _percent(values):
    return [None if value is None else round(100 * value, 2) for value in values]


def _colour(place, count):
    """Return one of ``count`` colours that can be told apart, as far as there are as many."""
    red, green, blue = colorsys.hls_to_rgb(place / count, (0.5, 0.7)[place % 2], 0.9)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def render_page(template: str, title: str, data: Mapping[str, Any], file: Path | str | None = None) -> str:
    """Put title and data into the template of a page, and a policy that lets only its own script run.

    Parameters
    ----------
    template : str
        HTML with the placeholders ``@@TITLE@@``, ``@@POLICY@@`` and ``@@DATA@@``, one ``<script>`` and one
        ``<style>``.
    title : str
    data : mapping
        What becomes JSON.
    file : str or Path, optional
        The template's file, for messages.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If a placeholder is unknown or missing, or the template has no script or style of its own.
    """
    found = set(_PLACEHOLDER.findall(template))
    values = {"TITLE": html.escape(title), "DATA": _json_in_html(data), "POLICY": ""}
    if found != set(values):
        odd = sorted(found ^ set(values))[0]
        raise InputError("placeholder of the page missing or unknown", file=file, item=f"@@{odd}@@")
    hashes = {}
    for name in ("script", "style"):
        contents = re.findall(rf"<{name}>(.*?)</{name}>", template, re.DOTALL)
        if len(contents) != 1 or _PLACEHOLDER.search(contents[0]):
            raise InputError(f"expected one <{name}> without placeholders", file=file, item=name)
        hashes[name] = content_hash(contents[0])
    values["POLICY"] = (
        f"default-src 'none'; script-src {hashes['script']}; style-src {hashes['style']}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    # In one pass: what stands in the data is never taken for a placeholder.
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


#: What would end the script element or begin a comment in it, and two ends of line that older readers know.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def _json_in_html(data):
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_ESCAPES)
