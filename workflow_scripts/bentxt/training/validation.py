"""Loss and sample answers on annotations that are not trained on.

The loss is that of training, with the same weighting and without dropout. Nothing of it is random, and the
model is left as it was found, so that measuring changes no weight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch

from bentxt.models.prefix_answers import answer_behind_prefixes
from bentxt.models.rs_internvl import Features, RSInternVL
from bentxt.models.visual_prompts import Prompts
from bentxt.randomness import generator
from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.finetuning import pass_losses
from bentxt.training.held_out_measurement import Measurement, Sample
from bentxt.training.pass_loader import prepare_pass

#: Tokens of a sample beyond those of the longest reference, so that a model that goes on is seen to.
_BEYOND = 16
#: Stands for an instruction where the words around it are looked for.
_MARK = "□"


class Validation:
    """Measures a model on the held-out patches.

    Parameters
    ----------
    model : bentxt.models.rs_internvl.RSInternVL
        The one that is trained.
    prompts : bentxt.models.rs_internvl.Prompts
    tokens : AnnotationTokens
    plan : BatchPlan
        Of the held-out patches, one step and one epoch.
    features : callable
        Gives the features of patches by their numbers.
    kind : str
        "annotations" or "tokens": what counts the same.
    samples : int
        Annotations that are answered.
    seed : int
        Of their choice.
    """

    def __init__(
        self,
        model: RSInternVL,
        prompts: Prompts,
        tokens: AnnotationTokens,
        plan: BatchPlan,
        features: Callable[[Sequence[int]], Features],
        kind: str,
        samples: int,
        seed: int,
    ) -> None:
        self._model, self._prompts, self._tokens, self._plan = model, prompts, tokens, plan
        self._features, self._kind = features, kind
        held = [number for patch in plan.patches for number in _annotations(tokens, patch)]
        #: Numbers of the held-out annotations, and of those that are answered.
        self.annotations = np.array(held, np.int64)
        self.answered = np.sort(generator(seed, "samples").permutation(self.annotations)[:samples])

    def measure(self) -> Measurement:
        """Return loss and samples of the model as it is now."""
        with _looking(self._model):
            return Measurement(self._loss(), self._samples())

    def _loss(self):
        total = torch.zeros((), dtype=torch.float64)
        for planned in self._plan.passes(0):
            of = prepare_pass(self._tokens, self._plan.prefix, planned)
            features = self._features(of.patches)
            losses = pass_losses(self._model, self._prompts.before, of, features, self._kind)
            total += losses.sum().double().cpu()
        if self._kind == "annotations":
            return float(total) / len(self.annotations)
        lengths = self._tokens.lengths()[self.annotations] - self._tokens.asked[self.annotations]
        return float(total) / int(lengths.sum())

    def _samples(self):
        if not len(self.answered):
            return []
        # Behind one prefix for each patch.
        owners = np.searchsorted(self._tokens.first, self.answered, side="right") - 1
        patches, rows = np.unique(owners, return_inverse=True)
        pairs = [self._tokens.pair(number) for number in self.answered.tolist()]
        longest = max(len(answer) for _, answer in pairs) + _BEYOND
        features = self._features(patches.tolist())
        instructions = [asked.tolist() for asked, _ in pairs]
        with _plain_attention(self._model.language_model):
            replies = answer_behind_prefixes(
                self._model, self._prompts, features, instructions, rows.tolist(), longest
            )
        return [
            Sample(
                self._tokens.patch_ids[owner],
                instruction_text(self._prompts, asked.tolist()),
                self._prompts.tokenizer.decode(answer.tolist(), skip_special_tokens=True),
                reply.text,
                reply.failure is not None,
            )
            for owner, (asked, answer), reply in zip(owners.tolist(), pairs, replies, strict=True)
        ]


def _annotations(tokens, patch):
    return range(int(tokens.first[patch]), int(tokens.first[patch + 1]))


@contextmanager
def _looking(model: torch.nn.Module) -> Iterator[None]:
    """Let a model be looked at: without dropout and gradients, and as before afterwards."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        # One by one: some parts override train().
        for part, training in modes:
            part.training = training


@contextmanager
def _plain_attention(language):
    """Let a language model attend as for one row of text: what packed rows need is made for fixed lengths."""
    used = language.config._attn_implementation
    language.set_attn_implementation("sdpa")
    try:
        yield
    finally:
        language.set_attn_implementation(used)


def instruction_text(prompts: Prompts, tokens: Sequence[int]) -> str:
    """Return the text of an instruction from its tokens, without what the chat template puts around it."""
    before, _, after = prompts.tokenizer.decode(prompts.instruction(_MARK)).partition(_MARK)
    return prompts.tokenizer.decode(tokens).removeprefix(before).removesuffix(after).strip()
