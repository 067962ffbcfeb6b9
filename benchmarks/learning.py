"""What fine-tuning teaches in small, over seeds: the run again and again, each with a world of its own.

Each seed has its own images, questions, tiny checkpoints and fine-tuning, in ``data/seed-…`` and
``results/seed-…``; the config's own seed is the run that ``make`` makes. Snakemake reuses what is there. The
tables lie in ``benchmarks/results/`` afterwards. Run: ``python benchmarks/learning.py --seeds 2026 1 2``
(the time of one cold run each; with ``--modalities`` that of three more runs of fine-tuning).
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow_scripts"))

from bentxt.agreement.class_mentions import names_in  # noqa: E402
from bentxt.atomic import write_text  # noqa: E402
from bentxt.errors import InputError  # noqa: E402
from bentxt.miniature.alike_classes import ALIKE_IN_RGB  # noqa: E402
from bentxt.release import TASKS  # noqa: E402
from bentxt.reporting.learning_report import ITEM_COLUMNS, training_captions, what_was_learnt  # noqa: E402
from bentxt.reporting.learning_seeds import SEED_COLUMNS, seed_rows, seeds_markdown  # noqa: E402
from bentxt.reporting.modality_comparison import (  # noqa: E402
    ABOUT_CLASSES,
    modality_leads,
    modality_seed_rows,
    modality_seeds_markdown,
)
from bentxt.reporting.modality_comparison import SEED_COLUMNS as MODALITY_COLUMNS  # noqa: E402
from bentxt.reporting.scored_items import ModelItems, read_scored_items  # noqa: E402
from bentxt.reporting.tables import csv_text  # noqa: E402

MODELS = ("RS-InternVL", "RS-InternVL-untrained")
RGB = "RS-InternVL-rgb"


def paths_of(seed, config):
    """Return where a seed's run keeps its input and its results."""
    if seed == config["seed"]:
        return dict(config["paths"])
    return {"data": f"data/seed-{seed}", "results": f"results/seed-{seed}"}


def files_of(results, models, tasks):
    """Return score files and tables of items of models and tasks, in one order."""
    keys = [(model, task) for model in models for task in tasks]
    return tuple(
        [Path(results, kind, "bench", model, f"{task}.{ending}") for model, task in keys]
        for kind, ending in (("scores", "json"), ("items", "parquet"))
    )


def run_seed(seed, paths, targets, folder, cores, dry):
    """Make the scores of one seed with the workflow; stop where that fails."""
    command = ["snakemake", *map(str, targets), "--cores", str(cores), "--snakefile", str(ROOT / "Snakefile")]
    command += ["--config", f"seed={seed}", f"paths={json.dumps(paths)}"]
    print(f"seed {seed}: {paths['results']}", flush=True)
    done = subprocess.run([*command, *(["--dry-run"] * dry)], cwd=folder, check=False)
    if done.returncode:
        sys.exit(f"the run of seed {seed} failed; what it finished stays, the next try goes on from there")


def write(folder, name, columns, rows, page):
    """Write a table as CSV and Markdown, and print it."""
    for suffix, text in (("csv", csv_text(columns, rows)), ("md", page)):
        write_text(folder / f"{name}.{suffix}", text)
    print(f"\n{page}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2026, 1, 2], help="one run each")
    parser.add_argument("--modalities", action="store_true", help="also with RGB alone, and compare")
    parser.add_argument("--cores", type=int, default=2, help="as for snakemake")
    parser.add_argument("--folder", type=Path, default=ROOT, help="where data/ and results/ are")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be run")
    parser.add_argument("--read-only", action="store_true", help="run nothing: pool what is there")
    args = parser.parse_args()

    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    resamples = config["benchmark"]["bootstrap_resamples"]
    learnt, leads = {}, {}
    for seed in dict.fromkeys(args.seeds):
        paths = paths_of(seed, config)
        results = args.folder / paths["results"]
        scores, items = files_of(results, MODELS, TASKS)
        pairs = files_of(results, (MODELS[0], RGB), ABOUT_CLASSES)
        if not args.read_only:
            targets = [*scores, *(pairs[0] if args.modalities else [])]
            relative = dict.fromkeys(path.relative_to(args.folder) for path in targets)
            run_seed(seed, paths, relative, args.folder, args.cores, args.dry_run)
        if args.dry_run:
            continue
        draws = {"resamples": resamples, "seed": seed}
        found = read_scored_items(scores, items, ITEM_COLUMNS)
        captions = training_captions(results / "BigEarthNet.txt.parquet")
        learnt[seed] = what_was_learnt(found, MODELS, captions=captions, **draws)
        if args.modalities:
            leads[seed] = compare_modalities(pairs, draws)
    if args.dry_run:
        return
    out, draws = args.folder / "benchmarks/results", {"resamples": resamples, "seed": config["seed"]}
    rows = seed_rows(learnt, config["run"], **draws)
    write(out, "learning", SEED_COLUMNS, rows, seeds_markdown(rows, config["run"], resamples))
    if args.modalities:
        rows = modality_seed_rows(leads, config["run"], **draws)
        page = modality_seeds_markdown(rows, config["run"], resamples)
        write(out, "modalities", MODALITY_COLUMNS, rows, page)


def compare_modalities(pairs, draws):
    """Return the leads of all modalities over RGB alone on the items about classes that are alike in RGB."""
    found = read_scored_items(*pairs, ("score",))
    models = {
        task: tuple(ModelItems(key, "", *found[key, task]) for key in (MODELS[0], RGB))
        for task in ABOUT_CLASSES
    }
    named = {task: list(map(names_in, full.table["input"].to_pylist())) for task, (full, _) in models.items()}
    return modality_leads(models, named, list(ALIKE_IN_RGB.values()), **draws)


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
