import json
import math

import nltk
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lexicalrichness import LexicalRichness
from punkt.data import english

from bentxt.captions.grammar import paraphrase
from bentxt.captions.template_captions import template_caption
from bentxt.dataset.text_statistics import count_captions, mtld, summarize
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.caption_statistics_schema import CAPTION_STATISTICS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table, write_table
from bentxt.words import is_word, sentences, tokens
from worlds.caption_tables import facts_of, random_map


@pytest.fixture(scope="module", autouse=True)
def punkt(tmp_path_factory):
    """NLTK's own data files, as it reads them from a download: the reference."""
    folder = tmp_path_factory.mktemp("nltk") / "tokenizers" / "punkt_tab" / "english"
    folder.mkdir(parents=True)
    for name, lines in {
        "abbrev_types.txt": sorted(english.ABBREV_TYPES),
        "sent_starters.txt": sorted(english.SENT_STARTERS),
        "collocations.tab": ["\t".join(pair) for pair in sorted(english.COLLOCATIONS)],
        "ortho_context.tab": [f"{word}\t{flag}" for word, flag in sorted(english.ORTHO_CONTEXT.items())],
    }.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    nltk.data.path.insert(0, str(folder.parents[2]))
    yield
    nltk.data.path.pop(0)


def captions(count):
    facts = [facts_of(random_map(seed), f"P{seed}") for seed in range(count)]
    return [text for patch in facts for text in (template_caption(patch), paraphrase(patch, 1))]


def same_as_nltk(text):
    found = sentences(text)
    assert found == nltk.sent_tokenize(text)
    assert [token for sentence in found for token in tokens(sentence)] == nltk.word_tokenize(text)


def test_captions_are_cut_as_nltk_cuts_them():
    for text in captions(60):
        same_as_nltk(text)


PIECES = """
The forest ~526,000 sqm 5% "cold, summer" (a b) e.g. approx. U.S. 1.5 ... it's cannot gonna wanna 'tis m²
) ] " ' , . -- a:b x; ! No. Dr. .") end.) a, `` ” é more'n 3:4 .. ?! Mr.
"""
PIECES = st.sampled_from([*PIECES.split(), "\n", "\t", "", ". "])


@settings(max_examples=300)
@given(st.lists(PIECES, min_size=1, max_size=14), st.sampled_from([" ", " ", "  ", ""]))
@example(["end.", ")"], " ")
@example(["a", "wanna"], " ")
def test_any_text_is_cut_as_nltk_cuts_it(pieces, between):
    text = between.join(pieces)
    if text.strip():
        same_as_nltk(text)


@settings(max_examples=300)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60).filter(str.strip))
def test_any_ascii_is_cut_as_nltk_cuts_it(text):
    same_as_nltk(text)


def test_punctuation_is_no_word():
    caption = 'Pastures (~526,000 sqm), in the "cold, dry" zone, cover 5% -- or so. They touch agro-forestry!'
    words = [t for sentence in sentences(caption) for t in tokens(sentence) if is_word(t)]
    assert " ".join(words) == (
        "Pastures ~526,000 sqm in the cold dry zone cover 5 or so They touch agro-forestry"
    )


def reference(words, threshold=0.72):
    return LexicalRichness(words, preprocessor=None, tokenizer=None).mtld(threshold)


@settings(max_examples=300)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=300),
    st.one_of(st.just(0.72), st.floats(0.05, 0.95)),
)
@example([0], 0.72)
@example([0, 0], 0.72)
@example([0, 1, 2], 0.72)
@example([0, 0, 1, 1], 0.5)
def test_mtld_equals_lexicalrichness_bit_for_bit(ids, threshold):
    assert mtld(ids, threshold) == reference(list(map(str, ids)), threshold)


def test_mtld_of_captions_equals_lexicalrichness():
    texts = captions(40)
    counts = count_captions(texts)
    words = [t.lower() for text in texts for t in nltk.word_tokenize(text) if is_word(t)]
    assert mtld(counts.ids) == reference(words)


def test_mtld_of_nothing_is_not_a_number():
    assert math.isnan(mtld([]))


