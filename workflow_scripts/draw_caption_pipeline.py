"""Draw Figure 2: one scene from images and reference map to template and augmented caption.

Written as CSV, PDF and PNG. The scene is one of four classes with a caption of middle length, unless
--patch names another.
"""

import numpy as np
import pyarrow as pa

from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.reference_maps import map_codes
from bentxt.errors import InputError
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.composites import class_map, radar_composite, read_class_colours, true_colour
from bentxt.reporting.figure_files import write_figure_files
from bentxt.reporting.pipeline_figure import COLUMNS, choose_scene, draw_pipeline, scene_facts
from bentxt.reporting.provenance import write_provenance
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--captions", nargs="+", required=True, help="augmented captions")
    parser.add_argument("--patches", required=True, help="table of located patches")
    parser.add_argument("--maps", required=True, help="table of maps, from extract_attributes.py")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--reference-maps", required=True, help="archive or folder of reference maps")
    parser.add_argument("--colours", default="resources/class_colours.csv", help="colours of the classes")
    parser.add_argument("--patch", help="draw this patch")
    parser.add_argument("--out", required=True, help="CSV; PDF, PNG and provenance are written next to it")
    args = parser.parse_args()

    captions = pa.concat_tables(read_table(path, AUGMENTED_CAPTIONS) for path in args.captions)
    patches = read_table(args.patches, PATCHES)
    images = open_images(args.images)
    patch = args.patch or _choose(captions, patches, read_table(args.maps, MAPS, ["class_pixels"]), images)
    caption, scene = _row(captions, patch, "captions"), _row(patches, patch, args.patches)
    classes = class_map(map_codes(args.reference_maps, patch))
    run_name = setting(args.settings, "run")
    figure = draw_pipeline(
        classes,
        read_class_colours(args.colours),
        true_colour(images.s2(patch)),
        radar_composite(images.s1(scene["s1_name"])),
        scene,
        caption,
        run_name,
    )
    facts = scene_facts(classes, scene, caption, run_name)
    paths = write_figure_files(figure, COLUMNS, facts, args.out)
    inputs = [*args.captions, *_single_inputs(args)]
    write_provenance(paths, lineage(args, patch=patch), inputs)


def _single_inputs(args):
    return (
        args.patches,
        args.maps,
        args.images,
        args.reference_maps,
        args.colours,
    )


def _choose(captions, patches, maps, images):
    """Return the patch to draw among those that have a caption and images."""
    there = [patch in images for patch in captions["patch_id"].to_pylist()]
    if not any(there):
        raise InputError("no patch with a caption has images", file=images.path)
    captions = captions.filter(pa.array(there))
    pixels = np.array(maps["class_pixels"].to_pylist())
    indices = dict(zip(patches["patch_id"].to_pylist(), patches["map_index"].to_pylist(), strict=True))
    ids = captions["patch_id"].to_pylist()
    counts = [(pixels[indices[patch]] > 0).sum() for patch in ids]
    return choose_scene(ids, captions["template"].to_pylist(), counts)


def _row(table, patch, file):
    row = table.filter(pa.compute.equal(table["patch_id"], patch)).to_pylist()
    if not row:
        raise InputError("no row of this patch", file=file, item=patch)
    return row[0]


if __name__ == "__main__":
    run(main)
