"""Forms of the class names: the file that ships, and the files that are refused."""

import pytest
import yaml

from bentxt.class_wording import CLASS_WORDING, load_wording
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES


@pytest.fixture
def changed(tmp_path):
    """Write the shipped forms with a change made by a function; return the path."""

    def write(change):
        content = yaml.safe_load(CLASS_WORDING.read_text(encoding="utf-8"))
        change(content)
        path = tmp_path / "class_wording.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    return write


def test_forms_as_the_release_writes_them():
    wording = load_wording()
    assert [forms.official for forms in wording] == list(CLASSES)
    lower = {forms.lower for forms in wording}
    assert {
        "land principally occupied by agriculture with significant areas of natural vegetation",
        "transitional woodlands or shrubs",
        "natural grasslands or sparsely vegetated areas",
        "moors heathland or sclerophyllous vegetation",
        "beaches dunes or sands",
        "urban fabric",
        "broad-leaved forest",
    } <= lower
    plural = {forms.plural for forms in wording}
    assert {
        "urban fabrics",
        "arable lands",
        "mixed forests",
        "pastures",
        "complex cultivation patterns",
    } <= plural
    assert wording[2].any == "any arable land"
    assert wording[4].any == "any instance of pastures"
    assert wording[10].other == "a mixed forest"


def test_any_takes_a_singular_verb_in_every_form():
    for forms in load_wording():
        assert forms.any.startswith("any instance of ") == (forms.number == "plural")


@pytest.mark.parametrize(
    ("change", "item"),
    [
        (lambda content: content.pop("Pastures"), "Pastures"),
        (lambda content: content.update(Meadows={}), "Meadows"),
        (lambda content: content["Pastures"].pop("any"), "Pastures"),
        (lambda content: content["Pastures"].update(lower="Pastures"), "Pastures"),
        (lambda content: content["Pastures"].update(lower="pastures, meadows"), "Pastures"),
        (lambda content: content["Pastures"].update(lower="two  spaces"), "Pastures"),
        (lambda content: content["Pastures"].update(number="many"), "Pastures"),
        (lambda content: content["Pastures"].update(any="some pastures"), "Pastures"),
        (lambda content: content["Pastures"].update(plural="arable lands"), "Pastures"),
    ],
)
def test_bad_forms_are_refused_with_their_class(changed, change, item):
    with pytest.raises(InputError) as caught:
        load_wording(changed(change))
    assert item in caught.value.item
