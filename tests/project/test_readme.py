"""What the pages name exists: files, targets of make, programs and their options."""

import re
import subprocess

import pytest

from worlds.pages import PAGES, PROJECT, commands

#: Folders that a path in the text of a page begins with, where it means a file of the project.
FOLDERS = "benchmarks|config|docs|envs|profiles|resources|rules|slurm|tests|workflow_scripts"


def relative(page):
    return str(page.relative_to(PROJECT))


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_linked_files_exist(page):
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not re.match(r"https?:|mailto:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_files_named_in_the_text_exist(page):
    for code in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8")):
        for path in re.findall(rf"(?:^|\s)((?:{FOLDERS})/[\w./-]*)(?=$|[\s:])", code):
            assert (PROJECT / path).exists() or path.startswith("benchmarks/results"), path


def targets():
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    found = {word for words in commands("make") for word in words[1:]}
    return sorted(found | set(re.findall(r"`make ([\w./-]+)`", pages)))


@pytest.mark.parametrize("target", targets())
def test_targets_of_make_exist(target):
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_make_alone_lists_every_target_with_a_line():
    makefile = (PROJECT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    done = subprocess.run(["make", "--silent"], cwd=PROJECT, capture_output=True, text=True, check=True)
    listed = dict(re.findall(r"^(\S+) {2,}(\S.+)$", done.stdout, re.MULTILINE))
    assert set(phony) - {"FORCE"} <= set(listed)


@pytest.mark.parametrize("words", commands("python"), ids=" ".join)
def test_programs_have_the_options_that_a_page_gives_them(words, run_program):
    folder, _, name = words[1].rpartition("/")
    assert folder == "workflow_scripts"
    text = run_program(name.removesuffix(".py"), "--help").stdout
    for option in words[2:]:
        if option.startswith("--"):
            assert re.search(rf"{option}\b", text), option


def test_the_page_on_tests_names_tests_that_exist_and_every_folder():
    page = (PROJECT / "tests/README.md").read_text(encoding="utf-8")
    files = {path.stem: path.parent.name for path in PROJECT.glob("tests/*/test_*.py")}
    named = set(re.findall(r"\btest_[a-z0-9_]+", page)) - {"test_"}
    assert named <= set(files)
    folders = {path.name for path in PROJECT.glob("tests/*/") if not path.name.startswith("_")}
    assert {name for name in folders if f"`tests/{name}/`" not in page and f"`{name}`" not in page} == set()
