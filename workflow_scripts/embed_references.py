"""Embed the reference captions of a split for SBERT cosine (Table 7), once for all models that are scored.

Where the model is not available, the table has no rows: each scoring then tries itself, and its score file
says why the metric is missing.
"""

import logging
import sys

from bentxt.errors import MetricUnavailable
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.release import ANSWERED_SPLITS, TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.reference_embeddings_schema import REFERENCE_EMBEDDINGS
from bentxt.tables.table_files import write_table
from bentxt.tables.table_streams import read_matching


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--split", default="bench", choices=ANSWERED_SPLITS, help="split of the captions")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the model")
    parser.add_argument("--out", required=True, help="table of embeddings")
    args = parser.parse_args()

    chosen = {"split": args.split, "type": TASKS["captioning"]}
    references = read_matching(args.dataset, DATASET, ["ID", "output"], chosen).sort_by("ID")
    columns, source = {"ID": [], "embedding": []}, {}
    try:
        # Imported here: without torch, or with a broken one, the other metrics stand.
        from bentxt.evaluation.embedding_metrics import sbert_source, sentence_embeddings

        source = sbert_source()
        if len(references):
            embeddings = sentence_embeddings(references["output"].to_pylist(), threads=args.threads)
            columns = {"ID": references["ID"], "embedding": list(embeddings)}
    except MetricUnavailable as error:
        print(f"the references are not embedded: {error}", file=sys.stderr)
    except Exception:
        logging.exception("the references are not embedded")
    write_table(args.out, columns, REFERENCE_EMBEDDINGS, lineage(args, **source))


if __name__ == "__main__":
    run(main)
