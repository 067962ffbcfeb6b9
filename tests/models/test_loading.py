from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.loading import answering_class, check_remote_code, find_weights, load_model
from bentxt.models.model_table import Family, find_entry, read_models
from worlds.hub_server import ModelHub

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "resources/models.yaml"
PREDICTION = yaml.safe_load((ROOT / "config.yaml").read_text())["prediction"]


def read_entry(path, key):
    return find_entry(key, path=path)


@pytest.mark.parametrize(
    ("key", "adapter"), [("RS-InternVL", None), ("RS-InternVL-untrained", "a"), ("IVL", "a")]
)
def test_only_the_fine_tuned_model_has_an_adapter(key, adapter):
    with pytest.raises(InputError, match=r"needs (an|no) adapter"):
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
    # Neither what is said about it nor how its training went.
    (adapter / "README.md").write_text("a model card")
    (adapter / "training.json").write_text('{"seconds": 12.5}')
    (adapter / "tensorboard").mkdir()
    (adapter / "tensorboard" / "events.out.tfevents.1").write_bytes(b"a curve")
    assert find_weights("RS-InternVL", entry, *parts, str(adapter)).identity == before
    (adapter / "rs_internvl.json").write_text('{"modalities": ["rgb"]}')
    other = find_weights("RS-InternVL", entry, *parts, str(adapter)).identity
    assert other[-1] != before[-1]
    (adapter / "rs_internvl.json").unlink()
    (adapter / "adapter.safetensors").write_bytes(b"two epochs")
    after = find_weights("RS-InternVL", entry, *parts, str(adapter)).identity
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, True, False]


def test_a_revision_is_of_the_entrys_own_repository(tmp_path):
    entry = replace(read_entry(MODELS, "IVL"), revision="a" * 40)
    folder = checkpoint(tmp_path / "own", b"0")
    assert find_weights("IVL", entry, folder).checkpoints["checkpoint"].revision is None


REMOTE = replace(read_entry(MODELS, "EMrgb"), remote_code=True, revision="a" * 40)


def test_code_from_a_repository_runs_only_where_the_config_allows_it():
    with pytest.raises(CheckpointUnavailable, match="does not allow"):
        check_remote_code("EMrgb", REMOTE, allowed=False)
    check_remote_code("EMrgb", REMOTE, allowed=True)


def test_code_from_a_repository_runs_only_from_a_pinned_commit():
    with pytest.raises(CheckpointUnavailable, match="no commit is pinned"):
        check_remote_code("EMrgb", replace(REMOTE, revision=None), allowed=True)


@pytest.mark.parametrize("key", ["GC", "LHRS", "SE", "EDrgb", "EDs2"])
def test_models_with_an_environment_of_their_own_need_a_worker(key):
    entry = read_entry(MODELS, key)
    settings = {"seed": 1, "prediction": PREDICTION}
    with pytest.raises(CheckpointUnavailable, match=r"names none|its environment is not installed"):
        load_model(key, entry, find_weights(key, entry), settings)


@pytest.mark.parametrize("name", ["PatchImages", "Missing"])
def test_a_family_whose_class_is_no_answering_model_is_refused(name):
    families = {"mine": Family("bentxt.models.answering_model", name, (), True)}
    with pytest.raises(InputError, match="is no AnsweringModel"):
        answering_class("mine", families)


def test_revisions_of_encoders_are_those_of_their_ids_and_are_known_of_each_part(tmp_path, monkeypatch):
    commit, newest = "a" * 40, "b" * 40
    files = {"config.json": b"{}", "model.safetensors": b"weights"}
    names = ("owner/base", "owner/s1", "owner/s2")
    with ModelHub({name: {commit: files, newest: files} for name in names}) as hub:
        hub.serve(monkeypatch, tmp_path / "hub")
        entry = replace(
            read_entry(MODELS, "RS-InternVL-untrained"),
            checkpoint="owner/base",
            revision=commit,
            s1_encoder=f"owner/s1@{commit}",
            s2_encoder="owner/s2",
        )
        found = find_weights("RS-InternVL-untrained", entry).checkpoints
    assert {role: of.revision for role, of in found.items()} == {
        "checkpoint": commit,
        "s1_encoder": commit,
        "s2_encoder": newest,
    }


def test_what_runs_here_is_pinned():
    """Encoders are not: no source names their whole commits."""
    here = {key: entry for key, entry in read_models(MODELS).items() if "checkpoint" in entry.needs}
    assert all(entry.revision for entry in here.values())
    assert len({(entry.checkpoint, entry.revision) for entry in here.values()}) == 4
