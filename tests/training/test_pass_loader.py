"""The loader: the same with any number of workers, nothing read twice, errors as they are, no worker left."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import lmdb
import numpy as np
import pytest
import torch
from safetensors.torch import save as to_bytes

from bentxt.bigearthnet.image_store import open_images
from bentxt.errors import InputError
from bentxt.models.rs_internvl import Features
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.feature_store import FeatureStore
from bentxt.training.pass_loader import load_passes
from bentxt.training.patch_inputs import ImageReader
from bentxt.training.read_ahead import read_ahead
from worlds.invented_tokens import invented_tokens
from worlds.processes import children_of, gone
from worlds.tiny_rs_internvl import images

PATCHES = 8
PREFIX = 10


def _prepare(patches):
    """Return small inputs that depend on every band's content."""
    values = [[float(np.sum(of.s2["B02"])), float(np.sum(of.s1["VV"]))] for of in patches]
    return tuple(torch.tensor(values) * factor for factor in (1, 2, 3))


def _encode(tensors):
    return Features(*tensors)


class CountingReader:
    """Reads images and notes in a file which patches were asked for, in whichever process."""

    def __init__(self, reader, path):
        self._reader, self._path = reader, path

    def __call__(self, patches):
        with self._path.open("a") as file:
            file.write("".join(f"{patch}\n" for patch in patches))
        return self._reader(patches)

    @property
    def reads(self):
        return sorted(map(int, self._path.read_text().split())) if self._path.exists() else []


@pytest.fixture
def tokens():
    return invented_tokens([3, 1, 9, 2, 5, 1, 4, 2])


@pytest.fixture
def image_folder(tmp_path, tokens):
    folder = tmp_path / "images"
    folder.mkdir()
    with (
        lmdb.open(str(folder), map_size=1 << 25) as environment,
        environment.begin(write=True) as transaction,
    ):
        for patch, s1_name in zip(tokens.patch_ids, tokens.s1_names, strict=True):
            pair = images(patch)
            for name, bands in ((patch, pair.s2), (s1_name, pair.s1)):
                blob = to_bytes({band: torch.from_numpy(of) for band, of in bands.items()})
                transaction.put(name.encode(), blob)
    return folder


@pytest.fixture
def store_of(tokens, image_folder, tmp_path):
    """Give a store with a count of what it reads."""
    numbers = iter(range(100))

    def make(capacity):
        reader = ImageReader(open_images(image_folder), tokens.patch_ids, tokens.s1_names, _prepare, 3000)
        return FeatureStore(CountingReader(reader, tmp_path / f"reads-{next(numbers)}"), _encode, capacity)

    return make


def _plan(tokens, epochs=2, batch_size=6, tokens_per_pass=60):
    given = (tokens.patch_ids, tokens.first, tokens.lengths(), PREFIX, epochs, batch_size, 40)
    return BatchPlan(*given, tokens_per_pass, 5)


def _run(tokens, store, workers=0, begin=0, rank=0, count=1):
    """Return everything that comes out of a run, features included, as comparable values."""
    found = []
    with closing(load_passes(_plan(tokens), tokens, PREFIX, begin, rank, count, store, workers, 2)) as steps:
        for step, passes in steps:
            for of in passes:
                packed = (of.packed.tokens, of.packed.positions, of.packed.blocks, of.packed.targets)
                features = store(of.patches)
                parts = [part.tolist() for part in (*packed, features.rgb, features.s2, features.s1)]
                found.append((step, of.number, of.patches, of.annotations, parts))
    return found


@pytest.mark.parametrize("capacity", [0, 3, 100])
def test_order_and_results_are_the_same_with_any_number_of_workers(tokens, store_of, capacity):
    alone = _run(tokens, store_of(capacity))
    assert [found[0] for found in alone] == sorted(found[0] for found in alone)
    for workers in (1, 2):
        assert _run(tokens, store_of(capacity), workers) == alone
    assert _run(tokens, store_of(100 - capacity), 0, begin=4) == [of for of in alone if of[0] >= 4]


@pytest.mark.parametrize("workers", [0, 2])
def test_no_image_is_read_whose_features_are_in_memory(tokens, store_of, workers):
    store = store_of(100)
    _run(tokens, store, workers)
    assert store.read.reads == list(range(PATCHES)), "two epochs, each patch once"
    store = store_of(0)
    found = _run(tokens, store, workers)
    assert store.read.reads == sorted(patch for of in found for patch in set(of[2])), "once a pass"
    store = store_of(3)
    found = _run(tokens, store, workers)
    kept = list(dict.fromkeys(patch for of in found for patch in of[2]))[:3]
    expected = [patch for of in found for patch in set(of[2]) if patch not in kept] + kept
    assert store.read.reads == sorted(expected)


