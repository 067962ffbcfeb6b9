"""A tiny Qwen3-VL with random weights: the same class and files as the published one, for runs without it."""

import copy
from pathlib import Path

import torch
import transformers

from bentxt.models.tiny.random_checkpoint import save_random
from bentxt.models.tiny.request import TinyRequest
from bentxt.models.tiny.tokenizer import annotation_tokenizer

_IMAGE, _VIDEO = "<|image_pad|>", "<|video_pad|>"
_VISION_START, _VISION_END = "<|vision_start|>", "<|vision_end|>"
_TURN_START, _TURN_END, _PADDING = "<|im_start|>", "<|im_end|>", "<|endoftext|>"

#: Qwen3-VL's turns, for one picture and texts.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\\n' }}"
    "{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}"
    "{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif part.type == 'text' %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endif %}{{ '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def build(request: TinyRequest) -> list[str]:
    """Build and save what a request says; nothing is learnt, so there is nothing to report."""
    build_tiny_qwen(request.out, annotation_tokenizer(request), request.seed)
    return []


def build_tiny_qwen(
    folder: str | Path,
    tokenizer: transformers.PreTrainedTokenizerFast | str | Path,
    seed: int,
    width: int = 64,
    layers: int = 2,
) -> None:
    """Build and save a tiny Qwen3-VL checkpoint with random weights.

    A patch of 120×120 pixels becomes 16 visual tokens.

    Parameters
    ----------
    folder : str or Path
        Appears when it is complete: weights, configs, tokenizer with chat template, image processor, and
        ``bentxt.json``, which says that it is random.
    tokenizer : transformers.PreTrainedTokenizerFast, str or Path
        A trained tokenizer or its folder. It is not changed: Qwen's special tokens are added to a copy.
    seed : int
        Of the weights.
    width : int
        Hidden size of vision tower and language model, a multiple of 32.
    layers : int
        Of either.
    """
    if isinstance(tokenizer, transformers.PreTrainedTokenizerBase):
        tokenizer = copy.deepcopy(tokenizer)
    else:
        tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer, local_files_only=True)
    tokenizer.add_special_tokens({"eos_token": _TURN_END, "pad_token": _PADDING})
    tokenizer.add_tokens([_TURN_START, _IMAGE, _VIDEO, _VISION_START, _VISION_END], special_tokens=True)
    tokenizer.chat_template = CHAT_TEMPLATE
    identifier = tokenizer.convert_tokens_to_ids

    heads = width // 16
    config = transformers.Qwen3VLConfig(
        vision_config={
            "depth": layers,
            "hidden_size": width,
            "intermediate_size": 2 * width,
            "num_heads": heads,
            "out_hidden_size": width,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": width,
            "intermediate_size": 2 * width,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": heads // 2,
            "head_dim": 16,
            "max_position_embeddings": 4096,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_section": [4, 2, 2],
                # transformers takes it for granted, vLLM does not.
                "mrope_interleaved": True,
            },
            "bos_token_id": None,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        image_token_id=identifier(_IMAGE),
        video_token_id=identifier(_VIDEO),
        vision_start_token_id=identifier(_VISION_START),
        vision_end_token_id=identifier(_VISION_END),
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = transformers.Qwen3VLForConditionalGeneration(config)
    save_random(folder, model, tokenizer, _image_processor())


def _image_processor():
    """Return Qwen3-VL's image processor, which is Qwen2-VL's with other numbers."""
    return transformers.Qwen2VLImageProcessorPil(
        patch_size=16,
        temporal_patch_size=2,
        merge_size=2,
        size={"shortest_edge": 64 * 64, "longest_edge": 512 * 512},
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
