"""Similar classes: the shipped tiers are CORINE's hierarchy, and the nearest allowed class is picked."""

import pytest
import yaml

from bentxt.errors import InputError
from bentxt.nomenclature import CLASS_INDEX, CODES
from bentxt.questions.similar_classes import SIMILAR_CLASSES, load_similar_classes, most_similar


def test_tiers_are_the_groups_of_the_corine_codes():
    for index, (level_2, level_1, rest) in enumerate(load_similar_classes()):
        assert sorted([index, *level_2, *level_1, *rest]) == list(range(19))
        for other in range(19):
            if other != index:
                shared = max(
                    sum(1 for n in (1, 2) if str(one)[:n] == str(two)[:n])
                    for one in CODES[index]
                    for two in CODES[other]
                )
                assert (other in level_2, other in level_1) == (shared == 2, shared == 1)


def test_the_nearest_tier_with_an_allowed_class_gives_the_class():
    tiers = load_similar_classes()[CLASS_INDEX["Mixed forest"]]
    forests = {CLASS_INDEX["Broad-leaved forest"], CLASS_INDEX["Coniferous forest"]}
    assert {most_similar(tiers, forests | {0, 12}, draw) for draw in (0.0, 0.4, 0.6, 0.999)} == forests
    assert most_similar(tiers, {0, 12, 18}, 0.999) == 12
    assert most_similar(tiers, {0}, 0.999) == 0
    assert most_similar(tiers, {CLASS_INDEX["Mixed forest"]}, 0.5) is None
    assert most_similar(tiers, set(), 0.5) is None


@pytest.mark.parametrize(
    ("level_2", "problem"),
    [
        (["Meadows"], "unknown class 'Meadows'"),
        (["Pastures"], "lists itself"),
        (["Arable land"], "another class twice"),
    ],
)
def test_bad_tiers_are_refused(tmp_path, level_2, problem):
    content = yaml.safe_load(SIMILAR_CLASSES.read_text(encoding="utf-8"))
    content["Pastures"]["level_2"] = level_2
    path = tmp_path / "similar.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        load_similar_classes(path)
    assert caught.value.item == "Pastures"
    del content["Pastures"]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError, match="19 official class names"):
        load_similar_classes(path)
