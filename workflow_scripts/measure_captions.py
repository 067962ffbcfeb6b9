"""Measure the captions of the data set: words, sentences, distinct words, MTLD (Section 3.2, Figure 3)."""

import json

import numpy as np

from bentxt.atomic import write_text
from bentxt.dataset.text_statistics import count_captions, summarize
from bentxt.errors import InputError
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting
from bentxt.tables.schemas.caption_statistics_schema import CAPTION_STATISTICS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import write_table
from bentxt.tables.table_streams import read_matching

#: Splits in the order of the summary.
SPLITS = ("train", "validation", "test", "bench")


def main():
    """Parse the command line, measure, and write table and summary."""
    parser = program_parser(__doc__)
    parser.add_argument("--dataset", required=True, help="BigEarthNet.txt.parquet")
    parser.add_argument("--out", required=True, help="table of words and sentences per caption")
    parser.add_argument("--summary", required=True, help="JSON of the figures over all and per split")
    args = parser.parse_args()

    threshold = setting(args.settings, "statistics.mtld_threshold")
    if not 0 < threshold < 1:
        raise InputError(f"statistics.mtld_threshold is {threshold}, must lie between 0 and 1")
    columns = ["patch_id", "split", "output"]
    table = read_matching(args.dataset, DATASET, columns, {"type": "captioning"})
    if not len(table):
        raise InputError("the data set holds no caption", file=args.dataset)
    captions = (text for chunk in table["output"].chunks for text in chunk.to_pylist())
    counts = count_captions(progress(captions, desc="words", unit="caption", total=len(table)))

    split = np.array(table["split"].to_pylist())
    summary = {"all": summarize(counts, threshold)}
    summary |= {name: summarize(counts, threshold, split == name) for name in SPLITS if (split == name).any()}
    columns = {
        "patch_id": table["patch_id"],
        "split": table["split"],
        "words": counts.words,
        "sentences": counts.sentences,
    }
    write_table(args.out, columns, CAPTION_STATISTICS, lineage(args))
    write_text(args.summary, json.dumps(summary, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
