"""What a change of one model, of its code or of one table's schema plans: that, and nothing else."""

import csv
import re

import pytest
import yaml

pytestmark = pytest.mark.workflow
TARGETS = ("figures/table8.csv", "figures/table2.csv")
TAIL = ("--configfile", "small.yaml")
MODELS_FILE = "resources/models.yaml"
TASKS = ("binary", "captioning", "mcq", "referring")
#: Rules of the rows that are no models.
REFERENCES = ("answer_blind", "answer_from_maps")


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
    for model, tasks in re.findall(r"^Job \d+: (\S+) answers ([\w ]+) of ", output, re.MULTILINE):
        found.setdefault(model, set()).update(tasks.split())
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
    assert not {"finetune_rs_internvl", "build_tiny_checkpoint", *REFERENCES} & set(planned)


def test_a_changed_instruction_loads_its_own_model_only(tabulated_workflow):
    # Which items are asked again, and which are kept: test_kept_answers.
    change_instruction(tabulated_workflow)
    assert answers(tabulated_workflow) == {"Qwen": set(TASKS)}
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert (planned["predict_all_tasks"], planned["score_answers"]) == (1, len(TASKS))


def test_where_each_task_has_its_own_job_a_changed_instruction_is_that_task_s(fresh_workflow):
    options = (*TAIL, "--config", "prediction={tasks_per_job: one}")
    assert "predict_all_tasks" not in fresh_workflow.planned(*TARGETS, *options)
    before = fresh_workflow.planned_commands(*TARGETS, *options)
    change_instruction(fresh_workflow)
    (changed,) = fresh_workflow.planned_commands(*TARGETS, *options) - before
    assert "predict_answers.py --model Qwen --task mcq --split bench" in changed


def change_instruction(workflow):
    """Change what Qwen is told with one task's questions."""
    changed = "instructions:\n    mcq: {suffix: Give one letter.}\n"
    edit_entry(workflow, "Qwen", "instructions:\n", changed)


def test_what_only_tables_print_plans_tables_only(tabulated_workflow):
    edit_entry(tabulated_workflow, "GC", "parameters: 7B", "parameters: 13B")
    assert tabulated_workflow.planned(*TARGETS, *TAIL) == {"tabulate_best": 1, "tabulate_scores": 1}


def test_another_scale_of_boxes_scores_again_without_asking(tabulated_workflow):
    edit_entry(tabulated_workflow, "Qwen", "box_scale: 1000", "box_scale: 999")
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert "score_answers" in planned
    assert not {"predict_answers", "predict_all_tasks"} & set(planned)


def test_a_family_s_settings_are_its_own(tabulated_workflow):
    path = tabulated_workflow.folder / "small.yaml"
    path.write_text(path.read_text() + "  openai:\n    concurrency: 3\n")
    assert tabulated_workflow.planned(*TARGETS, *TAIL) == {}


