"""Models that need an environment of their own: a subprocess that answers in JSON lines.

The worker is a program of any Python (or any language) that loads its model, reads requests from standard
input and writes answers to its standard output, one JSON object a line. ``workers/README.md`` describes the
lines; ``workers/worker_protocol.py`` is a worker's side of them. Lines that are none of the protocol belong
to the log, as all of standard error does.

A worker is given up when it ends, when one answer takes longer than ``prediction.worker_timeout`` (whatever
signs of life it gives), or when it stops giving signs of life that it has given before. The item that it was
answering then fails, the worker is started again, and the others go on.
"""

import math
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from safetensors.numpy import save_file

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import CRASHED, CUT, EMPTY, OUT_OF_MEMORY, UNREADABLE
from bentxt.models.answering_model import AnsweringModel, LoadedEntry, LoadedWeights, PatchImages, Reply
from bentxt.models.rgb import png_bytes
from bentxt.models.worker_process import WorkerLost, WorkerProcess

#: Requests that a worker has at a time, so that it need not wait for the next one.
_AHEAD = 8
#: So many workers lost in a row, and so many failed items in a row, are no matter of single items.
_HOPELESS_LOSSES, _HOPELESS_FAILURES = 3, 10
#: After so many failed items in a row the worker is started again: an error may have spoilt its device.
_FAILURES_OF_ONE_PROCESS = 3


@dataclass(frozen=True, slots=True)
class _Question:
    """One instruction on one patch: its numbers in the call, and the instruction."""

    number: int
    patch: int
    instruction: str


class WorkerModel(AnsweringModel):
    """Talks to a worker.

    Attributes
    ----------
    device, weights : str
        As the worker says.
    greeting : dict
        All that it said of itself: versions, settings, revision and hashes of its weights.

    Parameters
    ----------
    key : str
        The model, for messages.
    command : list of str or None
        The worker's program and its arguments; None where there is none.
    image : dict
        ``input`` and ``side`` of the model's entry in ``resources/models.yaml``.
    timeout, loading_timeout : float
        Longest wait for one answer, and until the model is loaded, seconds.
    told : dict
        What the worker is told: ``checkpoint``, ``revision``, ``code`` and ``settings`` of the entry.

    Raises
    ------
    CheckpointUnavailable
        If there is no worker, it cannot be started, or says that it cannot load its model.
    """

    batched = False

    def __init__(
        self,
        key: str,
        command: Sequence[str] | None,
        image: dict[str, Any],
        timeout: float,
        loading_timeout: float,
        told: dict[str, Any],
    ) -> None:
        if not command:
            raise CheckpointUnavailable(
                "needs a worker in an environment of its own, and its entry names none",
                item=key,
                remedy="write one, see workers/README.md, and name its command in models.yaml",
            )
        self._key, self._input, self._side = key, image["input"], image["side"]
        self._command, self._told = list(map(str, command)), told
        if shutil.which(self._command[0]) is None:
            raise CheckpointUnavailable(
                f"its environment is not installed: there is no program {self._command[0]}",
                item=key,
                remedy=f"install it with: make worker MODEL={key}",
            )
        self._timeout, self._loading_timeout = timeout, loading_timeout
        self._next_id = 0
        self._process: WorkerProcess | None = None
        try:
            self.greeting = self._start()
        except InputError as error:
            raise CheckpointUnavailable(error.problem, item=key, remedy=error.remedy) from error
        self.device, self.weights = str(self.greeting["device"]), str(self.greeting["weights"])

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
        source = checkpoint or entry.checkpoint
        told = {
            "checkpoint": source,
            # A revision belongs to the entry's own repository.
            "revision": entry.revision if source == entry.checkpoint else None,
            "code": entry.code,
            "settings": entry.settings,
        }
        limits = settings["prediction"]["worker_timeout"], settings["prediction"]["worker_loading_timeout"]
        return cls(key, entry.worker, entry.image, *limits, told)

    def _start(self) -> dict[str, Any]:
        """Start a process and return its greeting."""
        self._process = WorkerProcess(f"{self._key} worker", self._command, self._told)
        try:
            limit = self._loading_timeout
            greeting = self._process.hear(time.monotonic() + limit, f"greeting within {limit:g} s")
        except WorkerLost as lost:
            raise self._given_up(f"{lost}, before its model was loaded") from lost
        if greeting.get("ready") is False:
            reason = " ".join(str(greeting.get("reason")).split())
            raise self._given_up(f"the worker cannot load its model: {reason}")
        if greeting.get("ready") is not True or not {"device", "weights"} <= set(greeting):
            raise self._given_up(f"its first line is no greeting: {str(greeting)[:200]!r}")
        return greeting

    def _restart(self) -> WorkerProcess:
        greeting = self._start()
        process = self._process
        if process is None or _identity(greeting) != _identity(self.greeting):
            raise self._given_up(
                f"the worker was started again and is another one: {_identity(greeting)}, "
                f"it was {_identity(self.greeting)}"
            )
        return process

    def _given_up(self, problem, remedy=None):
        """End the worker, and return the error that says why."""
        words = ""
        if self._process is not None:
            self._process.close(1)
            words = self._process.last_words()
            self._process = None
        return InputError(
            problem + (f"; its last words: {words}" if words else ""), item=self._key, remedy=remedy
        )

    def answer_each(
        self,
        patches: Sequence[PatchImages],
        instructions: Sequence[Sequence[str]],
        max_new_tokens: int,
        keep: Callable[[int, Reply], object],
    ) -> None:
        """Answer all instructions of several patches; see :class:`AnsweringModel`.

        Raises
        ------
        InputError
            If the worker is lost at several items in a row, or many of them fail in a row.
        """
        unasked = deque(_questions(instructions))
        asked: dict[int, _Question] = {}
        losses = failures = 0
        since = 0.0
        with tempfile.TemporaryDirectory(prefix="bentxt-") as folder:
            images = _ImageFiles(Path(folder), patches, instructions, self._write_images)
            while unasked or asked:
                if self._process is None:
                    # What the worker before was asked besides, this one is asked again.
                    unasked.extendleft(reversed(asked.values()))
                    asked.clear()
                process = self._process or self._restart()
                if not asked:
                    since = time.monotonic()
                while unasked and len(asked) < _AHEAD:
                    question = unasked.popleft()
                    asked[self._next_id] = question
                    record = {"id": self._next_id, "instruction": question.instruction}
                    files = images.of(question.patch)
                    process.send(record | {"images": files, "max_new_tokens": max_new_tokens})
                    self._next_id += 1
                number, reply = self._hear(process, asked, since + self._timeout)
                since = time.monotonic()
                question = asked.pop(number)
                keep(question.number, reply)
                images.done(question.patch)
                losses = losses + 1 if self._process is None else 0
                failures = failures + 1 if reply.failure in (CRASHED, OUT_OF_MEMORY, UNREADABLE) else 0
                if losses == _HOPELESS_LOSSES or failures == _HOPELESS_FAILURES:
                    raise self._given_up(
                        f"{failures} items in a row failed, the last one: {reply.reason}",
                        "read the worker's log; what was answered is kept",
                    )
                if failures and failures % _FAILURES_OF_ONE_PROCESS == 0:
                    self.close()

    def _hear(self, process: WorkerProcess, asked: dict[int, _Question], until: float) -> tuple[int, Reply]:
        """Return the number of a request and the reply to it, which is a failed one if the worker is lost."""
        try:
            while True:
                record = process.hear(until, f"answer within {self._timeout:g} s")
                number = record.get("id")
                if isinstance(number, int) and number in asked:
                    return number, _reply(record)
                process.log(f"(a line that answers nothing which is asked) {str(record)[:200]}")
        except WorkerLost as lost:
            process.kill()
            self._process = None
            words = process.last_words()
            number = process.busy_with
            if number not in asked:
                number = min(asked)
            return number, Reply("", CRASHED, f"{lost}; its last words: {words}" if words else str(lost))

    def _write_images(self, folder: Path, patch: PatchImages) -> dict[str, str]:
        images = {}
        if "rgb" in self._input:
            images["rgb"] = str(folder / "rgb.png")
            Path(images["rgb"]).write_bytes(png_bytes(patch.rgb, self._side))
        for sensor, bands in (("s2", patch.s2), ("s1", patch.s1)):
            if sensor in self._input:
                images[sensor] = str(folder / f"{sensor}.safetensors")
                save_file(bands, images[sensor])
        return images

    def close(self) -> None:
        """End the worker; called when the model is no longer needed."""
        if self._process is not None:
            self._process.close()
            self._process = None


