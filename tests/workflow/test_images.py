"""Whose images are encoded and where from: what the workflow plans, refuses and runs."""

import hashlib

import pytest
import yaml

from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.patch_pairs import read_pairs
from worlds.file_server import serve

pytestmark = pytest.mark.workflow
DOWNLOAD = {"source": {"kind": "download"}}


def overlay(workflow, **sections):
    """Write a config file next to small.yaml; returns the options that name both."""
    (workflow.folder / "mine.yaml").write_text(yaml.safe_dump(sections))
    return ("--configfile", "small.yaml", "mine.yaml")


def images(splits="all", keep_archives=True):
    return {"images": {"splits": splits, "keep_archives": keep_archives}}


def test_streams_need_no_archive_of_images(fresh_workflow):
    target = "results/small/images.lmdb"
    kept = fresh_workflow.planned(target, *overlay(fresh_workflow, **DOWNLOAD))
    stages = ("extract_attributes", "filter_patches", "locate_patches", "encode_images")
    assert kept == dict.fromkeys(stages, 1) | {"download_source": 5}
    streamed = fresh_workflow.planned(target, *overlay(fresh_workflow, **DOWNLOAD, **images("all", False)))
    assert streamed == kept | {"download_source": 3}
    # Only images of all patches need not wait for captions and questions.
    bench = fresh_workflow.planned(target, *overlay(fresh_workflow, **DOWNLOAD, **images("bench", False)))
    assert bench["download_source"] == 3
    assert {"augment_captions", "generate_questions", "assemble_dataset", "encode_images"} <= set(bench)


@pytest.mark.parametrize(
    ("target", "sections", "refusal"),
    [
        ("figures/table8.csv", images("bench"), "fine-tuning of RS-InternVL needs images"),
        ("results/small/checkpoints/IVL", images("test"), "the tiny checkpoint IVL needs images"),
        (
            "results/small/scores/Qwen/binary.json",
            images("bench") | {"prediction": {"split": "test"}},
            "prediction.split needs images of the split test",
        ),
        ("results/small/scores/Qwen/binary.json", images("bench"), None),
    ],
)
def test_too_few_images_are_refused_before_anything_runs(fresh_workflow, target, sections, refusal):
    options = overlay(fresh_workflow, **sections)
    process = fresh_workflow.snakemake("--dry-run", target, *options, check=False)
    assert bool(process.returncode) == bool(refusal), process.stdout
    if refusal:
        message = process.stdout.split("error: ")[1]
        assert message.startswith(refusal)
        assert "remedy: images.splits: " in message
        assert "Traceback" not in process.stdout


def test_other_splits_rerun_the_images_and_what_needs_them(finished_workflow):
    target = "figures/figure1.csv"
    finished_workflow.snakemake(target, "--configfile", "small.yaml")
    planned = finished_workflow.planned(target, *overlay(finished_workflow, **images("bench")))
    assert planned == {"encode_images": 1, "draw_examples": 1}
    options = overlay(finished_workflow, **images("bench"))
    finished_workflow.snakemake(target, *options)
    found = open_images(finished_workflow.folder / "results/small/images.lmdb")
    pairs = read_pairs(finished_workflow.folder / "results/small/BigEarthNet.txt.parquet", ["bench"])
    assert len(pairs) == 6
    assert len(found) == 12
    assert all(name in found for pair in pairs.items() for name in pair)
    assert finished_workflow.planned(target, *options) == {}
    assert finished_workflow.planned("results/small/statistics/captions.json", *options) == {}


def test_a_streamed_world_gives_the_images_of_the_kept_one(finished_run, fresh_workflow):
    files = {path.name: path.read_bytes() for path in (finished_run.folder / "data/small").iterdir()}
    rows = [
        f"{name}\t{len(data)}\t{hashlib.md5(data).hexdigest()}\t{name}?download=1"
        for name, data in files.items()
    ]
    table = fresh_workflow.folder / "resources/sources.tsv"
    with serve(files) as server:
        table.write_text("\n".join(["name\tbytes\tmd5\turl_path", *rows]) + "\n")
        source = {"kind": "download", "base_url": server.url, "retries": 0}
        options = overlay(fresh_workflow, source=source, **images("all", False))
        fresh_workflow.snakemake("results/small/images.lmdb", *options)
        asked = [path.partition("?")[0].rpartition("/")[2] for path, _ in server.asked]
        assert sorted(asked) == sorted(files)
        assert not list((fresh_workflow.folder / "data/small").glob("BigEarthNet-S*"))
        # Neither another mirror nor other retries are a reason to stream them again.
        moved = overlay(
            fresh_workflow, source=source | {"base_url": "http://127.0.0.1:9"}, **images("all", False)
        )
        assert fresh_workflow.planned("results/small/images.lmdb", *moved) == {}
    name = "results/small/images.lmdb/data.mdb"
    assert (fresh_workflow.folder / name).stat().st_size == (finished_run.folder / name).stat().st_size
