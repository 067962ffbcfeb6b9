"""Where the attention of the tiny language model begins: with heads that a large model finds by itself.

Large models come to have heads that look at a token nearby, and heads that find in a picture what a word
names. A tiny one, left to chance, spends most of its few steps on finding them. This one begins with them:

- in every layer the first head looks one token back and the second three tokens back, from one half of a pair
  past the separator at the other; in the first layer they carry what is written of coordinates;
- in the first layer the third head looks from the name of a class at the visual tokens that show it, and the
  fourth from other names; where nothing shows it, they look at the token that opens the page;
- in the second layer the fourth head looks from the coordinates that the first two have brought together at
  the visual token that lies there, and carries the class that it shows.

Of fewer than four heads the last roles are left out. Whatever no loss asks for from the first step on,
training forgets within some fifty steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import transformers

from bentxt.models.tiny.visual_words import sight

#: Steps back of the first heads, and the score of each of their waves at the token that they look for.
_BACK, _NEAR = (1, 3), 8.0

#: Waves of the rotary positions, quickest first, that tell near tokens apart; those from the second number on
#: hardly turn within a page, so that contents are compared in them.
_WAVES, _SLOW = 4, 6

#: Scores, before the softmax: of a word and a visual token that shows nothing else; of the opening token; of
#: a written place and a visual token there; of tokens alike.
_MATCH, _SINK, _THERE, _ALIKE = 18.0, 5.0, 20.0, 8.0


@dataclass(frozen=True)
class Meanings:
    """Directions of the embedding space.

    Attributes
    ----------
    classes, others : torch.Tensor
        Embeddings of the names of classes, and of countries, seasons and climate zones: float32, shape
        (names, width).
    places : torch.Tensor
        Orthonormal directions in which embeddings of coordinates lie: float32, shape (width, directions).
    opening : torch.Tensor
        Embedding of the token that opens a page: float32, shape (width,).
    """

    classes: torch.Tensor
    others: torch.Tensor
    places: torch.Tensor
    opening: torch.Tensor


@torch.no_grad()
def begin_attention(language: transformers.PreTrainedModel, meanings: Meanings) -> None:
    """Give the heads of a language model with random weights a purpose to begin with.

    Parameters
    ----------
    language : transformers.PreTrainedModel
        Of Qwen2's class, each head with keys of its own; changed in place.
    meanings : Meanings
        Of its embeddings.
    """
    config = language.config
    side = config.hidden_size // config.num_attention_heads
    heads = [slice(first, first + side) for first in range(0, config.hidden_size, side)]
    seen = sight(config.hidden_size)
    names = torch.linalg.svd(meanings.classes.T, full_matrices=False).U
    for number, layer in enumerate(language.layers):
        attention = layer.self_attn
        for head, steps in zip(heads, _BACK, strict=False):
            _look_back(attention, head, steps, config.rope_parameters["rope_theta"])
            if number == 0:
                _carry(attention, head, meanings.places, torch.eye(len(seen)))
        for role, head in enumerate(heads[2:4]):
            if number == 0:
                _find(attention, head, (meanings.classes, meanings.others)[role], meanings.opening, seen)
                continue
            if number == 1 and role == 1:
                _compare(attention, head, (_THERE / len(seen)) ** 0.5 * meanings.places.T, seen)
            else:
                alike = torch.randn(2 * (side // 2 - _SLOW), len(seen))
                scale = (_ALIKE / (len(alike) * len(seen))) ** 0.5
                _compare(attention, head, scale * alike, torch.eye(len(seen)))
            _carry(attention, head, meanings.places if number > 1 and role == 1 else names, seen)


def _slow(side):
    """Return the places within a head of the waves that compare contents."""
    half = side // 2
    return torch.cat([torch.arange(_SLOW, half), torch.arange(half + _SLOW, side)])


def _look_back(attention, head, steps, base):
    """Constant queries and keys that agree where the rotation makes up for some steps."""
    side = head.stop - head.start
    speeds = base ** (-torch.arange(0, 2 * _WAVES, 2) / side)
    length = (_NEAR * side**0.5) ** 0.5
    attention.k_proj.bias[head][:_WAVES] = length
    attention.q_proj.bias[head][:_WAVES] = length * (steps * speeds).cos()
    attention.q_proj.bias[head][side // 2 : side // 2 + _WAVES] = -length * (steps * speeds).sin()


def _compare(attention, head, reading, seen):
    """Read queries as words and keys as what ``seen`` makes of words, both by the rows of ``reading``."""
    side = head.stop - head.start
    own = _slow(side)[: len(reading)]
    for layer, read in ((attention.q_proj, reading), (attention.k_proj, reading @ seen)):
        layer.weight[head] = 0
        layer.weight[head.start + own] = side**0.25 * read[: len(own)]


def _find(attention, head, names, opening, seen):
    """Look from names at what shows them, or else at the opening token."""
    side = head.stop - head.start
    *own, last = _slow(side).tolist()
    codes = torch.randn(len(names), len(own))
    if len(names) <= len(own):
        codes = torch.linalg.qr(codes.T).Q.T
    else:
        codes /= codes.norm(dim=1, keepdim=True)
    _compare(attention, head, _MATCH**0.5 * (torch.linalg.pinv(names) @ codes).T, seen)
    length = (_SINK * side**0.5) ** 0.5
    attention.q_proj.bias[head.start + last] = length
    attention.k_proj.weight[head.start + last] = length * opening / opening.square().sum()


def _carry(attention, head, directions, seen):
    """Bring from where a head looks what lies in some directions as ``seen`` shows it, and more by chance."""
    side = head.stop - head.start
    rest = torch.randn(len(directions), side)
    rest -= directions @ (directions.T @ rest)
    basis = torch.cat([directions, torch.linalg.qr(rest).Q], dim=1)[:, :side]
    attention.v_proj.weight[head] = basis.T @ seen
    attention.o_proj.weight[:, head] = basis
