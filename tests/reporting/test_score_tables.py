"""Tables 2–8, S5 and S7–S11 in two forms: printed as the paper prints them, and in full."""

import csv
import io
from dataclasses import replace

import pytest

from bentxt.errors import InputError
from bentxt.evaluation.score import ConstantAnswer
from bentxt.models.table_rows import REFERENCE, TableRow, read_rows, table_rows
from bentxt.reporting.score_tables import all_models_tables, best_models_tables, write_forms
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS
from bentxt.reporting.tables import to_csv, to_latex, to_markdown
from worlds.pages import PROJECT
from worlds.score_sets import by_model_and_task, published_rows, published_scores, score, unavailable

MODELS = {
    "GC": TableRow("RS", "7B"),
    "EDrgb": TableRow("RS", "4B"),
    "GPT": TableRow("CV", "2T*"),
    "Qwen": TableRow("CV", "8B"),
    "RS-InternVL": TableRow("ours", "1B"),
}
OWN = {"Mine": TableRow("own", "3B"), **MODELS}
REFERENCES = {
    "Blind": TableRow(REFERENCE, "", "Blind (no image)"),
    "Oracle": TableRow(REFERENCE, "", "Oracle (reference map)"),
}
ABSENT = {"GPT": "needs a key", "GC": "no weights", "EDrgb": None}
ALL = [*LAYOUTS, *BEST_LAYOUTS]
MINI = "mini: invented world, not comparable with the paper"


def forms(name, scores=None, models=MODELS, run="mini"):
    build = all_models_tables if name in LAYOUTS else best_models_tables
    return build(name, scores or {}, models, ABSENT, run)


def rows_by_model(table):
    return {row["model"]: row for row in table.rows}


def csv_rows(table):
    return list(csv.DictReader(io.StringIO(to_csv(table))))


# As the paper prints them

PAPER_MODELS = read_rows(None, PROJECT / "resources/models.yaml")
#: Any model of either group may be behind the paper's best numbers.
BEHIND = {"SOTA RS": "EMrgb", "SOTA CV": "Qwen"}
#: The best numbers of each published column, found by eye.
BOLD = {
    "table2": {
        "captioning_bleu4": ["EMrgb"],
        "binary_accuracy": ["Qwen"],
        "mcq_accuracy": ["Qwen"],
        "referring_miou": ["GPT"],
    },
    "table3": {
        "presence": ["EMrgb"],
        "area": ["GPT"],
        "count": ["Qwen"],
        "adjacency": ["EDrgb"],
        "overall": ["Qwen"],
    },
    "table4": {
        "presence": ["EDrgb"],
        "area": ["GPT"],
        "count": ["EDrgb"],
        "adjacency": ["EMs1s2"],
        "relative_position": ["LLaVa"],
        "country": ["EDrgb"],
        "season": ["GPT"],
        "climate_zone": ["Qwen"],
        "overall": ["Qwen"],
    },
    "table5": {
        "miou": ["GPT"],
        "acc25": ["GPT"],
        "acc50": ["GPT"],
        "acc75": ["EMrgb"],
        "acc90": ["EMrgb", "GLM"],
    },
    "table6": {column: ["GPT"] for column in ("miou", "acc25", "acc50", "acc75", "acc90")},
    "table7": {
        "bleu4": ["EMrgb"],
        "rouge": ["EMrgb"],
        "meteor": ["Qwen"],
        "cider": ["EMrgb"],
        "bertscore": ["EMrgb"],
        "sbert_cosine": ["GLM"],
        "clair": ["EDs2"],
    },
}
RULES = dict.fromkeys(LAYOUTS, (7,)) | {"table_s5": (1, 3)} | dict.fromkeys(BEST_LAYOUTS, (2,))


def printed(name):
    renamed = BEHIND if name in BEST_LAYOUTS else None
    return forms(name, published_scores(name, renamed), PAPER_MODELS, "paper").printed


