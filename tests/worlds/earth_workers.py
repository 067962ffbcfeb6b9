"""Stand-ins for the published code of EarthDial and EarthMind: the model's class and its tokenizer alone.

They print as the published code does, and answer with what they were given, so that it can be checked.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from safetensors.numpy import save_file

from bentxt.models.instructions import write_instruction
from bentxt.models.model_table import read_models
from bentxt.models.rgb import png_bytes

ROOT = Path(__file__).resolve().parents[2]
MODELS = read_models(ROOT / "resources/models.yaml")
CPU_WORKER = Path(__file__).with_name("cpu_worker.py")
PROMPTS = ROOT / "tests/golden/earth_prompts.jsonl"

_TOKENIZER = """
class AutoTokenizer:
    @classmethod
    def from_pretrained(cls, folder, trust_remote_code, **options):
        assert trust_remote_code is False
        return cls()

    def convert_tokens_to_ids(self, token):
        return {"<|end|>": 7}[token]
"""

_EARTHDIAL = '''
import subprocess
from types import SimpleNamespace

import torch

print("FlashAttention is not installed.")


class InternVLChatConfig:
    @classmethod
    def from_pretrained(cls, folder):
        return SimpleNamespace(
            force_image_size=448,
            vision_config=SimpleNamespace(use_flash_attn=True),
            llm_config=SimpleNamespace(),
        )


class InternVLChatModel(torch.nn.Module):
    """Its vision tower says of three channels how large they are: all 1024 tokens hold their mean."""

    @classmethod
    def from_pretrained(cls, folder, config, torch_dtype, low_cpu_mem_usage, use_safetensors, **more):
        assert use_safetensors and more == {"ignore_mismatched_sizes": True, "output_loading_info": True}
        assert config.vision_config.use_flash_attn is False
        assert config.llm_config._attn_implementation == "eager"
        model = cls()
        model.config = config
        return model, {"missing_keys": [], "unexpected_keys": [], "mismatched_keys": []}

    def sequential_vit_features(self, pixel_values, mode):
        assert pixel_values.shape == (1, 12, 448, 448) and pixel_values.dtype == torch.float32
        features = [pixel_values[:, i : i + 3].mean().expand(1, 1024, 1024) for i in range(0, 12, 3)]
        if mode == "average":
            return torch.stack(features).mean(dim=0)
        assert mode == "bilinear"
        small = [feature[:, :512, :512] for feature in features]
        return torch.cat([torch.cat(small[:2], -1), torch.cat(small[2:], -1)], -2)

    def generate(self, **inputs):
        return torch.tensor([[5] * inputs["max_new_tokens"]])

    def chat(self, tokenizer, pixel_values, question, generation_config, verbose):
        print("dynamic ViT batch size: 1")
        subprocess.run(["echo", "from a program that it starts"], check=True)
        assert pixel_values.dtype == torch.bfloat16
        self.generate(pixel_values=pixel_values, **generation_config)
        corners = [round(float(pixel_values[(0, *place)]), 3) for place in self._places(pixel_values)]
        shape = list(pixel_values.shape)
        return repr({"question": question, "generation": generation_config, "shape": shape, "seen": corners})

    def _places(self, pixel_values):
        if pixel_values.ndim == 4:
            return [(channel, 0, 0) for channel in range(3)]
        return [(0, 0), (0, -1), (-1, 0), (-1, -1)]
'''

_EARTHMIND = '''
import sys
from types import SimpleNamespace

import numpy as np
import torch

print("FlashAttention is not installed.")


class Sa2VAChatModel(torch.nn.Module):
    """Answers with a mask of the left half where it is asked where something is."""

    @classmethod
    def from_pretrained(cls, folder, torch_dtype, low_cpu_mem_usage, use_safetensors, **more):
        assert use_safetensors and more.pop("use_flash_attn") is False
        assert more == {"ignore_mismatched_sizes": True, "output_loading_info": True}
        # Checkpoints of the older code have it.
        return cls(), {"missing_keys": [], "unexpected_keys": ["local_query"], "mismatched_keys": []}

    def preparing_for_generation(self, tokenizer, max_new_tokens=2048):
        self.gen_config = SimpleNamespace(max_new_tokens=max_new_tokens)

    def predict_forward(self, image, text, tokenizer):
        asked = (text, self.gen_config.max_new_tokens, image.size, image.mode)
        masks = []
        if "Where" in text:
            mask = np.zeros((1, image.size[1], image.size[0]), bool)
            mask[0, :, : image.size[0] // 2] = True
            masks = [mask, np.ones_like(mask)]
        return {"prediction": f"{asked!r}{' [SEG], [SEG].' * bool(masks)}<|end|>", "prediction_masks": masks}

    def predict_forward_multi(self, image, rgb_image, text, tokenizer):
        print("input", len(rgb_image))
        sys.stdout.flush()
        found = self.predict_forward(image, text, tokenizer)
        seen = [[picture.getpixel((0, 0)), picture.size] for picture in [image, *rgb_image]]
        found["prediction"] = repr(seen) + found["prediction"]
        VIS_WEIGHT
        return found
'''


def write_checkout(folder, worker, blends=True):
    """Write what stands in for the published code into a folder; ``blends``: EarthMind's newer generation."""
    if worker == "earthdial":
        path, module, version = "src", "earthdial/model/internvl_chat/__init__.py", "4.37.2"
        text = _EARTHDIAL
    else:
        path, version = "EarthMind", "4.42.3"
        module = "projects/llava_sam2/hf/models/modeling_earthmind_chat.py"
        text = _EARTHMIND.replace("VIS_WEIGHT", 'found["vis_weight"] = ()' if blends else "pass")
    root = folder / path
    (root / module).parent.mkdir(parents=True)
    (root / module).write_text(text)
    (root / "transformers.py").write_text(_TOKENIZER)
    about = root / f"transformers-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: transformers\nVersion: {version}\n")
    return folder


