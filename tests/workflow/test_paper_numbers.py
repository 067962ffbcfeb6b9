"""The paper's numbers as targets: against itself without any run, and next to those of a run."""

import pytest

pytestmark = pytest.mark.workflow
CHECK = "figures/paper_consistency.csv"


def test_the_paper_is_checked_without_a_run_and_again_when_a_number_changes(fresh_workflow):
    folder = fresh_workflow.folder
    assert fresh_workflow.planned(CHECK) == {"check_paper": 1}
    fresh_workflow.snakemake(CHECK)
    page = (folder / "figures/paper_consistency.md").read_text()
    assert "### 1. Table 2, GC, MCQ accuracy" in page
    assert not (folder / "results").exists() or not list((folder / "results").glob("*/scores"))
    assert fresh_workflow.planned(CHECK) == {}
    models = folder / "resources/models.yaml"
    models.write_text(models.read_text() + "\n# a remark\n")
    assert fresh_workflow.planned(CHECK) == {}
    for name in ("table_s10.csv", "claims.yaml"):
        path = folder / "resources/paper" / name
        text = path.read_text()
        path.write_text(text + "\n")
        assert fresh_workflow.planned(CHECK) == {"check_paper": 1}, name
        path.write_text(text)


def test_numbers_of_both_splits_go_into_the_comparison_where_their_images_are_encoded(fresh_workflow):
    planned = fresh_workflow.planned("figures/reproduction.csv", "--configfile", "small.yaml")
    # Five models of the embedded run on four tasks of the benchmark, and those of Table S5 on the test split.
    assert (planned["score_answers"], planned["compare_with_paper"]) == ((5 + 3) * 4, 1)
    overlay = fresh_workflow.folder / "mine.yaml"
    tiny = "checkpoints: {IVL: /published, s1_encoder: /published, s2_encoder: /published}"
    overlay.write_text(
        f"images: {{splits: bench}}\n{tiny}\nbenchmark: {{absent: {{RS-InternVL: not here}}}}\n"
    )
    options = ("--configfile", "small.yaml", "mine.yaml")
    planned = fresh_workflow.planned("figures/reproduction.csv", *options)
    assert (planned["score_answers"], planned["compare_with_paper"]) == (16, 1)
