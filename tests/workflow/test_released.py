"""A run that starts from the released data set: the miniature run's own file, served as the hub does."""

import csv
import hashlib
import json

import pyarrow.parquet as pq
import pytest
import yaml

from worlds.foreign_files import by_pandas
from worlds.hub_server import Hub

pytestmark = pytest.mark.workflow

NAME = "BigEarthNet.txt.parquet"
#: What only a run does that makes its data set.
MAKING = {
    "extract_attributes",
    "filter_patches",
    "locate_patches",
    "write_captions",
    "augment_captions",
    "generate_questions",
    "generate_instructions",
    "select_benchmark",
    "assemble_dataset",
    "draw_caption_pipeline",
    "measure_caption_check",
    "report_caption_check",
}
CONFIG = ("--configfile", "small.yaml", "config/released.yaml", "here.yaml")


def released(workflow, content, **dataset):
    """Let a copied project take ``content`` for the published file; ``dataset`` are keys of the config."""
    sources = workflow.folder / "resources/sources.tsv"
    lines = sources.read_text().splitlines()
    own = f"{NAME}\t{len(content)}\tsha256:{hashlib.sha256(content).hexdigest()}\t{NAME}\thub"
    sources.write_text("\n".join([*lines[:-1], own]) + "\n")
    (workflow.folder / "here.yaml").write_text(yaml.safe_dump({"dataset": dataset}))
    return workflow


def served(content, workflow, **options):
    settings = yaml.safe_load((workflow.folder / "config.yaml").read_text())["dataset"]
    return Hub(content, settings["repository"], settings["revision"], NAME, **options)


def state(folder):
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()}


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(finished_run):
    """The miniature run's own data set, as bytes."""
    return (finished_run.folder / "results/small" / NAME).read_bytes()


def test_nothing_is_made_that_the_release_holds_and_everything_later_is(finished_workflow, made):
    workflow = released(finished_workflow, made)
    planned = workflow.planned("all", *CONFIG)
    assert not MAKING & set(planned)
    assert planned["download_source"] == planned["adopt_release"] == planned["encode_images"] == 1
    assert planned["finetune_rs_internvl"] == 4
    assert {
        "build_tiny_checkpoint",
        "predict_answers",
        "predict_all_tasks",
        "score_answers",
        "tabulate_datasets",
        "tabulate_scores",
        "tabulate_best",
        "draw_examples",
        "draw_statistics",
        "report_learning",
        "measure_captions",
        "measure_agreement",
        "measure_counts",
    } <= set(planned)


