"""The table of the benchmarked models, ``resources/models.yaml``: its entries, read and checked."""

import re
from collections.abc import Collection
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from bentxt.errors import InputError
from bentxt.models.checkpoint_sources import ENCODERS
from bentxt.release import TASKS
from bentxt.resources import load_yaml
from bentxt.server_options import server_problem


@dataclass(frozen=True)
class Family:
    """How models of one family are run.

    Attributes
    ----------
    module, answering_class : str
        The :class:`bentxt.models.answering_model.AnsweringModel`, which is imported only to load a model.
    settings : tuple of str
        Dotted config keys that its answers depend on, beyond those of every family.
    runs_here : bool
        Whether the weights are loaded into the program itself.
    loads_checkpoint : bool
        Whether it loads a checkpoint of the hub or a folder, which ``needs`` then names.
    """

    module: str
    answering_class: str
    settings: tuple[str, ...]
    runs_here: bool
    loads_checkpoint: bool = False


_DEVICE = ("prediction.device", "prediction.dtype")
FAMILIES = {
    "transformers": Family(
        "bentxt.models.families.transformers_model", "TransformersModel", _DEVICE, True, True
    ),
    "openai": Family("bentxt.models.families.server_model", "ServerModel", ("prediction.openai",), False),
    "worker": Family(
        "bentxt.models.families.worker_model",
        "WorkerModel",
        ("prediction.worker_timeout", "prediction.worker_loading_timeout"),
        False,
    ),
    "rs_internvl": Family(
        "bentxt.models.families.rs_internvl_model", "RSInternVLModel", ("seed", *_DEVICE), True, True
    ),
    "vllm": Family(
        "bentxt.models.families.vllm_model",
        "VLLMModel",
        ("prediction.dtype", "prediction.vllm"),
        False,
        True,
    ),
}

#: Family of the models whose answers come out of a file (``answers``): nothing of them is run.
FROM_FILE = "answers"

#: Remote sensing, computer vision (general), the paper's own, a user's own, and two that are in no table.
GROUPS = ("RS", "CV", "ours", "own", "baseline", "ablation")
NEEDS = ("checkpoint", "encoders", "adapter")
#: What builds them: :mod:`bentxt.training.tiny_checkpoints`.
TINY_TYPES = ("internvl", "qwen3_vl", "glm46v", "llava_onevision")
#: What the angle of a rotated box does to the box that is scored.
BOX_ANGLES = ("ignore", "hull")
INPUTS = ("rgb", "s2", "s1", "s1_s2", "rgb_s2", "rgb_s1", "s2_s1", "rgb_s2_s1")


