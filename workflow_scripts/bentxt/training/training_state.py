"""What a killed run resumes from: trained weights, moments of the optimizer, log and step, in one file."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from bentxt.atomic import atomic_path

logger = logging.getLogger(__name__)

STATE = "state.safetensors"

#: Step (from 1), annotations seen after it, loss (nats) and learning rate.
LogRow = tuple[int, int, float, float]

#: What AdamW keeps of each weight: the number of its steps, and the moments of its gradient.
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


def save_state(
    path: str | Path,
    key: str,
    step: int,
    log: Sequence[LogRow],
    trained: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Save all that a killed run needs to resume, in one file, atomically.

    The file is on the disk, and not only on its way there, before it takes the place of the last one.

    Raises
    ------
    OSError
        If there is no room; the last state stays.
    """
    tensors = {f"weight.{name}": value.detach().cpu().contiguous() for name, value in trained.items()}
    for name, value in trained.items():
        for moment in _MOMENTS:
            tensor = torch.as_tensor(optimizer.state[value][moment])
            tensors[f"{moment}.{name}"] = tensor.detach().cpu().contiguous()
    # safetensors' own writing hides why it failed.
    content = save(tensors, {"key": key, "step": str(step), "log": json.dumps(log)})
    with atomic_path(path) as part, part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(Path(path).parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_state(
    path: str | Path,
    key: str,
    trained: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
) -> tuple[int, list[LogRow]]:
    """Return (steps done, log) of a saved state and put it into place; (0, []) where there is none to use."""
    if not Path(path).exists():
        return 0, []
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            if metadata["key"] != key:
                logger.info("the saved state is of another run; beginning again")
                return 0, []
            tensors = {
                (kind, name): file.get_tensor(f"{kind}.{name}")
                for name in trained
                for kind in ("weight", *_MOMENTS)
            }
        step, log = int(metadata["step"]), [tuple(row) for row in json.loads(metadata["log"])]
        misshaped = [name for name, of in trained.items() if tensors["weight", name].shape != of.shape]
        if misshaped:
            raise ValueError(f"other shapes: {', '.join(misshaped)}")
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        logger.warning("the saved state cannot be read (%s); beginning again", error)
        return 0, []
    with torch.no_grad():
        for name, value in trained.items():
            value.copy_(tensors["weight", name])
            optimizer.state[value] = {
                moment: tensors[moment, name].to("cpu" if moment == "step" else value.device)
                for moment in _MOMENTS
            }
    return step, log
