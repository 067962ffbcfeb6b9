"""Whether a caption is well formed as English: beginning, end, articles, brackets, repetitions."""

import re
from collections.abc import Iterator
from itertools import pairwise

from bentxt.captions.claims import Fault
from bentxt.captions.reading.caption_reader import Reading, Sentence, lower

_A_VOWEL = re.compile(r"\ba (?=[aeio](?!ne\b|nce\b|uro|ne-))")
_AN_CONSONANT = re.compile(r"\ban (?=[bcdfgjklmnpqrstvwxyz](?!our\b|onest|eir))")
_STRAY_SPACE = re.compile(r" [ ,.;](?!\d)")
_CUT_WORDS = re.compile(
    r"\b(?:and|or|the|a|an|of|with|to|by|in|at|for|from|into|which|that|while|whereas|is|are"
    r"|covers|its"
    r"|approximately|about|around|roughly)[.!]?$"
)
#: Openings that add nothing, so that a sentence behind them is the same as without.
_OPENING = re.compile(
    r"^(?:in addition(?: to this)?|additionally|moreover|furthermore|also|notably|likewise|again"
    r"|in other words|that is"
    r"|further|besides|overall|in summary|to summari[sz]e|in total|as (?:noted|mentioned)(?: above"
    r"| before)?|similarly"
    r"|here|specifically|in this (?:image|scene)|indeed|in fact|as well|it (?:can be|is) (?:seen"
    r"|noted|clear) that"
    r"|it is (?:also )?worth noting that|the image (?:also )?shows that),? "
)
_WORD = re.compile(r"[a-z0-9][a-z0-9,.'-]*")
#: Words that a sentence may exchange and stay the same.
_LIGHT_WORDS = """
the a an also and is are of in with by this that it its to as both about around approximately roughly some
"""
_LIGHT = frozenset(_LIGHT_WORDS.split())
_MINIMUM_WORDS = 8
#: Words of a class that fills the image.
_FILLS = re.compile(r"\b(?:whole|entire|complete|full|totality|entirety)")
#: Words of a border that need not mean one.
_WEAK = re.compile(r"(?:along|beside|next to)")
#: Other words that a sentence on nothing but a border may hold.
_FEW = 2
_MORE = frozenset({"nothing", "only", "none", "no"})
#: So many words in the same order, behind another subject, are the same again.
_RUN = 7
#: Share of common words from which two sentences are the same.
_SAME = 0.9
#: Units of shares of the image.
_SHARES = ("percent", "fraction")


def language_faults(text: str, reading: Reading) -> Iterator[Fault]:
    """Yield what is wrong with the language of a caption.

    Parameters
    ----------
    text : str
        As long as the text that was read, the climate zone included.
    reading : bentxt.captions.reading.caption_reader.Reading

    Yields
    ------
    Fault
    """
    size = len(text)
    begin = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    small = lower(text)
    if not re.match(r'["“(]?[A-Z0-9]', text[begin:]):
        yield Fault("no capital", "does not begin with a capital letter", begin, min(begin + 1, size))
    if not re.search(r'[.!?]["”)]*$', text[:end]):
        yield Fault("cut off", "does not end with a full stop", max(0, end - 1), end)
    elif match := _CUT_WORDS.search(small[:end].rstrip('")”')):
        yield Fault("cut off", f"ends within a sentence: {match[0]}", match.start(), match.end())
    words = list(re.finditer(r"\S+", small))
    if len(words) < _MINIMUM_WORDS:
        yield Fault("too short", "too short", 0, size)
    for one, other in pairwise(words):
        bare = one[0].strip(",")
        # "Wetlands, land principally …"; "woodland meets water, water meets urban fabric".
        listed = one[0].endswith(",") and (bare == "land" or _begins_clause(reading, other.start()))
        if bare == other[0].strip(",.;") and bare.isalpha() and bare not in ("that", "had") and not listed:
            yield Fault("doubled word", f"doubled word: {bare}", one.start(), other.end())
    for left, right in ("()", "[]"):
        if text.count(left) != text.count(right):
            yield Fault("unbalanced", f"unbalanced {left}{right}", 0, size)
    if text.count('"') % 2 or text.count("“") != text.count("”"):
        yield Fault("unbalanced", "unbalanced quotation marks", 0, size)
    for pattern, article in ((_A_VOWEL, "a"), (_AN_CONSONANT, "an")):
        if match := pattern.search(small):
            following = small[match.end() :].split()
            yield Fault("article", f"article: {article} {following[0]}", match.start(), match.end())
    if match := _STRAY_SPACE.search(text):
        yield Fault("stray space", "stray space", *match.span())
    yield from _repeated(small, reading)


def _begins_clause(reading, start):
    """Tell whether the class at ``start`` is the subject of a border."""
    for sentence in reading.sentences:
        for token, following in pairwise(sentence.tokens):
            if token.start == start:
                return token.kind == "C" and following.kind == "B"
    return False


