import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED, UNAVAILABLE, AnswerCounts, ConstantAnswer, Metric, Score
from bentxt.models.table_rows import REFERENCE, TableRow, table_rows
from bentxt.reporting.dataset_table import datasets_table, read_published, samples_as_number, samples_in_words
from bentxt.reporting.learning_report import learning_report, learning_rows
from bentxt.reporting.score_tables import all_models_table, best_models_table
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS
from bentxt.reporting.tables import Table, Value, csv_text, latex_escaped, to_latex, to_markdown

PAPER = Path(__file__).parents[2] / "resources" / "paper"
MODELS = {
    "GC": TableRow("RS", "7B"),
    "EDrgb": TableRow("RS", "4B"),
    "GPT": TableRow("CV", "2T*"),
    "Qwen": TableRow("CV", "8B"),
    "RS-InternVL": TableRow("ours", "1B"),
}
ABSENT = {"GPT": "needs a key", "GC": "no weights", "EDrgb": None}


def _score(model, task, metrics, weights="tiny, random", unparsed=0, items=10, constant=None, split="bench"):
    counts = {
        "items": items,
        "strict": items - unparsed,
        "unparsed": unparsed,
        "instruction_following": unparsed == 0,
    }
    return Score(
        model=model,
        task=task,
        split=split,
        status=SCORED,
        reason=None,
        weights=weights,
        lineage={},
        prediction={},
        **counts,
        extraction=dict.fromkeys(("reference", "point"), AnswerCounts(**counts)),
        metrics={
            name: Metric(value, value - 1, value + 1, items, None)
            if isinstance(value, int | float)
            else Metric(None, None, None, 0, value)
            for name, value in metrics.items()
        },
        constant=constant,
    )


def _unavailable(model, task, reason):
    return replace(_score(model, task, {}, items=0), status=UNAVAILABLE, reason=reason)


def _scores(*scores):
    return {(score.model, score.task): score for score in scores}


@pytest.mark.parametrize("name", LAYOUTS)
def test_columns_are_the_published_ones_and_then_ours(name):
    with (PAPER / f"{name}.csv").open() as file:
        published = next(csv.reader(file))
    columns = list(all_models_table(name, {}, MODELS, ABSENT, "mini").columns)
    assert columns[: len(published)] == published
    assert set(columns[len(published) :]) <= {"items", "strict", "lenient", "unparsed", "weights", "note"}
    assert columns[-1] == "note"


@pytest.mark.parametrize("name", BEST_LAYOUTS)
def test_tables_of_the_best_have_the_published_columns_and_rows(name):
    with (PAPER / f"{name}.csv").open() as file:
        published = list(csv.reader(file))
    table = best_models_table({}, MODELS, ABSENT, "mini", name)
    assert list(table.columns)[: len(published[0])] == published[0]
    assert [row["model"] for row in table.rows] == [row[0] for row in published[1:]]


def test_a_table_of_another_split_says_so():
    score = _score("Qwen", "binary", {"accuracy": 61.27}, split="test")
    table = all_models_table("table2", _scores(score), MODELS, ABSENT, "paper")
    assert "Scored on the test split, not on the benchmark split." in table.remarks


def test_every_benchmarked_model_has_a_row_and_an_empty_one_says_why():
    scores = _scores(_score("Qwen", "binary", {"accuracy": 61.96}))
    table = all_models_table("table2", scores, MODELS, ABSENT, "mini")
    rows = {row["model"]: row for row in table.rows}
    assert list(rows) == ["GC", "EDrgb", "GPT", "Qwen"]
    assert rows["GPT"]["binary_accuracy"] is None
    assert rows["GPT"]["note"] == "needs a key"
    assert rows["EDrgb"]["note"] == "no score was made in this run"
    assert rows["Qwen"]["binary_accuracy"].value == 61.96
    assert "weights: tiny, random" in rows["Qwen"]["note"]


