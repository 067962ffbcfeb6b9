"""Random checkpoints of half the width of a small published model, for benchmarks: all layers, half as wide.

InternVL3-1B, Qwen3-VL-2B and LLaVA-OneVision-0.5B are the models. GLM-4.6V-Flash has no small sister, so that
it has a quarter of its width and half of its layers here. Vocabularies have half of their entries, most of
which no text is made of; words of questions are single tokens, as they mostly are to published tokenizers.
"""

import json

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from bentxt.models.tiny.random_checkpoint import save_random, text_config
from bentxt.nomenclature import CLASSES
from worlds.tiny_models import INSTRUCTIONS

WORDS = 75_000
#: What a patch is asked; the field is the name of a class.
QUESTIONS = (
    "Is there any {} in the image?",
    "The whole image area is 1440000 square meters. Does {} cover more than 400,000 square meters?",
)


def tokenizer(*special, image_token):
    """Return a tokenizer of words and digits whose chat template puts ``image_token`` for a picture."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=4_000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    texts = [*INSTRUCTIONS, *(text.format(name) for text in QUESTIONS for name in CLASSES)]
    raw.train_from_iterator(texts, trainer)
    learnt = json.loads(raw.to_str())["model"]
    unused = {f"word{number}": number for number in range(len(learnt["vocab"]), WORDS)}
    raw.model = models.BPE(learnt["vocab"] | unused, [tuple(pair) for pair in learnt["merges"]])
    raw.decoder = decoders.ByteLevel()
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<end>", pad_token="<pad>")
    made.add_tokens([*special, image_token], special_tokens=True)
    made.chat_template = (
        "{% for part in messages[0].content %}"
        "{% if part.type == 'image' %}" + image_token + "{% else %}{{ part.text }}{% endif %}"
        "{% endfor %}<end>"
    )
    return made


#: Half of Qwen2.5-0.5B, the language model of two of them.
_QWEN2 = {
    "hidden_size": 448,
    "intermediate_size": 2432,
    "num_hidden_layers": 24,
    "num_attention_heads": 7,
    "num_key_value_heads": 1,
}


def internvl():
    words = tokenizer("<img>", "</img>", image_token="<IMG_CONTEXT>")
    config = transformers.InternVLConfig(
        vision_config={
            "hidden_size": 512,
            "num_hidden_layers": 24,
            "num_attention_heads": 8,
            "intermediate_size": 2048,
        },
        text_config=text_config("qwen2", words, **_QWEN2),
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"),
        tie_word_embeddings=False,
    )
    images = transformers.GotOcr2ImageProcessorPil(size={"height": 448, "width": 448})
    return transformers.InternVLForConditionalGeneration, config, words, images


def qwen3_vl():
    words = tokenizer("<|vision_start|>", "<|vision_end|>", "<video>", image_token="<image>")
    number = words.convert_tokens_to_ids
    config = transformers.Qwen3VLConfig(
        vision_config={
            "depth": 24,
            "hidden_size": 512,
            "intermediate_size": 2048,
            "num_heads": 8,
            "out_hidden_size": 1024,
            "deepstack_visual_indexes": [5, 11, 17],
        },
        text_config=text_config(
            "qwen3_vl_text",
            words,
            hidden_size=1024,
            intermediate_size=3072,
            num_hidden_layers=28,
            num_attention_heads=8,
            num_key_value_heads=4,
            head_dim=128,
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 5_000_000.0,
                "mrope_section": [24, 20, 20],
            },
        ),
        image_token_id=number("<image>"),
        video_token_id=number("<video>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=True,
    )
    images = transformers.Qwen2VLImageProcessorPil(
        patch_size=16,
        temporal_patch_size=2,
        merge_size=2,
        size={"shortest_edge": 65_536, "longest_edge": 16_777_216},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    return transformers.Qwen3VLForConditionalGeneration, config, words, images


def glm46v():
    words = tokenizer("<video>", image_token="<image>")
    number = words.convert_tokens_to_ids
    config = transformers.Glm46VConfig(
        vision_config={
            "depth": 12,
            "hidden_size": 384,
            "intermediate_size": 3424,
            "num_heads": 3,
            "out_hidden_size": 1024,
        },
        text_config=text_config(
            "glm4v_text",
            words,
            hidden_size=1024,
            intermediate_size=3424,
            num_hidden_layers=20,
            num_attention_heads=8,
            num_key_value_heads=2,
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 10_000.0,
                "mrope_section": [8, 12, 12],
                "partial_rotary_factor": 0.5,
            },
        ),
        image_token_id=number("<image>"),
        video_token_id=number("<video>"),
    )
    images = transformers.Glm46VImageProcessorPil(
        size={"shortest_edge": 112 * 112, "longest_edge": 28 * 28 * 15_000}
    )
    return transformers.Glm46VForConditionalGeneration, config, words, images


def llava_onevision():
    words = tokenizer("<video>", image_token="<image>")
    number = words.convert_tokens_to_ids
    grid = [[384 * rows, 384 * columns] for rows in range(1, 7) for columns in range(1, 7)]
    config = transformers.LlavaOnevisionConfig(
        vision_config={
            "model_type": "siglip_vision_model",
            "hidden_size": 576,
            "intermediate_size": 2152,
            "num_hidden_layers": 26,
            "num_attention_heads": 8,
            "image_size": 384,
            "patch_size": 14,
            "vision_use_head": False,
        },
        text_config=text_config("qwen2", words, **_QWEN2),
        image_token_id=number("<image>"),
        video_token_id=number("<video>"),
        image_grid_pinpoints=grid,
    )
    images = transformers.LlavaOnevisionImageProcessorPil(
        size={"height": 384, "width": 384}, image_grid_pinpoints=grid
    )
    return transformers.LlavaOnevisionForConditionalGeneration, config, words, images


BUILDERS = {
    "internvl": internvl,
    "qwen3_vl": qwen3_vl,
    "glm46v": glm46v,
    "llava_onevision": llava_onevision,
}
#: Pixels that ``resources/models.yaml`` has the picture enlarged to, where it does.
SIDES = {"glm46v": 448}


def save_checkpoint(kind, folder):
    """Save a checkpoint of a type of model."""
    kind, config, words, images = BUILDERS[kind]()
    torch.manual_seed(5)
    model = kind(config)
    # So wide that pictures and prompts make a difference at the other end.
    for name, weights in model.named_parameters():
        if weights.dim() > 1:
            weights.data.normal_(0, 1.0 if "embed" in name else 1.5 * weights[0].numel() ** -0.5)
    save_random(folder, model, words, images)
    return folder
