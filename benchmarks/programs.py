"""The workflow's programs as child processes, two at a time, with time and peak memory of each."""

import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: Runs a program and writes its peak memory; what the system counts for a child includes its parent's.
_WITH_PEAK = (
    "import runpy, sys; from pathlib import Path; sys.argv.pop(0); out = sys.argv.pop(0); "
    "sys.path.insert(0, str(Path(sys.argv[0]).parent)); runpy.run_path(sys.argv[0], run_name='__main__'); "
    "lines = open('/proc/self/status').read().splitlines(); "
    "Path(out).write_text(next(line for line in lines if line.startswith('VmHWM')).split()[1])"
)


@dataclass
class Job:
    """One run of a program.

    Attributes
    ----------
    name : str
        As it is reported; also the name of its log.
    program : str
        Name of the program in ``workflow_scripts/`` without ending.
    inputs, outputs : dict
        Option without dashes, underscores for hyphens, to a path or a list of paths. A job waits for those
        whose outputs it reads.
    options : dict
        Other options.
    """

    name: str
    program: str
    inputs: dict
    outputs: dict
    options: dict = field(default_factory=dict)

    def needs(self):
        """Return the paths that the job reads."""
        return {Path(path) for value in self.inputs.values() for path in _listed(value)}

    def words(self):
        """Return the program's arguments."""
        words = []
        for key, value in (self.inputs | self.outputs | self.options).items():
            words += [f"--{key.replace('_', '-')}", *map(str, _listed(value))]
        return words


@dataclass(frozen=True)
class Usage:
    """What a job took: wall and CPU time (user and system) in s, greatest resident memory in MB."""

    wall: float
    cpu: float
    peak: float


def processor():
    """Return the processor's name."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def run_jobs(jobs, folder, at_once=2):
    """Run jobs as soon as their inputs are there, in the given order otherwise.

    Parameters
    ----------
    jobs : list of Job
    folder : Path
        For logs.
    at_once : int
        As ``snakemake --cores``: every program counts as one core.

    Returns
    -------
    dict of str to Usage
        By name of the job.
    """
    waiting, running, found = list(jobs), {}, {}
    missing = {Path(path) for job in jobs for path in job.outputs.values()}
    while waiting or running:
        for job in [job for job in waiting if not job.needs() & missing][: at_once - len(running)]:
            waiting.remove(job)
            child = _start(job, folder)
            running[child.pid] = (job, child, time.perf_counter())
        pid, status, usage = os.wait4(-1, 0)
        job, child, start = running.pop(pid)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if child.returncode:
            sys.exit(f"{job.name} failed:\n{(folder / f'{job.name}.log').read_text()}")
        missing -= set(map(Path, job.outputs.values()))
        peak = int((folder / f"{job.name}.peak").read_text()) / 1024
        found[job.name] = Usage(wall, usage.ru_utime + usage.ru_stime, peak)
    return found


def _start(job, folder):
    program = ROOT / "workflow_scripts" / f"{job.program}.py"
    command = [sys.executable, "-c", _WITH_PEAK, folder / f"{job.name}.peak", program, *job.words()]
    with (folder / f"{job.name}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


def _listed(value):
    return value if isinstance(value, list) else [value]
