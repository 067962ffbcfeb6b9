"""Templates of instructions: loaded from YAML, checked, and ready to be filled (Section 3.1).

A file holds the templates of one category::

    type: binary
    category: count
    phrases:                      # area and count of type binary: how a quantity is put in words
      exactly: ["exactly {number}"]
    templates:
      - id: binary-count-01
        text: "Does the image show {amount} connected {patch} of {plural}?"

A template of a category with several forms (see
:data:`bentxt.questions.categories.CATEGORY_TABLE`) names its ``form``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from string import Formatter
from typing import Any

from bentxt.errors import InputError
from bentxt.questions.categories import CATEGORY_TABLE, categories_of
from bentxt.questions.template_files import file_problems, read_template_file


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
    _pattern: str = field(init=False, repr=False, compare=False)
    _values: Callable[[Mapping[str, str]], tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pattern, names = _compile(self.text)
        object.__setattr__(self, "_pattern", pattern)
        object.__setattr__(self, "_values", _getter(names))

    def render(self, values: Mapping[str, str]) -> str:
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
        ``(category, statement)`` to a tuple of :class:`Template` for quantities.
    """

    templates: dict[tuple[str, str], tuple[Template, ...]]
    phrases: dict[tuple[str, str], tuple[Template, ...]]

    def pick(self, category: str, draw: float, form: str = "") -> Template:
        """Return the template of a category and form that a draw from [0, 1) falls on."""
        choices = self.templates[category, form]
        return choices[int(draw * len(choices))]

    def phrase(self, category: str, statement: str, draw: float) -> Template:
        """Return the phrase of a statement about a quantity that a draw from [0, 1) falls on."""
        choices = self.phrases[category, statement]
        return choices[int(draw * len(choices))]


def load_templates(paths: Iterable[Path | str], annotation_type: str) -> TemplateSet:
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
        Naming file and template: the first of :func:`file_problems`; and for a category or form without
        templates, or an identifier or a text given twice. What takes rendering to find is left to
        :mod:`bentxt.questions.template_proofreading`.
    """
    templates: dict[tuple[str, str], list[Template]] = {}
    phrases: dict[tuple[str, str], tuple[Template, ...]] = {}
    identifiers: dict[str, Path | str] = {}
    texts: dict[str, Path | str] = {}
    paths = list(paths)
    for path in paths:
        category, content = read_template_file(path, annotation_type)
        for item, problem in file_problems(content, annotation_type, category):
            raise InputError(problem, file=path, item=item)
        phrases |= phrases_of(content, annotation_type, category)
        for entry in content["templates"]:
            template = Template(entry["id"], entry["text"])
            for known, value in ((identifiers, template.id), (texts, template.text)):
                if value in known:
                    raise InputError(f"also in {known[value]}: {value!r}", file=path, item=template.id)
                known[value] = path
            templates.setdefault((category, entry.get("form", "")), []).append(template)
    rows = sorted(categories_of(annotation_type).items())
    wanted = [(name, form) for name, row in rows for form in row.forms]
    missing = [key for key in wanted if key not in templates]
    if missing:
        category, form = missing[0]
        words = f"category {category!r}" + (f", form {form!r}" if form else "")
        raise InputError(f"no template of {words} in any file", file=", ".join(map(str, paths)))
    ordered = {key: tuple(sorted(found, key=lambda t: t.id)) for key, found in templates.items()}
    return TemplateSet(ordered, phrases)


def phrases_of(
    content: dict[str, Any], annotation_type: str, category: str
) -> dict[tuple[str, str], tuple[Template, ...]]:
    """Return the phrases of a file without problems, as :attr:`TemplateSet.phrases`."""
    return {
        (category, statement): tuple(
            Template(f"{category}, {statement}", text) for text in content["phrases"][statement]
        )
        for statement in CATEGORY_TABLE[annotation_type, category].phrases
    }
