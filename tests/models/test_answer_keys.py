"""What a key follows, and what it does not."""

from types import SimpleNamespace

import lmdb
import numpy as np
import pytest
from safetensors.numpy import save

from bentxt.bigearthnet.image_store import open_images
from bentxt.models.answer_keys import answer_keys, answer_origin
from bentxt.models.benchmark_items import Item
from bentxt.models.families.server_model import ServerModel
from bentxt.models.model_table import ModelEntry
from worlds.prediction_world import PREDICTION

ITEM = Item(1, "P", "S", "Is it?")
FIELDS = {
    "name": "Some model",
    "parameters": "1B",
    "group": "own",
    "family": "transformers",
    "needs": ["checkpoint"],
    "checkpoint": None,
    "revision": None,
    "remote_code": False,
    "image": {"input": "rgb", "side": None},
    "instructions": {},
    "box_scale": None,
}


def entry_with(**changes):
    return ModelEntry.from_dict(FIELDS | changes, "some")


ENTRY = entry_with()


@pytest.fixture
def images(tmp_path):
    """Three Sentinel-2 patches, the first two alike, and two Sentinel-1 patches."""
    optical, radar = {"P": 1, "Q": 1, "R": 2}, {"S": 1, "T": 2}
    blobs = {name: save({"B02": np.full((2, 2), level, np.uint16)}) for name, level in optical.items()}
    blobs |= {name: save({"VV": np.full((2, 2), level, np.float32)}) for name, level in radar.items()}
    with (
        lmdb.open(str(tmp_path / "images.lmdb"), map_size=1 << 20) as environment,
        environment.begin(write=True) as transaction,
    ):
        for name, blob in blobs.items():
            transaction.put(name.encode(), blob)
    return open_images(tmp_path / "images.lmdb")


def key(images, item=ITEM, origin=None, radar=False):
    return answer_keys([item], images, origin or {}, radar=radar)[item.annotation]


def test_a_key_follows_origin_instruction_and_images(images):
    keys = [
        key(images),
        key(images, origin={"weights": "other"}),
        key(images, Item(1, "P", "S", "Was it?")),
        key(images, Item(1, "R", "S", "Is it?")),
        key(images, radar=True),
        key(images, Item(1, "P", "T", "Is it?"), radar=True),
    ]
    assert len(set(keys)) == len(keys)


def test_a_key_follows_neither_annotation_nor_names_nor_images_that_are_not_seen(images):
    assert key(images, Item(2, "P", "S", "Is it?")) == key(images)
    assert key(images, Item(1, "Q", "S", "Is it?")) == key(images)
    assert key(images, Item(1, "P", "T", "Is it?")) == key(images)


def origin(entry=ENTRY, identity=("w",), task="binary", model=None, white=3000, **options):
    options = PREDICTION | {"device": "cpu"} | options
    return answer_origin(entry, list(identity), model, options, task, white)


def test_the_origin_of_a_model_that_runs_here_is_weights_code_input_and_decoding():
    pytest.importorskip("torch")
    others = [
        origin(identity=["other"]),
        origin(entry_with(family="rs_internvl")),
        origin(entry_with(image={"input": "rgb", "side": 448})),
        origin(entry_with(chat={"enable_thinking": False})),
        origin(max_new_tokens={"binary": 4}),
        origin(dtype="bfloat16"),
        origin(white=2000),
    ]
    assert origin() not in others
    assert len({str(other) for other in others}) == len(others)
    assert origin() == origin(dtype="float32") == origin(batch_size=1, split="test", worker_timeout=1)
    assert origin(entry_with(name="X", box_scale=3, instructions={"mcq": {"suffix": "!"}})) == origin()


def server_origin(side=None, model="gpt", **openai):
    options = PREDICTION["openai"] | {"key_variable": None} | openai
    image = {"input": "rgb", "side": side}
    entry = entry_with(family="openai", needs=[], image=image)
    made = ServerModel(model, image, options)
    return origin(entry, model=made, openai=options, dtype="float16")


def test_the_origin_of_a_model_behind_a_server_is_its_request():
    others = [
        server_origin(model="other"),
        server_origin(side=336),
        server_origin(base_url="http://localhost:1/v1"),
        server_origin(temperature=0.5),
        server_origin(length_parameter="max_tokens"),
    ]
    assert server_origin() not in others
    assert len({str(other) for other in others}) == len(others)
    assert server_origin(concurrency=1, retries=9, timeout=1) == server_origin()


GREETING = {"weights": "published", "revision": "c" * 40, "about": {"FINAL.pt": "1"}}


def worker_origin(command, device="cuda: some card", greeting=None, **fields):
    entry = entry_with(family="worker", needs=[], worker=list(map(str, command)), **fields)
    said = GREETING | (greeting or {})
    return origin(entry, model=SimpleNamespace(device=device, greeting=said))


def test_the_origin_of_a_worker_is_what_it_is_made_of_told_and_says(tmp_path):
    """Its environment's versions are no part of it: they are pinned, and named in the status."""
    folder = tmp_path / "model"
    folder.mkdir()
    files = {name: folder / name for name in ("worker.py", "images.py", "environment.yaml", "notes.md")}
    files["helper"] = tmp_path / "helper.py"
    for path in files.values():
        path.write_text("")
    files["worker.py"].write_text("from helper import serve\ndef load():\n    import images, torch\n")
    command = ["env/bin/python", files["worker.py"]]
    first = worker_origin(command)
    others = [
        worker_origin([*command, "--fast"]),
        worker_origin(command, greeting={"revision": "d" * 40}),
        worker_origin(command, greeting={"about": {"FINAL.pt": "2"}}),
        worker_origin(command, greeting={"weights": "tiny"}),
        worker_origin(command, device="cpu"),
        worker_origin(command, settings={"mode": "average"}),
        worker_origin(command, code={"repository": "r", "commit": "e" * 40}),
    ]
    for name in ("worker.py", "images.py", "environment.yaml", "helper"):
        before = files[name].read_text()
        files[name].write_text(before + "# changed\n")
        others.append(worker_origin(command))
        files[name].write_text(before)
    assert first not in others
    assert len({str(other) for other in others}) == len(others)
    files["notes.md"].write_text("changed")
    changed = {"versions": {"python": "3.12"}, "settings": {"as": "told"}}
    assert worker_origin(["another/python", files["worker.py"]], "cuda: other", changed) == first


def test_the_origin_of_a_worker_that_is_a_program_follows_it(tmp_path):
    program = tmp_path / "worker"
    found = []
    for text in ("one", "two", "one"):
        program.write_text(text)
        found.append(worker_origin([program]))
    assert found[0] == found[2] != found[1]
