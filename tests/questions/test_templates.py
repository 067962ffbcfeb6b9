"""Templates: what the loader refuses, and what every template reads like."""

import pytest
import yaml

from bentxt.class_wording import load_wording
from bentxt.errors import InputError
from bentxt.questions.categories import CATEGORY_TABLE
from bentxt.questions.templates import Template, load_templates
from worlds.render_templates import GOLDEN, RENDERED, template_sets

INSTRUCTION = "Describe the landscape in this image."


def captioning(tmp_path, *texts, **keys):
    """Write a file of captioning templates; entries may be texts or whole entries."""
    entries = [
        text if isinstance(text, dict) else {"id": f"caption-{n}", "text": text}
        for n, text in enumerate(texts)
    ]
    path = tmp_path / "captioning.yaml"
    content = {"type": "captioning", "category": "None", "templates": entries} | keys
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def refusal(path, annotation_type="captioning"):
    with pytest.raises(InputError) as caught:
        load_templates([path], annotation_type)
    assert str(caught.value.file) == str(path)
    return caught.value


def binary(tmp_path, category, texts, form=None, **keys):
    path = tmp_path / f"{category}.yaml"
    entries = [
        {"id": f"{category}-{n}", "text": text, **({"form": form} if form else {})}
        for n, text in enumerate(texts)
    ]
    content = {"type": "binary", "category": category, "templates": entries} | keys
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", RENDERED)
def test_rendered_templates_and_classes_are_the_golden_ones(name):
    # After a change of wording see render_templates.py.
    assert RENDERED[name]() == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_class_is_in_the_rendered_templates():
    rendered = (GOLDEN / "templates_rendered.txt").read_text(encoding="utf-8")
    assert all(forms.lower in rendered or forms.plural in rendered for forms in load_wording())


def test_there_are_as_many_templates_as_in_the_paper_and_more():
    counted = {
        (annotation_type, *key): len(group)
        for annotation_type, templates in template_sets()
        for key, group in templates.templates.items()
    }
    assert set(counted) == {(*key, form) for key, row in CATEGORY_TABLE.items() for form in row.forms}
    assert sum(counted.values()) >= 500
    least = {"whole": 9, "others": 9, "single": 26, "extreme": 26}
    assert all(number >= least.get(form, 24) for (_, _, form), number in counted.items())
    assert len({key[:2] for key in counted}) == 15


def test_render_keeps_percent_signs():
    assert Template("t", "Is {a} 30% of {b}?").render({"a": "x", "b": "y", "c": "z"}) == "Is x 30% of y?"
    assert Template("t", "Is it 30%?").render({}) == "Is it 30%?"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Describe  the image.", "doubled"),
        (" Describe the image.", "doubled"),
        ("Describe the image .", "space before"),
        ("describe the image.", "capital"),
        ("Describe the image", "must end with"),
        ("Can you describe the image.", "without question mark"),
        ("What does the image show.", "without question mark"),
        ("Describe the image?", "not a question"),
        ("Describe the image. Mention the season.", "two sentences"),
        ("Describe the image.Mention the season.", "two sentences"),
        ("What is shown?Describe the image.", "two sentences"),
        ("Describe the image; mention the season.", "two sentences"),
        ("Describe the imageMention the season.", "run together"),
        ("Describe the image Mention the season.", "run together"),
        ("Describe the image without its season.", "negation: 'without'"),
        ("What doesn't this image show?", "negation"),
        ("Describe the {lower} image.", "unknown placeholder {lower}"),
        ("Describe the {lower image.", "braces"),
        ("", "must be text"),
        (7, "must be text"),
    ],
)
def test_bad_texts_are_refused_with_their_template(tmp_path, text, problem):
    error = refusal(captioning(tmp_path, INSTRUCTION, text))
    assert problem in error.problem
    assert "caption-1" in str(error.item)


