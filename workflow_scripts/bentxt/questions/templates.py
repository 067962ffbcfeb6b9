"""Templates of instructions: loaded from YAML, checked, and ready to be filled (Section 3.3).

A file holds the templates of one category::

    type: binary
    category: count
    phrases:                      # area and count of type binary: how a quantity is put in words
      exactly: ["exactly {number}"]
    templates:
      - id: binary-count-01
        text: "Does the image show {amount} connected {patch} of {plural}?"

A template of a category with several forms (``FORMS``) names its ``form``.
"""

import re
from dataclasses import dataclass
from operator import itemgetter
from string import Formatter

from bentxt.errors import InputError
from bentxt.wording import load_yaml

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


@dataclass(frozen=True)
class Template:
    """One template.

    Attributes
    ----------
    id : str
        Stable identifier, unique among all templates.
    text : str
        The instruction with placeholders in braces.
    """

    id: str
    text: str

    def __post_init__(self):
        pattern, names = _compile(self.text)
        object.__setattr__(self, "_pattern", pattern)
        object.__setattr__(self, "_values", _getter(names))

    def render(self, values):
        """Return the text with each placeholder replaced by its entry in the mapping ``values``."""
        return self._pattern % self._values(values)


def _compile(text):
    """Return a %-pattern and the names of its placeholders in order."""
    pattern, names = [], []
    for literal, name, _, _ in Formatter().parse(text):
        pattern.append(literal.replace("%", "%%"))
        if name is not None:
            pattern.append("%s")
            names.append(name)
    return "".join(pattern), names


def _getter(names):
    if not names:
        return lambda values: ()
    if len(names) == 1:
        get = itemgetter(names[0])
        return lambda values: (get(values),)
    return itemgetter(*names)


@dataclass(frozen=True)
class TemplateSet:
    """The templates of one type.

    Attributes
    ----------
    templates : dict
        ``(category, form)`` to a tuple of :class:`Template`, ordered by identifier.
    phrases : dict
        ``(category, kind)`` to a tuple of :class:`Template` for quantities.
    """

    templates: dict
    phrases: dict

    def pick(self, category, draw, form=""):
        """Return the template of a category and form that a draw from [0, 1) falls on."""
        choices = self.templates[category, form]
        return choices[int(draw * len(choices))]

    def phrase(self, category, kind, draw):
        """Return the phrase of a kind of quantity that a draw from [0, 1) falls on."""
        choices = self.phrases[category, kind]
        return choices[int(draw * len(choices))]


def load_templates(paths, annotation_type):
    """Read and check the template files of one type.

    Parameters
    ----------
    paths : iterable of str or Path
        One file a category; their order has no effect.
    annotation_type : str
        ``binary``, ``mcq``, ``bounding box`` or ``captioning``.

    Returns
    -------
    TemplateSet

    Raises
    ------
    InputError
        Naming file and template: see :func:`check_text`; and for a category or form without templates,
        or an identifier or a text given twice.
    """
    templates, phrases, identifiers, texts = {}, {}, {}, {}
    paths = list(paths)
    for path in paths:
        content = load_yaml(path)
        category = _header(content, annotation_type, path)
        for key, kind in PHRASES.get((annotation_type, category), {}).items():
            phrases[category, key] = _phrases(content, category, key, kind, path)
        for entry in content["templates"]:
            template, form = _template(entry, annotation_type, category, path)
            for known, value in ((identifiers, template.id), (texts, template.text)):
                if value in known:
                    raise InputError(f"also in {known[value]}: {value!r}", file=path, item=template.id)
                known[value] = path
            templates.setdefault((category, form), []).append(template)
    missing = [key[1:] for key in PLACEHOLDERS if key[0] == annotation_type and key[1:] not in templates]
    if missing:
        category, form = missing[0]
        wanted = f"category {category!r}" + (f", form {form!r}" if form else "")
        raise InputError(f"no template of {wanted} in any file", file=", ".join(map(str, paths)))
    ordered = {key: tuple(sorted(found, key=lambda t: t.id)) for key, found in templates.items()}
    return TemplateSet(ordered, phrases)


def _header(content, annotation_type, path):
    """Check a file's keys; return its category."""
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
    return category


def _phrases(content, category, key, placeholders, path):
    """Check the phrases of one kind of quantity."""
    found = content.get("phrases", {}).get(key)
    if not isinstance(found, list) or not found or len(set(found)) != len(found):
        raise InputError(f"phrases must hold a list of different phrases {key!r}", file=path, item=key)
    if unknown := sorted(set(content["phrases"]) - set(PHRASES["binary", category])):
        raise InputError(f"unknown kind of quantity {unknown[0]!r}", file=path, item=unknown[0])
    for text in found:
        _check_placeholders(text, placeholders, set(), path, f"phrases, {key}")
    return tuple(Template(f"{category}, {key}", text) for text in found)


