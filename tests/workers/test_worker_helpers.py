"""What workers share: checks of code and checkpoints, pictures, bands, boxes of masks, and the template."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from safetensors.numpy import save_file

import worker_checks
import worker_inputs
from bentxt.evaluation.box_extraction import tight_box
from worker_protocol import NotReady, Options
from worlds.prediction_world import patch

ROOT = Path(__file__).resolve().parents[2]


# Code


def git(folder, *arguments):
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of one commit; Python's path is as before after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    folder = tmp_path / "code"
    (folder / "src/published").mkdir(parents=True)
    (folder / "src/published/__init__.py").write_text("ANSWER = 42\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "published")
    return folder


def options(folder, commit):
    return Options(repository="https://example.org/code", commit=commit, checkout=folder)


@pytest.mark.parametrize("how", ["branch", "detached", "packed"])
def test_code_at_its_commit_is_imported(checkout, how):
    commit = git(checkout, "rev-parse", "HEAD")
    if how == "detached":
        git(checkout, "checkout", "--quiet", "--detach", commit)
    if how == "packed":
        git(checkout, "pack-refs", "--all")
    assert worker_checks.use_checkout(options(checkout, commit), "src") == checkout
    assert sys.path[0] == str(checkout / "src")


def test_changed_code_is_refused_and_what_it_wrote_itself_is_not(checkout):
    commit = git(checkout, "rev-parse", "HEAD")
    (checkout / "src/published/__pycache__").mkdir()
    (checkout / "src/published/__pycache__/x.pyc").touch()
    worker_checks.use_checkout(options(checkout, commit), "src")
    (checkout / "src/published/__init__.py").write_text("ANSWER = 43\n")
    with pytest.raises(NotReady, match=r"changed code: src/published/__init__\.py"):
        worker_checks.use_checkout(options(checkout, commit), "src")


def test_code_at_another_commit_or_none_is_refused(checkout, tmp_path):
    with pytest.raises(NotReady, match=rf"is at commit .*, the entry pins {'a' * 40}"):
        worker_checks.use_checkout(options(checkout, "a" * 40))
    with pytest.raises(NotReady, match=r"missing code: no checkout of https://example.org/code"):
        worker_checks.use_checkout(options(tmp_path / "nowhere", "a" * 40))
    (tmp_path / "bare").mkdir()
    with pytest.raises(NotReady, match="is at commit None"):
        worker_checks.use_checkout(options(tmp_path / "bare", "a" * 40))
    with pytest.raises(NotReady, match=r"missing code part: lacking.py"):
        worker_checks.use_checkout(options(checkout, None), needed=["lacking.py"])


# Checkpoints


def test_a_folder_is_a_checkpoint_if_it_has_all_parts(tmp_path):
    (tmp_path / "model-00001.bin").touch()
    found = worker_checks.checkpoint_folder(str(tmp_path), "c" * 40, ["model-*.bin"])
    assert found == (tmp_path, None)
    with pytest.raises(NotReady, match=r"missing checkpoint part: config.json is not in"):
        worker_checks.checkpoint_folder(str(tmp_path), None, ["model-*.bin", "config.json"])


@pytest.mark.parametrize("source", ["/nowhere/at/all", "./nowhere", "~/nowhere", "a/b/c", "nowhere"])
def test_what_is_no_folder_and_no_id_is_refused_without_asking_the_hub(source):
    with pytest.raises(NotReady, match=r"no folder .*, and no Hugging Face id"):
        worker_checks.checkpoint_folder(source)


def test_what_the_hub_does_not_give_is_named(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NotReady, match="missing checkpoint: someone/model cannot be fetched"):
        worker_checks.checkpoint_folder("someone/model")


def test_weights_are_published_unless_their_folder_says_otherwise(tmp_path):
    assert worker_checks.weights_of(tmp_path) == "published"
    (tmp_path / "bentxt.json").write_text(json.dumps({"weights": "tiny, random"}))
    assert worker_checks.weights_of(tmp_path) == "tiny, random"


def test_a_folders_hash_follows_names_sizes_and_both_ends_of_its_files(tmp_path):
    def written(name, content):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        (folder / name).write_bytes(content)
        return worker_checks.folder_hash(folder)

    large = bytes(3 << 20)
    hashes = [
        written("a", large),
        written("b", large),
        written("a", large + b"x"),
        written("a", b"x" + large[1:]),
        written("a", large[:-1] + b"x"),
    ]
    assert len(set(hashes)) == 5
    assert written("a", large) == hashes[0]


def test_missing_keys_are_listed_and_their_number(tmp_path):
    worker_checks.require_keys(["a"], ["a", "more"], "the checkpoint")
    with pytest.raises(NotReady, match=r"the checkpoint lacks 0, 1, 2, 3, 4 and 3 more"):
        worker_checks.require_keys(map(str, range(8)), [], "the checkpoint")


def test_packages_of_other_versions_are_refused():
    found = np.__version__
    worker_checks.require_versions(numpy=found)
    with pytest.raises(NotReady, match=f"wrong package: numpy is {found}, the published code needs 0.1"):
        worker_checks.require_versions(numpy="0.1")
    with pytest.raises(NotReady, match="missing package no-such-package 1"):
        worker_checks.require_versions(**{"no-such-package": "1"})


# Pictures and bands


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK"])
def test_a_picture_of_any_mode_has_three_channels(tmp_path, mode):
    image = Image.new("RGB", (5, 4), (255, 255, 255)).convert(mode)
    image.save(tmp_path / ("a.tif" if mode == "CMYK" else "a.png"))
    (path,) = tmp_path.iterdir()
    read = worker_inputs.read_rgb(path)
    assert (read.mode, read.size) == ("RGB", (5, 4))
    assert np.asarray(read).min() == 255


def test_bands_are_those_that_the_harness_writes(tmp_path):
    given_patch = patch(1)
    for name, bands in (("s2", given_patch.s2), ("s1", given_patch.s1)):
        save_file(bands, tmp_path / name)
        read = worker_inputs.read_bands(tmp_path / name)
        assert set(read) == set(bands)
        for band, values in bands.items():
            assert read[band].dtype == values.dtype
            assert np.array_equal(read[band], values)


@pytest.mark.parametrize("data", [b"", b"123", (1 << 40).to_bytes(8, "little") + b"{}"])
def test_a_file_of_another_format_is_refused(tmp_path, data):
    (tmp_path / "s2").write_bytes(data)
    with pytest.raises(ValueError, match="is no safetensors file"):
        worker_inputs.read_bands(tmp_path / "s2")


@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 7))))
def test_the_box_of_a_mask_is_the_librarys(mask):
    expected = tight_box(mask)
    assert worker_inputs.tight_box(mask) == (None if expected is None else list(expected))


# The template


def test_the_template_is_a_worker_of_at_most_30_lines(tmp_path):
    """Its two functions filled in: here with a model that measures how bright the picture is."""
    text = (ROOT / "workers/template.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 30
    (tmp_path / "my_worker.py").write_text(text)
    (tmp_path / "my_model.py").write_text(
        "class MyModel:\n"
        "    @classmethod\n"
        "    def from_pretrained(cls, folder):\n"
        "        print('loading', folder)\n"
        "        return cls()\n"
        "    def chat(self, picture, instruction, limit):\n"
        "        return f'{instruction} {picture.size} {picture.getpixel((0, 0))} {limit}'\n"
    )
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/config.json").touch()
    picture = io.BytesIO()
    Image.new("RGB", (3, 2), (1, 2, 3)).save(picture, "PNG")
    (tmp_path / "rgb.png").write_bytes(picture.getvalue())
    images = {"rgb": str(tmp_path / "rgb.png")}
    request = {"id": 1, "instruction": "Bright?", "images": images, "max_new_tokens": 9}
    told = {"checkpoint": str(tmp_path / "weights")}
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workers"), "BENTXT_WORKER": json.dumps(told)}
    command = [sys.executable, str(tmp_path / "my_worker.py")]
    done = subprocess.run(
        command, input=json.dumps(request), env=environment, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line]
    (answer,) = [line for line in lines if line.get("id") == 1]
    assert answer["text"] == "Bright? (3, 2) (1, 2, 3) 9"
    assert next(line for line in lines if "ready" in line)["ready"] is True
