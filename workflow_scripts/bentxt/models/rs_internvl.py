"""RS-InternVL: InternVL with frozen Sentinel-1 and Sentinel-2 encoders next to its RGB tower (Section 4.2).

One class for the published sizes and the tiny ones. Which modalities it sees and which of its parts are
trained are settings; the paper's are all three, and two linear projections with a LoRA adapter in the
language model. Visual tokens come in the order RGB, Sentinel-2, Sentinel-1, then the instruction. Those that
frozen parts make depend on the patch alone, so they are computed once for all its annotations.
"""

import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import peft
import torch
import transformers
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.adapter_files import ABOUT_ADAPTER, ADAPTER_CONFIG, ADAPTER_WEIGHTS, PROJECTIONS
from bentxt.models.answering_model import PatchImages
from bentxt.models.encoders import load_encoder
from bentxt.models.modalities import MODALITIES, PAPER, Make
from bentxt.models.preprocessing import S1_STATISTICS, S2_STATISTICS, encoder_input
from bentxt.models.rgb import scaled
from bentxt.models.tokenizers import load_tokenizer
from bentxt.models.visual_prompts import Prompts
from bentxt.models.whole_weights import check_tensors, check_vocabulary, check_whole, load_whole
from bentxt.randomness import generator

#: The linear layers of the language model that get an adapter; names alone would hit the vision tower too.
LORA_TARGETS = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


def _mixed_precision(method):
    """Run a method in the precision of the frozen parts; trained weights are float32 in any."""

    @functools.wraps(method)
    def run(self, *args, **options):
        dtype = self.internvl.dtype
        with torch.autocast(self.internvl.device.type, dtype, enabled=dtype != torch.float32):
            return method(self, *args, **options)

    return run


@dataclass(frozen=True)
class Features:
    """What the frozen parts make of patches; the trained parts begin here.

    A modality that the model does not see has no tokens: a size of 0 behind that of the patches.

    Attributes
    ----------
    rgb : torch.Tensor
        Shape (patches, 256 at the published size, hidden size): InternVL's visual tokens; where its projector
        is trained, what that is given: (patches, 256, 4 × width of the tower).
    s2, s1 : torch.Tensor
        Shape (patches, 225 at the published size, encoder width): patch tokens of the encoders; where those
        are trained, what they are given: (patches, channels, 120, 120).
    """

    rgb: torch.Tensor
    s2: torch.Tensor
    s1: torch.Tensor

    def select(self, index: slice) -> "Features":
        """Return the features of some patches."""
        return Features(self.rgb[index], self.s2[index], self.s1[index])


