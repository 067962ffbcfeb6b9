"""What tiny checkpoints with random weights share: a tokenizer for chats, and their files."""

import copy
from pathlib import Path

import transformers

from bentxt.models.checkpoints import TINY_RANDOM
from bentxt.models.tiny.request import save_pieces

_PADDING = "<|padding|>"


def chat_tokenizer(
    tokenizer: transformers.PreTrainedTokenizerFast, chat_template: str, end: str, *special_tokens: str
) -> transformers.PreTrainedTokenizerFast:
    """Return a copy of a tokenizer with a chat template, the end of a turn, and other special tokens."""
    words = copy.deepcopy(tokenizer)
    words.add_special_tokens({"eos_token": end, "pad_token": _PADDING})
    words.add_tokens(list(special_tokens), special_tokens=True)
    words.chat_template = chat_template
    return words


def text_config(
    kind: str, tokenizer: transformers.PreTrainedTokenizerFast, **more: object
) -> dict[str, object]:
    """Return the config of a tiny language model over a tokenizer, with other values where they are given."""
    return {
        "model_type": kind,
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": None,
        **more,
    }


def save_random(
    folder: str | Path,
    model: transformers.PreTrainedModel,
    tokenizer: transformers.PreTrainedTokenizerFast,
    image_processor: transformers.BaseImageProcessor,
) -> None:
    """Save a checkpoint with what says that its weights are random; ``folder`` appears when complete."""
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    save_pieces(folder, TINY_RANDOM, None, model, tokenizer, image_processor)
