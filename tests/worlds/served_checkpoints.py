"""Tiny checkpoints that vLLM can run: heads of 64 numbers, and all files that its own processors read."""

import json
import shutil

import torch
import transformers
from safetensors.torch import load_file, save_file

from worlds import tiny_models

#: What a published checkpoint says of its processor; LLaVA-OneVision's counts visual tokens from it.
_PROCESSORS = {
    "internvl": {"processor_class": "InternVLProcessor", "image_seq_length": 4},
    "qwen3_vl": {"processor_class": "Qwen3VLProcessor"},
    "glm46v": {"processor_class": "Glm46VProcessor"},
    "llava_onevision": {
        "processor_class": "LlavaOnevisionProcessor",
        "num_image_tokens": 16,
        "vision_feature_select_strategy": "full",
    },
}
#: Names that InternVL's processor asks its tokenizer for.
_INTERNVL_TOKENS = {
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<video>",
}
#: Shares of a head's numbers that turn with time, row and column.
_TURNS = {
    "qwen3_vl": {"mrope_section": [12, 10, 10], "mrope_interleaved": True},
    "glm46v": {"mrope_section": [8, 12, 12]},
}
#: vLLM takes the parts of a message for what they are only where the template goes through all messages.
_INTERNVL_TEMPLATE = (
    "{% for message in messages %}{% for part in message.content %}"
    "{% if part.type == 'image' %}<IMG_CONTEXT>{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}<end>{% endfor %}"
)


def save_served(kind, folder):
    """Save a checkpoint of a type of model; the weights are random, as wide as those of the tiny models."""
    small = folder.with_name(f"{folder.name}-small")
    tiny_models.save_checkpoint(kind, small)
    config = transformers.AutoConfig.from_pretrained(small)
    text = config.text_config
    text.hidden_size = text.intermediate_size = 128
    text.num_attention_heads, text.num_key_value_heads, text.head_dim = 2, 1, 64
    if kind == "internvl":
        # Of these, the small one's tokenizer has no token for videos.
        text.vocab_size += 1
    if kind in _TURNS:
        text.rope_parameters = text.rope_parameters | _TURNS[kind]
        config.vision_config.out_hidden_size = 128
    torch.manual_seed(3)
    model = transformers.AutoModelForImageTextToText.from_config(config)
    tiny_models.widen(model)
    model.generation_config = transformers.GenerationConfig.from_pretrained(small)
    shutil.copytree(small, folder)
    shutil.rmtree(small)
    model.save_pretrained(folder)
    (folder / "processor_config.json").write_text(json.dumps(_PROCESSORS[kind]))
    if kind == "internvl":
        path = folder / "tokenizer_config.json"
        about = json.loads(path.read_text())
        path.write_text(json.dumps(about | {"extra_special_tokens": _INTERNVL_TOKENS}))
        (folder / "chat_template.jinja").write_text(_INTERNVL_TEMPLATE)
    if kind == "llava_onevision":
        # As the published checkpoint names them; transformers reads both.
        path, old, new = folder / "model.safetensors", "vision_tower.", "vision_tower.vision_model."
        weights = {
            name.replace(old, new) if new not in name else name: value
            for name, value in load_file(path).items()
        }
        save_file(weights, path, metadata={"format": "pt"})
    return folder