class RSInternVL(torch.nn.Module):
    """The model.

    Parameters
    ----------
    internvl : transformers.InternVLForConditionalGeneration
    s1_encoder, s2_encoder : transformers.ViTModel or None
        None where the modality is left out.
    seed : int
        Of the fresh projections.
    make : Make
    """

    def __init__(
        self,
        internvl: transformers.InternVLForConditionalGeneration,
        s1_encoder: transformers.ViTModel | None,
        s2_encoder: transformers.ViTModel | None,
        seed: int = 0,
        make: Make = PAPER,
    ) -> None:
        super().__init__()
        self.make = make
        self.adapter: peft.PeftModel | None
        self._keep(None)
        self.internvl = internvl
        if "rgb_projector" in make.trained and "rgb" in make.modalities:
            # Taken out, so that what frozen parts make ends before it.
            self.rgb_projector = internvl.model.multi_modal_projector
            internvl.model.multi_modal_projector = torch.nn.Identity()
        hidden, device = internvl.config.text_config.hidden_size, internvl.device
        for sensor, encoder in (("s1", s1_encoder), ("s2", s2_encoder)):
            if sensor not in make.modalities:
                continue
            if encoder is None:
                raise TypeError(f"no encoder for the modality {sensor}")
            self.add_module(f"{sensor}_encoder", encoder)
            # Drawn by its name, so that a projection is the same whatever else the model sees.
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(int(generator(seed, "projection", sensor).integers(2**31)))
                projection = torch.nn.Linear(encoder.config.hidden_size, hidden, device=device)
            self.add_module(f"{sensor}_projection", projection)
        self._thaw()

    def _parts(self, names: Iterable[str]) -> dict[str, torch.nn.Module]:
        """Return modules by name: those of the parts, but for the adapter, that this model has."""
        known = {
            "projections": [f"{sensor}_projection" for sensor in self.sensors],
            "encoders": [f"{sensor}_encoder" for sensor in self.sensors],
            "rgb_projector": ["rgb_projector"] * hasattr(self, "rgb_projector"),
        }
        return {name: self.get_submodule(name) for part in names for name in known.get(part, [])}

    def _thaw(self) -> None:
        """Freeze everything but what is trained, which is float32 whatever the others are."""
        for name, value in self.named_parameters():
            value.requires_grad_("lora_" in name and "adapter" in self.make.trained)
        for module in self._parts(self.make.trained).values():
            module.float().requires_grad_(True)

    def train(self, mode: bool = True) -> "RSInternVL":
        """Set what is trained to training or not; frozen parts drop nothing in either."""
        super().train(mode)
        if "encoders" not in self.make.trained:
            for encoder in self._parts(["encoders"]).values():
                encoder.eval()
        self.internvl.model.vision_tower.eval()
        return self

    def add_adapter(self, rank: int, alpha: int, dropout: float) -> None:
        """Put a fresh LoRA adapter into the language model, where one is trained."""
        if "adapter" in self.make.trained:
            targets = LORA_TARGETS
            config = peft.LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=targets)
            self._keep(peft.get_peft_model(self.internvl, config))
            self._thaw()

    def load_adapter(self, folder: str | Path) -> None:
        """Load what :meth:`save_adapter` saved, under the names of this transformers or of older ones.

        Raises
        ------
        InputError
            If a file is missing, weights are missing, unexpected or misshaped, or it was trained with other
            modalities or other parts.
        """
        folder = Path(folder)
        make = read_make(folder)
        if make != self.make:
            raise InputError(_difference(make, self.make), file=folder, remedy="fine-tune it again")
        adapter = None
        try:
            weights = load_file(folder / PROJECTIONS)
            check_tensors(weights, self._own_weights())
            if "adapter" in make.trained:
                # peft would look for a missing file on the hub, and for a pickle.
                for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS):
                    if not (folder / name).is_file():
                        raise OSError(f"{name} is missing")
                config = peft.LoraConfig.from_pretrained(str(folder))
                adapter = peft.get_peft_model(self.internvl, config)
                _fill_adapter(adapter, load_file(folder / ADAPTER_WEIGHTS))
        except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
            raise InputError(
                f"no adapter that fits this model: {error}", file=folder, remedy="fine-tune it again"
            ) from error
        self._keep(adapter)
        self._thaw()
        for name, value in self._own_weights().items():
            value.copy_(weights[name])

    def save_adapter(self, folder: str | Path) -> None:
        """Save what no checkpoint holds: adapter (peft's files), projections, other trained weights, make."""
        if self.adapter is not None:
            self.adapter.save_pretrained(str(folder))
        weights = {name: value.cpu().contiguous() for name, value in self._own_weights().items()}
        save_file(weights, Path(folder) / PROJECTIONS)
        about = {"modalities": list(self.make.modalities), "trained": list(self.make.trained)}
        (Path(folder) / ABOUT_ADAPTER).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    def _keep(self, adapter):
        # Not a submodule: peft's wrapper holds the same parameters under other names.
        object.__setattr__(self, "adapter", adapter)

    def _own_weights(self):
        """Return what no checkpoint holds, but for the adapter: projections in any case, trained parts."""
        layers = self._parts(dict.fromkeys(("projections", *self.make.trained)))
        return {
            f"{name}.{key}": value.detach()
            for name, layer in layers.items()
            for key, value in layer.state_dict().items()
        }

    def trained_parameters(self) -> dict[str, torch.nn.Parameter]:
        """Return the trained parameters by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def checkpoint_gradients(self) -> None:
        """Keep no activations within layers for the backward pass, which computes them again."""
        models = [self.language_model]
        if "encoders" in self.make.trained:
            models += self._parts(["encoders"]).values()
        for model in models:
            # Reentrant checkpoints would need inputs with gradients, which a frozen embedding does not give.
            model.activation_checkpointing_enable({"use_reentrant": False})

    def settle(self, dtype: torch.dtype) -> None:
        """Bring everything but the adapter into one precision, once nothing is trained any more."""
        for name, value in self.named_parameters():
            if "lora_" not in name:
                value.data = value.data.to(dtype)

    @property
    def language_model(self) -> transformers.PreTrainedModel:
        """The language model without its head."""
        return self.internvl.model.language_model

    @torch.no_grad()
    def encode(self, tiles: torch.Tensor, s2: torch.Tensor, s1: torch.Tensor) -> Features:
        """Run the frozen parts.

        Parameters
        ----------
        tiles : torch.Tensor
            Shape (patches, 3, side, side): RGB as InternVL's image processor prepares it.
        s2, s1 : torch.Tensor
            Shapes (patches, 10, 120, 120) and (patches, 2, 120, 120), standardised. Those of modalities that
            the model does not see are not looked at.

        Returns
        -------
        Features
        """
        if "rgb" in self.make.modalities:
            rgb = self.internvl.model.get_image_features(pixel_values=tiles, return_dict=True).pooler_output
            rgb = rgb.reshape(len(tiles), -1, rgb.shape[-1])
        else:
            rgb = tiles.new_zeros(len(tiles), 0)
        return Features(rgb, self._encoded("s2", s2), self._encoded("s1", s1))

    def _encoded(self, sensor, bands):
        if sensor not in self.make.modalities:
            return bands.new_zeros(len(bands), 0)
        if "encoders" in self.make.trained:
            return bands
        return self._patch_tokens(sensor, bands)

    def _patch_tokens(self, sensor, bands):
        return self.get_submodule(f"{sensor}_encoder")(bands).last_hidden_state[:, 1:]

    @property
    def visual_length(self) -> int:
        """Return the number of visual tokens of a patch: 256 + 225 + 225 at the published size."""
        encoders = self._parts(["encoders"]).values()
        cells = ((of.config.image_size // of.config.patch_size) ** 2 for of in encoders)
        return self.internvl.config.image_seq_length * ("rgb" in self.make.modalities) + sum(cells)

    @_mixed_precision
    def visual_tokens(self, features: Features) -> torch.Tensor:
        """Return the visual tokens, shape (patches, tokens, hidden size): RGB, Sentinel-2, Sentinel-1."""
        tokens = []
        for modality in self.make.modalities:
            if modality == "rgb":
                of = self.rgb_tokens(features)
            else:
                of = self.projection(modality)(self.encoder_tokens(features, modality))
            tokens.append(of.to(self.internvl.dtype))
        return torch.cat(tokens, dim=1)

    @_mixed_precision
    def rgb_tokens(self, features: Features) -> torch.Tensor:
        """Return InternVL's visual tokens, shape (patches, tokens, hidden size)."""
        return self.rgb_projector(features.rgb) if "rgb_projector" in self.make.trained else features.rgb

    @_mixed_precision
    def encoder_tokens(self, features: Features, sensor: str) -> torch.Tensor:
        """Return the patch tokens of an encoder ("s2" or "s1"), shape (patches, tokens, encoder width)."""
        of = getattr(features, sensor)
        return self._patch_tokens(sensor, of) if "encoders" in self.make.trained else of

    @property
    def sensors(self) -> list[str]:
        """Return those of "s2" and "s1" that the model sees."""
        return [modality for modality in self.make.modalities if modality != "rgb"]

    def projection(self, sensor: str) -> torch.nn.Linear:
        """Return the projection of a sensor's tokens."""
        projection = self.get_submodule(f"{sensor}_projection")
        assert isinstance(projection, torch.nn.Linear)
        return projection

    def prefix(self, features: Features, before: Sequence[int]) -> torch.Tensor:
        """Return the embeddings that all annotations of a patch share: the turn's opening and the image."""
        visual = self.visual_tokens(features)
        opening = self.language_model.embed_tokens(torch.tensor(before, device=visual.device))
        return torch.cat([opening.expand(len(visual), -1, -1), visual], dim=1)

    @_mixed_precision
    def logits(
        self,
        embeddings: torch.Tensor,
        mask: Any,
        positions: torch.Tensor,
        rows: torch.Tensor,
        columns: torch.Tensor,
    ) -> torch.Tensor:
        """Return the logits at some places of packed sequences (:mod:`bentxt.training.packing`).

        The mask is what the language model's implementation of attention takes.
        """
        hidden = self.language_model(
            inputs_embeds=embeddings, attention_mask=mask, position_ids=positions, use_cache=False
        ).last_hidden_state
        return self.internvl.lm_head(hidden[rows, columns])


