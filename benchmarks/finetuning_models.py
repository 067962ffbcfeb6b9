"""RS-InternVL of any size with random weights, built where it is to run, for the benchmarks."""

from dataclasses import dataclass, replace

import torch
import transformers

from bentxt.models.rs_internvl import RSInternVL


@dataclass(frozen=True)
class Sizes:
    """Widths and depths. The defaults are the published ones: 1,109 million frozen parameters.

    Attributes
    ----------
    hidden, layers, heads, key_heads, feed_forward, vocabulary : int
        Of the language model, Qwen2.5-0.5B; 64 channels a head.
    tower_width, tower_layers, tower_feed_forward, tile, tile_patch : int
        Of InternVL's RGB tower; 64 channels a head.
    encoder_width, encoder_layers, encoder_feed_forward, encoder_patch : int
        Of the encoders of Sentinel-1 and Sentinel-2, on 120 pixels; 64 channels a head.
    """

    hidden: int = 896
    layers: int = 24
    heads: int = 14
    key_heads: int = 2
    feed_forward: int = 4864
    vocabulary: int = 151_674
    tower_width: int = 1024
    tower_layers: int = 24
    tower_feed_forward: int = 4096
    tile: int = 448
    tile_patch: int = 14
    encoder_width: int = 768
    encoder_layers: int = 12
    encoder_feed_forward: int = 3072
    encoder_patch: int = 8

    @property
    def rgb_tokens(self) -> int:
        """Visual tokens of the RGB tile: a quarter of its patches."""
        return (self.tile // self.tile_patch) ** 2 // 4

    @property
    def sensor_tokens(self) -> int:
        """Visual tokens of one sensor."""
        return (120 // self.encoder_patch) ** 2

    @property
    def visual_tokens(self) -> int:
        return self.rgb_tokens + 2 * self.sensor_tokens


PUBLISHED = Sizes()
#: All widths, and a twelfth of all layers: what takes which share of the time stays as it is.
TWELFTH = replace(PUBLISHED, layers=2, tower_layers=2, encoder_layers=1, vocabulary=31_000)
#: For a test on a CPU.
TINY = Sizes(64, 2, 1, 1, 96, 600, 64, 2, 96, 56, 14, 64, 1, 96, 40)


def rs_internvl(sizes: Sizes, device: torch.device, dtype: torch.dtype) -> RSInternVL:
    """Return the model with random weights and a fresh adapter as in the paper, without dropout."""
    config = transformers.InternVLConfig(
        vision_config={
            "hidden_size": sizes.tower_width,
            "num_hidden_layers": sizes.tower_layers,
            "num_attention_heads": sizes.tower_width // 64,
            "intermediate_size": sizes.tower_feed_forward,
            "image_size": [sizes.tile, sizes.tile],
            "patch_size": [sizes.tile_patch, sizes.tile_patch],
            "attention_bias": True,
        },
        text_config={
            "model_type": "qwen2",
            "vocab_size": sizes.vocabulary,
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "num_key_value_heads": sizes.key_heads,
            "intermediate_size": sizes.feed_forward,
            "tie_word_embeddings": False,
        },
        image_seq_length=sizes.rgb_tokens,
        tie_word_embeddings=False,
    )
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            torch.manual_seed(5)
            internvl = transformers.InternVLForConditionalGeneration(config)
            encoders = [_encoder(sizes, channels) for channels in (2, 10)]
    finally:
        torch.set_default_dtype(before)
    model = RSInternVL(internvl, *encoders, 5)
    # So wide that pictures and instructions make a difference at the other end.
    for name, value in model.named_parameters():
        if value.dim() > 1 and "projection" not in name:
            value.data.normal_(0, 1.0 if "embed_tokens" in name else value[0].numel() ** -0.5)
    model.add_adapter(8, 32, 0.0)
    return model.to(device)


def _encoder(sizes, channels):
    config = transformers.ViTConfig(
        hidden_size=sizes.encoder_width,
        num_hidden_layers=sizes.encoder_layers,
        num_attention_heads=sizes.encoder_width // 64,
        intermediate_size=sizes.encoder_feed_forward,
        image_size=120,
        patch_size=sizes.encoder_patch,
        num_channels=channels,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return transformers.ViTModel(config, add_pooling_layer=False)


def images(sizes: Sizes, patches: int, device: torch.device, dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    """Return noise as RGB tiles, Sentinel-2 and Sentinel-1 of some patches."""
    draws = torch.Generator().manual_seed(7)
    shapes = ((3, sizes.tile, sizes.tile), (10, 120, 120), (2, 120, 120))
    return tuple(torch.randn(patches, *shape, generator=draws).to(device, dtype) for shape in shapes)
