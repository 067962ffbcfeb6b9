"""Select the patches of the benchmark split and their questions (Section 3.3).

Each test patch whose caption is right can be asked all questions of a pool; patches and questions are chosen
so that answers, classes and values are even. As in the paper people say which captions are right, where files
of reviews are given; else the automatic check stands in for them.
"""

import logging

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.captions.caption_shards import read_captions
from bentxt.class_wording import CLASS_WORDING
from bentxt.dataset.benchmark_balance import shortfalls, write_balance
from bentxt.dataset.benchmark_candidates import eligible_patches, gather_candidates
from bentxt.dataset.benchmark_quotas import read_quotas
from bentxt.dataset.benchmark_split import select_benchmark
from bentxt.dataset.benchmark_texts import benchmark_table
from bentxt.dataset.caption_review import CAPTION_REVIEW, checked_by_rule, reviewed_by_people
from bentxt.patches.climate_legend import CLIMATE_ZONES
from bentxt.patches.patch_attributes import read_patch_attributes
from bentxt.program.command_line import collect_rarely, lineage, program_parser, run
from bentxt.program.settings import section, setting
from bentxt.questions.benchmark_pool import pool_questions
from bentxt.questions.benchmark_questions import BenchmarkQuestions
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.presence_weights import PRESENCE_WEIGHTS
from bentxt.questions.question_table import TYPE_SETTINGS, load_resources, question_maker
from bentxt.questions.similar_classes import SIMILAR_CLASSES
from bentxt.resources import RESOURCES
from bentxt.review.review_files import caption_hash, count_reviews, passed_by_all, read_reviews
from bentxt.review.reviewed_candidates import check_enough, judged_by
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import read_table, write_table


def main():
    """Read patches, attributes and captions, write the benchmark's rows and their balance."""
    parser = program_parser(__doc__)
    for table in ("patches", "maps", "instances", "adjacencies"):
        parser.add_argument(f"--{table}", required=True, help=f"{table}.parquet")
    parser.add_argument("--captions", required=True, nargs="+", help="shards of the augmented captions")
    parser.add_argument("--captioning", required=True, help="question table of type captioning")
    for name in QUESTION_TYPES:
        option = f"--{name.replace('_', '-')}-templates"
        parser.add_argument(option, required=True, nargs="+", help="one YAML file a category")
    parser.add_argument("--class-wording", default=CLASS_WORDING, help="forms of the class names, YAML")
    parser.add_argument("--similar-classes", default=SIMILAR_CLASSES, help="tiers of similar classes, YAML")
    parser.add_argument("--climate-zones", default=CLIMATE_ZONES, help="legend, CSV")
    parser.add_argument(
        "--presence-weights", default=PRESENCE_WEIGHTS, help="how often each class is asked about, CSV"
    )
    parser.add_argument(
        "--release-rows",
        default=RESOURCES / "release_benchmark_rows.csv",
        help="rows of the released benchmark split by type and category, CSV",
    )
    parser.add_argument(
        "--reviews",
        nargs="*",
        default=[],
        help="files of reviews, CSV; without them the check's verdict counts",
    )
    parser.add_argument("--out", required=True, help="rows of the benchmark split, Parquet")
    parser.add_argument("--balance", required=True, help="balance of answers and classes, CSV")
    args = parser.parse_args()
    collect_rarely()
    seed, asked = setting(args.settings, "seed"), setting(args.settings, "benchmark_split.patches")
    settings, makers = {}, {}
    for name in QUESTION_TYPES:
        templates = getattr(args, f"{name}_templates")
        files = args.class_wording, args.similar_classes, args.climate_zones, args.presence_weights
        resources = load_resources(name, templates, *files)
        settings[name] = section(args.settings, "questions", TYPE_SETTINGS[name])
        makers[name] = question_maker(seed, settings[name], resources)
    located = read_table(args.patches, PATCHES, ["patch_id", "split"])
    if args.reviews:
        eligible, review = reviewed_candidates(located, args.captions, args.reviews, asked)
    else:
        verdicts = read_captions(args.captions, ["patch_id", *CRITERIA])
        eligible, review = eligible_patches(located, verdicts)["patch_id"].to_pylist(), checked_by_rule()
    wanted = set(eligible)
    tables = args.patches, args.maps, args.instances, args.adjacencies
    patches = [
        patch for block in read_patch_attributes(*tables) for patch in block if patch.patch_id in wanted
    ]
    min_border = settings["binary"].adjacency_min_border
    pools = (
        pool_questions(patch, min_border, settings["bounding_box"], resources.similar) for patch in patches
    )
    quotas = read_quotas(args.release_rows, asked)
    selection = select_benchmark(seed, asked, eligible, gather_candidates(pools), quotas)
    table = benchmark_table(
        seed,
        selection.questions,
        {place: patches[place] for place in selection.patches},
        BenchmarkQuestions(seed, makers["binary"], makers["mcq"], makers["bounding_box"]),
        settings["binary"].area_grid,
        read_table(args.captioning, QUESTIONS, ["patch_id", "input", "output", "template"]),
    )
    for shortfall in shortfalls(selection.balance):
        logging.warning("quota not filled: %s", shortfall)
    notes = {CAPTION_REVIEW: review, **selection.notes}
    write_balance(args.balance, selection.balance)
    write_table(args.out, table, BENCHMARK_ROWS, lineage(args, **notes))


def reviewed_candidates(located, shards, files, asked):
    """Return the test patches whose captions people passed, in patch order, and the note on the review."""
    reviews = [review for path in files for review in read_reviews(path)]
    captions = read_captions(shards, ["patch_id", "caption"])
    read = pa.array({review.patch_id for review in reviews}, pa.string())
    captions = captions.filter(pc.is_in(captions["patch_id"], value_set=read))
    texts = zip(captions["patch_id"].to_pylist(), captions["caption"].to_pylist(), strict=True)
    found = count_reviews(reviews, {patch: caption_hash(text) for patch, text in texts})
    for line in found.left_out():
        logging.warning("%s", line)
    test = located.filter(pc.equal(located["split"], "test"))["patch_id"].to_pylist()
    check_enough(found, test, asked, files)
    passed = passed_by_all(found.counted)
    note = reviewed_by_people(*judged_by(found.counted, set(test)))
    return [patch for patch in test if patch in passed], note


if __name__ == "__main__":
    run(main)
