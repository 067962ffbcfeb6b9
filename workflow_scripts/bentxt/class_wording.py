"""How questions name the classes: the forms of ``resources/class_wording.yaml`` (Section 3.1)."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES
from bentxt.resources import RESOURCES, load_yaml


def verb_forms(singular: bool) -> dict[str, str]:
    """Return the values of the verb placeholders.

    Examples
    --------
    >>> verb_forms(singular=False)["Is_Are"]
    'Are'
    """
    if singular:
        return {"is_are": "is", "Is_Are": "Is", "does_do": "does", "Does_Do": "Does"}
    return {"is_are": "are", "Is_Are": "Are", "does_do": "do", "Does_Do": "Do"}


CLASS_WORDING = RESOURCES / "class_wording.yaml"

_WELL_WRITTEN = re.compile(r"[a-z]+(?:-[a-z]+)*(?:,? [a-z]+(?:-[a-z]+)*)*")


@dataclass(frozen=True)
class ClassWording:
    """The forms of one class.

    Attributes
    ----------
    official : str
        Name in the nomenclature, as options of multiple-choice questions write it.
    lower : str
        Within a sentence: lower case, with "or" for "and"; two classes keep their commas.
    number : str
        ``singular`` or ``plural``: how a verb agrees with ``lower``.
    plural : str
        Plural form; the verb is plural.
    any : str
        As the first class of an adjacency question; the verb is singular.
    other : str
        As the second class of an adjacency question.
    """

    official: str
    lower: str
    number: str
    plural: str
    any: str
    other: str


def load_wording(path: Path | str = CLASS_WORDING) -> tuple[ClassWording, ...]:
    """Read the forms of the 19 classes.

    Parameters
    ----------
    path : str or Path
        YAML: official name to ``lower``, ``number``, ``plural``, ``any``, ``other``.

    Returns
    -------
    tuple of ClassWording
        In nomenclature order.

    Raises
    ------
    InputError
        If a class or form is missing, unknown, badly written or the same for two classes.
    """
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != set(CLASSES):
        wrong = sorted(set(CLASSES) ^ set(content if isinstance(content, dict) else ()))
        raise InputError("the 19 official class names are expected as keys", file=path, item=", ".join(wrong))
    wording = tuple(_parse(name, content[name], path) for name in CLASSES)
    for form in ("lower", "plural", "any", "other"):
        seen = {}
        for forms in wording:
            text = getattr(forms, form)
            if text in seen:
                raise InputError(
                    f"two classes share the {form} form {text!r}", file=path, item=forms.official
                )
            seen[text] = forms.official
    return wording


def _parse(name: str, forms: Any, path: Path | str) -> ClassWording:
    expected = {field.name for field in fields(ClassWording)} - {"official"}
    if not isinstance(forms, dict) or set(forms) != expected:
        raise InputError(f"a class has the forms {', '.join(sorted(expected))}", file=path, item=name)
    for form, text in forms.items():
        if not isinstance(text, str) or not _WELL_WRITTEN.fullmatch(text):
            raise InputError(
                f"form {form!r} must be lower-case words, hyphenated or not, with single spaces and commas "
                f"only between words: {text!r}",
                file=path,
                item=name,
            )
    if forms["number"] not in ("singular", "plural"):
        raise InputError("number must be singular or plural", file=path, item=name)
    if not forms["any"].startswith("any "):
        raise InputError("the form 'any' must begin with the word any", file=path, item=name)
    return ClassWording(name, **forms)
