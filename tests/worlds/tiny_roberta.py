"""A tiny RoBERTa that reads bytes; its weights are the same wherever it is built."""

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors


def save_tiny_roberta(folder, layers=3):
    """Save the checkpoint; returns the folder as text."""
    names = ["<s>", "<pad>", "</s>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    numbers = {name: number for number, name in enumerate(names)}
    raw = Tokenizer(models.BPE(numbers, merges=[], unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=128,
    ).save_pretrained(folder)
    config = transformers.RobertaConfig(
        vocab_size=len(names),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=140,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    model = transformers.RobertaModel(config)
    draws = np.random.default_rng(0)
    with torch.no_grad():
        for _, weights in sorted(model.named_parameters()):
            if weights.dim() > 1:
                weights.copy_(torch.from_numpy(draws.normal(0, 0.4, weights.shape)))
    model.save_pretrained(folder)
    return str(folder)
