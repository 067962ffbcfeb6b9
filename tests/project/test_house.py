"""The library's plan: floors, walls between rooms, and names that can be relied on.

What a program imports is what reruns it, so a misplaced import is a needless rerun. The floors stand in
``docs/design.md``; modules are read as the fingerprint reads them, and none of them is imported but the table
of what one program imports by name.
"""

import ast
import builtins
import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from bentxt.program import fingerprint
from bentxt.training.tiny_checkpoints import TINY_CHECKPOINTS

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = fingerprint.SCRIPTS
LIBRARY = SCRIPTS / "bentxt"
FILES = sorted(LIBRARY.rglob("*.py"))
PROGRAMS = sorted(path.stem for path in SCRIPTS.glob("*.py"))
#: Not a stage: proof-reading, run by the lint; what people call.
WITHOUT_RULE = {
    *("check_captions", "check_templates", "extract_answers", "fit_presence_weights"),
    *("merge_reviews", "review_captions"),
}


def dotted(path):
    """Return the dotted name of a file of the library, ``bentxt`` left out; empty for the library itself."""
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(name):
    """Return the folder or module right under ``bentxt`` that a dotted name belongs to."""
    return name.split(".")[0]


MODULES = {dotted(path): path for path in FILES}


@cache
def imports(name):
    """Return the dotted names of the modules that a module imports, folders left out."""
    path = MODULES[name]
    _, found = fingerprint._parse(path, SCRIPTS, path.stat().st_mtime_ns)
    return sorted(dotted(other) for other in found if other.name != "__init__.py" and other != path)


#: What a program imports by name, for whatever it is asked to do.
NAMED = {"build_tiny_checkpoint": [built.module for built in TINY_CHECKPOINTS.values()]}


@cache
def closure(program):
    """Return the dotted names of all modules that a program's fingerprints cover, folders left out."""
    files = fingerprint.source_files(program, also=NAMED.get(program, ()))
    return [dotted(path) for path in files if path.parent != SCRIPTS and path.name != "__init__.py"]


