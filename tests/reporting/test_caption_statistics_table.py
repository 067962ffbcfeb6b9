"""The table of caption statistics: this run's captions and templates beside the released ones."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from bentxt.dataset.text_statistics import count_captions, mtld, summarize
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.reporting.caption_statistics_table import (
    COLUMNS,
    NUMBERS,
    caption_statistics_rows,
    paper_means,
    read_published_captions,
)
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS
from bentxt.tables.table_files import write_table

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "resources" / "paper" / "caption_statistics.csv"
TEXTS = ["The forest is a forest. It touches pastures.", "Pastures, PASTURES and more."]
TEMPLATES = ['The image shows "pastures".', 'The image shows "mixed forest". It was taken in fall.']
SETTINGS = json.dumps(
    {"run": "mini", "statistics": {"mtld_threshold": 0.72}, "augmentation": {"backend": "grammar"}}
)


def test_the_papers_row_says_what_the_paper_says_elsewhere_here():
    (paper,) = (row for row in read_published_captions(PUBLISHED) if row["captions_of"] == "BigEarthNet.txt")
    claims = yaml.safe_load((ROOT / "resources" / "paper" / "claims.yaml").read_text(encoding="utf-8"))
    assert paper["words_per_caption"] == float(claims["words_a_caption"]["value"])
    assert paper["sentences_per_caption"] == float(claims["sentences_a_caption"]["value"])
    assert paper["mtld"] == float(claims["diversity"]["value"])
    assert paper["captions"] == int(claims["pairs"]["value"].replace(",", ""))
    assert claims["words"]["value"] == f"{paper['words'] // 10**6} million"
    assert claims["sentences"]["value"] == f"{paper['sentences'] / 10**6:g} million"


def test_means_of_the_published_rows_are_their_sums_by_their_captions():
    for row in read_published_captions(PUBLISHED):
        # The paper's sums are rounded to two digits.
        assert row["words"] / row["captions"] == pytest.approx(row["words_per_caption"], rel=0.01)
        assert row["sentences"] / row["captions"] == pytest.approx(row["sentences_per_caption"], rel=0.01)


def test_the_sample_is_measured_as_the_captions_are(real_data):
    """The real captions at hand are part of the sample: their statistics are close to its."""
    rows = [
        json.loads(line)
        for name in ("annotation_rows", "quoted_rows")
        for line in (real_data / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = list(dict.fromkeys(row["output"] for row in rows if row["type"] == "captioning"))
    found = summarize(count_captions(texts), 0.72)
    (sample,) = (row for row in read_published_captions(PUBLISHED) if row["captions"] < 100)
    assert found["captions"] <= sample["captions"]
    assert found["words_per_caption"] == pytest.approx(sample["words_per_caption"], rel=0.15)
    assert found["mtld"] == pytest.approx(sample["mtld"], rel=0.1)


def test_rows_of_a_run_and_of_a_released_file():
    published = read_published_captions(PUBLISHED)
    captions, templates = (summarize(count_captions(texts), 0.72) for texts in (TEXTS, TEMPLATES))
    rows = caption_statistics_rows(captions, templates, published, "mini", "this run", "grammar")
    assert [row["captions_of"] for row in rows[:2]] == ["template captions", "captions of the data set"]
    assert [row["words"] for row in rows[:2]] == [14, 12]
    assert "grammar backend" in rows[1]["source"]
    assert "backend" not in rows[0]["source"]
    assert all("not comparable with the paper" in row["source"] for row in rows[:2])
    assert [row["run"] for row in rows] == ["mini", "mini", *["published"] * len(published)]
    assert all(set(row) == set(COLUMNS) for row in rows)
    released = caption_statistics_rows(captions, None, published, "paper", "released file", "")
    assert [row["captions_of"] for row in released] == [
        "captions of the data set",
        *(row["captions_of"] for row in published),
    ]
    assert "backend" not in released[0]["source"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("captions_of,captions\nBigEarthNet.txt,1\n", "a column or a number"),
        (f"captions_of,{','.join(NUMBERS)},source\nBigEarthNet.txt,{','.join('x' * 7)},y\n", "a column or a"),
        (
            f"captions_of,{','.join(NUMBERS)},source\nOther,{','.join('1' * 7)},y\n",
            "no row",
        ),
    ],
)
def test_published_statistics_that_cannot_be_read_are_named(tmp_path, text, message):
    path = tmp_path / "statistics.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read_published_captions(path)
    assert error.value.file == path


def test_means_of_the_paper():
    assert paper_means(read_published_captions(PUBLISHED)) == (107, 4.5)


def test_program_measures_templates_and_reads_the_rest(tmp_path, run_program):
    lineage = Lineage("test", {"run": "mini"}, "", {})
    count = len(TEXTS)
    constant = dict.fromkeys(("s1_name", "input", "country", "season", "climate_zone"), ["x"] * count)
    columns = {
        "ID": range(1, count + 1),
        "patch_id": [f"P{i}" for i in range(count)],
        "output": TEXTS,
        "type": ["captioning"] * count,
        "category": ["None"] * count,
        "split": ["train"] * count,
        "latitude": [1.0] * count,
        "longitude": [1.0] * count,
    }
    write_table(tmp_path / "dataset.parquet", constant | columns, DATASET, lineage)
    templates = {"patch_id": ["P0", "P1"], "caption": TEMPLATES}
    write_table(tmp_path / "templates.parquet", templates, TEMPLATE_CAPTIONS, lineage)
    summary = {"all": summarize(count_captions(TEXTS), 0.72)}
    (tmp_path / "captions.json").write_text(json.dumps(summary))
    files = ("--summary", tmp_path / "captions.json", "--dataset", tmp_path / "dataset.parquet")
    files += ("--published", PUBLISHED, "--out", tmp_path / "table.csv", "--settings", SETTINGS)
    run_program("tabulate_captions", *files, "--templates", tmp_path / "templates.parquet")
    with (tmp_path / "table.csv").open(newline="") as file:
        template, ours, paper, _ = csv.DictReader(file)
    counted = count_captions(TEMPLATES)
    assert (template["captions"], template["words"]) == ("2", str(int(np.sum(counted.words))))
    assert template["mtld"] == f"{mtld(counted.ids):.2f}"
    assert ours["mtld"] == f"{summary['all']['mtld']:.2f}"
    assert (paper["run"], paper["words_per_caption"], paper["mtld"]) == ("published", "107.00", "64.69")
    provenance = json.loads((tmp_path / "table.provenance.json").read_text())
    assert {entry["path"].rsplit("/", 1)[-1] for entry in provenance["inputs"]} == {
        *("captions.json", "dataset.parquet", "templates.parquet", "caption_statistics.csv")
    }
