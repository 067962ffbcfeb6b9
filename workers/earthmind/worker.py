"""EarthMind, from pictures (EMrgb) or from Sentinel-1 and Sentinel-2 (EMs1s2).

Calls the published inference code, shuyansy/Earth-Observation-VLMs (folder EarthMind) at the commit in
models.yaml, which it imports from its checkout. What that code does around its model in the programs of its
evaluation (bands to pictures, place of the image in the text) is written here anew. Not run with weights yet.
Python 3.10.

Settings: ``tags``; ``model_code``, ``picture_side``; of radar ``radar_ratio``, ``radar_stretch``. The page
next to this file says what each means.
"""

from __future__ import annotations

import re
import sys
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
from worker_inputs import read_bands, read_rgb, tight_box
from worker_protocol import Answer, Loaded, NotReady, serve

if TYPE_CHECKING:
    from worker_protocol import Options, Request

#: Side of a Sentinel patch, pixels.
SIDE = 120
#: Settings where the paper is silent, the default first.
SETTINGS = {
    "model_code": ("repository", "checkpoint"),
    # From 634 pixels on the model sees four tiles and a thumbnail, in five times as many tokens.
    "picture_side": range(SIDE, 634),
    "radar_ratio": ("difference", "quotient"),
    "radar_stretch": ("percentiles", "decibels"),
}

#: Bands of the pictures, red, green and blue each, in their order.
PICTURES = (("B04", "B03", "B02"), ("B01", "B05", "B06"), ("B07", "B08", "B8A"), ("B09", "B11", "B12"))
#: Percentiles of a band's values in the patch that become 0 and 255.
PERCENTILES = (2, 98)
#: What becomes 0 and 255 where radar is stretched by fixed values: VV and VH in dB, their ratio by its kind.
VV_RANGE, VH_RANGE = (-25.0, 0.0), (-30.0, -5.0)
RATIO_RANGES = {"difference": (0.0, 20.0), "quotient": (0.0, 1.0)}

#: Files of a checkpoint.
PARTS = ("config.json", "*.safetensors", "tokenizer_config.json")
IMAGE = "<image>"
#: The token whose hidden state is decoded to a mask.
MASK = "[SEG]"
#: Special tokens that end an answer; the model's code leaves them in its text.
ENDS = ("<|end|>", "<|im_end|>", "<|endoftext|>")


def place_image(instruction: str) -> str:
    """Return the text as EarthMind's own code takes it: the image in front, and nothing between.

    Examples
    --------
    >>> place_image("Is there water?")
    '<image>Is there water?'
    """
    return instruction if IMAGE in instruction else IMAGE + instruction


