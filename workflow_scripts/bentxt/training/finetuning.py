"""Fine-tuning of RS-InternVL for one task (Section 4.2): projections and LoRA adapter, loss on answers only.

Annotations of a patch are packed behind one visual prefix (:mod:`bentxt.training.packing`); a step is a
number of annotations (:mod:`bentxt.training.batch_plan`). Order and dropout are drawn from the seed and the
step, so that a run that was killed and resumes ends with the very weights of a run that was not.

Processes share the passes of a step and add up their gradients (:mod:`bentxt.training.processes`), so that
all of them take the same step: that of one process alone, up to rounding. A step takes as many passes as its
annotations need, each of at most ``tokens_per_pass`` tokens, and gradients add up over them.
"""

import errno
import logging
import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import torch

from bentxt.errors import InputError
from bentxt.models.rs_internvl import Features, RSInternVL
from bentxt.randomness import generator
from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.attention import attention_mask
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.feature_store import FeatureStore
from bentxt.training.monitoring import Monitor
from bentxt.training.packing import annotation_losses, token_losses
from bentxt.training.pass_loader import PreparedPass, load_passes
from bentxt.training.processes import ALONE, Processes
from bentxt.training.stopping import STOPPED, sigterm_noted
from bentxt.training.training_faults import annotation_names, memory_named, not_a_number
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
    gradient_checkpointing : bool
        Keep no activations within layers for the backward pass, which computes them again.
    save_minutes : float
        Between two saved states, from which a killed run resumes; 0: after every step.
    cached_patches : int
        Patches whose features stay in memory.
    loader : dict
        ``workers`` and ``prefetch`` of :func:`bentxt.training.pass_loader.load_passes`.
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
    gradient_checkpointing: bool
    save_minutes: float
    cached_patches: int
    loader: dict = field(default_factory=dict)


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


