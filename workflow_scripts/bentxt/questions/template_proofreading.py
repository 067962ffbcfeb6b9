"""Proof-reading of all templates: numbers, duplicates, and every text that they can become (Section 3.1).

Loading checks each template alone (:mod:`bentxt.questions.templates`); this takes longer and belongs to the
lint.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle, product
from pathlib import Path

from bentxt.class_wording import CLASS_WORDING, ClassWording, load_wording, verb_forms
from bentxt.errors import InputError
from bentxt.questions.categories import CATEGORY_TABLE, NOUNS, QUESTION_TYPES
from bentxt.questions.distractors import alphabetical
from bentxt.questions.quantities import (
    METRIC_UNITS,
    NUMBERS,
    amount_is_singular,
    bound_text,
    count_statements,
)
from bentxt.questions.template_files import file_problems, is_entry, read_template_file
from bentxt.questions.templates import Template, phrases_of

#: The paper has 469 templates, "more than 20" for each annotation type: the data set here has no fewer.
LEAST_IN_ALL = 469
LEAST_OF_A_TYPE = 21

#: A point as it is written, for rendering.
POINT = "(0.82, 0.28)"

_PLURAL_NOUNS = {"area": "areas", "patch": "patches", "region": "regions"}
# What a class's name can follow without being the subject of the next verb, and what can follow a subject
# without agreeing with it.
_PREPOSITIONS = "of|by|with|from|to|between|and|or|than|besides|beside|on|in|as|per"
_NO_AGREEMENT = frozenset({"of", "can", "could", "may", "might", "must", "should", "will", "would"})


@dataclass(frozen=True)
class TemplateProblem:
    """Something wrong with a template, or with all of a file or type.

    Attributes
    ----------
    file : str
        The file, or the folder of the templates.
    item : str
        The template's identifier and text, or what else is at fault.
    problem : str
    """

    file: str
    item: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.item}: {self.problem}"


def check_templates(
    folder: Path | str, class_wording: Path | str = CLASS_WORDING
) -> tuple[list[TemplateProblem], dict[tuple[str, str, str], int]]:
    """Find everything that is wrong with the templates of a folder.

    Parameters
    ----------
    folder : str or Path
        Holds ``binary``, ``mcq`` and ``bounding_box`` with a file a category, and ``captioning.yaml``.
    class_wording : str or Path
        Forms of the class names, YAML.

    Returns
    -------
    problems : list of TemplateProblem
        By file; then those of the numbers.
    counts : dict
        ``(type, category, form)`` to the number of templates.
    """
    folder = Path(folder)
    problems = []
    counts = {(*key, form): 0 for key, row in CATEGORY_TABLE.items() for form in row.forms}
    known: dict[tuple[str, str], str] = {}
    try:
        wording = load_wording(class_wording)
    except InputError as error:
        problems.append(TemplateProblem(str(class_wording), str(error.item), error.problem))
        wording = ()
    for path in sorted(folder.rglob("*.yaml")):
        annotation_type = _type_of(path.relative_to(folder))
        try:
            category, content = read_template_file(path, annotation_type)
        except InputError as error:
            problems.append(TemplateProblem(str(path), error.item or "the file", error.problem))
            continue
        for entry in filter(is_entry, content["templates"]):
            key = annotation_type, category, entry.get("form", "")
            if key in counts:
                counts[key] += 1
        found = _alone_and_rendered(content, annotation_type, category, wording)
        found += _duplicates(content["templates"], path, known)
        problems += [TemplateProblem(str(path), item, problem) for item, problem in found]
    problems += [TemplateProblem(str(folder), item, problem) for item, problem in _too_few(counts)]
    return problems, counts


def _alone_and_rendered(content, annotation_type, category, wording):
    """Return item and problem for all that is wrong with a file's texts."""
    found = list(file_problems(content, annotation_type, category))
    faulty = {item for item, _ in found}
    # What is wrong in itself cannot be filled.
    if any(item.startswith("phrases") for item in faulty):
        return found
    phrases = phrases_of(content, annotation_type, category)
    for entry in filter(is_entry, content["templates"]):
        item = f"{entry['id']}: {entry['text']}"
        if item not in faulty:
            template = Template(entry["id"], entry["text"])
            problems = rendering_problems(template, category, wording, phrases)
            found += [(item, problem) for problem in problems]
    return found


