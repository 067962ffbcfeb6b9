import pytest

from bentxt.evaluation.score import Score
from bentxt.reporting.model_comparison import (
    AGREEMENT_COLUMNS,
    COMPARISON_COLUMNS,
    METRICS,
    agreement_pairs,
    agreement_rows,
    compare_models,
    comparison_rows,
    table8_claims,
)
from bentxt.reporting.table_layouts import BEST_LAYOUTS
from worlds.scored_items_world import UNREAD, item_rows, model_items, wrong

DRAWS = {"resamples": 200, "seed": 5}
BINARY = item_rows("binary", 24, 8)


def binary_models():
    return [
        model_items("GeoA", "binary", wrong(BINARY, range(0, 24, 2))),
        model_items("Wide", "binary", wrong(BINARY, range(0, 24, 3))),
        model_items("Other", "binary", wrong(BINARY, range(23))),
        model_items("RS-InternVL", "binary", wrong(BINARY, [0]), weights="tiny"),
    ]


def test_the_first_metrics_are_those_of_table_8():
    first = {(task, metrics[0].name) for task, metrics in METRICS.items()}
    assert first == set(BEST_LAYOUTS["table8"].values.values())
    captions = {(task, metric.name) for task, metrics in METRICS.items() for metric in metrics}
    assert set(BEST_LAYOUTS["table_s11"].values.values()) <= captions


def test_every_pair_is_compared_once_and_the_fine_tuned_model_stands_first():
    found = compare_models("binary", binary_models(), **DRAWS)
    assert [(each.first.name, each.second.name) for each in found] == [
        ("RS-InternVL", "GeoA"),
        ("RS-InternVL", "Wide"),
        ("RS-InternVL", "Other"),
        ("GeoA", "Wide"),
        ("GeoA", "Other"),
        ("Wide", "Other"),
    ]
    assert found[0].found.difference == pytest.approx(100 * (12 - 1) / 24)
    assert {each.pairs for each in found} == {6}
    assert all(each.p_holm >= each.found.p_value for each in found)
    row = comparison_rows(found, "mini")[0]
    assert tuple(row) == COMPARISON_COLUMNS
    assert (row["first_weights"], row["second_weights"], row["items"], row["images"]) == (
        "tiny",
        "published",
        24,
        8,
    )


def test_values_are_those_of_the_score_files():
    models = binary_models()
    found = compare_models("binary", models, **DRAWS)
    score: Score = models[0].score
    assert found[0].found.second == pytest.approx(score.metrics["accuracy"].value)


def test_an_item_without_a_value_of_one_model_is_left_out_of_the_pair():
    rows = item_rows("captioning", 12, 6)
    without = [row | {"meteor": None} for row in rows]
    half = [row | {"meteor": None if place % 2 else 0.5} for place, row in enumerate(rows)]
    models = [model_items(name, "captioning", each) for name, each in (("GeoA", rows), ("Wide", half))]
    models.append(model_items("Other", "captioning", without))
    found = {
        (each.metric.name, each.first.name, each.second.name): each
        for each in compare_models("captioning", models, **DRAWS)
    }
    meteor = found["meteor", "GeoA", "Wide"]
    assert (meteor.found.items, meteor.pairs) == (6, 1)
    assert meteor.found.difference == pytest.approx(40)
    assert ("meteor", "GeoA", "Other") not in found
    assert found["bleu4", "GeoA", "Other"].found.items == 12
    assert found["bleu4", "GeoA", "Other"].found.first == pytest.approx(100)


def test_the_claim_names_the_best_of_each_group_and_adjusts_for_the_claims_alone():
    models = binary_models()
    comparisons = compare_models("binary", models, **DRAWS)
    claims = table8_claims(comparisons, {"binary": models, "mcq": [models[3]]})
    assert [(claim.task, claim.group, claim.best) for claim in claims] == [
        ("binary", "RS", "GeoA"),
        ("binary", "CV", "Wide"),
        ("mcq", "RS", None),
        ("mcq", "CV", None),
    ]
    assert claims[1].found.difference == pytest.approx(100 * (8 - 1) / 24)
    assert claims[0].p_holm <= 2 * claims[0].found.p_value
    assert (claims[2].found, claims[2].p_holm) == (None, None)


def test_agreement_of_pairs_as_rows():
    models = [
        model_items("Wide", "binary", [BINARY[0] | UNREAD, *BINARY[1:]]),
        model_items("Other", "binary", wrong(BINARY, range(12))),
    ]
    (row,) = agreement_rows(list(agreement_pairs("binary", models)), "mini")
    assert tuple(row) == AGREEMENT_COLUMNS
    assert (row["equal"], row["only_first"], row["both_wrong"]) == pytest.approx((50, 1100 / 24, 100 / 24))
    assert (row["unparsed_first"], row["unparsed_second"]) == (1, 0)


def test_one_model_has_nobody_to_be_compared_with():
    assert compare_models("binary", binary_models()[:1], **DRAWS) == []
    assert list(agreement_pairs("binary", binary_models()[:1])) == []
