"""Tokens by pycocoevalcap's Java program, and the golden file of texts and their tokens.

After a change of the texts: ``PYTHONPATH=workflow_scripts:tests python tests/worlds/jar_tokens.py`` (needs
Java) asks the program again, for the texts of ``tests/worlds/styled_texts.py``.
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from pycocoevalcap.tokenizer import ptbtokenizer

from worlds.styled_texts import styled_texts

GOLDEN = Path(__file__).resolve().parents[1] / "golden/ptb_tokens.jsonl"
TEXTS, SEED = 400, 1


def jar_tokens(texts: list[str]) -> list[list[str]]:
    """Return what the metrics of pycocoevalcap see of each text, each as if an ordinary word came next."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "texts.txt"
        lines = [re.sub("[\n\v\f\r\u0085\u2028\u2029]", " ", text) + "\nx\n" for text in texts]
        source.write_text("".join(lines), encoding="utf-8", newline="")
        jar = Path(ptbtokenizer.__file__).with_name(ptbtokenizer.STANFORD_CORENLP_3_4_1_JAR)
        command = ["java", "-Dfile.encoding=UTF-8", "-Duser.language=en", "-cp", jar]
        command += ["edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase", source]
        environment = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment)
    found = done.stdout.split("\n")[:-1]
    assert found[1::2] == ["x"] * len(texts)
    dropped = set(ptbtokenizer.PUNCTUATIONS)
    kept = [[token for token in line.split(" ") if token not in dropped] for line in found[::2]]
    # The metrics split at spaces of any kind, of which a token may hold some.
    return [" ".join(tokens).split() for tokens in kept]


def golden_pairs() -> tuple[list[str], list[str], list[list[str]], list[list[str]]]:
    """Return candidates and references in the same styles, and the Java program's tokens of both.

    Every third candidate is its reference, the others are other texts.
    """
    records = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    others = [record if i % 3 == 0 else records[i - 10] for i, record in enumerate(records)]
    return (
        [record["text"] for record in others],
        [record["text"] for record in records],
        [record["tokens"] for record in others],
        [record["tokens"] for record in records],
    )


def main():
    texts = styled_texts(TEXTS, SEED)
    lines = [
        json.dumps({"text": text, "tokens": tokens}, ensure_ascii=False)
        for text, tokens in zip(texts, jar_tokens(texts), strict=True)
    ]
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
