import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.bigearthnet.image_store import open_images
from bentxt.errors import InputError
from bentxt.failures import CRASHED, CUT, DECLINED, EMPTY
from bentxt.models.answering_model import AnsweringModel, OutOfMemory, Reply
from bentxt.models.benchmark_items import Item, batches, read_items
from bentxt.models.prediction import answer_items, count_failures, find_pending
from bentxt.program.answer_log import AnswerLog
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
        return [
            [self.reply(patch, text, max_new_tokens) for text in texts]
            for patch, texts in zip(patches, instructions, strict=True)
        ]

    def reply(self, patch, text, max_new_tokens):
        assert set(patch.s1) == {"VV", "VH"}
        return Reply(f"{patch.patch_id} {text}"[:max_new_tokens])


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


def test_shards_part_the_patches_and_together_hold_every_item_once(world):
    whole = read_items(world / "dataset.parquet", "binary", "bench", {})
    for shards in (1, 2, 3, 5):
        parts = [
            read_items(world / "dataset.parquet", "binary", "bench", {}, shard, shards)
            for shard in range(shards)
        ]
        assert [item for part in parts for item in part] == whole
        patches = [{item.patch_id for item in part} for part in parts]
        assert sum(map(len, patches)) == 3
    with pytest.raises(InputError, match="shard 2 of 2 does not exist"):
        read_items(world / "dataset.parquet", "binary", "bench", {}, 2, 2)


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


KEYS = {annotation: str(annotation) for annotation in (1, 2, 3, 5, 6, 9, 10)}


def ask(world, path, model, batch_size=3, keys=KEYS, watch=lambda count: None):
    """Return the answers by annotation, how many were kept and how many asked for."""
    items = read_items(world / "dataset.parquet", "binary", "bench", {})
    images = open_images(world / "images.lmdb")
    with AnswerLog(path) as log:
        pending = find_pending(items, keys, log)
        replies = answer_items(model, pending, keys, images, log, batch_size, 99, watch, white=3000)
        answered, _, _ = count_failures(items, keys, log, replies)
        texts = {annotation: text for annotation, (text, _) in answered.items()}
        return texts, pending.kept, len(pending.items)


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
    assert ask(world, tmp_path / "p.jsonl", Recorder(), batch_size) == (EXPECTED, 0, 7)


def test_patches_share_batches(world, tmp_path):
    model = Recorder()
    ask(world, tmp_path / "p.jsonl", model, 5)
    assert model.calls == [[("PATCH_0", 3), ("PATCH_1", 2)], [("PATCH_2", 2)]]


def test_what_was_answered_before_a_failure_is_not_asked_again(world, tmp_path):
    with pytest.raises(RuntimeError):
        ask(world, tmp_path / "p.jsonl", Recorder(fail_at=2))
    model = Recorder()
    assert ask(world, tmp_path / "p.jsonl", model) == (EXPECTED, 3, 4)
    assert model.calls == [[("PATCH_1", 2)], [("PATCH_2", 2)]]


def test_a_line_that_was_cut_off_is_asked_again(world, tmp_path):
    ask(world, tmp_path / "p.jsonl", Recorder())
    blob = (tmp_path / "p.jsonl").read_bytes()
    (tmp_path / "p.jsonl").write_bytes(blob[:-9])
    model = Recorder()
    assert ask(world, tmp_path / "p.jsonl", model) == (EXPECTED, 6, 1)
    assert model.calls == [[("PATCH_2", 1)]]
    assert (tmp_path / "p.jsonl").read_bytes() == blob


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_a_second_run_asks_nothing_whatever_the_batch_size(world, tmp_path, batch_size):
    assert ask(world, tmp_path / "p.jsonl", Recorder()) == (EXPECTED, 0, 7)
    model = Recorder()
    assert ask(world, tmp_path / "p.jsonl", model, batch_size) == (EXPECTED, 7, 0)
    assert model.calls == []


