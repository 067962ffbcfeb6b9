"""Agreement of annotations with maps: a map whose answers are worked out by hand, and bad input."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import yaml
from rasterio.transform import from_origin

from bentxt.agreement.caption_reading import answer_caption, read_caption
from bentxt.bigearthnet.patch_names import reference_map_member
from bentxt.captions.caption_facts import Rules
from bentxt.errors import Unreadable
from bentxt.nomenclature import SIDE
from bentxt.patches.patch_attributes import Instance, PatchAttributes
from worlds.map_archives import TILE, archive_of, tif

ROOT = Path(__file__).resolve().parents[2]

PATCH = f"{TILE}_00_00"
OTHERS = [f"{TILE}_00_{row:02d}" for row in range(1, 6)]

# Arable land (211) in the west, 60 columns; pastures (231) in the east; in their middle 24 x 24 pixels of
# mixed forest (313), touching both; and 12 x 12 of it, an instance of its own, in the north-eastern corner.
CODES = np.full((SIDE, SIDE), 211, np.uint16)
CODES[:, 60:] = 231
CODES[48:72, 48:72] = 313
CODES[:12, 108:] = 313


def question(category, instruction, output, annotation_type="binary", patch=PATCH, number=1):
    return {
        "ID": number,
        "patch_id": patch,
        "type": annotation_type,
        "category": category,
        "input": instruction,
        "output": output,
    }


OPTIONS = "a) {}, b) {}, c) {}, d) {}"


def choice(category, stem, answer, *options):
    return question(category, f"{stem} {OPTIONS.format(*options)}", answer, "mcq")


def box(category, instruction, output):
    return question(category, instruction, output, "bounding box")


#: Rows whose answers follow from CODES, by hand. Arable land: 7,200 - 12 * 24 = 6,912 pixels, 48 %.
RIGHT = [
    question("presence", "Can mixed forest be seen here?", "yes"),
    question("presence", "Does this picture show a coniferous forest?", "no"),
    question("area", "Do arable lands take up between 40% and 50% of the image?", "yes"),
    question("area", "Do arable lands exceed 50% of the image?", "no"),
    question("area", "Are pastures found on at least 576000 square meters of it?", "yes"),
    question("area", "Are pastures the only class in the image?", "no"),
    question("count", "Are there two patches of mixed forests?", "yes"),
    question("count", "Do mixed forests form more than two regions in the image?", "no"),
    question("adjacency", "Does any arable land touch a mixed forest?", "yes"),
    question("adjacency", "Does any arable land touch inland waters?", "no"),
    choice(
        "presence", "Which is there?", "a", "Pastures", "Urban fabric", "Inland waters", "Coastal wetlands"
    ),
    choice(
        "area", "How much do mixed forests cover?", "c", "10 to 20%", "30 to 60%", "0 to 10%", "70 to 100%"
    ),
    choice("count", "How many areas of pastures do you see?", "d", "3", "More than five", "0", "1"),
    choice(
        "adjacency",
        "Which touch?",
        "b",
        "Arable land and Permanent crops",
        "Arable land and Pastures",
        "Inland waters and Pastures",
        "Marine waters and Mixed forest",
    ),
    choice("country", "Which country is it?", "c", "Serbia", "Ireland", "Austria", "Kosovo"),
    choice("season", "Which season is it?", "a", "Summer", "Winter", "Spring", "Autumn"),
    choice(
        "climate zone",
        "Which climate is it?",
        "c",
        "Polar, frost",
        "Polar, tundra",
        "Cold, no dry season, warm summer",
        "Arid, desert, hot",
    ),
    box("point", "Which box has <point>(0.95, 0.05)</point>?", "[0.9 0.0, 1.0 0.1]"),
    box("point", "Which box has <point>(0.5, 0.5)</point>?", "[0.4 0.4, 0.6 0.6]"),
    box("reference", "Find the <ref>largest part of mixed forest</ref>.", "[0.4 0.4, 0.6 0.6]"),
    box("reference", "Find the <ref>smallest part of mixed forest</ref>.", "[0.9 0.0, 1.0 0.1]"),
]

CAPTION = (
    "This summer scene in Austria shows arable land (691,000 sqm) beside pastures (677,000 sqm), with a "
    "small mixed forest of about 72,000 sqm, in the cold, no dry season, warm summer climate zone."
)


@pytest.fixture
def world(tmp_path):
    """An archive of one good map, metadata, and a way to measure rows against them."""
    archive = archive_of(tmp_path, [(PATCH, tif(PATCH, CODES))])
    metadata = tmp_path / "metadata.parquet"
    write_metadata(metadata, [PATCH, *OTHERS])
    return SimpleNamespace(folder=tmp_path, archive=archive, metadata=metadata)


def write_metadata(path, patches):
    pq.write_table(pa.table({"patch_id": patches, "country": ["Austria"] * len(patches)}), path)


@pytest.fixture
def measure(world, run_program):
    """Measure rows; returns the table by category, the list of what does not agree, and the process."""

    def run(rows, *options, check=True, maps=None):
        annotations = world.folder / "rows.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        annotations.write_text("\n".join(lines) + "\n", encoding="utf-8")
        out, wrong = world.folder / "agreement.csv", world.folder / "disagreements.csv"
        out.unlink(missing_ok=True)
        wrong.unlink(missing_ok=True)
        done = run_program(
            "measure_agreement",
            *("--annotations", annotations, "--reference-maps", maps or world.archive),
            *("--metadata", world.metadata, "--out", out, "--disagreements", wrong),
            *("--captions", world.folder / "captions.csv", *options),
            check=check,
        )
        if done.returncode:
            assert not out.exists()
            assert not wrong.exists()
            return None, None, done
        table = {(row["type"], row["category"]): row for row in read_csv(out)}
        return table, read_csv(wrong), done

    return run


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counts(table, *columns):
    return {
        key: tuple(int(row[column]) for column in columns) for key, row in table.items() if row["rows"] != "0"
    }


def raster(path, zone):
    """Write a Köppen-Geiger raster of one zone around Austria."""
    options = {"driver": "GTiff", "height": 60, "width": 60, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", **options, transform=from_origin(9, 51, 0.1, 0.1)) as file:
        file.write(np.full((1, 60, 60), zone, np.uint8))
    return path


def test_answers_worked_out_by_hand_agree(world, measure):
    zone = raster(world.folder / "zones.tif", 26)
    table, wrong, _ = measure(RIGHT, "--climate-raster", zone)
    assert wrong == []
    assert sum(found[0] for found in counts(table, "rows").values()) == len(RIGHT)
    assert all(
        len(set(found)) == 1 for found in counts(table, "rows", "parsed", "answered", "agreeing").values()
    )
    assert table["mcq", "relative pos"]["rows"] == "0"


def test_another_raster_disagrees_and_none_does_not_answer(world, measure):
    rows = [row for row in RIGHT if row["category"] == "climate zone"]
    _, wrong, _ = measure(rows, "--climate-raster", raster(world.folder / "zones.tif", 15))
    assert [(row["finding"], row["reason"]) for row in wrong] == [
        ("disagrees", "Temperate, no dry season, warm summer")
    ]
    table, wrong, _ = measure(rows)
    assert counts(table, "rows", "parsed", "answered", "agreeing") == {("mcq", "climate zone"): (1, 1, 0, 0)}
    assert wrong == []


def test_relative_position_is_seen_from_the_anchor(measure, world):
    codes = CODES.copy()
    codes[:12, 108:] = 231  # one mixed forest
    codes[100:110, 100:110] = 111
    archive = archive_of(world.folder / "second", [(PATCH, tif(PATCH, codes))])
    options = OPTIONS.format("to the top-left", "to the bottom-right", "to the left", "to the top")
    asked = "From the {}, where is the {}? " + options
    forest, town = "mixed forest", "urban fabric"
    rows = [
        question("relative pos", asked.format(town, forest), "a", "mcq"),
        question("relative pos", asked.format(forest, town), "b", "mcq"),
        question("relative pos", asked.format(forest, town), "a", "mcq"),
        question("relative pos", asked.format("pastures", town), "a", "mcq"),
    ]
    _, wrong, _ = measure(rows, maps=archive)
    assert [(row["row"], row["ours"], row["reason"]) for row in wrong] == [
        ("3", "b", "bottom-right"),
        ("4", "", "the boxes overlap on both axes"),
    ]


def test_a_question_with_two_right_options_does_not_agree(measure):
    text = "Which is there? " + OPTIONS.format("Pastures", "Mixed forest", "Inland waters", "Urban fabric")
    _, wrong, _ = measure([question("presence", text, "a", "mcq")])
    assert [(row["ours"], row["finding"]) for row in wrong] == [("a, b", "disagrees")]


def test_an_area_on_the_bound_of_two_ranges_may_be_in_either(measure, world):
    codes = np.full((SIDE, SIDE), 211, np.uint16)
    codes[:48] = 231  # 40 %
    archive = archive_of(world.folder / "second", [(PATCH, tif(PATCH, codes))])
    text = "How much do pastures cover? " + OPTIONS.format("0 to 40%", "60 to 70%", "80 to 100%", "40 to 60%")
    rows = [question("area", text, letter, "mcq") for letter in "abd"]
    _, wrong, _ = measure(rows, maps=archive)
    assert [(row["row"], row["ours"]) for row in wrong] == [("2", "a, d")]


def test_rows_that_cannot_be_used_are_counted_and_listed(measure):
    rows = [
        question("presence", "Can pastures be seen?", "yes"),
        question("presence", "Can glaciers be seen?", "yes", number=71),
        question("presence", "Sind hier pastures zu sehen und wo?", "yes", number=72),
        question("point", "Find <point>(0.5, 0.5)</point>.", "[0.6 0.4, 0.4 0.6]", "bounding box", number=73),
        question("presence", "Can pastures be seen?", "yes", "vqa", number=74),
        {**question("presence", "Can pastures be seen?", None), "ID": 75},
        "{broken",
    ]
    table, wrong, _ = measure(rows)
    assert counts(table, "rows", "parsed", "agreeing") == {
        ("binary", "presence"): (4, 1, 1),
        ("bounding box", "point"): (1, 0, 0),
        ("vqa", "presence"): (1, 0, 0),
        ("", ""): (1, 0, 0),
    }
    assert {row["finding"] for row in wrong} == {"not parsed"}
    assert [(row["row"], row["ID"], row["reason"]) for row in wrong] == [
        ("2", "71", "expected 1 of the 19 classes, found none"),
        ("3", "72", "not an English text"),
        ("4", "73", "the box has no extent, or leaves the image"),
        ("5", "74", "unknown type 'vqa'"),
        ("6", "75", "output missing or no text"),
        ("7", "", "not a JSON object"),
    ]


def settings(section="agreement", **changed):
    """Return the config with some keys of a section changed, as a program takes it."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config[section] |= changed
    return "--settings", json.dumps(config)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (question("presence", "Can glaciers be seen?", "yes", number=71), "ID 71"),
        (question("country", "Which? " + OPTIONS.format(*"wxyz"), "a", "mcq", number=72), "ID 72"),
        (question("season", RIGHT[15]["input"], "a", "mcq", patch="P_1", number=73), "ID 73, patch P_1"),
    ],
)
def test_the_setting_stops_at_the_first_defect(measure, row, reason):
    _, _, done = measure([RIGHT[0], row], *settings(on_error="stop"), check=False)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "rows.jsonl" in done.stderr
    assert "agreement.on_error" in done.stderr
    assert "Traceback" not in done.stderr