def between(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return 8-bit values, ``low`` as 0 and ``high`` as 255, fractions cut off; NaN and no range give 0."""
    if not high - low >= 1e-6:
        return np.zeros(values.shape, np.uint8)
    shares = np.clip((values.astype(np.float32) - low) / (high - low), 0, 1)
    return (np.nan_to_num(shares) * 255).astype(np.uint8)


def stretched(values: np.ndarray) -> np.ndarray:
    """Return a band in 8 bit, its own 2nd and 98th percentile as 0 and 255; a constant band gives 0.

    Parameters
    ----------
    values : numpy.ndarray
        Values that are not finite have no part in the percentiles.
    """
    finite = values[np.isfinite(values)].astype(np.float32)
    if not finite.size:
        return np.zeros(values.shape, np.uint8)
    return between(values, *np.percentile(finite, PERCENTILES))


def optical_pictures(bands: Mapping[str, np.ndarray], side: int = SIDE) -> list[Image.Image]:
    """Return the pictures that the model takes of Sentinel-2.

    Parameters
    ----------
    bands : dict of str to numpy.ndarray
        The twelve bands, reflectance × 10,000, shape (120, 120), (60, 60) or (20, 20).
    side : int
        Of the pictures, pixels.

    Returns
    -------
    list of PIL.Image.Image
        RGB, one for each of :data:`PICTURES`: brought to 120 × 120 (bilinear), then stretched band by band.
    """
    return [_merged([stretched(_on_grid(bands[name])) for name in names], side) for names in PICTURES]


def radar_picture(bands: Mapping[str, np.ndarray], ratio: str, stretch: str, side: int = SIDE) -> Image.Image:
    """Return the picture that the model takes of Sentinel-1: VV, VH and their ratio as red, green and blue.

    Parameters
    ----------
    bands : dict of str to numpy.ndarray
        "VV" and "VH", dB, shape (120, 120).
    ratio : str
        "difference": VV − VH, which is the ratio of the powers in dB; "quotient": VV / VH of the dB values.
    stretch : str
        "percentiles", as for the optical bands, or "decibels": fixed values for all patches.
    side : int
        Of the picture, pixels.
    """
    vv, vh = (np.asarray(bands[name], np.float32) for name in ("VV", "VH"))
    if ratio == "difference":
        third = vv - vh
    else:
        third = np.divide(vv, vh, out=np.full_like(vv, np.nan), where=vh != 0)
    if stretch == "percentiles":
        planes = [stretched(values) for values in (vv, vh, third)]
    else:
        planes = [between(vv, *VV_RANGE), between(vh, *VH_RANGE), between(third, *RATIO_RANGES[ratio])]
    return _merged(planes, side)


def _on_grid(band):
    band = np.asarray(band, np.float32)
    if band.shape == (SIDE, SIDE):
        return band
    return np.asarray(Image.fromarray(band).resize((SIDE, SIDE), Image.BILINEAR))


def _merged(planes, side):
    return _scaled(Image.fromarray(np.dstack(planes)), side)


def _scaled(picture, side):
    # A picture that image.side of the entry has enlarged further stays as it is.
    return picture if picture.width >= side else picture.resize((side, side), Image.BICUBIC)


def clean_text(prediction: str) -> tuple[str, bool]:
    """Return a decoded text without the tokens that end it, and whether it lacks one, because it was cut.

    Examples
    --------
    >>> clean_text("Sure, [SEG].<|end|>")
    ('Sure, [SEG].', False)
    """
    # "<|end|>" is no token of its own to this tokenizer: the limit may fall within it.
    text = re.sub("|".join(map(re.escape, ENDS)) + r"|<\|(?:e|en|end|end\|)?$", "", prediction)
    return text.strip(), text == prediction


def mask_boxes(masks: Sequence[np.ndarray]) -> list[list[float]] | None:
    """Return the tight box of the first mask.

    Parameters
    ----------
    masks : sequence of numpy.ndarray
        Boolean, shape (1, height, width), one for each ``[SEG]`` of an answer.

    Returns
    -------
    list of list of float or None
        One box, 0–1; None where there is no mask or the first one is empty.
    """
    box = tight_box(np.asarray(masks[0])[0]) if len(masks) else None
    return None if box is None else [box]


class EarthMind:
    """Answers with a loaded model.

    Parameters
    ----------
    model : Sa2VAChatModel
        Of the published code.
    tokenizer : transformers.PreTrainedTokenizer
    settings : dict
        A value for each of :data:`SETTINGS`.
    """

    def __init__(self, model, tokenizer, settings):
        self._model, self._tokenizer, self._settings = model, tokenizer, settings
        self._answers = self._masked = 0
        # It also makes all weights bfloat16, which is why it comes first.
        model.preparing_for_generation(tokenizer)
        model.cuda()
        #: Why it cannot take both sensors; None where it can.
        self.one_sensor = self._other_code()

    def _other_code(self):
        """Return why the model's code is none that blends both sensors, or None; asks the model once."""
        black = Image.new("RGB", (SIDE, SIDE))
        try:
            found = self._ask({"image": black, "rgb_image": [black] * len(PICTURES)}, "Is it dark?", 4)
        except (AttributeError, TypeError, ValueError, RuntimeError, AssertionError) as error:
            return f"the model's code cannot take both sensors: {error}"
        if "vis_weight" in found:
            return None
        return (
            "the model's code is an older one, which does not blend both sensors: no vis_weight in its result"
        )

    def answer(self, request: Request) -> Answer:
        """Answer one instruction."""
        if self.one_sensor is not None and "s1" in request.images:
            raise ValueError(self.one_sensor)
        found = self._ask(self._pictures(request.images), request.instruction, request.max_new_tokens)
        text, cut = clean_text(found["prediction"])
        boxes = mask_boxes(found["prediction_masks"])
        self._answers += 1
        self._masked += MASK in text
        if boxes is None and MASK in text:
            print(f"an empty mask for: {request.instruction}", file=sys.stderr)
        if self._answers % 100 == 0:
            print(f"{MASK} in {self._masked} of {self._answers} answers", file=sys.stderr)
        return Answer(text, boxes, cut)

    def _pictures(self, images):
        side = self._settings["picture_side"]
        if "rgb" in images:
            return {"image": _scaled(read_rgb(images["rgb"]), side)}
        radar = radar_picture(
            read_bands(images["s1"]), self._settings["radar_ratio"], self._settings["radar_stretch"], side
        )
        return {"image": radar, "rgb_image": optical_pictures(read_bands(images["s2"]), side)}

    def _ask(self, pictures, instruction, max_new_tokens):
        self._model.gen_config.max_new_tokens = max_new_tokens
        both = "rgb_image" in pictures
        ask = self._model.predict_forward_multi if both else self._model.predict_forward
        with torch.no_grad():
            return ask(**pictures, text=place_image(instruction), tokenizer=self._tokenizer)


def load(options: Options) -> Loaded:
    """Load model and tokenizer."""
    settings = chosen(options, SETTINGS)
    own_code = settings["model_code"] == "checkpoint"
    code = "EarthMind/projects/llava_sam2/hf/models/modeling_earthmind_chat.py"
    if not own_code:
        use_checkout(options, "EarthMind", needed=[code])
    elif not re.fullmatch("[0-9a-f]{40}", options.revision or ""):
        raise NotReady("model_code checkpoint runs code of the checkpoint's repository: pin its revision")
    parts = [*PARTS, *["modeling_*.py"] * own_code]
    require_local_parts(options.checkpoint, parts)
    require_gpu()
    require_versions(transformers="4.42.3")
    folder, revision = checkpoint_folder(options.checkpoint, options.revision, parts)
    require_shards(folder)
    if own_code:
        from transformers import AutoModelForCausalLM as Model
    else:
        # The module that the published program for the conversion of checkpoints imports.
        from projects.llava_sam2.hf.models.modeling_earthmind_chat import Sa2VAChatModel as Model
    from transformers import AutoTokenizer

    model, loading = Model.from_pretrained(
        folder,
        torch_dtype="auto",
        low_cpu_mem_usage=True,
        use_safetensors=True,
        # They are not ignored, but refused below with their names.
        ignore_mismatched_sizes=True,
        # With it, a forward that returns attentions fails, and both sensors need one.
        use_flash_attn=False,
        output_loading_info=True,
        **({"trust_remote_code": True} if own_code else {}),
    )
    # Older code had a parameter of this name that nothing used.
    require_whole(model, loading, harmless=r"\.inv_freq$|^local_query$")
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=own_code)
    earthmind = EarthMind(model.eval(), tokenizer, settings)
    if earthmind.one_sensor is not None:
        print(earthmind.one_sensor, file=sys.stderr)
    about = {name: str(value) for name, value in settings.items()}
    return Loaded(earthmind.answer, weights_of(folder), revision, about)


if __name__ == "__main__":
    serve(load)
