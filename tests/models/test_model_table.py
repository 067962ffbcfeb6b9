import csv
from pathlib import Path

import pytest
import yaml

from bentxt.errors import InputError
from bentxt.models.checkpoint_sources import check_sources, find_source
from bentxt.models.model_table import find_entry, read_models

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "resources/models.yaml"
ENTRIES = yaml.safe_load(MODELS.read_text())


def write(folder, **entries):
    (folder / "models.yaml").write_text(yaml.safe_dump(entries, sort_keys=False))
    return folder / "models.yaml"


def test_the_papers_models_are_in_its_order_with_its_parameters():
    with (ROOT / "resources/paper/table2.csv").open() as file:
        published = [tuple(row[:2]) for row in csv.reader(file)][1:]
    ours = [(key, of.parameters) for key, of in read_models(MODELS).items() if of.group in ("RS", "CV")]
    assert ours == published


def test_the_untrained_model_is_rs_internvl_without_its_adapter():
    trained, untrained = (read_models(MODELS)[key] for key in ("RS-InternVL", "RS-InternVL-untrained"))
    differing = {name for name, value in trained.to_dict().items() if value != untrained.to_dict()[name]}
    assert differing == {"name", "group", "needs", "base"}
    assert set(trained.needs) - set(untrained.needs) == {"adapter"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group": "XY"}, "group must be one of RS, CV, ours, own, baseline"),
        ({"family": "sglang"}, "family must be one of"),
        ({"needs": ["weights"]}, "needs must be a list of checkpoint, encoders, adapter"),
        ({"needs": []}, "needs must hold checkpoint"),
        ({"family": "openai"}, "needs must not hold checkpoint"),
        ({"needs": ["checkpoint", "encoders"]}, "s1_encoder and s2_encoder"),
        ({"tiny": "resnet"}, "tiny must be one of"),
        ({"base": "Nobody"}, "base must be a model above"),
        ({"box_scale": "1000"}, "box_scale must be"),
        ({"remote_code": None}, "remote_code must be bool"),
        ({"image": {"input": "sar", "side": None}}, "image must have input"),
        ({"image": {"input": "rgb", "side": 0}}, r"image\.side"),
        ({"instructions": {"vqa": {"prefix": "[vqa]"}}}, "instructions must map tasks"),
        ({"instructions": {"mcq": {"sufix": "x"}}}, "instructions must map tasks"),
        ({"revison": "a"}, "unknown field revison"),
        ({"revision": "main"}, "revision must be null or a commit of 40 hexadecimal digits, is 'main'"),
    ],
)
def test_a_slip_in_an_entry_is_named_with_file_and_key(tmp_path, change, message):
    path = write(tmp_path, Qwen=ENTRIES["Qwen"] | change)
    with pytest.raises(InputError, match=message) as raised:
        read_models(path)
    assert raised.value.file == path
    assert raised.value.item == "Qwen"


def test_a_missing_field_is_named(tmp_path):
    entry = {name: value for name, value in ENTRIES["Qwen"].items() if name != "instructions"}
    with pytest.raises(InputError, match="missing field instructions"):
        read_models(write(tmp_path, Qwen=entry))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "not a valid YAML file"),
        ("M: {}\nM: {}", "key 'M' is given twice"),
        ("- a", "expected a mapping"),
        ("M: 3", "expected a mapping of fields"),
    ],
)
def test_bad_lists_of_models_are_named(tmp_path, text, message):
    (tmp_path / "models.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_models(tmp_path / "models.yaml")


def test_an_entry_survives_its_way_to_the_program():
    entry = read_models(MODELS)["RS-InternVL"]
    assert find_entry("RS-InternVL", entry.to_dict()) == entry
    with pytest.raises(InputError, match="unknown model"):
        find_entry("Nobody", path=MODELS)


def test_a_model_without_a_checkpoint_in_the_config_has_that_of_its_base():
    models = read_models(MODELS)
    assert find_source("RS-InternVL-untrained", {"IVL": "tiny"}, models) == ("IVL", "tiny")
    both = {"IVL": "tiny", "RS-InternVL": "folder"}
    assert find_source("RS-InternVL-untrained", both, models) == ("RS-InternVL", "folder")
    assert find_source("GLM", both, models) == ("GLM", None)


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"Qwem": "tiny"}, r"(?s)unknown config key 'Qwem'.*known keys: GC, LHRS"),
        ({"GPT": "tiny"}, "no tiny checkpoint can be built for a model of family openai"),
        ({"GC": "tiny"}, "no tiny checkpoint can be built for a model of family worker"),
    ],
)
def test_checkpoints_that_cannot_be_are_refused(sources, message):
    with pytest.raises(InputError, match=message):
        check_sources(sources, read_models(MODELS))


def test_every_model_that_runs_here_may_be_tiny():
    models = read_models(MODELS)
    here = {key: "tiny" for key, entry in models.items() if "checkpoint" in entry.needs}
    assert len(here) == 6
    check_sources(here | {"s1_encoder": "tiny", "s2_encoder": None}, models)