@pytest.mark.parametrize(
    ("module", "asked"),
    [
        ("models/families/transformers_model.py", {"Qwen", "GLM", "LLaVa", "IVL"}),
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


def built(workflow):
    """Return the tiny checkpoints that are planned."""
    output = workflow.snakemake("--dry-run", *TARGETS, *TAIL).stdout
    return set(re.findall(r"^Job \d+: Building and pre-training the tiny (\w+)$", output, re.MULTILINE))


def test_settings_of_the_encoders_build_no_other_tiny_checkpoint(tabulated_workflow):
    path = tabulated_workflow.folder / "small.yaml"
    text = path.read_text()
    path.write_text(text.replace("  encoder:\n    steps: 20\n", "  encoder:\n    steps: 21\n"))
    assert path.read_text() != text
    assert built(tabulated_workflow) == {"s1_encoder", "s2_encoder"}
    # Tokens know nothing of the encoders; what is fine-tuned on top of them does.
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert "finetune_rs_internvl" in planned
    assert "tokenise_annotations" not in planned


@pytest.mark.parametrize(
    ("module", "keys"),
    [
        ("training/encoder_pretraining.py", {"s1_encoder", "s2_encoder"}),
        ("training/language_pretraining.py", {"IVL"}),
        ("models/tiny/qwen.py", {"Qwen"}),
    ],
)
def test_code_of_one_architecture_builds_no_other_tiny_checkpoint(tabulated_workflow, module, keys):
    append(tabulated_workflow, module)
    assert built(tabulated_workflow) == keys


def test_the_schema_of_the_answers_is_that_of_predictions_and_scores_only(tabulated_workflow):
    append(tabulated_workflow, "tables/schemas/predictions_schema.py")
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert set(planned) == {
        "predict_all_tasks",
        "predict_answers",
        "answer_blind",
        "answer_from_maps",
        "score_answers",
        "report_learning",
        "tabulate_best",
        "tabulate_scores",
    }


def test_the_score_s_schema_plans_scores_and_what_reads_them(tabulated_workflow):
    append(tabulated_workflow, "evaluation/score.py")
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert set(planned) == {"score_answers", "report_learning", "tabulate_best", "tabulate_scores"}


def test_the_code_of_embeddings_embeds_the_references_and_scores_again(tabulated_workflow):
    append(tabulated_workflow, "evaluation/embedding_metrics.py")
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert planned["embed_references"] == 1
    assert set(planned) == {
        "embed_references",
        "score_answers",
        "report_learning",
        "tabulate_best",
        "tabulate_scores",
    }


def test_embedded_references_are_an_input_of_captions_only(tabulated_workflow):
    output = tabulated_workflow.snakemake(
        "--dry-run", *TARGETS, *TAIL, "--forcerun", "embed_references"
    ).stdout
    assert set(re.findall(r"^Job \d+: Scoring \S+ on (\w+) of bench", output, re.MULTILINE)) == {"captioning"}
    edit_entry(tabulated_workflow, "Qwen", "side: null", "side: 448")
    assert "embed_references" not in tabulated_workflow.planned(*TARGETS, *TAIL)


def table(workflow, name):
    with (workflow.folder / f"figures/{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_tables_2_to_6_in_full_end_with_what_is_no_model(tabulated_workflow):
    names = [f"table{number}" for number in range(3, 8)]
    targets = [f"figures/{name}.csv" for name in names]
    assert tabulated_workflow.planned(*targets, *TAIL) == {"tabulate_scores": 5}
    tabulated_workflow.snakemake(*targets, *TAIL)
    for name in ["table2", *names]:
        printed = table(tabulated_workflow, name)
        assert not [row for row in printed if "(" in row["model"]]
        *rows, blind, oracle = table(tabulated_workflow, f"{name}_full")
        if name == "table7":
            assert "Blind" not in blind["model"]
            assert "Oracle" not in oracle["model"]
            continue
        assert (blind["model"], oracle["model"]) == ("Blind (no image)", "Oracle (reference map)")
        constant = ["Constant (best single answer)"] if name in ("table2", "table3", "table4") else []
        assert [row["model"] for row in rows] == [*(row["model"] for row in printed), *constant]
        assert "learnt from" in blind["note"]
        numbers = [cell for column, cell in oracle.items() if column in ("overall", "miou", "mcq_accuracy")]
        assert numbers
        # All that the maps of the world hold is answered.
        assert set(numbers) == {"100.00"}
    assert table(tabulated_workflow, "table2_full")[-1]["captioning_bleu4"] == ""
    assert "not defined for captions" in table(tabulated_workflow, "table2_full")[-1]["note"]
    assert [row["model"] for row in table(tabulated_workflow, "table8")] == [
        "SOTA RS",
        "SOTA CV",
        "RS-InternVL",
    ]


def test_what_only_the_blind_baseline_depends_on_asks_nothing_else(tabulated_workflow):
    path = tabulated_workflow.folder / "small.yaml"
    path.write_text(path.read_text() + "blind:\n  folds: 3\n")
    expected = {"answer_blind": 4, "score_answers": 4, "tabulate_scores": 1}
    assert tabulated_workflow.planned(*TARGETS, *TAIL) == expected


def test_the_code_of_the_references_asks_no_model(tabulated_workflow):
    append(tabulated_workflow, "baselines/questions_alone.py")
    expected = {"answer_blind": 4, "answer_from_maps": 4, "score_answers": 8, "tabulate_scores": 1}
    assert tabulated_workflow.planned(*TARGETS, *TAIL) == expected


def test_a_new_model_asks_no_reference_again(tabulated_workflow):
    path = tabulated_workflow.folder / MODELS_FILE
    entry = yaml.safe_load(path.read_text())["Qwen"] | {"group": "own"}
    path.write_text(path.read_text() + yaml.safe_dump({"Mine": entry}))
    planned = tabulated_workflow.planned(*TARGETS, *TAIL)
    assert planned["predict_all_tasks"] == 1
    assert "predict_answers" not in planned
    assert not set(REFERENCES) & set(planned)


def test_references_can_be_left_out_and_table_8_does_without_them(fresh_workflow):
    planned = fresh_workflow.planned("figures/table2.csv", *TAIL)
    assert {rule: planned[rule] for rule in REFERENCES} == dict.fromkeys(REFERENCES, len(TASKS))
    assert not set(REFERENCES) & set(fresh_workflow.planned("figures/table8.csv", *TAIL))
    path = fresh_workflow.folder / "small.yaml"
    path.write_text(path.read_text() + "benchmark:\n  absent:\n    Oracle: no maps here\n")
    planned = fresh_workflow.planned("figures/table2.csv", *TAIL)
    assert "answer_from_maps" not in planned
    assert "answer_blind" in planned


def test_table_8_of_other_models_plans_no_fine_tuning(fresh_workflow):
    path = fresh_workflow.folder / "small.yaml"
    reason = "not compared here"
    path.write_text(
        path.read_text()
        + f"benchmark:\n  absent:\n    RS-InternVL: {reason}\n    RS-InternVL-untrained: {reason}\n"
    )
    planned = fresh_workflow.planned("figures/table8.csv", *TAIL)
    assert planned["predict_all_tasks"] == 4
    assert "predict_answers" not in planned
    assert not {"finetune_rs_internvl", "report_learning"} & set(planned)


def _with_servers(workflow):
    """Put two models behind servers of their own into a run."""
    path = workflow.folder / MODELS_FILE
    entry = yaml.safe_load(path.read_text())["GPT"] | {"group": "own"}
    models = {f"Mine{n}": entry | {"server": {"base_url": f"http://127.0.0.1:{n}/v1"}} for n in (1, 2)}
    path.write_text(path.read_text() + yaml.safe_dump(models))


def _parameters(workflow, model):
    """Return the shell command that a dry run prints for a model's binary questions."""
    target = f"results/small/predictions/bench/{model}/binary/0-1.parquet"
    output = workflow.snakemake("--dry-run", "--printshellcmds", "--cores", "2", target, *TAIL).stdout
    return next(line for line in output.splitlines() if "predict_answers.py" in line)


def test_a_job_holds_its_own_server_only(fresh_workflow):
    _with_servers(fresh_workflow)
    before = {model: _parameters(fresh_workflow, model) for model in ("Mine1", "Mine2")}
    assert "http://127.0.0.1:1/v1" in before["Mine1"]
    assert "api.openai.com" not in before["Mine1"]
    assert "http://127.0.0.1:2/v1" not in before["Mine1"]
    path = fresh_workflow.folder / MODELS_FILE
    path.write_text(path.read_text().replace("http://127.0.0.1:2/v1", "http://127.0.0.1:3/v1"))
    config = fresh_workflow.folder / "small.yaml"
    config.write_text(config.read_text() + "  openai:\n    base_url: http://127.0.0.1:9/v1\n")
    assert _parameters(fresh_workflow, "Mine1") == before["Mine1"]
    assert _parameters(fresh_workflow, "Mine2") != before["Mine2"]