@dataclass(frozen=True)
class ModelEntry:
    """One model of ``resources/models.yaml``, whose head explains the fields."""

    name: str
    parameters: str
    group: str
    family: str
    needs: list
    checkpoint: str | None
    revision: str | None
    remote_code: bool
    image: dict
    instructions: dict
    box_scale: int | None
    base: str | None = None
    tiny: str | None = None
    chat: dict = field(default_factory=dict)
    worker: list | None = None
    s1_encoder: str | None = None
    s2_encoder: str | None = None
    code: dict | None = None
    licences: dict = field(default_factory=dict)
    gpu_memory: int | None = None
    settings: dict = field(default_factory=dict)
    server: dict = field(default_factory=dict)
    box_angle: str = "ignore"
    answers: str | None = None

    @classmethod
    def from_dict(cls, content: object, key: str, file: str | Path | None = None) -> "ModelEntry":
        """Check an entry as YAML or JSON holds it.

        Raises
        ------
        InputError
            If a field is missing, unknown, or of another type or value than allowed.
        """
        if not isinstance(content, dict):
            raise InputError("expected a mapping of fields", file=file, item=key)
        known = {of.name: of for of in fields(cls)}
        required = {
            name for name, of in known.items() if of.default is MISSING and of.default_factory is MISSING
        }
        for name in sorted(required - set(content)):
            raise InputError(f"missing field {name}", file=file, item=key)
        for name in sorted(set(content) - set(known)):
            remedy = f"known fields: {', '.join(known)}"
            raise InputError(f"unknown field {name}", file=file, item=key, remedy=remedy)
        kinds = get_type_hints(cls)
        for name, value in content.items():
            kind = kinds[name]
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                expected = kind.__name__ if isinstance(kind, type) else str(kind)
                raise InputError(f"{name} must be {expected}, is {value!r}", file=file, item=key)
        entry = cls(**content)
        problem = entry._problem()
        if problem:
            raise InputError(problem, file=file, item=key)
        return entry

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that :meth:`from_dict` reads."""
        return asdict(self)

    @property
    def sees_rgb(self) -> bool:
        """Whether it is shown the RGB picture: only own environments and RS-InternVL can do without."""
        return "rgb" in self.image["input"] or self.family not in ("worker", "rs_internvl")

    @property
    def encoders(self) -> tuple[str, ...]:
        """Roles of the encoders that it is loaded with: those of the modalities that it sees."""
        wanted = "encoders" in self.needs
        return tuple(role for role in ENCODERS if wanted and role[:2] in self.image["input"])

    def for_tasks(self, tasks: Collection[str]) -> "ModelEntry":
        """Return the entry with nothing but what the answers to some tasks depend on.

        A changed name, group or box scale, or an instruction for another task, is no reason to ask again.
        """
        own = {task: said for task, said in self.instructions.items() if task in tasks}
        return replace(
            self,
            instructions=own,
            name="",
            parameters="",
            group="own",
            box_scale=None,
            box_angle="ignore",
            base=None,
            tiny=None,
            licences={},
            gpu_memory=None,
        )

    def _problem(self) -> str | None:
        """Return what is wrong with the values, or None."""
        side = self.image.get("side")
        if self.group not in GROUPS:
            return f"group must be one of {', '.join(GROUPS)}, is {self.group!r}"
        if self.family not in (*FAMILIES, FROM_FILE):
            return f"family must be one of {', '.join((*FAMILIES, FROM_FILE))}, is {self.family!r}"
        if (self.family == FROM_FILE) != (self.answers is not None):
            return f"answers must name a file for the family {FROM_FILE}, and be left out for others"
        if self.answers is not None and (not self.answers or any(map(str.isspace, self.answers))):
            return f"answers must be a path without spaces, is {self.answers!r}"
        if not all(need in NEEDS for need in self.needs):
            return f"needs must be a list of {', '.join(NEEDS)}, is {self.needs!r}"
        loads = self.family in FAMILIES and FAMILIES[self.family].loads_checkpoint
        if loads != ("checkpoint" in self.needs):
            return f"needs must {'not ' * ('checkpoint' in self.needs)}hold checkpoint for this family"
        if self.tiny is not None and (self.tiny not in TINY_TYPES or "checkpoint" not in self.needs):
            return f"tiny must be one of {', '.join(TINY_TYPES)}, of a model that needs a checkpoint"
        if "encoders" in self.needs and not (self.s1_encoder and self.s2_encoder):
            return "s1_encoder and s2_encoder must be named where needs holds encoders"
        if set(self.image) != {"input", "side"} or self.image["input"] not in INPUTS:
            return f"image must have input, one of {', '.join(INPUTS)}, and side"
        if self.revision is not None and not re.fullmatch(r"[0-9a-f]{40}", self.revision):
            return f"revision must be null or a commit of 40 hexadecimal digits, is {self.revision!r}"
        if side is not None and not (isinstance(side, int) and side > 0):
            return "image.side must be null or pixels"
        if self.server and self.family != "openai":
            return "server is for models of the family openai"
        problem = server_problem(self.server)
        if problem:
            return problem
        if self.box_angle not in BOX_ANGLES:
            return f"box_angle must be one of {', '.join(BOX_ANGLES)}, is {self.box_angle!r}"
        if self.code is not None and set(self.code) != {"repository", "commit"}:
            return "code must have repository and commit"
        if self.code is not None and not re.fullmatch("[0-9a-f]{40}", str(self.code["commit"])):
            return f"code.commit must have 40 hexadecimal digits, is {self.code['commit']!r}"
        if self.settings.get("model_code") == "checkpoint" and not self.remote_code:
            return "remote_code must be true where settings.model_code is checkpoint"
        for task, addition in self.instructions.items():
            known = isinstance(addition, dict) and set(addition) <= {"prefix", "suffix"}
            if task not in TASKS or not known:
                return f"instructions must map tasks ({', '.join(TASKS)}) to prefix and suffix"
        return None


def with_engine(entry: ModelEntry, engine: str) -> ModelEntry:
    """Return an entry as it is run: vLLM runs the checkpoints of the family transformers too.

    Parameters
    ----------
    entry : ModelEntry
    engine : str
        ``prediction.engine``: transformers or vllm.
    """
    return replace(entry, family="vllm") if (entry.family, engine) == ("transformers", "vllm") else entry


def read_models(path: str | Path) -> dict[str, ModelEntry]:
    """Read the benchmarked models.

    Parameters
    ----------
    path : str or Path
        YAML mapping of keys to the fields of :class:`ModelEntry`, in the order of the paper's tables.

    Returns
    -------
    dict of str to ModelEntry

    Raises
    ------
    InputError
        If the file is no such mapping, has a key twice, or one of its entries is not as it must be.
    """
    content = load_yaml(path)
    if not isinstance(content, dict):
        raise InputError("expected a mapping of model keys", file=path)
    models = {key: ModelEntry.from_dict(entry, key, path) for key, entry in content.items()}
    for place, (key, entry) in enumerate(models.items()):
        if entry.base is not None and entry.base not in list(models)[:place]:
            raise InputError(f"base must be a model above, is {entry.base!r}", file=path, item=key)
    adapted = [key for key, entry in models.items() if "adapter" in entry.needs]
    if len(adapted) > 1:
        raise InputError("only one model can be fine-tuned", file=path, item=", ".join(adapted))
    return models


def find_entry(key: str, content: object = None, path: str | Path | None = None) -> ModelEntry:
    """Return one model's entry: checked ``content`` where that is given, else out of a file of models.

    Raises
    ------
    InputError
        If there is none, or it is not as it must be.
    """
    if content is not None:
        return ModelEntry.from_dict(content, key)
    if path is None:
        raise TypeError("neither an entry nor a file of models")
    models = read_models(path)
    if key not in models:
        raise InputError("unknown model", file=path, item=key, remedy=f"known are {', '.join(models)}")
    return models[key]
