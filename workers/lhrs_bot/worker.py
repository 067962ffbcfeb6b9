"""LHRS-Bot 7B, stage 3, answered by its published inference code (https://github.com/NJU-LHRS/LHRS-Bot).

Not run with weights yet, only with random ones. The checkpoint is a folder with ``FINAL.pt`` and
``TextLoRA`` next to it (Google Drive or Baidu Disk, see its README); Llama-2-7b-chat is gated. The
published loader passes over a missing LoRA and over missing weights of the vision encoder: both are refused
here.

Settings: ``tags``; ``llama`` (folder or id of Llama-2-7b-chat) and ``llama_revision``; ``vision_encoder``
(folder or id of CLIP ViT-L/14); ``prefix``, put before the instruction: "" (default), or a task token that
the model was trained with, as "[VQA] " or "[VG] ", which the paper does not mention; ``image_line``
("newline", as in its demo, or "none", as in its evaluation of questions: what stands between picture and
instruction); ``num_beams`` (1).
"""

from __future__ import annotations

import json
from pathlib import Path

from worker_checks import (
    checkpoint_folder,
    file_hash,
    folder_hash,
    load_pickle,
    require_gpu,
    require_keys,
    require_local_parts,
    require_versions,
    use_checkout,
    weights_of,
)
from worker_inputs import read_rgb
from worker_protocol import Answer, Loaded, NotReady, serve

PARTS = ("FINAL.pt", "TextLoRA", "TextLoRA/adapter_config.json", "TextLoRA/adapter_model.*")
LLAMA = "meta-llama/Llama-2-7b-chat-hf"
LLAMA_PARTS = ("config.json", "tokenizer.json", "*.index.json")
CLIP = "openai/clip-vit-large-patch14"
CONFIG = "Config/multi_modal_eval.yaml"
SYSTEM = (
    "You are a helpful language and vision assistant. You are able to understand the visual content that the "
    "user provides, and assist the user with a variety of tasks using natural language."
)


def prompt(instruction: str, prefix: str = "", image_line: str = "newline") -> str:
    """Return the whole text: template ``llava_llama_2``, the picture before prefix and instruction."""
    image = "<image>\n" if image_line == "newline" else "<image>"
    return f"[INST] <<SYS>>\n{SYSTEM}\n<</SYS>>\n\n{image}{prefix}{instruction} [/INST]"


def image_tensor(processor, picture):
    """Return the picture as float16 of shape (1, 3, 224, 224)."""
    return processor(picture, return_tensors="pt")["pixel_values"].half()


def check_template(conversation) -> None:
    """Compare :func:`prompt` with the published template."""
    instruction = "Where is it?"
    published = conversation.copy()
    published.append_message(published.roles[0], "<image>\n" + instruction)
    published.append_message(published.roles[1], None)
    if published.get_prompt() != prompt(instruction):
        raise NotReady(f"wrong code: its template is {published.get_prompt()!r}")


def check_lora(adapter: Path, keys) -> None:
    """Check that the LoRA has both matrices of each layer that its config names."""
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    keys = list(keys)
    wanted = [f"{name}.{matrix}" for name in config["target_modules"] for matrix in ("lora_A", "lora_B")]
    found = [name for name in wanted if any(f".{name}." in f".{key}." for key in keys)]
    require_keys(wanted, found, "TextLoRA")
    pairs = [sum(f".{matrix}." in key for key in keys) for matrix in ("lora_A", "lora_B")]
    if pairs[0] != pairs[1]:
        raise NotReady(f"missing checkpoint part: TextLoRA has {pairs[0]} matrices A and {pairs[1]} B")