def bad_maps():
    """Return the bytes of a bad map of each kind, and what is said of it."""
    unknown, unlabelled = CODES.copy(), CODES.copy()
    unknown[5, 7] = 212 + 400
    unlabelled[5, 7:9] = 142
    return [
        (tif(OTHERS[0], unknown), "unknown CORINE code 612 at row 5, column 7"),
        (tif(OTHERS[1], CODES[:60, :60].copy()), "60×60 pixels"),
        (tif(OTHERS[2], CODES, epsg=32632), "EPSG:32632; expected EPSG:32633"),
        (tif(OTHERS[3], unlabelled), "2 unlabelled pixels"),
        (tif(OTHERS[4], CODES)[:-200], "truncated"),
    ]


def test_bad_maps_are_reported_row_by_row_and_the_rest_is_answered(measure, world):
    bad = bad_maps()
    files = [(PATCH, tif(PATCH, CODES)), *((name, data) for name, (data, _) in zip(OTHERS, bad, strict=True))]
    rows = [RIGHT[0], *(question("presence", "Can pastures be seen?", "yes", patch=name) for name in OTHERS)]
    absent = f"{TILE}_00_09"
    write_metadata(world.metadata, [PATCH, *OTHERS, absent])
    rows.append(question("presence", "Can pastures be seen?", "yes", patch=absent))
    table, wrong, _ = measure(rows, maps=archive_of(world.folder / "second", files))
    assert counts(table, "rows", "parsed", "answered", "agreeing") == {("binary", "presence"): (7, 7, 1, 1)}
    # A map that is simply not available is no defect: its row counts as not answered, and is not listed.
    assert [(row["patch_id"], row["finding"]) for row in wrong] == [(name, "not answered") for name in OTHERS]
    for row, (_, reason) in zip(wrong, bad, strict=True):
        assert reason in row["reason"]


