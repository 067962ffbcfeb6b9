"""The files that say what a worker does: what its answers depend on, and what asks them again."""

import ast
from collections.abc import Sequence
from pathlib import Path

#: Modules that all workers find.
_SHARED = Path(__file__).resolve().parents[3] / "workers"


def worker_files(command: Sequence[str | Path]) -> list[Path]:
    """Return the files that say what a worker does.

    Parameters
    ----------
    command : sequence of str or Path
        Program and arguments.

    Returns
    -------
    list of Path
        Of an interpreter's command, the files among the arguments: scripts with the modules that they import
        from their own folder, the one above or ``workers/``, and ``environment.yaml`` next to them. The
        interpreter is no part of it, as its environment is not. A command without such a file is a program:
        that one.
    """
    files = [path for path in map(Path, command[1:]) if path.is_file()]
    if not files:
        return [path for path in map(Path, command[:1]) if path.is_file()]
    for path in files:
        if path.suffix != ".py":
            continue
        for name in _imported(path):
            places = (folder / f"{name}.py" for folder in (path.parent, path.parent.parent, _SHARED))
            found = next(filter(Path.is_file, places), None)
            files += [found] if found is not None and found not in files else []
        environment = path.parent / "environment.yaml"
        files += [environment] * (environment.is_file() and environment not in files)
    return files


def _imported(path):
    """Return the names of the modules that a script imports anywhere, sorted; none if it is no Python."""
    found: set[str] = set()
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except (SyntaxError, ValueError):
        return []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return sorted(found)
