"""Fingerprints of code: what makes Snakemake rerun a stage when the library changes, and only then.

A fingerprint covers a program and every ``bentxt`` module that it imports, directly or through
others, as syntax trees without docstrings; comments and layout are not in them.
"""

import ast
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2]


def fingerprint(program: str, scripts: Path = SCRIPTS, also: Sequence[str] = ()) -> str:
    """Return the fingerprint of a program.

    Parameters
    ----------
    program : str
        Name of a program in ``scripts``, without ``.py``.
    scripts : Path
        The folder that holds the programs and ``bentxt``.
    also : iterable of str
        Modules that the program imports by name at run time, as ``bentxt.models.families.server_model``.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    scripts = Path(scripts)
    digest = hashlib.blake2b(digest_size=8)
    for path in source_files(program, scripts, also):
        tree = _parse(path, scripts, path.stat().st_mtime_ns)[0]
        digest.update(f"{path.relative_to(scripts).as_posix()}\0{tree}\0".encode())
    return digest.hexdigest()


def source_files(program: str, scripts: Path = SCRIPTS, also: Sequence[str] = ()) -> list[Path]:
    """Return the files of a program: its own and every ``bentxt`` module it imports; parameters as above.

    Returns
    -------
    list of Path
        Sorted.
    """
    scripts = Path(scripts)
    seen, pending = set(), [scripts / f"{program}.py"]
    for module in also:
        pending.extend(_module_files(module, scripts))
    while pending:
        path = pending.pop()
        if path not in seen:
            seen.add(path)
            pending.extend(_parse(path, scripts, path.stat().st_mtime_ns)[1])
    return sorted(seen)


@cache
def _parse(path: Path, scripts: Path, _modified: int) -> tuple[str, tuple[Path, ...]]:
    """Return the dump of a module's tree without docstrings, and the paths of its bentxt imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = node.module or ""
            if node.level:
                above = path.relative_to(scripts).with_suffix("").parts[: -node.level]
                package = ".".join([*above, package]).rstrip(".")
            names.add(package)
            names.update(f"{package}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            if ast.get_docstring(node, clean=False) is not None:
                node.body = body[1:]
    imports: set[Path] = set()
    for name in names:
        if name == "bentxt" or name.startswith("bentxt."):
            imports.update(_module_files(name, scripts))
    return ast.dump(tree), tuple(sorted(imports))


def _module_files(name: str, scripts: Path) -> Iterator[Path]:
    """Yield the files that importing ``a.b.c`` runs: those of ``a`` and ``a.b`` too."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        base = scripts.joinpath(*parts[:length])
        yield from (path for path in (base / "__init__.py", base.with_suffix(".py")) if path.exists())