@pytest.mark.parametrize("name", ALL)
def test_the_papers_numbers_print_the_papers_table(name):
    columns, published = published_rows(name)
    found = list(csv.reader(io.StringIO(to_csv(printed(name)))))
    assert found[0] == [*columns, "weights", "note"]
    assert [row[: len(columns)] for row in found[1:]] == [list(row.values()) for row in published]
    assert {row[len(columns)] for row in found[1:]} == {"published"}


@pytest.mark.parametrize("name", ALL)
def test_the_best_of_each_published_column_is_bold_and_nothing_else(name):
    table = printed(name)
    ours = {column: ["RS-InternVL"] for column in (LAYOUTS | BEST_LAYOUTS)[name].values}
    expected = BOLD.get(name, ours | ({"area": ["SOTA CV"]} if name == "table_s8" else {}))
    found = {
        column: [row["model"] for row in table.rows if row[column].best]
        for column in (LAYOUTS | BEST_LAYOUTS)[name].values
    }
    assert found == expected
    number = sum(map(len, expected.values()))
    assert to_markdown(table).count("**") == 2 * (number + 1)  # and the number of the table
    assert to_latex(table).count(r"\textbf{") == number


@pytest.mark.parametrize("name", ALL)
def test_a_rule_stands_between_the_groups(name):
    table = printed(name)
    assert table.rules == RULES[name]
    lines = to_markdown(table).splitlines()[4:]
    assert tuple(place for place, line in enumerate(lines) if line.startswith("| ––– |")) == tuple(
        place + number for number, place in enumerate(RULES[name])
    )
    assert to_latex(table).count(r"\midrule") == 1 + len(RULES[name])


def test_table_5_in_markdown_and_latex():
    table = printed("table5")
    lines = to_markdown(table).splitlines()
    assert lines[2] == "| Model | mIoU | acc@25 | acc@50 | acc@75 | acc@90 | IF |"
    assert lines[9:13] == [
        "| EMrgb | 21.90 | 35.52 | 17.88 | **5.67** | **1.39** | ✗ |",
        "| EMs1s2 | 22.65 | 38.41 | 16.62 | 4.53 | 1.01 | ✗ |",
        "| ––– | ––– | ––– | ––– | ––– | ––– | ––– |",
        "| GPT | **25.16** | **40.81** | **19.52** | 4.28 | 1.26 | ✓ |",
    ]
    latex = to_latex(table)
    assert r"EMrgb & 21.90 & 35.52 & 17.88 & \textbf{5.67} & \textbf{1.39} & \ding{55} \\" in latex
    assert r"GLM & 22.35 & 37.03 & 16.75 & 3.53 & \textbf{1.39} & \ding{51} \\" in latex


def test_a_parameter_count_that_was_only_reported_says_so():
    assert [row["parameters"] for row in printed("table2").rows if row["model"] == "GPT"] == ["2T*"]
    assert "- 2T\\*: reported parameter count." in to_markdown(printed("table2"))
    assert "2T*: reported parameter count." in to_latex(printed("table2"))
    assert "reported parameter count" not in to_markdown(printed("table_s5"))


#: Where the best numbers of Tables 2–7 are not those that the paper prints as the best: ours and the paper's.
CONTRADICTIONS = {
    ("table_s7", "SOTA RS", "overall"): ("58.38", "57.90"),
    ("table_s8", "SOTA CV", "area"): ("44.41", "44.42"),
    ("table_s8", "SOTA CV", "season"): ("28.43", "27.43"),
    ("table_s11", "SOTA RS", "meteor"): ("16.93", "14.93"),
    ("table_s11", "SOTA RS", "sbert_cosine"): ("54.61", "51.97"),
}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("table8", "table2"),
        ("table_s7", "table3"),
        ("table_s8", "table4"),
        ("table_s9", "table5"),
        ("table_s10", "table6"),
        ("table_s11", "table7"),
    ],
)
def test_the_best_of_tables_2_to_7_are_the_published_best_but_where_the_paper_contradicts_itself(
    name, source
):
    found = csv_rows(forms(name, published_scores(source), PAPER_MODELS, "paper").printed)
    columns, published = published_rows(name)
    different = {
        (name, theirs["model"], column): (ours[column], theirs[column])
        for ours, theirs in zip(found[:2], published[:2], strict=True)
        for column in columns
        if ours[column] != theirs[column]
    }
    assert different == {key: value for key, value in CONTRADICTIONS.items() if key[0] == name}


