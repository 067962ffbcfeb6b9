"""A tiny ViT as the S1 and S2 encoders are, with width and depth from the config."""

import transformers


def tiny_encoder(channels: int, width: int, layers: int, patch: int) -> transformers.ViTModel:
    """Return a ViT as the S1 and S2 encoders are, with random weights.

    Parameters
    ----------
    channels : int
        2 (VV, VH) or 10 (Sentinel-2's bands of 10 m and 20 m).
    width : int
        Hidden size, a multiple of 16.
    layers : int
    patch : int
        Side of its patches in pixels, a divisor of 120.

    Returns
    -------
    transformers.ViTModel
    """
    config = transformers.ViTConfig(
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=width // 16,
        intermediate_size=2 * width,
        image_size=120,
        patch_size=patch,
        num_channels=channels,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        layer_norm_eps=1e-6,
    )
    return transformers.ViTModel(config, add_pooling_layer=False)