def test_a_changed_key_asks_its_item_only(world, tmp_path):
    ask(world, tmp_path / "p.jsonl", Recorder())
    model = Recorder()
    assert ask(world, tmp_path / "p.jsonl", model, keys=KEYS | {6: "new"}) == (EXPECTED, 6, 1)
    assert model.calls == [[("PATCH_1", 1)]]


def test_items_of_one_key_share_an_answer(world, tmp_path):
    model, watched = Recorder(), []
    shared = ask(world, tmp_path / "p.jsonl", model, keys=KEYS | {3: "1", 9: "1"}, watch=watched.append)
    assert shared == (EXPECTED | {3: EXPECTED[1], 9: EXPECTED[1]}, 0, 5)
    assert model.calls == [[("PATCH_0", 2)], [("PATCH_1", 2), ("PATCH_2", 1)]]
    assert watched == [3, 1, 1, 1, 1]
    assert ask(world, tmp_path / "p.jsonl", model, keys=KEYS | {3: "1", 9: "1"})[1:] == (7, 0)


def test_a_blank_answer_is_in_the_table_and_asked_again_by_the_next_run(world, tmp_path):
    class Silent(Recorder):
        def reply(self, patch, text, max_new_tokens):
            return Reply("" if "beach" in text else "yes")

    answers, kept, asked = ask(world, tmp_path / "p.jsonl", Silent())
    assert (answers[6], kept, asked) == ("", 0, 7)
    model = Silent()
    assert ask(world, tmp_path / "p.jsonl", model) == (answers, 6, 1)
    assert model.calls == [[("PATCH_1", 1)]]


# Failures of single items


class Cramped(Recorder):
    """Has memory for ``room`` instructions at a time, and for none of one item."""

    def __init__(self, room, never=None):
        super().__init__()
        self.room, self.never = room, never

    def answer_many(self, patches, instructions, max_new_tokens):
        texts = [text for of in instructions for text in of]
        if len(texts) > self.room or (self.never and any(self.never in text for text in texts)):
            self.calls.append(len(texts))
            raise OutOfMemory("tried to allocate 2 GiB")
        return super().answer_many(patches, instructions, max_new_tokens)


def test_out_of_memory_halves_the_batch_and_goes_on(world, tmp_path, capsys):
    model = Cramped(room=2)
    assert ask(world, tmp_path / "p.jsonl", model, 100) == (EXPECTED, 0, 7)
    # Seven, then three, then one at a time: a size that did not fit is not tried again.
    assert [call if isinstance(call, int) else sum(count for _, count in call) for call in model.calls] == [
        7,
        3,
        *[1] * 7,
    ]
    assert "out of memory: 1 instructions at a time" in capsys.readouterr().err


def outcome(world, path, model):
    """Return the failures by annotation, their counts and those that are named."""
    items = read_items(world / "dataset.parquet", "binary", "bench", {})
    with AnswerLog(path) as log:
        pending = find_pending(items, KEYS, log)
        images = open_images(world / "images.lmdb")
        replies = answer_items(model, pending, KEYS, images, log, 3, 99, white=3000)
        answered, counts, named = count_failures(items, KEYS, log, replies)
    return {annotation: failure for annotation, (_, failure) in answered.items() if failure}, counts, named


def test_an_item_that_memory_does_not_suffice_for_is_recorded_and_asked_again(world, tmp_path):
    failures, counts, named = outcome(world, tmp_path / "p.jsonl", Cramped(room=9, never="beach"))
    assert (failures, counts) == ({6: "out of memory"}, {"out of memory": 1})
    reason = {"kind": "out of memory", "reason": "tried to allocate 2 GiB"}
    assert named == [{"ID": 6, "patch": "PATCH_1"} | reason]
    assert ask(world, tmp_path / "p.jsonl", Recorder()) == (EXPECTED, 6, 1)


def test_no_memory_for_item_after_item_ends_the_job(world, tmp_path):
    items = [Item(number, "PATCH_0", "S1_0", f"{number}?") for number in range(40)]
    keys = {number: str(number) for number in range(40)}
    images = open_images(world / "images.lmdb")
    with AnswerLog(tmp_path / "p.jsonl") as log:
        pending = find_pending(items, keys, log)
        with pytest.raises(InputError, match="one instruction at a time"):
            answer_items(Cramped(room=0), pending, keys, images, log, 8, 9, white=3000)


