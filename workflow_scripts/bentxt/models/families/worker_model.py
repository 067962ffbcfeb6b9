"""Models that need an environment of their own: a subprocess that answers in JSON lines.

The worker is a program of any Python (or any language) that loads its model and then reads requests from
standard input and writes answers to standard output, one JSON object a line; standard error is for its log.
First of all it says how loading went: ``{"ready": true, "device": …, "weights": …}`` (``weights`` is
"published", or what stands in for the published ones), or ``{"ready": false, "reason": …}``, and ends.
Requests come as

    {"id": 7, "instruction": "…", "images": {"rgb": "/…/rgb.png"}, "max_new_tokens": 16}

and each is answered, in any order, by

    {"id": 7, "text": "…", "boxes": [[x0, y0, x1, y1], …]}

where ``boxes`` (in 0–1, the origin at the top left) is null unless the model answers with boxes or masks
that are not in its text; the tight box of a mask is the worker's to take. The worker ends when its standard
input does.
"""

import json
import queue
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from safetensors.numpy import save_file

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.answering_model import AnsweringModel, LoadedEntry, LoadedWeights, PatchImages, Reply
from bentxt.models.rgb import png_bytes, rgb_image


@dataclass(frozen=True, slots=True)
class Request:
    """One instruction on one patch.

    Attributes
    ----------
    id : int
        The answer bears it.
    instruction : str
        With the model's additions.
    images : dict of str to str
        Paths: "rgb" of a PNG, "s2" and "s1" of a safetensors file with a tensor for each band, as in the
        LMDB. They exist until the answer is there.
    max_new_tokens : int
        Longest answer, tokens.
    """

    id: int
    instruction: str
    images: dict[str, str]
    max_new_tokens: int

    def to_line(self) -> str:
        """Return the request as a line of JSON."""
        return json.dumps(asdict(self)) + "\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the worker said to a request.

    Attributes
    ----------
    id : int
        The request's.
    text : str
        As generated.
    boxes : list of list of float or None
        x0, y0, x1, y1 in 0–1, where the model has other means than its text to answer with boxes.
    """

    id: int
    text: str
    boxes: list[list[float]] | None

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Parse a line of JSON; :class:`ValueError` says what is wrong with it."""
        record = json.loads(line)
        if not isinstance(record, dict) or not isinstance(record.get("id"), int):
            raise ValueError("an answer needs an id")
        text, boxes = record.get("text"), record.get("boxes")
        if not isinstance(text, str):
            raise ValueError("an answer needs a text")
        if boxes is not None and not (isinstance(boxes, list) and all(map(_is_box, boxes))):
            raise ValueError("boxes must be null or a list of four numbers each")
        return cls(record["id"], text, boxes)

    def to_text(self) -> str:
        """Return the answer as one text: its first box where there are boxes."""
        if self.boxes:
            return "[" + ", ".join(str(value) for value in self.boxes[0]) + "]"
        return self.text.strip()


def _is_box(box):
    number = isinstance(box, list) and len(box) == 4
    return number and all(isinstance(value, int | float) and not isinstance(value, bool) for value in box)


