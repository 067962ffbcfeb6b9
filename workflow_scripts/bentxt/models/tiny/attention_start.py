"""Where the attention of the tiny language model begins: one head looks a token back, others at their like.

Large models come to have such heads early in their training. A tiny one, left to chance, spends most of its
few steps on finding them.
"""

from __future__ import annotations

import math

import torch
import transformers

#: Score that a head begins with where it should look, before the softmax.
_SCORE = 8.0

#: Waves of the rotary positions, quickest first, that tell near tokens apart; the others hardly turn within a
#: page, so that contents are compared in them.
_QUICK = 6


@torch.no_grad()
def begin_attention(language: transformers.PreTrainedModel) -> None:
    """Give the heads of a language model with random weights a purpose to begin with.

    In every layer one head of the first group of keys looks at the token before, and all heads of the last
    group look at tokens like their own.

    Parameters
    ----------
    language : transformers.PreTrainedModel
        Of Qwen2's class, with two groups of keys at least; changed in place.
    """
    config = language.config
    head = config.hidden_size // config.num_attention_heads
    base = config.rope_parameters["rope_theta"]
    speeds = base ** (-torch.arange(0, head, 2) / head)
    per_group = config.num_attention_heads // config.num_key_value_heads
    for layer in language.layers:
        query, key = layer.self_attn.q_proj, layer.self_attn.k_proj
        # One token back: constant queries and keys that agree where the rotation makes up for one step.
        length = (_SCORE * head**0.5 / (head / 2)) ** 0.5
        key.bias[: head // 2] = length
        query.bias[: head // 2] = length * speeds.cos()
        query.bias[head // 2 : head] = -length * speeds.sin()
        # Alike: the same matrix for queries and keys, in the slow waves only.
        same = torch.randn(head, config.hidden_size)
        same[:_QUICK] = 0
        same[head // 2 : head // 2 + _QUICK] = 0
        same *= (_SCORE * head**0.5) ** 0.5 / math.sqrt((head - 2 * _QUICK) * config.hidden_size)
        key.weight[-head:] = same
        query.weight[-per_group * head :] = same.repeat(per_group, 1)