def test_bad_maps_alone_are_still_a_report(measure, world):
    ((data, reason), *_) = bad_maps()
    archive = archive_of(world.folder / "second", [(OTHERS[0], data)])
    row = question("presence", "Can pastures be seen?", "yes", patch=OTHERS[0])
    _, wrong, _ = measure([row], maps=archive)
    assert [reason in row["reason"] for row in wrong] == [True]
    _, _, done = measure([row], *settings(on_error="stop"), maps=archive, check=False)
    assert done.returncode == 1
    assert reason in done.stderr
    assert OTHERS[0] in done.stderr


def test_a_patch_without_metadata_is_reported(measure, world):
    write_metadata(world.metadata, OTHERS)
    rows = [row for row in RIGHT if row["category"] in ("country", "season", "count")]
    table, wrong, _ = measure(rows)
    assert counts(table, "parsed", "answered")["mcq", "country"] == (1, 0)
    assert counts(table, "answered", "agreeing")["mcq", "season"] == (1, 1)
    reason = "the metadata does not list the patch"
    # Once for the patch, at its first row, and for each row that the metadata would have answered.
    assert [(row["category"], row["finding"], row["reason"]) for row in wrong] == [
        ("count", "no metadata", reason),
        ("country", "not answered", reason),
    ]
    _, _, done = measure(rows[:1], *settings(on_error="stop"), check=False)
    assert done.returncode == 1
    assert reason in done.stderr
    assert PATCH in done.stderr


