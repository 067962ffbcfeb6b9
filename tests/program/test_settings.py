"""The config is refused with a message that says which key, which value and what is allowed."""

import copy
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.program.config_check import check_config
from bentxt.program.settings import section, select_settings

PROJECT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((PROJECT / "config.yaml").read_text())
SCHEMA = yaml.safe_load((PROJECT / "config/schema.yaml").read_text())


def changed(key, value):
    config = copy.deepcopy(CONFIG)
    *parents, last = key.split(".")
    section = config
    for part in parents:
        section = section[part]
    section[last] = value
    return config


def merged(base, overlay):
    result = dict(base)
    for key, value in overlay.items():
        result[key] = (
            merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        )
    return result


def test_the_embedded_config_and_the_overlays_are_valid():
    check_config(CONFIG, SCHEMA)
    for overlay in [PROJECT / "config/paper.yaml", PROJECT / "tests/workflow/small.yaml"]:
        check_config(merged(CONFIG, yaml.safe_load(overlay.read_text())), SCHEMA)


def test_every_section_is_closed_and_complete():
    def walk(schema, path):
        if schema.get("type") == "object":
            assert schema.get("additionalProperties") is not None, f"{path} takes any key"
            if schema["additionalProperties"] is False:
                assert set(schema["required"]) == set(schema["properties"]), path
            for key, value in schema.get("properties", {}).items():
                walk(value, f"{path}.{key}")

    walk(SCHEMA, "config")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("run", "maxi", ["'run'", "'maxi'", "mini | paper"]),
        ("seed", -1, ["'seed'", "-1", "at least 0", "of every random draw"]),
        ("seed", "seven", ["'seed'", "'seven'", "integer"]),
        ("captions.tiers.primary", 101, ["'captions.tiers.primary'", "101", "at most 100"]),
        ("questions.area_range_width", [10], ["'questions.area_range_width'", "items at least 2"]),
        ("augmentation.backend", "gpt", ["'augmentation.backend'", "grammar | vllm | openai"]),
        ("colour", 1, ["unknown config key 'colour'", "known keys", "checkpoints"]),
        ("captions.tier", 1, ["unknown config key 'tier'", "'captions'", "tiers"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(key, value, words):
    with pytest.raises(InputError) as caught:
        check_config(changed(key, value), SCHEMA)
    for word in words:
        assert word in str(caught.value)


def test_a_missing_key_is_named():
    config = copy.deepcopy(CONFIG)
    del config["captions"]["tiers"]["primary"]
    with pytest.raises(InputError, match=r"missing: primary under 'captions.tiers'"):
        check_config(config, SCHEMA)


def test_settings_are_cut_out_nested():
    assert select_settings(CONFIG, ["run", "captions.tiers.primary", "captions.area_rounding"]) == {
        "run": "mini",
        "captions": {"tiers": {"primary": CONFIG["captions"]["tiers"]["primary"]}, "area_rounding": 1000},
    }


def test_a_rule_that_asks_for_an_unknown_key_fails():
    with pytest.raises(KeyError):
        select_settings(CONFIG, ["captions.tears"])


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_stray_value_gets_through_under_a_wrong_name(value):
    with pytest.raises(InputError, match="unknown config key"):
        check_config(changed("questions.area_gird", value), SCHEMA)


@dataclass(frozen=True)
class Tiers:
    primary: float = field(metadata={"key": "tiers.primary"})
    rounding: int = field(metadata={"key": "area_rounding"})
    shares: tuple | None = None


def captions(**changed):
    return {"captions": {"tiers": {"primary": 25}, "area_rounding": 1000, "shares": [1, 2.5]} | changed}


def test_a_section_becomes_the_dataclass_of_its_stage():
    assert section(captions(other=1), "captions", Tiers) == Tiers(25, 1000, (1, 2.5))
    assert section(captions(shares=None), "captions", Tiers).shares is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tiers": {}}, "'captions.tiers.primary' is missing"),
        ({"tiers": {"primary": "big"}}, "'captions.tiers.primary' is 'big', not of type float"),
        ({"area_rounding": True}, "'captions.area_rounding' is True, not of type int"),
        ({"area_rounding": 1.5}, "'captions.area_rounding' is 1.5, not of type int"),
        ({"shares": 3}, "'captions.shares' is 3"),
    ],
)
def test_a_missing_key_or_a_value_of_another_type_is_named(changed, words):
    with pytest.raises(InputError, match=words):
        section(captions(**changed), "captions", Tiers)
