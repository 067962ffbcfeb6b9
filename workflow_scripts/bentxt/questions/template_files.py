"""Template files: their keys, placeholders and texts, read and checked."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from bentxt.errors import InputError
from bentxt.questions.categories import CATEGORY_TABLE, NOUNS, categories_of
from bentxt.resources import load_yaml

# What a question begins with, and what one that begins otherwise holds.
_QUESTION = re.compile(
    r"(?:Are|Can|Could|Did|Do|Does|Has|Have|How|Is|What|When|Where|Which|Who|Would|\{Is_Are\}|\{Does_Do\}"
    r"|(?:At|By|During|For|From|In|Into|Of|On|Over|To|Under|Within|With) (?:how|what|which))(?!\w)"
)
_QUESTION_INSIDE = re.compile(r"\b(?:how|what|where|which)\b")
_ENDS = {
    "binary": ("?",),
    "mcq": ("?", ":"),
    "bounding box": ("?", "."),
    "captioning": ("?", "."),
}
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|without|absent|missing|lacks?|lacking)\b|n't\b", re.IGNORECASE
)


def read_template_file(path: Path | str, annotation_type: str) -> tuple[str, dict[str, Any]]:
    """Read one template file and check its keys.

    Parameters
    ----------
    path : str or Path
    annotation_type : str
        The type that the file must have.

    Returns
    -------
    category : str
    content : dict
        Its templates are a list, not yet checked: see :func:`file_problems`.

    Raises
    ------
    InputError
        If the file is not YAML, or has other keys, another type or an unknown category.
    """
    content = load_yaml(path)
    if not isinstance(content, dict) or not {"type", "category", "templates"} <= set(content):
        raise InputError("a template file has the keys type, category and templates", file=path)
    if content["type"] != annotation_type:
        raise InputError(f"type is {content['type']!r}; expected {annotation_type!r}", file=path)
    category = content["category"]
    known = sorted(categories_of(annotation_type))
    if category not in known:
        raise InputError(f"category is {category!r}; expected one of {', '.join(known)}", file=path)
    allowed = {"type", "category", "templates"}
    if CATEGORY_TABLE[annotation_type, category].phrases:
        allowed.add("phrases")
    if unknown := sorted(set(content) - allowed):
        raise InputError(f"unknown key {unknown[0]!r}", file=path)
    if not isinstance(content["templates"], list) or not content["templates"]:
        raise InputError("templates must be a list of templates", file=path)
    return category, content


def file_problems(content: dict[str, Any], annotation_type: str, category: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a file's phrases and templates, each looked at alone.

    Parameters
    ----------
    content : dict
        Of :func:`read_template_file`.
    annotation_type, category : str

    Yields
    ------
    item : str
        The phrases' statement, or the template's identifier and text.
    problem : str
    """
    row = CATEGORY_TABLE[annotation_type, category]
    phrases = content.get("phrases", {})
    if not isinstance(phrases, dict):
        yield "phrases", "phrases must hold lists of phrases by kind of quantity"
        phrases = {}
    for unknown in sorted(set(phrases) - set(row.phrases), key=str):
        yield f"phrases, {unknown}", f"unknown kind of quantity {unknown!r}"
    for statement, placeholders in row.phrases.items():
        found = phrases.get(statement)
        texts = isinstance(found, list) and all(isinstance(text, str) for text in found)
        if not texts or not found or len(set(found)) != len(found):
            yield f"phrases, {statement}", f"phrases must hold a list of different phrases {statement!r}"
            continue
        for text in found:
            for problem in _placeholder_problems(text, placeholders, frozenset()):
                yield f"phrases, {statement}: {text}", problem
    for entry in content["templates"]:
        if not is_entry(entry):
            yield str(entry), "a template has an id, a text and, in some categories, a form"
            continue
        for problem in _entry_problems(entry, row):
            yield f"{entry['id']}: {entry['text']}", problem


def is_entry(entry: object) -> bool:
    """Return whether an entry has the keys of a template; its text may still be wrong."""
    return (
        isinstance(entry, dict)
        and {"id", "text"} <= set(entry) <= {"id", "text", "form"}
        and isinstance(entry["id"], str)
        and isinstance(entry.get("form", ""), str)
    )


def _entry_problems(entry, row):
    text, form = entry["text"], entry.get("form", "")
    if not isinstance(text, str) or not text:
        yield "a template's text must be text"
        return
    yield from _text_problems(text, row.annotation_type)
    if form in row.forms:
        yield from _placeholder_problems(text, *row.forms[form])
    else:
        yield f"form is {form!r}; expected one of {sorted(row.forms)}"
    if row.category in ("point", "reference"):
        yield from _tag_problems(text, row.category)


def _text_problems(text, annotation_type):
    """Yield what a proof-reader would mark: spaces, marks, capitals, two templates run together, negation."""
    if text != " ".join(text.split()):
        yield "doubled, leading or trailing spaces"
    if re.search(r"\s[?.,:;!]", text):
        yield "a space before a punctuation mark"
    if not (text[0].isupper() or text.startswith(("{Is_Are}", "{Does_Do}"))):
        yield "the first letter must be a capital"
    question = bool(_QUESTION.match(text))
    if not text.endswith(_ENDS[annotation_type]):
        yield f"the text must end with {' or '.join(_ENDS[annotation_type])}"
    if re.search(r"[?.!:;]", re.sub(r"\{[^}]*\}", "", text[:-1])):
        yield "two sentences: have two templates been run together?"
    # No template needs a name, so that a capital within it begins another sentence.
    elif re.search(r"(?<=.)[A-Z]", re.sub(r"^\{\w+\}|\{[a-z_]+\}", "", text)):
        yield "a capital after the first letter: have two templates been run together?"
    if question and not text.endswith("?"):
        yield "a question without question mark"
    if text.endswith("?") and not (question or _QUESTION_INSIDE.search(text)):
        yield "a question mark after what is not a question"
    if negation := _NEGATION.search(text):
        yield f"a negation: {negation[0]!r}"


def _placeholder_problems(text, required, allowed):
    try:
        fields = [field for field in Formatter().parse(text) if field[1] is not None]
    except ValueError as error:
        yield f"braces do not match: {error}"
        return
    found = [name for _, name, _, _ in fields]
    for name in sorted(required - set(found)):
        yield f"placeholder {{{name}}} is missing"
    if "amount" in required and len(NOUNS.intersection(found)) != 1:
        yield f"one of the placeholders {', '.join(sorted(NOUNS))} is needed"
    known = ", ".join(sorted(required | allowed)) or "none"
    for name in sorted(set(found) - required - allowed):
        yield f"unknown placeholder {{{name}}}; known here: {known}"
    if len(set(found)) != len(found):
        yield "a placeholder is used twice"
    if any(spec or conversion for _, _, spec, conversion in fields):
        yield "placeholders take no format"


def _tag_problems(text, category):
    """A point stands in ``<point>``, a referring expression in ``<ref>``, once and whole."""
    if category == "point":
        found = re.findall(r"<point>\{point\}</point>", text)
    else:
        found = re.findall(r"<ref>(?:\{extreme\} [a-z ]+ of )?\{lower\}</ref>", text)
    if len(found) != 1 or text.count("<") != 2 or text.count(">") != 2:
        yield "expected <point>{point}</point>, <ref>{lower}</ref> or <ref>{extreme} … of {lower}</ref>, once"
