from pathlib import Path

import pytest
import yaml

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.loading import check_remote_code, find_weights, load_model
from bentxt.models.model_table import read_entry, read_models

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "resources/models.yaml"
PAPER = ["GC", "LHRS", "SE", "EDrgb", "EDs2", "EMrgb", "EMs1s2", "GPT", "Qwen", "GLM", "LLaVa", "IVL"]
PREDICTION = yaml.safe_load((ROOT / "config.yaml").read_text())["prediction"]


def test_models_are_those_of_the_paper_in_its_order():
    assert list(read_models(MODELS)) == [*PAPER, "RS-InternVL"]
    published = (ROOT / "resources/paper/table2.csv").read_text().splitlines()[1:]
    entries = read_models(MODELS)
    assert [f"{key},{entries[key]['parameters']}" for key in PAPER] == [
        ",".join(line.split(",")[:2]) for line in published
    ]


@pytest.mark.parametrize("key", [*PAPER, "RS-InternVL", "RS-InternVL-untrained"])
def test_every_entry_is_whole(key):
    assert read_entry(MODELS, key)["name"]


def test_the_untrained_model_has_rs_internvls_entry():
    assert read_entry(MODELS, "RS-InternVL-untrained") == read_entry(MODELS, "RS-InternVL")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "vllm"}, "family must be one of"),
        ({"box_scale": "1000"}, "box_scale must be"),
        ({"remote_code": None}, "remote_code must be bool"),
        ({"image": {"input": "sar", "side": None}}, "image must have input"),
        ({"image": {"input": "rgb", "side": 0}}, r"image\.side"),
        ({"instructions": {"vqa": {"prefix": "[vqa]"}}}, "instructions must map tasks"),
        ({"instructions": {"mcq": {"sufix": "x"}}}, "instructions must map tasks"),
        ({"revison": "a"}, "unknown field revison"),
    ],
)
def test_a_slip_in_an_entry_is_named(tmp_path, change, message):
    entries = read_models(MODELS)
    (tmp_path / "models.yaml").write_text(yaml.safe_dump({"Qwen": entries["Qwen"] | change}))
    with pytest.raises(InputError, match=message):
        read_entry(tmp_path / "models.yaml", "Qwen")


def test_a_missing_field_is_named(tmp_path):
    entry = read_models(MODELS)["Qwen"]
    del entry["instructions"]
    (tmp_path / "models.yaml").write_text(yaml.safe_dump({"Qwen": entry}))
    with pytest.raises(InputError, match="missing field instructions"):
        read_entry(tmp_path / "models.yaml", "Qwen")


@pytest.mark.parametrize(
    ("key", "adapter"), [("RS-InternVL", None), ("RS-InternVL-untrained", "a"), ("IVL", "a")]
)
def test_only_the_fine_tuned_model_has_an_adapter(key, adapter):
    with pytest.raises(InputError, match="an adapter belongs to RS-InternVL"):
        find_weights(key, read_entry(MODELS, key), adapter=adapter)


def checkpoint(folder, weights, about=None):
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    if about:
        (folder / "bentxt.json").write_text(f'{{"weights": "{about}"}}')
    return str(folder)


def test_published_is_said_only_where_every_part_is(tmp_path):
    entry = read_entry(MODELS, "RS-InternVL-untrained")
    base = checkpoint(tmp_path / "base", b"0", "tiny, pre-trained")
    s1, s2 = checkpoint(tmp_path / "s1", b"1"), checkpoint(tmp_path / "s2", b"2")
    weights = find_weights("RS-InternVL-untrained", entry, base, s1, s2)
    assert (
        weights.description == "checkpoint: tiny, pre-trained; s1_encoder: published; s2_encoder: published"
    )
    assert find_weights("RS-InternVL-untrained", entry, s1, s1, s2).description == "published"


def test_identity_of_weights_follows_each_part(tmp_path):
    entry = read_entry(MODELS, "RS-InternVL")
    parts = [checkpoint(tmp_path / name, name.encode()) for name in ("base", "s1", "s2")]
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter.safetensors").write_bytes(b"one epoch")
    before = find_weights("RS-InternVL", entry, *parts, str(adapter)).identity
    assert find_weights("RS-InternVL", entry, *parts, str(adapter)).identity == before
    (adapter / "adapter.safetensors").write_bytes(b"two epochs")
    after = find_weights("RS-InternVL", entry, *parts, str(adapter)).identity
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, True, False]


def test_a_revision_is_of_the_entrys_own_repository(tmp_path):
    entry = read_entry(MODELS, "IVL") | {"revision": "a" * 40}
    folder = checkpoint(tmp_path / "own", b"0")
    assert find_weights("IVL", entry, folder).checkpoints["checkpoint"].revision is None


REMOTE = {"remote_code": True, "revision": "a" * 40}


def test_code_from_a_repository_runs_only_where_the_config_allows_it():
    with pytest.raises(CheckpointUnavailable, match="does not allow"):
        check_remote_code("EMrgb", REMOTE, allowed=False)
    check_remote_code("EMrgb", REMOTE, allowed=True)


def test_code_from_a_repository_runs_only_from_a_pinned_commit():
    with pytest.raises(CheckpointUnavailable, match="no commit is pinned"):
        check_remote_code("EMrgb", REMOTE | {"revision": None}, allowed=True)


@pytest.mark.parametrize("key", ["GC", "LHRS", "SE", "EDrgb", "EDs2"])
def test_models_with_an_environment_of_their_own_need_a_worker(key):
    entry = read_entry(MODELS, key)
    settings = {"seed": 1, "prediction": PREDICTION}
    with pytest.raises(CheckpointUnavailable, match="no worker script"):
        load_model(key, entry, find_weights(key, entry), settings)
