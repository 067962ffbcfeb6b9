import hashlib
import json

import pytest

from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.reporting.provenance import describe_input, machine, package_versions, write_provenance
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import write_table


def _lineage(run="mini", **settings):
    return Lineage("program.py", {"run": run} | settings, "c0de", {})


def test_provenance_gathers_lineages_hashes_and_versions(tmp_path):
    upstream = Lineage("predict.py", {"run": "mini", "batch": 4}, "beef", {"weights": "tiny"})
    write_table(
        tmp_path / "p.parquet", {"ID": [1], "answer": ["a"], "failure": [None]}, PREDICTIONS, upstream
    )
    score = {"lineage": _lineage(k=1).to_dict() | {"upstream": [upstream.to_dict(), _lineage(k=2).to_dict()]}}
    (tmp_path / "s.json").write_text(json.dumps(score))
    (tmp_path / "plain.csv").write_text("a\n1\n")
    inputs = [tmp_path / name for name in ("p.parquet", "s.json", "plain.csv")]
    path = write_provenance([tmp_path / "t.csv", tmp_path / "t.md"], _lineage(), inputs)
    assert path == tmp_path / "t.provenance.json"
    content = json.loads(path.read_text())
    assert content["target"] == ["t.csv", "t.md"]
    assert (content["made_by"], content["run"], content["code"]) == ("program.py", "mini", "c0de")
    assert [entry["settings"].get("batch") for entry in content["upstream"]].count(4) == 1
    assert [entry["settings"].get("k") for entry in content["upstream"] if "k" in entry["settings"]] == [1, 2]
    hashes = {entry["path"]: entry["sha256"] for entry in content["inputs"]}
    assert hashes[str(tmp_path / "plain.csv")] == hashlib.sha256(b"a\n1\n").hexdigest()
    assert content["versions"]["numpy"]
    assert content["machine"]["cores"] >= 1


def test_another_run_s_numbers_are_refused(tmp_path):
    score = {"lineage": _lineage("paper").to_dict()}
    (tmp_path / "s.json").write_text(json.dumps(score))
    with pytest.raises(InputError, match="run 'paper' in a target of the run 'mini'"):
        write_provenance([tmp_path / "t.csv"], _lineage(), [tmp_path / "s.json"])
    assert not (tmp_path / "t.provenance.json").exists()


def test_a_folder_is_described_by_its_listing(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_bytes(b"12")
    (tmp_path / "b").write_bytes(b"345")
    first = describe_input(tmp_path)
    assert first["bytes"] == 5
    (tmp_path / "b").write_bytes(b"3456")
    assert describe_input(tmp_path)["sha256_of_listing"] != first["sha256_of_listing"]


def test_machine_and_versions_are_plain():
    assert machine()["memory"] > 0
    assert json.loads(json.dumps(machine())) == machine()
    assert set(map(type, package_versions().values())) <= {str, type(None)}
