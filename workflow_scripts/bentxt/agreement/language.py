"""Whether a text is English: rows in another language are reported, not guessed at."""

import re

from bentxt.errors import Unreadable

# Words that hold a sentence together. Words that are also common in another of the languages below
# ("in", "a", "no", "die", "on") count for neither.
_ENGLISH_WORDS = """
the is are does do of what which where how many much can could you would this that these those there be
been has have it its they from with and or by for at as to see say name give find show shows select choose
pick identify image scene picture classes area areas region regions class land any than between following
cover covers covered covering located visible present season country countries climate zone describe
provide locate draw bounding box more most least other only within your into share border borders touch
touches captured showcases during summer spring winter autumn fall landscape spanning approximately
dominated
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FOREIGN_WORDS = """
der das ist sind gibt und ein eine einen welche welcher welches wo wie viele auf dem den bild zeigt nicht
sich befindet von mit klasse le la les est sont dans une un des du quelle quel quelles combien où cette
montre et sur avec classe el los las hay imagen cuál cual dónde donde cuántas esta está muestra y con por
qué il lo gli sono nella immagine quale dove quante questa mostra della che os na imagem qual onde quantas
há mostra em uma um het een zijn er welke waar hoeveel op afbeelding niet kuva kuvassa onko mikä missä
kuinka monta ovat ar vaizde yra kuris kur kiek da li je su na slici koja koji gde koliko
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+")
#: Letters beyond ASCII that an English text may hold: none that a place or a unit needs here.
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z²]")


def check_english(text: str) -> None:
    """Raise :class:`Unreadable` if a text is in another language.

    Parameters
    ----------
    text : str
        Without the names of classes, which stay English in any language's question.
    """
    words = _WORD.findall(text.lower())
    english = sum(word in _ENGLISH for word in words)
    foreign = sum(word in _FOREIGN or bool(_FOREIGN_LETTER.search(word)) for word in words)
    if foreign > english or (len(words) >= 3 and not english):
        raise Unreadable("not an English text")