def read_make(folder: str | Path) -> Make:
    """Return what an adapter of :meth:`RSInternVL.save_adapter` was trained with.

    Raises
    ------
    InputError
        If its file is missing or cannot be read.
    """
    path = Path(folder) / ABOUT_ADAPTER
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        return Make.of(about["modalities"], about["trained"])
    except (OSError, ValueError, TypeError, KeyError, InputError) as error:
        problem = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
        raise InputError(
            f"no adapter that fits this model: {ABOUT_ADAPTER} {problem}",
            file=folder,
            remedy="fine-tune it again",
        ) from error


def _difference(found: Make, own: Make) -> str:
    """Return in words what an adapter was trained with and what the model has."""
    said = []
    for kind in ("modalities", "trained"):
        of, ours = getattr(found, kind), getattr(own, kind)
        if of != ours:
            lacking = [name for name in ours if name not in of]
            missing = f", so that weights of {', '.join(lacking)} are missing" if lacking else ""
            word = "with the modalities" if kind == "modalities" else "in the parts"
            said.append(f"{word} {', '.join(of)}, this model has {', '.join(ours)}{missing}")
    return f"no adapter that fits this model: it was trained {'; '.join(said)}"


def _fill_adapter(adapter, weights):
    """Put weights into a fresh adapter; peft maps the names of older versions of transformers."""
    own = peft.get_peft_model_state_dict(adapter)
    report: Any = peft.set_peft_model_state_dict(adapter, weights, ignore_mismatched_sizes=True)
    missing = {name.replace(f".{adapter.active_adapter}", "") for name in report.missing_keys} & set(own)
    # What has another shape is left out, too.
    misshaped = {name: (weights[name].shape, own[name].shape) for name in missing & set(weights)}
    check_whole(missing - set(misshaped), report.unexpected_keys, misshaped)


