"""A tiny InternVL: the published one's class and files, with widths and depths from the config."""

import torch
import transformers

from bentxt.models.special_tokens import IMAGE_TOKEN, TURN_START
from bentxt.models.tiny.attention_start import Meanings, begin_attention
from bentxt.models.tiny.place_codes import CODE_LENGTH, place_code
from bentxt.models.tiny.tokenizer import COORDINATES, field_words

#: Pixels a side of the RGB tile, the tower's patch, and the visual tokens that they give.
TILE_SIDE, TILE_PATCH, TILE_TOKENS = 112, 14, 16

#: Standard deviation of the head's weights, where that of the embeddings is 1, and the share of its own that
#: a further form of a name has.
_HEAD, _OWN = 0.1, 0.3


def tiny_internvl(
    tokenizer: transformers.PreTrainedTokenizerFast,
    width: int,
    layers: int,
    feed_forward: int,
    tower_width: int = 32,
    tower_layers: int = 1,
) -> transformers.InternVLForConditionalGeneration:
    """Return an InternVL of InternVL3-1B's class, with random weights.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerFast
        From :func:`bentxt.models.tiny.tokenizer.train_tokenizer`.
    width : int
        Hidden size of the language model, a multiple of 64.
    layers : int
        Of the language model.
    feed_forward : int
        Width of the language model's feed-forward layers.
    tower_width : int
        Hidden size of the vision tower, a multiple of 16.
    tower_layers : int

    Returns
    -------
    transformers.InternVLForConditionalGeneration
        A tile of 112 × 112 pixels gives 16 visual tokens.
    """
    heads = width // 32
    config = transformers.InternVLConfig(
        vision_config={
            "hidden_size": tower_width,
            "num_hidden_layers": tower_layers,
            "num_attention_heads": tower_width // 16,
            "intermediate_size": 2 * tower_width,
            "image_size": [TILE_SIDE, TILE_SIDE],
            "patch_size": [TILE_PATCH, TILE_PATCH],
        },
        text_config={
            "model_type": "qwen2",
            "vocab_size": len(tokenizer),
            "hidden_size": width,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": heads,
            "intermediate_size": feed_forward,
            "max_position_embeddings": 2048,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
            "bos_token_id": None,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
            "tie_word_embeddings": False,
        },
        image_token_id=tokenizer.convert_tokens_to_ids(IMAGE_TOKEN),
        image_seq_length=TILE_TOKENS,
        tie_word_embeddings=False,
    )
    model = transformers.InternVLForConditionalGeneration(config)
    _begin_embeddings(model, tokenizer)
    begin_attention(model.model.language_model, _meanings(model, tokenizer))
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    return model


@torch.no_grad()
def _begin_embeddings(model, tokenizer):
    """Wide embeddings and a small head let so small a model tell words apart from the first step."""
    rows, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    torch.nn.init.normal_(rows, std=1.0)
    torch.nn.init.normal_(head, std=_HEAD)
    names = [forms for members in field_words().values() for forms in members]
    first = tokenizer.convert_tokens_to_ids([forms[0] for forms in names])
    # At right angles as far as there is room, so that no name looks like another in part.
    width = rows.shape[1]
    apart = width**0.5 * torch.linalg.qr(torch.randn(width, width)).Q
    rows[first] = apart[torch.arange(len(first)) % width]
    # What names or places a token carries is what it says, unless training finds better.
    written = [*first]
    for row, forms in zip(first, names, strict=True):
        others = tokenizer.convert_tokens_to_ids(list(forms[1:]))
        # The forms of a name mean the same.
        rows[others] = (1 - _OWN**2) ** 0.5 * rows[row] + _OWN * rows[others]
        written += others
    places = place_code(torch.arange(len(COORDINATES)) / (len(COORDINATES) - 1))
    for tokens in _coordinates(tokenizer):
        matrix = torch.randn(places.shape[1], width) * (2 / places.shape[1]) ** 0.5
        rows[tokens] = places @ matrix
        written += tokens
    head[written] = _HEAD * rows[written]


def _coordinates(tokenizer):
    """Return the tokens of coordinates: as they follow on a bracket, and on a space."""
    return [
        tokenizer.convert_tokens_to_ids([space + coordinate for coordinate in COORDINATES])
        for space in ("", " ")
    ]


def _meanings(model, tokenizer):
    rows = model.get_input_embeddings().weight.detach()
    kinds = [
        rows[tokenizer.convert_tokens_to_ids([forms[min(1, len(forms) - 1)] for forms in members])]
        for members in field_words().values()
    ]
    coordinates = rows[[token for tokens in _coordinates(tokenizer) for token in tokens]]
    directions = torch.linalg.svd(coordinates.T, full_matrices=False).U
    return Meanings(
        classes=kinds[0],
        others=torch.cat(kinds[1:]),
        places=directions[:, : 2 * CODE_LENGTH],
        opening=rows[tokenizer.convert_tokens_to_ids(TURN_START)],
    )


def tiny_image_processor() -> transformers.GotOcr2ImageProcessorPil:
    """Return InternVL's image processor for one tile: ImageNet's mean and standard deviation."""
    return transformers.GotOcr2ImageProcessorPil(
        size={"height": TILE_SIDE, "width": TILE_SIDE},
        crop_to_patches=False,
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
    )