def _template(entry, annotation_type, category, path):
    """Check one entry; return the template and its form."""
    if not isinstance(entry, dict) or not {"id", "text"} <= set(entry) <= {"id", "text", "form"}:
        raise InputError(
            "a template has an id, a text and, in some categories, a form", file=path, item=entry
        )
    form = entry.get("form", "")
    key = (annotation_type, category, form)
    if key not in PLACEHOLDERS:
        forms = sorted(known[2] for known in PLACEHOLDERS if known[:2] == key[:2])
        raise InputError(f"form is {form!r}; expected one of {forms}", file=path, item=entry["id"])
    required, allowed = PLACEHOLDERS[key]
    check_text(entry["text"], annotation_type, path, entry["id"])
    _check_placeholders(entry["text"], required, allowed, path, entry["id"])
    if category in ("point", "reference"):
        _check_tag(entry["text"], category, path, entry["id"])
    return Template(entry["id"], entry["text"]), form


def check_text(text, annotation_type, path, identifier):
    """Refuse what a proof-reader would: :class:`InputError` naming file and template.

    Refused are doubled, leading and trailing spaces, a space before a mark, a small first letter, a question
    without question mark, a command with one, and two templates run together.
    """

    def refuse(problem):
        raise InputError(problem, file=path, item=f"{identifier}: {text}")

    if not isinstance(text, str) or not text:
        refuse("a template's text must be text")
    if text != " ".join(text.split()):
        refuse("doubled, leading or trailing spaces")
    if re.search(r"\s[?.,:;!]", text):
        refuse("a space before a punctuation mark")
    if not (text[0].isupper() or text.startswith(("{Is_Are}", "{Does_Do}"))):
        refuse("the first letter must be a capital")
    if not text.endswith(_ENDS[annotation_type]):
        refuse(f"the text must end with {' or '.join(_ENDS[annotation_type])}")
    if re.search(r"[?.!:]", re.sub(r"\{[^}]*\}", "", text[:-1])):
        refuse("two sentences: have two templates been run together?")
    if re.search(r"[a-z}>,][A-Z]", re.sub(r"\{\w+\}", "{}", text)):
        refuse("a capital inside a word: have two templates been run together?")
    question = text.endswith("?")
    if _QUESTION.match(text) and not question:
        refuse("a question without question mark")
    if question and not (_QUESTION.match(text) or _QUESTION_INSIDE.search(text)):
        refuse("a question mark after what is not a question")


def _check_placeholders(text, required, allowed, path, identifier):
    try:
        found = [name for _, name, spec, conversion in Formatter().parse(text) if name is not None]
        plain = all(not spec and not conversion for _, _, spec, conversion in Formatter().parse(text))
    except ValueError as error:
        raise InputError(f"braces do not match: {error}", file=path, item=f"{identifier}: {text}") from error
    problem = None
    if missing := sorted(set(required) - set(found)):
        problem = f"placeholder {{{missing[0]}}} is missing"
    elif "amount" in required and len(NOUNS.intersection(found)) != 1:
        problem = f"one of the placeholders {', '.join(sorted(NOUNS))} is needed"
    elif unknown := sorted(set(found) - set(required) - set(allowed)):
        known = ", ".join(sorted(set(required) | set(allowed))) or "none"
        problem = f"unknown placeholder {{{unknown[0]}}}; known here: {known}"
    elif len([name for name in found if name in required]) != len(required):
        problem = "a placeholder is used twice"
    elif not plain:
        problem = "placeholders take no format"
    if problem:
        raise InputError(problem, file=path, item=f"{identifier}: {text}")


def _check_tag(text, category, path, identifier):
    """A point stands in ``<point>``, a referring expression in ``<ref>``, once and whole."""
    if category == "point":
        found = re.findall(r"<point>\{point\}</point>", text)
    else:
        found = re.findall(r"<ref>(?:\{extreme\} [a-z ]+ of )?\{lower\}</ref>", text)
    if len(found) != 1 or text.count("<") != 2 or text.count(">") != 2:
        raise InputError(
            "expected <point>{point}</point>, <ref>{lower}</ref> or <ref>{extreme} … of {lower}</ref>, once",
            file=path,
            item=f"{identifier}: {text}",
        )
