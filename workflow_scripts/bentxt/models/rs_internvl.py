"""RS-InternVL: InternVL with frozen encoders for Sentinel-1 and Sentinel-2 besides its RGB tower (Section 4).

One class for the published sizes and the tiny ones. Trained are two linear projections and a LoRA adapter
in the language model; all else is frozen. Visual tokens come in the order RGB, Sentinel-2, Sentinel-1, then
the instruction. They depend on the patch alone, so they are computed once for all its annotations.
"""

from collections.abc import Sequence
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
from bentxt.models.answering_model import PatchImages
from bentxt.models.encoders import load_encoder
from bentxt.models.preprocessing import S1_STATISTICS, S2_STATISTICS, encoder_input
from bentxt.models.rgb import rgb_image, scaled
from bentxt.models.special_tokens import IMAGE_END, IMAGE_START
from bentxt.models.whole_weights import check_tensors, check_vocabulary, check_whole, load_whole

#: The linear layers of the language model that get an adapter; names alone would hit the vision tower too.
LORA_TARGETS = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
PROJECTIONS = "projections.safetensors"
ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


@dataclass(frozen=True)
class Features:
    """What the frozen parts make of patches; the trained parts begin here.

    Attributes
    ----------
    rgb : torch.Tensor
        Shape (patches, 256 at the published size, hidden size): InternVL's visual tokens.
    s2, s1 : torch.Tensor
        Shape (patches, 225 at the published size, encoder width): patch tokens of the encoders.
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
    s1_encoder, s2_encoder : transformers.ViTModel
    seed : int
        Of the fresh projections.
    """

    def __init__(
        self,
        internvl: transformers.InternVLForConditionalGeneration,
        s1_encoder: transformers.ViTModel,
        s2_encoder: transformers.ViTModel,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.internvl = internvl
        self.s1_encoder, self.s2_encoder = s1_encoder, s2_encoder
        self.requires_grad_(False)
        hidden = internvl.config.text_config.hidden_size
        device = internvl.device
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.s1_projection = torch.nn.Linear(s1_encoder.config.hidden_size, hidden, device=device)
            self.s2_projection = torch.nn.Linear(s2_encoder.config.hidden_size, hidden, device=device)

    def add_adapter(self, rank: int, alpha: int, dropout: float) -> None:
        """Put a fresh LoRA adapter into the language model; it and the projections are what is trained."""
        config = peft.LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=LORA_TARGETS)
        self._keep(peft.get_peft_model(self.internvl, config))

    def load_adapter(self, folder: str | Path) -> None:
        """Load what :meth:`save_adapter` saved, under the names of this transformers or of older ones.

        Raises
        ------
        InputError
            If a file is missing, or weights are missing, unexpected or misshaped.
        """
        folder = Path(folder)
        try:
            # peft would look for a missing file on the hub, and for a pickle.
            for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS, PROJECTIONS):
                if not (folder / name).is_file():
                    raise OSError(f"{name} is missing")
            projections = load_file(folder / PROJECTIONS)
            check_tensors(projections, self._projection_weights())
            config = peft.LoraConfig.from_pretrained(str(folder))
            adapter = peft.get_peft_model(self.internvl, config)
            _fill_adapter(adapter, load_file(folder / ADAPTER_WEIGHTS))
        except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
            raise InputError(
                f"no adapter that fits this model: {error}", file=folder, remedy="fine-tune it again"
            ) from error
        self._keep(adapter)
        for name, value in self._projection_weights().items():
            value.copy_(projections[name])

    def save_adapter(self, folder: str | Path) -> None:
        """Save adapter (peft's files) and projections (safetensors) into a folder."""
        self.adapter.save_pretrained(str(folder))
        weights = {name: value.cpu().contiguous() for name, value in self._projection_weights().items()}
        save_file(weights, Path(folder) / PROJECTIONS)

    def _keep(self, adapter):
        # Not a submodule: peft's wrapper holds the same parameters under other names.
        object.__setattr__(self, "adapter", adapter)

    def _projection_weights(self):
        layers = {"s1_projection": self.s1_projection, "s2_projection": self.s2_projection}
        return {
            f"{name}.{key}": value.detach()
            for name, layer in layers.items()
            for key, value in layer.state_dict().items()
        }

    def trained_parameters(self) -> dict[str, torch.nn.Parameter]:
        """Return the trained parameters by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

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
            Shapes (patches, 10, 120, 120) and (patches, 2, 120, 120), standardised.

        Returns
        -------
        Features
        """
        rgb = self.internvl.model.get_image_features(pixel_values=tiles, return_dict=True).pooler_output
        return Features(
            rgb.reshape(len(tiles), -1, rgb.shape[-1]),
            self.s2_encoder(s2).last_hidden_state[:, 1:],
            self.s1_encoder(s1).last_hidden_state[:, 1:],
        )

    @property
    def visual_length(self) -> int:
        """Return the number of visual tokens of a patch: 256 + 225 + 225 at the published size."""
        encoders = (self.s2_encoder, self.s1_encoder)
        cells = ((of.config.image_size // of.config.patch_size) ** 2 for of in encoders)
        return self.internvl.config.image_seq_length + sum(cells)

    def visual_tokens(self, features: Features) -> torch.Tensor:
        """Return the visual tokens, shape (patches, tokens, hidden size): RGB, Sentinel-2, Sentinel-1."""
        return torch.cat(
            [features.rgb, self.s2_projection(features.s2), self.s1_projection(features.s1)], dim=1
        )

    def prefix(self, features: Features, before: Sequence[int]) -> torch.Tensor:
        """Return the embeddings that all annotations of a patch share: the turn's opening and the image."""
        visual = self.visual_tokens(features)
        opening = self.language_model.embed_tokens(torch.tensor(before, device=visual.device))
        return torch.cat([opening.expand(len(visual), -1, -1), visual], dim=1)

    def logits(
        self,
        embeddings: torch.Tensor,
        mask: torch.Tensor,
        positions: torch.Tensor,
        rows: torch.Tensor,
        columns: torch.Tensor,
    ) -> torch.Tensor:
        """Return the logits at some places of packed sequences (:mod:`bentxt.training.packing`)."""
        hidden = self.language_model(
            inputs_embeds=embeddings, attention_mask=mask, position_ids=positions, use_cache=False
        ).last_hidden_state
        return self.internvl.lm_head(hidden[rows, columns])


def _fill_adapter(adapter, weights):
    """Put weights into a fresh adapter; peft maps the names of older versions of transformers."""
    own = peft.get_peft_model_state_dict(adapter)
    report: Any = peft.set_peft_model_state_dict(adapter, weights, ignore_mismatched_sizes=True)
    missing = {name.replace(f".{adapter.active_adapter}", "") for name in report.missing_keys} & set(own)
    # What has another shape is left out, too.
    misshaped = {name: (weights[name].shape, own[name].shape) for name in missing & set(weights)}
    check_whole(missing - set(misshaped), report.unexpected_keys, misshaped)


class Prompts:
    """Instructions as tokens, around the place of the visual tokens.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
    image_token : str
        What the chat template writes for an image.
    """

    def __init__(self, tokenizer: transformers.PreTrainedTokenizerBase, image_token: str) -> None:
        self.tokenizer, self._image_token = tokenizer, image_token
        #: Tokens before the visual tokens, the same for every instruction.
        self.before = self._tokens(self._parts("")[0] + IMAGE_START)

    def instruction(self, text: str) -> list[int]:
        """Return the tokens behind the visual ones: the instruction, up to where its answer begins."""
        return self._tokens(IMAGE_END + self._parts(text)[1])

    def answer(self, text: str) -> list[int]:
        """Return the tokens of an answer with its end."""
        return [*self._tokens(text), self.tokenizer.eos_token_id]

    def _parts(self, text):
        content = [{"type": "image"}, {"type": "text", "text": text}]
        prompt = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
        )
        before, found, after = prompt.partition(self._image_token)
        if not found:
            raise CheckpointUnavailable(f"the chat template writes no {self._image_token} for an image")
        return before, after

    def _tokens(self, text):
        return self.tokenizer(text, add_special_tokens=False).input_ids


class Preparation:
    """Images of patches as the model's inputs.

    Parameters
    ----------
    image_processor : transformers.BaseImageProcessor
        Of the InternVL checkpoint; one tile a patch.
    """

    def __init__(self, image_processor: transformers.BaseImageProcessor) -> None:
        self._processor = image_processor

    def __call__(self, patches: Sequence[PatchImages]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return (tiles, s2, s1) as :meth:`RSInternVL.encode` takes them, of a list of ``PatchImages``."""
        pictures = [scaled(rgb_image(patch.s2)) for patch in patches]
        tiles = self._processor(images=pictures, return_tensors="pt", crop_to_patches=False)["pixel_values"]
        s2 = np.stack([encoder_input(patch.s2, S2_STATISTICS) for patch in patches])
        s1 = np.stack([encoder_input(patch.s1, S1_STATISTICS) for patch in patches])
        return tiles, torch.from_numpy(s2), torch.from_numpy(s1)


def load_parts(
    base: str | Path,
    s1_encoder: str | Path,
    s2_encoder: str | Path,
    seed: int,
    device: torch.device,
    dtype: torch.dtype,
) -> tuple[RSInternVL, Prompts, Preparation]:
    """Load RS-InternVL without an adapter.

    Parameters
    ----------
    base, s1_encoder, s2_encoder : str or Path
        Folders of the checkpoints.
    seed : int
        Of the fresh projections.
    device : torch.device
    dtype : torch.dtype
        Of the frozen parts; the projections are float32.

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
        internvl = load_whole(transformers.InternVLForConditionalGeneration, base, dtype=dtype)
        tokenizer = transformers.AutoTokenizer.from_pretrained(base, local_files_only=True)
        check_vocabulary(tokenizer, internvl)
        processor = transformers.AutoImageProcessor.from_pretrained(
            base, backend="pil", local_files_only=True
        )
    except (OSError, ValueError, ImportError, KeyError, RuntimeError, SafetensorError) as error:
        raise CheckpointUnavailable(f"the base cannot be loaded: {error}", file=base) from error
    s1, s2 = (
        load_encoder(s1_encoder, "s1_encoder").to(dtype),
        load_encoder(s2_encoder, "s2_encoder").to(dtype),
    )
    model = RSInternVL(internvl, s1, s2, seed).to(device)
    image_token = tokenizer.convert_ids_to_tokens(internvl.config.image_token_id)
    return model, Prompts(tokenizer, image_token), Preparation(processor)
