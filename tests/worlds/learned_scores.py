"""Golden BERTScore and SBERT cosine of the golden pairs of captions, by bert-score and sentence-transformers.

After a change: ``PYTHONPATH=workflow_scripts:tests python tests/worlds/learned_scores.py``, in an
environment that has the two next to the project's packages, of which they are no part. bert-score 0.3.13
stops at an empty caption with transformers 5; the golden numbers are those that it gives with 4.57.1.
"""

import json
import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "golden/learned_scores.json"
LAYER = 2


def main():
    import bert_score
    from sentence_transformers import SentenceTransformer

    from bentxt.evaluation.embedding_metrics import sbert_folder
    from worlds.jar_tokens import golden_pairs
    from worlds.tiny_roberta import save_tiny_roberta

    candidates, references, *_ = golden_pairs()
    with tempfile.TemporaryDirectory() as folder:
        found = bert_score.score(
            candidates, references, model_type=save_tiny_roberta(folder), num_layers=LAYER, device="cpu"
        )[2]
    encoder = SentenceTransformer(str(sbert_folder()), device="cpu")
    ours, theirs = encoder.encode(candidates), encoder.encode(references)
    numbers = {"bertscore": found.tolist(), "sbert_cosine": (ours * theirs).sum(axis=1).tolist()}
    rounded = {name: [round(float(value), 6) for value in values] for name, values in numbers.items()}
    GOLDEN.write_text(json.dumps(rounded) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