# Both forms


@pytest.mark.parametrize("name", ALL)
def test_the_full_form_has_the_ends_of_each_interval(name):
    renamed = BEHIND if name in BEST_LAYOUTS else None
    table = forms(name, published_scores(name, renamed), PAPER_MODELS, "paper").full
    for found, theirs in zip(csv_rows(table), published_rows(name)[1], strict=False):
        for column in (LAYOUTS | BEST_LAYOUTS)[name].values:
            value = float(theirs[column])
            assert (found[column], found[f"{column}_low"], found[f"{column}_high"]) == tuple(
                f"{number:.2f}" for number in (value, value - 1, value + 1)
            )
            if name in BEST_LAYOUTS:
                model = BEHIND.get(theirs["model"], theirs["model"])
                assert found[f"{column}_model"] == model
    assert "50.82 [49.82, 51.82]" in to_markdown(forms("table3", published_scores("table3")).full)


def test_a_multi_task_table_counts_the_answers_of_each_task():
    scores = by_model_and_task(
        score("Qwen", "binary", {"accuracy": 61.96}, unparsed=2),
        score("Qwen", "mcq", {"accuracy": 37.55}, unparsed=3, items=20),
    )
    table = forms("table2", scores).full
    row = csv_rows(table)[3]
    assert [row[f"binary_{count}"] for count in ("items", "strict", "lenient", "unparsed")] == [
        "10", "8", "0", "2",
    ]  # fmt: skip
    assert (row["mcq_items"], row["mcq_unparsed"], row["referring_items"]) == ("20", "3", "")
    assert "| 8 / 0 / 2 of 10 | 17 / 0 / 3 of 20 |" in to_markdown(table)


def test_instruction_following_and_counts_stand_beside_the_score():
    scores = by_model_and_task(score("Qwen", "referring", {"miou/reference": 15.6}, unparsed=2))
    tables = forms("table5", scores)
    row = csv_rows(tables.full)[3]
    assert (row["instruction_following"], row["strict"], row["unparsed"]) == ("no", "8", "2")
    assert row["miou"] == "15.60"
    assert csv_rows(tables.printed)[3]["instruction_following"] == "no"
    # A model that did not run neither followed instructions nor failed to.
    assert csv_rows(tables.printed)[0]["instruction_following"] == ""


def test_every_benchmarked_model_has_a_row_and_an_empty_one_says_why():
    scores = by_model_and_task(score("Qwen", "binary", {"accuracy": 61.96}))
    for table in forms("table2", scores):
        rows = rows_by_model(table)
        assert list(rows) == ["GC", "EDrgb", "GPT", "Qwen"]
        assert rows["GPT"]["binary_accuracy"] is None
        assert rows["GPT"]["note"] == "needs a key"
        assert rows["EDrgb"]["note"] == "no score was made in this run"
        assert rows["Qwen"]["binary_accuracy"].value == 61.96
        assert "weights: tiny, random" in rows["Qwen"]["note"]


@pytest.mark.parametrize("name", ALL)
def test_each_line_of_a_csv_says_that_it_is_mini(name):
    layout = (LAYOUTS | BEST_LAYOUTS)[name]
    task, metric = next(iter(layout.values.values()))
    scores = by_model_and_task(score("Qwen", task, {metric: 50.0}, weights="published", split=layout.split))
    for run, expected in (("mini", True), ("paper", False)):
        for table in forms(name, scores, OWN | REFERENCES, run):
            notes = [row["note"] for row in csv_rows(table)]
            assert notes
            assert all((MINI in note) is expected for note in notes)
            assert (MINI in table.caption()) is expected


