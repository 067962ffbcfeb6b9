"""The benchmark split: who is eligible, how patches and rows are balanced, what the program says."""

import csv
import json
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.dataset.benchmark_balance import effective_number, write_balance
from bentxt.dataset.benchmark_candidates import Candidates, eligible_patches, read_candidates, read_quotas
from bentxt.dataset.benchmark_split import choose_patches, choose_rows, row_groups, select_benchmark
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES
from bentxt.program.lineage import read_lineage
from bentxt.questions.categories import CATEGORY_TABLE
from bentxt.release import ANNOTATION_TYPES
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import write_table
from worlds.question_world import LINEAGE, captions_of, patch_table, question

RELEASE_ROWS = RESOURCES / "release_benchmark_rows.csv"
CRITERIA = ("linguistically_correct", "factually_accurate", "complete", "free_of_artifacts")


def questions_of(patch, split):
    """Return the rows of one invented patch by type."""
    random = np.random.default_rng(patch)
    one, other = sorted(random.choice(19, 2, replace=False).tolist())
    reserve = [False, split == "test"] if split == "test" else [False]
    letters = "abcd"

    def letter():
        return letters[int(random.integers(4))]

    binary = [
        question(patch, "adjacency", answer, [one, other], kept)
        for answer in ("yes", "no")
        for kept in reserve
    ]
    for category in ("area", "count", "presence"):
        binary += [question(patch, category, answer, [one]) for answer in ("yes", "no")]
    mcq = [question(patch, "adjacency", letter(), [one, other, 1, 2], kept) for kept in reserve]
    for category in ("area", "climate zone", "count", "country", "presence", "relative pos", "season"):
        if category != "relative pos" or patch % 3:
            mcq.append(question(patch, category, letter(), [one, other]))
    boxes = [question(patch, category, "[0.0 0.0, 1.0 1.0]", [one]) for category in ("point", "reference")]
    return {
        "binary": binary,
        "mcq": mcq,
        "bounding_box": boxes,
        "captioning": [question(patch, "None", "A caption.", [])],
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Tables of 60 invented patches, 30 of them test patches, two of those with a bad caption."""
    folder = tmp_path_factory.mktemp("benchmark")
    splits = ["test" if n % 2 else "train" for n in range(60)]
    write_table(folder / "patches.parquet", patch_table(splits), PATCHES, LINEAGE)
    rows = {"binary": [], "mcq": [], "bounding_box": [], "captioning": []}
    for n, split in enumerate(splits):
        for annotation_type, own in questions_of(n, split).items():
            rows[annotation_type] += own
    for annotation_type, own in rows.items():
        table = pa.Table.from_pylist(own, schema=QUESTIONS)
        write_table(folder / f"{annotation_type}.parquet", table, QUESTIONS, LINEAGE)
    captions = captions_of([f"P{n:03d}" for n in range(60)])
    for n, criterion in ((1, "complete"), (3, "free_of_artifacts")):
        captions[n][criterion] = False
    table = pa.Table.from_pylist(captions, schema=AUGMENTED_CAPTIONS)
    write_table(folder / "captions.parquet", table, AUGMENTED_CAPTIONS, LINEAGE)
    return folder


def candidates_of(world, eligible):
    found = {}
    for entry in ANNOTATION_TYPES:
        path = world / f"{entry.file}.parquet"
        found |= read_candidates(path, entry.name, eligible["patch_id"].combine_chunks())
    return found


@pytest.fixture(scope="module")
def eligible(world):
    captions = pq.read_table(world / "captions.parquet", columns=["patch_id", *CRITERIA])
    return eligible_patches(pq.read_table(world / "patches.parquet"), captions)


def test_quotas_are_the_release_scaled(real_data):
    counts = json.loads((real_data / "release_counts.json").read_text(encoding="utf-8"))
    quotas = read_quotas(RELEASE_ROWS, 1082)
    by_type, by_category = Counter(), Counter()
    for (annotation_type, category), rows in quotas.items():
        by_type[annotation_type] += rows
        by_category["captioning" if category == "None" else category] += rows
    assert by_type == counts["type_bench"]
    assert counts["derived_bench"].items() <= by_category.items()
    assert sum(quotas.values()) == counts["split"]["bench"] == 15_029
    scaled = read_quotas(RELEASE_ROWS, 60)
    assert scaled["mcq", "country"] == round(312 * 60 / 1082)
    assert scaled["binary", "adjacency"] == round(2857 * 60 / 1082)


def test_rows_by_type_fit_the_published_accuracies():
    # Each published accuracy is a number of right answers out of the rows: 2,167 rows on presence in all,
    # 1,458 of them binary, and so on. Adjacency fits no division, by one misprinted value.
    quotas = read_quotas(RELEASE_ROWS, 1082)
    for name, columns in (
        (
            "table3",
            {"presence": ("binary", "presence"), "area": ("binary", "area"), "count": ("binary", "count")},
        ),
        (
            "table4",
            {"presence": ("mcq", "presence"), "country": ("mcq", "country"), "season": ("mcq", "season")},
        ),
    ):
        with (RESOURCES / "paper" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for column, key in columns.items():
            for row in rows:
                right = round(float(row[column]) * quotas[key] / 100)
                assert abs(100 * right / quotas[key] - float(row[column])) < 0.00501, (name, column)


def test_bad_quota_files_are_refused(tmp_path):
    path = tmp_path / "rows.csv"
    with pytest.raises(InputError, match="not found"):
        read_quotas(path, 10)
    for text in ("type,category\nmcq,area\n", "type,category,rows\nmcq,area,many\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="columns type, category and rows"):
            read_quotas(path, 10)
    path.write_text("type,category,rows\nmcq,area,5\nbinary,country,3\n", encoding="utf-8")
    with pytest.raises(InputError, match="no category of the release") as caught:
        read_quotas(path, 10)
    assert (caught.value.file, caught.value.item) == (path, "binary, country")


def test_only_test_patches_with_good_captions_are_eligible(eligible):
    assert eligible["patch_id"].to_pylist() == [f"P{n:03d}" for n in range(5, 60, 2)]


def test_patches_are_chosen_for_even_classes():
    # Nine patches of a frequent class, and one of each of two rare ones: two of three are rare.
    about = np.zeros((11, 19), bool)
    about[:9, 0] = about[9, 1] = about[10, 2] = True
    nobody = np.zeros(11, bool)
    chosen = choose_patches(about, 3, nobody, 0, np.linspace(0, 1, 11))
    assert chosen.tolist() == [0, 9, 10]
    chosen = choose_patches(about, 3, nobody, 0, np.linspace(1, 0, 11))
    assert chosen.tolist() == [8, 9, 10]
    preferred = about[:, 0].copy()
    chosen = choose_patches(about, 4, preferred, 3, np.linspace(0, 1, 11))
    assert (chosen < 9).sum() == 3
    assert choose_patches(about, 11, preferred, 5, np.linspace(0, 1, 11)).tolist() == list(range(11))


@given(
    seed=st.integers(0, 999),
    asked=st.integers(1, 12),
    preferred_asked=st.integers(0, 12),
    size=st.integers(12, 30),
)
def test_chosen_patches_are_distinct_and_as_many_as_asked(seed, asked, preferred_asked, size):
    random = np.random.default_rng(seed)
    about = random.random((size, 19)) < 0.2
    about[:, 0] |= ~about.any(axis=1)
    preferred = random.random(size) < 0.4
    chosen = choose_patches(about, asked, preferred, preferred_asked, random.random(size))
    assert len(set(chosen.tolist())) == asked
    assert preferred[chosen].sum() >= min(asked, preferred_asked, preferred.sum())


def test_effective_number_of_classes():
    assert effective_number([5] * 19) == pytest.approx(19)
    assert effective_number([7, 0, 0]) == pytest.approx(1)
    assert effective_number([0, 0]) == 0


def test_rows_are_chosen_answer_by_answer_then_group_by_group():
    answers = ["yes"] * 6 + ["no"] * 2
    groups = ["A", "A", "A", "A", "B", "C", "A", "B"]
    ranks = [(n,) for n in range(8)]
    chosen = choose_rows(answers, groups, ranks, 4, ("yes", "no"))
    assert Counter(answers[row] for row in chosen) == {"yes": 2, "no": 2}
    # Out of order the first yes is about A, the first no about B; then C is the group taken least.
    assert chosen == [0, 5, 6, 7]
    # With too few noes the rest are yeses; with more asked than there are, all are taken.
    assert Counter(answers[row] for row in choose_rows(answers, groups, ranks, 7, ("yes", "no"))) == {
        "yes": 5,
        "no": 2,
    }
    assert choose_rows(answers, groups, ranks, 99, ("yes", "no")) == list(range(8))
    assert choose_rows([], [], [], 3, ("yes", "no")) == []


def test_a_row_about_two_classes_belongs_to_the_rarer_one():
    pairs = Candidates([0, 1, 2], [0, 1, 2], ["yes"] * 3, [[2, 4], [2, 9], [2, 4]], [False] * 3)
    adjacency = CATEGORY_TABLE["binary", "adjacency"]
    assert row_groups(adjacency, pairs, {}) == [CLASSES[4], CLASSES[9], CLASSES[4]]
    single = Candidates([0], [1], ["a"], [[3, 4, 5, 6]], [False])
    assert row_groups(CATEGORY_TABLE["mcq", "presence"], single, {}) == [CLASSES[3]]
    places = {"country": ["Austria", "Serbia"]}
    assert row_groups(CATEGORY_TABLE["mcq", "country"], single, places) == ["Serbia"]
    caption = Candidates([0], [1], [""], [[]], [False])
    assert row_groups(CATEGORY_TABLE["captioning", "None"], caption, {}) == [""]


def test_the_selection_is_balanced_and_within_the_quotas(world, eligible):
    quotas = read_quotas(RELEASE_ROWS, 12)
    candidates = candidates_of(world, eligible)
    selection = select_benchmark(5, 12, eligible, quotas, candidates)
    tables = {
        entry.name: pq.read_table(world / f"{entry.file}.parquet").to_pylist() for entry in ANNOTATION_TYPES
    }
    rows = [
        {"type": annotation_type, **tables[annotation_type][row]}
        for annotation_type, row, _ in selection.rows
    ]
    assert [row["patch_id"] for row in rows] == [patch for _, _, patch in selection.rows]
    assert len(set(selection.rows)) == len(selection.rows)
    assert {row["patch_id"] for row in rows} <= set(eligible["patch_id"].to_pylist())
    assert len({row["patch_id"] for row in rows}) == 12
    taken = Counter((row["type"], row["category"]) for row in rows)
    assert taken == quotas
    for category in ("presence", "area", "count", "adjacency"):
        answers = Counter(
            row["output"] for row in rows if (row["type"], row["category"]) == ("binary", category)
        )
        assert abs(answers["yes"] - answers["no"]) <= 1
    again = select_benchmark(5, 12, eligible, quotas, candidates)
    assert again.rows == selection.rows
    assert select_benchmark(6, 12, eligible, quotas, candidates).rows != selection.rows


def test_the_balance_table_says_what_could_not_be_had(world, eligible, tmp_path):
    quotas = read_quotas(RELEASE_ROWS, 12) | {("mcq", "relative pos"): 40}
    selection = select_benchmark(5, 12, eligible, quotas, candidates_of(world, eligible))
    write_balance(tmp_path / "balance.csv", selection.balance)
    with (tmp_path / "balance.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    (line,) = (line for line in lines if line["category"] == "relative pos" and line["balance"] == "rows")
    assert line["asked"] == "40"
    assert int(line["residual"]) == int(line["taken"]) - 40 < 0
    letters = [line for line in lines if line["category"] == "season" and line["balance"] == "answer"]
    assert [line["item"] for line in letters] == list("abcd")
    assert {line["balance"] for line in lines} == {"patches", "class", "rows", "answer", "group"}


def test_too_few_eligible_patches_are_an_error(world, eligible):
    with pytest.raises(InputError, match="28 test patches have captions that pass") as caught:
        select_benchmark(5, 29, eligible, {}, candidates_of(world, eligible))
    assert caught.value.item == "benchmark_split.patches"


def test_a_patch_without_any_row_is_an_error(world, eligible):
    with pytest.raises(InputError, match="keeps no row"):
        select_benchmark(5, 4, eligible, {("captioning", "None"): 3}, candidates_of(world, eligible))


def program_arguments(world, patches, out):
    settings = {"run": "mini", "seed": 5, "benchmark_split": {"patches": patches}}
    arguments = ["--patches", world / "patches.parquet", "--captions", world / "captions.parquet"]
    for entry in ANNOTATION_TYPES:
        arguments += [entry.option, world / f"{entry.file}.parquet"]
    return [
        *arguments,
        "--out",
        out / "benchmark_rows.parquet",
        "--balance",
        out / "balance.csv",
        "--settings",
        json.dumps(settings),
    ]


def test_the_program_says_that_no_one_has_reviewed_the_captions(world, tmp_path, run_program):
    run_program("select_benchmark", *program_arguments(world, 12, tmp_path))
    notes = read_lineage(tmp_path / "benchmark_rows.parquet")["notes"]
    assert notes["caption_review"] == "automatic check, no manual review"
    assert notes["patches"] == 12
    table = pq.read_table(tmp_path / "benchmark_rows.parquet")
    assert table.schema.remove_metadata().equals(BENCHMARK_ROWS.remove_metadata())
    assert len(table) == notes["rows"]
    done = run_program("select_benchmark", *program_arguments(world, 59, tmp_path / "other"), check=False)
    assert done.returncode == 1
    assert "benchmark_split.patches" in done.stderr
    assert not (tmp_path / "other").exists()
