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
    by_name = {forms.official: forms for forms in wording}
    moors = by_name["Moors, heathland and sclerophyllous vegetation"]
    assert moors.lower == moors.plural == moors.other == "moors, heathland, or sclerophyllous vegetation"
    assert moors.any == "any instance of moors, heathland, or sclerophyllous vegetation"
    beaches = by_name["Beaches, dunes, sands"]
    assert beaches.lower == beaches.plural == beaches.other == "beaches, dunes, or sands"
    grassland = by_name["Natural grassland and sparsely vegetated areas"]
    assert grassland.lower == grassland.plural == "natural grasslands or sparsely vegetated areas"
    assert grassland.other == "natural grassland or sparsely vegetated areas"
    assert by_name["Urban fabric"].other == by_name["Urban fabric"].plural == "urban fabrics"
    assert by_name["Agro-forestry areas"].any == "any instance of an agro-forestry area"
    assert by_name["Mixed forest"].other == "a mixed forest"
    waters = ("Inland wetlands", "Coastal wetlands", "Inland waters", "Marine waters")
    assert [by_name[name].any for name in waters] == [
        "any inland wetland",
        "any coastal wetland",
        "any inland water",
        "any marine water",
    ]
    land = "principally occupied by agriculture with significant areas of natural vegetation"
    occupied = wording[6]
    assert (occupied.lower, occupied.plural) == (f"land {land}", f"lands {land}")
    assert (occupied.any, occupied.other) == (f"any instance of land {land}", f"land {land}")


def test_a_form_that_cannot_be_counted_comes_with_an_instance():
    for forms in load_wording():
        noun = forms.any.removeprefix("any ").removeprefix("instance of ")
        if not forms.any.startswith("any instance of "):
            assert noun in (forms.lower, forms.lower.removesuffix("s")), "the verb of a plural is plural"


@pytest.mark.parametrize(
    ("change", "item"),
    [
        (lambda content: content.pop("Pastures"), "Pastures"),
        (lambda content: content.update(Meadows={}), "Meadows"),
        (lambda content: content["Pastures"].pop("any"), "Pastures"),
        (lambda content: content["Pastures"].update(lower="Pastures"), "Pastures"),
        (lambda content: content["Pastures"].update(lower="pastures,meadows"), "Pastures"),
        (lambda content: content["Pastures"].update(lower="pastures, meadows,"), "Pastures"),
        (lambda content: content["Pastures"].update(lower=", pastures"), "Pastures"),
        (lambda content: content["Pastures"].update(lower="pastures "), "Pastures"),
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
