"""Select the patches of the benchmark split and their questions (Section 3.3).

Each test patch whose caption passes the check can be asked all questions of a pool; patches and questions
are chosen so that answers, classes and values are even. The paper's authors judged captions by hand; here
the automatic check of the captions stands in for that.
"""

import logging

from bentxt.captions.caption_shards import read_captions
from bentxt.class_wording import CLASS_WORDING
from bentxt.dataset.benchmark_balance import shortfalls, write_balance
from bentxt.dataset.benchmark_candidates import eligible_patches, gather_candidates
from bentxt.dataset.benchmark_quotas import read_quotas
from bentxt.dataset.benchmark_split import select_benchmark
from bentxt.dataset.benchmark_texts import benchmark_table
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
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import read_table, write_table

CRITERIA = ["linguistically_correct", "factually_accurate", "complete", "free_of_artifacts"]


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
    eligible = eligible_patches(
        read_table(args.patches, PATCHES, ["patch_id", "split"]),
        read_captions(args.captions, ["patch_id", *CRITERIA]),
    )["patch_id"].to_pylist()
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
    notes = {"caption_review": "automatic check, no manual review", **selection.notes}
    write_balance(args.balance, selection.balance)
    write_table(args.out, table, BENCHMARK_ROWS, lineage(args, **notes))


if __name__ == "__main__":
    run(main)