def _questions(instructions: Sequence[Sequence[str]]) -> Iterator[_Question]:
    texts = ((patch, text) for patch, of_patch in enumerate(instructions) for text in of_patch)
    for number, (patch, text) in enumerate(texts):
        yield _Question(number, patch, text)


def _identity(greeting):
    """Return what of a greeting the answers depend on."""
    device = str(greeting["device"]).partition(":")[0]
    return {name: greeting.get(name) for name in ("weights", "revision", "code", "about")} | {
        "device": device
    }


def _reply(record: dict[str, Any]) -> Reply:
    """Return what a line of the protocol answers."""
    if "error" in record:
        error = " ".join(str(record["error"]).split())[:500]
        return Reply("", OUT_OF_MEMORY if "out of memory" in error.lower() else CRASHED, error)
    text, boxes = record.get("text"), record.get("boxes")
    if not isinstance(text, str):
        return Reply("", UNREADABLE, "the worker's answer has no text")
    if boxes is not None and not (isinstance(boxes, list) and all(map(_is_box, boxes))):
        return Reply("", UNREADABLE, "the worker's boxes are no list of four numbers each")
    box = "[" + ", ".join(str(value) for value in boxes[0]) + "]" if boxes else None
    text = text.strip()
    if not text and box is None:
        return Reply("", EMPTY, "the model said nothing")
    if record.get("cut") is True:
        return Reply(text, CUT, "cut at the longest answer", box)
    return Reply(text, box=box)


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(map(_is_number, box))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


class _ImageFiles:
    """The files of each patch, written when it is first asked about, removed when it is done."""

    def __init__(self, folder, patches, instructions, write):
        self._folder, self._patches, self._write = folder, patches, write
        self._left = [len(texts) for texts in instructions]
        self._files: dict[int, dict[str, str]] = {}

    def of(self, patch: int) -> dict[str, str]:
        """Return the paths of a patch's images."""
        if patch not in self._files:
            folder = self._folder / str(patch)
            folder.mkdir()
            self._files[patch] = self._write(folder, self._patches[patch])
        return self._files[patch]

    def done(self, patch: int) -> None:
        """Count an instruction of a patch as answered."""
        self._left[patch] -= 1
        if not self._left[patch]:
            del self._files[patch]
            shutil.rmtree(self._folder / str(patch))
