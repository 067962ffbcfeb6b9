"""Fit how often presence questions ask about each class: resources/presence_weights.csv.

In: BigEarthNet v2.0's metadata.parquet, for which classes occur together. Out: a weight for each class. Run
by hand when resources/similar_classes.yaml changes: no rule runs it.
"""

import argparse
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from bentxt.atomic import write_text
from bentxt.nomenclature import CLASS_INDEX, CLASSES
from bentxt.program.command_line import HelpFormatter, run
from bentxt.questions.presence_weights import PRESENCE_WEIGHTS, fit_presence_weights
from bentxt.questions.similar_classes import SIMILAR_CLASSES, load_similar_classes


def main():
    """Count the sets of classes, fit, write and print the share that names alone would answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=HelpFormatter)
    parser.add_argument("--metadata", type=Path, required=True, help="BigEarthNet v2.0's metadata.parquet")
    parser.add_argument("--similar-classes", default=SIMILAR_CLASSES, help="tiers of similar classes, YAML")
    parser.add_argument("--out", type=Path, default=PRESENCE_WEIGHTS, help="weight of each class, CSV")
    args = parser.parse_args()
    labels = pq.read_table(args.metadata, columns=["labels"])["labels"].to_pylist()
    patches = Counter(tuple(sorted(map(CLASS_INDEX.__getitem__, own))) for own in labels if own)
    weights, blind = fit_presence_weights(patches, load_similar_classes(args.similar_classes))
    lines = [f'"{name}",{weight:.5f}' for name, weight in zip(CLASSES, weights.tolist(), strict=True)]
    write_text(args.out, "\n".join(["class,weight", *lines]) + "\n")
    print(f"{len(labels):,} patches; the name of the class answers {blind:.2%} of the questions on presence")


if __name__ == "__main__":
    run(main)