@pytest.mark.parametrize(
    ("category", "text", "problem"),
    [
        ("presence", "Does the image show forests?", "{lower} is missing"),
        ("presence", "Does the image show {lower} and {plural}?", "unknown placeholder {plural}"),
        ("presence", "Does the image show {lower} and {lower}?", "used twice"),
        ("presence", "Does the image show {lower:>9}?", "take no format"),
        ("presence", "Does {lower} occur here and {Is_Are} it large?", "run together"),
        ("adjacency", "Does {any} touch anything?", "{other} is missing"),
    ],
)
def test_bad_placeholders_are_refused(tmp_path, category, text, problem):
    assert problem in refusal(binary(tmp_path, category, [text]), "binary").problem


def test_a_count_template_needs_a_noun_that_agrees(tmp_path):
    phrases = {
        statement: ["{number} or so"] if statement not in ("single", "multiple") else ["many"]
        for statement in ("exactly", "at least", "at most", "more than", "fewer than", "single", "multiple")
    }
    path = binary(tmp_path, "count", ["Are there {amount} areas of {plural}?"], phrases=phrases)
    assert "one of the placeholders area, patch, region" in refusal(path, "binary").problem


@pytest.mark.parametrize(
    ("phrases", "problem"),
    [
        ({}, "phrases must hold"),
        ({"at least": ["at least {number}"]}, "{bound} is missing"),
        ({"at least": ["at least {bound}", "at least {bound}"]}, "phrases must hold"),
        ({"at least": ["at least {bound}"], "about": ["about {bound}"]}, "unknown kind of quantity 'about'"),
        (["at least {bound}"], "phrases must hold"),
        ({"at least": [7]}, "phrases must hold"),
    ],
)
def test_bad_phrases_are_refused(tmp_path, phrases, problem):
    path = binary(tmp_path, "area", ["Do {plural} cover {quantity}?"], "quantity", phrases=phrases)
    assert problem in refusal(path, "binary").problem


@pytest.mark.parametrize(
    "text",
    [
        "Locate the {lower}.",
        "Locate the <ref>{lower}.",
        "Locate the <ref>forest</ref> of {lower}.",
        "Locate <ref>{lower}</ref> or <point>.",
    ],
)
def test_a_reference_stands_in_its_tag(tmp_path, text):
    entry = {"id": "r", "text": text, "form": "single"}
    path = captioning(tmp_path, entry, type="bounding box", category="reference")
    assert "<ref>{lower}</ref>" in refusal(path, "bounding box").problem


def test_duplicates_are_refused(tmp_path):
    assert "also in" in refusal(captioning(tmp_path, INSTRUCTION, INSTRUCTION)).problem
    same = {"id": "caption-0", "text": "Describe this scene."}
    assert "also in" in refusal(captioning(tmp_path, INSTRUCTION, same)).problem


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"type": "mcq"}, "type is 'mcq'"),
        ({"category": "presence"}, "category is 'presence'"),
        ({"note": "x"}, "unknown key 'note'"),
        ({"templates": []}, "list of templates"),
        ({"templates": ["text"]}, "an id, a text"),
        ({"templates": [{"id": 7, "text": INSTRUCTION}]}, "an id, a text"),
        ({"templates": [{"id": "a", "text": INSTRUCTION, "form": "single"}]}, "form is 'single'"),
    ],
)
def test_bad_files_are_refused(tmp_path, keys, problem):
    assert problem in refusal(captioning(tmp_path, INSTRUCTION, **keys)).problem


def test_missing_files_and_categories_are_named(tmp_path):
    assert "not found" in refusal(tmp_path / "nothing.yaml").problem
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [", encoding="utf-8")
    assert "YAML" in refusal(bad).problem
    twice = tmp_path / "twice.yaml"
    twice.write_text("type: captioning\ntype: mcq\n", encoding="utf-8")
    assert "given twice" in refusal(twice).problem
    path = binary(tmp_path, "presence", ["Does the image show {lower}?"])
    with pytest.raises(InputError, match="no template of category 'adjacency'"):
        load_templates([path], "binary")