def test_a_run_from_the_hub_to_statistics_images_checks_and_tables(finished_workflow, made):
    folder = finished_workflow.folder
    targets = (
        "results/released/images.lmdb",
        "results/released/statistics/captions.json",
        *(
            f"figures/{name}.csv"
            for name in ("agreement", "counts", "table1", "figure1", "figure3", "caption_statistics")
        ),
    )
    with served(made, finished_workflow, cuts=[len(made) // 2]) as hub:
        workflow = released(finished_workflow, made, base_url=hub.url)
        before = state(folder / "results/small")
        workflow.snakemake(*targets, *CONFIG)
        assert hub.asked == [
            (hub.path, None),
            ("/cdn/a-hash?signature=0", None),
            (hub.path, f"bytes={len(made) // 2}-"),
            ("/cdn/a-hash?signature=0", f"bytes={len(made) // 2}-"),
        ]
    # From here on nobody answers.
    assert state(folder / "results/small") == before
    file = folder / "data/small" / NAME
    assert file.read_bytes() == made
    taken = folder / "results/released" / NAME
    assert pq.read_table(taken).equals(pq.read_table(file))
    about = json.loads((folder / "results/released/released.json").read_text())
    digest = hashlib.sha256(made).hexdigest()
    assert (about["published"], about["sha256"], about["bytes"]) == (True, digest, len(made))
    for name in ("agreement", "counts", "table1", "figure1", "figure3", "caption_statistics"):
        provenance = json.loads((folder / f"figures/{name}.provenance.json").read_text())
        (own,) = [entry for entry in provenance["upstream"] if entry["program"] == "adopt_release.py"]
        assert own["notes"]["released"]["sha256"] == digest
        assert own["notes"]["released"]["revision"].startswith("72d865f2")
        assert "no reference map, climate map" in own["notes"]["released"]["not_ours"]

    agreement = table(folder / "figures/agreement.csv")
    assert sum(int(row["rows"]) for row in agreement) == pq.read_metadata(file).num_rows
    for row in agreement:
        answered = row["answered"] if row["category"] == "climate zone" else row["rows"]
        assert (row["parsed"], row["agreeing"]) == (row["rows"], answered), row
    last = table(folder / "figures/table1.csv")[-1]
    assert last["dataset"] == "BigEarthNet.txt (released file, revision 72d865f2, mini)"
    assert "backend" not in last["note"]
    assert "released file" in (folder / "figures/figure3.csv").read_text()

    assert workflow.planned(*targets, *CONFIG) == {}
    # Not fetched again, whatever is forced: it is no output of a rule any more.
    forced = workflow.planned(*targets, *CONFIG, "--forceall")
    assert "adopt_release" in forced
    assert not {"download_source", *MAKING} & set(forced)


def test_a_file_of_another_hash_is_refused_with_both(finished_workflow, made):
    other = made[:-1] + b"?"
    with served(other, finished_workflow) as hub:
        workflow = released(finished_workflow, made, base_url=hub.url)
        process = workflow.snakemake("figures/counts.csv", *CONFIG, check=False)
    assert process.returncode
    for content in (made, other):
        assert hashlib.sha256(content).hexdigest() in process.stdout
    assert not (workflow.folder / "data/small" / NAME).exists()
    assert not (workflow.folder / "results/released" / NAME).exists()


def test_a_local_file_by_another_writer_is_taken_and_left_alone(finished_workflow, made):
    folder = finished_workflow.folder
    rows = pq.read_table(folder / "results/small" / NAME)
    mine = folder / "mine.parquet"
    by_pandas(rows.replace_schema_metadata().take(list(range(len(rows)))[::-1]), mine)
    content, time = mine.read_bytes(), mine.stat().st_mtime_ns
    workflow = released(finished_workflow, made, path="mine.parquet")
    workflow.snakemake("figures/counts.csv", "figures/table1.csv", *CONFIG)
    assert (mine.read_bytes(), mine.stat().st_mtime_ns) == (content, time)
    assert pq.read_table(folder / "results/released" / NAME).equals(rows)
    about = json.loads((folder / "results/released/released.json").read_text())
    digest = hashlib.sha256(content).hexdigest()
    assert (about["published"], about["sha256"], about["sorted_here"]) == (False, digest, True)
    assert "revision" not in about
    last = table(folder / "figures/table1.csv")[-1]
    assert last["dataset"] == f"BigEarthNet.txt (file from elsewhere, SHA-256 {digest[:8]}, mini)"
    assert last["llm_based"] == "not known"
    assert not (folder / "data/small" / NAME).exists()

    # The other kind of run does not get into its folder, and the file is never an output.
    def refused(*arguments):
        process = workflow.snakemake("--dry-run", *arguments, check=False)
        assert process.returncode
        return process.stdout

    made_there = refused("figures/counts.csv", "--configfile", "small.yaml", "config/released.yaml",
                         "--config", "dataset={source: made}")  # fmt: skip
    assert "holds results of a released data set, this run is of a data set that was made" in made_there
    taken_here = refused("figures/counts.csv", *CONFIG, "--config", "paths={results: results/small}")
    assert "holds results of a data set that was made here, this run is of a released" in taken_here
    itself = f"dataset={{path: results/released/{NAME}}}"
    assert "would overwrite the released file" in refused("figures/counts.csv", *CONFIG, "--config", itself)
    for target in ("figures/figure2.png", "results/released/captions/template.parquet", "write_captions"):
        message = refused(target, *CONFIG)
        assert "this run starts from a released data set" in message
        assert target in message
