# Paths, settings and fingerprints that the stages share. No rules.

import json
import os
import re
import shlex
import sys
from pathlib import Path

import yaml

SCRIPTS = Path(workflow.basedir) / "workflow_scripts"
sys.path.insert(0, str(SCRIPTS))

from bentxt.bigearthnet.image_splits import check_image_splits
from bentxt.errors import InputError
from bentxt.models.ablations import ABLATION, changed_settings, with_ablations
from bentxt.models.checkpoint_sources import ENCODERS, check_sources, find_source
from bentxt.models.modalities import Make
from bentxt.models.model_table import FAMILIES, FROM_FILE, read_models, with_engine
from bentxt.models.own_models import with_own_models
from bentxt.models.table_rows import REFERENCES, rows_to_json, table_rows
from bentxt.program.fingerprint import fingerprint
from bentxt.program.config_check import check_config
from bentxt.program.run_guards import (
    check_folder,
    check_results,
    check_slurm_run,
    check_targets,
    typed_values,
)
from bentxt.program.settings import select_settings
from bentxt.release import ANSWERED_SPLITS, TASKS
from snakemake.utils import update_config

update_config(config, typed_values(dict(workflow.config_settings.config)))
try:
    check_folder(Path.cwd(), workflow.basedir)
    check_config(config, yaml.safe_load((Path(workflow.basedir) / "config/schema.yaml").read_text()))
    check_slurm_run(config, workflow.config_settings.overwrite_config, sys.argv[1:], os.environ)
except InputError as error:
    sys.exit(f"error: {error}")


DATA = config["paths"]["data"]
RESULTS = config["paths"]["results"]
LOGS = f"logs/{config['run']}"
TIMINGS = f"{RESULTS}/benchmarks"

REFERENCE_MAPS = f"{DATA}/Reference_Maps.tar.zst"
SENTINEL_1 = f"{DATA}/BigEarthNet-S1.tar.zst"
SENTINEL_2 = f"{DATA}/BigEarthNet-S2.tar.zst"
METADATA = f"{DATA}/metadata.parquet"
EXCLUDED_METADATA = f"{DATA}/metadata_for_patches_with_snow_cloud_or_shadow.parquet"

MAPS = f"{RESULTS}/attributes/maps.parquet"
INSTANCES = f"{RESULTS}/attributes/instances.parquet"
ADJACENCIES = f"{RESULTS}/attributes/adjacencies.parquet"
PATCHES = f"{RESULTS}/patches.parquet"
IMAGES = f"{RESULTS}/images.lmdb"
DATASET = f"{RESULTS}/BigEarthNet.txt.parquet"

#: Whether this run makes its data set, and where the released one is where it does not.
MADE = config["dataset"]["source"] == "made"
DOWNLOADED = f"{DATA}/BigEarthNet.txt.parquet"
RELEASED = None if MADE else config["dataset"]["path"] or DOWNLOADED
ABOUT_RELEASED = f"{RESULTS}/released.json"

MODELS = "resources/models.yaml"


try:
    check_results(RESULTS, DATASET, ABOUT_RELEASED, RELEASED)
    if not MADE:
        check_targets(sys.argv[1:], RESULTS)
except InputError as error:
    sys.exit(f"error: {error}")


def settings(*keys):
    """The config keys that a stage uses, as JSON for its --settings; `run` is always among them."""
    return json.dumps(select_settings(config, ["run", *keys]), sort_keys=True)


def code(program):
    """The fingerprint of a program's code: Snakemake reruns its jobs when this changes."""
    return fingerprint(program, SCRIPTS)


def images_of(splits, purpose, otherwise=""):
    """The images, for a rule that looks at those of some splits; stops where they are not encoded."""
    try:
        check_image_splits(config["images"]["splits"], splits, purpose, otherwise)
    except InputError as error:
        sys.exit(f"error: {error}")
    return IMAGES


def augmented_captions():
    """The shards of the augmented captions, in patch order."""
    shards = config["augmentation"]["shards"]
    return [f"{RESULTS}/captions/augmented/{shard}-{shards}.parquet" for shard in range(shards)]


def climate_raster():
    """The climate raster where it is available, so that a run can be planned before; the program asks for it."""
    raster = config["geography"]["climate"]["raster"]
    return [raster] if raster and Path(raster).exists() else []


try:
    PAPER_MODELS = read_models(Path(workflow.basedir) / MODELS)
    MODEL_TABLE = {
        key: with_engine(entry, config["prediction"]["engine"])
        for key, entry in with_own_models(PAPER_MODELS, config["models"]).items()
    }
    TABLE_ROWS = rows_to_json(table_rows(MODEL_TABLE))
    MODEL_TABLE = with_ablations(MODEL_TABLE, config["finetuning"], config["ablation"])
    check_sources(config["checkpoints"], MODEL_TABLE)
    PAPER_ROWS = rows_to_json(table_rows(PAPER_MODELS))
except InputError as error:
    sys.exit(f"error: {error}")

#: Models whose answers are in a file, and those that are asked.
FROM_FILES = [key for key, entry in MODEL_TABLE.items() if entry.family == FROM_FILE]
ASKED_MODELS = [key for key in MODEL_TABLE if key not in FROM_FILES]

#: Models of the tables that this run has weights, an environment or a key for.
RUN_MODELS = [
    key
    for key, entry in MODEL_TABLE.items()
    if entry.group not in ("baseline", ABLATION) and not config["benchmark"]["absent"].get(key)
]

#: Rows below the models of the tables in full, but those that the config leaves out. In a try with a few items
#: there are none: they answer all items, and a table compares the same items only.
RUN_REFERENCES = [
    key
    for key in REFERENCES
    if not config["benchmark"]["absent"].get(key) and config["prediction"]["limit"] is None
]


def scores(models, tasks, split="bench"):
    """The score files of models, or of references, and tasks on a split."""
    return [f"{RESULTS}/scores/{split}/{model}/{task}.json" for model in models for task in tasks]


def items(models, tasks, split="bench"):
    """The tables of scored items of models, or of references, and tasks on a split."""
    return [f"{RESULTS}/items/{split}/{model}/{task}.parquet" for model in models for task in tasks]


def checkpoint(key):
    """Where a checkpoint is loaded from: a folder that a rule builds, or what the config names, or None."""
    owner, source = find_source(key, config["checkpoints"], MODEL_TABLE)
    return f"{RESULTS}/checkpoints/{owner}" if source == "tiny" else source


def built_checkpoints(model):
    """Those of a model's checkpoints that a rule builds."""
    keys = [model, *MODEL_TABLE[model].encoders]
    found = [find_source(key, config["checkpoints"], MODEL_TABLE) for key in keys]
    return [f"{RESULTS}/checkpoints/{owner}" for owner, source in found if source == "tiny"]


def encoder_arguments(model):
    """Where a model's encoders are, as options of a program."""
    entry = MODEL_TABLE[model]
    return " ".join(
        f"--{role.replace('_', '-')} {checkpoint(role) or getattr(entry, role)}" for role in entry.encoders
    )


def adapter(model, task):
    """Where a model's fine-tuned weights are: those of an ablation in a folder of its own."""
    variant = f"{model}/" if MODEL_TABLE[model].group == ABLATION else ""
    return f"{RESULTS}/finetuned/{variant}{task}"
