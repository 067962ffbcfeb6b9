"""Render every template once, and every class in every form: the text of tests/golden/templates_rendered.txt.

After a change of wording: ``PYTHONPATH=workflow_scripts python tests/unit/render_templates.py``, then read
what has changed as an English reader would.
"""

from itertools import cycle
from pathlib import Path

from bentxt.questions.binary import verb_forms
from bentxt.questions.quantities import NUMBERS, amount_is_singular, bound_text
from bentxt.questions.templates import PHRASES, load_templates
from bentxt.wording import RESOURCES, load_wording

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "templates_rendered.txt"
OPTIONS = " a) …, b) …, c) …, d) …"
FOLDERS = {"binary": "binary", "mcq": "mcq", "bounding_box": "bounding box"}


def template_sets():
    """Yield type and templates."""
    for folder, annotation_type in FOLDERS.items():
        files = (RESOURCES / "templates" / folder).glob("*.yaml")
        yield annotation_type, load_templates(files, annotation_type)
    yield "captioning", load_templates([RESOURCES / "templates" / "captioning.yaml"], "captioning")


def amounts(templates):
    """Return every phrase of an amount with the values of the placeholders that agree with it."""
    found = []
    for kind in PHRASES["binary", "count"]:
        for phrase in templates.phrases["count", kind]:
            numbers = [None] if kind in ("single", "multiple") else range(1, len(NUMBERS) + 1)
            for number in numbers:
                if number == 1 and kind in ("at least", "at most", "fewer than"):
                    continue
                singular = amount_is_singular(kind, number)
                nouns = ("area", "patch", "region") if singular else ("areas", "patches", "regions")
                found.append(
                    {
                        "amount": phrase.render({"number": NUMBERS[number - 1]} if number else {}),
                        **verb_forms(singular),
                        **dict(zip(("area", "patch", "region"), nouns, strict=True)),
                    }
                )
    return found


def quantities(templates):
    """Return every phrase of an area, in changing units."""
    units = cycle(("%", " m2", " m^2", " sqm", " square meters"))
    found = []
    for kind in PHRASES["binary", "area"]:
        for phrase in templates.phrases["area", kind]:
            unit = next(units)
            low, high = bound_text(3, 10, unit), bound_text(6, 10, unit)
            found.append(phrase.render({"bound": low, "low": low, "high": high}))
    return found


def render():
    """Return the text of the golden file."""
    wording = load_wording()
    lines = []
    classes = cycle(range(len(wording)))
    for annotation_type, templates in template_sets():
        chosen = {
            "quantity": cycle(quantities(templates) if annotation_type == "binary" else [""]),
            "amount": cycle(amounts(templates) if annotation_type == "binary" else [{}]),
            "extreme": cycle(("largest", "smallest")),
        }
        for (category, form), found in sorted(templates.templates.items()):
            lines += ["", f"# {annotation_type}, {category}{', ' + form if form else ''}"]
            for template in found:
                one, other = wording[next(classes)], wording[next(classes)]
                values = {
                    "lower": one.lower,
                    "plural": one.plural,
                    "any": one.any,
                    "other": other.other,
                    "anchor": f"the {other.lower}",
                    "target": f"the {one.lower}",
                    "point": "(0.82, 0.28)",
                    "extreme": next(chosen["extreme"]),
                    "quantity": next(chosen["quantity"]),
                    **verb_forms(one.number == "singular"),
                }
                if (annotation_type, category) == ("binary", "count"):
                    values |= next(chosen["amount"])
                options = OPTIONS if annotation_type == "mcq" else ""
                lines.append(f"{template.id}: {template.render(values)}{options}")
        if annotation_type == "binary":
            lines += ["", "# amounts"]
            lines += [
                f"{amount['Is_Are']} there {amount['amount']} connected {amount['patch']} of pastures?"
                for amount in amounts(templates)
            ]
            lines += ["", "# quantities"]
            lines += [f"Do pastures cover {quantity} of the image?" for quantity in quantities(templates)]
    lines += ["", "# classes"]
    for forms in wording:
        verbs = verb_forms(forms.number == "singular")
        lines += [
            f"{forms.official}",
            f"    Where {verbs['is_are']} the {forms.lower}?",
            f"    {verbs['Is_Are']} {forms.lower} visible? {verbs['Does_Do']} {forms.lower} occur?",
            f"    Do {forms.plural} cover 30%? Are there two patches of {forms.plural}?",
            f"    Does {forms.any} touch pastures? Does any arable land touch {forms.other}?",
        ]
    return "\n".join(lines[1:]) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(render(), encoding="utf-8")
