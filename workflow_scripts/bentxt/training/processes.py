"""The processes that share one run of fine-tuning: who they are, and what they tell each other.

Each holds the whole model, takes its passes of a step, and adds its gradients to the others'. They are
started by torchrun on one node or by Slurm's srun over several, and read from its environment who they are.
"""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import distributed

from bentxt.errors import InputError

logger = logging.getLogger(__name__)

#: Longest wait for another process. Shorter ones are ordinary: a validation, or a state that is saved. A
#: process that dies is noticed at once by its launcher, which ends the others.
LONGEST_WAIT = timedelta(minutes=30)

#: Ports of runs that Slurm starts: below those that Linux gives to outgoing connections.
_FIRST_PORT, _PORTS = 10_000, 20_000


@dataclass(frozen=True)
class Processes:
    """This process and those that it shares the run with.

    Attributes
    ----------
    rank : int
        Number of this process; 0 alone writes.
    count : int
        Processes of the run.
    local_rank : int
        Number of this process on its node, which is that of its GPU.
    sharing : int
        Processes that share the CPUs which the job's ``--threads`` counts: those of the node under torchrun;
        Slurm gives each task CPUs of its own.
    meeting : str
        Where the processes find each other, as ``init_process_group`` takes it.
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    sharing: int = 1
    meeting: str = "env://"

    @property
    def writes(self) -> bool:
        """Whether this process writes outputs, state and log."""
        return self.rank == 0

    def device(self, device: torch.device) -> torch.device:
        """Return the device of this process, where ``device`` is that of all: one GPU each."""
        if device.type != "cuda" or self.count == 1:
            return device
        # Slurm may show each task its own GPU only.
        return torch.device("cuda", self.local_rank % torch.cuda.device_count())

    def threads(self, threads: int) -> int:
        """Return how many of the job's threads are this process's."""
        return max(1, threads // self.sharing)

    def sum(self, tensor: torch.Tensor) -> None:
        """Replace a tensor by its sum over all processes.

        Raises
        ------
        InputError
            If another process is not there any more, or does not answer.
        """
        if self.count == 1:
            return
        try:
            distributed.all_reduce(tensor)
        except RuntimeError as error:
            logger.debug("%s", error)
            raise InputError(
                "another process of this run has ended or does not answer",
                item=f"process {self.rank} of {self.count}",
                remedy="see what it said; the same command goes on from the last saved state",
            ) from error

    def gather(self, texts: list[str]) -> list[str]:
        """Return the texts of all processes, in the order of their ranks."""
        if self.count == 1:
            return texts
        found: list[Any] = [None] * self.count
        distributed.all_gather_object(found, texts)
        return [text for part in found for text in part]

    def wait(self, device: torch.device) -> None:
        """Wait until all processes have come here."""
        self.sum(torch.zeros(1, device=device))

    def check_same(self, text: str, device: torch.device) -> None:
        """Raise :class:`bentxt.errors.InputError` in all processes unless all of them have the same text."""
        number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=2).digest(), "big")
        # Equal numbers have the least sum of squares for their sum.
        values = torch.tensor([number, number**2], dtype=torch.float64, device=device)
        self.sum(values)
        total, squares = values.tolist()
        if squares * self.count != total**2:
            raise InputError(
                "the processes of this run do not see the same data, settings, code or saved state",
                item=f"process {self.rank} of {self.count}",
                remedy="give all nodes the same files, and start again",
            )


#: One process that shares nothing.
ALONE = Processes()


def find_processes(environment: Mapping[str, str]) -> Processes:
    """Return who this process is, from the environment of torchrun or of a step of Slurm.

    Parameters
    ----------
    environment : dict of str to str

    Returns
    -------
    Processes
        :data:`ALONE` where neither started it.

    Raises
    ------
    InputError
        If Slurm does not say which nodes there are.

    Examples
    --------
    >>> find_processes({"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"})
    Processes(rank=1, count=2, local_rank=1, sharing=2, meeting='env://')
    >>> find_processes({"SLURM_PROCID": "0", "SLURM_NTASKS": "8"})  # a batch script, which is one process
    Processes(rank=0, count=1, local_rank=0, sharing=1, meeting='env://')
    """
    if "TORCHELASTIC_RUN_ID" in environment or {"RANK", "WORLD_SIZE"} <= environment.keys():
        return Processes(
            int(environment["RANK"]),
            int(environment["WORLD_SIZE"]),
            int(environment["LOCAL_RANK"]),
            int(environment.get("LOCAL_WORLD_SIZE", 1)),
        )
    # Only a step of srun has it; SLURM_NTASKS is there in a batch script too.
    count = int(environment.get("SLURM_STEP_NUM_TASKS", 1))
    if count == 1:
        return ALONE
    job, step = (int(environment[name]) for name in ("SLURM_JOB_ID", "SLURM_STEP_ID"))
    # Steps of one job come one after the other, and may be at work side by side.
    port = _FIRST_PORT + (job * 7 + step) % _PORTS
    return Processes(
        int(environment["SLURM_PROCID"]),
        count,
        int(environment["SLURM_LOCALID"]),
        1,
        f"tcp://{_first_host(environment)}:{port}",
    )


def _first_host(environment):
    nodes = environment.get("SLURM_STEP_NODELIST") or environment.get("SLURM_JOB_NODELIST", "")
    command = ["scontrol", "show", "hostnames", nodes]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        return said.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError) as error:
        raise InputError(
            f"Slurm does not say which nodes this run has ({nodes!r}): {error}",
            item="SLURM_JOB_NODELIST",
            remedy="start the processes by srun, or by torchrun on one node",
        ) from error


@contextmanager
def joined(processes: Processes, device: torch.device) -> Iterator[Processes]:
    """Let the processes find each other, and part at the end.

    Parameters
    ----------
    processes : Processes
    device : torch.device
        Of this process: they speak over NCCL on GPUs, over gloo on CPUs.

    Yields
    ------
    Processes
    """
    if processes.count == 1:
        yield processes
        return
    gpu = device.type == "cuda"
    if gpu:
        torch.cuda.set_device(device)
    distributed.init_process_group(
        "nccl" if gpu else "gloo",
        init_method=processes.meeting,
        rank=processes.rank,
        world_size=processes.count,
        timeout=LONGEST_WAIT,
        device_id=device if gpu else None,
    )
    if not processes.writes:
        # One log for all; what goes wrong in any of them is said.
        logging.disable(logging.INFO)
    yield processes
    # Not where something went wrong: it may wait for processes that are not there any more.
    distributed.destroy_process_group()


def this_process() -> Processes:
    """Return :func:`find_processes` of the environment that the program was started in."""
    return find_processes(os.environ)
