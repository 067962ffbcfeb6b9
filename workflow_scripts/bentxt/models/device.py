"""Where models run, and in which precision."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from bentxt.errors import InputError
from bentxt.models.answering_model import OutOfMemory

#: What PyTorch says where the CPU's memory does not suffice; it has no class of its own for that.
_CPU_ALLOCATOR = ("DefaultCPUAllocator", "can't allocate memory", "not enough memory")


def choose_device(device: str, dtype: str) -> tuple[torch.device, torch.dtype]:
    """Return device and precision for the settings ``prediction.device`` and ``prediction.dtype``.

    Parameters
    ----------
    device : str
        auto (the GPU where there is one), cpu or cuda.
    dtype : str
        auto (bfloat16 on a GPU, float32 elsewhere), float32, bfloat16 or float16.

    Returns
    -------
    torch.device, torch.dtype

    Raises
    ------
    InputError
        If a GPU is asked for and there is none.
    """
    gpu = torch.cuda.is_available()
    if device == "cuda" and not gpu:
        raise InputError("no GPU here", item="prediction.device", remedy="set it to auto or cpu")
    name = ("cuda" if gpu else "cpu") if device == "auto" else device
    if dtype == "auto":
        dtype = "bfloat16" if name == "cuda" else "float32"
    return torch.device(name), getattr(torch, dtype)


def device_name(device: torch.device | str) -> str:
    """Return a device as the status file names it: ``cpu``, or ``cuda: <name of the GPU>``."""
    device = torch.device(device)
    return f"cuda: {torch.cuda.get_device_name(device)}" if device.type == "cuda" else device.type


@contextmanager
def memory_watched() -> Iterator[None]:
    """Raise :class:`bentxt.models.answering_model.OutOfMemory` where PyTorch runs out of memory."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(str(error)) from None
    except RuntimeError as error:
        if not any(words in str(error) for words in _CPU_ALLOCATOR):
            raise
        raise OutOfMemory(str(error)) from None