class Failing(Recorder):
    """Replies with given failures, by a word of the instruction."""

    def __init__(self, repeats=True, **failures):
        super().__init__()
        self.repeats, self.failures = repeats, failures

    def reply(self, patch, text, max_new_tokens):
        for word, reply in self.failures.items():
            if word in text:
                return reply
        return super().reply(patch, text, max_new_tokens)


def test_failures_are_counted_by_kind_and_none_is_kept(world, tmp_path):
    model = Failing(
        beach=Reply("I can't.", DECLINED, "policy"), airport=Reply("", CRASHED, "boom"), snow=Reply("  ")
    )
    failures, counts, named = outcome(world, tmp_path / "p.jsonl", model)
    assert failures == {6: DECLINED, 5: CRASHED, 10: EMPTY}
    assert counts == {DECLINED: 1, EMPTY: 1, CRASHED: 1}
    assert [(each["ID"], each["reason"]) for each in named] == [(10, ""), (6, "policy"), (5, "boom")]
    assert ask(world, tmp_path / "p.jsonl", Recorder()) == (EXPECTED, 4, 3)


@pytest.mark.parametrize(("repeats", "asked_again"), [(True, 0), (False, 1)])
def test_a_cut_answer_is_kept_where_it_would_be_cut_again_and_counted_each_time(
    world, tmp_path, repeats, asked_again
):
    model = Failing(repeats, beach=Reply("Yes, since the", CUT))
    for _ in range(2):
        failures, counts, named = outcome(world, tmp_path / "p.jsonl", model)
        assert (failures, counts, named) == ({6: CUT}, {CUT: 1}, [])
    assert ask(world, tmp_path / "p.jsonl", model)[1:] == (7 - asked_again, asked_again)


def test_a_model_that_answers_nothing_at_all_ends_the_job(world, tmp_path):
    model = Failing(**{"": Reply("", CRASHED, "no kernel image")})
    with pytest.raises(InputError, match="none of 7 items got an answer; the first: the model failed"):
        outcome(world, tmp_path / "p.jsonl", model)
    silent = Failing(**{"": Reply("")})
    assert outcome(world, tmp_path / "p.jsonl", silent)[1] == {EMPTY: 7}


def test_an_answer_of_ten_megabytes_is_cut_and_counted(world, tmp_path):
    model = Failing(beach=Reply("yes " * 2_500_000))
    failures, counts, _ = outcome(world, tmp_path / "p.jsonl", model)
    assert (failures, counts) == ({6: CUT}, {CUT: 1})
    assert (tmp_path / "p.jsonl").stat().st_size < 110_000


def test_the_reason_of_a_failure_moves_no_cursor(world, tmp_path):
    model = Failing(beach=Reply("", CRASHED, "\x1b[2J\nboom\u202e" + "x" * 10_000))
    _, _, named = outcome(world, tmp_path / "p.jsonl", model)
    assert named[0]["reason"].startswith("⟦U+001B⟧[2J boom⟦U+202E⟧xxx")
    assert len(named[0]["reason"]) == 301


@pytest.mark.parametrize(("boxes", "expected"), [(True, "[0, 0, 0.5, 1]"), (False, "Yes, [SEG].")])
def test_a_box_next_to_the_text_is_the_answer_where_the_task_asks_for_one(world, tmp_path, boxes, expected):
    items = [Item(1, "PATCH_0", "S1_0", "Where is water?")]
    model = Failing(water=Reply("Yes, [SEG].", box="[0, 0, 0.5, 1]"))
    with AnswerLog(tmp_path / "p.jsonl") as log:
        pending = find_pending(items, {1: "k"}, log)
        images = open_images(world / "images.lmdb")
        answer_items(model, pending, {1: "k"}, images, log, 1, 9, white=3000, boxes=boxes)
        assert log.get("k") == [expected]
