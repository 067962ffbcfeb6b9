"""What changes a program's fingerprint, and what does not."""

import os

import pytest

from bentxt.program.fingerprint import SCRIPTS, fingerprint

PROGRAM = "from bentxt.areas import THRESHOLD\nprint(THRESHOLD)\n"
FILES = {
    "draw.py": PROGRAM,
    "bentxt/__init__.py": '"""The library."""\n',
    "bentxt/areas.py": "from bentxt.units import SQUARE\nTHRESHOLD = 5 * SQUARE\n",
    "bentxt/units.py": '"""Units."""\nSQUARE = 100  # m²\n\ndef area(n):\n    """Say it."""\n    return n\n',
    "bentxt/unused.py": "X = 1\n",
    "bentxt/nested/__init__.py": "",
    "bentxt/nested/inner.py": "from . import sibling\nfrom ..units import SQUARE\n",
    "bentxt/nested/sibling.py": "Y = 2\n",
}


@pytest.fixture
def scripts(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def rewrite(scripts, name, old, new):
    path = scripts / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    stamp = path.stat().st_mtime_ns
    path.write_text(text.replace(old, new), encoding="utf-8")
    # File systems with coarse clocks would give both versions the same time.
    os.utime(path, ns=(stamp + 1, stamp + 1_000_000))


def test_it_is_sixteen_digits_and_stable(scripts):
    first = fingerprint("draw", scripts)
    assert len(first) == 16
    assert int(first, 16) >= 0
    assert fingerprint("draw", scripts) == first


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("draw.py", "print", "# a comment\nprint"),
        ("bentxt/areas.py", "5 * SQUARE", "(\n    5 * SQUARE\n)"),
        ("bentxt/units.py", "# m²", "# square metres"),
        ("bentxt/units.py", '"""Units."""', '"""All units."""'),
        ("bentxt/units.py", '    """Say it."""\n', ""),
        ("bentxt/unused.py", "X = 1", "X = 2"),
        ("bentxt/nested/inner.py", "SQUARE", "area"),
    ],
)
def test_comments_layout_docstrings_and_strangers_do_not_change_it(scripts, name, old, new):
    before = fingerprint("draw", scripts)
    rewrite(scripts, name, old, new)
    assert fingerprint("draw", scripts) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("draw.py", "print(THRESHOLD)", "print(THRESHOLD + 1)"),
        ("bentxt/areas.py", "5 *", "6 *"),
        ("bentxt/units.py", "100", "101"),
        ("bentxt/__init__.py", '"""The library."""', "VERSION = 1"),
    ],
)
def test_code_changes_it_through_imports_of_imports(scripts, name, old, new):
    before = fingerprint("draw", scripts)
    rewrite(scripts, name, old, new)
    assert fingerprint("draw", scripts) != before


@pytest.mark.parametrize("where", ["inner", "sibling", "__init__"])
def test_packages_relative_and_late_imports_count(scripts, where):
    rewrite(scripts, "draw.py", PROGRAM, "def main():\n    import bentxt.nested.inner\n")
    before = fingerprint("draw", scripts)
    with (scripts / f"bentxt/nested/{where}.py").open("a") as file:
        file.write("Z = 3\n")
    stamp = (scripts / f"bentxt/nested/{where}.py").stat().st_mtime_ns
    os.utime(scripts / f"bentxt/nested/{where}.py", ns=(stamp + 1, stamp + 1_000_000))
    assert fingerprint("draw", scripts) != before


def test_modules_that_are_imported_by_name_count_where_they_are_given(scripts):
    plain, with_inner = fingerprint("draw", scripts), fingerprint("draw", scripts, ["bentxt.nested.inner"])
    assert plain != with_inner
    rewrite(scripts, "bentxt/nested/sibling.py", "Y = 2", "Y = 3")
    assert fingerprint("draw", scripts) == plain
    assert fingerprint("draw", scripts, ["bentxt.nested.inner"]) != with_inner


def test_moving_code_to_another_module_changes_it(scripts):
    before = fingerprint("draw", scripts)
    (scripts / "bentxt/units.py").rename(scripts / "bentxt/measures.py")
    rewrite(scripts, "bentxt/areas.py", "bentxt.units", "bentxt.measures")
    assert fingerprint("draw", scripts) != before


def test_every_program_has_one():
    programs = sorted(path.stem for path in SCRIPTS.glob("*.py"))
    assert "extract_attributes" in programs
    assert len({fingerprint(name) for name in programs}) == len(programs)
