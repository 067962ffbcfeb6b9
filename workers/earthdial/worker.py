"""EarthDial, from pictures (EDrgb) or from the twelve bands of Sentinel-2 (EDs2).

Calls the published inference code, hiyamdebary/EarthDial at the commit in models.yaml, which it imports from
its checkout. What that code does around its model in the programs of its evaluation (picture and bands to
tensors, place of the image in the question) is written here anew, since those programs need a training
environment. Not run with weights yet. Python 3.9.

Settings: ``tags``; ``image_place``, ``num_beams``; of bands ``band_order``, ``band_resampling``, ``fusion``.
The page next to this file says what each means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Mapping, Sequence

import numpy as np
import torch
from PIL import Image

from worker_checks import (
    checkpoint_folder,
    require_gpu,
    require_local_parts,
    require_versions,
    use_checkout,
    weights_of,
)
from worker_choices import chosen, require_shards, require_whole
from worker_inputs import normalised, read_bands, read_rgb
from worker_protocol import Answer, Loaded, serve

if TYPE_CHECKING:
    from worker_protocol import Options, Request

#: Settings where the paper is silent, the default first.
SETTINGS = {
    "image_place": ("after_task_tokens", "front"),
    "num_beams": range(1, 11),
    "band_order": ("ssl4eo", "alphabetical"),
    "band_resampling": ("nearest", "bilinear"),
    "fusion": ("bilinear", "average"),
}

#: Of pictures: ImageNet's, of values in 0–1.
RGB_MEAN = (0.485, 0.456, 0.406)
RGB_STD = (0.229, 0.224, 0.225)
#: Of bands: SSL4EO's of Sentinel-2 L2A, reflectance × 10,000, by place in the stack.
S2_MEAN = (756.4, 889.6, 1151.7, 1307.6, 1637.6, 2212.6, 2442.0, 2538.9, 2602.9, 2666.8, 2388.8, 1821.5)
S2_STD = (
    1111.4,
    1159.1,
    1188.1,
    1375.2,
    1376.6,
    1358.6,
    1418.4,
    1476.4,
    1439.9,
    1582.1,
    1460.7,
    1352.2,
)
BAND_ORDERS = {
    "ssl4eo": ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B11", "B12"),
    "alphabetical": ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B11", "B12", "B8A"),
}
#: Side of the grid that all bands are brought to, pixels.
GRID = 120
#: Side of the input at which the features of a stack of bands are as many as the tokens kept for them.
BANDS_SIDE = 448

#: Files of a checkpoint.
PARTS = ("config.json", "*.safetensors", "tokenizer.model")
IMAGE = "<image>"
# "[refer] [s2_rgb_10] ": groups in front only, and never an option such as "[a]".
_TASK_TOKENS = re.compile(r"(?:\[[a-z][a-z0-9_.]+\]\s*)+")


def place_image(instruction: str, place: str) -> str:
    """Return the question as EarthDial's own code takes it, with the place of its image.

    Parameters
    ----------
    instruction : str
    place : str
        "after_task_tokens", as the published questions have it, or "front", where the model's own code puts
        it if a question has none. Without task tokens it is the front in either case.

    Examples
    --------
    >>> place_image("[refer] [s2_rgb_10] Where is it?", "after_task_tokens")
    '[refer] [s2_rgb_10] <image> \\n Where is it?'
    >>> place_image("[refer] [s2_rgb_10] Where is it?", "front")
    '<image>\\n[refer] [s2_rgb_10] Where is it?'
    """
    found = _TASK_TOKENS.match(instruction)
    if IMAGE in instruction:
        return instruction
    if found is None or place == "front":
        return f"{IMAGE}\n{instruction}"
    return f"{found[0].rstrip()} {IMAGE} \n {instruction[found.end() :]}"


def rgb_pixels(picture: Image.Image, side: int) -> torch.Tensor:
    """Return a picture as the model takes it: float32, shape (1, 3, side, side)."""
    return torch.from_numpy(normalised(picture, side, RGB_MEAN, RGB_STD))[None]


def band_stack(bands: Mapping[str, np.ndarray], order: Sequence[str], resampling: str) -> np.ndarray:
    """Return bands on one grid.

    Parameters
    ----------
    bands : dict of str to numpy.ndarray
        Reflectance × 10,000, shape (120, 120), (60, 60) or (20, 20).
    order : sequence of str
        Their order in the stack.
    resampling : str
        "nearest" or "bilinear", of the bands of 20 and 60 m.

    Returns
    -------
    numpy.ndarray
        float32, shape (bands, 120, 120).
    """
    stack = np.empty((len(order), GRID, GRID), np.float32)
    for plane, name in zip(stack, order):
        band = np.asarray(bands[name], np.float32)
        if resampling == "nearest":
            factor = GRID // len(band)
            plane[:] = band.repeat(factor, 0).repeat(factor, 1)
        else:
            plane[:] = np.asarray(Image.fromarray(band).resize((GRID, GRID), Image.BILINEAR))
    return stack


def s2_pixels(stack: np.ndarray, side: int) -> torch.Tensor:
    """Return a stack of bands as the model's vision tower takes it, three bands at a time.

    Returns
    -------
    torch.Tensor
        float32, shape (1, 12, side, side): normalised by place first, and then resized (bicubic, corners not
        aligned, no antialiasing).
    """
    values = torch.from_numpy(stack)
    values = (values - torch.tensor(S2_MEAN)[:, None, None]) / torch.tensor(S2_STD)[:, None, None]
    return torch.nn.functional.interpolate(values[None], (side, side), mode="bicubic", align_corners=False)


def is_cut(tokens: Sequence[int], max_new_tokens: int, end: int) -> bool:
    """Return whether generated tokens stopped at the limit and not at their end."""
    return len(tokens) >= max_new_tokens and end not in tokens


class EarthDial:
    """Answers with a loaded model.

    Parameters
    ----------
    model : InternVLChatModel
        Of the published code.
    tokenizer : transformers.PreTrainedTokenizer
    settings : dict
        A value for each of :data:`SETTINGS`.
    """

    #: Ends an answer.
    END = "<|end|>"

    def __init__(self, model, tokenizer, settings):
        self._model, self._tokenizer, self._settings = model, tokenizer, settings
        self._end = tokenizer.convert_tokens_to_ids(self.END)
        self.side = model.config.force_image_size or model.config.vision_config.image_size
        # ``chat`` returns the text alone; whether it was cut is seen in the tokens.
        self._generate, self._tokens = model.generate, []
        model.generate = self._generate_and_keep

    def _generate_and_keep(self, **inputs):
        tokens = self._generate(**inputs)
        self._tokens = tokens[0].tolist()
        return tokens

    def answer(self, request: Request) -> Answer:
        """Answer one instruction."""
        # ``chat`` writes into the dict.
        generation = {
            "num_beams": self._settings["num_beams"],
            "max_new_tokens": request.max_new_tokens,
            "min_new_tokens": 1,
            "do_sample": False,
        }
        text = self._model.chat(
            tokenizer=self._tokenizer,
            pixel_values=self._pixels(request.images).to(torch.bfloat16).cuda(),
            question=place_image(request.instruction, self._settings["image_place"]),
            generation_config=generation,
            verbose=False,
        )
        return Answer(text, None, is_cut(self._tokens, request.max_new_tokens, self._end))

    def _pixels(self, images):
        if "rgb" in images:
            return rgb_pixels(read_rgb(images["rgb"]), self.side)
        if self.side != BANDS_SIDE:
            raise ValueError(
                f"bands need force_image_size {BANDS_SIDE} in the checkpoint's config, not {self.side}"
            )
        order = BAND_ORDERS[self._settings["band_order"]]
        stack = band_stack(read_bands(images["s2"]), order, self._settings["band_resampling"])
        return self._model.sequential_vit_features(s2_pixels(stack, self.side), self._settings["fusion"])


def load(options: Options) -> Loaded:
    """Load model and tokenizer."""
    settings = chosen(options, SETTINGS)
    use_checkout(options, "src", needed=["src/earthdial/model/internvl_chat"])
    require_local_parts(options.checkpoint, PARTS)
    require_gpu()
    # The bundled Phi-3 breaks on newer ones.
    require_versions(transformers="4.37.2")
    folder, revision = checkpoint_folder(options.checkpoint, options.revision, PARTS)
    require_shards(folder)

    from earthdial.model.internvl_chat import InternVLChatConfig, InternVLChatModel
    from transformers import AutoTokenizer

    config = InternVLChatConfig.from_pretrained(folder)
    # Flash attention is not installed: the config may ask for it all the same.
    config.vision_config.use_flash_attn = False
    config.llm_config._attn_implementation = "eager"
    model, loading = InternVLChatModel.from_pretrained(
        folder,
        config=config,
        torch_dtype=torch.bfloat16,
        low_cpu_mem_usage=True,
        use_safetensors=True,
        # They are not ignored, but refused below with their names.
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    require_whole(model, loading, harmless=r"\.inv_freq$")
    # The published programs allow the repository's own code here, which this tokenizer does not need.
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, use_fast=False)
    earthdial = EarthDial(model.eval().cuda(), tokenizer, settings)
    about = {name: str(value) for name, value in settings.items()}
    return Loaded(earthdial.answer, weights_of(folder), revision, about | {"image_side": str(earthdial.side)})


if __name__ == "__main__":
    # The published code starts processes by "spawn", which import this file again.
    serve(load)
