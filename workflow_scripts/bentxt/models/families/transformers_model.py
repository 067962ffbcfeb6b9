"""Models that transformers runs itself: InternVL, Qwen3-VL, GLM-4V, LLaVA-OneVision.

Image processor and tokenizer are loaded apart, so that torchvision is not needed. The picture of a patch is
encoded once for all its instructions, and keys and values of its visual tokens, which come first in a prompt,
serve all of them.
"""

from collections.abc import Sequence
from typing import Any, Self

import torch
import transformers
from safetensors import SafetensorError

from bentxt.errors import CheckpointUnavailable
from bentxt.models.answering_model import (
    AnsweringModel,
    LoadedCheckpoint,
    LoadedEntry,
    LoadedWeights,
    PatchImages,
    Reply,
)
from bentxt.models.device import choose_device, device_name, memory_watched
from bentxt.models.greedy_decoding import Written, decode, to_replies
from bentxt.models.rgb import scaled
from bentxt.models.tokenizers import load_tokenizer
from bentxt.models.whole_weights import check_vocabulary, load_whole

#: Of each type of model: what the visual tokens of a picture stand between in the prompt, beyond what the
#: chat template writes, and options of its image processor.
_TYPES = {
    # One tile of the whole patch: more tiles would only enlarge what 120 pixels do not show.
    "internvl": ("<img>", "</img>", {"crop_to_patches": False}),
    "qwen3_vl": ("", "", {}),
    "glm4v": ("", "", {}),
    "glm46v": ("", "", {}),
    "llava_onevision": ("", "", {}),
}


