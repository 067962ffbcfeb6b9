"""A small real language model rewrites captions, by vLLM and behind a server: both turns, the check, a kill.

SmolLM2-135M-Instruct drops and invents facts, so that most fall back: tested is what stands round it.
"""

import json
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from bentxt.failures import CUT, EMPTY
from bentxt.program.lineage import read_lineage
from worlds.augmentation import command, settings, written
from worlds.processes import gone, processes_named
from worlds.vllm_here import ENVIRONMENT, OPTIONS, VLLM, vllm_server

MODEL = Path(VLLM or ".") / "smollm2"
pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(
        not VLLM or not MODEL.is_dir(),
        reason="no vLLM with SmolLM2: run tests/workflow/vllm_cpu.sh DIR and export BENTXT_VLLM=DIR",
    ),
]
SHARD = {"shard": 0, "shards": 2}
CAPTIONS = 5
#: Short ones, since a CPU reads some hundred tokens a second.
PROMPTS = {
    "system.md": "You rewrite descriptions of satellite images as one caption.\n{hierarchy}\n\n{examples}",
    "examples.yaml": '- description: It shows "pastures".\n  caption: The image shows pastures.\n',
    "paraphrase.md": "Description: {caption}\nCaption:",
    "refine.md": "Compare the caption with the description, mend it, and return the caption only.",
}


@pytest.fixture
def prompts(tmp_path):
    folder = tmp_path / "prompts"
    folder.mkdir()
    for name, text in PROMPTS.items():
        (folder / name).write_text(text)
    return ["--prompts", str(folder)]


def killed_once(job, kept, environment, end):
    """Run a job, end it once it has kept an answer, run it again; return both runs' lines and the log."""
    with subprocess.Popen(job, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not (kept.exists() and kept.read_text().endswith("\n")):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
            assert process.poll() is None, process.stderr.read()[-3000:]
        of_it = processes_named(VLLM, "spawn_main")
        process.send_signal(end)
        process.communicate(timeout=10)
    assert gone(of_it)
    before = kept.read_text()
    assert not kept.with_suffix(".parquet").exists()
    done = subprocess.run(job, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return before, kept.read_text(), done.stderr


def check_run(folder, before, after, said, backend):
    """What a job that was ended once has made: each turn asked once, and a table that says all."""
    assert after.startswith(before)
    assert before
    turns = [(line["key"], line["turn"]) for line in map(json.loads, after.splitlines())]
    assert len(set(turns)) == len(turns)
    rows = written(folder, **SHARD).to_pylist()
    assert {(row["backend"], row["used"]) for row in rows} <= {
        (backend, used) for used in ("template", "paraphrased", "refined")
    }
    whole = [row for row in rows if row["paraphrased"]]
    assert len(whole) == sum(turn == 0 for _, turn in turns)
    assert sum(bool(row["refined"]) for row in rows) == sum(turn == 1 for _, turn in turns) > 0
    for row in rows:
        # Each version is there and checked, or the reason is.
        assert bool(row["paraphrased"]) == (row["paraphrased_complete"] is not None)
        assert bool(row["refined"]) == (row["refined_complete"] is not None)
        assert row["paraphrase_missing"] in ({""} if row["paraphrased"] else {CUT, EMPTY})
        assert bool(row["refined"]) == (row["refinement_missing"] == "")
    notes = read_lineage(folder / "0-2.parquet")["notes"]
    assert notes["used"] == Counter(row["used"] for row in rows)
    assert "captions/s" in said
    assert "tokens/s" in said


def test_vllm_rewrites_on_this_machine_and_goes_on_after_a_kill(inputs, tmp_path, prompts):
    engine = OPTIONS | {"dtype": "auto", "max_model_len": 2048, "extra": {}, "sampling": {}}
    given = {"backend": "vllm", "model": str(MODEL), "temperature": 0.0, "max_tokens": 160, "chat": {}}
    text = settings(**given, vllm=engine)
    job = command(inputs, tmp_path, text, **SHARD, python=f"{VLLM}/bin/python") + prompts
    before, after, said = killed_once(job, tmp_path / "0-2.jsonl", ENVIRONMENT, signal.SIGKILL)
    check_run(tmp_path, before, after, said, "vllm")
    # A prompt that is longer than the model's context fails with vLLM's reason.
    long = [*job[:-2], "--prompts", str(tmp_path / "long")]
    (tmp_path / "long").mkdir()
    for name, words in PROMPTS.items():
        (tmp_path / "long" / name).write_text(words if name != "system.md" else words + " and" * 2500)
    done = subprocess.run(long, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert (
        f"none of {CAPTIONS} captions got an answer; the first: refused by the server: vLLM refuses"
        in done.stderr
    )
    assert "2048" in done.stderr


def test_a_server_of_vllm_rewrites_and_the_client_goes_on_after_a_signal(inputs, tmp_path, prompts):
    with vllm_server(MODEL, tmp_path / "log", "--max-model-len", "2048") as address:
        given = json.loads(settings(backend="openai", model="tiny", temperature=0.0, max_tokens=160, chat={}))
        given["augmentation"]["openai"] = {
            "base_url": address,
            "key_variable": None,
            "concurrency": 4,
            "retries": 0,
            "timeout": 200,
            "length_parameter": "max_completion_tokens",
            "extra": {"seed": 1},
        }
        job = command(inputs, tmp_path, json.dumps(given), **SHARD) + prompts
        before, after, said = killed_once(job, tmp_path / "0-2.jsonl", None, signal.SIGTERM)
        check_run(tmp_path, before, after, said, "openai")
