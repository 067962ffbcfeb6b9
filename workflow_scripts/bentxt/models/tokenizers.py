"""Tokenizers of checkpoints, with the chat template wherever the checkpoint keeps it."""

import json
from pathlib import Path
from typing import Any

import transformers


def load_tokenizer(folder: str | Path, **options: Any) -> transformers.PreTrainedTokenizerBase:
    """Load a checkpoint's tokenizer with its chat template.

    Parameters
    ----------
    folder : str or Path
    **options
        Of ``from_pretrained``.

    Returns
    -------
    transformers.PreTrainedTokenizerBase

    Raises
    ------
    OSError, ValueError, KeyError
        If there is no tokenizer, or no chat template with it or next to it.
    """
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, **options)
    if tokenizer.chat_template is None:
        # Older checkpoints keep it next to the processor.
        template = json.loads((Path(folder) / "chat_template.json").read_text(encoding="utf-8"))
        tokenizer.chat_template = template["chat_template"]
    return tokenizer
