"""What can be seen of a fine-tuning while it runs: progress, log, TensorBoard, validation.

All of it lies next to the saved state and goes on where that does: what was written about steps that are done
again is dropped, so that a run that was killed leaves the files of one that was not (those of TensorBoard
hold times of day; TensorBoard itself drops such steps).
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from bentxt.atomic import remove, write_text
from bentxt.printable import printable
from bentxt.program.progress_bars import progress
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.held_out_measurement import Measurement
from bentxt.training.training_state import LogRow

logger = logging.getLogger(__name__)

LOG, VALIDATION, SAMPLES = "training_log.csv", "validation.csv", "samples.jsonl"
TENSORBOARD = "tensorboard"
#: Seconds of the jobs that the run has had, and of which run.
TIME = "time.json"
LOG_COLUMNS = ("step", "annotations", "loss", "learning_rate")
VALIDATION_COLUMNS = ("step", "annotations", "loss")
#: Steps whose mean loss is shown.
SMOOTHED = 100
#: Points of a curve in TensorBoard, which itself shows a thousand.
_POINTS = 5000
#: Between two notes of the time, s.
_NOTE = 10.0


def measuring_steps(plan: BatchPlan, times: int) -> list[int]:
    """Return after which steps is measured (0: before the first), evenly by annotations.

    Parameters
    ----------
    plan : BatchPlan
        Of what is trained on.
    times : int
        At least 2.

    Returns
    -------
    list of int
        Sorted, each once; from 0 to the number of steps.
    """
    found, step = set(), 0
    for number in range(times):
        wanted = number * plan.total / (times - 1)
        while step < plan.steps and plan.seen(step) < wanted:
            step += 1
        found.add(step)
    return sorted(found)


class Monitor:
    """Shows a run: a context in which :meth:`begin` is called before the first step, :meth:`step` after each.

    Parameters
    ----------
    folder : str or Path
        Of the saved state.
    key : str
        Of the saved state: what the run depends on.
    task : str
        What is learnt.
    plan : BatchPlan
    measure : callable, optional
        Gives the :class:`bentxt.training.held_out_measurement.Measurement` of the model as it is;
        None: no validation.
    times : int
        How often.
    """

    def __init__(
        self,
        folder: str | Path,
        key: str,
        task: str,
        plan: BatchPlan,
        measure: Callable[[], Measurement] | None = None,
        times: int = 2,
    ) -> None:
        self.folder, self._key, self._task, self._plan = Path(folder), key, task, plan
        self._measure = measure
        self._due = set(measuring_steps(plan, times)) if measure else set()
        self._every = max(1, plan.steps // _POINTS)
        self._recent: deque[float] = deque(maxlen=SMOOTHED)
        self._started = self._noted = time.monotonic()
        self._earlier = 0.0
        self._board: Any = None
        self._bar: Any = None

    @property
    def seconds(self) -> float:
        """Seconds that the run has taken, all jobs together."""
        return self._earlier + time.monotonic() - self._started

    def begin(self, done: int, log: Sequence[LogRow]) -> None:
        """Go on after a number of steps, whose log is given."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._earlier = self._seconds_before()
        self._note_time()
        write_text(self.folder / LOG, ",".join(LOG_COLUMNS) + "\n" + "".join(map(_log_line, log)))
        self._recent.extend(row[2] for row in log[-SMOOTHED:])
        measured = self._keep_measurements(done)
        if not self._measure:
            logger.info("no patch is held out of training: there is no validation loss")
        self._board = _open_board(self.folder / TENSORBOARD, done)
        seen = self._plan.seen(done)
        if done in self._due and done not in measured:
            self._validate(done, seen)
        self._bar = progress(
            total=self._plan.total, initial=seen, desc=f"fine-tuning {self._task}", unit=" annotations"
        )
        self._shown = (time.monotonic(), seen)

    def step(self, row: LogRow) -> None:
        """Show a step that has been made."""
        step, seen, loss, rate = row
        _append(self.folder / LOG, [_log_line(row)])
        self._recent.append(loss)
        smoothed = sum(self._recent) / len(self._recent)
        words = f"step {step} of {self._plan.steps}, loss {smoothed:.4f}, learning rate {rate:.3g}"
        self._bar.set_postfix_str(words, refresh=False)
        self._bar.update(seen - self._plan.seen(step - 1))
        if self._board and (step % self._every == 0 or step == self._plan.steps):
            now, (then, before) = time.monotonic(), self._shown
            self._shown = (now, seen)
            scalars = {
                "loss/step": loss,
                f"loss/mean of {SMOOTHED} steps": smoothed,
                "learning rate": rate,
                "annotations a second": (seen - before) / max(now - then, 1e-9),
                "annotations": seen,
            }
            for name, value in scalars.items():
                self._board.add_scalar(name, value, step)
        if time.monotonic() - self._noted >= _NOTE:
            self._note_time()
        if step in self._due:
            with self._bar.external_write_mode(file=sys.stderr):
                self._validate(step, seen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Close what is open."""
        if self._bar is not None:
            self._bar.close()
            self._note_time()
        if self._board:
            self._board.close()

    def save(self, folder: str | Path) -> None:
        """Copy what was written into the output's folder."""
        for name in (LOG, VALIDATION, SAMPLES):
            if (self.folder / name).exists():
                shutil.copyfile(self.folder / name, Path(folder) / name)
        if (self.folder / TENSORBOARD).exists():
            shutil.copytree(self.folder / TENSORBOARD, Path(folder) / TENSORBOARD)

    def _validate(self, step, seen):
        assert self._measure
        found = self._measure()
        logger.info("after step %d of %d: validation loss %.4f", step, self._plan.steps, found.loss)
        # First the samples: a measurement with its loss is whole.
        lines = [
            json.dumps({"step": step, "annotations": seen} | asdict(sample), ensure_ascii=False) + "\n"
            for sample in found.samples
        ]
        _append(self.folder / SAMPLES, lines)
        for sample in found.samples:
            logger.info("  asked: %s", printable(sample.instruction))
            logger.info("  reference: %s", printable(sample.reference))
            logger.info("  answered: %s", printable(sample.answer))
        if self._board:
            self._board.add_scalar("loss/validation", found.loss, step)
            for number, sample in enumerate(found.samples, 1):
                self._board.add_text(f"sample {number}", _as_markdown(sample), step)
            self._board.flush()
        _append(self.folder / VALIDATION, [f"{step},{seen},{found.loss:.6g}\n"])

    def _keep_measurements(self, done):
        """Drop measurements of later steps, and those that are not whole; return the steps of the others."""
        measured: set[int] = set()
        rows = []
        for line in _whole_lines(self.folder / VALIDATION)[1:] if done else []:
            step = int(line.split(",")[0])
            if step <= done:
                measured.add(step)
                rows.append(line)
        samples = [
            line
            for line in (_whole_lines(self.folder / SAMPLES) if done else [])
            if json.loads(line)["step"] in measured
        ]
        if self._measure:
            write_text(self.folder / VALIDATION, ",".join(VALIDATION_COLUMNS) + "\n" + "".join(rows))
            write_text(self.folder / SAMPLES, "".join(samples))
        else:
            remove(self.folder / VALIDATION)
            remove(self.folder / SAMPLES)
        return measured

    def _seconds_before(self):
        try:
            noted = json.loads((self.folder / TIME).read_text(encoding="utf-8"))
            return float(noted["seconds"]) if noted["key"] == self._key else 0.0
        except (OSError, ValueError, KeyError, TypeError):
            return 0.0

    def _note_time(self):
        write_text(self.folder / TIME, json.dumps({"key": self._key, "seconds": round(self.seconds, 1)}))
        self._noted = time.monotonic()


def _log_line(row):
    step, seen, loss, rate = row
    return f"{step},{seen},{loss:.6g},{rate:.6g}\n"


def _append(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        # What a full disk fails with names no file.
        error.filename = error.filename or str(path)
        raise


def _whole_lines(path):
    """Return the lines of a file, but one that a kill cut; none where there is no file."""
    if not path.exists():
        return []
    # Not splitlines(), which also ends lines at characters that JSON lets stand.
    return [f"{line}\n" for line in path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]]


def _open_board(folder, done):
    """Return a writer of TensorBoard's events that goes on after a step; None where it is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        logger.warning("no files for TensorBoard are written: %s", error)
        return None
    if not done:
        remove(folder)
    return SummaryWriter(str(folder), purge_step=done + 1 if done else None, flush_secs=10)


def _as_markdown(sample):
    quoted = (sample.instruction, sample.reference, sample.answer)
    # Text of a model in a page: shown as it is, as code.
    shown = ["    " + printable(text, 2000) for text in quoted]
    names = ("Asked", "Reference", "Answered, not ended" if sample.cut else "Answered")
    return "\n\n".join(f"{name}:\n\n{text}" for name, text in zip(names, shown, strict=True))