def _repeated(small, reading):
    seen: list[tuple[frozenset, list[str]]] = []
    for sentence in reading.sentences:
        said = _OPENING.sub("", small[sentence.start : sentence.end].strip(" .!?\"'"))
        words = [word for word in _WORD.findall(said) if word.strip(",.'") not in _LIGHT]
        claims = _claims(sentence)
        if _says_again(sentence, reading):
            yield Fault("repeated", "a sentence is repeated", sentence.start, sentence.end)
            continue
        for other_claims, other_words in seen:
            common = len(set(words) & set(other_words))
            alike = common >= _SAME * max(len(set(words)), len(set(other_words)), 1)
            # What two sentences claim tells them apart, whatever words they share; word by word the same, a
            # pronoun alone would.
            # Names of classes alone come again in one order.
            told = sentence.areas or sentence.counts
            again = told and len(words) > _RUN and " ".join(words[1:]) in " ".join(other_words)
            same = (
                words == other_words or again or (claims == other_claims if claims or other_claims else alike)
            )
            if words and same:
                yield Fault("repeated", "a sentence is repeated", sentence.start, sentence.end)
                break
        seen.append((claims, words))


def _says_again(sentence: Sentence, reading: Reading) -> bool:
    """Tell whether earlier sentences state all of which a sentence consists, be it in other words."""
    told = [*(word.start for word in reading.places), *(start for _, start, _ in reading.zones)]
    if any(sentence.start <= place < sentence.end for place in told):
        return False
    numbers, borders = _readings(sentence), _borders(sentence)
    # Several borders are summed up again by good writers, and a rank alone is a turn of speech; one border by
    # its classes, with nothing else in the sentence, is not.
    kinds = "".join(token.kind for token in sentence.tokens)
    bare = not set(kinds) - set("CBbNRDVa&.,x#") and kinds.count("x") <= _FEW
    # "Nothing but", "only": more than was said.
    several = len(re.findall("[CDR]", kinds)) > 1 and not _MORE & {token.text for token in sentence.tokens}
    alone = bare and several and not numbers and len(borders) == len(sentence.borders) == 1
    wholes = all(rank.kind == "whole" for rank in sentence.ranks)
    if not (alone or (numbers and (wholes or len(numbers) > len(sentence.ranks)))):
        return False
    own = [*numbers, *({("border", *border)} for border in borders)]
    earlier = [other for other in reading.sentences if other.start < sentence.start]
    stated = {("border", *border) for other in earlier for border in _borders(other, strong=True)}
    stated = stated.union(*(claim for other in earlier for claim in _readings(other)))
    return all(claim & stated for claim in own)


def _readings(sentence: Sentence) -> list[set[tuple]]:
    """Return what each number and rank of a sentence may state, whosever it is."""
    # A share and the area that it amounts to tell the reader two things.
    areas: list[set[tuple]] = [
        {
            (
                "share" if claim.amount.unit in _SHARES else "area",
                round(claim.amount.value, -3),
                _classes(owner.mentions),
            )
            for owner in claim.owners
        }
        for claim in sentence.areas
    ]
    counts: list[set[tuple]] = [
        {("count", claim.number, claim.size, _classes(owner.mentions)) for owner in claim.owners}
        for claim in sentence.counts
    ]
    # "No other class" says more than "all of it is pastures".
    ranks: list[set[tuple]] = [
        {(rank.kind, bool(_FILLS.search(rank.text)) or rank.kind != "whole", _classes(rank.mentions))}
        for rank in sentence.ranks
    ]
    return [*areas, *counts, *ranks]


def _classes(mentions):
    return tuple(mention.classes for mention in mentions)


def _borders(sentence, strong=False):
    """Return the pairs of classes that a sentence says to touch or not, those in strong words or all."""
    weak = {token.start for token in sentence.tokens if _WEAK.match(token.text)}
    pairs = set()
    for claim in sentence.borders:
        if strong and (claim.weak or claim.start in weak):
            continue
        sides = claim.readings[0]
        for left in sides.left:
            for right in sides.right if sides.right is not None else sides.left:
                if left.classes != right.classes:
                    pairs.add((claim.negated, frozenset((left.classes, right.classes))))
    return pairs


def _claims(sentence: Sentence) -> frozenset:
    """Return what a sentence claims, whatever its words; of its wording nothing is left."""
    areas: set[tuple] = {
        ("area", round(claim.amount.value, -3), tuple(mention.classes for mention in owner.mentions))
        for claim in sentence.areas
        for owner in claim.owners[:1]
    }
    counts: set[tuple] = {
        (
            "count",
            claim.number,
            claim.size,
            tuple(mention.classes for owner in claim.owners[:1] for mention in owner.mentions),
        )
        for claim in sentence.counts
    }
    borders: set[tuple] = {("border", *border) for border in _borders(sentence)}
    return frozenset(areas | counts | borders)