def test_rows_without_a_map_among_maps_are_a_report(measure, world):
    rows = [row | {"patch_id": OTHERS[0]} for row in RIGHT if row["category"] in ("country", "count")]
    table, wrong, _ = measure(rows)
    assert counts(table, "parsed", "answered")["binary", "count"] == (2, 0)
    assert counts(table, "answered", "agreeing")["mcq", "country"] == (1, 1)
    assert wrong == []
    (world.folder / "empty").mkdir()
    _, _, done = measure(rows, maps=world.folder / "empty", check=False)
    assert done.returncode == 1
    assert "no reference map" in done.stderr


def test_broken_lines_spoil_no_other(measure, world, run_program):
    good = json.dumps(RIGHT[0])
    bad = [
        (json.dumps(RIGHT[0] | {"patch_id": " "}), "patch_id missing or no text"),
        (json.dumps(RIGHT[0] | {"output": "\ud800"}), "output too long, or not Unicode"),
        (json.dumps(RIGHT[0] | {"patch_id": "\udc00"}), "patch_id too long, or not Unicode"),
        (json.dumps(RIGHT[0] | {"input": "Is there " * 9999}), "input too long, or not Unicode"),
        ("[" * 100_000 + "]" * 100_000, "not a JSON object"),
        (good[:-1] + ', "n": ' + "9" * 5000 + "}", "not a JSON object"),
    ]
    annotations = world.folder / "rows.jsonl"
    lines = [good, *(line for line, _ in bad)]
    text = "\n".join(lines).encode() + b'\n{"patch_id": "\xff"}\n' + good.encode()
    annotations.write_bytes(b"\xef\xbb\xbf" + text)
    wrong = world.folder / "wrong.csv"
    run_program(
        "measure_agreement",
        *("--annotations", annotations, "--reference-maps", world.archive, "--metadata", world.metadata),
        *("--out", world.folder / "out.csv", "--disagreements", wrong),
    )
    assert [row["reason"] for row in read_csv(wrong) if row["finding"] == "not parsed"] == [
        *(reason for _, reason in bad),
        "not a JSON object",
    ]
    table = read_csv(world.folder / "out.csv")
    assert [int(row["agreeing"]) for row in table if row["category"] == "presence"] == [2, 0]


