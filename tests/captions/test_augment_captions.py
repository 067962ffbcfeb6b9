"""The stage as it is run: shards, fall-back, answers that are kept, and resuming after a kill."""

import json
import signal
import subprocess
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pytest

from bentxt.captions.augmentation import Answers, answer_key, augment
from bentxt.captions.backends import GrammarBackend, ServerBackend
from bentxt.captions.grammar import paraphrase
from bentxt.captions.prompts import read_prompts
from bentxt.captions.template_captions import template_caption
from bentxt.errors import InputError
from bentxt.program.answer_log import AnswerLog
from bentxt.program.lineage import read_lineage
from worlds.answering_server import chat_server
from worlds.augmentation import command, settings, unquoted, written
from worlds.caption_tables import SETTINGS, facts_of, write_tables

PATCHES = 9


pytestmark = pytest.mark.usefixtures("key")


# Grammar and shards


def test_grammar_captions_are_used_and_their_table_says_so(run, inputs, tmp_path, maps):
    run(inputs, tmp_path, settings())
    rows = written(tmp_path).to_pylist()
    facts = [facts_of(class_map, f"PATCH_{i:04d}") for i, class_map in enumerate(maps, 1)]
    assert [row["caption"] for row in rows] == [paraphrase(patch, SETTINGS["seed"]) for patch in facts]
    assert [row["template"] for row in rows] == [template_caption(patch) for patch in facts]
    assert {(row["used"], row["backend"], row["model"]) for row in rows} == {("refined", "grammar", "")}
    assert [row["findings"] for row in rows] == [[]] * PATCHES
    assert not (tmp_path / "0-1.jsonl").exists()
    assert read_lineage(tmp_path / "0-1.parquet")["notes"]["used"] == {"refined": PATCHES}


def test_shards_hold_contiguous_rows_and_together_the_whole(run, inputs, tmp_path):
    run(inputs, tmp_path, settings())
    parts = []
    for shard in range(4):
        run(inputs, tmp_path, settings(), shard=shard, shards=4)
        parts.append(written(tmp_path, shard, 4))
    assert [len(part) for part in parts] == [3, 2, 2, 2]
    assert pa.concat_tables(parts).equals(written(tmp_path))


def test_captions_of_other_patches_are_refused(run, inputs, tmp_path, maps):
    other = write_tables(tmp_path, maps[:-1])
    arguments = [*inputs[:3], str(other[0]), "--maps", str(other[1]), "--instances", str(other[2])]
    arguments += ["--adjacencies", str(other[3])]
    with pytest.raises(InputError, match="not those of the patches"):
        run(arguments, tmp_path, settings())
    assert not (tmp_path / "0-1.parquet").exists()


# A model behind a server


def test_answers_are_asked_for_once_and_kept(run, inputs, tmp_path):
    with chat_server(unquoted) as server:
        job = command(inputs, tmp_path, settings(server))
        done = subprocess.run(job, capture_output=True, text=True, check=True)
        # Two turns for each distinct template caption.
        assert len(server.asked) == 2 * (PATCHES - 1)
        run(inputs, tmp_path, settings(server))
        assert len(server.asked) == 2 * (PATCHES - 1)
    rows = written(tmp_path).to_pylist()
    assert {(row["used"], row["backend"], row["model"]) for row in rows} == {("refined", "openai", "m")}
    assert {row["prompt_hash"] for row in rows} == {read_prompts().hash}
    assert rows[-1]["caption"] == rows[-2]["caption"]
    secret = b"sk-very-secret"
    assert all(secret not in path.read_bytes() for path in tmp_path.iterdir())
    assert secret.decode() not in done.stdout + done.stderr


