"""How a table is written: CSV for programs, Markdown for readers, LaTeX for papers."""

import csv
import io
import shutil
import subprocess

import pytest

from bentxt.models.table_rows import read_rows
from bentxt.reporting.score_tables import all_models_tables, best_models_tables
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS
from bentxt.reporting.tables import (
    Table,
    Value,
    csv_text,
    latex_escaped,
    markdown_row,
    to_csv,
    to_latex,
    to_markdown,
    write_table_files,
)
from worlds.pages import PROJECT
from worlds.score_sets import published_scores


@pytest.fixture
def table():
    rows = [
        {"model": "A_1", "score": Value(50, 40.123, 60, best=True), "ok": True, "note": "50 % of it; a, b"},
        {"model": "B*", "score": None, "ok": False, "note": "no weights"},
        {"model": "C|D", "score": Value(0.004), "ok": None, "note": "no weights"},
    ]
    columns = {"model": "Model", "score": "Score", "ok": "OK", "weights": "Weights", "note": "Note"}
    return Table("9", "What is shown", "mini", columns, rows, ["remark"], rules=(1,))


def test_csv_reads_back(table):
    rows = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert rows[0] == {
        "model": "A_1",
        "score": "50.00",
        "ok": "yes",
        "weights": "",
        "note": "50 % of it; a, b",
    }
    assert (rows[1]["score"], rows[1]["ok"]) == ("", "no")
    assert (rows[2]["model"], rows[2]["score"], rows[2]["ok"]) == ("C|D", "0.00", "")


def test_numbers_of_a_csv_have_two_decimals():
    assert csv_text(["a", "b", "c"], [{"a": 1.005, "b": 3, "c": Value(2)}]) == "a,b,c\n1.00,3,2.00\n"


def test_markdown_has_caption_rule_intervals_and_each_note_once(table):
    text = to_markdown(table)
    assert "**Table 9.** What is shown (mini: invented world, not comparable with the paper)." in text
    lines = text.splitlines()
    assert lines[2:8] == [
        "| Model | Score | OK |",
        "| --- | ---: | ---: |",
        "| A_1 | **50.00** [40.12, 60.00] | ✓ |",
        "| ––– | ––– | ––– |",
        r"| B\* |  | ✗ |",
        r"| C\|D | 0.00 |  |",
    ]
    assert r"- B\*, C|D: no weights" in text
    assert text.count("no weights") == 1
    assert text.endswith("- remark\n")


def test_a_row_of_markdown_has_as_many_cells_as_it_is_given():
    assert markdown_row(["a|b", "", "c"]) == r"| a\|b |  | c |"


def test_latex_is_escaped_and_balanced(table):
    text = to_latex(table)
    assert r"A\_1 & \textbf{50.00} {\scriptsize [40.12, 60.00]} & \ding{51} \\" in text
    assert r"A\_1: 50 \% of it; a, b" in text
    assert text.count("{") == text.count("}")
    assert text.count(r"\midrule") == 2
    assert latex_escaped("a&b_c%$#{}~^\\") == (
        r"a\&b\_c\%\$\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}"
    )


def test_every_row_of_latex_has_as_many_cells_as_the_table_has_columns(table):
    body = to_latex(table).split(r"\toprule")[1].split(r"\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert [line.count("&") for line in rows] == [2] * 4


def test_only_the_forms_asked_for_are_written(table, tmp_path):
    paths = write_table_files(table, tmp_path / "t_full.csv", (".csv", ".md"))
    assert (
        [path.name for path in paths]
        == ["t_full.csv", "t_full.md"]
        == sorted(path.name for path in tmp_path.iterdir())
    )


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_latex_compiles(tmp_path, table):
    models, absent = (
        read_rows(None, PROJECT / "resources/models.yaml"),
        {"GLM": "50 % of <it> & {more}_\\^~#$"},
    )
    files = [(tmp_path / "table9.csv", table)]
    for name in (*LAYOUTS, *BEST_LAYOUTS):
        build = all_models_tables if name in LAYOUTS else best_models_tables
        scores = published_scores(name, {"SOTA RS": "GC", "SOTA CV": "Qwen"})
        scores = {key: score for key, score in scores.items() if key[0] != "GLM"}
        files.append((tmp_path / f"{name}.csv", build(name, scores, models, absent, "mini").printed))
    for path, one in files:
        write_table_files(one, path)
    inputs = "\n".join(rf"\input{{{path.stem}}}\clearpage" for path, _ in files)
    (tmp_path / "all.tex").write_text(
        "\\documentclass[twocolumn]{article}\n\\usepackage{booktabs, pifont}\n"
        f"\\begin{{document}}\n{inputs}\n\\end{{document}}\n"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"({len(files)} pages" in done.stdout