def test_an_unknown_setting_is_refused(measure):
    _, _, done = measure(RIGHT[:1], *settings(on_error="Stop"), check=False)
    assert done.returncode == 1
    assert "expected report or stop" in done.stderr


def test_metadata_in_categories(measure, world):
    table = pa.table({"patch_id": [PATCH], "country": ["Austria"]})
    table = table.set_column(1, "country", table["country"].dictionary_encode())
    pq.write_table(table, world.metadata)
    rows = [row for row in RIGHT if row["category"] == "country"]
    assert measure(rows)[1] == []


def test_complete_patches_are_compared_as_sets(measure):
    boxes = [row for row in RIGHT if row["type"] == "bounding box"]
    table, wrong, _ = measure(boxes, "--complete", PATCH)
    # Of its own also arable land and pastures: each one instance within 1 to 50 % that fills its box.
    assert (table["bounding box", "reference"]["missing"], table["bounding box", "reference"]["extra"]) == (
        "2",
        "0",
    )
    missing = [row["ours"] for row in wrong if row["category"] == "reference"]
    assert missing == ["Arable land [0.0 0.0, 0.5 1.0]", "Pastures [0.5 0.0, 1.0 1.0]"]
    small = question("point", "Find <point>(0.95, 0.05)</point>.", "[0.9 0.0, 1.0 0.1]", "bounding box")
    table, wrong, _ = measure(
        [*boxes, small], "--complete", PATCH, *settings("questions", point_min_share=2.0)
    )
    assert table["bounding box", "point"]["extra"] == "2"
    assert {row["finding"] for row in wrong if row["category"] == "point"} == {"extra", "missing"}


def test_a_complete_patch_needs_rows(measure):
    _, _, done = measure(RIGHT[:1], "--complete", OTHERS[0], check=False)
    assert done.returncode == 1
    assert OTHERS[0] in done.stderr


def test_neither_order_nor_form_of_the_input_matters(measure, world):
    first = measure(RIGHT)[0]
    folder = world.folder / "Reference_Maps"
    path = folder.parent / reference_map_member(PATCH)
    path.parent.mkdir(parents=True)
    path.write_bytes(tif(PATCH, CODES))
    assert measure(RIGHT[::-1], maps=folder)[0] == first


