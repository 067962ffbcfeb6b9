"""How questions name the classes: the forms of ``resources/class_wording.yaml`` (Section 3.3)."""

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
CLASS_WORDING = RESOURCES / "class_wording.yaml"


@dataclass(frozen=True)
class ClassWording:
    """The forms of one class.

    Attributes
    ----------
    official : str
        Name in the nomenclature, as options of multiple-choice questions write it.
    lower : str
        Within a sentence: lower case, without commas.
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


def load_wording(path=CLASS_WORDING):
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


def _parse(name, forms, path):
    expected = {field.name for field in fields(ClassWording)} - {"official"}
    if not isinstance(forms, dict) or set(forms) != expected:
        raise InputError(f"a class has the forms {', '.join(sorted(expected))}", file=path, item=name)
    for form, text in forms.items():
        if not isinstance(text, str) or text != " ".join(text.split()) or "," in text or text != text.lower():
            raise InputError(
                f"form {form!r} must be lower-case text without commas or doubled spaces",
                file=path,
                item=name,
            )
    if forms["number"] not in ("singular", "plural"):
        raise InputError("number must be singular or plural", file=path, item=name)
    if not forms["any"].startswith("any "):
        raise InputError("the form 'any' must begin with the word any", file=path, item=name)
    return ClassWording(name, **forms)


class _UniqueKeyLoader(yaml.CSafeLoader):
    """YAML that refuses a key given twice, where the plain loader silently keeps the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def load_yaml(path):
    """Read a YAML resource; :class:`InputError` if it is missing, not YAML, or repeats a key."""
    try:
        return yaml.load(Path(path).read_text(encoding="utf-8"), _UniqueKeyLoader)
    except FileNotFoundError:
        raise InputError("resource file not found", file=path) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"not a valid YAML file: {error}", file=path) from error
