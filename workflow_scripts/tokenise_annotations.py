"""Tokenise the annotations of one task for fine-tuning, once for all its runs and ablations.

What comes out depends on the data set and on the base's tokenizer and chat template, not on any setting of
the training.
"""

import os

from bentxt.models.checkpoints import find_checkpoint
from bentxt.models.visual_prompts import load_prompts
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.release import TASKS
from bentxt.training.tokenisation import tokenise


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--dataset", required=True, help="the data set as one table, sorted by patch")
    parser.add_argument("--base", required=True, help="InternVL: folder or Hugging Face id")
    parser.add_argument("--threads", type=int, default=1, help="threads of the tokenizer")
    parser.add_argument("--out", required=True, help="folder of the tokens")
    args = parser.parse_args()

    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    found = find_checkpoint(args.base)
    prompts = load_prompts(found.folder)
    tokenise(args.dataset, args.task, prompts, args.out, lineage(args, weights=found.weights).to_dict())


if __name__ == "__main__":
    run(main)
