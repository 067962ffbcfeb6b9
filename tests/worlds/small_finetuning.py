"""A fine-tuning in small, in this process: model, annotations of five patches, their features and a plan."""

from dataclasses import dataclass

import numpy as np
import torch

from bentxt.models.rs_internvl import Features, RSInternVL
from bentxt.models.special_tokens import IMAGE_TOKEN
from bentxt.models.tiny.internvl import TILE_TOKENS
from bentxt.models.visual_prompts import Prompts
from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.finetuning import FinetuningSettings
from worlds.finetuning_settings import finetuning_settings
from worlds.tiny_rs_internvl import model

#: Instruction and answer of each annotation of each patch.
TEXTS = {
    "patch 1": [("Does the image show arable land?", "yes"), ("Is it mixed forest?", "no")],
    "patch 2": [("Which class is present?", "Pastures, in Austria"), ("Is it mixed forest?", "yes")],
    "patch 3": [("Does the image show arable land?", "no")],
    "patch 4": [("Which class is present?", "Mixed forest"), ("Does it show Urban fabric?", "no")] * 2,
    "patch 5": [("Does the image show Pastures?", "yes")],
}


@dataclass
class SmallFinetuning:
    """What a fine-tuning needs."""

    network: RSInternVL
    prompts: Prompts
    tokens: AnnotationTokens
    plan: BatchPlan
    settings: FinetuningSettings

    def features(self, patches):
        """Return features that depend on the patch alone."""
        draws = [torch.Generator().manual_seed(int(patch)) for patch in patches]

        def of(length, width):
            return torch.stack([torch.randn(length, width, generator=draw) for draw in draws])

        return Features(of(TILE_TOKENS, 64), of(9, 32), of(9, 32))


def small_finetuning(held=(), batch_size=2, epochs=2, loss="annotations", dtype=torch.float32):
    """Return a fresh one that is trained on all patches but ``held`` (their numbers)."""
    words, network = model()
    network.to(dtype)
    torch.manual_seed(1)
    network.add_adapter(2, 4, 0.1)
    for name, value in network.trained_parameters().items():
        value.data = value.data.float()
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.1)
    prompts = Prompts(words, IMAGE_TOKEN)
    pairs = [
        (prompts.instruction(asked), prompts.answer(said)) for of in TEXTS.values() for asked, said in of
    ]
    lengths = [len(asked) + len(said) for asked, said in pairs]
    tokens = AnnotationTokens(
        list(TEXTS),
        [f"s1 of {patch}" for patch in TEXTS],
        np.cumsum([0, *map(len, TEXTS.values())]).astype(np.int64),
        np.cumsum([0, *lengths]).astype(np.int64),
        np.array([len(asked) for asked, _ in pairs], np.int32),
        np.concatenate([part for pair in pairs for part in pair]).astype(np.int32),
        np.arange(len(pairs)),
        np.zeros(len(TEXTS), bool),
        "0" * 32,
    )
    settings = finetuning_settings(epochs=epochs, batch_size=batch_size, loss=loss)
    plan = BatchPlan(
        tokens.patch_ids,
        tokens.first,
        tokens.lengths(),
        len(prompts.before) + network.visual_length,
        epochs,
        batch_size,
        settings.tokens_per_row,
        settings.tokens_per_pass,
        7,
        np.setdiff1d(np.arange(len(TEXTS)), held),
    )
    return SmallFinetuning(network, prompts, tokens, plan, settings)
