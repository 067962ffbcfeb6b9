"""Draw Figure 1: one scene with an example of each task, as CSV, PDF and PNG.

The scene is the patch whose annotations show most tasks, unless --patch names another.
"""

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.bigearthnet.image_store import open_images
from bentxt.errors import InputError
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.composites import radar_composite, true_colour
from bentxt.reporting.examples_figure import COLUMNS, choose_examples, choose_scene, draw_examples
from bentxt.reporting.figure_files import write_figure_files
from bentxt.reporting.provenance import write_provenance
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table
from bentxt.tables.table_streams import read_matching


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--patch", help="draw this patch")
    parser.add_argument("--out", required=True, help="CSV; PDF, PNG and provenance are written next to it")
    args = parser.parse_args()

    images = open_images(args.images)
    patch = args.patch or choose_scene(_with_images(args.dataset, images))
    rows = read_matching(args.dataset, DATASET, DATASET.names, {"patch_id": patch}).to_pylist()
    if not rows:
        raise InputError("the data set has no row of this patch", file=args.dataset, item=patch)
    examples = choose_examples(rows)
    run_name = setting(args.settings, "run")
    radar = radar_composite(images.s1(rows[0]["s1_name"]))
    figure = draw_examples(examples, true_colour(images.s2(patch)), radar, rows[0], run_name)
    table = [{name: row.get(name) for name in COLUMNS} | {"run": run_name} for row in examples]
    paths = write_figure_files(figure, COLUMNS, table, args.out)
    write_provenance(paths, lineage(args, patch=patch), [args.dataset, args.images])


def _with_images(dataset, images):
    """Return type and category of the rows whose patches have images: maybe those of one split."""
    tasks = read_table(dataset, DATASET, ["patch_id", "type", "category"])
    there = [patch for patch in pc.unique(tasks["patch_id"]).to_pylist() if patch in images]
    if not there:
        raise InputError("no patch of the data set has images", file=images.path)
    return tasks.filter(pc.is_in(tasks["patch_id"], pa.array(there)))


if __name__ == "__main__":
    run(main)
