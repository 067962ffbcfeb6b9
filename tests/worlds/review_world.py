"""A small finished run to review: tables, images and maps of a dozen patches, hostile captions if wanted."""

import json
import select
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import lmdb
import pyarrow as pa
from safetensors.numpy import save

from bentxt.program.lineage import Lineage
from bentxt.review.review_files import Review, caption_hash
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS, CRITERIA
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import write_table
from worlds.map_archives import TILE, archive_of, tif
from worlds.prediction_world import patch
from worlds.shown_pages import HOSTILE

ROOT = Path(__file__).parents[2]
NAMES = [f"{TILE}_{column:02d}_10" for column in range(12)]
TEMPLATE = 'The satellite image primarily shows "arable land" (~900,000 sqm). The image was taken in summer.'
LINEAGE = Lineage("test", {"run": "mini"}, "", {})
SETTINGS = {
    "run": "mini",
    "seed": 7,
    "paths": {"data": "nowhere", "results": "nowhere"},
    "augmentation": {"shards": 1},
    "review": {"sample": "random", "text": "caption", "captions": 10},
    "benchmark": {"bootstrap_resamples": 50},
}


def caption_row(name, **values):
    """Return a row of augmented captions: accepted, with empty values but those given."""
    row = {}
    for column in AUGMENTED_CAPTIONS:
        if column.nullable:
            row[column.name] = None
        elif pa.types.is_boolean(column.type):
            row[column.name] = True
        else:
            row[column.name] = [] if pa.types.is_list(column.type) else ""
    caption = f"Arable land of about 900,000 sqm fills the scene {name[-5:]}, which was taken in summer."
    texts = {"template": TEMPLATE, "paraphrased": caption, "refined": caption, "caption": caption}
    return row | {"patch_id": name, "used": "refined", "backend": "grammar"} | texts | values


def finding(text, word, **values):
    """Return a finding of the check on a word of a text."""
    start = text.index(word)
    given = {"version": "refined", "criterion": "complete", "kind": "kind", "message": "message"}
    return given | {"start": start, "stop": start + len(word)} | values


def write_captions(folder, rows):
    """Write the captions of the world; returns the shard."""
    path = folder / "captions.parquet"
    write_table(path, pa.Table.from_pylist(rows, schema=AUGMENTED_CAPTIONS), AUGMENTED_CAPTIONS, LINEAGE)
    return path


def write_review_world(folder, hostile=False, rows=None):
    """Write the run into a folder; every third patch is of the test split. Returns its captions."""
    count = len(NAMES)
    if rows is None:
        texts = [HOSTILE[number % len(HOSTILE)] for number in range(count)]
        rows = [
            caption_row(name, caption=text, refined=text, template=f"{text} {TEMPLATE}")
            if hostile
            else caption_row(name)
            for name, text in zip(NAMES, texts, strict=True)
        ]
    write_captions(folder, rows)
    write_table(
        folder / "patches.parquet",
        {
            "map_index": range(count),
            "patch_id": NAMES,
            "s1_name": [f"S1_{name}" for name in NAMES],
            "country": ["Austria"] * count,
            "split": [("test", "train", "validation")[number % 3] for number in range(count)],
            "season": ["Summer"] * count,
            "latitude": [48.0] * count,
            "longitude": [15.0] * count,
            "climate_zone": ["Cold, no dry season, warm summer"] * count,
        },
        PATCHES,
        LINEAGE,
    )
    archive_of(folder, [(name, tif(name)) for name in NAMES])
    with (
        lmdb.open(str(folder / "images.lmdb"), map_size=1 << 26) as environment,
        environment.begin(write=True) as transaction,
    ):
        for number, name in enumerate(NAMES):
            transaction.put(name.encode(), save(patch(number).s2))
            transaction.put(f"S1_{name}".encode(), save(patch(number).s1))
    return rows


def review_options(folder, reviewer="anna", **settings):
    """Return the options of ``review_captions.py`` for the world."""
    given = SETTINGS | {"review": SETTINGS["review"] | settings}
    return [
        *("--reviewer", reviewer, "--patches", folder / "patches.parquet"),
        *("--captions", folder / "captions.parquet", "--images", folder / "images.lmdb"),
        *("--reference-maps", folder / "Reference_Maps.tar.zst", "--journals", folder / "reviews"),
        *("--settings", json.dumps(given)),
    ]


def review(name, judgements, caption=None, **values):
    """Return a review: judgements as "yyny", with "-" for an open criterion."""
    words = {"y": True, "n": False, "-": None}
    text = caption_row(name)["caption"] if caption is None else caption
    given = {"reviewers": ("anna",), "time": "2026-01-01T00:00:00+00:00", "checked": (True,) * len(CRITERIA)}
    return Review(name, caption_hash(text), judgements=tuple(map(words.get, judgements)), **(given | values))


def ask(address, path="", change=None, host=None):
    """Return what a server answers, read as JSON; with a change it is posted."""
    data = None if change is None else json.dumps(change).encode()
    request = urllib.request.Request(
        address + path, data, {"Content-Type": "application/json"} | ({"Host": host} if host else {})
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


class ReviewServer:
    """The program as a process: ``with ReviewServer(options) as server``; ``address`` is what it prints."""

    def __init__(self, options):
        self._command = [
            sys.executable,
            str(ROOT / "workflow_scripts/review_captions.py"),
            *map(str, options),
        ]

    def __enter__(self):
        self.process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        self.address = self.process.stdout.readline().strip() if ready else ""
        assert self.address, self.process.communicate(timeout=10)
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.communicate()

    def end(self, by=signal.SIGTERM):
        """End it by a signal; returns its exit status and what it wrote to the log."""
        self.process.send_signal(by)
        _, log = self.process.communicate(timeout=20)
        return self.process.returncode, log
