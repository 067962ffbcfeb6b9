"""Generate the annotations of one type for every kept patch (Section 3.1).

Binary: presence, area, count, adjacency. Multiple choice: the same, relative position, country, season and
climate zone. Bounding box: points and referring expressions. The answers follow from the reference maps.
"""

from bentxt.class_wording import CLASS_WORDING
from bentxt.patches.climate_legend import CLIMATE_ZONES
from bentxt.program.command_line import collect_rarely, lineage, program_parser, run
from bentxt.program.settings import section, setting
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.presence_weights import PRESENCE_WEIGHTS
from bentxt.questions.question_table import TYPE_SETTINGS, generate_questions, load_resources
from bentxt.questions.similar_classes import SIMILAR_CLASSES


def main():
    """Read the tables of attributes, write the questions."""
    parser = program_parser(__doc__)
    parser.add_argument("--type", required=True, choices=sorted(QUESTION_TYPES), help="type of annotation")
    parser.add_argument("--templates", required=True, nargs="+", help="one YAML file a category")
    parser.add_argument("--class-wording", default=CLASS_WORDING, help="forms of the class names, YAML")
    parser.add_argument("--similar-classes", default=SIMILAR_CLASSES, help="tiers of similar classes, YAML")
    parser.add_argument("--climate-zones", default=CLIMATE_ZONES, help="legend, CSV")
    parser.add_argument(
        "--presence-weights", default=PRESENCE_WEIGHTS, help="how often each class is asked about, CSV"
    )
    for table in ("patches", "maps", "instances", "adjacencies"):
        parser.add_argument(f"--{table}", required=True, help=f"{table}.parquet")
    parser.add_argument("--out", required=True, help="the question table, Parquet")
    args = parser.parse_args()
    collect_rarely()
    resources = load_resources(
        args.type,
        args.templates,
        args.class_wording,
        args.similar_classes,
        args.climate_zones,
        args.presence_weights,
    )
    generate_questions(
        setting(args.settings, "seed"),
        section(args.settings, "questions", TYPE_SETTINGS[args.type]),
        resources,
        (args.patches, args.maps, args.instances, args.adjacencies),
        args.out,
        lineage(args, type=args.type),
    )


if __name__ == "__main__":
    run(main)
