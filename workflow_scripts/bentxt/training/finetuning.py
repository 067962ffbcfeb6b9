"""Fine-tuning of RS-InternVL for one task (Section 4): projections and LoRA adapter, loss on answers only.

All annotations of a patch are packed behind one visual prefix (:mod:`bentxt.training.packing`); a step is a
number of patches. Order and dropout are drawn from the seed and the step, so that a run that was killed and
resumes ends with the very weights of a run that was not.
"""

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from bentxt.atomic import atomic_path
from bentxt.models.answering_model import PatchImages
from bentxt.models.rs_internvl import Features, Preparation, RSInternVL
from bentxt.program.progress_bars import progress
from bentxt.randomness import generator
from bentxt.training.packing import annotation_losses, answer_segment, pack

logger = logging.getLogger(__name__)

STATE = "state.safetensors"


@dataclass(frozen=True)
class FinetuningSettings:
    """The config's ``finetuning`` for one task.

    Attributes
    ----------
    epochs : int
        Passes over the annotations; the paper: 1.
    batch_size : int
        Patches a step.
    annotations_per_patch : int
        Most annotations of a patch in one step; more are left for the next epoch's draw.
    learning_rate, initial_learning_rate : float
        Peak, and where the linear warm-up begins.
    warmup_share : float
        Share of the steps that warm up; a cosine leads from the peak to 0 over the others.
    weight_decay, gradient_clip : float
    rank, alpha : int
        Of the LoRA adapter.
    dropout : float
        Before the adapter.
    save_every : int
        Steps between two saved states, from which a killed run resumes.
    cached_patches : int
        Patches whose features stay in memory.
    """

    epochs: int
    batch_size: int
    annotations_per_patch: int
    learning_rate: float
    initial_learning_rate: float
    warmup_share: float
    weight_decay: float
    gradient_clip: float
    rank: int
    alpha: int
    dropout: float
    save_every: int
    cached_patches: int


@dataclass(frozen=True)
class PatchAnnotations:
    """A patch and its annotations of the task: tokens of instruction and answer."""

    patch_id: str
    s1_name: str
    pairs: list[tuple[list[int], list[int]]]


class FeatureStore:
    """Features of patches, made by the frozen parts when they are first asked for.

    Parameters
    ----------
    model : bentxt.models.rs_internvl.RSInternVL
    preparation : bentxt.models.rs_internvl.Preparation
    read : callable
        Gives the ``PatchImages`` of a ``PatchAnnotations``.
    dtype : torch.dtype
        Of the frozen parts.
    capacity : int
        Patches kept.
    """

    def __init__(
        self,
        model: RSInternVL,
        preparation: Preparation,
        read: Callable[[PatchAnnotations], PatchImages],
        dtype: torch.dtype,
        capacity: int,
    ) -> None:
        self._model, self._prepare, self._read, self._dtype = model, preparation, read, dtype
        self._capacity = capacity
        self._kept: dict[str, Features] = {}

    def __call__(self, patches: Sequence[PatchAnnotations]) -> Features:
        """Return the features of some patches, in order."""
        missing = [patch for patch in patches if patch.patch_id not in self._kept]
        fresh: dict[str, Features] = {}
        if missing:
            # The last bits of a patch's features depend on what it is encoded with. Where features are kept,
            # it depends on the past which patches are missing: each is encoded alone, so that a resumed run
            # gets the same bits.
            size = 1 if self._capacity else len(missing)
            for first in range(0, len(missing), size):
                fresh |= self._encode(missing[first : first + size])
        found = [fresh.get(patch.patch_id) or self._kept[patch.patch_id] for patch in patches]
        for patch_id, features in fresh.items():
            if len(self._kept) < self._capacity:
                self._kept[patch_id] = features
        parts = ((of.rgb, of.s2, of.s1) for of in found)
        return Features(*(torch.cat(pieces) for pieces in zip(*parts, strict=True)))

    def _encode(self, patches: Sequence[PatchAnnotations]) -> dict[str, Features]:
        """Return the features of some patches by name, from one pass through the frozen parts."""
        device = next(self._model.parameters()).device
        inputs = self._prepare([self._read(patch) for patch in patches])
        features = self._model.encode(*(tensor.to(device, self._dtype) for tensor in inputs))
        return {patch.patch_id: features.select(slice(row, row + 1)) for row, patch in enumerate(patches)}