@pytest.mark.parametrize(
    ("angle", "said"),
    [("ignore", "angle ignored of 7 boxes"), ("hull", "upright hull of the angle of 7 boxes")],
)
def test_what_the_angles_of_boxes_did_is_said_where_the_number_is_read(angle, said):
    rotated = replace(score("GC", "referring", {"miou": 40.0}, "published"), rotated=7, box_angle=angle)
    upright = replace(rotated, model="Qwen", rotated=0)
    name = next(name for name, layout in LAYOUTS.items() if layout.tasks == ("referring",))
    for table in forms(name, by_model_and_task(rotated, upright)):
        assert said in rows_by_model(table)["GC"]["note"]
        assert "angle" not in rows_by_model(table)["Qwen"]["note"]


def test_published_weights_need_no_note():
    layout_scores = [
        score("Qwen", task, {metric: 50.0}, weights="published")
        for task, metric in LAYOUTS["table2"].values.values()
    ]
    row = forms("table2", by_model_and_task(*layout_scores), run="paper").printed.rows[3]
    assert row["note"] == ""


def test_a_model_that_failed_has_the_reason_of_its_failure():
    scores = by_model_and_task(unavailable("Qwen", "mcq", "weights could not be loaded"))
    for table in forms("table4", scores):
        row = table.rows[3]
        assert row["note"] == "weights could not be loaded"
        assert row["overall"] is None


def test_a_metric_without_its_resource_is_an_empty_cell_with_a_reason():
    scores = by_model_and_task(score("Qwen", "captioning", {"bleu4": 1.5, "bertscore": "no roberta-large"}))
    for table in forms("table7", scores):
        row = table.rows[3]
        assert row["bleu4"].value == 1.5
        assert row["bertscore"] is None
        assert "BERTScore: no roberta-large" in row["note"]
        assert "ROUGE-L: no item in this run" in row["note"]


def test_the_kinds_of_meteor_are_told_apart_in_full():
    numbers = {"meteor": 17.83, "meteor_word_tokenize": 18.2}
    tables = forms("table7", by_model_and_task(score("Qwen", "captioning", numbers)))
    assert "METEOR" in tables.printed.columns.values()
    assert tables.full.columns["meteor"] == "METEOR (NLTK, PTB tokens)"
    row = csv_rows(tables.full)[3]
    assert (row["meteor"], row["meteor_word_tokenize"]) == ("17.83", "18.20")
    assert row["meteor_word_tokenize_high"] == "19.20"
    # No score file knows this one.
    assert "meteor_jar" not in row


def test_a_table_of_another_split_says_so():
    scores = by_model_and_task(score("Qwen", "binary", {"accuracy": 61.27}, split="test"))
    for table in forms("table2", scores, run="paper"):
        assert "Scored on the test split, not on the benchmark split." in table.remarks
        assert "Scored on the test split, not on the benchmark split" in csv_rows(table)[0]["note"]
    scores = by_model_and_task(score("Qwen", "binary", {"accuracy": 61.27}))
    assert "Scored on the benchmark split, not on the test split." in forms("table_s5", scores).full.remarks


def test_models_scored_on_different_items_are_in_no_table_together():
    scores = by_model_and_task(
        score("Qwen", "binary", {"accuracy": 61.27}), score("EDrgb", "binary", {"accuracy": 1}, items=11)
    )
    with pytest.raises(InputError, match="EDrgb and Qwen were scored on different binary items"):
        forms("table3", scores)


# Rows below the paper's models


@pytest.mark.parametrize("name", LAYOUTS)
def test_references_stand_below_all_models_in_full_but_in_the_table_of_captions(name):
    tables = forms(name, models=REFERENCES | OWN)
    models = ["Qwen", "RS-InternVL"] if name == "table_s5" else ["GC", "EDrgb", "GPT", "Qwen"]
    below = [] if name == "table7" else ["Blind (no image)", "Oracle (reference map)"]
    assert [row["model"] for row in tables.printed.rows] == [*models, "Mine"]
    assert [row["model"] for row in tables.full.rows] == [*models, "Mine", *below]
    assert len(models) in tables.printed.rules
    assert bool(below) == (len(models) + 1 in tables.full.rules)


