"""Template files: their keys, placeholders and texts, read and checked."""

import re
from string import Formatter

from bentxt.errors import InputError
from bentxt.resources import load_yaml

_VERBS = frozenset({"is_are", "Is_Are", "does_do", "Does_Do"})

#: Nouns of a count template, in the number of its amount; one of them is required.
NOUNS = frozenset({"area", "patch", "region"})

#: Placeholders of the templates of each type, category and form: those required, and those allowed besides.
PLACEHOLDERS = {
    ("binary", "adjacency", ""): ({"any", "other"}, set()),
    ("binary", "area", "quantity"): ({"plural", "quantity"}, set()),
    ("binary", "area", "whole"): ({"plural"}, set()),
    ("binary", "area", "others"): ({"plural"}, set()),
    ("binary", "count", ""): ({"plural", "amount"}, {"is_are", "Is_Are", *NOUNS}),
    ("binary", "presence", ""): ({"lower"}, _VERBS),
    ("mcq", "adjacency", ""): (set(), set()),
    ("mcq", "area", ""): ({"plural"}, set()),
    ("mcq", "climate zone", ""): (set(), set()),
    ("mcq", "count", ""): ({"lower"}, set()),
    ("mcq", "country", ""): (set(), set()),
    ("mcq", "presence", ""): (set(), set()),
    ("mcq", "relative pos", ""): ({"anchor", "target"}, _VERBS),
    ("mcq", "season", ""): (set(), set()),
    ("bounding box", "point", ""): ({"point"}, set()),
    ("bounding box", "reference", "single"): ({"lower"}, set()),
    ("bounding box", "reference", "extreme"): ({"lower", "extreme"}, set()),
    ("captioning", "None", ""): (set(), set()),
}

#: How quantities are put in words: placeholders of each kind of phrase.
PHRASES = {
    ("binary", "area"): {
        "at least": {"bound"},
        "at most": {"bound"},
        "more than": {"bound"},
        "less than": {"bound"},
        "between": {"low", "high"},
    },
    ("binary", "count"): {
        "exactly": {"number"},
        "at least": {"number"},
        "at most": {"number"},
        "more than": {"number"},
        "fewer than": {"number"},
        "single": set(),
        "multiple": set(),
    },
}

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


def read_template_file(path, annotation_type):
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
    known = sorted({key[1] for key in PLACEHOLDERS if key[0] == annotation_type})
    if category not in known:
        raise InputError(f"category is {category!r}; expected one of {', '.join(known)}", file=path)
    allowed = {"type", "category", "templates"}
    if (annotation_type, category) in PHRASES:
        allowed.add("phrases")
    if unknown := sorted(set(content) - allowed):
        raise InputError(f"unknown key {unknown[0]!r}", file=path)
    if not isinstance(content["templates"], list) or not content["templates"]:
        raise InputError("templates must be a list of templates", file=path)
    return category, content


def file_problems(content, annotation_type, category):
    """Yield what is wrong with a file's phrases and templates, each looked at alone.

    Parameters
    ----------
    content : dict
        Of :func:`read_template_file`.
    annotation_type, category : str

    Yields
    ------
    item : str
        The phrases' kind, or the template's identifier and text.
    problem : str
    """
    kinds = PHRASES.get((annotation_type, category), {})
    phrases = content.get("phrases", {})
    if not isinstance(phrases, dict):
        yield "phrases", "phrases must hold lists of phrases by kind of quantity"
        phrases = {}
    for unknown in sorted(set(phrases) - set(kinds), key=str):
        yield f"phrases, {unknown}", f"unknown kind of quantity {unknown!r}"
    for kind, placeholders in kinds.items():
        found = phrases.get(kind)
        texts = isinstance(found, list) and all(isinstance(text, str) for text in found)
        if not texts or not found or len(set(found)) != len(found):
            yield f"phrases, {kind}", f"phrases must hold a list of different phrases {kind!r}"
            continue
        for text in found:
            for problem in _placeholder_problems(text, placeholders, set()):
                yield f"phrases, {kind}: {text}", problem
    for entry in content["templates"]:
        if not is_entry(entry):
            yield str(entry), "a template has an id, a text and, in some categories, a form"
            continue
        for problem in _entry_problems(entry, annotation_type, category):
            yield f"{entry['id']}: {entry['text']}", problem


def is_entry(entry):
    """Return whether an entry has the keys of a template; its text may still be wrong."""
    return (
        isinstance(entry, dict)
        and {"id", "text"} <= set(entry) <= {"id", "text", "form"}
        and isinstance(entry["id"], str)
        and isinstance(entry.get("form", ""), str)
    )


def _entry_problems(entry, annotation_type, category):
    text, form = entry["text"], entry.get("form", "")
    if not isinstance(text, str) or not text:
        yield "a template's text must be text"
        return
    yield from _text_problems(text, annotation_type)
    if (annotation_type, category, form) in PLACEHOLDERS:
        yield from _placeholder_problems(text, *PLACEHOLDERS[annotation_type, category, form])
    else:
        forms = sorted(key[2] for key in PLACEHOLDERS if key[:2] == (annotation_type, category))
        yield f"form is {form!r}; expected one of {forms}"
    if category in ("point", "reference"):
        yield from _tag_problems(text, category)


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
    for name in sorted(set(required) - set(found)):
        yield f"placeholder {{{name}}} is missing"
    if "amount" in required and len(NOUNS.intersection(found)) != 1:
        yield f"one of the placeholders {', '.join(sorted(NOUNS))} is needed"
    known = ", ".join(sorted(set(required) | set(allowed))) or "none"
    for name in sorted(set(found) - set(required) - set(allowed)):
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
