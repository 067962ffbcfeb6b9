"""vLLM on this machine's GPUs: engines in processes of their own, asked as a server is.

An engine is a copy of the model on one or more GPUs; several share the chats among them. Each lives in a
process of its own, with whatever processes vLLM starts for it. Those end with the program, however that ends:
an engine that no longer hears from it kills its whole process group, so that no GPU stays taken.
"""

import atexit
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import groupby
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, cast

from bentxt.chat_server import AnswerFailed, Chat, folded, has_system
from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import CUT, EMPTY, NO_ANSWER, REFUSED_REQUEST
from bentxt.program.signals import undisturbed

#: Chats that an engine has before it, so that it never waits: more than it answers at a time.
_AHEAD = 512
#: Longest wait for engines that are told to end, s, all together.
_FAREWELL = 3


class VLLMEngines:
    """One or more engines with the same model; results do not depend on their number.

    Parameters
    ----------
    model : str
        A local folder or a Hugging Face id.
    options : dict
        Those of ``vllm.LLM`` besides the model. ``dtype`` may be "auto": bfloat16 on a GPU, else float32.
    engines : int
        Each has ``tensor_parallel_size`` GPUs of its own, in the order of ``CUDA_VISIBLE_DEVICES``.
    chat : dict, optional
        Variables of the chat template.
    section : str
        Section of the config that the options stand in, for messages.
    remedy : str
        What to do where vLLM is not installed.

    Attributes
    ----------
    device : str
        ``cpu``, or ``cuda: <name of the GPU>``, with the number of engines where there are several.
    version : str
        vLLM's.
    tokens : int
        Tokens of all answers so far.

    Raises
    ------
    CheckpointUnavailable
        If vLLM is not installed here, there are too few GPUs, or the model cannot be loaded.
    """

    def __init__(
        self,
        model: str,
        options: Mapping[str, Any],
        *,
        section: str,
        remedy: str,
        engines: int = 1,
        chat: Mapping[str, Any] | None = None,
    ) -> None:
        self._model, self._section, self.tokens = model, section, 0
        each = options.get("tensor_parallel_size", 1)
        visible = _gpus_of_engines(engines, each, section)
        # A fork would copy threads and locks of this process.
        context = multiprocessing.get_context("spawn")
        self._engines: dict[Connection, Any] = {}
        atexit.register(self.close)
        for gpus in visible:
            ours, theirs = context.Pipe()
            given = (theirs, model, dict(options), dict(chat or {}), gpus)
            process = context.Process(target=_engine, args=given)
            process.start()
            theirs.close()
            self._engines[ours] = process
        try:
            greetings = [self._receive(connection) for connection in self._engines]
            for greeting in greetings:
                if "missing" in greeting:
                    problem = f"vLLM cannot be imported: {greeting['missing']}"
                    raise CheckpointUnavailable(problem, item=section, remedy=remedy)
                if "unavailable" in greeting:
                    problem = f"vLLM cannot load the model: {greeting['unavailable']}"
                    raise CheckpointUnavailable(problem, item=model, remedy=f"check model and {section}")
        except BaseException:
            self.close()
            raise
        times = f", {engines} engines" if engines > 1 else ""
        self.device, self.version = greetings[0]["device"] + times, greetings[0]["version"]

    def converse(
        self,
        chats: Iterable[Chat],
        generation: Mapping[str, Any],
        reply: Callable[[int, str], Chat | None],
        fail: Callable[[int, AnswerFailed], None] | None = None,
    ) -> None:
        """Hold conversations; chats of one name that follow each other go to one engine.

        Parameters and errors are those of :meth:`bentxt.chat_server.ChatServer.converse`, but that ``chats``
        are taken one by one, when an engine has room for them, and ``generation`` holds parameters of
        ``vllm.SamplingParams``.
        """
        groups = (list(group) for _, group in groupby(enumerate(chats), key=lambda pair: pair[1].name))
        asked: dict[Connection, dict[int, Chat]] = {connection: {} for connection in self._engines}

        def ask(connection, index, chat):
            asked[connection][index] = chat
            self._send(connection, (index, list(chat.messages), dict(generation)))

        def feed(connection):
            while len(asked[connection]) < _AHEAD:
                group = next(groups, None)
                if group is None:
                    return
                for index, chat in group:
                    ask(connection, index, chat)

        for each in asked:
            feed(each)

        def take(connection):
            index, text, finish, refused, tokens = self._receive(connection)
            self.tokens += tokens
            chat = asked[connection].pop(index)
            failure = self._failure(chat, text, finish, refused)
            if failure is not None and fail is not None:
                fail(index, failure)
            elif refused is not None and failure is not None:
                raise failure
            else:
                following = reply(index, text)
                if following is not None:
                    ask(connection, index, following)

        try:
            while any(asked.values()):
                for ready in wait([connection for connection, open_ in asked.items() if open_]):
                    with undisturbed():
                        take(cast(Connection, ready))
                    feed(cast(Connection, ready))
        except (SystemExit, KeyboardInterrupt):
            # The program is told to end: what the engines have sent until now is not lost.
            for connection in asked:
                with suppress(InputError):
                    while asked[connection] and connection.poll():
                        take(connection)
            raise

    def _failure(self, chat, text, finish, refused):
        kinds = (
            (refused, REFUSED_REQUEST),
            (finish == "length", CUT),
            (finish in ("abort", "error"), NO_ANSWER),
            (not text.strip(), EMPTY),
        )
        kind = next((kind for found, kind in kinds if found), None)
        if kind is None:
            return None
        words = f"vLLM refuses the prompt: {refused}" if refused else f"the answer is {kind}"
        remedy = f"check {self._section}; finished answers are kept"
        return AnswerFailed(words, kind=kind, text=text, file=self._model, item=chat.name, remedy=remedy)

    def _send(self, connection, message):
        try:
            connection.send(message)
        except OSError:
            raise self._ended(connection) from None

    def _receive(self, connection):
        try:
            return connection.recv()
        except (EOFError, OSError):
            raise self._ended(connection) from None

    def _ended(self, connection):
        process = self._engines[connection]
        process.join(_FAREWELL)
        return InputError(
            f"a vLLM engine ended with status {process.exitcode}; what it said is in the log",
            item=self._model,
            remedy=f"look whether memory was short, and check {self._section}; finished answers are kept",
        )

    def close(self) -> None:
        """End the engines and all their processes."""
        atexit.unregister(self.close)
        engines, self._engines = self._engines, {}
        for connection in engines:
            # An engine that loads or computes does not hear this; it hears the connection being closed.
            with suppress(OSError):
                connection.send(None)
        end = time.monotonic() + _FAREWELL
        for connection, process in engines.items():
            process.join(max(0.0, end - time.monotonic()))
            connection.close()
            with suppress(ProcessLookupError, PermissionError):
                # What vLLM has started belongs to the engine's process group.
                os.killpg(process.pid, signal.SIGKILL)
            if process.is_alive():
                process.kill()
            process.join()


