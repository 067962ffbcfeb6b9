"""Proof-reading of the templates: each kind of fault is found and named, and the real files have none."""

import shutil

import pytest
import yaml

from bentxt.class_wording import CLASS_WORDING
from bentxt.questions.template_proofreading import LEAST_IN_ALL, check_templates, counts_table, text_faults
from bentxt.resources import RESOURCES


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the real templates."""
    return shutil.copytree(RESOURCES / "templates", tmp_path / "templates")


def replace(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def keep(folder, name, number, form=None):
    """Keep the first templates of a file, or of one of its forms."""
    content = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    own = [entry for entry in content["templates"] if form in (None, entry.get("form"))]
    content["templates"] = [entry for entry in content["templates"] if entry not in own[number:]]
    (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")


def test_the_real_templates_have_no_problem():
    problems, counts = check_templates(RESOURCES / "templates")
    assert problems == []
    table = counts_table(counts).splitlines()
    assert len(table) == len(counts) + 2
    assert table[-1].split() == ["all", str(sum(counts.values()))]
    assert "bounding box  reference     extreme" in "\n".join(table)


PRESENCE, COUNT, AREA = "binary/presence.yaml", "binary/count.yaml", "binary/area.yaml"


@pytest.mark.parametrize(
    ("name", "old", "new", "identifier", "problem"),
    [
        (
            PRESENCE,
            "Does this scene contain {lower}?",
            "does the  image, show {lower}?",
            "binary-presence-03",
            "the same text as binary-presence-01",
        ),
        (
            "mcq/season.yaml",
            "What season does the image show?",
            "Which country does the image show?",
            "mcq-season-20",
            "the same text as mcq-country-03",
        ),
        (
            "mcq/season.yaml",
            "id: mcq-season-20",
            "id: mcq-country-20",
            "mcq-country-20",
            "the same identifier as mcq-country-20",
        ),
        (PRESENCE, "contain {lower}?", "contain forest?", "binary-presence-03", "{lower} is missing"),
        (PRESENCE, "contain {lower}?", "contain {lower} {x}?", "binary-presence-03", "placeholder {x}"),
        (PRESENCE, "contain {lower}?", "contain {lower}.", "binary-presence-03", "must end with ?"),
        (PRESENCE, "scene contain {lower}", "scene  contain {lower}", "binary-presence-03", "doubled"),
        (
            PRESENCE,
            "contain {lower}?",
            "contain {lower}?Can you see it?",
            "binary-presence-03",
            "run together",
        ),
        (
            PRESENCE,
            "contain {lower}?",
            "contain {lower} Can you see it?",
            "binary-presence-03",
            "run together",
        ),
        (PRESENCE, "contain {lower}?", "lack {lower}?", "binary-presence-03", "a negation"),
        (PRESENCE, "contain {lower}?", "contain a {lower}?", "binary-presence-03", "'a' before a vowel"),
        (PRESENCE, "contain {lower}?", "show an {lower}?", "binary-presence-03", "'an' before a consonant"),
        (COUNT, "this image show {amount}", "this image show more {amount}", "binary-count-01", "a doubled"),
        (
            PRESENCE,
            "{Is_Are} {lower} visible in the image?",
            "Is {lower} visible in the image?",
            "binary-presence-05",
            "does not agree: 'Is industrial or commercial units' in",
        ),
        (
            PRESENCE,
            "Is it true that this scene includes {lower}?",
            "Is it true that {lower} cover this scene?",
            "binary-presence-13",
            "does not agree: 'that urban fabric cover' in",
        ),
        (
            COUNT,
            "{Is_Are} there {amount} continuous {region}",
            "Are there {amount} continuous {region}",
            "binary-count-04",
            "does not agree: 'Are there exactly one' in",
        ),
        (
            AREA,
            "Is {quantity} of the image covered",
            "Are {quantity} of the image covered",
            "binary-area-quantity-08",
            "does not agree: 'Are at least 30%' in",
        ),
        (
            "mcq/relative_position.yaml",
            "Seen from {anchor}, where {is_are} {target}?",
            "Seen from {anchor}, where is {target}?",
            "mcq-relative-position-03",
            "does not agree: 'is the industrial or commercial units' in",
        ),
        (AREA, "no less than {bound}", "no less than  {bound}", "binary-area-quantity-01", "a double space"),
        (
            AREA,
            "binary-area-whole-01\n    form: whole",
            "binary-area-whole-01\n    form: all",
            "binary-area-whole-01",
            "form is 'all'",
        ),
        (AREA, "no less than {bound}", "no less than {low}", "phrases, at least", "{bound} is missing"),
        (
            "bounding_box/point.yaml",
            "What is the bounding box of the class instance at <point>{point}</point>?",
            "What is the bounding box of the class instance at {point}?",
            "box-point-08",
            "expected <point>",
        ),
    ],
)
def test_each_kind_of_fault_is_found(folder, name, old, new, identifier, problem):
    path = replace(folder, name, old, new)
    for other in set(folder.rglob("*.yaml")) - {path, folder / "mcq" / "country.yaml"}:
        other.unlink()
    found = [str(entry) for entry in check_templates(folder)[0]]
    assert any(line.startswith(f"{path}: {identifier}") and problem in line for line in found), found


def test_all_problems_are_listed(folder):
    adjacency = replace(folder, "binary/adjacency.yaml", "border {other} in the image", "border {another}")
    captioning = replace(
        folder, "captioning.yaml", "Describe the land cover in this satellite image", "describe  it"
    )
    keep(folder, "mcq/season.yaml", 20)
    keep(folder, "binary/area.yaml", 0, "whole")
    found = [str(entry) for entry in check_templates(folder)[0]]
    item = "binary-adjacency-01: Does {any} border {another}?"
    ending = "{another}; known here: any, other"
    caption = "captioning-01: describe  it, including country, season and climate zone."
    assert found == [
        f"{adjacency}: {item}: placeholder {{other}} is missing",
        f"{adjacency}: {item}: unknown placeholder {ending}",
        f"{captioning}: {caption}: doubled, leading or trailing spaces",
        f"{captioning}: {caption}: the first letter must be a capital",
        f"{folder}: binary, area, whole: no template",
        f"{folder}: mcq, season: 20 templates; expected 21 or more",
    ]


def test_too_few_templates_in_all(folder):
    for name in ("area", "country", "presence"):
        keep(folder, f"mcq/{name}.yaml", 21)
    for path in (folder / "bounding_box").iterdir():
        keep(folder, path.relative_to(folder), 21)
    problems, counts = check_templates(folder)
    total = sum(counts.values())
    assert total < LEAST_IN_ALL
    assert [str(entry) for entry in problems] == [
        f"{folder}: bounding box, reference, extreme: no template",
        f"{folder}: all types: {total} templates; expected 469 or more",
    ]


def test_files_that_are_no_template_files_are_named_and_the_others_still_checked(folder):
    (folder / "binary/count.yaml").write_text("a: [", encoding="utf-8")
    (folder / "notes.yaml").write_text("a: 1", encoding="utf-8")
    replace(folder, "mcq/season.yaml", "category: season", "category: seasons")
    path = replace(folder, "mcq/country.yaml", "Where was this satellite image taken?", "Where is it.")
    found = [str(entry) for entry in check_templates(folder)[0]]
    assert any(line.startswith(f"{folder}/binary/count.yaml: ") and "YAML" in line for line in found)
    assert any(line.startswith(f"{folder}/notes.yaml: ") and "keys" in line for line in found)
    assert any(line.startswith(f"{folder}/mcq/season.yaml: ") and "'seasons'" in line for line in found)
    item = "mcq-country-27: Where is it."
    assert f"{path}: {item}: a question without question mark" in found


def test_bad_wording_is_a_problem_too(folder, tmp_path):
    wording = tmp_path / "class_wording.yaml"
    wording.write_text(
        CLASS_WORDING.read_text(encoding="utf-8").replace("lower: pastures", "lower: Pastures"),
        encoding="utf-8",
    )
    (problem,) = check_templates(folder, wording)[0]
    assert (problem.file, problem.item) == (str(wording), "Pastures")
    assert "lower-case" in problem.problem


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("Is a unit of urban fabric near one of an hour's walk?", (("urban fabric", True),)),
        ("Is 30% of the image covered by pastures?", (("pastures", False), ("30%", True))),
        ("Does any forest have a border here?", (("any forest", True),)),
        ("Which class near the pastures is this?", ()),
        ("Is the area of pastures that is shown large?", (("pastures", False),)),
        ("Is the part covered by pastures is shown?", (("pastures", False),)),
        ("Is it true that pastures can be seen?", (("pastures", False),)),
        ("Is it true that at least 30% of it is visible?", (("at least 30%", True),)),
        ("Find the <ref>largest area of pastures</ref>.", ()),
    ],
)
def test_correct_texts_have_no_fault(text, subjects):
    assert list(text_faults(text, subjects)) == []


AGREEMENT = "the verb does not agree"


@pytest.mark.parametrize(
    ("text", "subjects", "fault"),
    [
        ("Find a <ref>arable land</ref>.", (), ("'a' before a vowel", "a arable")),
        ("Find an <ref>mixed forest</ref>.", (), ("'an' before a consonant", "an mixed")),
        ("Is there an  area?", (), ("a double space", "an  area?")),
        ("Is {lower} here?", (), ("an unfilled brace", "{lower}")),
        ("Is it in the The image?", (), ("a doubled word", "the The")),
        ("Have urban fabric a border?", (("urban fabric", True),), (AGREEMENT, "Have urban fabric")),
        ("Are there one area?", (("one", True),), (AGREEMENT, "Are there one")),
        ("Do you say urban fabric are here?", (("urban fabric", True),), (AGREEMENT, "say urban fabric are")),
        ("Do you see where pastures is?", (("pastures", False),), (AGREEMENT, "where pastures is")),
        ("Do you see if pastures covers it?", (("pastures", False),), (AGREEMENT, "if pastures covers")),
    ],
)
def test_faults_of_texts_are_found(text, subjects, fault):
    assert list(text_faults(text, subjects)) == [fault]


def test_the_program_prints_all_problems_and_fails_or_the_numbers(folder, run_program):
    done = run_program("check_templates", "--templates", folder)
    assert done.stdout.splitlines()[0].split() == ["type", "category", "form", "templates"]
    assert done.stderr == ""
    replace(folder, "mcq/season.yaml", "What season does the image show?", "What season is it.")
    replace(folder, "mcq/country.yaml", "Where was this satellite image taken?", "Where is it?Name it?")
    done = run_program("check_templates", "--templates", folder, check=False)
    assert done.returncode == 1
    assert "mcq-season-20: What season is it.: a question without question mark" in done.stdout
    assert "mcq-country-27: Where is it?Name it?: two sentences" in done.stdout
    assert done.stderr == f"error: {len(done.stdout.splitlines())} problems in {folder}\n"


def test_the_lint_runs_the_program():
    lint = (RESOURCES.parent / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    assert "workflow_scripts/check_templates.py" in lint
