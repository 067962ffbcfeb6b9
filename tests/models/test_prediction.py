import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.bigearthnet.image_store import open_images
from bentxt.errors import InputError
from bentxt.models.answering_model import AnsweringModel
from bentxt.models.prediction import Item, answer_items, batches, progress_key, read_items
from bentxt.program.answer_log import PredictionLog
from worlds.prediction_world import write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("world"))


class Recorder(AnsweringModel):
    """Answers with patch and instruction, and remembers its calls; fails in call ``fail_at``."""

    device = "test"

    def __init__(self, fail_at=None):
        self.calls, self.fail_at = [], fail_at

    def answer_many(self, patches, instructions, max_new_tokens):
        self.calls.append(
            [(patch.patch_id, len(texts)) for patch, texts in zip(patches, instructions, strict=True)]
        )
        if len(self.calls) == self.fail_at:
            raise RuntimeError("killed")
        return super().answer_many(patches, instructions, max_new_tokens)

    def answer(self, patch_images, instructions, max_new_tokens):
        assert set(patch_images.s1) == {"VV", "VH"}
        return [f"{patch_images.patch_id} {text}"[:max_new_tokens] for text in instructions]


def test_items_are_those_of_task_and_split_by_patch(world):
    items = read_items(world / "dataset.parquet", "binary", "bench", {"binary": {"suffix": "yes or no?"}})
    assert [(item.annotation, item.patch_id) for item in items] == [
        (1, "PATCH_0"),
        (3, "PATCH_0"),
        (10, "PATCH_0"),
        (2, "PATCH_1"),
        (6, "PATCH_1"),
        (5, "PATCH_2"),
        (9, "PATCH_2"),
    ]
    assert items[0].instruction == "Is there pasture? yes or no?"
    area = "The whole image area is 1440000 square meters."
    assert items[3].instruction == f"{area} Do pastures cover more than half? yes or no?"
    assert [item.annotation for item in read_items(world / "dataset.parquet", "binary", "test", {})] == [7]


def test_a_split_without_items_is_an_error(world):
    with pytest.raises(InputError, match="no annotations of type mcq"):
        read_items(world / "dataset.parquet", "mcq", "test", {})


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 12))
def test_batches_hold_whole_patches_up_to_the_size(counts, size):
    items = [Item(0, f"P{patch}", "S", "?") for patch, count in enumerate(counts) for _ in range(count)]
    made = list(batches(items, size))
    assert [item for batch in made for item in batch] == items
    owners = [{item.patch_id for item in batch} for batch in made]
    assert sum(map(len, owners)) == len(counts)
    assert all(len(batch) <= size or len(owner) == 1 for batch, owner in zip(made, owners, strict=True))
    assert all(
        len(one) + counts[int(min(nxt, key=lambda p: int(p[1:]))[1:])] > size
        for one, nxt in zip(made, owners[1:], strict=False)
    )


def ask(world, progress, model, batch_size=3):
    items = read_items(world / "dataset.parquet", "binary", "bench", {})
    answers = PredictionLog(progress, progress_key(items, "model"))
    answer_items(model, items, open_images(world / "images.lmdb"), answers, batch_size, 99)
    return answers


EXPECTED = {
    1: "PATCH_0 Is there pasture?",
    2: "PATCH_1 The whole image area is 1440000 square meters. Do pastures cover more than half?",
    3: "PATCH_0 Are there two pastures?",
    5: "PATCH_2 Is there an airport?",
    6: "PATCH_1 Is there a beach?",
    9: "PATCH_2 Is there water?",
    10: "PATCH_0 Is there snow?",
}


@pytest.mark.parametrize("batch_size", [1, 3, 5, 100])
def test_each_item_gets_its_own_answer(world, tmp_path, batch_size):
    assert ask(world, tmp_path / "p.jsonl", Recorder(), batch_size).answers == EXPECTED


def test_patches_share_batches(world, tmp_path):
    model = Recorder()
    ask(world, tmp_path / "p.jsonl", model, 5)
    assert model.calls == [[("PATCH_0", 3), ("PATCH_1", 2)], [("PATCH_2", 2)]]


def test_what_was_answered_before_a_failure_is_not_asked_again(world, tmp_path):
    with pytest.raises(RuntimeError):
        ask(world, tmp_path / "p.jsonl", Recorder(fail_at=2))
    model = Recorder()
    assert ask(world, tmp_path / "p.jsonl", model).answers == EXPECTED
    assert model.calls == [[("PATCH_1", 2)], [("PATCH_2", 2)]]


def test_a_line_that_was_cut_off_is_asked_again(world, tmp_path):
    ask(world, tmp_path / "p.jsonl", Recorder()).close(done=False)
    blob = (tmp_path / "p.jsonl").read_bytes()
    (tmp_path / "p.jsonl").write_bytes(blob[:-9])
    model = Recorder()
    assert ask(world, tmp_path / "p.jsonl", model).answers == EXPECTED
    assert model.calls == [[("PATCH_2", 1)]]
    assert len((tmp_path / "p.jsonl").read_text().splitlines()) == 8


def test_finished_progress_is_removed(world, tmp_path):
    ask(world, tmp_path / "p.jsonl", Recorder()).close(done=True)
    assert not (tmp_path / "p.jsonl").exists()


def test_progress_of_something_else_is_not_used(tmp_path):
    first = PredictionLog(tmp_path / "p.jsonl", "one")
    first.add({1: "old"})
    first.close(done=False)
    assert PredictionLog(tmp_path / "p.jsonl", "one").answers == {1: "old"}
    assert PredictionLog(tmp_path / "p.jsonl", "two").answers == {}
    assert PredictionLog(tmp_path / "p.jsonl", "one").answers == {}


@pytest.mark.parametrize("text", ["", '{"ke', "garbage"])
def test_a_file_that_is_no_progress_is_begun_anew(tmp_path, text):
    (tmp_path / "p.jsonl").write_text(text)
    progress = PredictionLog(tmp_path / "p.jsonl", "one")
    progress.add({1: "first\nsecond é"})
    progress.close(done=False)
    assert PredictionLog(tmp_path / "p.jsonl", "one").answers == {1: "first\nsecond é"}


def test_a_broken_line_is_named(tmp_path):
    lines = [json.dumps({"key": "one"}), '{"ID": 1}', '{"ID": 2, "answer": "x"}', ""]
    (tmp_path / "p.jsonl").write_text("\n".join(lines))
    with pytest.raises(InputError, match="line 2 is no answer"):
        PredictionLog(tmp_path / "p.jsonl", "one")


def test_the_key_follows_items_and_everything_else():
    item = Item(1, "P", "S", "Is it?")
    keys = [
        progress_key([item], "model", {"dtype": "float32"}),
        progress_key([item], "other", {"dtype": "float32"}),
        progress_key([item], "model", {"dtype": "bfloat16"}),
        progress_key([Item(2, "P", "S", "Is it?")], "model", {"dtype": "float32"}),
        progress_key([Item(1, "P", "S", "Was it?")], "model", {"dtype": "float32"}),
        progress_key([item, item], "model", {"dtype": "float32"}),
    ]
    assert len(set(keys)) == len(keys)
    assert progress_key([item], "model", {"dtype": "float32"}) == keys[0]
