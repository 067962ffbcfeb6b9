"""A tiny LLaVA-OneVision with random weights: the published one's class and files, for runs without it."""

from pathlib import Path

import torch
import transformers

from bentxt.models.tiny.random_checkpoint import chat_tokenizer, save_random, text_config
from bentxt.models.tiny.request import TinyRequest
from bentxt.models.tiny.tokenizer import annotation_tokenizer

_IMAGE, _VIDEO = "<image>", "<video>"

#: Turns in the manner of LLaVA-OneVision's, for pictures and texts.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + ' ' }}{% for part in message.content %}"
    "{% if part.type == 'image' %}<image>{% else %}{{ '\\n' + part.text }}{% endif %}{% endfor %}<|im_end|>"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def build(request: TinyRequest) -> list[str]:
    """Build and save what a request says; nothing is learnt, so there is nothing to report."""
    build_tiny_llava_onevision(request.out, annotation_tokenizer(request), request.seed)
    return []


def build_tiny_llava_onevision(
    folder: str | Path, tokenizer: transformers.PreTrainedTokenizerFast, seed: int
) -> None:
    """Build and save a tiny LLaVA-OneVision checkpoint with random weights.

    Parameters
    ----------
    folder : str or Path
        Appears when it is complete, with ``bentxt.json``, which says that it is random.
    tokenizer : transformers.PreTrainedTokenizerFast
        Is not changed.
    seed : int
        Of the weights.
    """
    words = chat_tokenizer(tokenizer, CHAT_TEMPLATE, "<|im_end|>", _IMAGE, _VIDEO, "<|im_start|>")
    grid = [[56, 56], [56, 112], [112, 56], [112, 112]]
    config = transformers.LlavaOnevisionConfig(
        vision_config={
            "model_type": "siglip_vision_model",
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "image_size": 56,
            "patch_size": 14,
            "vision_use_head": False,
        },
        text_config=text_config("qwen2", words),
        image_token_id=words.convert_tokens_to_ids(_IMAGE),
        video_token_id=words.convert_tokens_to_ids(_VIDEO),
        image_grid_pinpoints=grid,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = transformers.LlavaOnevisionForConditionalGeneration(config)
    images = transformers.LlavaOnevisionImageProcessorPil(
        size={"height": 56, "width": 56}, image_grid_pinpoints=grid
    )
    save_random(folder, model, words, images)
