"""Build a tiny checkpoint in the published model's class and files, and pre-train it on the training split.

InternVL's language model learns to read from the training split's text and maps; its RGB tower and the S1 and
S2 encoders learn to recognise classes on its images; the other models stay random. What its weights are is
written into the checkpoint.
"""

import torch

from bentxt.errors import InputError
from bentxt.models.checkpoint_sources import ENCODERS
from bentxt.models.instructions import AREA_SENTENCE
from bentxt.models.tiny.glm46v import build_tiny_glm46v
from bentxt.models.tiny.llava_onevision import build_tiny_llava_onevision
from bentxt.models.tiny.qwen import build_tiny_qwen
from bentxt.models.tiny.tokenizer import train_tokenizer
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.randomness import generator
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_streams import read_matching
from bentxt.training.encoder_pretraining import EncoderSettings
from bentxt.training.language_pretraining import LanguageSettings
from bentxt.training.tiny_checkpoints import TrainingWorld, build_encoder, build_internvl
from bentxt.training.tower_pretraining import TowerSettings

#: Models whose weights stay random, by architecture.
RANDOM = {
    "qwen3_vl": build_tiny_qwen,
    "glm46v": build_tiny_glm46v,
    "llava_onevision": build_tiny_llava_onevision,
}


def main():
    parser = program_parser(__doc__)
    parser.add_argument(
        "--key", required=True, help="what the config calls the checkpoint; draws depend on it"
    )
    parser.add_argument(
        "--type", required=True, choices=[*ENCODERS, "internvl", *RANDOM], help="architecture, or encoder"
    )
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--reference-maps", required=True, help="archive or folder of reference maps")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    parser.add_argument("--out", required=True, help="directory of the checkpoint")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    settings = args.settings
    seed = int(generator(setting(settings, "seed"), "tiny", args.key).integers(2**31))
    torch.manual_seed(seed)
    rows = read_matching(args.dataset, DATASET, DATASET.names, {"split": "train"}).to_pandas()
    if rows.empty:
        raise InputError(
            "no row of the training split", file=args.dataset, remedy="make a larger miniature world"
        )
    world = TrainingWorld(rows, args.images, args.reference_maps)
    made = lineage(args).to_dict()
    if args.type in ENCODERS:
        encoder = EncoderSettings(**setting(settings, "tiny.encoder"))
        loss = build_encoder(args.out, args.type, world, encoder, seed, made)
        print(f"{args.key}: loss {loss:.3f} nats over the last tenth of {encoder.steps} steps")
        return
    language = LanguageSettings(**setting(settings, "tiny.language"))
    tokenizer = train_tokenizer(
        [*rows["input"], *rows["output"], *[AREA_SENTENCE] * len(rows)], language.vocabulary
    )
    if args.type in RANDOM:
        RANDOM[args.type](args.out, tokenizer, seed)
        return
    tower = TowerSettings(**setting(settings, "tiny.tower"))
    white = setting(settings, "images.rgb_white")
    right, error = build_internvl(args.out, world, tokenizer, language, tower, white, seed, made)
    for kind, share in right.items():
        print(f"{args.key}: {share:.1%} of the answer tokens of kind {kind} right, reading training patches")
    print(f"{args.key}: squared error of RGB tokens {error:.1%} of what they should be")


if __name__ == "__main__":
    run(main)