@pytest.mark.parametrize("name", BEST_LAYOUTS)
def test_below_rs_internvl_stand_models_of_ones_own_and_no_reference(name):
    for table in forms(name, models=REFERENCES | OWN):
        assert [row["model"] for row in table.rows] == ["SOTA RS", "SOTA CV", "RS-InternVL", "Mine"]
        assert table.rules == (2, 3)


@pytest.mark.parametrize("name", ALL)
def test_neither_a_model_of_ones_own_nor_a_reference_is_ever_the_best(name):
    layout = (LAYOUTS | BEST_LAYOUTS)[name]
    column, (task, metric) = next(iter(layout.values.items()))
    numbers = {"Qwen": 50.0, "RS-InternVL": 40.0, "GPT": 30.0, "Mine": 99.0, "Blind": 99.0, "Oracle": 100.0}
    scores = by_model_and_task(
        *(score(model, task, {metric: value}, split=layout.split) for model, value in numbers.items())
    )
    for table in forms(name, scores, OWN | REFERENCES):
        best = [row["model"] for row in table.rows if row.get(column) and row[column].best]
        assert best == (["SOTA CV"] if name in BEST_LAYOUTS else ["Qwen"])
        assert rows_by_model(table)["Mine"][column].value == 99.0


def test_a_reference_says_how_its_answers_came_about_and_what_it_is():
    reason, about = "not defined for captions", "no image: learnt from 40 training rows"
    scores = by_model_and_task(
        score("Blind", "binary", {"accuracy": 61.5}, weights=about, unparsed=2),
        unavailable("Blind", "captioning", reason),
    )
    table = all_models_tables(
        "table2", scores, MODELS | REFERENCES, ABSENT | {"Oracle": "no maps"}, "mini"
    ).full
    blind, oracle = table.rows[-2:]
    assert blind["binary_accuracy"].value == 61.5
    assert blind["captioning_bleu4"] is None
    assert blind["weights"] == ""
    assert blind["note"] == f"{reason}; no score was made in this run; {about}"
    assert blind["binary_answers"] == "8 / 0 / 2 of 10"
    assert oracle["note"] == "no maps"
    assert "No models: Blind is the best answer found from the question's text alone" in "\n".join(
        table.remarks
    )


def test_the_best_constant_answer_is_a_row_where_score_files_have_it():
    scores = by_model_and_task(
        score("Qwen", "binary", {"accuracy": 61.96}, constant=ConstantAnswer("yes", 50.13)),
        score("Qwen", "mcq", {"accuracy": 37.55}, constant=ConstantAnswer("a", 26.06)),
    )
    tables = forms("table2", scores)
    row = csv_rows(tables.full)[-1]
    assert (row["model"], row["binary_accuracy"], row["mcq_accuracy"], row["captioning_bleu4"]) == (
        "Constant (best single answer)", "50.13", "26.06", "",
    )  # fmt: skip
    assert "Binary accuracy: always yes; MCQ accuracy: always a" in row["note"]
    assert not any("Constant" in row["model"] for row in tables.printed.rows)
    assert csv_rows(forms("table4", scores).full)[-1]["overall"] == "26.06"
    assert "Constant (best single answer)" not in rows_by_model(forms("table5", scores).full)


def test_a_model_cannot_have_the_key_of_a_reference():
    with pytest.raises(InputError, match="a row below the models has this key"):
        table_rows({"Oracle": None})


# The best models


