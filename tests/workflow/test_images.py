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


def test_unpacked_folders_stand_in_for_the_archives(fresh_workflow):
    for sensor in ("S1", "S2"):
        (fresh_workflow.folder / f"unpacked/BigEarthNet-{sensor}").mkdir(parents=True)
    section = {"images": {"folder": "unpacked", "keep_archives": False}}
    options = overlay(fresh_workflow, **DOWNLOAD, **section)
    planned = fresh_workflow.planned("results/small/images.lmdb", *options)
    # The reference maps and both files of metadata.
    assert (planned["download_source"], planned["encode_images"]) == (3, 1)


@pytest.mark.parametrize(
    ("target", "sections", "refusal"),
    [
        ("figures/table8.csv", images("bench"), "the tiny checkpoint IVL needs images"),
        (
            "results/small/finetuned/binary",
            images("test")
            | {"checkpoints": dict.fromkeys(["IVL", "s1_encoder", "s2_encoder"], "/published")},
            "fine-tuning of RS-InternVL needs images of the split train and validation",
        ),
        (
            "results/small/scores/test/Qwen/binary.json",
            images("bench"),
            "answering the split test needs images of the split test",
        ),
        ("results/small/scores/bench/Qwen/binary.json", images("bench"), None),
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


def test_streamed_archives_leave_their_images_and_nothing_else(miniature_world, fresh_workflow):
    files = {path.name: path.read_bytes() for path in miniature_world.folder.iterdir()}
    rows = [
        f"{name}\t{len(data)}\tmd5:{hashlib.md5(data).hexdigest()}\t{name}?download=1\tzenodo"
        for name, data in files.items()
    ]
    table = fresh_workflow.folder / "resources/sources.tsv"
    table.write_text("\n".join(["name\tbytes\tchecksum\turl_path\torigin", *rows]) + "\n")
    target = "results/small/images.lmdb"
    with serve(files) as server:
        source = {"kind": "download", "base_url": server.url, "retries": 0}
        fresh_workflow.snakemake(target, *overlay(fresh_workflow, source=source, **images("all", False)))
        asked = [path.partition("?")[0].rpartition("/")[2] for path, _ in server.asked]
    assert sorted(asked) == sorted(files)
    assert not list((fresh_workflow.folder / "data/small").glob("*BigEarthNet-S*"))
    found = open_images(fresh_workflow.folder / target)
    pairs = read_pairs(fresh_workflow.folder / "results/small/patches.parquet")
    assert len(found) == 2 * len(pairs)
    assert all(name in found for pair in pairs.items() for name in pair)
    # Neither another mirror nor other retries are a reason to stream them again.
    source |= {"base_url": "http://127.0.0.1:9", "retries": 3}
    moved = overlay(fresh_workflow, source=source, **images("all", False))
    assert fresh_workflow.planned(target, *moved) == {}
