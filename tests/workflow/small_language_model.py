"""Write a small language model from its GGUF file in the format that vLLM loads, in float32.

Usage: small_language_model.py FILE.gguf FOLDER
"""

import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM


def main():
    source, folder = map(Path, sys.argv[1:])
    given = {"pretrained_model_name_or_path": source.parent, "gguf_file": source.name}
    loaded = AutoModelForCausalLM.from_pretrained(**given, dtype=torch.float32)
    # A model that was read from this format is not written again: its weights go into one made anew.
    config = loaded.config.to_dict()
    config.pop("quantization_config", None)
    model = LlamaForCausalLM(LlamaConfig(**config))
    model.load_state_dict(loaded.state_dict())
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**given).save_pretrained(folder)


if __name__ == "__main__":
    main()
