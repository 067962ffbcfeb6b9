"""Tiny checkpoints of each type of model, with weights so wide that answers differ."""

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from bentxt.models.tiny.glm46v import build_tiny_glm46v
from bentxt.models.tiny.llava_onevision import build_tiny_llava_onevision
from bentxt.models.tiny.qwen import build_tiny_qwen
from bentxt.models.tiny.random_checkpoint import text_config

ENTRY = {"image": {"input": "rgb", "side": None}, "remote_code": False}

INSTRUCTIONS = [
    "Is there any pasture?",
    "Do permanent crops cover the whole image, or more than ninety percent of its area?",
    "Locate the <ref>largest connected area of pastures</ref> in the image.",
    "a) 3, b) 2, c) 4, d) 1",
]


def tokenizer(*special, image_token):
    """Return a tokenizer of bytes whose chat template puts ``image_token`` for a picture."""
    raw = Tokenizer(
        models.BPE(
            {letter: i for i, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}, merges=[]
        )
    )
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<end>", pad_token="<pad>")
    made.add_tokens([*special, image_token], special_tokens=True)
    made.chat_template = (
        "{% for part in messages[0].content %}"
        "{% if part.type == 'image' %}" + image_token + "{% else %}{{ part.text }}{% endif %}"
        "{% endfor %}<end>{% if thinking is defined %}{{ thinking }}{% endif %}"
    )
    return made


def internvl():
    words = tokenizer("<img>", "</img>", image_token="<IMG_CONTEXT>")
    config = transformers.InternVLConfig(
        vision_config={
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "image_size": [56, 56],
            "patch_size": [14, 14],
        },
        text_config=text_config("qwen2", words),
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=4,
        tie_word_embeddings=False,
    )
    images = transformers.GotOcr2ImageProcessorPil(
        size={"height": 56, "width": 56}, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225]
    )
    return transformers.InternVLForConditionalGeneration(config), words, images


_IMAGE_TOKENS = {"qwen3_vl": "<|image_pad|>", "glm46v": "<|image|>", "llava_onevision": "<image>"}
_LIBRARY_BUILDERS = {
    "qwen3_vl": lambda folder, words: build_tiny_qwen(folder, words, 3, width=32),
    "glm46v": lambda folder, words: build_tiny_glm46v(folder, words, 3),
    "llava_onevision": lambda folder, words: build_tiny_llava_onevision(folder, words, 3),
}


def widen(model, seed=5):
    """Draw the weights again, wide enough that every prompt and picture has an answer of its own."""
    torch.manual_seed(seed)
    for name, weights in model.named_parameters():
        if weights.dim() > 1:
            weights.data.normal_(0, 0.3 if "embed" in name else 0.2)


def save_checkpoint(kind, folder):
    """Save a tiny checkpoint of a type of model."""
    torch.manual_seed(5)
    if kind == "internvl":
        model, words, images = internvl()
        widen(model)
        model.generation_config = transformers.GenerationConfig(
            eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id
        )
        for part in (model, words, images):
            part.save_pretrained(folder)
    else:
        _LIBRARY_BUILDERS[kind](folder, tokenizer(image_token=_IMAGE_TOKENS[kind]))
        model = transformers.AutoModelForImageTextToText.from_pretrained(folder)
        widen(model)
        model.save_pretrained(folder)
    return folder