TEXTS = ["The forest is a forest. It touches pastures.", "Pastures, PASTURES and more.", ""]


def test_counts_of_known_captions():
    counts = count_captions(TEXTS)
    assert counts.words.tolist() == [8, 4, 0]
    assert counts.sentences.tolist() == [2, 1, 0]
    # the forest is a forest it touches pastures / pastures pastures and more
    assert counts.ids.tolist() == [0, 1, 2, 3, 1, 4, 5, 6, 6, 6, 7, 8]


def test_summary_of_all_and_of_some():
    counts = count_captions(TEXTS)
    assert summarize(counts, 0.72) == {
        "captions": 3,
        "words": 12,
        "sentences": 3,
        "words_per_caption": 4.0,
        "sentences_per_caption": 1.0,
        "distinct_words": 9,
        "mtld": reference(["a", "b", "c", "d", "b", "e", "f", "g", "g", "g", "h", "i"]),
    }
    some = summarize(counts, 0.72, np.array([False, True, False]))
    assert (some["captions"], some["words"], some["distinct_words"]) == (1, 4, 3)
    assert some["mtld"] == reference(["a", "a", "b", "c"])
    none = summarize(counts, 0.72, np.zeros(3, bool))
    assert (none["captions"], none["words_per_caption"], none["mtld"]) == (0, None, None)


def write_dataset(path, texts, splits, annotation_type="captioning"):
    count = len(texts)
    constant = dict.fromkeys(("s1_name", "input", "country", "season", "climate_zone"), ["x"] * count)
    columns = {
        "ID": range(1, count + 1),
        "patch_id": [f"P{i}" for i in range(count)],
        "output": texts,
        "type": [annotation_type] * count,
        "category": ["None"] * count,
        "split": splits,
        "latitude": [1.0] * count,
        "longitude": [1.0] * count,
    }
    write_table(path, constant | columns, DATASET, Lineage("test", {"run": "mini"}, "", {}))


SETTINGS = json.dumps({"run": "mini", "statistics": {"mtld_threshold": 0.72}})


def test_program_measures_captions_by_split(tmp_path, run_program):
    texts, splits = [*TEXTS[:2], "One more caption. Two."], ["train", "bench", "train"]
    write_dataset(tmp_path / "dataset.parquet", texts, splits)
    out, summary = tmp_path / "captions.parquet", tmp_path / "captions.json"
    files = ("--dataset", tmp_path / "dataset.parquet", "--out", out, "--summary", summary)
    run_program("measure_captions", *files, "--settings", SETTINGS)
    rows = read_table(out, CAPTION_STATISTICS).to_pylist()
    assert [(row["patch_id"], row["split"], row["words"], row["sentences"]) for row in rows] == [
        ("P0", "train", 8, 2),
        ("P1", "bench", 4, 1),
        ("P2", "train", 4, 2),
    ]
    figures = json.loads(summary.read_text())
    assert list(figures) == ["all", "train", "bench"]
    assert figures["all"] == summarize(count_captions(texts), 0.72)
    assert figures["train"] == summarize(count_captions(texts[::2]), 0.72)


def test_only_captions_are_measured(tmp_path, run_program):
    write_dataset(tmp_path / "dataset.parquet", ["yes"], ["train"], annotation_type="binary")
    files = ("--dataset", tmp_path / "dataset.parquet", "--out", tmp_path / "o", "--summary", tmp_path / "s")
    done = run_program("measure_captions", *files, "--settings", SETTINGS, check=False)
    assert done.returncode == 1
    assert "holds no caption" in done.stderr
    assert not (tmp_path / "o").exists()


def test_an_impossible_threshold_is_refused(tmp_path, run_program):
    files = ("--dataset", "absent", "--out", tmp_path / "o", "--summary", tmp_path / "s")
    text = json.dumps({"statistics": {"mtld_threshold": 1}})
    done = run_program("measure_captions", *files, "--settings", text, check=False)
    assert done.returncode == 1
    assert "must lie between 0 and 1" in done.stderr