def learning_rate(step: int, steps: int, settings: FinetuningSettings) -> float:
    """Return the learning rate of a step: linear warm-up, then cosine decay to 0."""
    warmup = max(1, round(settings.warmup_share * steps))
    if step < warmup:
        rise = settings.learning_rate - settings.initial_learning_rate
        return settings.initial_learning_rate + rise * (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def finetune(
    model: RSInternVL,
    before: Sequence[int],
    patches: Sequence[PatchAnnotations],
    features: FeatureStore,
    settings: FinetuningSettings,
    seed: int,
    folder: str | Path,
    key: str,
) -> list[tuple[int, float, float]]:
    """Fine-tune, resuming from a saved state if there is one.

    Parameters
    ----------
    model : bentxt.models.rs_internvl.RSInternVL
        With a fresh adapter; trained in place.
    before : list of int
        Tokens before the visual tokens.
    patches : list of PatchAnnotations
        Each with at least one annotation.
    features : FeatureStore
    settings : FinetuningSettings
    seed : int
    folder : str or Path
        Of the saved state.
    key : str
        What the run depends on; a state with another key is not used.

    Returns
    -------
    list of (int, float, float)
        Step (from 1), loss (mean over the annotations of the step, nats) and learning rate.
    """
    trained = model.trained_parameters()
    optimizer = torch.optim.AdamW(
        trained.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    per_epoch = math.ceil(len(patches) / settings.batch_size)
    steps = per_epoch * settings.epochs
    path = Path(folder) / STATE
    done, log = load_state(path, key, trained, optimizer)
    if done:
        logger.info("resuming after step %d of %d", done, steps)
    model.train()
    bar = progress(range(done, steps), initial=done, total=steps, desc="fine-tuning")
    for step in bar:
        epoch, place = divmod(step, per_epoch)
        order = generator(seed, "order", epoch).permutation(len(patches))
        chosen = [
            patches[index] for index in order[place * settings.batch_size : (place + 1) * settings.batch_size]
        ]
        torch.manual_seed(int(generator(seed, "dropout", step).integers(2**63)))
        rate = learning_rate(step, steps, settings)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = packed_losses(model, before, chosen, features(chosen), settings, seed, epoch).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), settings.gradient_clip)
        optimizer.step()
        log.append((step + 1, loss.item(), rate))
        if (step + 1) % settings.save_every == 0 and step + 1 < steps:
            save_state(path, key, step + 1, log, trained, optimizer)
        if (step + 1) % 100 == 0:
            recent = [loss for _, loss, _ in log[-100:]]
            logger.info("step %d of %d: loss %.4f over 100 steps", step + 1, steps, np.mean(recent))
    model.eval()
    return log


def packed_losses(
    model: RSInternVL,
    before: Sequence[int],
    patches: Sequence[PatchAnnotations],
    features: Features,
    settings: FinetuningSettings,
    seed: int,
    epoch: int,
) -> torch.Tensor:
    """Return the loss of each annotation of some patches, nats, float32, shape (annotations,)."""
    segments = []
    for patch in patches:
        draw = generator(seed, "annotations", epoch, patch.patch_id).permutation(len(patch.pairs))
        segments.append(
            [answer_segment(*patch.pairs[index]) for index in sorted(draw[: settings.annotations_per_patch])]
        )
    prefix = model.prefix(features, before)
    packed = pack(prefix.shape[1], segments).to(prefix.device)
    embeddings = torch.cat([prefix, model.language_model.embed_tokens(packed.tokens)], dim=1)
    logits = model.logits(embeddings, packed.mask, packed.positions, packed.rows, packed.columns)
    return annotation_losses(logits, packed)


def save_state(
    path: str | Path,
    key: str,
    step: int,
    log: Sequence[tuple[int, float, float]],
    trained: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Save all that a killed run needs to resume, in one file, atomically."""
    tensors = {f"weight.{name}": value.detach().cpu().contiguous() for name, value in trained.items()}
    for name, value in trained.items():
        for moment, tensor in optimizer.state[value].items():
            tensors[f"{moment}.{name}"] = torch.as_tensor(tensor).detach().cpu().contiguous()
    with atomic_path(path) as part:
        save_file(tensors, part, {"key": key, "step": str(step), "log": json.dumps(log)})


def load_state(
    path: str | Path,
    key: str,
    trained: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
) -> tuple[int, list[tuple[int, float, float]]]:
    """Return (steps done, log) of a saved state and put it into place; (0, []) where there is none to use."""
    if not Path(path).exists():
        return 0, []
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            if metadata["key"] != key:
                logger.info("the saved state is of another run; beginning again")
                return 0, []
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError) as error:
        logger.warning("the saved state cannot be read (%s); beginning again", error)
        return 0, []
    with torch.no_grad():
        for name, value in trained.items():
            value.copy_(tensors[f"weight.{name}"])
            optimizer.state[value] = {
                moment: tensors[f"{moment}.{name}"].to("cpu" if moment == "step" else value.device)
                for moment in ("step", "exp_avg", "exp_avg_sq")
            }
    return int(metadata["step"]), [tuple(row) for row in json.loads(metadata["log"])]