REFERENCES = {
    "Blind": TableRow(REFERENCE, "", "Blind (no image)"),
    "Oracle": TableRow(REFERENCE, "", "Oracle (reference map)"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_references_stand_below_all_models_but_in_the_table_of_captions(name):
    rows = REFERENCES | MODELS | {"Mine": TableRow("own", "1B")}
    found = [row["model"] for row in all_models_table(name, {}, rows, ABSENT, "mini").rows]
    below = [] if name == "table7" else ["Blind (no image)", "Oracle (reference map)"]
    assert found == ["GC", "EDrgb", "GPT", "Qwen", "Mine", *below]


@pytest.mark.parametrize("name", BEST_LAYOUTS)
def test_references_are_in_no_table_of_the_best(name):
    metrics = dict(BEST_LAYOUTS[name].values.values())
    best = [_score(key, task, {metric: 99.0}) for key in REFERENCES for task, metric in metrics.items()]
    expected = best_models_table({}, MODELS, ABSENT, "mini", name)
    found = best_models_table(_scores(*best), MODELS | REFERENCES, ABSENT, "mini", name)
    assert (found.rows, found.remarks) == (expected.rows, expected.remarks)


def test_a_reference_says_how_its_answers_came_about_and_what_it_is():
    reason, about = "not defined for captions", "no image: learnt from 40 training rows"
    scores = _scores(
        _score("Blind", "binary", {"accuracy": 61.5}, weights=about, unparsed=2),
        _unavailable("Blind", "captioning", reason),
    )
    absent = ABSENT | {"Oracle": "no maps here"}
    table = all_models_table("table2", scores, MODELS | REFERENCES, absent, "mini")
    blind, oracle = table.rows[-2:]
    assert blind["binary_accuracy"].value == 61.5
    assert blind["captioning_bleu4"] is None
    assert blind["weights"] == ""
    assert blind["note"] == f"{reason}; no score was made in this run; {about}"
    assert oracle["note"] == "no maps here"
    text = "\n".join(table.remarks)
    assert "No models: Blind is the best answer found from the question's text alone" in text
    assert "Blind, strict / lenient / unparsed answers: binary 8 / 0 / 2 of 10." in text


def test_a_model_cannot_have_the_key_of_a_reference():
    with pytest.raises(InputError, match="a row below the models has this key"):
        table_rows({"Oracle": None})


def test_published_weights_need_no_note():
    layout_scores = [
        _score("Qwen", task, {metric: 50.0}, weights="published")
        for task, metric in LAYOUTS["table2"].values.values()
    ]
    row = all_models_table("table2", _scores(*layout_scores), MODELS, ABSENT, "paper").rows[3]
    assert row["note"] == ""


def test_a_model_that_failed_has_the_reason_of_its_failure():
    scores = _scores(_unavailable("Qwen", "mcq", "weights could not be loaded"))
    row = all_models_table("table4", scores, MODELS, ABSENT, "mini").rows[3]
    assert row["note"] == "weights could not be loaded"
    assert row["overall"] is None


def test_a_metric_without_its_resource_is_an_empty_cell_with_a_reason():
    scores = _scores(_score("Qwen", "captioning", {"bleu4": 1.5, "bertscore": "no roberta-large"}))
    row = all_models_table("table7", scores, MODELS, ABSENT, "mini").rows[3]
    assert row["bleu4"].value == 1.5
    assert row["bertscore"] is None
    assert "BERTScore: no roberta-large" in row["note"]
    assert "ROUGE-L: no item in this run" in row["note"]


def test_instruction_following_and_counts_stand_beside_the_score():
    scores = _scores(_score("Qwen", "referring", {"miou/reference": 15.6}, unparsed=2))
    row = all_models_table("table5", scores, MODELS, ABSENT, "mini").rows[3]
    assert (row["instruction_following"], row["strict"], row["unparsed"]) == ("no", 8, 2)
    assert row["miou"].value == 15.6


def test_table8_takes_the_best_of_each_column_and_names_the_models():
    scores = _scores(
        _score("GPT", "binary", {"accuracy": 60.39}, "published"),
        _score("Qwen", "binary", {"accuracy": 61.96}, "published"),
        _score("GPT", "referring", {"miou": 31.73}, "published"),
        _score("Qwen", "referring", {"miou": 18.0}, "published"),
        _score("RS-InternVL", "binary", {"accuracy": 73.29}),
        _score("RS-InternVL-untrained", "binary", {"accuracy": 99.0}),
    )
    rows = {row["model"]: row for row in best_models_table(scores, MODELS, ABSENT, "paper").rows}
    assert rows["SOTA CV"]["binary_accuracy"].value == 61.96
    assert rows["SOTA CV"]["referring_miou"].value == 31.73
    assert rows["SOTA CV"]["note"] == "Binary accuracy: Qwen; Referring mIoU: GPT"
    assert rows["RS-InternVL"]["binary_accuracy"].value == 73.29
    assert rows["SOTA RS"].get("binary_accuracy") is None
    assert "no RS model has a score in this run (GC: no weights" in rows["SOTA RS"]["note"]


OWN = {"Mine": TableRow("own", "3B"), **MODELS}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_model_of_ones_own_stands_below_the_papers(name):
    rows = [row["model"] for row in all_models_table(name, {}, OWN, ABSENT, "mini").rows]
    assert rows == ["GC", "EDrgb", "GPT", "Qwen", "Mine"]


@pytest.mark.parametrize("name", BEST_LAYOUTS)
def test_a_model_of_ones_own_is_never_the_best_and_has_a_row_below_rs_internvl(name):
    task, metric = next(iter(BEST_LAYOUTS[name].values.values()))
    scores = _scores(_score("Qwen", task, {metric: 50.0}), _score("Mine", task, {metric: 99.0}))
    rows = best_models_table(scores, OWN, ABSENT, "mini", name).rows
    column = next(iter(BEST_LAYOUTS[name].values))
    assert [row["model"] for row in rows] == ["SOTA RS", "SOTA CV", "RS-InternVL", "Mine"]
    assert rows[1][column].value == 50.0
    assert rows[3][column].value == 99.0


@pytest.fixture
def table():
    rows = [
        {"model": "A_1", "score": Value(50, 40.123, 60), "note": "50 % of it; a, b"},
        {"model": "B", "score": None, "note": "no weights"},
        {"model": "C", "score": None, "note": "no weights"},
    ]
    columns = {"model": "Model", "score": "Score", "note": "Note"}
    return Table("9", "What is shown", "mini", columns, rows, ["remark"])


def test_csv_reads_back(table):
    rows = list(csv.DictReader(io.StringIO(csv_text(table.columns, table.rows))))
    assert rows[0] == {"model": "A_1", "score": "50.00", "note": "50 % of it; a, b"}
    assert rows[1]["score"] == ""


def test_markdown_has_caption_intervals_and_each_note_once(table):
    text = to_markdown(table)
    assert "**Table 9.** What is shown (mini: invented world, not comparable with the paper)." in text
    assert "| A_1 | 50.00 [40.12, 60.00] |" in text
    assert "- B, C: no weights" in text
    assert text.count("no weights") == 1
    assert text.endswith("- remark\n")


def test_latex_is_escaped_and_balanced(table):
    text = to_latex(table)
    assert r"A\_1 & 50.00 {\scriptsize [40.12, 60.00]} \\" in text
    assert r"A\_1: 50 \% of it; a, b" in text
    assert text.count("{") == text.count("}")
    assert latex_escaped("a&b_c%$#{}~^\\") == (
        r"a\&b\_c\%\$\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}"
    )


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (940, "940"),
        (3000, "3k"),
        (10_500, "10.5k"),
        (157_000, "157k"),
        (985_000, "985k"),
        (9_553_962, "9.6M"),
    ],
)
def test_numbers_of_samples_are_written_as_published(count, text):
    assert samples_in_words(count) == text


