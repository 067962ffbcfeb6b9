"""What a killed run resumes from: trained weights, moments of the optimizer, log and step, in one file."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from bentxt.atomic import atomic_path

logger = logging.getLogger(__name__)

STATE = "state.safetensors"

#: Step (from 1), annotations seen after it, loss (nats) and learning rate.
LogRow = tuple[int, int, float, float]


def save_state(
    path: str | Path,
    key: str,
    step: int,
    log: Sequence[LogRow],
    trained: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Save all that a killed run needs to resume, in one file, atomically."""
    tensors = {f"weight.{name}": value.detach().cpu().contiguous() for name, value in trained.items()}
    for name, value in trained.items():
        for moment, tensor in optimizer.state[value].items():
            tensors[f"{moment}.{name}"] = torch.as_tensor(tensor).detach().cpu().contiguous()
    with atomic_path(path) as part:
        save_file(tensors, part, {"key": key, "step": str(step), "log": json.dumps(log)})


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
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError) as error:
        logger.warning("the saved state cannot be read (%s); beginning again", error)
        return 0, []
    with torch.no_grad():
        for name, value in trained.items():
            value.copy_(tensors[f"weight.{name}"])
            optimizer.state[value] = {
                moment: tensors[f"{moment}.{name}"].to("cpu" if moment == "step" else value.device)
                for moment in ("step", "exp_avg", "exp_avg_sq")
            }
    return int(metadata["step"]), [tuple(row) for row in json.loads(metadata["log"])]
