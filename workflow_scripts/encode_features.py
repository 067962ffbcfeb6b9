"""Compute the features of all patches that RS-InternVL is fine-tuned on, once for all tasks and ablations.

They are what the frozen parts make of RGB, Sentinel-2 and Sentinel-1. A killed run goes on from what stands
under --progress.
"""

import json

import torch

from bentxt.bigearthnet.image_store import open_images
from bentxt.models.device import choose_device
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.training.feature_store import frozen_parts
from bentxt.training.patch_inputs import ImageReader
from bentxt.training.stored_features import encode_features
from bentxt.training.tokenisation import trained_patches
from bentxt.training.trained_model import ROLES, load_model


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--dataset", required=True, help="the data set as one table, sorted by patch")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--base", required=True, help="InternVL: folder or Hugging Face id")
    parser.add_argument("--s1-encoder", required=True, help="folder or Hugging Face id")
    parser.add_argument("--s2-encoder", required=True, help="folder or Hugging Face id")
    parser.add_argument("--progress", required=True, help="folder that a killed run goes on from")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    parser.add_argument(
        "--running",
        type=json.loads,
        default={},
        help='JSON: keys of finetuning that change no result; of them, "loader" is used',
    )
    parser.add_argument("--out", required=True, help="folder of the features")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    settings = args.settings
    device, dtype = choose_device(
        setting(settings, "finetuning.device"), setting(settings, "finetuning.dtype")
    )
    loaded = load_model({role: getattr(args, role) for role in ROLES}, settings, 0, device, dtype)
    patch_ids, s1_names = trained_patches(args.dataset)
    read = ImageReader(open_images(args.images), patch_ids, s1_names, loaded.preparation, loaded.white)
    about = loaded.made_from() | {"lineage": lineage(args, weights=loaded.weights()).to_dict()}
    loader = args.running.get("loader", {})
    encode = frozen_parts(loaded.model, dtype)
    encode_features(patch_ids, read, encode, args.progress, args.out, about, **loader)


if __name__ == "__main__":
    run(main)