def test_published_numbers_of_samples_can_be_read():
    published = read_published(PAPER / "table1.csv")
    numbers = {row["dataset"]: samples_as_number(row["image_text_samples"]) for row in published}
    assert numbers["UCM-Captions"] == 10_500
    assert numbers["BigEarthNet.txt"] == 9_600_000


def test_table1_adds_one_row_that_says_what_it_is():
    published = read_published(PAPER / "table1.csv")
    table = datasets_table(published, {"binary": 800, "captioning": 200}, 50, "mini", "grammar")
    ours = table.rows[-1]
    assert len(table.rows) == len(published) + 1
    assert (ours["dataset"], ours["image_text_samples"]) == ("BigEarthNet.txt (this run, mini)", "1k")
    assert (ours["llm_based"], ours["vqa"], ours["referring_detection"]) == ("no", "yes", "no")
    assert "1,000 annotations of 50 patches" in ours["note"]
    assert datasets_table(published, {}, 0, "mini", "vllm").rows[-1]["llm_based"] == "yes"


def test_table1_does_not_claim_a_data_set_from_elsewhere():
    published = read_published(PAPER / "table1.csv")
    release = {"published": True, "revision": "72d865f2146f", "sha256": "d3b97f999456"}
    ours = datasets_table(published, {"mcq": 3}, 2, "paper", "", release).rows[-1]
    (theirs,) = [row for row in published if row["dataset"] == "BigEarthNet.txt"]
    assert ours["dataset"] == "BigEarthNet.txt (released file, revision 72d865f2, paper)"
    assert (ours["llm_based"], ours["manual_qc"]) == (theirs["llm_based"], theirs["manual_qc"])
    assert ours["note"] == "not made here: 3 annotations of 2 patches (3 mcq), captions as they are"
    other = datasets_table(
        published, {"mcq": 3}, 2, "paper", "", {"published": False, "sha256": "0123456789"}
    )
    assert other.rows[-1]["dataset"] == "BigEarthNet.txt (file from elsewhere, SHA-256 01234567, paper)"
    assert (other.rows[-1]["llm_based"], other.rows[-1]["vqa"]) == ("not known", "yes")


