"""Models behind a server: answers a second, against what the server could give.

A server on loopback takes a fixed time for each request, however many are at work, so that no client can get
more than concurrency / time out of it. Requests are those of the benchmark: a picture for each patch, 14
questions about it. Run: ``python benchmarks/server.py``, or as a part of ``make bench``.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests")]

from programs import processor  # noqa: E402

from bentxt.models.families.server_model import ServerModel  # noqa: E402
from worlds.answering_server import completion  # noqa: E402
from worlds.prediction_world import PREDICTION, patch  # noqa: E402

QUESTIONS = 14


async def _serve(seconds, started):
    payload = json.dumps(completion("yes")).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    answer = head + str(len(payload)).encode() + b"\r\n\r\n" + payload

    async def talk(reader, writer):
        try:
            while True:
                header = await reader.readuntil(b"\r\n\r\n")
                length = int(header.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                await asyncio.sleep(seconds)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 20)
    started.append(server.sockets[0].getsockname()[1])
    started.append(asyncio.get_running_loop())
    async with server:
        await server.serve_forever()


def measure(concurrency, seconds, items):
    """Return answers a second, and the share of what the server could give."""
    started = []
    thread = threading.Thread(target=lambda: asyncio.run(_serve(seconds, started)), daemon=True)
    thread.start()
    while len(started) < 2:
        thread.join(0.01)
    options = PREDICTION["openai"] | {
        "base_url": f"http://127.0.0.1:{started[0]}/v1",
        "key_variable": None,
        "concurrency": concurrency,
    }
    model = ServerModel("m", {"input": "rgb", "side": None}, options)
    patches = [patch(seed) for seed in range(-(-items // QUESTIONS))]
    # The client loads parts of itself with its first request.
    model.answer(patches[0], ["question"], 16)
    kept = []
    begun = time.perf_counter()
    model.answer_each(
        patches, [[f"question {n}" for n in range(QUESTIONS)]] * len(patches), 16, lambda *_: kept.append(1)
    )
    rate = len(kept) / (time.perf_counter() - begun)
    return rate, rate / (concurrency / seconds)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="time of a request (default: 1)")
    args = parser.parse_args()
    print(f"{processor()}; {args.seconds:g} s a request; client and server share the machine")
    for concurrency in (1, 4, 16, 64):
        rate, share = measure(concurrency, args.seconds, QUESTIONS * max(2, concurrency))
        print(
            f"{concurrency:4} requests at a time {rate:8.1f} answers/s   {share:.3f} of the server's",
            flush=True,
        )


if __name__ == "__main__":
    main()
