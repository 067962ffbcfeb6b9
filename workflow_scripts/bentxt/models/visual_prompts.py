"""Instructions as tokens around the place of RS-InternVL's visual tokens (Section 4.2)."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import transformers

from bentxt.errors import CheckpointUnavailable
from bentxt.models.special_tokens import IMAGE_END, IMAGE_START
from bentxt.models.tokenizers import load_tokenizer

#: Texts that a chat template is tried with; one that trims, escapes or otherwise looks at them shows.
_TRIALS = (
    "Sentinel 1 and 2",
    "",
    "  spaces around  ",
    "lines\n\nof text\n",
    "{{ braces }} <b>&amp;</b> 'a' \"b\"",
)


class Prompts:
    """Instructions as tokens, around the place of the visual tokens.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
    image_token : str
        What the chat template writes for an image.
    """

    def __init__(self, tokenizer: transformers.PreTrainedTokenizerBase, image_token: str) -> None:
        self.tokenizer, self._image_token = tokenizer, image_token
        #: Tokens before the visual tokens, the same for every instruction.
        self.before = self._tokens(self._parts("")[0] + IMAGE_START)

    def instruction(self, text: str) -> list[int]:
        """Return the tokens behind the visual ones: the instruction, up to where its answer begins."""
        return self._tokens(self._behind(text))

    def answer(self, text: str) -> list[int]:
        """Return the tokens of an answer with its end."""
        return [*self._tokens(text), self.tokenizer.eos_token_id]

    def instructions(self, texts: Sequence[str]) -> list[list[int]]:
        """Return what :meth:`instruction` gives for each of some texts, at a time."""
        frame = self._frame()
        # The first text of all is another trial.
        if frame is None or not texts or "".join((frame[0], texts[0], frame[1])) != self._behind(texts[0]):
            return self._all_tokens([self._behind(text) for text in texts])
        return self._all_tokens([f"{frame[0]}{text}{frame[1]}" for text in texts])

    def answers(self, texts: Sequence[str]) -> list[list[int]]:
        """Return what :meth:`answer` gives for each of some texts, at a time."""
        return [[*tokens, self.tokenizer.eos_token_id] for tokens in self._all_tokens(texts)]

    def identity(self) -> str:
        """Return a hash of all that the tokens depend on: tokenizer, chat template, special tokens."""
        tokenizer = self.tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", None)
        words = json.loads(backend.to_str()) if backend else tokenizer.get_vocab()
        # What the last call asked for, not what the tokenizer is.
        rules = {name: value for name, value in words.items() if name not in ("truncation", "padding")}
        parts = [rules, self._behind(_TRIALS[0]), self._frame(), self.before, tokenizer.eos_token_id]
        text = json.dumps([*parts, tokenizer.chat_template], sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def _frame(self):
        """Return what stands around every text behind the image; None where it depends on the text."""
        before, found, after = self._behind(_TRIALS[0]).partition(_TRIALS[0])
        constant = found and all(self._behind(text) == f"{before}{text}{after}" for text in _TRIALS)
        return (before, after) if constant else None

    def _behind(self, text):
        return IMAGE_END + self._parts(text)[1]

    def _parts(self, text):
        content = [{"type": "image"}, {"type": "text", "text": text}]
        prompt = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
        )
        before, found, after = prompt.partition(self._image_token)
        if not found:
            raise CheckpointUnavailable(f"the chat template writes no {self._image_token} for an image")
        return before, after

    def _tokens(self, text):
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def _all_tokens(self, texts):
        if not texts:
            return []
        return self.tokenizer(
            list(texts), add_special_tokens=False, return_attention_mask=False, return_token_type_ids=False
        ).input_ids


def load_prompts(base: str | Path) -> Prompts:
    """Load the prompts of a base without its weights.

    Parameters
    ----------
    base : str or Path
        Folder of the checkpoint of InternVL.

    Returns
    -------
    Prompts

    Raises
    ------
    CheckpointUnavailable
        If tokenizer or configuration cannot be loaded, or name no token for an image.
    """
    try:
        tokenizer = load_tokenizer(base)
        config = transformers.AutoConfig.from_pretrained(base, local_files_only=True)
        image_token = tokenizer.convert_ids_to_tokens(config.image_token_id)
    except (OSError, ValueError, ImportError, KeyError, AttributeError, TypeError) as error:
        raise CheckpointUnavailable(f"the base's tokenizer cannot be loaded: {error}", file=base) from error
    return Prompts(tokenizer, image_token)
