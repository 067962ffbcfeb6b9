"""Render every template once, and every class in every form: the golden files that a reader can proof-read.

After a change of wording: ``PYTHONPATH=workflow_scripts python tests/worlds/render_templates.py``, then read
what has changed as an English reader would.
"""

from itertools import cycle
from pathlib import Path

from bentxt.class_wording import load_wording, verb_forms
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.template_proofreading import POINT, amounts, quantities
from bentxt.questions.templates import load_templates
from bentxt.resources import RESOURCES

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
TEMPLATES = RESOURCES / "templates"
OPTIONS = " a) …, b) …, c) …, d) …"
#: Short templates in which each form occurs.
SENTENCES = (
    ("official", "mcq-presence-03"),
    ("lower", "binary-presence-05"),
    ("lower", "binary-presence-17"),
    ("lower", "mcq-relative-position-16"),
    ("lower", "mcq-count-02"),
    ("plural", "binary-area-quantity-01"),
    ("plural", "binary-count-01"),
    ("any", "binary-adjacency-04"),
    ("other", "binary-adjacency-04"),
)


def template_sets():
    """Yield type and templates."""
    for folder, annotation_type in QUESTION_TYPES.items():
        yield annotation_type, load_templates((TEMPLATES / folder).glob("*.yaml"), annotation_type)
    yield "captioning", load_templates([TEMPLATES / "captioning.yaml"], "captioning")


def values_of(one, other):
    """Return what fills the placeholders of classes."""
    return {
        "lower": one.lower,
        "plural": one.plural,
        "any": one.any,
        "other": other.other,
        "anchor": f"the {other.lower}",
        "target": f"the {one.lower}",
        **verb_forms(one.number == "singular"),
    }


def render_templates():
    """Return the text of ``templates_rendered.txt``."""
    wording = load_wording()
    lines = []
    classes = cycle(wording)
    for annotation_type, templates in template_sets():
        some = {"point": cycle([POINT]), "extreme": cycle(("largest", "smallest"))}
        if annotation_type == "binary":
            some["quantity"] = cycle(quantities(templates.phrases))
        for (category, form), found in sorted(templates.templates.items()):
            lines += ["", f"# {annotation_type}, {category}{', ' + form if form else ''}"]
            agreeing = cycle([{}])
            if (annotation_type, category) == ("binary", "count"):
                agreeing = cycle(values for values, _ in amounts(templates.phrases))
            for template in found:
                values = values_of(next(classes), next(classes)) | next(agreeing)
                values |= {name: next(choices) for name, choices in some.items()}
                options = OPTIONS if annotation_type == "mcq" else ""
                lines.append(f"{template.id}: {template.render(values)}{options}")
    return "\n".join(lines[1:]) + "\n"


def render_classes():
    """Return the text of ``class_forms.txt``."""
    wording = load_wording()
    sets = dict(template_sets())
    templates = {
        template.id: template
        for _, group in sets.items()
        for found in group.templates.values()
        for template in found
    }
    phrases = sets["binary"].phrases
    amount = cycle(values for values, _ in amounts(phrases))
    quantity = cycle(quantities(phrases))
    lines = []
    for n, forms in enumerate(wording):
        lines.append(forms.official)
        for form, identifier in SENTENCES:
            one, other = forms, wording[(n + 1) % len(wording)]
            if form == "other":
                one, other = other, one
            values = values_of(one, other)
            if identifier.startswith("binary-count"):
                values |= next(amount)
            elif identifier.startswith("binary-area"):
                values["quantity"] = next(quantity)
            options = f" a) {forms.official}, b) …, c) …, d) …" if form == "official" else ""
            lines.append(f"    {form}: {templates[identifier].render(values)}{options}")
    return "\n".join(lines) + "\n"


RENDERED = {"templates_rendered.txt": render_templates, "class_forms.txt": render_classes}

if __name__ == "__main__":
    for name, render in RENDERED.items():
        (GOLDEN / name).write_text(render(), encoding="utf-8")