def _gpus_of_engines(engines, each, section):
    """Return the value of CUDA_VISIBLE_DEVICES for each engine; None: as it is."""
    if engines == 1:
        return [None]
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    gpus = named.split(",") if named else [str(number) for number in range(engines * each)]
    if len(gpus) < engines * each:
        raise CheckpointUnavailable(
            f"{engines} engines of {each} GPUs need {engines * each}, {len(gpus)} are visible",
            item=f"{section}.data_parallel",
            remedy="ask for more GPUs, or lower data_parallel or tensor_parallel_size",
        )
    return [",".join(gpus[number * each : (number + 1) * each]) for number in range(engines)]


def _engine(connection: Connection, model: str, options: dict, chat: dict, gpus: str | None) -> None:
    """Run one engine; the target of its process."""
    # A group of its own: Ctrl-C is the program's to handle, and all that vLLM starts can be ended together.
    os.setpgid(0, 0)
    requests: queue.SimpleQueue = queue.SimpleQueue()
    # As this thread always reads, the program never waits while it asks; and it notices the program's end.
    threading.Thread(target=_listen, args=(connection, requests), daemon=True).start()
    # Nothing is told to others about what runs here.
    os.environ |= {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if Path(model).is_dir():
        # Code that is allowed for a checkpoint is that in its folder; no other is fetched for it.
        os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    if gpus is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpus
    try:
        import vllm
    except ImportError as error:
        connection.send({"missing": str(error)})
        return
    from vllm.platforms import current_platform

    on_cpu = current_platform.is_cpu()
    if options.get("dtype") == "auto":
        options["dtype"] = "float32" if on_cpu else "bfloat16"
    try:
        llm = vllm.LLM(model=model, **{"enable_prefix_caching": True, **options})
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        # Its own processes say more in the log.
        connection.send({"unavailable": " ".join(str(error).split())[:1000]})
        return
    device = "cpu" if on_cpu else f"cuda: {current_platform.get_device_name()}"
    connection.send({"device": device, "version": vllm.__version__})
    _serve(llm, vllm, connection, requests, chat)


def _listen(connection, requests):
    try:
        while True:
            requests.put(connection.recv())
    except (EOFError, OSError):
        os.killpg(0, signal.SIGKILL)


def _serve(llm, vllm, connection, requests, chat):
    """Answer until a None is read: chats join those at work as they come."""
    answered: dict[str, int] = {}
    folds = None
    while True:
        while not (answered and requests.empty()):
            request = requests.get()
            if request is None:
                return
            index, messages, generation = request
            if has_system(messages):
                if folds is None:
                    folds = not _takes_system(llm, chat)
                messages = list(folded(messages)) if folds else messages
            try:
                (name,) = llm.enqueue_chat(
                    [messages],
                    vllm.SamplingParams(**generation),
                    use_tqdm=False,
                    chat_template_kwargs=chat or None,
                )
            except (vllm.exceptions.VLLMClientError, ValueError, TypeError) as error:
                connection.send((index, "", None, " ".join(str(error).split()), 0))
            else:
                # vLLM adds random characters to the name, which its outputs leave out.
                answered[name.rpartition("-")[0] or name] = index
        for output in llm.llm_engine.step():
            if output.finished:
                said = output.outputs[0]
                index, tokens = answered.pop(output.request_id), len(said.token_ids)
                connection.send((index, said.text, said.finish_reason, None, tokens))


def _takes_system(llm, chat):
    """Whether the chat template has a system role: it neither refuses such a message nor leaves it out."""
    from jinja2 import TemplateError

    word = "bentxt-asks"

    def rendered(*messages):
        try:
            return llm.get_tokenizer().apply_chat_template(
                list(messages), tokenize=False, add_generation_prompt=True, **chat
            )
        except (TemplateError, ValueError, TypeError, KeyError):
            return None

    user = {"role": "user", "content": "?"}
    text = rendered({"role": "system", "content": word}, user)
    if (text is not None and word in text) or rendered(user) is None:
        return True
    print(
        "the chat template has no system role: the system's text goes in front of the user's first turn",
        file=sys.stderr,
        flush=True,
    )
    return False
