"""Tiny models with random weights, of the real classes, for the tests of RS-InternVL."""

import numpy as np
import torch

from bentxt.models.answering_model import PatchImages
from bentxt.models.modalities import PAPER
from bentxt.models.rs_internvl import RSInternVL
from bentxt.models.tiny.internvl import tiny_internvl
from bentxt.models.tiny.tokenizer import train_tokenizer
from bentxt.models.tiny.vit import tiny_encoder

TEXTS = [
    "Does the image show arable land?",
    "Which class is present? a) Pastures, b) Mixed forest, c) Urban fabric, d) Inland waters",
    "Where is <ref>mixed forest</ref>? [0.12 0.0, 1.0 0.71]",
    "This satellite image shows arable land (~708,000 sqm), in Austria, in summer.",
    "yes",
    "no",
]


def tokenizer():
    return train_tokenizer(TEXTS * 3, 420)


def parts(seed=0, encoder_patch=40):
    """Return tokenizer, InternVL, S1 encoder and S2 encoder."""
    words = tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        internvl = tiny_internvl(words, 64, 2, 96)
        encoders = [tiny_encoder(channels, 32, 1, encoder_patch) for channels in (2, 10)]
    return words, internvl, *encoders


def model(seed=0, make=PAPER, dtype=torch.float32):
    """Return tokenizer and RS-InternVL without adapter."""
    words, internvl, s1, s2 = parts(seed)
    return words, RSInternVL(*(part.to(dtype) for part in (internvl, s1, s2)), seed, make)


def images(name, seed=0):
    """Return invented images of a patch."""
    draws = np.random.default_rng([seed, *name.encode()])
    sides = {"B01": 20, "B09": 20} | dict.fromkeys(("B02", "B03", "B04", "B08"), 120)
    sides |= dict.fromkeys(("B05", "B06", "B07", "B8A", "B11", "B12"), 60)
    s2 = {band: draws.integers(1, 4000, (side, side)).astype(np.uint16) for band, side in sides.items()}
    s1 = {band: draws.normal(-14, 4, (120, 120)).astype(np.float32) for band in ("VV", "VH")}
    return PatchImages(name, s2, s1, 3000)
