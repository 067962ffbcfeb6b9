"""Weights of presence questions: what they do, the file that ships, and files that are refused."""

from collections import Counter

import pyarrow.parquet as pq
import pytest

from bentxt.errors import InputError
from bentxt.nomenclature import CLASS_INDEX, CLASSES
from bentxt.questions.presence_weights import (
    PRESENCE_WEIGHTS,
    fit_presence_weights,
    load_presence_weights,
)
from bentxt.questions.similar_classes import load_similar_classes, similar_absent_classes


def test_a_frequent_class_is_asked_about_as_often_where_it_is_absent():
    # Arable land covers 90 patches with pastures, and 10 without; permanent crops 10.
    arable, crops, pastures = (CLASS_INDEX[name] for name in ("Arable land", "Permanent crops", "Pastures"))
    similar = load_similar_classes()
    patches = {(arable, pastures): 90, (crops, pastures): 10, (arable, crops): 5, (crops,): 5}
    _, before = fit_presence_weights(patches, similar, steps=0)
    weights, after = fit_presence_weights(patches, similar)
    assert after < before
    assert weights[arable] < weights[crops]
    assert weights.max() == 1


def test_the_classes_that_are_asked_about_are_similar_and_absent():
    arable = CLASS_INDEX["Arable land"]
    near = similar_absent_classes([arable], load_similar_classes())
    assert {CLASSES[index] for index in near} == {
        "Permanent crops",
        "Pastures",
        "Complex cultivation patterns",
        "Land principally occupied by agriculture, with significant areas of natural vegetation",
        "Agro-forestry areas",
    }
    assert similar_absent_classes(range(19), load_similar_classes()) == []


def test_the_shipped_weights_are_the_fit_to_the_published_metadata(real_data):
    labels = pq.read_table(real_data / "metadata.parquet", columns=["labels"])["labels"].to_pylist()
    patches = Counter(tuple(sorted(map(CLASS_INDEX.__getitem__, own))) for own in labels)
    weights, blind = fit_presence_weights(patches, load_similar_classes())
    assert load_presence_weights() == pytest.approx(weights.tolist(), abs=1e-5)
    assert blind == pytest.approx(0.5, abs=1e-4)
    _, unweighted = fit_presence_weights(patches, load_similar_classes(), steps=0)
    assert unweighted > 0.7


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda text: text.replace("class,weight", "class,share"), "columns class and weight"),
        (lambda text: text.replace('"Pastures"', '"Meadows"'), "each once"),
        (lambda text: text + '"Pastures",0.5\n', "each once"),
        (lambda text: text.replace('"Pastures",0', '"Pastures",1'), "above 0 and at most 1"),
        (lambda text: text.replace('"Pastures",0', '"Pastures",-0'), "above 0 and at most 1"),
        (lambda text: text.replace('"Pastures",0', '"Pastures",much'), "columns class and weight"),
    ],
)
def test_bad_weights_are_refused(tmp_path, change, problem):
    path = tmp_path / "weights.csv"
    path.write_text(change(PRESENCE_WEIGHTS.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        load_presence_weights(path)
    assert caught.value.file == path


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(InputError, match="not found"):
        load_presence_weights(tmp_path / "weights.csv")
