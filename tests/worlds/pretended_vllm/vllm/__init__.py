"""As much of vLLM's offline interface as the engines use, for tests of what is round it: it echoes.

Put the folder above on ``sys.path``; processes that are spawned see it too. The name of the model says what
befalls it: ``absent`` cannot be loaded, ``dies`` ends its process at the third question, the templates of
``plain`` and ``deaf`` refuse a system message or leave it out, ``stuck`` takes prompts of any length, answers
five, says so on standard error, and no more.
"""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import jinja2

from . import exceptions

__version__ = "0"


class SamplingParams:
    def __init__(self, **generation):
        self.generation = generation


class LLM:
    def __init__(self, model, **options):
        if model == "absent":
            raise OSError("absent is not a local folder and is not a valid model identifier")
        self.model, self.options, self.asked, self.open, self.answered = model, options, 0, [], 0
        self.llm_engine = SimpleNamespace(step=self.step)
        # vLLM has processes of its own; this one is found by its last argument.
        wait = "import time; print(flush=True); time.sleep(600)"
        command = [sys.executable, "-c", wait, f"of {os.getppid()}"]
        self.helper = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.helper.stdout.readline()

    def get_tokenizer(self):
        return SimpleNamespace(apply_chat_template=self.apply_chat_template)

    def apply_chat_template(self, messages, tokenize, add_generation_prompt, **chat):
        if messages[0]["role"] == "system" and self.model == "plain":
            raise jinja2.TemplateError("System role not supported")
        left_out = "system" if self.model == "deaf" else None
        return "".join(message["content"] for message in messages if message["role"] != left_out)

    def enqueue_chat(self, conversations, sampling, use_tqdm, chat_template_kwargs):
        (messages,) = conversations
        self.asked += 1
        if self.model == "dies" and self.asked == 3:
            os._exit(3)
        words = messages[0]["content"]
        if len(words) > 100 and self.model != "stuck":
            raise exceptions.VLLMValidationError("the prompt is too long")
        text = f"answer {len(messages)} to {words}"
        if words == "options?":
            text = repr(sorted(self.options.items()))
        if words == "generation?":
            text = repr(sorted(sampling.generation.items()))
        if words == "say nothing":
            text = ""
        if words == "GPUs?":
            text = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        if chat_template_kwargs:
            text += f" with {chat_template_kwargs}"
        self.open.append(
            (str(self.asked), text, {"at length": "length", "abort": "abort"}.get(words, "stop"))
        )
        return [f"{self.asked}-0a1b2c3d"]

    def step(self):
        if self.model == "stuck" and self.answered == 5:
            print("stuck", file=sys.stderr, flush=True)
            threading.Event().wait()
        self.answered += 1
        # The last that came is done first.
        name, text, reason = self.open.pop()
        said = SimpleNamespace(text=text, finish_reason=reason, token_ids=text.split())
        return [SimpleNamespace(request_id=name, finished=True, outputs=[said])]
