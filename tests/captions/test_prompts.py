import shutil

import pyarrow.parquet as pq
import pytest
import rasterio
import yaml

from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_facts import caption_facts
from bentxt.captions.prompts import PROMPTS, read_prompts
from bentxt.captions.template_captions import template_caption
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, LEVEL_1_GROUPS, PATCH_AREA, PIXELS, class_lookup
from bentxt.patches.time_and_place import season
from worlds.caption_tables import CLIMATE, RULES, STRICT, facts_of


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    return tmp_path / "prompts"


def test_the_system_prompt_holds_hierarchy_and_three_examples_and_no_open_placeholder():
    prompts = read_prompts()
    assert all(name.lower() in prompts.system for name in CLASSES)
    assert all(f"- {group.lower()}: " in prompts.system for group in LEVEL_1_GROUPS)
    assert prompts.system.count("\nDescription: ") == prompts.system.count("\nCaption: ") == 3
    assert "{" not in prompts.system + prompts.refine


def test_the_system_prompt_explains_units_and_tiers_as_the_template_uses_them():
    system = read_prompts().system
    rules = system[: system.index("Examples:")]
    for word in (
        "sqm",
        "square meters",
        "primarily",
        "secondarily",
        "marginally",
        "large",
        "smaller",
        "marginal",
    ):
        assert word in rules
    assert f"{PATCH_AREA:,} sqm" in rules
    assert f"more than {RULES.primary}%" in rules
    assert f"less than {RULES.secondary}% ({RULES.marginal_area:,} sqm)" in rules


# The examples: template captions and captions of real patches. Their facts, counted by hand from the maps.

EXAMPLES = {
    "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57": (
        *("Austria", "Summer", CLIMATE),
        {2: [7075], 8: [4131], 10: [2040], 4: [766, 388]},
        [(2, 4), (2, 8), (8, 10)],
    ),
    "S2A_MSIL2A_20170813T112121_N9999_R037_T29SNC_70_09": (
        *("Portugal", "Summer", "Temperate, dry summer, hot summer"),
        {7: [13515], 4: [441], 3: [431, 13]},
        [(3, 7), (4, 7)],
    ),
    "S2A_MSIL2A_20170613T101031_N9999_R022_T34VER_57_25": (
        *("Finland", "Summer", CLIMATE),
        {18: [14400]},
        [],
    ),
}


@pytest.fixture(scope="module")
def examples():
    read = yaml.safe_load((PROMPTS / "examples.yaml").read_text(encoding="utf-8"))
    return {example["patch_id"]: example for example in read}


def example_facts(patch_id):
    return caption_facts(patch_id, *EXAMPLES[patch_id], RULES)


def test_examples_are_of_several_classes_of_marginal_ones_and_of_one(examples):
    assert list(examples) == list(EXAMPLES)
    assert [len(example_facts(patch_id).classes) for patch_id in examples] == [4, 3, 1]


@pytest.mark.parametrize("patch_id", EXAMPLES)
def test_descriptions_of_the_examples_are_their_template_captions(examples, patch_id):
    assert examples[patch_id]["description"] == template_caption(example_facts(patch_id))


@pytest.mark.parametrize("patch_id", EXAMPLES)
def test_captions_of_the_examples_pass_the_check(examples, patch_id):
    verdict = check_caption(examples[patch_id]["caption"], example_facts(patch_id), STRICT)
    assert verdict.findings == ()


@pytest.mark.parametrize("patch_id", EXAMPLES)
def test_captions_of_the_examples_assume_nothing(examples, patch_id):
    words = examples[patch_id]["caption"].lower()
    for word in ("shore", "enclose", "vast", "expanse", "surround", "interspersed", "diverse", "land cover"):
        assert word not in words


def test_the_facts_of_the_examples_are_those_of_the_maps(real_data):
    with_map = 0
    for patch_id, (country, season_name, zone, *_) in EXAMPLES.items():
        for path in real_data.glob(f"Reference_Maps/*/{patch_id}/*_reference_map.tif"):
            with rasterio.open(path) as source:
                class_map = class_lookup()[source.read(1)]
            assert facts_of(class_map, patch_id, country, season_name, zone) == example_facts(patch_id)
            with_map += 1
    assert with_map == 2


def test_country_season_and_labels_of_the_examples_are_those_of_the_metadata(real_data):
    columns = pq.read_table(real_data / "metadata.parquet", columns=["patch_id", "labels", "country"])
    rows = {row["patch_id"]: row for row in columns.to_pylist() if row["patch_id"] in EXAMPLES}
    assert len(rows) == len(EXAMPLES)
    for patch_id, (country, season_name, _, instances, _) in EXAMPLES.items():
        assert rows[patch_id]["country"] == country
        assert set(rows[patch_id]["labels"]) == {CLASSES[index] for index in instances}
        assert sum(map(sum, instances.values())) == PIXELS
        assert season(patch_id) == season_name


def test_messages_of_both_turns():
    prompts = read_prompts()
    first = prompts.messages('It shows "pastures" {sic}.', [])
    assert [message["role"] for message in first] == ["system", "user"]
    assert 'It shows "pastures" {sic}.' in first[1]["content"]
    second = prompts.messages('It shows "pastures" {sic}.', ["It shows pastures."])
    assert second[:2] == first
    assert [message["role"] for message in second] == ["system", "user", "assistant", "user"]
    assert [message["content"] for message in second[2:]] == ["It shows pastures.", prompts.refine]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("system.md", "expert"),
        ("paraphrase.md", "Description"),
        ("refine.md", "rules"),
        ("examples.yaml", "depicts"),
    ],
)
def test_the_hash_changes_with_every_file(folder, name, word):
    before = read_prompts(folder).hash
    assert before == read_prompts().hash
    path = folder / name
    path.write_text(path.read_text().replace(word, "other", 1))
    assert read_prompts(folder).hash != before


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("system.md", "No hierarchy. {examples}", "{hierarchy} is missing"),
        ("paraphrase.md", "Rewrite it.", "{caption} is missing"),
        ("examples.yaml", "- caption: only", "not a list of entries"),
        ("examples.yaml", "[", "not a list of entries"),
        ("refine.md", None, "cannot be read"),
    ],
)
def test_broken_prompts_are_reported_with_their_file(folder, name, text, message):
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read_prompts(folder)
    assert error.value.file == folder / name
