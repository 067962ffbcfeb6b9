"""Build a tiny checkpoint in the published model's class and files, and pre-train it on the training split.

InternVL's language model learns to read from the training split's text and maps; its RGB tower and the S1 and
S2 encoders learn to recognise classes on its images; the other models stay random. What its weights are is
written into the checkpoint.
"""

import torch

from bentxt.errors import InputError
from bentxt.models.tiny.request import TinyRequest
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.randomness import generator
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_streams import read_matching
from bentxt.training.tiny_checkpoints import TINY_CHECKPOINTS, tiny_builder


def main():
    parser = program_parser(__doc__)
    parser.add_argument(
        "--key", required=True, help="what the config calls the checkpoint; draws depend on it"
    )
    parser.add_argument(
        "--type", required=True, choices=list(TINY_CHECKPOINTS), help="architecture, or encoder"
    )
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--reference-maps", required=True, help="archive or folder of reference maps")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    parser.add_argument("--out", required=True, help="directory of the checkpoint")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    build = tiny_builder(args.type)
    seed = int(generator(setting(args.settings, "seed"), "tiny", args.key).integers(2**31))
    torch.manual_seed(seed)
    rows = read_matching(args.dataset, DATASET, DATASET.names, {"split": "train"}).to_pandas()
    if rows.empty:
        raise InputError(
            "no row of the training split", file=args.dataset, remedy="make a larger miniature world"
        )
    request = TinyRequest(
        architecture=args.type,
        out=args.out,
        rows=rows,
        images=args.images,
        reference_maps=args.reference_maps,
        settings=args.settings,
        seed=seed,
        made=lineage(args).to_dict(),
    )
    for line in build(request):
        print(f"{args.key}: {line}")


if __name__ == "__main__":
    run(main)
