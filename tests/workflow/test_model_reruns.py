"""What a change of one model, of its code or of one table's schema plans: that, and nothing else."""

import re

import pytest

pytestmark = pytest.mark.workflow
TARGETS = ("figures/table8.csv", "figures/table2.csv")
TAIL = ("--configfile", "small.yaml")
MODELS_FILE = "resources/models.yaml"
TASKS = ("binary", "captioning", "mcq", "referring")


@pytest.fixture(scope="module")
def tabulated_run(finished_run, tmp_path_factory):
    """The finished run with Table 2, which has a row for every model. Not to be changed."""
    workflow = finished_run.copy_to(tmp_path_factory.mktemp("tabulated"))
    workflow.snakemake(*TARGETS, *TAIL)
    assert workflow.planned(*TARGETS, *TAIL) == {}
    return workflow


@pytest.fixture
def tabulated_workflow(tabulated_run, tmp_path):
    """A copy of it that a test may change."""
    return tabulated_run.copy_to(tmp_path)


def answers(workflow, *arguments):
    """Return the models whose answers are planned, each with its tasks."""
    output = workflow.snakemake("--dry-run", *TARGETS, *TAIL, *arguments).stdout
    found = {}
    for model, task in re.findall(r"^Job \d+: (\S+) answers (\w+)$", output, re.MULTILINE):
        found.setdefault(model, set()).add(task)
    return found


def edit_entry(workflow, key, old, new):
    """Change one model's entry."""
    path = workflow.folder / MODELS_FILE
    pattern = re.compile(rf"(.*^{key}:\n)(.*?)(^[A-Z].*|\Z)", re.MULTILINE | re.DOTALL)
    head, entry, tail = pattern.fullmatch(path.read_text()).groups()
    assert entry.count(old) == 1, f"{old!r} stands {entry.count(old)} times in {key}"
    path.write_text(head + entry.replace(old, new) + tail)


def append(workflow, module, text="\nSENTINEL = 1\n"):
    path = workflow.folder / "workflow_scripts/bentxt" / module
    path.write_text(path.read_text() + text)


def test_a_comment_in_the_models_file_plans_nothing(tabulated_workflow):
    path = tabulated_workflow.folder / MODELS_FILE
    path.write_text("# a remark\n" + path.read_text())
    assert tabulated_workflow.planned(*TARGETS, *TAIL) == {}


def test_a_changed_entry_asks_its_own_model_only(tabulated_workflow):
    edit_entry(tabulated_workflow, "Qwen", "side: null", "side: 448")
    assert answers(tabulated_workflow) == {"Qwen": set(TASKS)}
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert planned["score_answers"] == len(TASKS)
    assert not {"finetune_rs_internvl", "build_tiny_checkpoint"} & set(planned)


def test_a_changed_instruction_asks_its_own_task_only(tabulated_workflow):
    changed = "instructions:\n    mcq: {suffix: Give one letter.}\n"
    edit_entry(tabulated_workflow, "Qwen", "instructions:\n", changed)
    assert answers(tabulated_workflow) == {"Qwen": {"mcq"}}


def test_what_only_tables_print_plans_tables_only(tabulated_workflow):
    edit_entry(tabulated_workflow, "GC", "parameters: 7B", "parameters: 13B")
    assert tabulated_workflow.planned(*TARGETS, *TAIL) == {"tabulate_best": 1, "tabulate_scores": 1}


def test_another_scale_of_boxes_scores_again_without_asking(tabulated_workflow):
    edit_entry(tabulated_workflow, "Qwen", "box_scale: 1000", "box_scale: 999")
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert "score_answers" in planned
    assert "predict_answers" not in planned


def test_a_family_s_settings_are_its_own(tabulated_workflow):
    path = tabulated_workflow.folder / "small.yaml"
    path.write_text(path.read_text() + "  openai:\n    concurrency: 3\n")
    assert tabulated_workflow.planned(*TARGETS, *TAIL) == {}


@pytest.mark.parametrize(
    ("module", "asked"),
    [
        ("models/families/transformers_model.py", {"IVL", "Qwen"}),
        ("models/families/rs_internvl_model.py", {"RS-InternVL", "RS-InternVL-untrained"}),
        ("models/families/server_model.py", set()),
        ("models/families/worker_model.py", set()),
    ],
)
def test_a_family_s_code_asks_its_own_models_only(tabulated_workflow, module, asked):
    append(tabulated_workflow, module)
    assert set(answers(tabulated_workflow)) == asked
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert not {"finetune_rs_internvl", "build_tiny_checkpoint", "assemble_dataset"} & set(planned)


def test_the_schema_of_the_answers_is_that_of_predictions_and_scores_only(tabulated_workflow):
    append(tabulated_workflow, "tables/schemas/predictions_schema.py")
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert set(planned) == {
        "predict_answers",
        "score_answers",
        "report_learning",
        "tabulate_best",
        "tabulate_scores",
    }


def test_the_score_s_schema_plans_scores_and_what_reads_them(tabulated_workflow):
    append(tabulated_workflow, "evaluation/score.py")
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert set(planned) == {"score_answers", "report_learning", "tabulate_best", "tabulate_scores"}


def test_table_8_of_other_models_plans_no_fine_tuning(fresh_workflow):
    path = fresh_workflow.folder / "small.yaml"
    reason = "not compared here"
    path.write_text(
        path.read_text()
        + f"benchmark:\n  absent:\n    RS-InternVL: {reason}\n    RS-InternVL-untrained: {reason}\n"
    )
    planned = fresh_workflow.planned("figures/table8.csv", *TAIL)
    assert planned["predict_answers"] == 2 * len(TASKS)
    assert not {"finetune_rs_internvl", "report_learning"} & set(planned)