def lora_keys(adapter: Path) -> list:
    """Return the names of the LoRA's weights."""
    if (adapter / "adapter_model.safetensors").is_file():
        data = (adapter / "adapter_model.safetensors").read_bytes()
        return list(json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")].decode("utf-8")))
    return list(load_pickle(adapter / "adapter_model.bin"))


def check_final(content: dict) -> None:
    """Check that ``FINAL.pt`` has vision encoder and pooler."""
    content = content.get("model", content)
    require_keys(["rgb_ckpt", "other_ckpt"], content, "FINAL.pt")
    require_keys(["rgb_pooler"], content["other_ckpt"], "other_ckpt of FINAL.pt")


class LHRSBot:
    """A loaded LHRS-Bot.

    Parameters
    ----------
    model : torch.nn.Module
        As ``lhrs.models.build_model`` returns it, with its weights.
    processor : transformers.CLIPImageProcessor
    tokenise : callable
        ``lhrs.models.tokenizer_image_token``.
    prefix, image_line, num_beams
        The settings.
    """

    def __init__(self, model, processor, tokenise, prefix="", image_line="newline", num_beams=1):
        self.model, self.processor, self.tokenise = model, processor, tokenise
        self.prefix, self.image_line, self.num_beams = prefix, image_line, num_beams

    def answer(self, request) -> Answer:
        """Answer one instruction."""
        import torch

        tokenizer = self.model.text.tokenizer
        images = image_tensor(self.processor, read_rgb(request.images["rgb"])).cuda()
        text = prompt(request.instruction, self.prefix, self.image_line)
        ids = self.tokenise(text, tokenizer, return_tensors="pt").unsqueeze(0).cuda()
        with torch.inference_mode():
            # Its own defaults sample. The output holds new tokens only.
            output = self.model.generate(
                ids,
                images=images,
                do_sample=False,
                temperature=1.0,
                top_p=1.0,
                num_beams=self.num_beams,
                max_new_tokens=request.max_new_tokens,
                use_cache=True,
            )
        new = output[0]
        cut = len(new) >= request.max_new_tokens and int(new[-1]) != tokenizer.eos_token_id
        return Answer(tokenizer.decode(new, skip_special_tokens=True).strip(), cut=cut)


def load(options) -> Loaded:
    """Check all parts, then load."""
    prefix = options.setting("prefix", "")
    image_line = options.setting("image_line", "newline", ("newline", "none"))
    code = use_checkout(options, needed=[CONFIG, "lhrs/models/build.py"])
    require_local_parts(options.checkpoint, PARTS)
    folder = Path(options.checkpoint)
    if not folder.is_dir():
        raise NotReady(f"missing checkpoint: no folder {folder}; stage 3 is not on the hub")
    check_lora(folder / "TextLoRA", lora_keys(folder / "TextLoRA"))
    content = load_pickle(folder / "FINAL.pt")
    check_final(content)
    require_local_parts(options.setting("llama", LLAMA), LLAMA_PARTS)
    require_versions(transformers="4.36.1", peft="0.7.1")
    require_gpu()
    llama, llama_commit = checkpoint_folder(
        options.setting("llama", LLAMA), options.setting("llama_revision", None), LLAMA_PARTS
    )
    clip, clip_commit = checkpoint_folder(options.setting("vision_encoder", CLIP), parts=["config.json"])

    import ml_collections
    import torch
    import yaml
    from lhrs.Dataset.conversation import default_conversation
    from lhrs.models import build_model, tokenizer_image_token

    check_template(default_conversation)
    config = ml_collections.ConfigDict(yaml.safe_load((code / CONFIG).read_text(encoding="utf-8")))
    adapt(config, str(llama), str(clip))
    model = build_model(config, activate_modal=("rgb", "text")).to(torch.float16)
    given = content.get("model", content)["rgb_ckpt"]
    wanted = [key for key in model.rgb.state_dict() if not key.endswith("position_ids")]
    require_keys(wanted, given, "rgb_ckpt of FINAL.pt")
    del content, given
    model.custom_load_state_dict(str(folder / "FINAL.pt"))
    model.cuda().eval()
    from transformers import CLIPImageProcessor

    processor = CLIPImageProcessor.from_pretrained(str(clip))
    beams = options.setting("num_beams", 1)
    loaded = LHRSBot(model, processor, tokenizer_image_token, prefix, image_line, beams)
    about = {
        "FINAL.pt": file_hash(folder / "FINAL.pt"),
        "TextLoRA": folder_hash(folder / "TextLoRA"),
        "llama": llama_commit or folder_hash(llama),
        "vision_encoder": clip_commit or folder_hash(clip),
    }
    return Loaded(loaded.answer, weights_of(folder), None, about)


def adapt(config, llama: str, clip: str) -> None:
    """Change the published config of the evaluation as far as it has to be, and check the rest of it."""
    if config.stage != 0 or config.bits != 16 or config.dtype != "float16" or config.lora.enable:
        raise NotReady(f"wrong code: {CONFIG} is no evaluation in float16 without a new LoRA")
    config.adjust_norm = False
    config.text.path = llama
    config.rgb_vision.vit_name = clip


if __name__ == "__main__":
    serve(load)