@cache
def syntax(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


# Floors and walls


def floors():
    """Return the floors of ``docs/design.md`` from top to bottom, each a list of rooms."""
    page = (PROJECT / "docs/design.md").read_text(encoding="utf-8")
    block = re.search(r"^```floors\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1]
    return [re.split(r"\s{2,}", line)[0].split(", ") for line in block.splitlines() if line[0] != " "]


def test_every_room_stands_on_one_floor_of_the_design_page():
    rooms = [name for floor in floors() for name in floor]
    assert sorted(rooms) == sorted({room(name) for name in MODULES if name})


@pytest.mark.parametrize("place", [name for floor in floors() for name in floor])
def test_a_room_imports_from_lower_floors_only(place):
    height = {name: -number for number, floor in enumerate(floors()) for name in floor}
    wrong = [
        f"{name} imports {other}"
        for name in MODULES
        if room(name) == place
        for other in imports(name)
        if room(other) != place and height[room(other)] >= height[place]
    ]
    assert not wrong


def test_no_circle_of_imports():
    done, open_path = set(), []

    def visit(name):
        if name in open_path:
            pytest.fail(" → ".join([*open_path[open_path.index(name) :], name]))
        if name not in done:
            open_path.append(name)
            for other in imports(name):
                visit(other)
            done.add(open_path.pop())

    for name in MODULES:
        visit(name)
    assert done == set(MODULES)


# What the library does not know


def imported_packages(path):
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_the_library_knows_neither_snakemake_nor_outside_program_a_command_line(path):
    forbidden = {"snakemake"} if room(dotted(path)) == "program" else {"snakemake", "argparse"}
    assert not forbidden & set(imported_packages(path))


# Rerun walls

ARCHIVES = ("bigearthnet.archives", "bigearthnet.geotiff")
#: The modules with the packages that captions are measured with.
CAPTION_METRICS = ("evaluation.ngram_metrics", "evaluation.embedding_metrics", "evaluation.clair")
#: Program, and the folders and modules that must not be in its closure.
WALLS = {
    "extract_attributes": ["captions", "questions", "models", "miniature"],
    "write_captions": [*ARCHIVES, "questions", "models"],
    "augment_captions": [*ARCHIVES, "questions", "models"],
    "generate_questions": [*ARCHIVES, "captions", "models"],
    "generate_instructions": [*ARCHIVES, "questions.binary", "questions.referring", "models"],
    "build_tiny_checkpoint": ["models.families", "captions", "questions", "evaluation"],
    "finetune_rs_internvl": [*ARCHIVES, "models.families", "models.tiny", "captions", "questions"],
    "predict_answers": [
        *ARCHIVES,
        "models.tiny",
        "captions",
        "questions",
        "training",
        "evaluation",
        "baselines",
    ],
    "adopt_answers": [*ARCHIVES, "models.families", "models.tiny", "captions", "questions", "evaluation"],
    "answer_blind": [*ARCHIVES, "models", "captions", "questions", "training", "dataset"],
    "answer_from_maps": ["models", "captions", "questions.referring", "questions.templates", "dataset"],
    "embed_references": [
        *ARCHIVES,
        *("models", "captions", "questions", "training", "dataset", "evaluation.score"),
        *("evaluation.answered_items", "tables.schemas.predictions_schema"),
    ],
    "score_answers": [*ARCHIVES, "models.families", "models.tiny", "captions", "questions"],
    "report_learning": [*ARCHIVES, "models.families", "models.tiny", "captions", "questions"],
    "compare_modalities": [
        *ARCHIVES,
        *("models.families", "models.tiny", "captions", "questions", "miniature.reflectance"),
    ],
    "measure_agreement": ["models", "evaluation", "questions.referring", "questions.templates"],
    "compare_with_paper": [*ARCHIVES, "models.families", "models.tiny", "captions", "questions"],
    "check_paper": [*ARCHIVES, "models.families", "models.tiny", "captions", "questions", "evaluation"],
    "tabulate_best": [*ARCHIVES, "models.families", "models.tiny", "captions"],
    "tabulate_breakdown": [
        *ARCHIVES,
        "models.families",
        "models.tiny",
        "captions",
        "questions.binary",
        "questions.referring",
        "questions.templates",
    ],
    "tabulate_datasets": [*ARCHIVES, "models", "captions"],
    "tabulate_scores": [*ARCHIVES, "models.families", "models.tiny", "captions"],
    "draw_examples": [*ARCHIVES, "models", "captions"],
    "draw_answers": [*ARCHIVES, "models.families", "models.tiny", "captions", *CAPTION_METRICS],
    "browse_items": [
        *ARCHIVES,
        *("models.families", "models.tiny", "captions", "reporting.figure_files"),
        *CAPTION_METRICS,
    ],
    "draw_model_page": [
        *ARCHIVES,
        *("models.families", "models.tiny", "captions", "questions", "reporting.figure_files"),
        *CAPTION_METRICS,
    ],
    "compare_models": [
        *ARCHIVES,
        *("models.families", "models.tiny", "captions", "reporting.figure_files"),
        *("evaluation.answer_extraction", "evaluation.box_extraction"),
        *CAPTION_METRICS,
    ],
    "draw_statistics": [*ARCHIVES, "models", "captions"],
    "measure_caption_check": [*ARCHIVES, "questions", "models", "reporting"],
    "report_caption_check": [
        *ARCHIVES,
        *("questions", "models", "captions.caption_check", "captions.damages", "captions.grammar"),
    ],
}


@pytest.mark.parametrize(
    ("program", "beyond"),
    [(program, beyond) for program, walls in WALLS.items() for beyond in walls],
)
def test_a_change_beyond_the_wall_does_not_rerun_the_program(program, beyond):
    assert beyond in MODULES
    assert not [name for name in closure(program) if name == beyond or name.startswith(f"{beyond}.")]


def tables_of():
    """Return {program: tables that docs/data_model.md says it writes or reads}."""
    page = (PROJECT / "docs/data_model.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)[1:]
    used = {program: set() for program in PROGRAMS}
    for table, text in zip(parts[::2], parts[1::2], strict=True):
        for line in re.findall(r"^- (?:written|read) by: (.+)$", text, re.MULTILINE):
            for program in re.split(r", | or ", line):
                # A table may be there for people alone.
                if program != "people":
                    used[program].add(table)
    return used


#: Programs that handle other schemas than those of the files they are given: one copies bytes, one takes
#: names of patches from any table, two read annotations whatever is wrong with single rows, and extract
#: attributes into a scratch folder of their own.
OTHER_SCHEMAS = {
    "download_source": set(),
    "encode_images": set(),
    "measure_agreement": {"metadata", "maps", "instances", "adjacencies", "patches", "kept_patches"},
    "answer_from_maps": {
        *("metadata", "maps", "instances", "adjacencies", "patches", "kept_patches"),
        *("dataset", "predictions"),
    },
}


@pytest.mark.parametrize("program", [program for program in PROGRAMS if program not in WITHOUT_RULE])
def test_a_changed_column_reruns_the_programs_that_write_or_read_its_table(program):
    names = (re.fullmatch(r"tables\.schemas\.(\w+)_schema", name) for name in closure(program))
    schemas = {match[1] for match in names if match}
    # The columns of kept patches are columns of the located patches too.
    expected = tables_of()[program] | ({"kept_patches"} if "patches" in schemas else set())
    assert schemas == OTHER_SCHEMAS.get(program, expected)


# Names


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=dotted)
def test_a_folder_holds_a_docstring_only(path):
    tree = syntax(path)
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def test_no_two_modules_have_one_name():
    names = sorted(path.stem for path in FILES if path.name != "__init__.py")
    assert [first for first, second in pairwise(names) if first == second] == []


def rules():
    """Return {rule: its text}, of rules that run something."""
    found = {}
    for path in sorted((PROJECT / "rules").glob("*.smk")):
        for text in re.split(r"^\s*rule ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            found[text.split(":")[0]] = text
    return found


def test_every_program_has_a_rule_of_its_name():
    assert sorted(rules()) == sorted(set(PROGRAMS) - WITHOUT_RULE)


@pytest.mark.parametrize(("rule", "text"), rules().items(), ids=list(rules()))
def test_a_rule_its_program_its_log_and_its_timings_have_one_name(rule, text):
    assert re.findall(r"workflow_scripts/(\w+)\.py", text) == [rule]
    # What is downloaded is known by size and hash: new code fetches nothing again.
    # The code of a prediction is that of its model's family too, of a tiny checkpoint its architecture's.
    named = {"predict_answers": [], "build_tiny_checkpoint": [], "download_source": []}.get(rule, [rule])
    assert re.findall(r'code\("(\w+)"', text) == named
    assert re.search(r'^ +log:\n +f"\{LOGS\}/(\w+)[./]', text, re.MULTILINE)[1] == rule
    assert re.search(r'^ +benchmark:\n +f"\{TIMINGS\}/(\w+)[./]', text, re.MULTILINE)[1] == rule


def names_of(body):
    """Return the names that statements bind, those within if, try and with included."""
    found = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            found |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return found


@cache
def names_anywhere():
    """Return the names at the top of any module, Python's own, and what the modules import."""
    return set(dir(builtins)).union(*(names_of(syntax(path).body) for path in FILES))


def resolves(name):
    """Whether a dotted name without ``bentxt`` is a module, a name in one, or an attribute of its class."""
    if name in MODULES:
        return True
    module = name
    while module not in MODULES:
        module = module.rpartition(".")[0]
    body = syntax(MODULES[module]).body
    *classes, last = name.removeprefix(module).strip(".").split(".")
    for each in classes:
        found = [node for node in body if isinstance(node, ast.ClassDef) and node.name == each]
        if not found:
            return False
        body = found[0].body
    return last in names_of(body)


def docstrings(path):
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_names_in_docstrings_exist(path):
    text = "\n".join(docstrings(path))
    for name in re.findall(r":(?:class|func|data|mod):`~?([\w.]+)`", text):
        if name.startswith("bentxt."):
            assert resolves(name.removeprefix("bentxt.")), name
        else:
            assert name.split(".")[0] in names_anywhere(), name
    for name in re.findall(r"``bentxt\.(?!json)([\w.]+)", text):
        assert resolves(name.rstrip(".")), name


@pytest.mark.parametrize("page", sorted(PROJECT.glob("docs/**/*.md")) + sorted(PROJECT.glob("*.md")))
def test_names_on_pages_exist(page):
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`bentxt\.([\w.]+?)`", text):
        assert resolves(name), name
    for name in re.findall(r"`bentxt/([\w/]+?)/?(?:\.py)?`", text):
        assert name.replace("/", ".") in MODULES, name


# Hints


def checked_by_mypy():
    """Return the modules that ``pyproject.toml`` has checked, ``bentxt`` left out."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    rooms = tuple(f"{name.removeprefix('bentxt.')}." for name in settings["packages"])
    single = [name.removeprefix("bentxt.") for name in settings["modules"]]
    return sorted([*single, *(name for name in MODULES if name.startswith(rooms))])


def public_functions(body, inside=""):
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name == "__init__"):
            yield f"{inside}{node.name}", node


@pytest.mark.parametrize("name", checked_by_mypy())
def test_public_functions_of_checked_modules_have_hints(name):
    for function, node in public_functions(syntax(MODULES[name]).body):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        bare = [each.arg for each in arguments if each.annotation is None]
        missing = [name for name in bare if name not in ("self", "cls")]
        assert not missing, f"{function}({', '.join(missing)})"
        assert node.returns is not None, function
