from types import SimpleNamespace

import pytest
from jinja2 import Environment

from bentxt.reporting.table_layouts import BEST_LAYOUTS, LABELS, LAYOUTS
from worlds.pages import PROJECT

ALL = LAYOUTS | BEST_LAYOUTS


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("run", ["mini", "paper"])
def test_the_report_has_a_caption_for_every_table_that_says_what_is_mini(name, run):
    # As Snakemake renders it.
    file = PROJECT / "report" / ("scores.rst" if name in LAYOUTS else "best.rst")
    template = Environment(trim_blocks=True, lstrip_blocks=True).from_string(file.read_text(encoding="utf-8"))
    about = SimpleNamespace(wildcards=SimpleNamespace(table=name), config={"run": run})
    caption = template.render(snakemake=about)
    assert caption.strip().startswith(f"**Table {ALL[name].number}** of the ")
    assert caption.count("**Table ") == 1
    assert ("Run: mini" in caption) is (run == "mini")


@pytest.mark.parametrize("name", ALL)
def test_every_table_is_on_the_page_of_figures(name):
    page = (PROJECT / "figures/README.md").read_text(encoding="utf-8")
    assert f"| `figures/{name}.csv` | Table {ALL[name].number}: " in page


def test_a_layout_names_its_split_tasks_and_columns():
    assert {name: layout.split for name, layout in ALL.items() if layout.split != "bench"} == {
        "table_s5": "test"
    }
    assert ALL["table_s5"].tasks == ALL["table2"].tasks == ("captioning", "binary", "mcq", "referring")
    assert all(set(layout.values) <= set(LABELS) for layout in ALL.values())
    # The supplement takes Tables 3-7 apart.
    for number, source in (("7", "3"), ("8", "4"), ("9", "5"), ("10", "6"), ("11", "7")):
        assert ALL[f"table_s{number}"].values == ALL[f"table{source}"].values
        assert ALL[f"table_s{number}"].category == ALL[f"table{source}"].category