def test_table8_takes_the_best_of_each_column_and_names_the_models():
    scores = by_model_and_task(
        score("GPT", "binary", {"accuracy": 60.39}, "published"),
        score("Qwen", "binary", {"accuracy": 61.96}, "published", unparsed=4),
        score("GPT", "referring", {"miou": 31.73}, "published"),
        score("Qwen", "referring", {"miou": 18.0}, "published"),
        score("Qwen", "mcq", {"accuracy": 37.55}),
        score("RS-InternVL", "binary", {"accuracy": 73.29}),
        score("RS-InternVL-untrained", "binary", {"accuracy": 99.0}),
    )
    tables = forms("table8", scores, run="paper")
    rows = rows_by_model(tables.printed)
    assert rows["SOTA CV"]["binary_accuracy"].value == 61.96
    assert rows["SOTA CV"]["referring_miou"].value == 31.73
    # The weights are those of the model, whichever of its numbers they made.
    assert rows["SOTA CV"]["note"] == (
        "Binary accuracy, MCQ accuracy: Qwen (weights: published; tiny, random); Referring mIoU: GPT; "
        "Captioning BLEU-4: GPT: needs a key; Qwen: no score was made in this run"
    )
    assert rows["RS-InternVL"]["binary_accuracy"].value == 73.29
    assert rows["SOTA RS"]["binary_accuracy"] is None
    assert rows["SOTA RS"]["note"].startswith("no RS model has a score in this run (GC: no weights")
    full = {row["model"]: row for row in csv_rows(tables.full)}
    assert (full["SOTA CV"]["binary_accuracy_model"], full["SOTA CV"]["binary_unparsed"]) == ("Qwen", "4")
    assert full["SOTA CV"]["referring_miou_model"] == "GPT"
    assert full["SOTA CV"]["referring_miou_high"] == "32.73"


def test_answers_are_counted_where_one_model_is_behind_all_numbers_of_a_task():
    one = {"accuracy": 60.0, "accuracy/area": 50.0}
    scores = by_model_and_task(score("GPT", "binary", one), score("Qwen", "binary", {"accuracy": 50.0}))
    assert rows_by_model(forms("table_s7", scores).full)["SOTA CV"]["items"] == 10
    several = by_model_and_task(score("GPT", "binary", one), score("Qwen", "binary", {"accuracy": 70.0}))
    assert rows_by_model(forms("table_s7", several).full)["SOTA CV"].get("items") is None


def test_two_models_with_one_number_are_both_named():
    scores = by_model_and_task(
        score("GPT", "binary", {"accuracy": 60.001}, "published"),
        score("Qwen", "binary", {"accuracy": 60.002}, "published"),
    )
    note = rows_by_model(forms("table8", scores).printed)["SOTA CV"]["note"]
    assert note.startswith("Binary accuracy: Qwen (equal: GPT)")


# Files


def test_both_forms_are_written_next_to_each_other(tmp_path):
    paths = write_forms(forms("table_s5"), tmp_path / "table_s5.csv")
    names = ["table_s5.csv", "table_s5.md", "table_s5.tex", "table_s5_full.csv", "table_s5_full.md"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    # The printed form says where the rest stands.
    assert "table_s5_full.md" in paths[1].read_text()


# What a row says of its answers


def with_answers(model, task, metrics, **prediction):
    return replace(score(model, task, metrics, weights="published"), prediction=prediction)


def test_missing_cut_and_tried_answers_and_open_choices_stand_in_the_note_of_their_row():
    accuracy = {"accuracy": 50.0}
    scores = by_model_and_task(
        with_answers("GC", "binary", accuracy, failures={"no answer": 2, "empty": 1}, limit=None),
        with_answers("GC", "mcq", accuracy, failures={"empty": 4}),
        with_answers("EDrgb", "binary", accuracy, choices={"beams": 1, "image": "after tokens"}, limit=20),
        with_answers("Qwen", "binary", accuracy, failures={}, choices={}, limit=None),
    )
    _, full = forms("table2", scores)
    rows = rows_by_model(full)
    assert "empty: binary 1 of 10, mcq 4 of 10; no answer: binary 2 of 10" in rows["GC"]["note"]
    assert "a try with the first 20 items of each task" in rows["EDrgb"]["note"]
    assert "settings: beams 1, image after tokens" in rows["EDrgb"]["note"]
    assert not {"empty", "try", "settings"} & set(rows["Qwen"]["note"].replace(":", "").split())
    assert "no answer: binary 2 of 10" in to_markdown(full)