class TransformersModel(AnsweringModel):
    """A vision-language model out of a checkpoint of transformers.

    Parameters
    ----------
    checkpoint : bentxt.models.checkpoints.Checkpoint
    side : int or None
        Pixels that the picture is scaled to before the model's own preprocessing.
    chat : dict
        Variables of the chat template.
    remote_code : bool
        Whether code from the checkpoint's repository runs.
    device : torch.device
    dtype : torch.dtype

    Raises
    ------
    CheckpointUnavailable
        If the checkpoint cannot be loaded here, is of another type, or lacks weights.
    """

    def __init__(
        self,
        checkpoint: LoadedCheckpoint,
        side: int | None,
        chat: dict[str, Any],
        remote_code: bool,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        transformers.utils.logging.disable_progress_bar()
        self._side, self._chat = side, chat
        try:
            self._load(checkpoint.folder, remote_code, device, dtype)
        except (OSError, ValueError, ImportError, KeyError, RuntimeError, SafetensorError) as error:
            problem = f"transformers {transformers.__version__} cannot load it: {error}"
            raise CheckpointUnavailable(problem, file=checkpoint.source) from error
        self.device = device_name(device)

    @classmethod
    def load(
        cls,
        key: str,
        entry: LoadedEntry,
        weights: LoadedWeights,
        settings: dict[str, Any],
        checkpoint: str | None = None,
        adapter: str | None = None,
    ) -> Self:
        """Load the model; see :class:`AnsweringModel`."""
        options = settings["prediction"]
        where = choose_device(options["device"], options["dtype"])
        given = (entry.image["side"], entry.chat, entry.remote_code)
        return cls(weights.checkpoints["checkpoint"], *given, *where)

    def _load(self, folder, remote_code, device, dtype):
        remote = {"trust_remote_code": remote_code}
        local = remote | {"local_files_only": True}
        config = transformers.AutoConfig.from_pretrained(folder, **local)
        if config.model_type not in _TYPES:
            raise ValueError(f"its type is {config.model_type}, known are {', '.join(_TYPES)}")
        self._before, self._after, self._image_options = _TYPES[config.model_type]
        self._tokenizer = load_tokenizer(folder, padding_side="left", **remote)
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._images = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil", **local)
        model = load_whole(
            transformers.AutoModelForImageTextToText, folder, dtype=dtype, config=config, **remote
        )
        check_vocabulary(self._tokenizer, model)
        self._model = model.to(device).eval()
        ends = model.generation_config.eos_token_id or self._tokenizer.eos_token_id
        self._ends = set(ends) if isinstance(ends, list) else {ends}
        self._image_token_id = config.image_token_id
        self._image_token = self._tokenizer.convert_ids_to_tokens(config.image_token_id)
        if self._image_token is None:
            raise ValueError(
                f"its tokenizer does not know the placeholder of pictures, {config.image_token_id}"
            )

    def answer_many(
        self, patches: Sequence[PatchImages], instructions: Sequence[Sequence[str]], max_new_tokens: int
    ) -> list[list[Reply]]:
        """Answer all instructions of several patches in one batch; see :class:`AnsweringModel`."""
        with memory_watched(), torch.inference_mode():
            return self._answer_many(patches, instructions, max_new_tokens)

    def _answer_many(self, patches, instructions, max_new_tokens):
        pictures = [scaled(patch.rgb, self._side) for patch in patches]
        inputs = self._images(images=pictures, return_tensors="pt", **self._image_options)
        inputs = {
            name: value.to(self._model.device) for name, value in inputs.items() if name != "num_patches"
        }
        visual = self._model.model.get_image_features(**inputs, return_dict=True)
        asked = [
            (patch, *self._tokens(text, visual.pooler_output[patch].shape[0]))
            for patch, texts in enumerate(instructions)
            for text in texts
        ]
        written: dict[int, Written] = {}
        # Pictures of one size have the same number of visual tokens: mostly, this is one group.
        for length in sorted({len(before) for _, before, _ in asked}):
            chosen = [number for number, (_, before, _) in enumerate(asked) if len(before) == length]
            group = [asked[number] for number in chosen]
            written |= zip(chosen, self._write(group, visual, inputs, max_new_tokens), strict=True)
        replies = iter(to_replies([written[number] for number in range(len(asked))], self._tokenizer))
        return [[next(replies) for _ in texts] for texts in instructions]

    def _write(self, asked, visual, inputs, max_new_tokens):
        """Answer instructions behind prefixes of one length; each prefix is computed once.

        ``asked`` is a list of patch, tokens up to the last visual one, tokens behind them.
        """
        device = self._model.device
        prefixes = list(dict.fromkeys((patch, before) for patch, before, _ in asked))
        pictures = [patch for patch, _ in prefixes]
        prefix = torch.tensor([before for _, before in prefixes], device=device)
        options = {"mm_encoder_outputs": {"image": _repeated(visual, pictures)}}
        if "image_grid_thw" in inputs:
            # Positions of visual tokens have a row and a column.
            options["image_grid_thw"] = inputs["image_grid_thw"][pictures]
            options["mm_token_type_ids"] = (prefix == self._image_token_id).int()
        cache = transformers.DynamicCache(config=self._model.config.get_text_config())
        self._model.model(input_ids=prefix, past_key_values=cache, use_cache=True, **options)
        owners = torch.tensor([prefixes.index((patch, before)) for patch, before, _ in asked], device=device)
        cache.batch_select_indices(owners)
        starts = torch.full((len(asked),), prefix.shape[1], device=device)
        if "image_grid_thw" in inputs:
            # A picture takes fewer positions than it has tokens.
            starts += self._model.model.rope_deltas[owners, 0]
        return decode(
            self._model.model.language_model,
            self._model.lm_head,
            cache,
            [after for _, _, after in asked],
            starts,
            self._ends,
            max_new_tokens,
        )

    def _tokens(self, instruction, visual_tokens):
        """Return the tokens of a prompt up to the last visual one, a tuple, and those behind it."""
        tokens = self._tokenizer(self._prompt(instruction), add_special_tokens=False).input_ids
        place = tokens.index(self._image_token_id)
        picture = [self._image_token_id] * visual_tokens
        return (*tokens[:place], *picture), tokens[place + 1 :]

    def _prompt(self, instruction):
        content = [{"type": "image"}, {"type": "text", "text": instruction}]
        prompt = self._tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True, **self._chat
        )
        before, placeholder, after = prompt.partition(self._image_token)
        if not placeholder:
            raise CheckpointUnavailable(
                f"its chat template writes no {self._image_token} for a picture",
                remedy="use the checkpoint's own chat template",
            )
        return f"{before}{self._before}{placeholder}{self._after}{after}"


def _repeated(visual, owners):
    """Return the features of the pictures, one for each prompt instead of one for each patch."""
    chosen = {"pooler_output": _select(visual.pooler_output, owners)}
    if getattr(visual, "deepstack_features", None) is not None:
        chosen["deepstack_features"] = [_select(level, owners) for level in visual.deepstack_features]
    return type(visual)(**chosen)


def _select(features, owners):
    if isinstance(features, torch.Tensor):
        return features[owners]
    return [features[owner] for owner in owners]
