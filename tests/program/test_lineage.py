"""Lineages travel from file to file, so that a table knows everything it was made from."""

import argparse
import json

from bentxt.program.command_line import lineage
from bentxt.program.lineage import Lineage, gather_lineages, stored_lineages
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import write_table

FIRST = Lineage("first.py", {"run": "mini", "a": 1}, "01", {})


def predictions(path, of):
    write_table(path, {"ID": [1], "answer": ["yes"], "failure": [None]}, PREDICTIONS, of)


def test_a_file_made_from_files_knows_all_of_them_once(tmp_path):
    predictions(tmp_path / "one.parquet", FIRST)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/training.json").write_text(json.dumps({"lineage": FIRST.to_dict()}))
    arguments = argparse.Namespace(
        settings={"run": "mini"},
        code="02",
        dataset=str(tmp_path / "one.parquet"),
        adapter=tmp_path / "folder",
        scores=[str(tmp_path / "one.parquet"), str(tmp_path / "missing.json")],
        threads=1,
        out=str(tmp_path / "out.parquet"),
    )
    made = lineage(arguments, note="x")
    assert [entry["program"] for entry in made.upstream] == ["first.py"]
    predictions(tmp_path / "out.parquet", made)
    found = stored_lineages(tmp_path / "out.parquet")
    assert [entry["program"] for entry in found][1:] == ["first.py"]
    assert found[1]["settings"] == {"run": "mini", "a": 1}
    assert found[0]["notes"] == {"note": "x"}


def test_an_earlier_output_of_the_same_program_is_no_input(tmp_path):
    predictions(tmp_path / "old.parquet", FIRST)
    assert gather_lineages([tmp_path / "old.parquet"], "first.py") == []


def test_files_without_lineage_are_passed_over(tmp_path):
    (tmp_path / "a.csv").write_text("x\n")
    (tmp_path / "b.json").write_text("[1]")
    (tmp_path / "c.parquet").write_bytes(b"no parquet")
    assert gather_lineages([tmp_path / name for name in ("a.csv", "b.json", "c.parquet")], "p.py") == []
