"""Answers of RS-InternVL to many instructions about a patch, behind one visual prefix."""

from collections.abc import Sequence

import torch
import transformers

from bentxt.models.answering_model import Reply
from bentxt.models.greedy_decoding import decode, to_replies
from bentxt.models.rs_internvl import Features, RSInternVL
from bentxt.models.visual_prompts import Prompts


def answer_behind_prefixes(
    model: RSInternVL,
    prompts: Prompts,
    features: Features,
    instructions: Sequence[Sequence[int]],
    owners: Sequence[int],
    limit: int,
) -> list[Reply]:
    """Answer instructions greedily; keys and values of a patch's visual prefix serve all of its.

    Parameters
    ----------
    model : RSInternVL
    prompts : Prompts
    features : Features
        Of the patches.
    instructions : list of list of int
        Tokens of each.
    owners : list of int
        The patch of each, as a row of ``features``.
    limit : int
        Longest answer, tokens.

    Returns
    -------
    list of Reply
    """
    prefix = model.prefix(features, prompts.before)
    cache = transformers.DynamicCache(config=model.language_model.config)
    model.language_model(inputs_embeds=prefix, past_key_values=cache, use_cache=True)
    cache.batch_select_indices(torch.tensor(owners, device=prefix.device))
    starts = torch.full((len(instructions),), prefix.shape[1], device=prefix.device)
    ends = {prompts.tokenizer.eos_token_id}
    head = model.internvl.lm_head
    written = decode(model.language_model, head, cache, instructions, starts, ends, limit)
    return to_replies(written, prompts.tokenizer)
