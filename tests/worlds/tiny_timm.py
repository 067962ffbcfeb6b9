"""Weights of a ViT as timm stores it in the published encoders of Sentinel-1 and Sentinel-2."""

import numpy as np
import torch

PREFIX = "model.vision_encoder."


def timm_weights(channels, width=128, layers=2, patch=40, classes=19):
    """Return random weights by name: qkv fused, with the head of a classifier."""
    draws = np.random.default_rng(3)
    shapes = {
        "cls_token": (1, 1, width),
        "pos_embed": (1, (120 // patch) ** 2 + 1, width),
        "patch_embed.proj.weight": (width, channels, patch, patch),
        "patch_embed.proj.bias": (width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "head.weight": (classes, width),
        "head.bias": (classes,),
    }
    for layer in range(layers):
        block = {
            "norm1.weight": (width,),
            "norm1.bias": (width,),
            "attn.qkv.weight": (3 * width, width),
            "attn.qkv.bias": (3 * width,),
            "attn.proj.weight": (width, width),
            "attn.proj.bias": (width,),
            "norm2.weight": (width,),
            "norm2.bias": (width,),
            "mlp.fc1.weight": (4 * width, width),
            "mlp.fc1.bias": (4 * width,),
            "mlp.fc2.weight": (width, 4 * width),
            "mlp.fc2.bias": (width,),
        }
        shapes |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
    return {
        PREFIX + name: torch.from_numpy(draws.normal(0, 0.1, shape).astype(np.float32))
        for name, shape in shapes.items()
    }


def picture(channels):
    """Return a standardised picture, shape (1, channels, 120, 120)."""
    draws = np.random.default_rng([channels, 5]).normal(size=(1, channels, 120, 120))
    return torch.from_numpy(draws.astype(np.float32))
