"""GeoChat 7B, answered by its published inference code (https://github.com/mbzuai-oryx/GeoChat).

Not run with weights yet, only with random ones. What the published evaluation scripts
(``geochat/eval/batch_geochat_*.py``) do is done here with their own functions: loading, tokens, image
processor, generation. The prompt is written here, so that it can be tested without that code, and compared
with the published template when the model is loaded.

Settings: ``tags``; ``num_beams`` (1). What the angle of a box does is no setting of the worker, but of the
scoring: ``box_angle`` of the entry.
"""

from __future__ import annotations

import json

from worker_checks import (
    checkpoint_folder,
    folder_hash,
    load_pickle,
    require_files,
    require_gpu,
    require_keys,
    require_local_parts,
    require_versions,
    use_checkout,
    weights_of,
)
from worker_inputs import read_rgb
from worker_protocol import Answer, Loaded, NotReady, serve

#: Which branch the published loader takes: anything with "geochat" in it. A folder of the hub's cache is
#: named by a hash, and would be loaded as a language model without eyes.
NAME = "geochat-7B"
PARTS = ("config.json", "tokenizer.model", "pytorch_model*.bin.index.json", "pytorch_model*.bin")
SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. The assistant gives helpful, "
    "detailed, and polite answers to the human's questions."
)
SIDE = 504


def prompt(instruction: str) -> str:
    """Return the whole text: template ``llava_v1``, the picture before the instruction and its task token."""
    return f"{SYSTEM} USER: <image>\n{instruction} ASSISTANT:"


def image_tensor(processor, picture):
    """Return the picture as float16 of shape (1, 3, 504, 504); the processor alone would make it 336."""
    size = {"shortest_edge": SIDE}
    crop = {"height": SIDE, "width": SIDE}
    processed = processor.preprocess([picture], size=size, crop_size=crop, return_tensors="pt")
    return processed["pixel_values"].half()


def check_template(conversation: dict) -> None:
    """Compare :func:`prompt` with the published template ``llava_v1``."""
    instruction = "[refer] Where is <p> it </p>?"
    published = conversation["llava_v1"].copy()
    published.append_message(published.roles[0], "<image>\n" + instruction)
    published.append_message(published.roles[1], None)
    if published.get_prompt() != prompt(instruction):
        raise NotReady(f"wrong code: its template is {published.get_prompt()!r}")


class GeoChat:
    """A loaded GeoChat.

    Parameters
    ----------
    tokenizer, model, processor
        As ``geochat.model.builder.load_pretrained_model`` returns them.
    tokenise : callable
        ``geochat.mm_utils.tokenizer_image_token``.
    num_beams : int
    """

    def __init__(self, tokenizer, model, processor, tokenise, num_beams=1):
        self.tokenizer, self.model, self.processor, self.tokenise = tokenizer, model, processor, tokenise
        self.num_beams = num_beams

    def answer(self, request) -> Answer:
        """Answer one instruction."""
        import torch

        images = image_tensor(self.processor, read_rgb(request.images["rgb"])).cuda()
        ids = self.tokenise(prompt(request.instruction), self.tokenizer, return_tensors="pt")
        ids = ids.unsqueeze(0).cuda()
        with torch.inference_mode():
            output = self.model.generate(
                ids,
                images=images,
                do_sample=False,
                num_beams=self.num_beams,
                max_new_tokens=request.max_new_tokens,
                use_cache=True,
            )
        # The prompt comes back first.
        new = output[0, ids.shape[1] :]
        text = self.tokenizer.decode(new, skip_special_tokens=True)
        cut = len(new) >= request.max_new_tokens and int(new[-1]) != self.tokenizer.eos_token_id
        return Answer(without_stop(text), cut=cut)


def without_stop(text: str) -> str:
    """Return an answer without the end of turn, as the published scripts cut it off."""
    text = text.strip()
    return text[: -len("</s>")].strip() if text.endswith("</s>") else text


def load(options) -> Loaded:
    """Check all parts, then load."""
    use_checkout(options, needed=["geochat/model/builder.py", "geochat/conversation.py"])
    require_local_parts(options.checkpoint, PARTS)
    require_versions(transformers="4.31.0", accelerate="0.21.0")
    require_gpu()
    folder, commit = checkpoint_folder(options.checkpoint, options.revision, PARTS)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    # The published code takes CLIP from the hub; what it lacks is told before.
    tower, tower_commit = checkpoint_folder(config["mm_vision_tower"], parts=["preprocessor_config.json"])
    require_files(folder, shards(folder))
    for name in shards(folder):
        load_pickle(folder / name)

    from geochat.conversation import conv_templates
    from geochat.mm_utils import tokenizer_image_token
    from geochat.model.builder import load_pretrained_model

    check_template(conv_templates)
    tokenizer, model, processor, _ = load_pretrained_model(str(folder), None, NAME)
    require_keys(language_keys(model.state_dict()), weight_map(folder), "pytorch_model.bin")
    model.eval()
    loaded = GeoChat(
        tokenizer, model, processor, tokenizer_image_token, num_beams=options.setting("num_beams", 1)
    )
    about = {"vision_tower": tower_commit or folder_hash(tower)}
    if commit is None:
        about["checkpoint"] = folder_hash(folder)
    return Loaded(loaded.answer, weights_of(folder), commit, about)


def weight_map(folder) -> dict:
    """Return which shard of the checkpoint holds which weight."""
    index = sorted(folder.glob("pytorch_model*.bin.index.json"))[0]
    return json.loads(index.read_text(encoding="utf-8"))["weight_map"]


def shards(folder) -> list:
    """Return the names of all shards that the checkpoint has by its index."""
    return sorted(set(weight_map(folder).values()))


def language_keys(keys) -> list:
    """Return the weights that the checkpoint brings: CLIP has its own, the rotations are computed."""
    return [key for key in keys if "vision_tower" not in key and not key.endswith("rotary_emb.inv_freq")]


if __name__ == "__main__":
    serve(load)
