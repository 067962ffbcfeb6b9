"""Pre-training of the tiny language model: reading comprehension, from text alone.

Each page (:mod:`bentxt.training.reading_pages`) is one row of a batch: the description of a patch, and
behind it blocks that each see the description and themselves, as the annotations of a patch do in
fine-tuning.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from bentxt.program.progress_bars import progress
from bentxt.training.reading_pages import Page, Vocabulary, write_page

if TYPE_CHECKING:
    import transformers

logger = logging.getLogger(__name__)

#: Names listed and options asked on a page, in the first steps and then: lists teach to find a name in the
#: description, options to tie it to a letter.
_LISTING, _READING = (48, 0), (16, 5)

#: Steps between two lines of the log, which give means over as many steps.
_REPORT = 100

#: Where a description may begin and how far behind it a block: fine-tuning puts visual tokens of other
#: sensors around it.
_SHIFT = 40


@dataclass(frozen=True)
class LanguageSettings:
    """The config's ``tiny.language``.

    Attributes
    ----------
    width, layers, feed_forward : int
        Sizes of the language model.
    vocabulary : int
        Tokens of the tokenizer before the names are added.
    steps : int
        Batches in all.
    inventory_steps : int
        Of these, the first ones that only list what a patch holds.
    batch : int
        Pages a step.
    learning_rate : float
        Peak for matrices (Muon).
    embedding_learning_rate : float
        Peak for embeddings, norms, biases and the head (AdamW).
    """

    width: int
    layers: int
    feed_forward: int
    vocabulary: int
    steps: int
    inventory_steps: int
    batch: int
    learning_rate: float
    embedding_learning_rate: float


def pretrain_language_model(
    model: transformers.InternVLForConditionalGeneration,
    vocabulary: Vocabulary,
    shares: np.ndarray,
    places: Sequence[tuple[int, int, int]],
    questions: Sequence[Mapping[str, list[tuple[list[int], list[int]]]]],
    settings: LanguageSettings,
    seed: int,
) -> dict[str, float]:
    """Teach the language model to read.

    Parameters
    ----------
    model : transformers.InternVLForConditionalGeneration
        Its language model and head are trained in place.
    vocabulary : bentxt.training.reading_pages.Vocabulary
    shares : numpy.ndarray
        float32, shape (patches, cells, 19).
    places : list of tuple of int
        Of each patch the numbers of country, season and climate zone.
    questions : list of dict
        Of each patch, by annotation type, a list of (tokens of the instruction, tokens of the answer).
    settings : LanguageSettings
    seed : int

    Returns
    -------
    dict of str to float
        Share of right answer tokens by kind of block, over the last hundred steps.
    """
    generator = np.random.default_rng(seed)
    language, head = model.model.language_model, model.lm_head
    optimizers = _optimizers(language, head, settings)
    peaks = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
    parameters = [*language.parameters(), *head.parameters()]
    history = []
    language.train()
    for step in progress(range(settings.steps), desc="language model"):
        reading = step >= settings.inventory_steps
        pages = [
            write_page(
                shares[patch],
                places[patch],
                _choose(questions[patch], generator) if reading else [],
                vocabulary,
                generator,
                *(_READING if reading else _LISTING),
            )
            for patch in generator.integers(len(shares), size=settings.batch)
        ]
        embeddings, mask, positions, targets = lay_out(
            pages, vocabulary.start, language.embed_tokens, generator
        )
        hidden = language(
            inputs_embeds=embeddings, attention_mask=mask, position_ids=positions, use_cache=False
        ).last_hidden_state
        logits = head(hidden[targets.row, targets.column])
        # Each kind weighs the same, however many tokens its answers have: one letter has to count as
        # much as forty shares.
        losses = cross_entropy(logits, targets.token, reduction="none")
        kinds = sorted(set(targets.kind))
        members = {kind: torch.from_numpy(targets.kind == kind) for kind in kinds}
        loss = sum(losses[member].mean() for member in members.values())
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        factor = _schedule(step, settings.steps)
        groups = (group for optimizer in optimizers for group in optimizer.param_groups)
        for group, peak in zip(groups, peaks, strict=True):
            group["lr"] = peak * factor
        for optimizer in optimizers:
            optimizer.step()
        right = (logits.detach().argmax(-1) == targets.token).numpy()
        history.append({kind: right[targets.kind == kind].mean() for kind in kinds})
        if (step + 1) % _REPORT == 0 or step + 1 == settings.steps:
            seen = _means(history[-_REPORT:])
            logger.info("step %d: right %s", step + 1, {kind: f"{share:.1%}" for kind, share in seen.items()})
    language.eval()
    return _means(history[-_REPORT:])


@dataclass(frozen=True)
class Targets:
    """Answer tokens of a batch: where the model must predict which token, and the kind of each block."""

    row: torch.Tensor
    column: torch.Tensor
    token: torch.Tensor
    kind: np.ndarray


def lay_out(
    pages: Sequence[Page], user: int, embed: torch.nn.Embedding, generator: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, Targets]:
    """Lay pages out as a batch.

    Parameters
    ----------
    pages : list of Page
        All with the same number of cells.
    user : int
        Token that opens a page.
    embed : torch.nn.Embedding
    generator : numpy.random.Generator
        Draws where descriptions and blocks begin.

    Returns
    -------
    embeddings : torch.Tensor
        float32, shape (pages, length, width): user token, description, blocks, padding.
    mask : torch.Tensor
        bool, shape (pages, 1, length, length): what each token sees.
    positions : torch.Tensor
        int64, shape (pages, length).
    targets : Targets
    """
    cells = pages[0].cells.shape[0]
    prefix = 1 + cells
    length = prefix + max(sum(len(tokens) for tokens, _, _ in page.blocks) for page in pages)
    tokens = np.zeros((len(pages), length), np.int64)
    positions = np.zeros((len(pages), length), np.int64)
    block_of = np.full((len(pages), length), -1)
    rows, columns, answers, kinds = [], [], [], []
    for row, page in enumerate(pages):
        start = 1 + int(generator.integers(_SHIFT))
        positions[row, 1:prefix] = start + np.arange(cells)
        begin = start + cells + int(generator.integers(_SHIFT))
        block_of[row, :prefix] = 0
        cursor = prefix
        for number, (block, learned, kind) in enumerate(page.blocks, start=1):
            end = cursor + len(block)
            tokens[row, cursor:end] = block
            positions[row, cursor:end] = begin + np.arange(len(block))
            block_of[row, cursor:end] = number
            # The first token of a block follows on the description's last.
            before = cursor - 1 + np.flatnonzero(learned)
            rows += [row] * len(before)
            columns += list(before)
            answers += list(block[learned])
            kinds += [kind] * len(before)
            cursor = end
    description = torch.stack(
        [torch.from_numpy(page.cells) @ embed(torch.from_numpy(page.words)) for page in pages]
    )
    embeddings = embed(torch.from_numpy(tokens))
    user = embed(torch.full((len(pages), 1), user))
    embeddings = torch.cat([user, description, embeddings[:, prefix:]], dim=1)
    blocks = torch.from_numpy(block_of)
    order = torch.arange(length)
    mask = (blocks[:, :, None] == blocks[:, None, :]) | (blocks[:, None, :] == 0)
    mask &= order[:, None] >= order[None, :]
    # A token that sees nothing would have no attention weights: padding sees itself.
    mask |= torch.eye(length, dtype=torch.bool)
    targets = Targets(torch.tensor(rows), torch.tensor(columns), torch.tensor(answers), np.array(kinds))
    return embeddings, mask[:, None], torch.from_numpy(positions), targets


def _means(history):
    kinds = sorted({kind for step in history for kind in step})
    return {kind: float(np.mean([step[kind] for step in history if kind in step])) for kind in kinds}


def _choose(questions, generator):
    """Choose what a page asks of the data set: some questions often, boxes and the caption seldom."""
    amounts = {"binary": 3, "mcq": 4, "bounding box": 1 if generator.random() < 0.5 else 0}
    amounts["captioning"] = 1 if generator.random() < 0.1 else 0
    chosen = []
    for kind, amount in amounts.items():
        asked = questions.get(kind, [])
        for number in generator.permutation(len(asked))[:amount]:
            chosen.append((*asked[number], kind))
    return chosen


def _optimizers(language, head, settings):
    """Muon for the matrices of the layers, AdamW for the rest."""
    matrices: list[torch.nn.Parameter] = []
    others = [*head.parameters()]
    for name, parameter in language.named_parameters():
        (matrices if parameter.ndim == 2 and "embed" not in name else others).append(parameter)
    return [
        torch.optim.Muon(matrices, settings.learning_rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, settings.embedding_learning_rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def _schedule(step, steps):
    """Warm up over 30 steps, stay, and fall over the last two fifths."""
    done = step / steps
    return min(1.0, (step + 1) / 30) * (1.0 if done < 0.6 else 0.05 + 0.95 * (1 - done) / 0.4)
