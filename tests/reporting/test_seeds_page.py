"""The page of a comparison over seeds, by hand."""

from bentxt.reporting.modality_comparison import SEED_COLUMNS, modality_seeds_markdown
from bentxt.reporting.seeds_page import seeds_page


def test_a_page_by_hand():
    page = seeds_page(
        "A title", ["task", "seed", "value"], slice(2, 3), [["a|b", "7", "+1.00"]], "mini", 2000
    )
    assert page.splitlines() == [
        "# A title",
        "",
        "**mini: invented world, not comparable with the paper.**",
        "",
        "Metrics in %, margins in points, in brackets their 95 % interval: of a seed over its images, of all "
        "of them over seeds and images (2,000 draws).",
        "",
        "| task | seed | value |",
        "| --- | --- | ---: |",
        "| a\\|b | 7 | +1.00 |",
    ]


def test_modalities_without_comparison_or_interval_leave_cells_empty():
    row = dict.fromkeys(SEED_COLUMNS) | {
        "task": "mcq",
        "items_about": "x",
        "seed": 1,
        "items": 3,
        "verdict": "?",
    }
    known = row | {"all_modalities": 60.0, "rgb": 50.5, "margin": 9.5}
    sure = known | {"margin_low": 1.0, "margin_high": 18.25}
    lines = modality_seeds_markdown([row, known, sure], "mini", 10).splitlines()
    assert lines[-4:] == [
        "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |",
        "| mcq | x | 1 | 3 |  |  |  | ? |",
        "| mcq | x | 1 | 3 | 60.00 | 50.50 | +9.50 | ? |",
        "| mcq | x | 1 | 3 | 60.00 | 50.50 | +9.50 [+1.00, +18.25] | ? |",
    ]
