"""A tiny GLM-4.6V with random weights: the same class and files as the published one, for runs without it."""

from pathlib import Path

import torch
import transformers

from bentxt.models.tiny.random_checkpoint import chat_tokenizer, save_random, text_config
from bentxt.models.tiny.request import TinyRequest
from bentxt.models.tiny.tokenizer import annotation_tokenizer

_IMAGE, _VIDEO = "<|image|>", "<|video|>"
_IMAGE_ENDS = ("<|begin_of_image|>", "<|end_of_image|>")
_VIDEO_ENDS = ("<|begin_of_video|>", "<|end_of_video|>")
_END, _TURNS = "<|endoftext|>", ("[gMASK]", "<sop>", "<|user|>", "<|assistant|>", "<think>", "</think>")

#: Turns in the manner of GLM's, for pictures and texts; thinking is on unless it is switched off.
CHAT_TEMPLATE = (
    "{% set off = enable_thinking is defined and not enable_thinking %}[gMASK]<sop>"
    "{% for message in messages %}{{ '<|user|>\\n' }}{% for part in message.content %}"
    "{% if part.type == 'image' %}<|begin_of_image|><|image|><|end_of_image|>{% else %}{{ part.text }}"
    "{% endif %}{% endfor %}{{ '/nothink' if off }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{{ '<think></think>\\n' if off }}{% endif %}"
)


def build(request: TinyRequest) -> list[str]:
    """Build and save what a request says; nothing is learnt, so there is nothing to report."""
    build_tiny_glm46v(request.out, annotation_tokenizer(request), request.seed)
    return []


def build_tiny_glm46v(folder: str | Path, tokenizer: transformers.PreTrainedTokenizerFast, seed: int) -> None:
    """Build and save a tiny GLM-4.6V checkpoint with random weights.

    Parameters
    ----------
    folder : str or Path
        Appears when it is complete, with ``bentxt.json``, which says that it is random.
    tokenizer : transformers.PreTrainedTokenizerFast
        Is not changed.
    seed : int
        Of the weights.
    """
    words = chat_tokenizer(
        tokenizer, CHAT_TEMPLATE, _END, _IMAGE, _VIDEO, *_IMAGE_ENDS, *_VIDEO_ENDS, *_TURNS
    )
    identifier = words.convert_tokens_to_ids
    config = transformers.Glm46VConfig(
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 4,
            "image_size": 56,
            "patch_size": 14,
            "out_hidden_size": 32,
        },
        text_config=text_config(
            "glm4v_text",
            words,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 1, 1]},
        ),
        image_token_id=identifier(_IMAGE),
        video_token_id=identifier(_VIDEO),
        image_start_token_id=identifier(_IMAGE_ENDS[0]),
        image_end_token_id=identifier(_IMAGE_ENDS[1]),
        video_start_token_id=identifier(_VIDEO_ENDS[0]),
        video_end_token_id=identifier(_VIDEO_ENDS[1]),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = transformers.Glm46VForConditionalGeneration(config)
    images = transformers.Glm46VImageProcessorPil(
        size={"shortest_edge": 56 * 56, "longest_edge": 112 * 112 * 2}
    )
    save_random(folder, model, words, images)
