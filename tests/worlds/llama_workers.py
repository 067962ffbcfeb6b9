"""Stand-ins for the published code of GeoChat, LHRS-Bot and SkyEyeGPT: the model's class and what it needs.

They print as the published code does, and answer with what they were given, so that it can be checked. Their
templates are written down as the published ones come out, apart from the workers'.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPImageProcessor

from bentxt.models.instructions import write_instruction
from bentxt.models.model_table import read_models

ROOT = Path(__file__).resolve().parents[2]
MODELS = read_models(ROOT / "resources/models.yaml")
PROMPTS = ROOT / "tests/golden/llama_prompts.jsonl"
FOLDERS = {"GC": "geochat", "LHRS": "lhrs_bot", "SE": "skyeyegpt"}

#: An instruction for each task, with the tags and options that the data set's have.
ASKED = (
    ("captioning", "None", "Describe the land cover of the image."),
    ("binary", "area", "Do pastures cover more than half of the image?"),
    ("mcq", "count", "How many classes are there? a) 1, b) 2, c) 3, d) 4"),
    ("referring", "point", "Provide a bounding box for the land cover class at <point>(0.82, 0.28)</point>."),
    ("referring", "reference", "Where is a continuous region of <ref>mixed forest</ref>?"),
)

_TOKENISE = """
def tokenizer_image_token(prompt, tokenizer, image_token_index=-200, return_tensors=None):
    import torch
    before, after = prompt.split("<image>")
    return torch.tensor([1, *map(ord, before), image_token_index, *map(ord, after)])
"""
_SEEN = """
def seen(ids, images, options):
    import torch
    text = "".join("<image>" if number == -200 else chr(number) for number in ids[0, 1:].tolist())
    places = [images[0, channel, row, -1].item() for channel in range(3) for row in (0, -1)]
    about = {"prompt": text, "shape": list(images.shape), "dtype": str(images.dtype), "options": options}
    about["seen"] = [round(value, 3) for value in places]
    return torch.tensor([*map(ord, repr(about)), 2])
"""
_TOKENIZER = """
class Tokenizer:
    eos_token_id = 2

    def decode(self, ids, skip_special_tokens):
        assert skip_special_tokens
        return "".join(chr(number) for number in ids.tolist() if number > 2)
"""
_CONVERSATION = """
class Conversation:
    def __init__(self, form):
        self.form, self.roles, self.messages = form, ("USER", "ASSISTANT"), []

    def copy(self):
        return Conversation(self.form)

    def append_message(self, role, message):
        self.messages.append(message)

    def get_prompt(self):
        assert self.messages[1] is None
        return self.form.replace("{}", self.messages[0])
"""
#: As the published templates come out.
TEMPLATES = {
    "GC": "A chat between a curious human and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the human's questions. USER: {} ASSISTANT:",
    "LHRS": "[INST] <<SYS>>\nYou are a helpful language and vision assistant. You are able to understand the "
    "visual content that the user provides, and assist the user with a variety of tasks using natural "
    "language.\n<</SYS>>\n\n{} [/INST]",
    "SE": "<s>[INST] <Img><ImageHere></Img> {} [/INST]",
}

_GEOCHAT = {
    "geochat/__init__.py": "",
    "geochat/conversation.py": _CONVERSATION
    + f"\nconv_templates = {{'llava_v1': Conversation({TEMPLATES['GC']!r})}}\n",
    "geochat/mm_utils.py": _TOKENISE,
    "geochat/model/__init__.py": "",
    "geochat/model/builder.py": _TOKENIZER
    + _SEEN
    + """
import torch
from transformers import CLIPImageProcessor


