"""The program that fine-tunes, as a job runs it on a small data set."""

import json
import os
import signal
import subprocess
import sys
import time

import lmdb
import torch
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes

from bentxt.models.tiny.internvl import tiny_image_processor
from bentxt.models.visual_prompts import load_prompts
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import write_table
from bentxt.training.tokenisation import tokenise
from bentxt.training.training_state import STATE
from worlds.finetuning_settings import VALUES
from worlds.pages import PROJECT
from worlds.tiny_rs_internvl import images, parts

PROGRAM = PROJECT / "workflow_scripts" / "finetune_rs_internvl.py"
#: As the rule starts several processes on one node.
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--shutdown-timeout=60"]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
OPTIONS = VALUES | {
    "modalities": ["rgb", "s2", "s1"],
    "trained": ["projections", "adapter"],
    "initial_projections": "fitted",
    "epochs": {"captioning": 1, "binary": 60, "mcq": 2, "referring": 2},
    "batch_size": {"captioning": 4, "binary": 4, "mcq": 4, "referring": 4},
    "save_minutes": 0,
    "validation": {"patches": 0, "times": 2, "samples": 0},
    "attention": "auto",
    "features": "computed",
    "cached_patches": 3,
    "loader": {"workers": 0, "prefetch": 2},
    "device": "cpu",
    "dtype": "float32",
}
PATCHES = ("train_1", "train_2", "train_3", "validation_1")


def write_world(folder):
    """Write a data set of four patches, its images, and random checkpoints; return the folder."""
    words, internvl, s1, s2 = parts()
    for piece in (internvl, words, tiny_image_processor()):
        piece.save_pretrained(folder / "base")
    s1.save_pretrained(folder / "s1")
    s2.save_pretrained(folder / "s2")
    (folder / "images").mkdir()
    with (
        lmdb.open(str(folder / "images"), map_size=1 << 24) as environment,
        environment.begin(write=True) as txn,
    ):
        for patch in PATCHES:
            pair = images(patch)
            for name, bands in ((patch, pair.s2), (f"s1_{patch}", pair.s1)):
                txn.put(name.encode(), to_bytes({band: torch.from_numpy(of) for band, of in bands.items()}))
    (folder / "images" / "lock.mdb").unlink()
    questions = ["Does the image show arable land?", "Is it a mixed forest?", "Which class is present?"]
    rows = [
        {
            "ID": number * 10 + index,
            "s1_name": f"s1_{patch}",
            "patch_id": patch,
            "input": text,
            "output": "yes" if (number + index) % 2 else "no",
            "type": "binary",
            "category": "presence",
            "split": patch.split("_")[0],
            "latitude": 48.0,
            "longitude": 16.0,
            "country": "Austria",
            "season": "Summer",
            "climate_zone": "Cold, no dry season, warm summer",
        }
        for number, patch in enumerate(PATCHES, 1)
        for index, text in enumerate(questions[: 1 + number % 3])
    ]
    columns = {name: [row[name] for row in rows] for name in DATASET.names}
    write_table(folder / "dataset.parquet", columns, DATASET, Lineage("test", {}, "", {}))
    tokenise(folder / "dataset.parquet", "binary", load_prompts(folder / "base"), folder / "tokens", {})
    return folder


def command(world, out, progress, task="binary", seed=3, processes=1, running=None, **changes):
    """Return the command line of the program, or of several processes that share a run."""
    settings = {"run": "mini", "seed": seed, "finetuning": OPTIONS | changes, "images": {"rgb_white": 3000}}
    arguments = {
        "task": task,
        "tokens": world / "tokens",
        "images": world / "images",
        "base": world / "base",
        "s1-encoder": world / "s1",
        "s2-encoder": world / "s2",
        "progress": progress,
        "out": out,
        "running": json.dumps(running or {}),
        "settings": json.dumps(settings),
    }
    options = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
    launcher = [*TORCHRUN, f"--nproc-per-node={processes}"] if processes > 1 else []
    return [sys.executable, *launcher, str(PROGRAM), *options]


def run(command, **options):
    """Run it to its end, whatever that is."""
    return subprocess.run(
        command, capture_output=True, text=True, timeout=240, check=False, env=ENVIRONMENT, **options
    )


def finish(command):
    """Run it, and return what it said."""
    done = run(command)
    assert done.returncode == 0, done.stderr
    return done.stderr


def start(command, log):
    """Start it; what it says goes to a file."""
    with log.open("w") as file:
        return subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=ENVIRONMENT)


def wait_for_states(process, progress, number):
    """Wait until a running program has saved its state some times from now on."""
    seen, deadline = {_version(progress)}, time.monotonic() + 120
    while len(seen) <= number:
        assert process.poll() is None, "it ended before"
        assert time.monotonic() < deadline, "too few states were saved"
        time.sleep(0.002)
        seen.add(_version(progress))


def _version(progress):
    path = progress / STATE
    # Each is a new file in the place of the last.
    return path.stat().st_mtime_ns if path.exists() else None


def kill(process):
    """Kill it, and say whether that ended it."""
    os.kill(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def weights(folder):
    """Return the fine-tuned weights."""
    return load_file(folder / "adapter_model.safetensors") | load_file(folder / "projections.safetensors")


def assert_same(folder, other):
    """Assert that two runs ended with the same weights, bit for bit, and the same log."""
    expected, found = weights(other), weights(folder)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        assert torch.equal(found[name], value), name
    assert (folder / "training_log.csv").read_bytes() == (other / "training_log.csv").read_bytes()
