"""Each annotation counts as in training one at a time, however annotations are packed: a plain loop as peer.

The loop below knows nothing of packing: one annotation at a time through the language model, its own mean
over the mini-batch, its own schedule. Which annotations a mini-batch holds is taken from the plan.
"""

import math

import pytest
import torch

from bentxt.training.finetuning import learning_rate
from worlds.shared_finetuning import SmallFinetuning

#: Each annotation in a row of its own, a row a pass.
UNPACKED = {"tokens_per_row": 1, "tokens_per_pass": 1}
PACKED = {"tokens_per_row": 1000, "tokens_per_pass": 4000}


def _alone(run, number):
    """Return the loss of each answer token of one annotation, by a plain causal forward pass."""
    model = run.model
    patch = max(of for of, first in enumerate(run.tokens.first) if first <= number)
    asked, said = (torch.tensor(part.tolist()) for part in run.tokens.pair(number))
    embed = model.language_model.embed_tokens
    visual = model.visual_tokens(run.features([patch]))[0]
    sequence = torch.cat([embed(torch.tensor(run.BEFORE)), visual, embed(asked), embed(said)])
    hidden = model.language_model(inputs_embeds=sequence[None]).last_hidden_state[0]
    predicted = model.internvl.lm_head(hidden[-len(said) - 1 : -1])
    return -torch.log_softmax(predicted.double(), dim=-1)[torch.arange(len(said)), said]


def _one_at_a_time(run):
    """Train with plain PyTorch; return the losses, the gradient of the first step, and the rates."""
    settings, model = run.settings, run.model
    trained = model.trained_parameters()
    optimizer = torch.optim.AdamW(trained.values(), weight_decay=settings.weight_decay)
    losses, rates, first = [], [], None
    total = len(run.tokens) * settings.epochs
    seen = 0
    model.train()
    for step in range(run.plan.steps):
        members = [number for of in run.plan.passes(step) for row in of.rows for number in row.annotations]
        optimizer.zero_grad()
        tokens = sum(len(run.tokens.pair(number)[1]) for number in members)
        value = 0.0
        for number in members:
            own = _alone(run, number)
            loss = own.mean() / len(members) if settings.loss == "annotations" else own.sum() / tokens
            loss.backward()
            value += float(loss.detach())
        first = first or {name: of.grad.clone() for name, of in trained.items()}
        torch.nn.utils.clip_grad_norm_(trained.values(), settings.gradient_clip)
        warmup = round(settings.warmup_share * total)
        end = seen + len(members)
        if seen < warmup:
            rise = settings.learning_rate - settings.initial_learning_rate
            rate = settings.initial_learning_rate + rise * min(1, end / warmup)
        else:
            rate = settings.learning_rate * (1 + math.cos(math.pi * (seen - warmup) / (total - warmup))) / 2
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        losses.append(value)
        rates.append(rate)
        seen = end
    return losses, first, rates


class _FirstGradient:
    """Watches a run and keeps the gradient of its first step."""

    def __init__(self, run):
        self.run, self.gradient = run, None

    def begin(self, done, log):
        """Do nothing."""

    def step(self, row):
        if self.gradient is None:
            self.gradient = {
                name: of.grad.clone() for name, of in self.run.model.trained_parameters().items()
            }


@pytest.mark.parametrize("loss", ["annotations", "tokens"])
def test_packed_unpacked_and_one_at_a_time_are_the_same_training(tmp_path, loss):
    # No clipping, so that the gradients can be compared as they are; no dropout, which is drawn by pass.
    plain = {"loss": loss, "dropout": 0.0, "gradient_clip": 1e9, "warmup_share": 0.3, "learning_rate": 1e-3}
    peer = SmallFinetuning(**plain)
    losses, gradient, rates = _one_at_a_time(peer)
    for layout in (PACKED, UNPACKED):
        run = SmallFinetuning(**plain, **layout)
        kept = _FirstGradient(run)
        log = run.train(tmp_path / str(layout["tokens_per_row"]), monitor=kept)
        passes = [of for step in range(run.plan.steps) for of in run.plan.passes(step)]
        alone = all(len(row.annotations) == 1 for of in passes for row in of.rows)
        assert alone == (layout is UNPACKED)
        assert [row[2] for row in log] == pytest.approx(losses, rel=1e-5)
        assert [row[3] for row in log] == pytest.approx(rates, rel=1e-12)
        largest = max(float(of.abs().max()) for of in gradient.values())
        for name, value in gradient.items():
            assert torch.allclose(kept.gradient[name], value, rtol=1e-3, atol=1e-5 * largest), name
        for name, value in peer.weights().items():
            assert torch.allclose(run.weights()[name], value, rtol=0, atol=1e-4), name


def test_the_two_losses_are_not_the_same(tmp_path):
    logs = [
        SmallFinetuning(loss=loss, dropout=0.0).train(tmp_path / loss) for loss in ("annotations", "tokens")
    ]
    assert logs[0][0][2] != pytest.approx(logs[1][0][2], rel=1e-3)


def test_a_patch_with_nine_annotations_counts_nine_times_one_with_one(tmp_path):
    run = SmallFinetuning(counts=(1, 9), batch_size=10, epochs=1, dropout=0.0)
    losses = [float(_alone(run, number).mean().detach()) for number in range(10)]
    assert run.plan.size(0) == 10
    assert run.train(tmp_path)[0][2] == pytest.approx(sum(losses) / 10, rel=1e-5)


def test_the_rate_of_an_annotation_does_not_depend_on_the_packing():
    packed, unpacked = SmallFinetuning(**PACKED), SmallFinetuning(**UNPACKED)
    rates = [
        [
            learning_rate(run.plan.seen(step), run.plan.size(step), run.plan.total, run.settings)
            for step in range(run.plan.steps)
        ]
        for run in (packed, unpacked)
    ]
    assert rates[0] == rates[1]
    # 22 annotations in steps of 5: the last step of an epoch has the two that are left.
    sizes = [packed.plan.size(step) for step in range(packed.plan.steps)]
    assert sizes == [5, 5, 5, 5, 2] * 2
