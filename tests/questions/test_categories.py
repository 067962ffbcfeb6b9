"""The table of categories, and that every category is everywhere: template, maker, reader, quota, label."""

from collections import Counter
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from bentxt.agreement.caption_reading import read_caption, statements
from bentxt.agreement.question_reading import read_row
from bentxt.dataset.benchmark_quotas import PAPER_PATCHES, read_quotas
from bentxt.patches.climate_legend import zone_names
from bentxt.program.settings import section
from bentxt.questions.captioning import generate_instructions
from bentxt.questions.categories import (
    CATEGORY_TABLE,
    PLACE_COLUMNS,
    content_settings,
    settings_of,
)
from bentxt.questions.question_table import TYPE_SETTINGS, generate_questions
from bentxt.questions.templates import load_templates
from bentxt.release import ANNOTATION_TYPES, ANSWERS, TASKS, TYPE_CATEGORIES, TYPES
from bentxt.reporting.table_layouts import CATEGORY_LABELS, LABELS, LAYOUTS
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from worlds.asked_questions import SETTINGS, ZONES_FILE, pool_rows, resources_of
from worlds.question_world import LINEAGE, captions_of, small_world

CAPTION = "Pastures border coniferous forests."
FILES = {entry.name: entry.file for entry in ANNOTATION_TYPES}
of_each_category = pytest.mark.parametrize(
    ("annotation_type", "category"), TYPE_CATEGORIES, ids=[", ".join(key) for key in TYPE_CATEGORIES]
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the rows of a (type, category), made with no other settings than the type's own."""
    folder = tmp_path_factory.mktemp("categories")
    world = small_world(folder / "world", patches=12)
    tables = (world.patches, world.maps, world.instances, world.adjacencies)

    @cache
    def make(annotation_type, file):
        out = folder / f"{file}.parquet"
        if annotation_type == "captioning":
            captions = [row | {"caption": CAPTION} for row in captions_of(list(world.rows))]
            shard = folder / "captions.parquet"
            pq.write_table(pa.Table.from_pylist(captions, schema=AUGMENTED_CAPTIONS), shard)
            templates = load_templates([RESOURCES / "templates" / "captioning.yaml"], annotation_type)
            generate_instructions(3, templates, world.patches, [shard], out, LINEAGE)
        else:
            own = {key: SETTINGS[key] for key in settings_of(annotation_type)}
            settings = section({"questions": own}, "questions", TYPE_SETTINGS[file])
            generate_questions(3, settings, resources_of(file), tables, out, LINEAGE)
        return pq.read_table(out).to_pylist()

    def rows_of(annotation_type, category):
        (file,) = (entry.file for entry in ANNOTATION_TYPES if entry.name == annotation_type)
        return [row for row in make(annotation_type, file) if row["category"] == category]

    return rows_of


def test_there_is_one_row_for_each_category_of_the_release():
    assert tuple(CATEGORY_TABLE) == TYPE_CATEGORIES
    assert PLACE_COLUMNS == ("country", "season", "climate_zone")


def test_a_type_has_four_spellings():
    spelled = {entry.name: (entry.file, entry.option, entry.task) for entry in ANNOTATION_TYPES}
    assert spelled == {
        "binary": ("binary", "--binary", "binary"),
        "mcq": ("mcq", "--mcq", "mcq"),
        "bounding box": ("bounding_box", "--bounding-box", "referring"),
        "captioning": ("captioning", "--captioning", "captioning"),
    }
    assert TYPES == ("binary", "bounding box", "captioning", "mcq")


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    """Return the pool in words by type and category; captions have their words already."""
    rows = pool_rows(small_world(tmp_path_factory.mktemp("pool"), patches=12))
    found = {("captioning", "None"): ["a caption a patch"]}
    for name, category in TYPE_CATEGORIES:
        if name != "captioning":
            found[name, category] = [row for row in rows[FILES[name]] if row["category"] == category]
    return found


def test_every_setting_of_questions_belongs_to_a_category():
    used = {key for name in TYPES for key in settings_of(name)}
    assert used == set(SETTINGS)
    # What is only asked in other words is no reason to answer released rows again.
    assert set(SETTINGS) - set(content_settings()) == {"area_grid", "area_range_width", "release_compatible"}


@of_each_category
def test_a_category_has_a_template_file(annotation_type, category):
    files = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((RESOURCES / "templates").rglob("*.yaml"))
    ]
    own = [file for file in files if (file["type"], file["category"]) == (annotation_type, category)]
    assert len(own) == 1
    forms = {entry.get("form", "") for entry in own[0]["templates"]}
    assert forms == set(CATEGORY_TABLE[annotation_type, category].forms)


@of_each_category
def test_a_category_has_a_maker(made, annotation_type, category):
    row = CATEGORY_TABLE[annotation_type, category]
    rows = made(annotation_type, category)
    assert rows, f"no row of {annotation_type}, {category}"
    classes = {len(one["classes"]) for one in rows}
    if row.about in ("class", "pair"):
        assert min(classes) >= (2 if row.about == "pair" else 1)
    else:
        assert classes == {0}
    if row.rows_per_patch is not None:
        per_patch = Counter(Counter(one["patch_id"] for one in rows).values())
        # A patch with nearly all classes has fewer questions on presence.
        assert per_patch.most_common(1)[0][0] == max(per_patch) == row.rows_per_patch


@of_each_category
def test_a_category_has_a_reader(made, annotation_type, category):
    zones = zone_names(ZONES_FILE)
    rows = made(annotation_type, category)
    assert rows
    for row in rows:
        if annotation_type == "captioning":
            assert "classes" in statements(read_caption(row["output"], zones))
        else:
            reading = read_row(annotation_type, category, row["input"], row["output"], zones)
            assert (reading.type, reading.category) == (annotation_type, category)


@of_each_category
def test_a_category_is_in_the_pool_of_the_benchmark(pooled, annotation_type, category):
    assert pooled[annotation_type, category], "nothing for the benchmark split to choose from"


@of_each_category
def test_a_category_has_a_quota(annotation_type, category):
    quotas = read_quotas(RESOURCES / "release_benchmark_rows.csv", PAPER_PATCHES)
    assert quotas[annotation_type, category].rows > 0


@of_each_category
def test_a_category_has_a_label_and_a_table(annotation_type, category):
    label = CATEGORY_LABELS[category]
    (task,) = (task for task, name in TASKS.items() if name == annotation_type)
    tables = [layout for layout in LAYOUTS.values() if layout.tasks == (task,)]
    if annotation_type in ANSWERS:
        (table,) = tables
        assert table.values[label.column] == (task, f"accuracy/{category}")
        assert LABELS[label.column] == label.label
    else:
        assert any(table.title.startswith(label.label) for table in tables)
