"""The program that predicts, as a job runs it on a small data set."""

import json
import os
import sys

from worlds.prediction_world import PREDICTION, ROOT

MODELS = ROOT / "resources/models.yaml"
PROGRAM = ROOT / "workflow_scripts/predict_answers.py"
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "BENTXT_TEST_KEY": "sesame"}


def command(world, out, model, task="binary", code="c0de", models=MODELS, more=(), **settings):
    """Return the command line of the program; its files go into the folder ``out``."""
    settings = {
        "run": "mini",
        "seed": 1,
        "images": {"rgb_white": 3000},
        "prediction": PREDICTION | settings,
    }
    arguments = {
        "--model": model,
        "--task": task,
        "--dataset": world / "dataset.parquet",
        "--images": world / "images.lmdb",
        "--models": models,
        "--answers": out / "answers.jsonl",
        "--out": out / "answers.parquet",
        "--status": out / "status.json",
        "--settings": json.dumps(settings),
        "--code": code,
    }
    flat = [str(part) for pair in arguments.items() for part in pair]
    return [sys.executable, str(PROGRAM), *flat, *map(str, more)]