def _duplicates(entries, path, known):
    """Return item and problem for each identifier and text that is known already; add the new ones."""
    found = []
    for entry in filter(is_entry, entries):
        letters = re.sub(r"\W", "", str(entry["text"])).lower()
        for key in (("identifier", entry["id"]), ("text", letters)):
            if key in known:
                found.append((f"{entry['id']}: {entry['text']}", f"the same {key[0]} as {known[key]}"))
            known.setdefault(key, f"{entry['id']} in {path}")
    return found


def counts_table(counts: Mapping[tuple[str, str, str], int]) -> str:
    """Return the numbers of templates by type, category and form as aligned text, with the sum."""
    rows = [("type", "category", "form", "templates")]
    rows += [(*key, str(number)) for key, number in sorted(counts.items())]
    rows.append(("all", "", "", str(sum(counts.values()))))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([*map(str.ljust, row[:-1], widths[:-1]), row[-1].rjust(widths[-1])]) for row in rows
    )


def _type_of(path):
    """Return the annotation type that a file must have by its place in the folder."""
    return QUESTION_TYPES.get(path.parts[0], path.stem if len(path.parts) == 1 else path.parts[0])


def _too_few(counts):
    """Yield item and problem for each annotation type, and for all together, with too few templates."""
    for key, number in counts.items():
        if not number:
            yield ", ".join(filter(None, key)), "no template"
    types: Counter[tuple[str, str]] = Counter()
    for (annotation_type, category, _), number in counts.items():
        types[annotation_type, category] += number
    for (annotation_type, category), number in types.items():
        if number < LEAST_OF_A_TYPE:
            yield (
                f"{annotation_type}, {category}",
                f"{number} templates; expected {LEAST_OF_A_TYPE} or more",
            )
    if types.total() < LEAST_IN_ALL:
        yield "all types", f"{types.total()} templates; expected {LEAST_IN_ALL} or more"


# Rendering


def amounts(phrases: dict[tuple[str, str], tuple[Template, ...]]) -> list[tuple[dict[str, str], bool]]:
    """Return every phrase of an amount that occurs, with what agrees with it.

    Parameters
    ----------
    phrases : dict
        Of :class:`bentxt.questions.templates.TemplateSet`.

    Returns
    -------
    list of tuple
        ``(values, singular)``: the placeholders ``amount``, the nouns and the verbs.
    """
    found = []
    for statement in CATEGORY_TABLE["binary", "count"].phrases:
        numbers = {
            number
            for count in range(1, len(NUMBERS) + 2)
            for truth in (True, False)
            for name, some in count_statements(count, truth)
            for number in some
            if name == statement
        }
        for phrase, number in product(
            phrases["count", statement], sorted(numbers, key=lambda number: number or 0)
        ):
            singular = amount_is_singular(statement, number)
            values = {
                "amount": phrase.render({"number": NUMBERS[number - 1]} if number else {}),
                **{noun: noun if singular else _PLURAL_NOUNS[noun] for noun in NOUNS},
                **verb_forms(singular),
            }
            found.append((values, singular))
    return found


def quantities(phrases: dict[tuple[str, str], tuple[Template, ...]]) -> list[str]:
    """Return every phrase of an area once, in changing units, parameter as above; list of str."""
    units = cycle(("%", *METRIC_UNITS))
    found = []
    for statement in CATEGORY_TABLE["binary", "area"].phrases:
        for phrase, unit in zip(phrases["area", statement], units, strict=False):
            low, high = bound_text(3, 10, unit), bound_text(6, 10, unit)
            found.append(phrase.render({"bound": low, "low": low, "high": high}))
    return found


def renderings(
    template: Template,
    category: str,
    wording: Sequence[ClassWording],
    phrases: dict[tuple[str, str], tuple[Template, ...]],
) -> Iterator[tuple[str, tuple[tuple[str, bool], ...]]]:
    """Yield every text that a template can become.

    Parameters
    ----------
    template : Template
    category : str
    wording : sequence of ClassWording
    phrases : dict
        Of the template's file; without effect where the template takes none.

    Yields
    ------
    text : str
    subjects : tuple of tuple
        ``(words, singular)`` of the words that a verb can agree with.
    """
    choices = _choices(wording)
    if phrases and category == "count":
        choices["amount"] = [
            (values, ((values["amount"], singular),)) for values, singular in amounts(phrases)
        ]
    if phrases and category == "area":
        choices["quantity"] = [({"quantity": words}, ((words, True),)) for words in quantities(phrases)]
    names = {name for name in choices if f"{{{name}}}" in template.text}
    for chosen in product(*(choices[name] for name in choices if name in names)):
        values = {key: value for some, _ in chosen for key, value in some.items()}
        yield template.render(values), tuple(subject for _, subjects in chosen for subject in subjects)