class GeoChat(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lm_head = torch.nn.Linear(1, 1)
        self.vision_tower = torch.nn.Linear(1, 1)

    def generate(self, ids, images, **options):
        print("printed while it answers")
        return torch.cat([ids[0], seen(ids, images, options)])[None]


def load_pretrained_model(path, base, name):
    print("Loading GeoChat......")
    assert base is None and "geochat" in name
    return Tokenizer(), GeoChat(), CLIPImageProcessor(size={"shortest_edge": 336}, crop_size=336), 2048
""",
}

_LHRS = {
    "Config/multi_modal_eval.yaml": (
        "stage: 0\nbits: 16\ndtype: float16\nlora: {enable: false}\nadjust_norm: true\n"
        "text: {path: meta-llama/Llama-2-7b-chat-hf}\nrgb_vision: {vit_name: openai/clip-vit-large-patch14}\n"
    ),
    "ml_collections.py": """
class ConfigDict(dict):
    def __getattr__(self, name):
        value = self[name]
        return ConfigDict(value) if type(value) is dict else value

    def __init__(self, content):
        super().__init__({k: ConfigDict(v) if isinstance(v, dict) else v for k, v in content.items()})

    __setattr__ = dict.__setitem__
""",
    "lhrs/__init__.py": "",
    "lhrs/Dataset/__init__.py": "",
    "lhrs/Dataset/conversation.py": _CONVERSATION
    + f"\ndefault_conversation = Conversation({TEMPLATES['LHRS']!r})\n",
    "lhrs/models/build.py": "",
    "lhrs/models/__init__.py": _TOKENISE
    + _TOKENIZER
    + _SEEN
    + """
import torch


class Vision(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Linear(1, 1)


class Text(torch.nn.Module):
    tokenizer = Tokenizer()


class UniBind(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.rgb, self.text, self.config = Vision(), Text(), config

    def custom_load_state_dict(self, path):
        print("Loading RGB encoder from", path)

    def generate(self, ids, images, **options):
        assert not self.training
        return seen(ids, images, options)[None]


def build_model(config, activate_modal):
    assert activate_modal == ("rgb", "text") and config.adjust_norm is False
    print("Llama from", config.text.path, "CLIP from", config.rgb_vision.vit_name)
    return UniBind(config)
""",
}

_SKYEYEGPT = {
    "eval_configs/minigptv2_eval.yaml": "model: {arch: minigpt_v2}\n",
    "timm/__init__.py": "",
    "timm/models/__init__.py": "",
    "timm/models/hub.py": """
from pathlib import Path


def download_cached_file(url, check_hash, progress):
    file = Path(__file__).parents[2] / url.rpartition("/")[2]
    if not file.is_file():
        raise OSError("no network")
    return str(file)
""",
    "minigpt4/__init__.py": "print('FlashAttention is not installed.')\n",
    "minigpt4/common/__init__.py": "",
    "minigpt4/common/config.py": """
from types import SimpleNamespace

import yaml


class Config:
    def __init__(self, args):
        assert args.options is None
        content = yaml.safe_load(open(args.cfg_path))["model"]
        self.model_cfg = SimpleNamespace(**content, low_resource=True)
""",
    "minigpt4/common/eval_utils.py": """
def prepare_texts(texts, conversation):
    assert conversation.system == ""
    return [conversation.form.replace("{}", text) for text in texts]
""",
    "minigpt4/conversation/__init__.py": "",
    "minigpt4/conversation/conversation.py": _CONVERSATION
    + f"\nCONV_VISION_minigptv2 = Conversation({TEMPLATES['SE']!r})\n",
    "minigpt4/models/minigpt_v2.py": "",
    "minigpt4/common/registry.py": """
from types import SimpleNamespace

import torch


class Processor:
    def __init__(self, image_size):
        self.side = image_size

    def __call__(self, picture):
        pixels = torch.frombuffer(picture.resize((self.side, self.side), 3).tobytes(), dtype=torch.uint8)
        pixels = pixels.view(self.side, self.side, 3).permute(2, 0, 1).float() / 255
        mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
        return (pixels - mean) / torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


class MiniGPTv2(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.llama_proj = torch.nn.Linear(1, 1)
        self.llama_model = torch.nn.ModuleDict({"q_lora_A": torch.nn.Linear(1, 1, bias=False)})
        self.llama_model["q_lora_B"] = torch.nn.Linear(1, 1, bias=False)
        self.llama_model["q_proj"] = torch.nn.Linear(1, 1)

    @classmethod
    def from_config(cls, config):
        assert config.low_resource is False
        print("Load Minigpt-4-LLM Checkpoint:", config.ckpt, config.llama_model)
        return cls()

    def llama_tokenizer(self, text, add_special_tokens):
        return SimpleNamespace(input_ids=list(text))

    def generate(self, images, texts, **options):
        places = [images[0, channel, row, -1].item() for channel in range(3) for row in (0, -1)]
        about = {"prompt": texts[0], "shape": list(images.shape), "dtype": str(images.dtype)}
        about |= {"options": options, "seen": [round(value, 3) for value in places]}
        return [repr(about) + "<unk>"]


class registry:
    get_processor_class = staticmethod({"blip2_image_eval": Processor}.get)
    get_model_class = staticmethod({"minigpt_v2": MiniGPTv2}.get)
""",
}
_CODE = {"GC": _GEOCHAT, "LHRS": _LHRS, "SE": _SKYEYEGPT}
_VERSIONS = {
    "GC": {"transformers": "4.31.0", "accelerate": "0.21.0"},
    "LHRS": {"transformers": "4.36.1", "peft": "0.7.1"},
    "SE": {"transformers": "4.30.0", "peft": "0.2.0"},
}
LORA_LAYERS = ("model.layers.0.self_attn.q_proj", "model.layers.0.mlp.up_proj")


def write_checkout(folder, model):
    """Write what stands in for a model's published code, at the commit that its entry pins."""
    for name, text in _CODE[model].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / ".git").mkdir()
    (folder / ".git/HEAD").write_text(MODELS[model].code["commit"] + "\n")
    for package, version in _VERSIONS[model].items():
        about = folder / f"{package}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    if model == "SE":
        torch.save({}, folder / "eva_vit_g.pth")
    return folder


def write_checkpoint(folder, model):
    """Write what stands in for a model's checkpoint and the models below it; returns its folder."""
    llama, clip, own = folder / "llama", folder / "clip", folder / "checkpoint"
    for path in (llama, own):
        path.mkdir(parents=True)
    CLIPImageProcessor().save_pretrained(clip)
    (clip / "config.json").touch()
    for name in ("config.json", "tokenizer.json", "tokenizer.model", "model.safetensors.index.json"):
        (llama / name).touch()
    if model == "GC":
        (own / "config.json").write_text(json.dumps({"mm_vision_tower": str(clip)}))
        (own / "tokenizer.model").touch()
        shard = "pytorch_model-00001-of-00001.bin"
        index = {"weight_map": {"lm_head.weight": shard, "lm_head.bias": shard}}
        (own / "pytorch_model.bin.index.json").write_text(json.dumps(index))
        torch.save({"lm_head.weight": torch.zeros(1)}, own / shard)
    elif model == "LHRS":
        (own / "TextLoRA").mkdir()
        (own / "TextLoRA/adapter_config.json").write_text(json.dumps({"target_modules": LORA_LAYERS}))
        save_file(lora(), own / "TextLoRA/adapter_model.safetensors")
        rgb = {"encoder.weight": torch.zeros(1), "encoder.bias": torch.zeros(1)}
        torch.save({"rgb_ckpt": rgb, "other_ckpt": {"rgb_pooler": {}}}, own / "FINAL.pt")
    else:
        torch.save({"model": trained()}, own / "SkyEyeGPT.pth")
    return own


def lora(layers=LORA_LAYERS, matrices=("lora_A", "lora_B")):
    """Return the weights of LHRS-Bot's LoRA."""
    return {
        f"base_model.model.{layer}.{matrix}.weight": torch.zeros(1) for layer in layers for matrix in matrices
    }


def trained(without=""):
    """Return the weights of SkyEyeGPT's checkpoint."""
    names = (
        "llama_proj.weight",
        "llama_proj.bias",
        "llama_model.q_lora_A.weight",
        "llama_model.q_lora_B.weight",
    )
    return {name: torch.zeros(1) for name in names if name != without}


def told(model, folder, **settings):
    """Return what the harness tells the worker of a model, whose parts lie in a folder."""
    entry = MODELS[model]
    below = {"LHRS": ("llama", "vision_encoder"), "SE": ("llama",)}.get(model, ())
    places = {"llama": folder / "weights/llama", "vision_encoder": folder / "weights/clip"}
    own = {name: str(places[name]) for name in below}
    return {
        "checkpoint": str(folder / "weights/checkpoint"),
        "revision": entry.revision,
        "code": entry.code,
        "checkout": str(folder / "code"),
        "settings": entry.settings | own | settings,
    }


def start_command(model, gpu=True):
    """Return the command of a worker that is run by this Python."""
    script = str(ROOT / "workers" / FOLDERS[model] / "worker.py")
    return [sys.executable, *[str(Path(__file__).with_name("cpu_worker.py"))] * gpu, script]


def run_worker(model, told, requests=(), gpu=True):
    """Run a worker to its end; returns its greeting, its answers by number, and its log."""
    environment = {**os.environ, "BENTXT_WORKER": json.dumps(told), "PYTHONPATH": str(ROOT / "workers")}
    done = subprocess.run(
        start_command(model, gpu),
        input="".join(json.dumps(request) + "\n" for request in requests),
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line]
    (greeting,) = [record for record in said if "ready" in record]
    return greeting, {record["id"]: record for record in said if "id" in record}, done.stderr


def render_prompts():
    """Return all prompts as they come to the tokenizer, JSON lines."""
    from geochat.worker import prompt as geochat
    from lhrs_bot.worker import prompt as lhrs_bot
    from skyeyegpt.worker import prompt as skyeyegpt

    lines = []
    for key, prompt in (("GC", geochat), ("LHRS", lhrs_bot), ("SE", skyeyegpt)):
        for task, category, instruction in ASKED:
            text = prompt(write_instruction(MODELS[key].instructions, task, category, instruction))
            record = {"model": key, "task": task, "category": category, "prompt": text}
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "workers")]
    PROMPTS.write_text(render_prompts(), encoding="utf-8")
