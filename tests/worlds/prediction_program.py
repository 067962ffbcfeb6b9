"""The program that predicts, as a job runs it on a small data set."""

import json
import os
import sys

from worlds.prediction_world import PREDICTION, ROOT

MODELS = ROOT / "resources/models.yaml"
PROGRAM = ROOT / "workflow_scripts/predict_answers.py"
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "BENTXT_TEST_KEY": "sesame"}


def served_by(server, **more):
    """Return the settings of a prediction that asks a server: one request at a time, and each once."""
    options = {"base_url": server.base_url, "key_variable": None, "concurrency": 1, "retries": 0}
    return {"openai": PREDICTION["openai"] | options | more}


def command(world, out, model, task="binary", code="c0de", models=MODELS, more=(), **settings):
    """Return the command line of the program.

    The files of one task go into the folder ``out``, those of several into folders of their names there.
    """
    tasks, folders = ([task], [out]) if isinstance(task, str) else (task, [out / name for name in task])
    settings = {
        "run": "mini",
        "seed": 1,
        "images": {"rgb_white": 3000},
        "prediction": PREDICTION | settings,
    }
    arguments = {
        "--model": model,
        "--task": tasks,
        "--dataset": world / "dataset.parquet",
        "--images": world / "images.lmdb",
        "--models": models,
        "--answers": [folder / "answers.jsonl" for folder in folders],
        "--out": [folder / "answers.parquet" for folder in folders],
        "--status": [folder / "status.json" for folder in folders],
        "--settings": json.dumps(settings),
        "--code": code,
    }
    flat = []
    for option, value in arguments.items():
        flat += [option, *map(str, value if isinstance(value, list) else [value])]
    return [sys.executable, str(PROGRAM), *flat, *map(str, more)]
