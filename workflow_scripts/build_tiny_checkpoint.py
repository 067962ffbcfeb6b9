"""Build a tiny checkpoint in the published model's class and files, and pre-train it on the training split.

IVL's language model learns to read from the training split's text, the S1 and S2 encoders learn to recognise
classes on its images; Qwen stays random. What its weights are is written into the checkpoint.
"""

import torch

from bentxt.errors import InputError
from bentxt.models.instructions import AREA_SENTENCE
from bentxt.models.tiny.qwen import build_tiny_qwen
from bentxt.models.tiny.tokenizer import train_tokenizer
from bentxt.program.command_line import program_parser, run
from bentxt.program.settings import setting
from bentxt.randomness import generator
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table
from bentxt.training.encoder_pretraining import EncoderSettings
from bentxt.training.language_pretraining import LanguageSettings
from bentxt.training.tiny_checkpoints import build_encoder, build_internvl


def main():
    parser = program_parser(__doc__)
    parser.add_argument(
        "--key",
        required=True,
        choices=["IVL", "Qwen", "s1_encoder", "s2_encoder"],
        help="which checkpoint, by its key in the config's checkpoints",
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
    rows = read_table(args.dataset, DATASET).to_pandas()
    rows = rows[rows["split"] == "train"]
    if rows.empty:
        raise InputError(
            "no row of the training split", file=args.dataset, remedy="make a larger miniature world"
        )
    if args.key in ("s1_encoder", "s2_encoder"):
        build_encoder(args, rows, EncoderSettings(**setting(settings, "tiny.encoder")), seed)
    else:
        language = LanguageSettings(**setting(settings, "tiny.language"))
        tokenizer = train_tokenizer(
            [*rows["input"], *rows["output"], *[AREA_SENTENCE] * len(rows)], language.vocabulary
        )
        if args.key == "Qwen":
            build_tiny_qwen(args.out, tokenizer, seed)
        else:
            build_internvl(args, rows, tokenizer, language, seed)


if __name__ == "__main__":
    run(main)
