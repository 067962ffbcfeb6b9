"""The worker's side of the protocol: loads a model in an environment of its own and answers JSON lines.

A worker is a program that calls :func:`serve` with a function that loads its model; ``template.py`` is one,
and ``README.md`` says how workers are installed and what the lines hold. This module needs Python 3.8 and
nothing else, since the environments of published models are old.

The protocol has descriptors of its own. :func:`serve` first of all keeps duplicates of standard input and
output for itself, and then points standard output at standard error and standard input at nothing: whatever
the model's code prints, from Python or from C, ends in the log, and a forgotten breakpoint reads an end of
file. Nothing happens on import, so a worker's functions can be tested. What is printed before :func:`serve`
is called reaches the harness as stray lines, which it puts into the log too; so a worker imports its model's
code within the function that loads it.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import re
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Callable, NamedTuple

#: Environment variable with what the harness tells a worker (:class:`Options`), as JSON.
VARIABLE = "BENTXT_WORKER"
#: Seconds between two signs of life.
BEAT = 10.0
#: Packages whose versions the greeting names where they are installed.
PACKAGES = (
    *("torch", "torchvision", "transformers", "tokenizers", "peft", "accelerate", "timm", "numpy"),
    *("pillow", "safetensors", "huggingface-hub"),
)
#: Tags of the data set's instructions, which a model sees or not: setting ``tags``, "kept" or "stripped".
_TAG = re.compile("</?(?:point|ref)>")
#: What stands for the weights of a checkpoint that nothing says otherwise of.
PUBLISHED = "published"


class NotReady(Exception):
    """The model cannot be loaded; the message says why, in one sentence that names what is missing."""


@dataclass(frozen=True)
class Options:
    """What every worker is told, in the same way.

    Attributes
    ----------
    checkpoint : str or None
        Folder or Hugging Face id.
    revision : str or None
        Commit of the checkpoint's repository.
    settings : dict
        ``settings`` of the model's entry. ``tags`` ("kept" or "stripped": whether the model sees ``<point>``
        and ``<ref>`` of the instructions) is every worker's, and seen to by :func:`serve`.
    repository, commit : str or None
        ``code`` of the entry: where the published inference code comes from.
    checkout : Path
        Where it lies: the folder ``code`` next to the worker's script, unless the harness names another.
    """

    checkpoint: str | None = None
    revision: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    repository: str | None = None
    commit: str | None = None
    checkout: Path = Path("code")

    @classmethod
    def read(cls, text: str | None = None, script: str | None = None) -> Options:
        """Read the options from JSON, by default from the environment; all of them may be missing."""
        record = json.loads(text if text is not None else os.environ.get(VARIABLE, "{}"))
        code = record.get("code") or {}
        folder = Path(script or sys.argv[0]).resolve().parent
        return cls(
            checkpoint=record.get("checkpoint"),
            revision=record.get("revision"),
            settings=record.get("settings") or {},
            repository=code.get("repository"),
            commit=code.get("commit"),
            checkout=Path(record.get("checkout") or folder / "code"),
        )

    def setting(self, name: str, default: Any, allowed: tuple | None = None) -> Any:
        """Return a setting, or its default.

        Raises
        ------
        NotReady
            If it is none of the allowed values.
        """
        value = self.settings.get(name, default)
        if allowed is not None and value not in allowed:
            raise NotReady(f"the setting {name} must be one of {', '.join(map(str, allowed))}, is {value!r}")
        return value


@dataclass(frozen=True)
class Request:
    """One instruction on one patch.

    Attributes
    ----------
    id : int
    instruction : str
        With the model's additions, without chat template and image placeholders.
    images : dict of str to str
        Paths: "rgb" of a PNG, "s2" and "s1" of safetensors files with a tensor for each band. They exist
        until the answer is written.
    max_new_tokens : int
    """

    id: int
    instruction: str
    images: dict[str, str]
    max_new_tokens: int


class Answer(NamedTuple):
    """What the model said.

    Attributes
    ----------
    text : str
        Decoded, without special tokens.
    boxes : list of list of float or None
        x0, y0, x1, y1 in 0–1, the origin at the top left, where the model has other means than its text to
        answer with boxes; the first one counts, and an empty list is none.
    cut : bool
        Whether the answer ended at ``max_new_tokens``.
    """

    text: str
    boxes: list | None = None
    cut: bool = False


@dataclass(frozen=True)
class Loaded:
    """A loaded model.

    Attributes
    ----------
    answer : callable
        Takes a :class:`Request` and returns an :class:`Answer` or a text.
    weights : str
        "published", or what stands in for the published weights.
    revision : str or None
        Commit of the checkpoint that was loaded; None for a folder.
    about : dict of str to str
        What else the answers depend on and the status of a prediction should name: hashes of files that no
        revision pins, settings in effect. It is part of the key of each kept answer.
    device : str or None
        None: asked of torch.
    """

    answer: Callable[[Request], Answer | str]
    weights: str = PUBLISHED
    revision: str | None = None
    about: dict[str, str] = field(default_factory=dict)
    device: str | None = None


def serve(load: Callable[[Options], Loaded | Callable]) -> None:
    """Load a model, greet, and answer requests until standard input ends.

    A request whose answer raises an exception is answered by ``{"id": …, "error": …}``, its traceback goes to
    the log, and the next one follows.

    Parameters
    ----------
    load : callable
        Takes :class:`Options` and returns :class:`Loaded`, or only a function that answers. Raises
        :class:`NotReady` where something is missing; so does any other exception end the worker, with its
        traceback in the log.
    """
    lines = _Lines()
    _end_with_parent()
    requests: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_listen, args=(lines, requests), daemon=True).start()
    threading.Thread(target=_beat, args=(lines,), daemon=True).start()
    try:
        options = Options.read()
        stripped = options.setting("tags", "kept", ("kept", "stripped")) == "stripped"
        loaded = load(options)
        if not isinstance(loaded, Loaded):
            loaded = Loaded(loaded)
        greeting = _greeting(loaded, options)
    except NotReady as problem:
        lines.say(ready=False, reason=str(problem))
        sys.exit(1)
    except ImportError as error:
        traceback.print_exc()
        missing = f"missing package {error.name}" if isinstance(error, ModuleNotFoundError) else "bad package"
        lines.say(ready=False, reason=f"{missing}: {error}")
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 (whatever the model's code raises is the reason)
        traceback.print_exc()
        lines.say(ready=False, reason=_described(error))
        sys.exit(1)
    lines.say(**greeting)
    while True:
        line = requests.get()
        if line is None:
            return
        _respond(loaded.answer, line, lines, stripped)


def _respond(answer, line, lines, stripped):
    number = None
    try:
        record = json.loads(line)
        number = record["id"]
        lines.at(number)
        instruction = record["instruction"]
        if stripped:
            instruction = _TAG.sub("", instruction)
        request = Request(number, instruction, record["images"], record["max_new_tokens"])
        said = answer(request)
        said = Answer(said) if isinstance(said, str) else Answer(*said)
        lines.say(id=number, text=said.text, boxes=said.boxes, cut=bool(said.cut))
    except Exception as error:  # noqa: BLE001 (one item fails, the others go on)
        traceback.print_exc()
        lines.say(id=number, error=_described(error))
    finally:
        lines.at(None)


def _described(error):
    return f"{type(error).__name__}: {error}"[:500]


def _greeting(loaded, options):
    return {
        "ready": True,
        "device": loaded.device or _device(),
        "weights": loaded.weights,
        "checkpoint": options.checkpoint,
        "revision": loaded.revision,
        "code": options.commit,
        "settings": options.settings,
        "about": loaded.about,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _device():
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return "cuda: " + torch.cuda.get_device_name()
    return "cpu"


class _Lines:
    """The protocol's own descriptors, and what is written to them."""

    def __init__(self):
        # Duplicates are not inherited by programs that the model's code starts.
        self.input, self._output = os.dup(0), os.dup(1)
        os.dup2(2, 1)
        sys.stdout.flush()
        sys.stdout.reconfigure(line_buffering=True)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._lock, self._request = threading.Lock(), None

    def say(self, **record):
        """Write one line; a line before it ends what a program of another descriptor began to print."""
        data = b"\n" + json.dumps(record).encode() + b"\n"
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._output, data) :]
            except BrokenPipeError:
                os._exit(1)

    def at(self, request):
        """Say which request is being answered now; None: none."""
        self._request = request
        if request is not None:
            self.beat()

    def beat(self):
        self.say(alive=self._request, every=BEAT)


def _beat(lines):
    while True:
        lines.beat()
        time.sleep(BEAT)


def _listen(lines, requests):
    """Queue the requests; at the end of standard input the worker ends after those that it has."""
    with os.fdopen(lines.input, encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                requests.put(line)
    requests.put(None)


def _end_with_parent():
    """End at once with the program that started this one, however that ends.

    The harness has the kernel kill its workers with it, too; this is for systems without that call.
    """
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit("this is a module; see template.py for a worker")
