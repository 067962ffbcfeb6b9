"""The card of a model: what the hub reads, what the weights stand on, and texts as they are."""

import json
import re
import shutil
from copy import deepcopy

import pytest
from huggingface_hub import ModelCard
from hypothesis import given
from hypothesis import strategies as st

from bentxt.models.checkpoints import TINY_PRETRAINED
from bentxt.training.model_card import curve, escaped, write_card

FINETUNING = {"modalities": ["rgb", "s2"], "rank": 8, "validation": {"patches": 2}, "epochs": {"binary": 1}}
TINY = {
    "task": "binary",
    "modalities": ["rgb", "s2"],
    "trained": ["projections", "adapter"],
    "initial_projections": {"s2": 0.0273},
    "trained_parameters": 1_000,
    "parameters": 40_000,
    "patches": 30,
    "annotations": 200,
    "held_out_patches": 2,
    "data": "0123abcd",
    "steps": 3,
    "checkpoints": {
        role: {"source": f"results/mini/checkpoints/{role}", "revision": None, "weights": TINY_PRETRAINED}
        for role in ("base", "s2_encoder")
    },
    "device": "cpu",
    "dtype": "float32",
    "seconds": 4321.5,
    "versions": {"python": "3.11.7", "torch": "2.13.0"},
    "lineage": {
        "program": "finetune_rs_internvl.py",
        "settings": {"run": "mini", "seed": 5, "finetuning": FINETUNING},
        "code": "",
        "notes": {},
        "upstream": [],
    },
}


def _published():
    description = deepcopy(TINY)
    for role, of in description["checkpoints"].items():
        of |= {"source": f"owner/{role}", "revision": 40 * "a", "weights": "published"}
    description["lineage"]["settings"]["run"] = "paper"
    released = {"published": True, "repository": "owner/data", "revision": 40 * "b"}
    description["lineage"]["upstream"] = [{"program": "adopt_release.py", "notes": {"released": released}}]
    return description


@pytest.fixture
def card(tmp_path):
    """Write the card of a description next to the files of a run; return it."""
    sample = {"step": 3, "annotations": 200, "patch_id": "p", "instruction": "Is it | <b>there</b>?"}
    sample |= {"reference": "yes", "answer": "[no](http://x.y)\n# *of course*", "cut": True}
    (tmp_path / "samples.jsonl").write_text(
        json.dumps(sample | {"step": 0, "answer": "at first"}) + "\n" + json.dumps(sample) + "\n"
    )
    (tmp_path / "validation.csv").write_text("step,annotations,loss\n0,0,2.5\n3,200,0.75\n")
    rows = ["step,annotations,loss,learning_rate", "1,80,2,0.001", "2,160,1,0.002", "3,200,0.5,0.0001"]
    (tmp_path / "training_log.csv").write_text("\n".join(rows) + "\n")

    def written(description):
        write_card(tmp_path, description)
        return (tmp_path / "README.md").read_text(encoding="utf-8")

    written.folder = tmp_path
    return written


def test_weights_on_tiny_checkpoints_do_not_pass_for_the_papers(card):
    text = card(TINY)
    head = ModelCard(text).data
    assert (head.library_name, head.license, head.base_model, head.datasets) == ("peft", "mit", None, None)
    assert "tiny" in head.tags
    first = text.split("---\n")[2].split("\n\n")
    assert first[0].strip() == "# RS-InternVL for binary questions"
    assert first[1].startswith("> **Not the paper's model.**")
    assert f"base: {TINY_PRETRAINED}" in first[1]
    assert "invented miniature world" in text


def test_weights_on_published_checkpoints_name_them_with_their_commits(card):
    text = card(_published())
    head = ModelCard(text).data
    assert (head.base_model, head.datasets, head.license) == ("owner/base", ["owner/data"], "other")
    assert "tiny" not in head.tags
    assert "Not the paper's model" not in text
    assert f"| base | owner/base | {40 * 'a'} | published |" in text
    assert f"commit {40 * 'b'}" in text


def test_one_checkpoint_that_is_not_published_is_enough_to_say_so(card):
    description = _published()
    description["checkpoints"]["s2_encoder"] |= {"weights": TINY_PRETRAINED, "revision": None}
    text = card(description)
    assert "Not the paper's model" in text
    assert "tiny" in ModelCard(text).data.tags


def test_the_card_has_what_was_done(card):
    text = card(TINY)
    for words in (
        "| sees | rgb, s2 |",
        "| projections began | fitted to the RGB tokens; left of their variance: 2.7% (s2) |",
        "1,000 of 40,000 (2.50%)",
        "200 annotations on 30 patches",
        "2 patches of the validation split, drawn by the seed, were held out",
        "`0123abcd`",
        "| seed | 5 |",
        "| rank | 8 |",
        "| validation.patches | 2 |",
        "3 steps in 4,322 s, all jobs of the run together, on cpu in float32",
        "python 3.11.7, torch 2.13.0",
        "`█▃▁`",
        "| 160 | 1.0000 | 0.002 |",
        "| 3 | 200 | 0.7500 |",
    ):
        assert words in text, words


def test_projections_that_began_at_random_and_none_at_all_are_told_apart(card):
    assert "| projections began | at random |" in card(TINY | {"initial_projections": {}})
    alone = TINY | {"initial_projections": {}, "modalities": ["rgb"]}
    assert "| projections began | there are none |" in card(alone)


def test_texts_of_samples_are_shown_as_they_are_and_only_the_last_ones(card):
    text = card(TINY)
    assert r"| Is it \| \<b\>there\</b\>? | yes | \[no\](http\://x.y) \# \*of course\* (cut) |" in text
    assert "at first" not in text


def test_a_run_without_validation_says_so(card):
    for name in ("validation.csv", "samples.jsonl"):
        (card.folder / name).unlink()
    text = card(TINY | {"held_out_patches": 0})
    assert "No patch was held out, as in the paper" in text
    assert "## Validation\n\nNone" in text


def test_the_command_of_the_card_is_one_that_the_program_takes(card, run_program):
    (command,) = re.findall(
        r"```console\n(.*?)```", card(_published() | {"modalities": ["rgb", "s2", "s1"]}), re.DOTALL
    )
    words = command.replace("\\\n", " ").split()
    assert words[:2] == ["python", "workflow_scripts/predict_answers.py"]
    assert words[words.index("--checkpoint") + 1] == f"owner/base@{40 * 'a'}"
    options = run_program("predict_answers", "--help").stdout
    assert all(re.search(rf"{word}\b", options) for word in words if word.startswith("--"))


def test_an_ablation_has_no_command_of_the_whole_model(card):
    text = card(_published())
    assert "This is an ablation" in text
    assert "predict_answers.py" not in text


def test_tensorboard_is_named_where_there_are_files_for_it(card):
    assert "tensorboard --logdir" not in card(TINY)
    (card.folder / "tensorboard").mkdir()
    assert "`tensorboard --logdir tensorboard`" in card(TINY)
    shutil.rmtree(card.folder / "tensorboard")


@given(st.text())
def test_no_text_leaves_its_cell_or_becomes_markup(text):
    shown = escaped(text)
    assert "\n" not in shown
    plain = re.sub(r"\\[\\`*_\[\]<>#|~&:@$]", "", shown)
    assert not set(plain) & set("`*_[]<>#|~&:@$")


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=200), st.integers(1, 60))
def test_a_curve_has_a_sign_for_each_part_and_touches_both_ends(values, signs):
    drawn = curve(values, signs)
    assert len(drawn) == min(len(values), signs)
    assert "▁" in drawn