def write_checkpoint(folder):
    """Write a checkpoint's files, empty: the stand-ins read none."""
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "tokenizer.model", "tokenizer_config.json"):
        (folder / name).touch()
    return folder


def write_images(folder, patch):
    """Write a patch's images as the harness does; returns the paths of all three."""
    paths = {"rgb": folder / "rgb.png", "s2": folder / "s2.safetensors", "s1": folder / "s1.safetensors"}
    paths["rgb"].write_bytes(png_bytes(patch.rgb))
    save_file(patch.s2, paths["s2"])
    save_file(patch.s1, paths["s1"])
    return {name: str(path) for name, path in paths.items()}


def run_worker(worker, told, requests, cpu=True):
    """Run a worker to its end; returns its greeting, its answers by number, all lines, and its log."""
    script = str(ROOT / "workers" / worker / "worker.py")
    command = [sys.executable, *[str(CPU_WORKER)] * cpu, script]
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    environment = {
        **os.environ,
        "BENTXT_WORKER": json.dumps(told, default=str),
        "PYTHONPATH": str(ROOT / "workers"),
    }
    done = subprocess.run(
        command, input=lines, capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line]
    greetings = [record for record in said if "ready" in record]
    return greetings, {record["id"]: record for record in said if "id" in record}, said, done.stderr


#: An instruction for each task, with the tags, brackets and options that the data set's have.
ASKED = (
    ("captioning", "None", "Describe the land cover of the image."),
    ("binary", "area", "Do [pastures] cover more than half of the image?"),
    ("mcq", "count", "How many classes are there? a) 1, b) 2, c) 3, d) 4"),
    ("referring", "point", "Provide a bounding box for the land cover class at <point>(0.82, 0.28)</point>."),
    ("referring", "reference", "Where is a continuous region of <ref>mixed forest</ref>?"),
)
_SYSTEM = (
    "你是由上海人工智能实验室联合商汤科技开发的书生多模态大模型，英文名叫InternVL, "
    "是一个有用无害的人工智能助手。"
)
#: What the models' own code puts around the text.
_TEMPLATES = {
    "ED": f"<|system|>\n{_SYSTEM}<|end|><|user|>\n{{}}<|end|><|assistant|>\n",
    "EM": "<|user|>\n{}<|end|>\n<|assistant|>\n",
}


def render_prompts():
    """Return all prompts as they come to the tokenizer, JSON lines; the tokens of the image are one mark."""
    from earthdial.worker import place_image
    from earthmind.worker import place_image as place_in_front

    lines = []
    for key in ("EDrgb", "EDs2", "EMrgb", "EMs1s2"):
        for task, category, instruction in ASKED:
            text = write_instruction(MODELS[key].instructions, task, category, instruction)
            if key.startswith("ED"):
                text = place_image(text, MODELS[key].settings["image_place"])
            else:
                text = place_in_front(text)
            prompt = _TEMPLATES[key[:2]].format(text).replace("<image>", "<img>256 tokens</img>")
            record = {"model": key, "task": task, "category": category, "prompt": prompt}
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "workers")]
    PROMPTS.write_text(render_prompts(), encoding="utf-8")
