"""Loss and samples on held-out patches: what one at a time gives, and training is undisturbed."""

from itertools import chain

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from bentxt.training.finetuning import finetune
from bentxt.training.monitoring import Monitor
from bentxt.training.validation import Validation, instruction_text
from worlds.small_finetuning import TEXTS, small_finetuning

HELD = np.array([1, 3])


def _validation(run, samples=2, kind="annotations"):
    own = (run.tokens, run.plan.at_once(HELD), run.features, kind, samples, 7)
    return Validation(run.network, run.prompts, *own)


def _prefix_and_logits(run, patch, tokens):
    """The plain way for one annotation: no packing, no mask and no positions of ours."""
    prefix = run.network.prefix(run.features([patch]), run.prompts.before)
    text = run.network.language_model.embed_tokens(torch.tensor([tokens]))
    hidden = run.network.language_model(inputs_embeds=torch.cat([prefix, text], 1), use_cache=False)
    return prefix.shape[1], run.network.internvl.lm_head(hidden.last_hidden_state[0])


@pytest.mark.parametrize("kind", ["annotations", "tokens"])
def test_the_loss_is_that_of_the_annotations_one_at_a_time(kind):
    run = small_finetuning(HELD)
    losses = []
    run.network.eval()
    with torch.no_grad():
        for patch in HELD.tolist():
            for number in range(*run.tokens.first[patch : patch + 2].tolist()):
                asked, said = (part.tolist() for part in run.tokens.pair(number))
                before, logits = _prefix_and_logits(run, patch, asked + said)
                at = before + len(asked) - 1
                losses.append(cross_entropy(logits[at:-1], torch.tensor(said), reduction="none"))
    expected = np.mean([float(of.mean()) for of in losses])
    if kind == "tokens":
        expected = float(torch.cat(losses).mean())
    run.network.train()
    measured = _validation(run, kind=kind).measure()
    assert measured.loss == pytest.approx(expected, rel=1e-5)
    assert len(losses) == 6


def test_samples_are_greedy_answers_with_their_texts():
    run = small_finetuning(HELD)
    validation = _validation(run, samples=3)
    samples = validation.measure().samples
    run.network.eval()
    texts = list(chain.from_iterable(TEXTS.values()))
    assert len(samples) == 3
    longest = max(len(run.tokens.pair(number)[1]) for number in validation.answered.tolist()) + 16
    for number, sample in zip(validation.answered.tolist(), samples, strict=True):
        assert (sample.instruction, sample.reference) == texts[number]
        patch = list(TEXTS).index(sample.patch_id)
        assert patch in HELD
        written = list(run.tokens.pair(number)[0].tolist())
        asked, ends = len(written), {run.prompts.tokenizer.eos_token_id}
        with torch.no_grad():
            while written[-1] not in ends and len(written) - asked < longest:
                written.append(int(_prefix_and_logits(run, patch, written)[1][-1].argmax()))
        answer = run.prompts.tokenizer.decode(written[asked:], skip_special_tokens=True).strip()
        assert sample.answer == answer
        assert sample.cut == (written[-1] not in ends)


def test_the_same_annotations_are_answered_each_time_and_none_where_none_is_wanted():
    run = small_finetuning(HELD)
    assert _validation(run).answered.tolist() == _validation(run).answered.tolist()
    assert _validation(run, samples=0).measure().samples == []


@pytest.mark.parametrize("training", [True, False])
def test_measuring_leaves_model_and_draws_as_they_were(training):
    run = small_finetuning(HELD)
    run.network.train(training)
    state = torch.get_rng_state()
    modes = [part.training for part in run.network.modules()]
    _validation(run).measure()
    assert torch.equal(torch.get_rng_state(), state)
    assert [part.training for part in run.network.modules()] == modes
    assert all(value.grad is None for value in run.network.parameters())


def test_training_is_the_same_whether_it_is_measured_or_not(tmp_path):
    weights = []
    for measured in (False, True):
        run = small_finetuning(HELD)
        own = (run.tokens, run.plan, run.features, run.settings, 7)
        measure = _validation(run).measure if measured else None
        with Monitor(tmp_path / str(measured), "key", "binary", run.plan, measure, 4) as monitor:
            log = finetune(run.network, run.prompts.before, *own, tmp_path / str(measured), "key", monitor)
        weights.append([*(value.detach() for value in run.network.trained_parameters().values())])
        assert len(log) == run.plan.steps
    lines = (tmp_path / "True" / "validation.csv").read_text().splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("0,0,")
    assert lines[4].startswith(f"{run.plan.steps},{run.plan.total},")
    assert not (tmp_path / "False" / "validation.csv").exists()
    assert all(torch.equal(*pair) for pair in zip(*weights, strict=True))
    logs = [(tmp_path / name / "training_log.csv").read_bytes() for name in ("False", "True")]
    assert logs[0] == logs[1]


def test_in_half_precision_too():
    run = small_finetuning(HELD, dtype=torch.bfloat16)
    full = small_finetuning(HELD)
    measured, expected = _validation(run).measure(), _validation(full).measure()
    assert measured.loss == pytest.approx(expected.loss, rel=0.05)
    assert len(measured.samples) == 2


def test_answers_are_the_same_whatever_attention_is_trained_with_and_it_stays():
    run = small_finetuning(HELD)
    expected = _validation(run).measure().samples
    run.network.language_model.set_attn_implementation("eager")
    assert _validation(run).measure().samples == expected
    assert run.network.language_model.config._attn_implementation == "eager"


def test_the_text_of_an_instruction_comes_back_without_the_template():
    run = small_finetuning()
    for text in ("Is it mixed forest?", "a) Pastures, b) Mixed forest"):
        assert instruction_text(run.prompts, run.prompts.instruction(text)) == text