def test_files_that_are_no_annotations(measure, world, run_program):
    _, _, done = measure(["no json"], check=False)
    assert "neither Parquet nor JSON" in done.stderr
    table = pa.table({"patch_id": [PATCH], "input": ["x"]})
    path = world.folder / "rows.parquet"
    pq.write_table(table, path)
    outputs = ("--out", world.folder / "a.csv", "--disagreements", world.folder / "d.csv")
    sources = ("--reference-maps", world.archive, "--metadata", world.metadata)
    done = run_program("measure_agreement", "--annotations", path, *sources, *outputs, check=False)
    assert "columns missing: type, category, output" in done.stderr
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in RIGHT[0]}), path)
    done = run_program("measure_agreement", "--annotations", path, *sources, *outputs, check=False)
    assert "holds no annotations" in done.stderr
    pq.write_table(pa.table({name: ["x" * 99] * 999 for name in RIGHT[0]}), path, compression="zstd")
    data = bytearray(path.read_bytes())
    data[20:60] = bytes(40)
    path.write_bytes(data)
    done = run_program("measure_agreement", "--annotations", path, *sources, *outputs, check=False)
    assert done.returncode == 1
    assert "rows.parquet" in done.stderr
    assert "Traceback" not in done.stderr
    path = world.folder / "absent.parquet"
    done = run_program("measure_agreement", "--annotations", path, *sources, *outputs, check=False)
    assert (done.returncode, "annotations not found" in done.stderr) == (1, True)
    assert not list(world.folder.glob("*.csv"))


# Captions


def caption(text):
    return {**question("None", "Describe the image.", text, "captioning"), "category": None}


def test_captions_are_held_against_the_map(measure, world):
    zone = raster(world.folder / "zones.tif", 26)
    rows = [
        caption(CAPTION),
        caption(CAPTION.lower()),
        caption(CAPTION.replace("691,000", "611,000")),
        caption(CAPTION.replace("pastures", "inland waters")),
        caption(CAPTION.replace("cold, no", "temperate, no")),
        caption("Cette image montre des terres arables et des pâturages dans le nord de la Serbie."),
    ]
    table, wrong, _ = measure(rows, "--climate-raster", zone)
    assert counts(table, "rows", "parsed", "answered", "agreeing") == {("captioning", "None"): (6, 5, 5, 2)}
    assert [(row["row"], row["finding"]) for row in wrong] == [
        *[(number, "disagrees") for number in "345"],
        ("6", "not parsed"),
    ]
    assert "area of arable land: 611,000" in wrong[0]["reason"]
    assert "not in the image: inland waters" in wrong[1]["reason"]
    assert wrong[2]["reason"].startswith("climate: Temperate, no dry season, warm summer")
    assert read_csv(world.folder / "captions.csv") == [
        {"statement": "classes", "captions": "5", "answered": "5", "agreeing": "4"},
        # The area beside the absent class is another class's: the class is what is wrong.
        {"statement": "areas", "captions": "5", "answered": "5", "agreeing": "4"},
        {"statement": "climate zone", "captions": "5", "answered": "5", "agreeing": "4"},
    ]


def test_a_caption_without_classes_is_not_understood():
    with pytest.raises(Unreadable, match="names no class"):
        read_caption("This is an image of the south.", ("Polar, frost",))


def test_a_climate_zone_that_is_not_known_is_no_statement():
    reading = read_caption("The polar, frost zone holds pastures.", ("Polar, frost",))
    pixels = [0] * 19
    pixels[4] = 14400
    instance = Instance(4, 14400, 0, 0, 120, 120, 60.0, 60.0, True)
    counts_ = [int(bool(value)) for value in pixels]
    patch = PatchAttributes("P", "Austria", "Fall", None, "", [4], pixels, counts_, [], [instance])
    assert answer_caption(reading, patch, Rules(25, 5, 1000, 1)) == {"classes": []}
