import json

import pytest

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.checkpoints import PUBLISHED, TINY_RANDOM, find_checkpoint, write_about
from worlds.hub_server import ModelHub


def checkpoint(folder, weights=b"weights"):
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def test_a_folder_without_a_note_holds_published_weights(tmp_path):
    found = find_checkpoint(checkpoint(tmp_path / "a"))
    assert (found.weights, found.revision, found.folder) == (PUBLISHED, None, tmp_path / "a")


def test_a_stand_in_says_what_it_is(tmp_path):
    folder = checkpoint(tmp_path / "a")
    write_about(folder, TINY_RANDOM)
    assert find_checkpoint(folder).weights == "tiny, random"


@pytest.mark.parametrize("text", ["", "[]", '{"wheights": "tiny"}'])
def test_a_broken_note_is_never_read_as_published(tmp_path, text):
    folder = checkpoint(tmp_path / "a")
    (folder / "bentxt.json").write_text(text)
    with pytest.raises(InputError, match=r"bentxt\.json") as caught:
        find_checkpoint(folder)
    assert not isinstance(caught.value, CheckpointUnavailable)


def test_identity_follows_names_and_contents(tmp_path):
    first, same = checkpoint(tmp_path / "a"), checkpoint(tmp_path / "b")
    other = checkpoint(tmp_path / "c", b"weightz")
    assert find_checkpoint(first).identity == find_checkpoint(same).identity
    assert find_checkpoint(first).identity != find_checkpoint(other).identity
    (same / "model.safetensors").rename(same / "model2.safetensors")
    assert find_checkpoint(first).identity != find_checkpoint(same).identity


def test_a_folder_without_config_is_no_checkpoint(tmp_path):
    with pytest.raises(CheckpointUnavailable, match=r"config\.json is missing"):
        find_checkpoint(tmp_path)


@pytest.mark.parametrize("source", ["results/mini/checkpoints/none", "/nowhere/at/all", "name"])
def test_neither_folder_nor_hub_id(source):
    with pytest.raises(CheckpointUnavailable, match="no such folder"):
        find_checkpoint(source)


@pytest.fixture
def hub_cache(tmp_path, monkeypatch):
    """A cache of the hub as huggingface_hub lays it out, without network."""
    import huggingface_hub.constants as constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub" / "models--owner--name"


def cached(repository, commit, newest=True):
    folder = repository / "snapshots" / commit
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"commit": commit}))
    if newest:
        (repository / "refs").mkdir(exist_ok=True)
        (repository / "refs" / "main").write_text(commit)


def test_the_newest_commit_is_resolved_and_recorded(hub_cache):
    cached(hub_cache, "a" * 40)
    found = find_checkpoint("owner/name")
    assert (found.revision, found.identity) == ("a" * 40, f"owner/name@{'a' * 40}")
    assert json.loads((found.folder / "config.json").read_text()) == {"commit": "a" * 40}


def test_a_pinned_commit_is_loaded_though_there_is_a_newer_one(hub_cache):
    cached(hub_cache, "a" * 40, newest=False)
    cached(hub_cache, "b" * 40)
    assert find_checkpoint("owner/name", "a" * 40).revision == "a" * 40
    assert find_checkpoint("owner/name").revision == "b" * 40


def test_without_network_a_missing_checkpoint_is_unavailable(hub_cache):
    with pytest.raises(CheckpointUnavailable, match="cannot be fetched from the Hugging Face hub"):
        find_checkpoint("owner/name")


# From a hub

FILES = {"config.json": b'{"commit": "?"}', "model.safetensors": b"weights", "notes.bin": b"not needed"}
OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub on loopback with two commits of ``owner/name``, and a gated repository."""
    commits = {
        commit: FILES | {"config.json": json.dumps({"commit": commit}).encode()} for commit in (OLD, NEW)
    }
    with ModelHub({"owner/name": commits, "owner/gated": commits}, gated=["owner/gated"]) as server:
        yield server.serve(monkeypatch, tmp_path / "hub")


def commit_of(found):
    return json.loads((found.folder / "config.json").read_text())["commit"]


def test_without_a_pin_the_newest_commit_is_fetched_and_named(hub):
    found = find_checkpoint("owner/name")
    assert (found.source, found.revision, commit_of(found)) == ("owner/name", NEW, NEW)
    assert found.identity == f"owner/name@{NEW}"


@pytest.mark.parametrize(("source", "revision"), [("owner/name", OLD), (f"owner/name@{OLD}", None)])
def test_a_pinned_commit_is_fetched(hub, source, revision):
    found = find_checkpoint(source, revision)
    assert (found.source, found.revision, commit_of(found)) == ("owner/name", OLD, OLD)
    # What transformers does not load stays on the hub.
    assert not any("notes.bin" in path for _, path in hub.asked if "/resolve/" in path)


def test_a_pin_in_the_id_goes_before_that_of_the_entry(hub):
    assert find_checkpoint(f"owner/name@{OLD}", NEW).revision == OLD


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (f"owner/name@{'c' * 40}", f"the Hugging Face hub has no commit {'c' * 40} of it"),
        ("owner/name@main", "the revision main is no commit of 40 hexadecimal digits"),
        (f"owner/name@{'a' * 7}", "the revision aaaaaaa is no commit"),
        ("owner/other", "the Hugging Face hub has no such repository"),
        ("owner/gated", "the repository is gated"),
    ],
)
def test_what_the_hub_does_not_have_is_named(hub, source, message):
    with pytest.raises(CheckpointUnavailable, match=message) as caught:
        find_checkpoint(source)
    assert caught.value.item == source.partition("@")[0]
    assert caught.value.remedy
    assert "\n" not in caught.value.problem


def test_a_server_that_is_down_is_no_missing_repository(hub):
    hub.shutdown()
    hub.server_close()
    with pytest.raises(CheckpointUnavailable, match="cannot be fetched from the Hugging Face hub"):
        find_checkpoint("owner/name")
