"""The benchmark split: who is eligible, how patches and rows are chosen, how near that is to the optimum."""

import csv
import json
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.dataset.benchmark_balance import shortfalls, write_balance
from bentxt.dataset.benchmark_candidates import eligible_patches, gather_candidates
from bentxt.dataset.benchmark_objective import make_cells
from bentxt.dataset.benchmark_quotas import Quota, read_quotas
from bentxt.dataset.benchmark_split import deal_letters, give_statements, select_benchmark
from bentxt.errors import InputError
from bentxt.nomenclature import CLASS_INDEX
from bentxt.patches.patch_attributes import read_patch_attributes
from bentxt.program.lineage import read_lineage
from bentxt.questions.benchmark_pool import PoolQuestion, pool_questions
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.similar_classes import load_similar_classes
from bentxt.release import TYPE_CATEGORIES, TYPES
from bentxt.resources import RESOURCES
from bentxt.review.review_files import write_reviews
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import write_table
from worlds.asked_questions import SETTINGS, settings_of, template_files
from worlds.benchmark_optimum import solve_with_highs
from worlds.question_world import LINEAGE, captions_of, mosaic, patch_table, question, write_tables
from worlds.review_world import review

RELEASE_ROWS = RESOURCES / "release_benchmark_rows.csv"
CRITERIA = ("linguistically_correct", "factually_accurate", "complete", "free_of_artifacts")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Tables of 150 mosaics of two to six classes, frequent and rare ones, and their captions."""
    folder = tmp_path_factory.mktemp("benchmark")
    random = np.random.default_rng(5)
    shares = 1 / np.arange(1, 20)
    maps = {}
    for number in range(150):
        classes = random.choice(19, random.integers(2, 7), replace=False, p=shares / shares.sum())
        maps[f"P{number:03d}"] = mosaic(number, classes, int(random.integers(2, 12)))
    tables = write_tables(folder, maps)
    tables.folder = folder
    captions = captions_of(sorted(tables.rows))
    table = pa.Table.from_pylist(captions, schema=AUGMENTED_CAPTIONS)
    write_table(folder / "captions.parquet", table, AUGMENTED_CAPTIONS, LINEAGE)
    rows = [
        {**question(0, "None", f"A caption of {patch_id}.", []), "patch_id": patch_id}
        for patch_id in sorted(tables.rows)
    ]
    write_table(
        folder / "captioning.parquet", pa.Table.from_pylist(rows, schema=QUESTIONS), QUESTIONS, LINEAGE
    )
    return tables


@pytest.fixture(scope="module")
def patches(world):
    """The attributes of all 120 patches of the world."""
    tables = (world.patches, world.maps, world.instances, world.adjacencies)
    return [patch for block in read_patch_attributes(*tables) for patch in block]


def candidates_of(patches):
    similar, boxes = load_similar_classes(), settings_of("bounding_box")
    return gather_candidates(pool_questions(patch, 1, boxes, similar) for patch in patches)


def select(patches, asked, seed=5, **changed):
    quotas = read_quotas(RELEASE_ROWS, asked) | changed.get("quotas", {})
    names = [patch.patch_id for patch in patches]
    return select_benchmark(seed, asked, names, candidates_of(patches), quotas)


def test_quotas_are_the_release_scaled(real_data):
    counts = json.loads((real_data / "release_counts.json").read_text(encoding="utf-8"))
    quotas = read_quotas(RELEASE_ROWS, 1082)
    by_type, by_category = Counter(), Counter()
    for (annotation_type, category), quota in quotas.items():
        by_type[annotation_type] += quota.rows
        by_category["captioning" if category == "None" else category] += quota.rows
    assert by_type == counts["type_bench"]
    assert counts["derived_bench"].items() <= by_category.items()
    assert sum(quota.rows for quota in quotas.values()) == counts["split"]["bench"] == 15_029
    scaled = read_quotas(RELEASE_ROWS, 60)
    assert scaled["mcq", "country"] == (round(312 * 60 / 1082), 1)
    assert scaled["binary", "adjacency"] == (round(2857 * 60 / 1082), 15)


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
                right = round(float(row[column]) * quotas[key].rows / 100)
                assert abs(100 * right / quotas[key].rows - float(row[column])) < 0.00501, (name, column)


def test_bad_quota_files_are_refused(tmp_path):
    path = tmp_path / "rows.csv"
    with pytest.raises(InputError, match="not found"):
        read_quotas(path, 10)
    for text in (
        "type,category\nmcq,area\n",
        "type,category,rows,most_per_patch\nmcq,area,many,\n",
        "type,category,rows\nmcq,area,5\n",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="columns type, category, rows and most_per_patch"):
            read_quotas(path, 10)
    path.write_text("type,category,rows,most_per_patch\nmcq,area,5,\nbinary,country,3,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="no category of the release") as caught:
        read_quotas(path, 10)
    assert (caught.value.file, caught.value.item) == (path, "binary, country")


def test_only_test_patches_with_good_captions_are_eligible():
    table = patch_table(["test" if n % 2 else "train" for n in range(12)])
    captions = captions_of([f"P{n:03d}" for n in range(12)])
    for n, criterion in ((1, "complete"), (3, "free_of_artifacts")):
        captions[n][criterion] = False
    good = pa.Table.from_pylist(captions, schema=AUGMENTED_CAPTIONS)
    assert eligible_patches(table, good)["patch_id"].to_pylist() == [f"P{n:03d}" for n in range(5, 12, 2)]


def test_candidates_are_the_questions_of_the_pools(patches):
    similar, boxes = load_similar_classes(), settings_of("bounding_box")
    pools = [pool_questions(patch, 1, boxes, similar) for patch in patches[:7]]
    candidates = gather_candidates(pools)
    found = [(int(candidates.patch[row]), candidates.question(row)) for row in range(len(candidates))]
    assert found == [(place, asked) for place, pool in enumerate(pools) for asked in pool]


def test_targets_are_as_even_as_the_pool_lets():
    # Ten patches of arable land, one of them with pastures too: of eleven rows pastures can have but one.
    arable, pastures = CLASS_INDEX["Arable land"], CLASS_INDEX["Pastures"]
    pools = [[PoolQuestion("mcq", "presence", "", (arable,))] for _ in range(10)]
    pools[3].append(PoolQuestion("mcq", "presence", "", (pastures,)))
    candidates = gather_candidates(pools)
    cells = make_cells(candidates, {("mcq", "presence"): Quota(8)}, 10)
    targets = {item: target for (_, _, item), target in zip(cells.names, cells.targets.tolist(), strict=True)}
    assert targets == {"Arable land": 7, "Pastures": 1}
    assert set(cells.even.tolist()) == {4.0}
    assert cells.bound == 2 * 8
    # With one row a patch at most, and three patches chosen, arable land has three of its ten.
    cells = make_cells(candidates, {("mcq", "presence"): Quota(8, 1)}, 3)
    assert sorted(cells.targets.tolist()) == [1, 3]


def test_rare_classes_come_first():
    # Nine patches of arable land and one of each of two rare classes: of three patches two are rare.
    arable, crops, sands = 2, 3, 14
    pools = [[PoolQuestion("mcq", "presence", "", (index,))] for index in (*[arable] * 9, crops, sands)]
    names = [f"P{n}" for n in range(11)]
    quotas = {("mcq", "presence"): Quota(3, 1)}
    found = select_benchmark(1, 3, names, gather_candidates(pools), quotas)
    assert {chosen.question.classes[0] for chosen in found.questions} == {arable, crops, sands}
    assert found.notes["objective"] == found.notes["objective_bound"] == 6


@pytest.mark.parametrize(("seed", "count", "asked"), [(1, 60, 10), (2, 60, 10), (3, 90, 18)])
def test_the_choice_comes_within_one_percent_of_the_optimum(patches, seed, count, asked):
    random = np.random.default_rng(seed)
    own = [patches[place] for place in np.sort(random.choice(len(patches), count, replace=False))]
    candidates = candidates_of(own)
    cells = make_cells(candidates, read_quotas(RELEASE_ROWS, asked), asked)
    optimum = solve_with_highs(candidates, cells, asked)
    found = select(own, asked, seed).notes
    assert found["objective_bound"] == cells.bound >= optimum
    assert 0.99 * optimum <= found["objective"] <= optimum
    # A random choice is far from it: the objective is worth its work.
    shuffled = random.permutation(len(candidates))[: int(cells.quotas.sum())]
    assert cells.objective(shuffled) < 0.9 * optimum


def test_the_selection_meets_its_quotas_and_is_balanced(patches):
    found = select(patches, 40)
    quotas = read_quotas(RELEASE_ROWS, 40)
    assert len(found.patches) == len({chosen.patch for chosen in found.questions}) == 40
    taken = Counter(chosen.question[:2] for chosen in found.questions)
    assert taken == {key: quota.rows for key, quota in quotas.items()}
    assert len(set(found.questions)) == len(found.questions)
    for category in ("presence", "area", "count", "adjacency"):
        own = [c.question for c in found.questions if c.question[:2] == ("binary", category)]
        answers = Counter(asked.answer for asked in own)
        assert answers["yes"] - answers["no"] in (0, 1)
    of_patch = Counter((chosen.patch, *chosen.question[:2]) for chosen in found.questions)
    assert all(number <= quotas[key[1:]].most_per_patch for key, number in of_patch.items())
    assert max(of_patch.values()) > 4


def test_the_name_of_a_class_does_not_answer_the_questions_on_presence(patches):
    found = select(patches, 40)
    answers = Counter(
        (chosen.question.classes[0], chosen.question.answer)
        for chosen in found.questions
        if chosen.question[:2] == ("binary", "presence")
    )
    classes = {index for index, _ in answers}
    blind = sum(max(answers[index, "yes"], answers[index, "no"]) for index in classes)
    assert blind / sum(answers.values()) < 0.65


def test_the_selection_depends_on_seed_and_pool_alone(patches):
    found = select(patches, 12)
    assert select(patches, 12).questions == found.questions
    assert select(patches, 12, seed=6).questions != found.questions


def test_the_balance_table_says_what_could_not_be_had(patches, tmp_path):
    # Hundreds of questions on areas, of which twelve patches may have three each; few on relative position.
    quotas = {("mcq", "area"): Quota(100, 3), ("mcq", "relative pos"): Quota(300, 4)}
    found = select(patches, 12, quotas=quotas)
    write_balance(tmp_path / "balance.csv", found.balance)
    with (tmp_path / "balance.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for category, asked, limit in (("area", 100, "patches"), ("relative pos", 300, "pool")):
        name = ("mcq", category, "rows")
        (line,) = (line for line in lines if (line["type"], line["category"], line["balance"]) == name)
        assert (line["asked"], line["limited_by"]) == (str(asked), limit)
        assert int(line["residual"]) == int(line["taken"]) - asked < 0
    assert {line["balance"] for line in lines} == {"patches", "rows", "class", "value"}
    said = shortfalls(found.balance)
    assert len(said) == 2
    assert any(words.startswith("mcq area: 3") and words.endswith("limited by the patches") for words in said)
    rows = [line for line in lines if line["balance"] == "rows"]
    assert len(rows) == len(TYPE_CATEGORIES) + 4
    assert all(line["limited_by"] in ("", "pool", "patches", "other balances") for line in lines)


def test_too_few_eligible_patches_are_an_error(patches):
    with pytest.raises(InputError, match="120 test patches have captions that pass") as caught:
        select(patches, 121)
    assert caught.value.item == "benchmark_split.patches"


def test_a_patch_without_any_row_is_an_error(patches):
    nothing = dict.fromkeys(TYPE_CATEGORIES, Quota(0)) | {("captioning", "None"): Quota(3, 1)}
    with pytest.raises(InputError, match="keeps no row"):
        select(patches, 4, quotas=nothing)


@given(
    st.lists(
        st.tuples(st.booleans(), st.sets(st.integers(0, 6), min_size=1)),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_statements_are_among_the_choices(rows, random):
    choices = [[("at least", (number,)) for number in sorted(numbers)] for _, numbers in rows]
    answers = ["yes" if truth else "no" for truth, _ in rows]
    given_ones = give_statements(choices, answers, [random.random() for _ in rows])
    assert all(one in own for one, own in zip(given_ones, choices, strict=True))


def test_a_statement_is_as_often_true_as_false_where_that_can_be():
    # "at least 0" is true of anything; the others can be either.
    true = [("at least", (0,)), ("at least", (3,)), ("less than", (6,))]
    false = [("at least", (3,)), ("less than", (6,))]
    given_ones = give_statements([true, false] * 10, ["yes", "no"] * 10, [n / 20 for n in range(20)])
    counts = Counter(zip(given_ones, ["yes", "no"] * 10, strict=True))
    assert set(counts.values()) == {5}
    assert ("at least", (0,)) not in given_ones


def test_letters_are_dealt_evenly_within_groups_too():
    groups = ["x"] * 8 + ["y"] * 4 + ["z"] * 6
    letters = deal_letters(groups, [n * 0.618 % 1 for n in range(18)])
    assert sorted(Counter(letters).values()) == [4, 4, 5, 5]
    assert set(Counter(letters[:8]).values()) == {2}
    assert sorted(letters[8:12]) == list("abcd")


def program_arguments(world, asked, out, *more):
    settings = {"run": "mini", "seed": 5, "benchmark_split": {"patches": asked}, "questions": SETTINGS}
    arguments = []
    for table in ("patches", "maps", "instances", "adjacencies"):
        arguments += [f"--{table}", getattr(world, table)]
    for name in QUESTION_TYPES:
        arguments += [f"--{name.replace('_', '-')}-templates", *template_files(name)]
    return [
        *arguments,
        "--captions",
        world.folder / "captions.parquet",
        "--captioning",
        world.folder / "captioning.parquet",
        "--out",
        out / "benchmark_rows.parquet",
        "--balance",
        out / "balance.csv",
        "--settings",
        json.dumps(settings),
        *more,
    ]


def test_the_program_writes_rows_that_say_that_no_one_has_reviewed_the_captions(world, tmp_path, run_program):
    run_program("select_benchmark", *program_arguments(world, 12, tmp_path))
    notes = read_lineage(tmp_path / "benchmark_rows.parquet")["notes"]
    assert notes["caption_review"] == {"by": "rule"}
    assert notes["patches"] == 12
    table = pq.read_table(tmp_path / "benchmark_rows.parquet")
    assert table.schema.remove_metadata().equals(BENCHMARK_ROWS.remove_metadata())
    assert len(table) == notes["rows"] == sum(quota.rows for quota in read_quotas(RELEASE_ROWS, 12).values())
    rows = table.to_pylist()
    assert rows == sorted(rows, key=lambda row: (row["patch_id"], TYPES.index(row["type"]), row["category"]))
    for key in TYPE_CATEGORIES:
        letters = Counter(row["output"] for row in rows if (row["type"], row["category"]) == key)
        if key[0] == "mcq":
            numbers = [letters[letter] for letter in "abcd"]
            assert max(numbers) - min(numbers) <= 1
    captions = [row for row in rows if row["type"] == "captioning"]
    assert all(row["output"] == f"A caption of {row['patch_id']}." for row in captions)
    done = run_program("select_benchmark", *program_arguments(world, 59, tmp_path / "other"), check=False)
    assert done.returncode == 1
    assert "benchmark_split.patches" in done.stderr
    assert not (tmp_path / "other").exists()


def reviewed(world, patches, judgements="yyyy", reviewer="anna", caption="Caption of {}."):
    return [review(name, judgements, caption.format(name), reviewers=(reviewer,)) for name in patches]


def test_with_reviews_only_captions_that_people_passed_are_candidates(world, tmp_path, run_program):
    located = pq.read_table(world.patches, columns=["patch_id", "split"]).to_pylist()
    test = [row["patch_id"] for row in located if row["split"] == "test"]
    good, refused, changed, undecided, unread = test[:30], test[30:33], test[33], test[34], test[35:]
    assert unread
    anna = [
        *reviewed(world, [*good, *refused]),
        *reviewed(world, [changed], caption="Another caption of {}."),
        *reviewed(world, [undecided], "yy-y"),
    ]
    write_reviews(tmp_path / "anna.csv", anna)
    write_reviews(tmp_path / "ben.csv", reviewed(world, refused, "yyyn", "ben"))
    reviews = ("--reviews", tmp_path / "anna.csv", tmp_path / "ben.csv")
    done = run_program("select_benchmark", *program_arguments(world, 12, tmp_path, *reviews))
    assert f"the caption in the run has another text: {changed}" in done.stderr
    assert f"not all four criteria are judged: {undecided}" in done.stderr
    notes = read_lineage(tmp_path / "benchmark_rows.parquet")["notes"]
    assert notes["caption_review"] == {"by": "people", "reviewers": 2, "captions": 33, "passed": 30}
    assert notes["eligible_patches"] == 30
    taken = set(pq.read_table(tmp_path / "benchmark_rows.parquet")["patch_id"].to_pylist())
    assert len(taken) == 12
    assert taken <= set(good)
    arguments = program_arguments(world, 34, tmp_path / "other", *reviews)
    done = run_program("select_benchmark", *arguments, check=False)
    assert done.returncode == 1
    assert "judged the captions of 33 test patches and passed 30" in done.stderr
    assert "34 patches are asked for, so 4 more have to pass" in done.stderr
    assert "benchmark_split.reviews" in done.stderr
    assert not (tmp_path / "other").exists()
