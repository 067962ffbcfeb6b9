"""A fine-tuning in memory: invented annotations and features, the tiny model, and a count of what is read.

As a script, started by torchrun, it is one process of such a run: ``shared_finetuning.py FOLDER``.
"""

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from bentxt.errors import InputError
from bentxt.models.rs_internvl import Features
from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.finetuning import finetune
from bentxt.training.processes import ALONE, joined, this_process
from worlds import tiny_rs_internvl
from worlds.finetuning_settings import finetuning_settings

#: Annotations of each patch: very different numbers.
COUNTS = (1, 9, 2, 1, 6, 3)
SETTINGS = finetuning_settings(batch_size=5, tokens_per_row=80, tokens_per_pass=130, gradient_clip=0.5)
#: What the script trains: one run for each loss.
LOSSES = ("annotations", "tokens")


def annotation_tokens(counts=COUNTS, seed=0):
    """Return invented annotations: instructions of 3 to 8 tokens, answers of 1 to 12."""
    draws = np.random.default_rng(seed)
    total = sum(counts)
    asked, said = draws.integers(3, 9, total), draws.integers(1, 13, total)
    values = {
        "patch_ids": [f"patch_{number}" for number in range(len(counts))],
        "s1_names": [f"s1_{number}" for number in range(len(counts))],
        "first": np.concatenate([[0], np.cumsum(counts)]),
        "starts": np.concatenate([[0], np.cumsum(asked + said)]),
        "asked": asked.astype(np.int32),
        "tokens": draws.integers(0, 400, (asked + said).sum()).astype(np.int32),
        "ids": np.arange(total) + 1000,
        "validation": np.zeros(len(counts), bool),
        "key": "invented",
    }
    return AnnotationTokens(**{of.name: values[of.name] for of in dataclasses.fields(AnnotationTokens)})


class SmallFinetuning:
    """Everything that one run needs; ``reads`` says which patches were asked for, in order."""

    BEFORE = (3, 4)

    def __init__(self, counts=COUNTS, dtype=torch.float32, **changes):
        self.settings = dataclasses.replace(SETTINGS, **changes)
        self.tokens = annotation_tokens(counts)
        _, self.model = tiny_rs_internvl.model()
        if dtype != torch.float32:
            self.model.internvl.to(dtype)
        torch.manual_seed(1)
        self.model.add_adapter(self.settings.rank, self.settings.alpha, self.settings.dropout)
        self.dtype, self.reads = dtype, []
        prefix = len(self.BEFORE) + self.model.visual_length
        sizes = (self.settings.epochs, self.settings.batch_size)
        limits = (self.settings.tokens_per_row, self.settings.tokens_per_pass)
        annotations = (self.tokens.patch_ids, self.tokens.first, self.tokens.lengths())
        self.plan = BatchPlan(*annotations, prefix, *sizes, *limits, 7)

    def features(self, patches):
        """Return invented features of patches."""
        self.reads += patches
        return Features(*(torch.cat(parts) for parts in zip(*map(self._features_of, patches), strict=True)))

    def _features_of(self, patch):
        draws = torch.Generator().manual_seed(patch)
        hidden = self.model.internvl.config.text_config.hidden_size
        rgb = (1, self.model.internvl.config.image_seq_length, hidden)
        encoders = (self.model.s2_encoder, self.model.s1_encoder)
        cells = (
            (1, (of.config.image_size // of.config.patch_size) ** 2, of.config.hidden_size) for of in encoders
        )
        return [torch.randn(shape, generator=draws).to(self.dtype) for shape in (rgb, *cells)]

    def train(self, folder, processes=ALONE, key="key", text=str, monitor=None):
        """Fine-tune; return the log."""
        given = (self.model, self.BEFORE, self.tokens, self.plan, self.features, self.settings)
        return finetune(*given, 11, folder, key, monitor, processes, text)

    def weights(self):
        """Return the trained weights, copied."""
        return {name: of.detach().clone() for name, of in self.model.trained_parameters().items()}


def _main(folder):
    processes = this_process()
    torch.set_num_threads(1)
    with joined(processes, torch.device("cpu")):
        for loss in LOSSES:
            run = SmallFinetuning(loss=loss)
            log = run.train(folder / f"progress-{loss}", processes)
            found = {"log": log, "reads": run.reads}
            (folder / f"{loss}-{processes.rank}.json").write_text(json.dumps(found))
            save_file(run.weights(), folder / f"{loss}-{processes.rank}.safetensors")
        try:
            processes.check_same(f"rank {processes.rank}", torch.device("cpu"))
        except InputError as error:
            (folder / f"different-{processes.rank}.txt").write_text(str(error))


def read_run(folder, loss, rank):
    """Return weights, log and reads that a process of the script has left."""
    found = json.loads((folder / f"{loss}-{rank}.json").read_text())
    weights = load_file(folder / f"{loss}-{rank}.safetensors")
    return weights, [tuple(row) for row in found["log"]], found["reads"]


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
