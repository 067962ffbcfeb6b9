"""METEOR, in two kinds that differ by far (Table 7): NLTK's, and METEOR 1.5, a Java program.

The value of either depends on how captions are cut into tokens, so tokens are what these functions take.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pycocoevalcap.meteor.meteor
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import single_meteor_score

from bentxt.errors import MetricUnavailable
from bentxt.evaluation.wordnet import wordnet

#: Longest time of METEOR 1.5, s: to start, and for a caption (it takes some milliseconds).
_START, _PER_CAPTION = 300, 1.0


class _Remembering:
    """Stems and meanings of words, each looked up once: captions repeat a small vocabulary."""

    def __init__(self) -> None:
        self._synsets = cache(wordnet().synsets)
        self._stem = lru_cache(1 << 16)(PorterStemmer().stem)

    def synsets(self, word: str) -> Any:
        return self._synsets(word)

    def stem(self, word: str) -> str:
        return self._stem(word)


def meteor(candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> np.ndarray:
    """Return NLTK's METEOR of each caption: exact, stem and WordNet matches.

    Parameters
    ----------
    candidates, references : sequence of sequence of str
        Tokens of predicted and true captions, one reference each.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), 0–1.

    Raises
    ------
    MetricUnavailable
        Without WordNet.
    """
    words = _Remembering()
    return np.array(
        [
            single_meteor_score(reference, candidate, stemmer=words, wordnet=words)
            for candidate, reference in zip(candidates, references, strict=True)
        ]
    )


def meteor_jar(candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> np.ndarray:
    """Return METEOR 1.5 of each caption, by the Java program in pycocoevalcap.

    It differs by far from NLTK's: other weights, paraphrases, and function words count less.

    Parameters
    ----------
    candidates, references : sequence of sequence of str
        Tokens of predicted and true captions, one reference each.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), 0–1.

    Raises
    ------
    MetricUnavailable
        Without Java, or if the program fails.
    """
    java = shutil.which("java")
    if java is None:
        raise MetricUnavailable("METEOR 1.5 needs Java, which is not available")
    jar = Path(pycocoevalcap.meteor.meteor.__file__).with_name(pycocoevalcap.meteor.meteor.METEOR_JAR)
    # Numbers in a German locale have commas; without UTF-8 accents are lost.
    options = ["-Xmx2G", "-Duser.language=en", "-Duser.country=US", "-Dfile.encoding=UTF-8"]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "candidates.txt", Path(folder) / "references.txt"]
        for file, captions in zip(files, (candidates, references), strict=True):
            # The mark between fields of the program's other protocol, which pycocoevalcap removes too.
            lines = (" ".join(caption).replace("|||", "") + "\n" for caption in captions)
            file.write_text("".join(lines), encoding="utf-8", newline="")
        command = [java, *options, "-jar", str(jar), *map(str, files), "-l", "en", "-norm"]
        said = _run(command, len(candidates))
    scores = re.findall(r"^Segment \d+ score:\t(\S+)$", said, re.MULTILINE)
    if len(scores) != len(candidates):
        raise MetricUnavailable(f"METEOR 1.5 gave {len(scores)} scores for {len(candidates)} captions")
    return np.array(scores, np.float64)


def _run(command, captions):
    """Return what a program says; where it takes too long or we end, it is ended with all that it started."""
    environment = {**os.environ, "LC_ALL": "C"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            env=environment,
            start_new_session=True,
        )
        try:
            status = process.wait(_START + _PER_CAPTION * captions)
        except BaseException as error:
            # Not waited for yet, so the number is still its own.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise MetricUnavailable(f"METEOR 1.5 did not end within {error.timeout:.0f} s") from error
            raise
        out.seek(0)
        errors.seek(0)
        if status:
            lines = errors.read().decode(errors="replace").split("\n")
            reason = next((line.strip() for line in lines if line.strip()), "it said nothing")
            raise MetricUnavailable(f"METEOR 1.5 ended with status {status}: {reason[:300]}")
        return out.read().decode(errors="replace")
