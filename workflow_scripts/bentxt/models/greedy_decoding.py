"""Greedy decoding behind keys and values that many instructions share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import transformers
from transformers.cache_utils import DynamicLayer

from bentxt.failures import CUT
from bentxt.models.answering_model import Reply

#: Tokens that keys and values have room for before they are copied to a larger place.
_ROOM = 64


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote after one instruction.

    Attributes
    ----------
    tokens : list of int
        Without the end.
    ended : bool
        Whether the model ended it; else it was cut at the limit.
    """

    tokens: list[int]
    ended: bool


class _Roomy(DynamicLayer):
    """Keys and values of a layer with room behind them: transformers copies its own whole at each token."""

    def __init__(self, layer: DynamicLayer) -> None:
        super().__init__()
        self.dtype, self.device = layer.dtype, layer.device
        self.keys, self.values, self.is_initialized = layer.keys, layer.values, True
        self._places: list[torch.Tensor] = []

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        before = self.keys.shape[-2]
        after = before + key_states.shape[-2]
        if not self._places or after > self._places[0].shape[-2]:
            self._places = []
            for held in (self.keys, self.values):
                place = held.new_empty(*held.shape[:2], after + _ROOM, held.shape[3])
                place[:, :, :before] = held
                self._places.append(place)
        for place, states in zip(self._places, (key_states, value_states), strict=True):
            place[:, :, before:after] = states
        self.keys, self.values = (place[:, :, :after] for place in self._places)
        return self.keys, self.values


def decode(
    language: torch.nn.Module,
    head: torch.nn.Module,
    cache: Any,
    tokens: Sequence[Sequence[int]],
    starts: torch.Tensor,
    ends: Collection[int],
    limit: int,
) -> list[Written]:
    """Continue each row of a cache by an instruction, and write until the model ends or the limit is reached.

    A row depends on nothing but its own part of the cache and its instruction: shorter ones are padded on the
    left, and what is padded is masked.

    Parameters
    ----------
    language : torch.nn.Module
        Language model without its head.
    head : torch.nn.Module
    cache : transformers.Cache
        Keys and values of what comes before, the same number for each row. It is changed.
    tokens : sequence of sequences of int
        The instruction of each row, at least one token each.
    starts : torch.Tensor
        Shape (rows,), int64: position of each instruction's first token.
    ends : collection of int
        Tokens that end an answer.
    limit : int
        Longest answer, tokens.

    Returns
    -------
    list of Written
    """
    device, before = starts.device, cache.get_seq_length()
    # Layers of another kind, as those that look back so far only, stay as they are.
    cache.layers = [_Roomy(layer) if type(layer) is DynamicLayer else layer for layer in cache.layers]
    longest, padding = max(map(len, tokens)), min(ends)
    step = torch.tensor([[padding] * (longest - len(of)) + [*of] for of in tokens], device=device)
    seen = torch.tensor([[0] * (longest - len(of)) + [1] * len(of) for of in tokens], device=device)
    positions = starts[:, None] + (seen.cumsum(1) - 1).clamp_min(0)
    mask = torch.cat([seen.new_ones(len(tokens), before), seen], dim=1)
    ending = torch.tensor(sorted(ends), device=device)
    ended = torch.zeros(len(tokens), dtype=torch.bool, device=device)
    written = []
    for _ in range(limit):
        hidden = language(
            input_ids=step,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        chosen = head(hidden[:, -1]).argmax(-1)
        written.append(chosen)
        ended |= torch.isin(chosen, ending)
        if ended.all():
            break
        step, positions = chosen[:, None], positions[:, -1:] + 1
        mask = torch.cat([mask, mask.new_ones(len(tokens), 1)], dim=1)
    return [_cut(row, ends) for row in torch.stack(written, 1).tolist()]


def _cut(row, ends):
    for place, token in enumerate(row):
        if token in ends:
            return Written(row[:place], True)
    return Written(row, False)


def to_replies(written: Sequence[Written], tokenizer: transformers.PreTrainedTokenizerBase) -> list[Reply]:
    """Return what was written as replies; one without an end is marked as cut."""
    texts = tokenizer.batch_decode([of.tokens for of in written], skip_special_tokens=True)
    return [Reply(text.strip(), None if of.ended else CUT) for text, of in zip(texts, written, strict=True)]