class Preparation:
    """Images of patches as the model's inputs.

    The image processor resizes a picture with Pillow and then makes a number of each grey level, through
    float64 and back. So it is asked once what it makes of each level, and that is looked up: the same bits,
    in a third of the time.

    Parameters
    ----------
    image_processor : transformers.BaseImageProcessor
        Of the InternVL checkpoint; one tile a patch.
    modalities : tuple of str
        What the model sees, of :data:`MODALITIES`.
    """

    def __init__(
        self, image_processor: transformers.BaseImageProcessor, modalities: Sequence[str] = MODALITIES
    ) -> None:
        self._modalities = tuple(modalities)
        self._side = (image_processor.size["height"], image_processor.size["width"])
        self._resample = image_processor.resample
        self._numbers = _numbers_of_levels(image_processor)

    def __call__(self, patches: Sequence[PatchImages]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return (tiles, s2, s1) as :meth:`RSInternVL.encode` takes them, of a list of ``PatchImages``.

        A modality that the model does not see is a tensor of shape (patches, 0).
        """
        return self._tiles(patches), self._bands("s2", patches), self._bands("s1", patches)

    def _tiles(self, patches):
        if "rgb" not in self._modalities:
            return torch.zeros(len(patches), 0)
        height, width = self._side
        tiles = np.empty((len(patches), 3, height, width), np.float32)
        for tile, patch in zip(tiles, patches, strict=True):
            levels = np.asarray(scaled(patch.rgb).resize((width, height), self._resample))
            for channel, numbers in enumerate(self._numbers):
                # Any byte is a place in the table; unlike the check for it, "clip" needs no second copy.
                np.take(numbers, levels[..., channel], out=tile[channel], mode="clip")
        return torch.from_numpy(tiles)

    def _bands(self, sensor, patches):
        if sensor not in self._modalities:
            return torch.zeros(len(patches), 0)
        statistics = {"s2": S2_STATISTICS, "s1": S1_STATISTICS}[sensor]
        return torch.from_numpy(
            np.stack([encoder_input(getattr(patch, sensor), statistics) for patch in patches])
        )


def _numbers_of_levels(processor):
    """Return what an image processor makes of each grey level: float32, shape (3, 256)."""
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    found = processor(
        images=[levels],
        return_tensors="np",
        do_resize=False,
        crop_to_patches=False,
        input_data_format="channels_last",
    )
    return found["pixel_values"][0].reshape(3, 256)


def _check_tiles(processor, config):
    """Refuse an image processor that is not InternVL's, or whose tiles do not fit the vision tower."""
    if not isinstance(processor, transformers.GotOcr2ImageProcessorPil):
        raise ValueError(f"its image processor is a {type(processor).__name__}, which is not InternVL's")
    tile = (processor.size["height"], processor.size["width"])
    side = tuple(config.vision_config.image_size)
    if tile != side:
        raise ValueError(f"its image processor makes tiles of {tile} pixels, its vision tower takes {side}")
    cells = (edge // patch for edge, patch in zip(side, config.vision_config.patch_size, strict=True))
    tokens = int(np.prod([int(count * config.downsample_ratio) for count in cells]))
    if tokens != config.image_seq_length:
        raise ValueError(
            f"its config counts {config.image_seq_length} visual tokens a tile, its tower makes {tokens}"
        )


def load_parts(
    base: str | Path,
    s1_encoder: str | Path | None,
    s2_encoder: str | Path | None,
    seed: int,
    device: torch.device,
    dtype: torch.dtype,
    make: Make = PAPER,
) -> tuple[RSInternVL, Prompts, Preparation]:
    """Load RS-InternVL without an adapter.

    Parameters
    ----------
    base : str or Path
        Folder of the checkpoint of InternVL.
    s1_encoder, s2_encoder : str, Path or None
        Folders of the encoders; not looked at where the model does not see the modality.
    seed : int
        Of the fresh projections.
    device : torch.device
    dtype : torch.dtype
        Of the frozen parts; what is trained, and the projections, are float32.
    make : Make
        What it sees, and what of it is trained.

    Returns
    -------
    RSInternVL, Prompts, Preparation

    Raises
    ------
    CheckpointUnavailable
        If a checkpoint cannot be loaded.
    """
    transformers.utils.logging.disable_progress_bar()
    try:
        internvl = load_whole(
            transformers.InternVLForConditionalGeneration, base, dtype=dtype, never_tied=True
        )
        tokenizer = load_tokenizer(base)
        check_vocabulary(tokenizer, internvl)
        processor = transformers.AutoImageProcessor.from_pretrained(
            base, backend="pil", local_files_only=True
        )
        _check_tiles(processor, internvl.config)
    except (OSError, ValueError, ImportError, KeyError, RuntimeError, SafetensorError) as error:
        raise CheckpointUnavailable(f"the base cannot be loaded: {error}", file=base) from error
    s1, s2 = (
        load_encoder(folder, f"{sensor}_encoder").to(dtype)
        if sensor in make.modalities and folder is not None
        else None
        for sensor, folder in (("s1", s1_encoder), ("s2", s2_encoder))
    )
    model = RSInternVL(internvl, s1, s2, seed, make).to(device)
    image_token = tokenizer.convert_ids_to_tokens(internvl.config.image_token_id)
    return model, Prompts(tokenizer, image_token), Preparation(processor, make.modalities)
