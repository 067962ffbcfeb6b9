"""What every program shares: its arguments, its messages, and how it fails."""

import argparse
import errno
import gc
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bentxt.errors import InputError
from bentxt.program.lineage import Lineage, gather_lineages
from bentxt.program.signals import end_at_sigterm

# Looking for cycles among the million objects of torch and transformers took a fifth of a short program.
gc.set_threshold(20_000, 50, 50)

#: The workflow's own settings, for programs called from a folder that has none.
CONFIG = Path(__file__).resolve().parents[3] / "config.yaml"


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help with the default of each option; the workflow's own files are shown relative to its folder."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        default = action.default
        if default in (None, argparse.SUPPRESS, "", []) or isinstance(default, bool):
            return action.help
        shown = default
        if isinstance(default, str | Path) and Path(default).is_relative_to(CONFIG.parent):
            shown = Path(default).relative_to(CONFIG.parent)
        return f"{action.help} (default: {str(shown).replace('%', '%%')})"


def program_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the two options that every program has, ``--settings`` and ``--code``.

    Parameters
    ----------
    description : str
        The program's docstring.

    Returns
    -------
    argparse.ArgumentParser
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=HelpFormatter)
    parser.add_argument(
        "--settings",
        type=read_settings,
        default="config.yaml" if Path("config.yaml").is_file() else str(CONFIG),
        help="the config keys that the program uses, as JSON, or a YAML file that holds them; "
        "without it, config.yaml of the working directory, or else the workflow's own",
    )
    parser.add_argument("--code", default="", help="fingerprint of the code, for the lineage")
    return parser


def read_settings(text: str) -> dict[str, Any]:
    """Parse ``--settings``: a JSON object, or the path of a YAML file.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is neither, or the file holds no mapping.
    """
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text)
        settings = yaml.safe_load(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        problem = f"{text}: neither JSON object nor readable YAML file: {error}"
        raise argparse.ArgumentTypeError(problem) from error
    if not isinstance(settings, dict):
        raise argparse.ArgumentTypeError(f"{text} holds no mapping of keys to values")
    return settings


def lineage(args: argparse.Namespace, **notes: Any) -> Lineage:
    """Return the :class:`Lineage` of the running program from its parsed arguments.

    The lineages stored in the files that it was given are gathered into ``upstream``.
    """
    program = Path(sys.argv[0]).name
    values = [value for key, value in vars(args).items() if key not in ("settings", "code", "out")]
    paths = [
        path
        for value in values
        for path in (value if isinstance(value, list) else [value])
        if isinstance(path, str | Path)
    ]
    upstream = gather_lineages(paths, program)
    return Lineage(program, args.settings, args.code, notes, upstream)


def collect_rarely() -> None:
    """Let the garbage collector look at blocks of rows once or twice, not every 700 objects.

    For programs that hold some hundred thousand tuples and lists at a time, none of them in cycles: a
    quarter of their time went into looking at them again and again.
    """
    gc.freeze()
    gc.set_threshold(200_000)


def run(main: Callable[[], None]) -> None:
    """Call ``main()``; turn an :class:`InputError` or a full disk into a message and exit status 1."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    end_at_sigterm()
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if error.errno is None:
            raise
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "free space on this file system" if full else "check path and permissions"
        sys.exit(f"error: {InputError(str(error.strerror), file=error.filename, remedy=remedy)}")
