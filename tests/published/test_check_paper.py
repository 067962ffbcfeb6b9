"""The program: files in, table, page and provenance out; a slip in what was typed over is named."""

import csv
import json
import shutil

import pytest

from worlds.consistent_paper import RESOURCES

SETTINGS = json.dumps({"run": "mini"})


def test_the_program_writes_table_page_and_provenance(run_program, tmp_path):
    out = tmp_path / "paper_consistency.csv"
    run_program("check_paper", "--settings", SETTINGS, "--out", out)
    with out.open(newline="") as file:
        verdicts = [row["verdict"] for row in csv.DictReader(file)]
    assert (verdicts.count("contradiction"), len(verdicts)) == (31, 632)
    page = out.with_suffix(".md").read_text()
    assert page.startswith("# The paper against itself\n")
    provenance = json.loads(out.with_suffix(".provenance.json").read_text())
    assert provenance["target"] == ["paper_consistency.csv", "paper_consistency.md"]
    names = {path["path"].rpartition("/")[2] for path in provenance["inputs"]}
    assert {"table2.csv", "table_s11.csv", "claims.yaml", "release_counts.csv", "models.yaml"} <= names


def test_the_result_does_not_depend_on_the_run(run_program, tmp_path):
    texts = []
    for run in ("mini", "paper"):
        out = tmp_path / run / "paper_consistency.csv"
        run_program("check_paper", "--settings", json.dumps({"run": run}), "--out", out)
        texts.append((out.read_bytes(), out.with_suffix(".md").read_bytes()))
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("table3.csv", "GC,51.65", "GC,5l.65", "Table 3, GC, Presence"),
        ("claims.yaml", 'figure3["BigEarthNet.txt", "mtld"]', 'figure3["BigEarthNet", "mtld"]', "diversity"),
    ],
)
def test_a_slip_stops_the_program_and_leaves_nothing(run_program, tmp_path, name, old, new, said):
    paper, out = tmp_path / "paper", tmp_path / "out" / "paper_consistency.csv"
    shutil.copytree(RESOURCES / "paper", paper)
    text = (paper / name).read_text()
    assert old in text
    (paper / name).write_text(text.replace(old, new))
    arguments = ["--paper", paper, "--claims", paper / "claims.yaml", "--settings", SETTINGS, "--out", out]
    done = run_program("check_paper", *arguments, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert str(paper / name) in done.stderr
    assert said in done.stderr
    assert not list(tmp_path.glob("out/*"))
