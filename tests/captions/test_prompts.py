import shutil

import pytest

from bentxt.captions.prompts import PROMPTS, read_prompts
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, LEVEL_1_GROUPS


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    return tmp_path / "prompts"


def test_the_system_prompt_holds_hierarchy_and_three_examples_and_no_open_placeholder():
    prompts = read_prompts()
    assert all(name.lower() in prompts.system for name in CLASSES)
    assert all(f"- {group.lower()}: " in prompts.system for group in LEVEL_1_GROUPS)
    assert prompts.system.count("\nDescription: ") == prompts.system.count("\nCaption: ") == 3
    assert "{" not in prompts.system + prompts.refine


def test_messages_of_both_turns():
    prompts = read_prompts()
    first = prompts.messages('It shows "pastures" {sic}.', [])
    assert [message["role"] for message in first] == ["system", "user"]
    assert 'It shows "pastures" {sic}.' in first[1]["content"]
    second = prompts.messages('It shows "pastures" {sic}.', ["It shows pastures."])
    assert second[:2] == first
    assert [message["role"] for message in second] == ["system", "user", "assistant", "user"]
    assert [message["content"] for message in second[2:]] == ["It shows pastures.", prompts.refine]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("system.md", "expert"),
        ("paraphrase.md", "Description"),
        ("refine.md", "rules"),
        ("examples.yaml", "vast"),
    ],
)
def test_the_hash_changes_with_every_file(folder, name, word):
    before = read_prompts(folder).hash
    assert before == read_prompts().hash
    path = folder / name
    path.write_text(path.read_text().replace(word, "other", 1))
    assert read_prompts(folder).hash != before


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("system.md", "No hierarchy. {examples}", "{hierarchy} is missing"),
        ("paraphrase.md", "Rewrite it.", "{caption} is missing"),
        ("examples.yaml", "- caption: only", "not a list of entries"),
        ("examples.yaml", "[", "not a list of entries"),
        ("refine.md", None, "cannot be read"),
    ],
)
def test_broken_prompts_are_reported_with_their_file(folder, name, text, message):
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read_prompts(folder)
    assert error.value.file == folder / name
