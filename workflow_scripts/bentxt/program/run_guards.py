"""Guards against calls of the workflow that would silently do something else than was meant."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bentxt.errors import InputError


def typed_values(value: Any) -> Any:
    """Return what ``--config`` said, with the types that YAML gives it.

    Snakemake reads the nested values of ``--config`` as text: ``{GPT: null}`` arrives as ``"null"``.

    Parameters
    ----------
    value : dict, list or scalar
        From the command line.

    Returns
    -------
    dict, list or scalar
        The same, each text read as YAML: null, a boolean, a number or a text.
    """
    if isinstance(value, dict):
        return {key: typed_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [typed_values(item) for item in value]
    if not isinstance(value, str):
        return value
    try:
        read = yaml.safe_load(value)
    except yaml.YAMLError:
        return value
    # A text such as "a: b" stays a text, and so does an empty one.
    return value if isinstance(read, dict | list) or not value.strip() else read


def submits_to_slurm(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether a call of snakemake hands its jobs to Slurm.

    Parameters
    ----------
    arguments : sequence of str
        Of the command line, without the program's name.
    environment : mapping of str to str
        Its ``SNAKEMAKE_PROFILE`` is a profile too.

    Returns
    -------
    bool
    """
    names = []
    option = None
    for argument in arguments:
        if argument.startswith("-"):
            option, _, value = argument.partition("=")
            names += [value] if option in ("--profile", "--executor", "-e") and value else []
        elif option in ("--profile", "--executor", "-e"):
            names.append(argument)
    if profiles := environment.get("SNAKEMAKE_PROFILE"):
        names.append(profiles)
    return any(Path(name).name == "slurm" for name in names)


def check_slurm_run(
    config: Mapping[str, Any],
    stated: Mapping[str, Any],
    arguments: Sequence[str],
    environment: Mapping[str, str],
) -> None:
    """Refuse to send the miniature world to a cluster by mistake.

    Snakemake lets ``--configfile`` on the command line replace the one in the profile, so that
    ``--profile slurm --configfile mine.yaml`` would drop ``config/paper.yaml`` without a word.

    Parameters
    ----------
    config : dict
        The merged config of the run.
    stated : mapping
        What the command line and its config files say themselves.
    arguments, environment
        As for :func:`submits_to_slurm`.

    Raises
    ------
    InputError
        If the jobs go to Slurm, ``run`` is mini, and nobody said so.
    """
    if config.get("run") != "mini" or stated.get("run") == "mini":
        return
    if submits_to_slurm(arguments, environment):
        raise InputError(
            "the profile's config/paper.yaml is not used, because --configfile replaces it; "
            "Slurm would get the miniature world",
            item="run",
            remedy="--configfile config/paper.yaml mine.yaml; "
            "for the miniature world on Slurm add --config run=mini",
        )


def check_folder(folder: Path | str, workflow: Path | str) -> None:
    """Refuse a run in another folder than the workflow's own.

    Programs, resources and results are named relative to the workflow's folder, so that a folder that was
    moved does not run again.

    Parameters
    ----------
    folder : str or Path
        Working directory of the run.
    workflow : str or Path
        Folder of the Snakefile.

    Raises
    ------
    InputError
        If they are not the same folder.
    """
    if Path(folder).resolve() != Path(workflow).resolve():
        raise InputError(
            "the working directory is not the folder of the Snakefile",
            file=folder,
            remedy=f"cd {workflow}, call snakemake without --directory, and set paths.data and paths.results "
            "in a file for --configfile",
        )


#: What a run that starts from a released data set does not make: why, and targets and rules that ask for it.
_NOT_RELEASED = (
    (
        "Figure 2 shows how this project's own captions come about",
        r"figures/figure2\..*|draw_caption_pipeline",
    ),
    (
        "the check's report is about captions that this project made",
        r"figures/caption_check\..*|{results}/statistics/caption_damages\..*"
        "|measure_caption_check|report_caption_check",
    ),
    (
        "captions, questions and the benchmark split are made only where the data set is",
        r"{results}/(captions|questions|benchmark)[/_].*"
        "|write_captions|augment_captions|generate_questions|generate_instructions|select_benchmark"
        "|assemble_dataset",
    ),
)


def check_targets(arguments: Iterable[str], results: str) -> None:
    """Refuse targets that a run from a released data set does not have.

    Parameters
    ----------
    arguments : iterable of str
        Of the command line; files and rules among them are targets.
    results : str
        ``paths.results``.

    Raises
    ------
    InputError
        Naming the target and why it is not made.
    """
    for target in arguments:
        for reason, pattern in _NOT_RELEASED:
            if re.fullmatch(pattern.format(results=re.escape(results)), target.removeprefix("./")):
                raise InputError(
                    f"{reason}; this run starts from a released data set",
                    item=target,
                    remedy="set dataset.source to made, with a folder of results of its own (paths.results)",
                )


def check_results(results: Path | str, dataset: Path | str, about: Path | str, released: str | None) -> None:
    """Refuse to mix results of a data set that was made here with those of a released one.

    Parameters
    ----------
    results : str or Path
        ``paths.results``.
    dataset : str or Path
        The data set of the run, in that folder.
    about : str or Path
        What says that it is a released one; it is there before the data set is.
    released : str or None
        The released file that this run starts from; None where it makes its data set.

    Raises
    ------
    InputError
        If the folder holds the other kind, or the released file is the data set itself.
    """
    if released is not None and Path(released).resolve() == Path(dataset).resolve():
        raise InputError(
            "the run would overwrite the released file",
            file=released,
            item="dataset.path",
            remedy="keep it outside of paths.results",
        )
    if Path(dataset).exists() and Path(about).exists() != (released is not None):
        made, taken = "a data set that was made here", "a released data set"
        there, wanted = (taken, made) if released is None else (made, taken)
        raise InputError(
            f"the folder holds results of {there}, this run is of {wanted}",
            file=results,
            item="paths.results",
            remedy="give each a folder of results of its own, as config/released.yaml does",
        )
