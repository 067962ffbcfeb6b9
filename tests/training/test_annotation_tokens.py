"""Tokens of annotations: those of the prompts one by one, streamed, opened as they were written."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.models.instructions import write_instruction
from bentxt.models.special_tokens import IMAGE_TOKEN
from bentxt.models.visual_prompts import Prompts, load_prompts
from bentxt.program.lineage import Lineage
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import TableWriter
from bentxt.training import tokenisation
from bentxt.training.annotation_tokens import open_tokens
from bentxt.training.mapped_arrays import ABOUT
from bentxt.training.tokenisation import tokenise, trained_patches
from worlds import tiny_rs_internvl


@pytest.fixture(scope="module")
def prompts():
    return Prompts(tiny_rs_internvl.tokenizer(), IMAGE_TOKEN)


words = st.sampled_from(
    ["arable land", " ", "\n", "é", "<ref>", "</ref>", "<IMG_CONTEXT>", "<|im_end|>", "{{", "12"]
)
texts = st.lists(st.one_of(words, st.text(max_size=8)), max_size=6).map("".join)


@settings(max_examples=60)
@given(st.lists(texts, max_size=5))
def test_tokens_of_many_texts_are_those_of_each(prompts, given_texts):
    assert prompts.instructions(given_texts) == [prompts.instruction(text) for text in given_texts]
    assert prompts.answers(given_texts) == [prompts.answer(text) for text in given_texts]


@pytest.mark.parametrize("change", ["part.text | trim", "part.text | upper"])
def test_a_chat_template_that_looks_at_the_text_is_rendered_for_each(change):
    tokenizer = tiny_rs_internvl.tokenizer()
    assert "part.text" in tokenizer.chat_template
    tokenizer.chat_template = tokenizer.chat_template.replace("part.text", change)
    changed = Prompts(tokenizer, IMAGE_TOKEN)
    given_texts = ["Is it a forest? ", "  mixed", "\n"]
    assert changed.instructions(given_texts) == [changed.instruction(text) for text in given_texts]


def _rows(counts, first_id=1):
    """Return rows of the four types; ``counts`` has the patches in order, each with split and rows a type."""
    rows = []
    for patch, (split, number) in counts.items():
        for kind, category in (("binary", "area"), ("mcq", "presence"), ("captioning", "None")):
            for index in range(number):
                rows.append(
                    dict.fromkeys(DATASET.names, "x")
                    | {"ID": first_id + len(rows), "patch_id": patch, "s1_name": f"s1 of {patch}"}
                    | {"input": f"Is it {patch} {index}?", "output": "yes" if index % 2 else "no"}
                    | {"type": kind, "category": category, "split": split, "latitude": 1.0, "longitude": 2.0}
                )
    return rows


def _write(path, rows, row_group=7):
    with TableWriter(path, DATASET, Lineage("test", {}, "", {})) as writer:
        for begin in range(0, len(rows), row_group):
            part = rows[begin : begin + row_group]
            writer.write({name: [row[name] for row in part] for name in DATASET.names})
    return path


COUNTS = {
    "a": ("train", 3),
    "b": ("test", 2),
    "c": ("validation", 1),
    "d": ("bench", 2),
    "e": ("train", 4),
    "é": ("train", 1),
}


@pytest.mark.parametrize("rows_at_a_time", [1, 4, 1000])
def test_the_annotations_of_a_task_come_in_order_whatever_is_read_together(
    prompts, tmp_path, monkeypatch, rows_at_a_time
):
    monkeypatch.setattr(tokenisation, "ROWS", rows_at_a_time)
    rows = _rows(COUNTS)
    dataset = _write(tmp_path / "dataset.parquet", rows)
    for task, kind in (("binary", "binary"), ("captioning", "captioning")):
        tokenise(dataset, task, prompts, tmp_path / task, {})
        tokens = open_tokens(tmp_path / task, task, prompts)
        expected = [row for row in rows if row["type"] == kind and row["split"] in ("train", "validation")]
        assert list(tokens.patch_ids) == ["a", "c", "e", "é"]
        assert list(tokens.s1_names) == ["s1 of a", "s1 of c", "s1 of e", "s1 of é"]
        assert tokens.first.tolist() == [0, 3, 4, 8, 9]
        assert tokens.validation.tolist() == [False, True, False, False]
        assert tokens.ids.tolist() == [row["ID"] for row in expected]
        assert len(tokens) == len(tokens.lengths()) == len(expected)
        for number, row in enumerate(expected):
            asked, said = tokens.pair(number)
            written = write_instruction({}, task, row["category"], row["input"])
            assert asked.tolist() == prompts.instruction(written)
            assert said.tolist() == prompts.answer(row["output"])
            assert tokens.lengths()[number] == len(asked) + len(said)
    assert trained_patches(dataset) == (["a", "c", "e", "é"], ["s1 of a", "s1 of c", "s1 of e", "s1 of é"])


@pytest.fixture
def written(prompts, tmp_path):
    dataset = _write(tmp_path / "dataset.parquet", _rows(COUNTS))
    tokenise(dataset, "binary", prompts, tmp_path / "binary", {"program": "test"})
    return dataset, tmp_path / "binary"


def test_equal_content_has_one_key_and_other_content_another(written, prompts, tmp_path):
    dataset, folder = written
    tokenise(dataset, "binary", prompts, tmp_path / "again", {"program": "another"})
    other = _write(tmp_path / "other.parquet", _rows(COUNTS | {"e": ("train", 5)}))
    tokenise(other, "binary", prompts, tmp_path / "other", {"program": "test"})
    keys = [open_tokens(of, "binary", prompts).key for of in (folder, tmp_path / "again", tmp_path / "other")]
    assert keys[0] == keys[1] != keys[2]


def test_tokens_of_another_tokenizer_template_or_task_are_refused_by_name(written, prompts):
    folder = written[1]
    other = tiny_rs_internvl.tokenizer()
    other.chat_template = other.chat_template + " "
    for task, of, words in (
        ("binary", Prompts(other, IMAGE_TOKEN), "another tokenizer or chat template"),
        ("mcq", prompts, "tokens of the binary annotations"),
    ):
        with pytest.raises(InputError, match=words) as caught:
            open_tokens(folder, task, of)
        assert caught.value.file == folder


def test_the_identity_survives_saving_and_use(prompts, tmp_path):
    prompts.tokenizer.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(
        json.dumps(
            {"model_type": "internvl", "image_token_id": prompts.tokenizer.convert_tokens_to_ids(IMAGE_TOKEN)}
        )
    )
    loaded = load_prompts(tmp_path)
    before = loaded.identity()
    loaded.tokenizer(["one", "and another"], padding=True, truncation=True, max_length=3)
    assert loaded.identity() == before == prompts.identity()


@pytest.mark.parametrize("kind", ["changed", "cut", "gone", "no description"])
def test_a_damaged_folder_is_refused(written, prompts, kind):
    folder = written[1]
    path = folder / "tokens.npy"
    if kind == "changed":
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    elif kind == "cut":
        path.write_bytes(path.read_bytes()[:-4])
    else:
        (path if kind == "gone" else folder / ABOUT).unlink()
    with pytest.raises(InputError, match=r"not those that were written|about.json is missing"):
        open_tokens(folder, "binary", prompts)


def test_nothing_is_left_where_there_is_no_annotation(prompts, tmp_path):
    dataset = _write(tmp_path / "dataset.parquet", _rows({"b": ("test", 2)}))
    with pytest.raises(InputError, match="no mcq annotation in the training and validation splits"):
        tokenise(dataset, "mcq", prompts, tmp_path / "mcq", {})
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.parquet"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[::-1], "not sorted by patch_id"),
        (lambda rows: [rows[0], {**rows[1], "s1_name": "other"}, *rows[2:]], "two Sentinel-1 patches"),
        (lambda rows: [rows[0], {**rows[1], "split": "validation"}, *rows[2:]], "two splits: train and val"),
    ],
)
def test_a_data_set_that_does_not_fit_is_refused(prompts, tmp_path, change, words):
    dataset = _write(tmp_path / "dataset.parquet", change(_rows(COUNTS)))
    with pytest.raises(InputError, match=words):
        tokenise(dataset, "binary", prompts, tmp_path / "binary", {})
    assert not (tmp_path / "binary").exists()


def test_the_arrays_are_mapped_and_not_loaded(written, prompts):
    tokens = open_tokens(written[1], "binary", prompts)
    mapped = (tokens.tokens, tokens.starts, tokens.asked, tokens.ids)
    assert all(isinstance(of, np.memmap) for of in mapped)
    assert all(start < end for start, end in pairwise(tokens.starts.tolist()))
    assert set(TASKS) >= {json.loads((written[1] / ABOUT).read_text())["task"]}