class WorkerModel(AnsweringModel):
    """Talks to a worker.

    Attributes
    ----------
    device, weights : str
        As the worker says.

    Parameters
    ----------
    key : str
        The model, for messages.
    command : list of str or None
        The worker's program and its arguments; None where there is none.
    image : dict
        ``input`` and ``side`` of the model's entry in ``resources/models.yaml``.
    timeout : float
        Longest wait for a line of the worker, seconds; the first one comes when its model is loaded.

    Raises
    ------
    CheckpointUnavailable
        If there is no worker, it cannot be started, or says that it cannot load its model.
    """

    #: Lines of the worker's log that a message quotes.
    _LOG_LINES = 5

    def __init__(
        self, key: str, command: Sequence[str] | None, image: dict[str, Any], timeout: float
    ) -> None:
        if not command:
            raise CheckpointUnavailable(
                "needs a worker in an environment of its own; this version has no worker script for it",
                item=key,
                remedy="write one, see models/families/worker_model.py, and name its command in models.yaml",
            )
        self._key, self._input, self._side = key, image["input"], image["side"]
        self._timeout, self._next_id = timeout, 0
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._log: deque[str] = deque(maxlen=self._LOG_LINES)
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                list(map(str, command)), encoding="utf-8", stdin=pipe, stdout=pipe, stderr=pipe
            )
        except OSError as error:
            raise CheckpointUnavailable(f"the worker cannot be started: {error}", item=key) from error
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout, self._lines.put), daemon=True),
            threading.Thread(target=self._read, args=(self._process.stderr, self._log.append), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        try:
            self._greet()
        except InputError as error:
            self.close()
            raise CheckpointUnavailable(error.problem, item=key, remedy=error.remedy) from error

    def _greet(self):
        line = self._line()
        try:
            greeting = json.loads(line)
            if greeting["ready"]:
                self.device, self.weights = str(greeting["device"]), str(greeting["weights"])
                return
            reason = greeting["reason"]
        except (ValueError, KeyError, TypeError) as error:
            raise self._failure(f"its first line is no greeting: {line.strip()[:200]!r}") from error
        raise self._failure(f"the worker cannot load its model: {reason}")

    def _read(self, stream, take):
        for line in stream:
            take(line)
        if stream is self._process.stdout:
            take(None)

    def _line(self):
        try:
            line = self._lines.get(timeout=self._timeout)
        except queue.Empty:
            raise self._failure(f"the worker said nothing for {self._timeout} s") from None
        if line is None:
            self._lines.put(None)
            status = self._process.wait()
            self._readers[1].join(self._timeout)
            raise self._failure(f"the worker ended with status {status}")
        return line

    def _failure(self, problem):
        log = "".join(self._log).strip()
        return InputError(problem + (f"; its last words: {log}" if log else ""), item=self._key)

    @classmethod
    def load(
        cls,
        key: str,
        entry: LoadedEntry,
        weights: LoadedWeights,
        settings: dict[str, Any],
        checkpoint: str | None = None,
        adapter: str | None = None,
    ) -> Self:
        """Start the worker; see :class:`AnsweringModel`."""
        return cls(key, entry.worker, entry.image, settings["prediction"]["worker_timeout"])

    def answer_many(
        self, patches: Sequence[PatchImages], instructions: Sequence[Sequence[str]], max_new_tokens: int
    ) -> list[list[Reply]]:
        """Answer all instructions of several patches; see :class:`AnsweringModel`.

        Raises
        ------
        InputError
            If the worker ends, answers what was not asked, or does not answer in time.
        """
        return [
            [Reply(text) for text in self._answer(patch, texts, max_new_tokens)]
            for patch, texts in zip(patches, instructions, strict=True)
        ]

    def _answer(self, patch_images, instructions, max_new_tokens):
        with tempfile.TemporaryDirectory(prefix="bentxt-") as folder:
            images = self._write_images(Path(folder), patch_images)
            first = self._next_id
            self._next_id += len(instructions)
            requests = [
                Request(number, text, images, max_new_tokens)
                for number, text in enumerate(instructions, first)
            ]
            # A thread writes, so that a worker that answers early never waits for one that still asks.
            writer = threading.Thread(target=self._send, args=(requests,), daemon=True)
            writer.start()
            answers: dict[int, str] = {}
            while len(answers) < len(requests):
                line = self._line()
                try:
                    answer = Answer.from_line(line)
                except ValueError as error:
                    raise self._failure(f"{error}: {line.strip()[:200]!r}") from error
                if not first <= answer.id < self._next_id or answer.id in answers:
                    raise self._failure(f"the worker answered request {answer.id}, which is not open")
                answers[answer.id] = answer.to_text()
            writer.join()
        return [answers[request.id] for request in requests]

    def _send(self, requests):
        try:
            for request in requests:
                self._process.stdin.write(request.to_line())
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            # The worker has ended: the reader says so, with its last words.
            return

    def _write_images(self, folder, patch):
        images = {}
        if "rgb" in self._input:
            images["rgb"] = str(folder / "rgb.png")
            Path(images["rgb"]).write_bytes(png_bytes(rgb_image(patch.s2), self._side))
        for sensor, bands in (("s2", patch.s2), ("s1", patch.s1)):
            if sensor in self._input:
                images[sensor] = str(folder / f"{sensor}.safetensors")
                save_file(bands, images[sensor])
        return images

    def close(self) -> None:
        """End the worker; called when the model is no longer needed."""
        try:
            self._process.stdin.close()
            self._process.wait(10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