def test_processes_share_the_passes_and_each_reads_its_own(tokens, store_of):
    whole = {of[:2]: of[2:] for of in _run(tokens, store_of(0))}
    stores = [store_of(0) for _ in range(3)]
    shares = [_run(tokens, store, 1, 0, rank, 3) for rank, store in enumerate(stores)]
    assert {of[:2]: of[2:] for share in shares for of in share} == whole
    assert sum(map(len, shares)) == len(whole)
    for store, share in zip(stores, shares, strict=True):
        assert store.read.reads == sorted(patch for of in share for patch in set(of[2]))


def test_every_process_gets_every_step_even_where_it_has_no_pass(tokens, caplog):
    plan = _plan(tokens, tokens_per_pass=1000)
    for rank in range(3):
        steps = list(load_passes(plan, tokens, PREFIX, 1, rank, 3, workers=1))
        assert [step for step, _ in steps] == list(range(1, plan.steps))
    assert caplog.text.count("lower finetuning.tokens_per_pass") == 1, "said once, by one process"


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("kind", ["missing", "damaged"])
def test_an_error_of_a_worker_names_patch_and_file(tokens, image_folder, store_of, workers, kind):
    name = tokens.patch_ids[4]
    with (
        lmdb.open(str(image_folder), map_size=1 << 25) as environment,
        environment.begin(write=True) as transaction,
    ):
        transaction.delete(name.encode()) if kind == "missing" else transaction.put(name.encode(), b"{}")
    before = children_of(os.getpid())
    with pytest.raises(
        InputError, match="patch not in the LMDB" if kind == "missing" else "corrupt blob"
    ) as caught:
        _run(tokens, store_of(0), workers)
    assert (caught.value.item, caught.value.file) == (name, image_folder)
    assert "Traceback" not in str(caught.value)
    assert children_of(os.getpid()) == before, "a worker is left"


def test_no_worker_is_left_after_an_exception(tokens, store_of):
    before = children_of(os.getpid())

    def fail():
        with closing(load_passes(_plan(tokens), tokens, PREFIX, 0, 0, 1, store_of(0), 2)) as steps:
            next(steps)
            assert len(children_of(os.getpid())) == len(before) + 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert children_of(os.getpid()) == before


#: Draws items with two workers and says so; ends by SIGTERM as a program does.
ENDLESS = """
import signal, sys
sys.path.insert(0, {scripts!r})
from bentxt.training.read_ahead import read_ahead
import itertools
stopped = []
signal.signal(signal.SIGTERM, lambda *_: {handler})
for item in read_ahead(itertools.count(), abs, 2):
    print(item, flush=True)
    if stopped == [None]:
        stopped[0] = item
    if stopped and item > stopped[0] + 50:
        print("saved", flush=True)
        sys.exit(3)
"""


def _endless(handler):
    return _started(ENDLESS, handler=handler)


def _started(script, **values):
    scripts = str(Path(__file__).parents[2] / "workflow_scripts")
    return subprocess.Popen(
        [sys.executable, "-c", script.format(scripts=scripts, **values)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("number", "handler", "status"),
    [
        (signal.SIGTERM, "sys.exit(143)", 143),
        (signal.SIGKILL, "None", -signal.SIGKILL),
    ],
)
def test_no_worker_outlives_its_process(number, handler, status):
    process = _endless(handler)
    process.stdout.readline()
    workers = children_of(process.pid)
    assert len(workers) == 2
    process.send_signal(number)
    process.stdout.read()
    assert process.wait(60) == status
    assert gone(workers)


#: Begins workers that wait until their process is gone before they do anything.
ORPHANS = """
import os, select, signal, sys
sys.path.insert(0, {scripts!r})
from bentxt.training.read_ahead import read_ahead
parent = os.pidfd_open(os.getpid())
os.register_at_fork(after_in_child=lambda: select.select([parent], [], []))
print("ready", flush=True)
list(read_ahead(range(9), abs, 2))
"""


def test_a_worker_that_begins_after_the_end_of_its_process_ends_too():
    process = _started(ORPHANS)
    process.stdout.readline()
    while len(workers := children_of(process.pid)) < 2:
        assert process.poll() is None, process.stderr.read()
    process.kill()
    # Ends once no worker holds the pipe.
    assert process.communicate(timeout=60)[0] == ""
    assert gone(workers)


def test_a_signal_to_all_lets_the_process_end_its_work(tokens):
    process = _endless("stopped.append(None)")
    process.stdout.readline()
    workers = children_of(process.pid)
    # As a scheduler does, that signals every process of a job.
    os.killpg(process.pid, signal.SIGTERM)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 3, error
    assert out.endswith("saved\n")
    assert gone(workers)


def test_what_is_read_ahead_comes_in_order():
    assert list(read_ahead(range(20), _square, 3, 2)) == [number**2 for number in range(20)]


def _square(number):
    return number**2
