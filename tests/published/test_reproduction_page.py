import csv
import io
import re

from bentxt.models.table_rows import read_rows
from bentxt.published.reproduction import Run, compare
from bentxt.published.reproduction_page import COLUMNS, reproduction_csv, reproduction_page
from worlds.consistent_paper import RESOURCES, printed_paper
from worlds.run_scores import INVENTED, MADE, as_published

PAPER = printed_paper()
MODELS = read_rows(None, RESOURCES / "models.yaml")


def made(run="paper", absent=None, models=None, **rest):
    scores = as_published(PAPER.tables, run=run, **rest)
    scores = {key: score for key, score in scores.items() if models is None or key[1] in models}
    comparisons = compare(PAPER, Run(scores, MODELS, absent or {}))
    rows = list(csv.DictReader(io.StringIO(reproduction_csv(comparisons, run))))
    return rows, reproduction_page(comparisons, run)


def counted(page):
    """Return the last line of the summary as numbers: published, ours, comparable, inside, outside."""
    (line,) = re.findall(r"^\| all \| (.+) \|$", page, re.MULTILINE)
    return [int(number) for number in line.split(" | ")]


def test_counts_of_the_page_are_those_of_the_table():
    rows, page = made()
    assert list(rows[0]) == list(COLUMNS)
    printed = [row for row in rows if row["reading"] == "as printed"]
    verdicts = [row["verdict"] for row in printed]
    inside = verdicts.count("inside the interval") + verdicts.count("same")
    outside = verdicts.count("outside the interval") + verdicts.count("different")
    assert counted(page) == [605, 605 - verdicts.count("no number"), inside + outside, inside, outside]
    assert outside < 60 < inside
    by_table = re.findall(r"^\| Table (\S+) \| (\d+) ", page, re.MULTILINE)
    assert sum(int(number) for _, number in by_table) == 605
    assert f"{inside} lie inside our interval or are the same" in page


def test_a_mini_run_says_that_nothing_can_be_compared_and_lists_all():
    rows, page = made(run="mini", upstream=MADE + INVENTED, weights="tiny, random", models=("Qwen", "IVL"))
    assert "**Nothing in this run can be compared with the paper.**" in page
    assert counted(page)[0] == 605
    assert counted(page)[2:] == [0, 0, 0]
    assert {row["verdict"] for row in rows} == {"not comparable", "no number"}
    assert {row["run"] for row in rows} == {"mini: invented world, not comparable with the paper"}
    assert all(row["missing"] for row in rows)
    assert "**inside" not in page


def test_every_number_stands_in_a_cell_with_ours_below():
    _, page = made(models=("Qwen",), absent={"GPT": "needs a key"})
    table3 = page[page.index("<summary>Table 3:") :].split("</details>")[0]
    assert "| GPT | 61.59<br>– | 67.38<br>– |" in table3
    assert "64.33<br>64.33 [63.33, 65.33]<br>+0.00<br>**inside the interval**" in table3
    assert "- GPT: no number: model: needs a key" in table3
    assert "- Qwen: to be known: decoding and the length of answers are not stated in the paper" in table3


def test_the_page_says_what_stands_in_the_way_and_what_is_needed():
    _, page = made(upstream=MADE, models=("Qwen",))
    way = page[page.index("## What stands in the way") : page.index("## Tables")]
    assert "- **data**, " in way
    assert "Needed: the released data set (`config/released.yaml`)." in way
    assert "a data set that was made here instead of the released one" in way
    assert "**world**" not in way


def test_exchanged_columns_are_told():
    rows, page = made(models=("RS-InternVL",))
    assert "2 numbers stand in each other's column in the paper (Table 8, RS-InternVL)" in page
    assert "| RS-InternVL, exchanged back |" in page
    assert [row["published"] for row in rows if row["reading"] == "exchanged back"] == ["65.84", "51.49"]
