"""Fine-tuning of RS-InternVL for one task (Section 4): projections and LoRA adapter, loss on answers only.

Annotations of a patch are packed behind one visual prefix (:mod:`bentxt.training.packing`); a step is a
number of annotations (:mod:`bentxt.training.batch_plan`). Order and dropout are drawn from the seed and the
step, so that a run that was killed and resumes ends with the very weights of a run that was not.
"""

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from bentxt.models.rs_internvl import Features, RSInternVL
from bentxt.randomness import generator
from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.monitoring import Monitor
from bentxt.training.packing import annotation_losses, dense_mask, token_losses
from bentxt.training.pass_loader import PreparedPass, load_passes
from bentxt.training.training_state import STATE, LogRow, load_state, save_state

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FinetuningSettings:
    """The config's ``finetuning`` for one task.

    Attributes
    ----------
    epochs : int
        Passes over the annotations; the paper: 1.
    batch_size : int
        Annotations a step.
    loss : str
        What counts the same in a step: "annotations" (the mean over annotations of the mean over each one's
        answer tokens) or "tokens" (the mean over all answer tokens).
    tokens_per_row : int
        Longest row: a visual prefix with the annotations behind it.
    tokens_per_pass : int
        Most tokens that go through the model together; a step takes as many passes as it needs.
    learning_rate, initial_learning_rate : float
        Peak, and where the linear warm-up begins.
    warmup_share : float
        Share of the annotations that warm up; a cosine leads from the peak to 0 over the others.
    weight_decay, gradient_clip : float
    rank, alpha : int
        Of the LoRA adapter.
    dropout : float
        Before the adapter.
    save_minutes : float
        Between two saved states, from which a killed run resumes; 0: after every step.
    cached_patches : int
        Patches whose features stay in memory.
    """

    epochs: int
    batch_size: int
    loss: str
    tokens_per_row: int
    tokens_per_pass: int
    learning_rate: float
    initial_learning_rate: float
    warmup_share: float
    weight_decay: float
    gradient_clip: float
    rank: int
    alpha: int
    dropout: float
    save_minutes: float
    cached_patches: int


def learning_rate(seen: int, size: int, total: int, settings: FinetuningSettings) -> float:
    """Return the learning rate of a step: linear warm-up, then cosine decay to 0, by annotations.

    Parameters
    ----------
    seen : int
        Annotations before the step.
    size : int
        Annotations of the step.
    total : int
        Annotations of the run.
    settings : FinetuningSettings
    """
    # At least one step warms up, and reaches the peak.
    warmup = max(size, round(settings.warmup_share * total))
    if seen < warmup:
        rise = settings.learning_rate - settings.initial_learning_rate
        return settings.initial_learning_rate + rise * min(1.0, (seen + size) / warmup)
    done = (seen - warmup) / max(1, total - warmup)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def finetune(
    model: RSInternVL,
    before: Sequence[int],
    tokens: AnnotationTokens,
    plan: BatchPlan,
    features: Callable[[Sequence[int]], Features],
    settings: FinetuningSettings,
    seed: int,
    folder: str | Path,
    key: str,
    monitor: Monitor | None = None,
) -> list[LogRow]:
    """Fine-tune, resuming from a saved state if there is one.

    Parameters
    ----------
    model : bentxt.models.rs_internvl.RSInternVL
        With a fresh adapter; trained in place.
    before : list of int
        Tokens before the visual tokens.
    tokens : AnnotationTokens
    plan : bentxt.training.batch_plan.BatchPlan
    features : callable
        Gives the features of patches by their numbers.
    settings : FinetuningSettings
    seed : int
        Of the task's draws.
    folder : str or Path
        Of the saved state.
    key : str
        What the run depends on; a state with another key is not used.
    monitor : bentxt.training.monitoring.Monitor, optional
        Shows the run.

    Returns
    -------
    list of LogRow
        Step (from 1), annotations seen after it, loss (nats; the mean that ``settings.loss`` names) and
        learning rate.
    """
    trained = model.trained_parameters()
    optimizer = torch.optim.AdamW(
        trained.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    path = Path(folder) / STATE
    done, log = load_state(path, key, trained, optimizer)
    if done:
        logger.info("resuming after step %d of %d", done, plan.steps)
    if monitor:
        monitor.begin(done, log)
    model.train()
    saved = time.monotonic()
    for step, passes in load_passes(plan, tokens, plan.prefix, done):
        rate = learning_rate(plan.seen(step), plan.size(step), plan.total, settings)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        weight = _weight(plan, tokens, step, settings.loss)
        total = 0.0
        for of in passes:
            torch.manual_seed(int(generator(seed, "dropout", step, of.number).integers(2**63)))
            loss = pass_loss(model, before, of, features(of.patches), settings.loss) * weight
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(trained.values(), settings.gradient_clip)
        optimizer.step()
        log.append((step + 1, plan.seen(step + 1), total, rate))
        if monitor:
            monitor.step(log[-1])
        if time.monotonic() - saved >= 60 * settings.save_minutes and step + 1 < plan.steps:
            save_state(path, key, step + 1, log, trained, optimizer)
            saved = time.monotonic()
    model.eval()
    return log


def _weight(plan, tokens, step, kind):
    """Return what the loss of each annotation, or of each answer token, counts in a step."""
    if kind == "annotations":
        return 1 / plan.size(step)
    chosen = [number for of in plan.passes(step) for row in of.rows for number in row.annotations]
    return 1 / int((tokens.lengths()[chosen] - tokens.asked[chosen]).sum())


def pass_loss(
    model: RSInternVL, before: Sequence[int], prepared: PreparedPass, features: Features, kind: str
) -> torch.Tensor:
    """Return the sum of the losses of a pass: over annotations, or over answer tokens.

    Parameters
    ----------
    model : bentxt.models.rs_internvl.RSInternVL
    before : list of int
        Tokens before the visual tokens.
    prepared : PreparedPass
    features : bentxt.models.rs_internvl.Features
        Of the patch of each row.
    kind : str
        "annotations" or "tokens".

    Returns
    -------
    torch.Tensor
        float32, a scalar, nats.
    """
    prefix = model.prefix(features, before)
    packed = prepared.packed.to(prefix.device)
    embeddings = torch.cat([prefix, model.language_model.embed_tokens(packed.tokens)], dim=1)
    mask = dense_mask(packed.blocks)
    logits = model.logits(embeddings, mask, packed.positions, packed.rows, packed.columns)
    losses = token_losses(logits, packed)
    return (annotation_losses(losses, packed) if kind == "annotations" else losses).sum()