def test_table1_without_a_column_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("dataset,vqa\nx,no\n")
    with pytest.raises(InputError, match="columns missing: multi_sensor"):
        read_published(tmp_path / "t.csv")


COMPARED = ("RS-InternVL", "RS-InternVL-untrained")


def _learning_scores(after=80.0, before=30.0, items=10):
    constant = ConstantAnswer("a", 26.0)
    return _scores(
        _score("RS-InternVL", "mcq", {"accuracy": after}, constant=constant),
        _score("RS-InternVL-untrained", "mcq", {"accuracy": before}, items=items, constant=constant),
    )


def test_margins_are_in_points():
    rows = learning_rows(_learning_scores(), "mini", COMPARED, tasks=["mcq"])
    assert rows[0]["margin_over_untrained"] == 50
    assert rows[0]["margin_over_constant"] == 54
    assert rows[0]["note"] == "weights: tiny, random"
    text = learning_report(rows)
    assert "mcq [mini]: fine-tuned 80.0 %" in text
    assert "+54.0 points over always answering 'a' (26.0 %)" in text


def test_a_model_that_got_worse_is_shown_so():
    assert "-10.0 points over untrained" in learning_report(
        learning_rows(_learning_scores(after=20.0), "mini", COMPARED, tasks=["mcq"])
    )


def test_without_a_score_there_is_no_margin_but_the_reason():
    scores = _learning_scores() | _scores(_unavailable("RS-InternVL", "mcq", "no adapter"))
    rows = learning_rows(scores, "mini", COMPARED, tasks=["mcq"])
    assert rows[0]["margin_over_constant"] is None
    assert "RS-InternVL: no adapter" in learning_report(rows)


def test_scores_on_different_items_are_not_compared():
    with pytest.raises(InputError, match="different mcq items"):
        learning_rows(_learning_scores(items=9), "mini", COMPARED, tasks=["mcq"])
    with pytest.raises(InputError, match="no score file of RS-InternVL-untrained on binary"):
        learning_rows(_scores(_score("RS-InternVL", "binary", {"accuracy": 1})), "mini", COMPARED)