class _Gradients:
    """The gradients of all trained weights as one tensor, and behind them what the processes tell each other.

    So one sum over the processes serves everything. They tell the sum of their losses, the number of
    annotations or tokens that it is of, the number of annotations, and whether they were asked to stop.
    """

    def __init__(self, trained: Sequence[torch.nn.Parameter]) -> None:
        sizes = [value.numel() for value in trained]
        self._flat = torch.zeros(sum(sizes) + 4, device=trained[0].device)
        *parts, self._told = self._flat.split([*sizes, 4])
        self._gradient = self._flat[:-4]
        for value, part in zip(trained, parts, strict=True):
            value.grad = part.view_as(value)

    def begin(self) -> None:
        """Begin a step."""
        self._flat.zero_()
        self._counts = [0, 0]

    def add(self, losses: torch.Tensor, weight: int) -> None:
        """Add the gradient of a pass, given the loss of each annotation."""
        loss = losses.sum()
        loss.backward()
        self._told[0] += loss.detach()
        self._counts[0] += weight
        self._counts[1] += len(losses)

    def share(self, processes: Processes, stop: bool) -> torch.Tensor:
        """Sum over the processes, let the gradient be that of the mean loss, and return what was told."""
        self._told[1:] = torch.tensor([*self._counts, stop])
        processes.sum(self._flat)
        self._gradient /= self._told[1]
        return self._told


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
    processes: Processes = ALONE,
    text: Callable[[Sequence[int]], str] = str,
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
        Shows the run; of several processes, that of rank 0.
    processes : bentxt.training.processes.Processes
        Those that share the run; all but the device is the same in each.
    text : callable
        Gives the text of tokens, for messages.

    Returns
    -------
    list of LogRow
        Step (from 1), annotations seen after it, loss (nats; the mean that ``settings.loss`` names) and
        learning rate.

    Raises
    ------
    InputError
        If a loss or gradient is no finite number, memory or disk does not suffice, or another process ended.
    SystemExit
        After SIGTERM: the step has ended, and its state is saved.
    """
    trained = model.trained_parameters()
    device = next(iter(trained.values())).device
    optimizer = torch.optim.AdamW(
        trained.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    path = Path(folder) / STATE
    done, log = load_state(path, key, trained, optimizer)
    processes.check_same(f"{key} {done}", device)
    if done:
        logger.info("resuming after step %d of %d", done, plan.steps)
    if settings.gradient_checkpointing:
        model.checkpoint_gradients()
    if not processes.writes:
        monitor = None
    if monitor:
        with memory_named(settings.tokens_per_pass):
            monitor.begin(done, log)
    model.train()
    gradients = _Gradients(list(trained.values()))
    by_tokens = settings.loss == "tokens"
    saved = time.monotonic()
    # Features that come from elsewhere need no images.
    store = features if isinstance(features, FeatureStore) else None
    share = (processes.rank, processes.count)
    steps = load_passes(plan, tokens, plan.prefix, done, *share, store, **settings.loader)
    with sigterm_noted() as stopped, closing(steps):
        for step, passes in steps:
            rate = learning_rate(plan.seen(step), plan.size(step), plan.total, settings)
            for group in optimizer.param_groups:
                group["lr"] = rate
            gradients.begin()
            losses = []
            with memory_named(settings.tokens_per_pass):
                for of in passes:
                    torch.manual_seed(int(generator(seed, "dropout", step, of.number).integers(2**63)))
                    found = pass_losses(model, before, of, features(of.patches), settings.loss)
                    gradients.add(found, len(of.packed.targets) if by_tokens else len(of.annotations))
                    losses.append(found.detach())
                told = gradients.share(processes, stopped())
                norm = torch.nn.utils.clip_grad_norm_(trained.values(), settings.gradient_clip)
            # The one time in a step that the processor waits for the device.
            total, weight, count, stop, length = torch.cat([told, norm[None]]).tolist()
            loss = total / weight
            if not math.isfinite(loss) or not math.isfinite(length):
                own = [number for of in passes for number in of.annotations]
                finite = [good for of in losses for good in of.isfinite().tolist()]
                bad = [number for number, good in zip(own, finite, strict=True) if not good]
                names = processes.gather(annotation_names(tokens, bad, text))
                # Where each loss is a number and the gradient is none, all of the step.
                names = names or processes.gather(annotation_names(tokens, own, text))
                raise not_a_number(step + 1, loss, length, names)
            if count != plan.size(step):
                planned = f"{plan.size(step)} annotations planned"
                raise RuntimeError(f"step {step + 1}: {planned}, {count:.0f} seen")
            optimizer.step()
            log.append((step + 1, plan.seen(step + 1), loss, rate))
            last = step + 1 == plan.steps
            due = time.monotonic() - saved >= 60 * settings.save_minutes
            if processes.writes and (due or stop or last):
                _save(path, key, log, trained, optimizer)
                saved = time.monotonic()
            if stop and not last:
                # None ends before the state is saved: where one does, its launcher ends the others.
                processes.wait(device)
                logger.warning(
                    "stopped by SIGTERM after step %d of %d; the same command goes on", step + 1, plan.steps
                )
                raise SystemExit(STOPPED)
            if monitor:
                with memory_named(settings.tokens_per_pass):
                    monitor.step(log[-1])
    model.eval()
    return log


def _save(path, key, log, trained, optimizer):
    """Save the state after the last step of the log; say what stays where there is no room."""
    try:
        save_state(path, key, log[-1][0], log, trained, optimizer)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise InputError(
            f"the state after step {log[-1][0]} cannot be saved: {error.strerror}",
            file=path,
            remedy="free space on this file system; the last saved state stays, and the same command goes on",
        ) from error


def pass_losses(
    model: RSInternVL, before: Sequence[int], prepared: PreparedPass, features: Features, kind: str
) -> torch.Tensor:
    """Return the loss of each annotation of a pass.

    Parameters
    ----------
    model : bentxt.models.rs_internvl.RSInternVL
    before : list of int
        Tokens before the visual tokens.
    prepared : PreparedPass
    features : bentxt.models.rs_internvl.Features
        Of the patch of each row.
    kind : str
        "annotations": the mean over its answer tokens; "tokens": the sum.

    Returns
    -------
    torch.Tensor
        float32, shape (annotations,), nats.
    """
    prefix = model.prefix(features, before)
    packed = prepared.packed.to(prefix.device)
    embeddings = torch.cat([prefix, model.language_model.embed_tokens(packed.tokens)], dim=1)
    mask = attention_mask(packed.blocks, model.language_model.config._attn_implementation)
    logits = model.logits(embeddings, mask, packed.positions, packed.rows, packed.columns)
    losses = token_losses(logits, packed)
    if kind == "annotations":
        return annotation_losses(losses, packed)
    return torch.zeros(packed.count, device=losses.device).index_add(0, packed.annotations, losses)