@pytest.mark.parametrize("turn", [1, 2])
def test_a_killed_job_resumes_and_asks_for_the_rest_only(run, inputs, tmp_path, turn):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    undisturbed.mkdir()
    killed.mkdir()
    with chat_server(unquoted) as server:
        run(inputs, undisturbed, settings(server))
    with chat_server(unquoted) as server:
        server.hold_at = 6 + turn  # the first or second turn of the fourth conversation
        job = subprocess.Popen(
            command(inputs, killed, settings(server)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert server.held.wait(60)
        job.send_signal(signal.SIGKILL)
        job.wait(60)
        answered = [json.dumps(messages) for messages in server.asked[: server.hold_at - 1]]
        assert not (killed / "0-1.parquet").exists()
        assert len((killed / "0-1.jsonl").read_text().splitlines()) == len(answered)
        server.hold_at = None
        server.release.set()
        before = len(server.asked)
        run(inputs, killed, settings(server))
        rest = [json.dumps(messages) for messages in server.asked[before:]]
    assert len(answered) + len(rest) == 2 * (PATCHES - 1)
    assert max(Counter(answered + rest).values()) == 1
    assert written(killed).equals(written(undisturbed))


def test_a_line_cut_off_by_a_kill_is_asked_for_again_and_overwritten(run, inputs, tmp_path):
    kept = tmp_path / "0-1.jsonl"
    with chat_server(unquoted) as server:
        run(inputs, tmp_path, settings(server))
        whole, table = kept.read_bytes(), written(tmp_path)
        kept.write_bytes(whole[:-25])
        asked = len(server.asked)
        run(inputs, tmp_path, settings(server))
        assert len(server.asked) == asked + 1
    assert kept.read_bytes() == whole
    assert written(tmp_path).equals(table)


def test_a_server_that_fails_in_the_middle_keeps_what_was_answered(run, inputs, tmp_path):
    failing = True

    def answer(messages):
        if failing and len(server.asked) > 5:
            return 401, {}, {"error": {"message": "the key has expired"}}
        return unquoted(messages)

    with chat_server(answer) as server:
        with pytest.raises(InputError, match="the key has expired"):
            run(inputs, tmp_path, settings(server))
        assert not (tmp_path / "0-1.parquet").exists()
        assert len((tmp_path / "0-1.jsonl").read_text().splitlines()) == 5
        failing, asked = False, len(server.asked)
        run(inputs, tmp_path, settings(server))
        assert len(server.asked) - asked == 2 * (PATCHES - 1) - 5


def test_captions_that_fail_the_check_fall_back(run, inputs, tmp_path):
    def answer(messages):
        if len(messages) == 4:
            return "Output: " + messages[2]["content"]
        return unquoted(messages) if "marine" in messages[1]["content"] else "A sunny day at a lake."

    with chat_server(answer) as server:
        run(inputs, tmp_path, settings(server))
    rows = written(tmp_path).to_pylist()
    assert {row["used"] for row in rows} == {"template", "paraphrased"}
    for row in rows:
        artifacts = {f["version"] for f in row["findings"] if f["criterion"] == "free_of_artifacts"}
        assert not row["refined_free_of_artifacts"]
        if row["used"] == "template":
            assert row["caption"] == row["template"]
            assert artifacts == {"refined", "template"}
            assert not row["paraphrased_complete"]
            assert not row["free_of_artifacts"]
        else:
            assert row["caption"] == row["paraphrased"]
            assert artifacts == {"refined"}
            assert row["free_of_artifacts"]


def test_a_blank_first_answer_ends_the_conversation_and_is_asked_again_by_the_next_run(run, inputs, tmp_path):
    with chat_server(lambda _: " ") as server:
        run(inputs, tmp_path, settings(server))
        assert len(server.asked) == PATCHES - 1
        assert set(written(tmp_path)["used"].to_pylist()) == {"template"}
        server.answer = unquoted
        run(inputs, tmp_path, settings(server))
    assert len(server.asked) == 3 * (PATCHES - 1)
    assert set(written(tmp_path)["used"].to_pylist()) == {"refined"}


def test_another_number_of_shards_asks_nothing_again(run, inputs, tmp_path):
    with chat_server(unquoted) as server:
        for shard in range(2):
            run(inputs, tmp_path, settings(server), shard=shard, shards=2)
        asked = len(server.asked)
        assert asked == 2 * (PATCHES - 1)
        for shard in range(3):
            run(inputs, tmp_path, settings(server), shard=shard, shards=3)
        run(inputs, tmp_path, settings(server))
        assert len(server.asked) == asked
    whole = written(tmp_path)
    assert pa.concat_tables(written(tmp_path, shard, 3) for shard in range(3)).equals(whole)
    assert pa.concat_tables(written(tmp_path, shard, 2) for shard in range(2)).equals(whole)


# Parts


def test_answers_are_kept_for_one_prompt_model_caption_and_generation_only(maps):
    prompts, patch = read_prompts(), facts_of(maps[0], "P")
    options = {"base_url": "http://localhost:1/v1", "key_variable": None, "concurrency": 1, "retries": 0}
    options |= {"timeout": 1, "length_parameter": "max_tokens", "extra": {}}
    server = ServerBackend("m", 0.0, 99, {}, options)

    def key(backend=server, prompts=prompts, patch=patch, template="It shows pastures."):
        return answer_key(backend, prompts, patch, template)

    others = [
        key(ServerBackend("another", 0.0, 99, {}, options)),
        key(ServerBackend("m", 0.5, 99, {}, options)),
        key(ServerBackend("m", 0.0, 50, {}, options)),
        key(prompts=replace(prompts, hash="0")),
        key(template="It shows forest."),
    ]
    assert len({key(), *others}) == 6
    # A model reads the caption only, the grammar the patch.
    elsewhere = replace(patch, patch_id="Q")
    assert key(patch=elsewhere) == key()
    assert key(GrammarBackend(1), patch=elsewhere) != key(GrammarBackend(1))


def test_results_do_not_depend_on_the_order_of_the_patches(maps):
    facts = [facts_of(class_map, f"P{i}") for i, class_map in enumerate(maps)]
    templates = [template_caption(patch) for patch in facts]
    arguments = GrammarBackend(3), read_prompts()
    forward = augment(facts, templates, *arguments, Answers(AnswerLog()))
    backward = augment(facts[::-1], templates[::-1], *arguments, Answers(AnswerLog()))
    assert forward == backward[::-1]
    assert len(set(forward)) == len(maps)