def _choices(wording):
    """Return what can fill a template: for the first of its placeholders, all values with their subjects."""
    classes = [(forms, forms.number == "singular") for forms in wording]
    pairs = [(one, other) for one in range(len(wording)) for other in range(len(wording)) if one != other]
    return {
        "lower": [({"lower": f.lower, **verb_forms(one)}, ((f.lower, one),)) for f, one in classes],
        "plural": [({"plural": f.plural}, ((f.plural, False),)) for f, _ in classes],
        "any": [
            ({"any": wording[one].any, "other": wording[other].other}, ((wording[one].any, True),))
            for one, other in pairs
            if (one, other) == alphabetical(one, other)
        ],
        "anchor": [
            (
                {
                    "anchor": f"the {wording[anchor].lower}",
                    "target": f"the {wording[target].lower}",
                    **verb_forms(classes[target][1]),
                },
                ((f"the {wording[target].lower}", classes[target][1]),),
            )
            for anchor, target in pairs
        ],
        "extreme": [({"extreme": word}, ()) for word in ("largest", "smallest")],
        "point": [({"point": POINT}, ())],
    }


def rendering_problems(
    template: Template,
    category: str,
    wording: Sequence[ClassWording],
    phrases: dict[tuple[str, str], tuple[Template, ...]],
) -> Iterator[str]:
    """Yield each kind of fault in a template's texts once, with the first text that has it.

    Parameters as for :func:`renderings`.
    """
    seen = set()
    for text, subjects in renderings(template, category, wording, phrases):
        for fault, words in text_faults(text, subjects):
            if fault not in seen:
                seen.add(fault)
                yield f"{fault}: {words!r} in {text!r}"


def text_faults(text: str, subjects: Iterable[tuple[str, bool]] = ()) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a rendered text.

    Parameters
    ----------
    text : str
    subjects : tuple of tuple
        ``(words, singular)`` of the words that a verb can agree with.

    Yields
    ------
    fault : str
    words : str
        The words at fault.
    """
    plain = re.sub(r"</?(?:ref|point)>", "", text)
    for fault, pattern in _FAULTS.items():
        if match := pattern.search(plain):
            yield fault, match[0]
    for words, singular in subjects:
        for pattern in _disagreements(words, singular):
            match = pattern.search(plain)
            if match and match["verb"].lower() not in _NO_AGREEMENT:
                yield "the verb does not agree", match[0]
                break


_FAULTS = {
    "'a' before a vowel": re.compile(r"\ba (?!(?:eu|one|uni|us[aeiu])\w*)[aeiou]\w*", re.I),
    "'an' before a consonant": re.compile(r"\ban (?!hour|honest)[b-df-hj-np-tv-z]\w*", re.I),
    "a doubled word": re.compile(r"\b(\w+) \1\b", re.I),
    "a double space": re.compile(r"\S*\s{2,}\S*"),
    "an unfilled brace": re.compile(r"\S*[{}]\S*"),
}


@cache
def _disagreements(words, singular):
    """Return patterns of a verb in the other number: before its subject, after it, and in a clause."""
    own = re.escape(words)
    before, after = ("are|do|have|were", "are|do|were") if singular else ("is|does|has|was",) * 2
    # In the third person the verb of a singular subject ends in s, that of a plural one does not.
    ending = r"\w+(?<!s)(?<!ly)" if singular else r"\w+(?<!ss)(?<=s)"
    return (
        re.compile(rf"\b(?P<verb>{before}) (?:there )?{own}(?!\w)", re.I),
        re.compile(rf"(?<!\w)(?!(?:{_PREPOSITIONS}) )\w+ {own} (?P<verb>{after})\b", re.I),
        re.compile(rf"\b(?:if|that|where|whether) {own} (?P<verb>{ending})\b", re.I),
    )
