"""SkyEyeGPT 7B, answered by the code of MiniGPT-v2 (https://github.com/Vision-CAIR/MiniGPT-4).

Not run with weights yet, only with random ones. Its own repository has no code and points to MiniGPT-v2's.
The checkpoint holds projector and LoRA only; Llama-2-7b-chat is gated, and EVA-CLIP-g is fetched from the
address that the published code names. That code loads the checkpoint whatever it holds: weights that it
lacks are refused here.

Settings: ``tags``; ``llama`` (folder or id of Llama-2-7b-chat) and ``llama_revision``; ``num_beams`` (1).
"""

from __future__ import annotations

from argparse import Namespace
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
from worker_inputs import normalised, read_rgb
from worker_protocol import Answer, Loaded, NotReady, serve

PARTS = ("*.pth",)
LLAMA = "meta-llama/Llama-2-7b-chat-hf"
LLAMA_PARTS = ("config.json", "tokenizer.model", "*.index.json")
CONFIG = "eval_configs/minigptv2_eval.yaml"
ARCHITECTURE = "minigpt_v2"
#: As ``minigpt4/models/eva_vit.py`` fetches it.
EVA = "https://storage.googleapis.com/sfr-vision-language-research/LAVIS/models/BLIP2/eva_vit_g.pth"
SIDE = 448
#: CLIP's, as the published processor ``blip2_image_eval`` has them.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def prompt(instruction: str) -> str:
    """Return the whole text: template of MiniGPT-v2, task token and instruction behind the picture."""
    return f"<s>[INST] <Img><ImageHere></Img> {instruction} [/INST]"


def image_array(picture):
    """Return the picture as float32 of shape (1, 3, 448, 448)."""
    return normalised(picture, SIDE, MEAN, STD)[None]


def check_template(prepare_texts, conversation) -> None:
    """Compare :func:`prompt` with the published template."""
    instruction = "[refer] give me the location of it"
    conversation = conversation.copy()
    conversation.system = ""
    published = prepare_texts([instruction], conversation)[0]
    if published != prompt(instruction):
        raise NotReady(f"wrong code: its template is {published!r}")


def check_processor(processor, picture) -> None:
    """Compare :func:`image_array` with the published image processor, on one picture."""
    difference = abs(processor(picture).numpy() - image_array(picture)[0]).max()
    if difference > 1e-4:
        raise NotReady(f"wrong code: its picture differs by {difference:g} from the one made here")


def trained_keys(keys) -> list:
    """Return the weights that the checkpoint must bring: projector and LoRA."""
    return [key for key in keys if key.startswith("llama_proj.") or "lora_" in key]


def check_checkpoint(content: dict) -> None:
    """Check what can be told without the model: that there are a projector and a LoRA at all."""
    require_keys(["model"], content, "the checkpoint")
    keys = list(content["model"])
    require_keys(["llama_proj.weight", "llama_proj.bias"], keys, "the checkpoint")
    for matrix in ("lora_A", "lora_B"):
        if not any(matrix in key for key in keys):
            raise NotReady(f"missing checkpoint part: the checkpoint has no {matrix} of a LoRA")


class SkyEyeGPT:
    """A loaded SkyEyeGPT.

    Parameters
    ----------
    model : torch.nn.Module
        A ``MiniGPTv2``.
    num_beams : int
    """

    def __init__(self, model, num_beams=1):
        self.model, self.num_beams = model, num_beams

    def answer(self, request) -> Answer:
        """Answer one instruction."""
        import torch

        images = torch.from_numpy(image_array(read_rgb(request.images["rgb"])))
        with torch.inference_mode():
            # It moves the picture to its device, and returns texts without prompt and end of turn.
            said = self.model.generate(
                images,
                [prompt(request.instruction)],
                num_beams=self.num_beams,
                max_new_tokens=request.max_new_tokens,
                do_sample=False,
            )[0]
        # The text has as many tokens again, or nearly so: the published function does not return them.
        tokens = self.model.llama_tokenizer(said, add_special_tokens=False).input_ids
        return Answer(said.replace("<unk>", "").strip(), cut=len(tokens) >= request.max_new_tokens)


def load(options) -> Loaded:
    """Check all parts, then load."""
    code = use_checkout(options, needed=[CONFIG, "minigpt4/models/minigpt_v2.py"])
    require_local_parts(options.checkpoint, PARTS)
    if Path(options.checkpoint).is_dir():
        check_checkpoint(load_pickle(sole_file(Path(options.checkpoint))))
    require_local_parts(options.setting("llama", LLAMA), LLAMA_PARTS)
    require_versions(transformers="4.30.0", peft="0.2.0")
    require_gpu()
    folder, commit = checkpoint_folder(options.checkpoint, options.revision, PARTS)
    file = sole_file(folder)
    content = load_pickle(file)
    check_checkpoint(content)
    llama, llama_commit = checkpoint_folder(
        options.setting("llama", LLAMA), options.setting("llama_revision", None), LLAMA_PARTS
    )
    eva = fetched_eva()

    import numpy
    from minigpt4.common.config import Config
    from minigpt4.common.eval_utils import prepare_texts
    from minigpt4.common.registry import registry
    from minigpt4.conversation.conversation import CONV_VISION_minigptv2
    from PIL import Image

    check_template(prepare_texts, CONV_VISION_minigptv2)
    processor = registry.get_processor_class("blip2_image_eval")(image_size=SIDE)
    noise = numpy.random.default_rng(0).integers(0, 256, (120, 120, 3), dtype=numpy.uint8)
    check_processor(processor, Image.fromarray(noise))
    config = Config(Namespace(cfg_path=str(code / CONFIG), options=None)).model_cfg
    adapt(config, str(file), str(llama))
    model = registry.get_model_class(config.arch).from_config(config)
    require_keys(trained_keys(model.state_dict()), content["model"], "the checkpoint")
    del content
    model.cuda().eval()
    loaded = SkyEyeGPT(model, options.setting("num_beams", 1))
    about = {
        "checkpoint": file_hash(file),
        "llama": llama_commit or folder_hash(llama),
        "eva": file_hash(eva),
    }
    return Loaded(loaded.answer, weights_of(folder), commit, about)


def sole_file(folder: Path) -> Path:
    """Return the checkpoint in a folder."""
    files = sorted(folder.glob("*.pth"))
    if len(files) != 1:
        raise NotReady(f"one checkpoint (*.pth) is expected in {folder}, there are {len(files)}")
    return files[0]


def fetched_eva() -> Path:
    """Return the vision encoder's file, fetched as the published code does."""
    try:
        from timm.models.hub import download_cached_file

        file = Path(download_cached_file(EVA, check_hash=False, progress=True))
    except OSError as error:
        raise NotReady(
            f"missing checkpoint part: eva_vit_g.pth cannot be fetched from {EVA}: {error}"
        ) from error
    load_pickle(file)
    return file


def adapt(config, checkpoint: str, llama: str) -> None:
    """Name the weights in the published config, and have the language model in 16 bit, not in 8."""
    if config.arch != ARCHITECTURE:
        raise NotReady(f"wrong code: {CONFIG} is of {config.arch}, not of {ARCHITECTURE}")
    config.ckpt, config.llama_model, config.low_resource = checkpoint, llama, False


if __name__ == "__main__":
    serve(load)
