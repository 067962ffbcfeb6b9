"""The program that checks captions from anywhere."""

import json

import pytest

from bentxt.captions.grammar import paraphrase
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA
from worlds.caption_tables import SETTINGS, facts_of, random_map, write_tables


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    maps = [random_map(seed) for seed in range(3)]
    return maps, write_tables(tmp_path_factory.mktemp("tables"), maps)


def check(run_program, tables, folder, text, check=True):
    patches, maps, instances, adjacencies = tables[1]
    (folder / "captions.jsonl").write_text(text, encoding="utf-8")
    return run_program(
        "check_captions", "--captions", folder / "captions.jsonl",
        "--patches", patches, "--maps", maps, "--instances", instances, "--adjacencies", adjacencies,
        "--out", folder / "checked.jsonl", "--settings", json.dumps(SETTINGS), check=check,
    )  # fmt: skip


def lines_of(tables):
    """Return a right and a spoilt caption of each patch, in another order than the tables'."""
    lines = []
    for place, class_map in reversed(list(enumerate(tables[0]))):
        name = f"PATCH_{place + 1:04d}"
        text = paraphrase(facts_of(class_map, name), 1)
        lines.append({"patch_id": name, "caption": text, "model": "ours"})
        lines.append({"patch_id": name, "caption": f"{text} Let me know if that is fine.", "model": "theirs"})
    return lines


def test_each_line_is_repeated_with_verdict_and_findings(run_program, tables, tmp_path):
    lines = lines_of(tables)
    done = check(run_program, tables, tmp_path, "".join(json.dumps(line) + "\n\n" for line in lines))
    found = [json.loads(line) for line in (tmp_path / "checked.jsonl").read_text().splitlines()]
    assert [{key: line[key] for key in given} for line, given in zip(found, lines, strict=True)] == lines
    assert [line["passed"] for line in found] == [True, False] * 3
    for line in found[1::2]:
        assert [line[name] for name in CRITERIA] == [True, True, True, False]
        assert {finding["kind"] for finding in line["findings"]} == {"remark"}
        finding = line["findings"][0]
        assert finding["criterion"] == "free_of_artifacts"
        assert line["caption"][finding["start"] : finding["stop"]] == "Let me know"
    assert "3 of 6 captions pass" in done.stdout


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"patch_id": "PATCH_0001"}', "caption is missing"),
        ('{"caption": "A scene."}', "patch_id is missing"),
        ('{"patch_id": "PATCH_0001", "caption": null}', "caption is None, not a text"),
        ('{"patch_id": "PATCH_9999", "caption": "A scene."}', "'PATCH_9999' is not in the tables"),
        ('{"patch_id": "PATCH_0001", "cap', "not JSON"),
        ("[1, 2]", "no JSON object"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_nothing_is_written(
    run_program, tables, tmp_path, line, message
):
    good = json.dumps({"patch_id": "PATCH_0001", "caption": "A scene."})
    done = check(run_program, tables, tmp_path, f"{good}\n{line}\n", check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert "captions.jsonl" in done.stderr
    assert "line 2" in done.stderr
    assert not (tmp_path / "checked.jsonl").exists()
