# Paths, settings and fingerprints that the stages share. No rules.

import json
import shlex
import sys
from pathlib import Path

import yaml

SCRIPTS = Path(workflow.basedir) / "workflow_scripts"
sys.path.insert(0, str(SCRIPTS))

from bentxt.configuration import check_config, select_settings
from bentxt.errors import InputError
from bentxt.fingerprint import fingerprint

try:
    check_config(config, yaml.safe_load((Path(workflow.basedir) / "config/schema.yaml").read_text()))
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

MODELS = "resources/models.yaml"
TASKS = ["captioning", "binary", "mcq", "referring"]


def settings(*keys):
    """The config keys that a stage uses, as JSON for its --settings; `run` is always among them."""
    return json.dumps(select_settings(config, ["run", *keys]), sort_keys=True)


def code(program):
    """The fingerprint of a program's code: Snakemake reruns its jobs when this changes."""
    return fingerprint(program, SCRIPTS)


def templates(folder):
    """The template files of an annotation type."""
    return sorted(str(path) for path in Path("resources/templates").glob(f"{folder}/*.yaml"))


def augmented_captions():
    """The shards of the augmented captions, in patch order."""
    shards = config["augmentation"]["shards"]
    return [f"{RESULTS}/captions/augmented/{shard}-{shards}.parquet" for shard in range(shards)]
