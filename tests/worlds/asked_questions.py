"""Questions about the small world, made with the project's own templates, and read again."""

import math
import re
from functools import cache
from itertools import cycle
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from bentxt.class_wording import CLASS_WORDING
from bentxt.nomenclature import SIDE
from bentxt.patches.patch_attributes import read_patch_attributes
from bentxt.program.settings import section
from bentxt.questions.benchmark_pool import pool_questions, statements
from bentxt.questions.benchmark_questions import BenchmarkQuestions
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.presence_weights import PRESENCE_WEIGHTS
from bentxt.questions.question_table import TYPE_SETTINGS, generate_questions, load_resources, question_maker
from bentxt.questions.similar_classes import SIMILAR_CLASSES, load_similar_classes
from bentxt.release import LETTERS
from bentxt.resources import RESOURCES
from worlds.question_world import LINEAGE

ROOT = Path(__file__).resolve().parents[2]


SETTINGS = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["questions"]


ZONES_FILE = RESOURCES / "climate_zones.csv"


def template_files(annotation_type):
    return sorted((RESOURCES / "templates" / annotation_type).glob("*.yaml"))


def resources_of(annotation_type):
    return load_resources(
        annotation_type,
        template_files(annotation_type),
        CLASS_WORDING,
        SIMILAR_CLASSES,
        ZONES_FILE,
        PRESENCE_WEIGHTS,
    )


def settings_of(annotation_type, **changed):
    return section({"questions": SETTINGS | changed}, "questions", TYPE_SETTINGS[annotation_type])


def make(world, annotation_type, out, block=8192, seed=3, **changed):
    tables = (world.patches, world.maps, world.instances, world.adjacencies)
    settings, resources = settings_of(annotation_type, **changed), resources_of(annotation_type)
    generate_questions(seed, settings, resources, tables, out, LINEAGE, block)
    return pq.read_table(out).to_pylist()


def pool_rows(world, seed=3):
    """Return the pool of the benchmark split in words, all statements of it, by type as :func:`make`."""
    makers = {name: question_maker(seed, settings_of(name), resources_of(name)) for name in QUESTION_TYPES}
    words = BenchmarkQuestions(seed, makers["binary"], makers["mcq"], makers["bounding_box"])
    similar, boxes = load_similar_classes(), settings_of("bounding_box")
    tables = (world.patches, world.maps, world.instances, world.adjacencies)
    rows = {name: [] for name in QUESTION_TYPES}
    files = {name: file for file, name in QUESTION_TYPES.items()}
    for patch in (patch for block in read_patch_attributes(*tables) for patch in block):
        letters = cycle(LETTERS)
        for question in pool_questions(patch, 1, boxes, similar):
            if question.annotation_type not in files:
                continue
            for statement in statements(question, patch, 10) or [None]:
                row = words.row(patch, question, statement, next(letters))
                asked = {"patch_id": patch.patch_id, **row._asdict()}
                rows[files[question.annotation_type]].append(asked)
    return rows


@cache
def patterns():
    """Return a regular expression for each template: what the placeholders stand for."""
    found = {}
    for annotation_type in QUESTION_TYPES:
        for path in template_files(annotation_type):
            for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["templates"]:
                parts = re.split(r"\{(\w+)\}", entry["text"])
                words = {"is_are": "is|are", "Is_Are": "Is|Are", "does_do": "does|do", "Does_Do": "Does|Do"}
                words |= {noun: rf"{noun}(?:s|es)?" for noun in ("area", "patch", "region")}
                text = "".join(
                    f"(?P<{part}>{words.get(part, '.+')})" if n % 2 else re.escape(part)
                    for n, part in enumerate(parts)
                )
                found[entry["id"]] = re.compile(text)
    return found


def read(row, text=None):
    """Return the values of a row's placeholders."""
    match = patterns()[row["template"]].fullmatch(text or row["input"])
    assert match, row
    return match.groupdict()


def box_words(instance):
    low = [math.floor(instance[name] / SIDE * 100) / 100 for name in ("x_min", "y_min")]
    high = [math.ceil(instance[name] / SIDE * 100) / 100 for name in ("x_max", "y_max")]
    return f"[{low[0]} {low[1]}, {high[0]} {high[1]}]"
