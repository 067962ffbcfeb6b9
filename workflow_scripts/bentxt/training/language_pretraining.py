"""Pre-training of the tiny language model: reading comprehension, from text alone.

Each page (:mod:`bentxt.training.reading_pages`) is one row of a batch: the description of a patch, and
behind it blocks that each see the description and themselves, as the annotations of a patch do in
fine-tuning.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import transformers

from bentxt.models.tiny.visual_words import look
from bentxt.program.progress_bars import progress
from bentxt.training.landscapes import find_regions, invent_landscape, turned
from bentxt.training.map_pretraining import class_shares
from bentxt.training.muon import Muon
from bentxt.training.place_pages import AT_POINT, EXTENT, BoxSentences, place_blocks
from bentxt.training.reading_pages import OPTIONS, Page, Vocabulary, cell_centres, write_page

logger = logging.getLogger(__name__)

#: Steps between two lines of the log, which give means over as many steps.
_REPORT = 100

#: Where a description may begin and how far behind it a block: fine-tuning puts tokens of other sensors
#: around it.
_SHIFT = 40

#: Grids of a description, cells a side, and how often each is drawn: what the RGB tower shows is coarser than
#: what the encoders show, and a model may have one or several of them.
_VIEWS, _VIEW_SHARES = ((4,), (6,), (4, 6)), (0.15, 0.55, 0.3)

#: Share of the pages about invented landscapes, and of the others that hold a caption.
_INVENTED, _CAPTIONED = 0.4, 0.25

#: Weights of kinds of blocks in the loss, where not 1.
_WEIGHTS = {EXTENT: 0.3, AT_POINT: 0.5, OPTIONS: 1.5, "mcq": 1.5}

#: Hundredths at which a coordinate still counts as partly right.
_NEAR = 2.0

#: Blocks up to these lengths are read together.
_LENGTHS = (8, 40)


class Amounts(NamedTuple):
    """Most blocks of each kind on a page, and names in its list."""

    listed: int
    options: int
    lists: int
    asked: int
    points: int
    extents: int
    boxes: int


#: In the first steps, so many, and then: lists of options teach what letters are for. Everything is asked for
#: from the first step on, since what is not is forgotten (:mod:`bentxt.models.tiny.attention_start`).
_LISTS, _FIRST, _THEN = 100, Amounts(20, 3, 1, 1, 4, 2, 4), Amounts(16, 3, 0, 3, 4, 2, 4)


class Asked(NamedTuple):
    """An annotation as tokens, and whether it holds for a patch that is turned."""

    instruction: list[int]
    answer: list[int]
    turnable: bool


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
    batch: int
    learning_rate: float
    embedding_learning_rate: float


@dataclass(frozen=True)
class ReadingMatter:
    """What pages are written from.

    Attributes
    ----------
    class_maps : numpy.ndarray
        uint8, shape (patches, 120, 120), values 0–18.
    places : list of tuple of int
        Of each patch the numbers of country, season and climate zone.
    questions : list of dict
        Of each patch, by annotation type, the :class:`Asked`.
    sentences : bentxt.training.place_pages.BoxSentences
    """

    class_maps: np.ndarray
    places: Sequence[tuple[int, int, int]]
    questions: Sequence[Mapping[str, list[Asked]]]
    sentences: BoxSentences


def pretrain_language_model(
    model: transformers.InternVLForConditionalGeneration,
    vocabulary: Vocabulary,
    matter: ReadingMatter,
    settings: LanguageSettings,
    seed: int,
) -> dict[str, float]:
    """Teach the language model to read.

    Parameters
    ----------
    model : transformers.InternVLForConditionalGeneration
        Its language model and head are trained in place.
    vocabulary : bentxt.training.reading_pages.Vocabulary
    matter : ReadingMatter
    settings : LanguageSettings
    seed : int

    Returns
    -------
    dict of str to float
        Share of right answer tokens by kind of block, over the last hundred steps.
    """
    generator = np.random.default_rng(seed)
    language, head = model.model.language_model, model.lm_head
    spelling = Spelling(vocabulary)
    optimizers = _optimizers(language, head, settings)
    peaks = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
    parameters = [*language.parameters(), *head.parameters()]
    history = []
    language.train()
    for step in progress(range(settings.steps), desc="language model"):
        amounts = _FIRST if step < _LISTS else _THEN
        sides = _VIEWS[generator.choice(len(_VIEWS), p=_VIEW_SHARES)]
        pages = [write(matter, sides, amounts, vocabulary, generator) for _ in range(settings.batch)]
        hidden, targets = read(language, pages, vocabulary.start, generator)
        logits = head(hidden)
        # Each kind weighs the same, however many tokens its answers have: one letter has to count as
        # much as forty shares.
        losses = spelling.losses(logits, targets.token)
        kinds = sorted(set(targets.kind))
        members = {kind: torch.from_numpy(targets.kind == kind) for kind in kinds}
        loss = sum(_WEIGHTS.get(kind, 1.0) * losses[member].mean() for kind, member in members.items())
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


class Spelling:
    """Cross entropy in which a coordinate near the right one is partly right."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        hundredths = torch.arange(vocabulary.coordinates.shape[1])
        near = torch.exp(-0.5 * ((hundredths[:, None] - hundredths) / _NEAR) ** 2)
        self._near = near / near.sum(1, keepdim=True)
        self._coordinates = torch.from_numpy(vocabulary.coordinates)
        self._form = torch.full((vocabulary.size,), -1)
        self._value = torch.zeros(vocabulary.size, dtype=torch.int64)
        for form, tokens in enumerate(self._coordinates):
            self._form[tokens] = form
            self._value[tokens] = hundredths

    def losses(self, logits: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """Return the loss of each token, nats, shape (tokens,); logits have shape (tokens, vocabulary)."""
        chances = torch.log_softmax(logits, -1)
        losses = -chances.gather(1, tokens[:, None])[:, 0]
        for form, coordinates in enumerate(self._coordinates):
            (places,) = torch.nonzero(self._form[tokens] == form, as_tuple=True)
            near = self._near[self._value[tokens[places]]]
            soft = -(near * chances[places][:, coordinates]).sum(1)
            losses = losses.index_copy(0, places, soft)
        return losses


def write(
    matter: ReadingMatter,
    sides: Sequence[int],
    amounts: Amounts,
    vocabulary: Vocabulary,
    generator: np.random.Generator,
) -> Page:
    """Write a page: about a training patch and its annotations, or about an invented landscape."""
    patch = int(generator.integers(len(matter.class_maps)))
    invented = generator.random() < _INVENTED
    if invented:
        class_map = invent_landscape(matter.class_maps, generator)
    else:
        turn = int(generator.integers(8))
        class_map = np.ascontiguousarray(turned(matter.class_maps[patch], turn))
    captioned = not invented and amounts.asked > 0 and generator.random() < _CAPTIONED
    questions = []
    if captioned:
        questions = _choose(matter.questions[patch], {"captioning": 1}, turn, generator)
    elif amounts.asked and not invented:
        questions = _choose(
            matter.questions[patch], {"binary": amounts.asked, "mcq": amounts.asked}, turn, generator
        )
    # A caption speaks of groups of classes, which exchanged names would contradict.
    token = np.arange(vocabulary.size) if captioned else vocabulary.exchange(generator)
    shares = [class_shares(class_map[None], len(class_map) // side)[0].reshape(side**2, -1) for side in sides]
    page = write_page(
        np.concatenate(shares),
        np.concatenate([cell_centres(side) for side in sides]),
        matter.places[patch],
        questions,
        vocabulary,
        token,
        generator,
        amounts.listed,
        amounts.options,
        amounts.lists,
    )
    regions = find_regions(class_map)
    page.blocks.extend(
        place_blocks(
            class_map,
            regions,
            matter.sentences,
            vocabulary,
            token,
            generator,
            amounts.points,
            amounts.extents,
            amounts.boxes,
        )
    )
    return page


@dataclass(frozen=True)
class Targets:
    """Answer tokens of a batch, and the kind of each one's block."""

    token: torch.Tensor
    kind: np.ndarray


def read(
    language: transformers.PreTrainedModel,
    pages: Sequence[Page],
    user: int,
    generator: np.random.Generator,
) -> tuple[torch.Tensor, Targets]:
    """Read pages: each description once, and all of its blocks behind it.

    Blocks of about the same length are rows of one batch, each behind the keys and values of its page's
    description, so that no block pays for the others' length.

    Parameters
    ----------
    language : transformers.PreTrainedModel
        Language model without its head.
    pages : list of Page
        All with the same number of cells.
    user : int
        Token that opens a page.
    generator : numpy.random.Generator
        Draws where descriptions and blocks begin.

    Returns
    -------
    hidden : torch.Tensor
        float32, shape (answer tokens, width): from which each is to be predicted.
    targets : Targets
    """
    embed = language.embed_tokens
    cells = len(pages[0].cells)
    prefix = 1 + cells
    positions = np.zeros((len(pages), prefix), np.int64)
    begins = np.zeros(len(pages), np.int64)
    for row in range(len(pages)):
        start = 1 + int(generator.integers(_SHIFT))
        positions[row, 1:] = start + np.arange(cells)
        begins[row] = start + cells + int(generator.integers(_SHIFT))
    written = [torch.from_numpy(page.cells) @ embed(torch.from_numpy(page.words)) for page in pages]
    description = look(torch.stack(written))
    opening = embed(torch.full((len(pages), 1), user))
    shared = transformers.DynamicCache(config=language.config)
    language(
        inputs_embeds=torch.cat([opening, description], dim=1),
        position_ids=torch.from_numpy(positions),
        past_key_values=shared,
        use_cache=True,
    )
    blocks = [(row, *block) for row, page in enumerate(pages) for block in page.blocks]
    blocks.sort(key=lambda block: len(block[1]))
    limits = [0, *np.searchsorted([len(block[1]) for block in blocks], _LENGTHS, "right"), len(blocks)]
    hidden, tokens, kinds = [], [], []
    for first, last in itertools.pairwise(limits):
        group = blocks[first:last]
        if not group:
            continue
        length = max(len(block) for _, block, _, _ in group)
        asked = np.zeros((len(group), length), np.int64)
        rows, columns = [], []
        for number, (_, block, learned, kind) in enumerate(group):
            asked[number, : len(block)] = block
            places = np.flatnonzero(learned)
            rows.append(np.full(len(places), number))
            columns.append(places - 1)
            tokens.append(block[learned])
            kinds += [kind] * len(places)
        owners = torch.tensor([row for row, *_ in group])
        cache = transformers.DynamicCache(config=language.config)
        for number, layer in enumerate(shared.layers):
            cache.update(layer.keys[owners], layer.values[owners], number)
        order = torch.arange(prefix + length)
        found = language(
            inputs_embeds=embed(torch.from_numpy(asked)),
            position_ids=torch.from_numpy(begins)[owners][:, None] + torch.arange(length),
            # Padding stands behind the block, which does not see it.
            attention_mask=(order[prefix:, None] >= order)[None, None],
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        hidden.append(found[np.concatenate(rows), np.concatenate(columns)])
    return torch.cat(hidden), Targets(torch.from_numpy(np.concatenate(tokens)), np.array(kinds))


def _means(history):
    kinds = sorted({kind for step in history for kind in step})
    return {kind: float(np.mean([step[kind] for step in history if kind in step])) for kind in kinds}


def _choose(questions, amounts, turn, generator):
    """Choose what a page asks of the data set; what speaks of directions, of a page that is not turned."""
    chosen = []
    for kind, amount in amounts.items():
        asked = [of for of in questions.get(kind, []) if turn == 0 or of.turnable]
        for number in generator.permutation(len(asked))[:amount]:
            chosen.append((asked[number].instruction, asked[number].answer, kind))
    return chosen


def _optimizers(language, head, settings):
    """Muon for the matrices of the layers, AdamW for the rest."""
    matrices: list[torch.nn.Parameter] = []
    others = [*head.parameters()]
    for name, parameter in language.named_parameters():
        (matrices if parameter.ndim == 2 and "embed" not in name else others).append(parameter)
    return [
        Muon(matrices, settings.learning_rate, weight_decay=0.05),
        torch.optim.AdamW(others, settings.embedding_learning_rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def _schedule(step, steps):
    """Warm up over 30 steps, stay, and fall over the last two fifths."""
    done = step / steps
    return min(1.0, (step + 1) / 30) * (1.0 if done < 0.6 else 0.05 + 0.95 * (1 - done) / 0.4)
