"""vLLM from the environment that ``BENTXT_VLLM`` names: its server, and the family in a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

VLLM = os.environ.get("BENTXT_VLLM")
ROOT = Path(__file__).parents[2]
#: The CPU build would take most of the memory for keys and values; nothing is reported to others.
ENVIRONMENT = os.environ | {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "PYTHONPATH": f"{ROOT}/workflow_scripts:{ROOT}/tests",
}
OPTIONS = {
    "data_parallel": 1,
    "tensor_parallel_size": 1,
    "max_model_len": 1024,
    "gpu_memory_utilization": 0.2,
    "quantization": None,
    "enforce_eager": True,
}


@contextmanager
def vllm_server(folder, log, *more):
    """Run ``vllm serve`` with a checkpoint and options; yields the address up to its version, on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        f"{VLLM}/bin/vllm", "serve", str(folder), "--host", "127.0.0.1", "--port", str(port),
        "--served-model-name", "tiny", "--enforce-eager", "--dtype", "float32", "--max-model-len", "1024",
        "--limit-mm-per-prompt", '{"image": {"count": 1, "width": 120, "height": 120}, "video": 0}',
        "--generation-config", "vllm", *more,
    ]  # fmt: skip
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, stdout=out, stderr=out, env=ENVIRONMENT, start_new_session=True, cwd=log.parent
        )
    try:
        deadline = time.monotonic() + 200
        while True:
            with suppress(URLError, OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
                break
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.5)
            assert server.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def start_family(folder, engines, instructions, patches, **environment):
    """Start a process that answers with the family vllm, and then waits; it prints its replies as JSON."""
    arguments = json.dumps([str(folder), engines, instructions, patches])
    return subprocess.Popen(
        [f"{VLLM}/bin/python", __file__, arguments],
        env=ENVIRONMENT | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def replies_of(process):
    """Return what the process has answered: device, and text and failure of each reply by patch."""
    for line in process.stdout:
        if line.startswith("REPLIES "):
            return json.loads(line.removeprefix("REPLIES "))
    raise AssertionError("the process ended without replies")


def _answer(folder, engines, instructions, patches):
    from bentxt.models.families.vllm_model import VLLMModel
    from worlds.prediction_world import patch

    checkpoint = SimpleNamespace(folder=Path(folder), source=folder)
    model = VLLMModel(checkpoint, None, {}, False, OPTIONS | {"data_parallel": engines}, "auto")
    seen = [patch(seed) for seed in range(patches)]
    replies = model.answer_many(seen, [instructions] * patches, 16)
    said = [[[reply.text, reply.failure] for reply in of] for of in replies]
    print("REPLIES " + json.dumps({"device": model.device, "replies": said}), flush=True)
    sys.stdin.read()
    model.close()


if __name__ == "__main__":
    _answer(*json.loads(sys.argv[1]))
