"""What a caption of the grammar says of borders and areas, read apart from the check: names become numbers.

It knows the grammar's own sentences only, and reads them by position. What it cannot read it leaves out, so
that a test that wants all facts fails.
"""

import re
from itertools import combinations

from bentxt.captions.phrases import NAMES, NUMBERS
from bentxt.words import sentences

_SHORT = {6: "land principally occupied by agriculture"}
_FORMS = sorted([*enumerate(NAMES), *_SHORT.items()], key=lambda form: -len(form[1]))
_CLASS = r"<\d+>"
_COUNT = "|".join(NUMBERS[1:]) + r"|\d+"
_NOUN = "areas|regions|parts|pieces|sections"
_EACH_OTHER = r"(?:touch|border|adjoin) (?:each other|one another)|share a border(?! with)"
_TOUCH = (
    r"(?:borders?|adjoins?|touch(?:es)?|(?:is |are )?adjacent to|shares? a border with|meets?|abuts?"
    r"|bordering|adjoining|touching|sharing a border with)"
)
_LINK = re.compile(r",? while |,? whereas |; ")
#: From a number of areas to the end of what is said of them.
_PARTED = re.compile(
    rf"(?P<count>{_COUNT}) (?:(?P<tier>large|smaller|marginal) |individual |separate |distinct )(?:{_NOUN})"
)


def numbered(text):
    """Return a text in lower case whose class names are ``<0>`` to ``<18>``, without articles."""
    text = text.lower()
    for index, name in _FORMS:
        text = text.replace(name, f"<{index}>")
    return re.sub(r"\bthe ", "", text)


def borders_told(caption, classes):
    """Return the pairs of classes that a caption says to touch, as frozensets.

    Parameters
    ----------
    caption : str
    classes : list of int
        All classes of the patch: "all others" needs them.
    """
    pairs, before = set(), None
    for sentence in sentences(caption):
        # Areas and shares stand between the classes of a list; borders are read without them.
        text = re.sub(r" \([^)]*\)", "", numbered(sentence))
        for clause in _LINK.split(text):
            told, subject = _clause(clause, classes, before)
            pairs |= told
            before = subject
    return pairs


def _clause(clause, classes, before):
    named = [int(number) for number in re.findall(r"<(\d+)>", clause)]
    subject = named[0] if named else None
    if re.match(r"(?:\w+, |in addition, )?(?:it|they) ", clause):
        subject = before
        named = [before, *named]
    everyone = rf"(?:all (?:{_COUNT}) classes|(?:{_COUNT}) classes|all of these classes|two)"
    if re.match(rf"(?:\w+, |in addition, )?{everyone} (?:{_EACH_OTHER})", clause):
        return set(map(frozenset, combinations(classes, 2))), None
    told = set()
    if chained := re.search(rf",? which (?:also|in turn) (?:{_EACH_OTHER})", clause):
        told.add(frozenset(named[-2:]))
        clause = clause[: chained.start()]
    elif chained := re.search(rf",? which in turn {_TOUCH} (?P<whom>.*)", clause):
        whom = [int(number) for number in re.findall(r"<(\d+)>", chained["whom"])]
        clause = clause[: chained.start()]
        middle = int(re.findall(r"<(\d+)>", clause)[-1])
        told |= {frozenset((middle, other)) for other in whom}
    if not (verb := re.search(rf"(?:^|[ ,]){_TOUCH} (?P<whom>.*)", clause)):
        return told, subject
    if re.match(r"(?:all others|all other classes|every other class)", verb["whom"]):
        return told | {frozenset((subject, other)) for other in classes if other != subject}, subject
    subjects = [subject]
    if joined := re.search(rf"both (?P<one>{_CLASS}) and (?P<other>{_CLASS}) {_TOUCH}", clause):
        subjects = [int(joined[name][1:-1]) for name in ("one", "other")]
    # A clause on the areas of the last class may follow: it names no further class.
    others = [int(number) for number in re.findall(r"<(\d+)>", verb["whom"])]
    return told | {frozenset((one, other)) for one in subjects for other in others}, subject


def areas_told(caption, index):
    """Return the phrases on the areas of a class: count, tier ("" where they differ), text up to the end."""
    found = []
    before = None
    for sentence in sentences(caption):
        text = numbered(sentence)
        for clause in _LINK.split(text):
            for match in _PARTED.finditer(clause):
                named = [int(number) for number in re.findall(r"<(\d+)>", clause[: match.start()])]
                after = re.match(r" of <(\d+)>", clause[match.end() :])
                owner = int(after[1]) if after else named[-1] if named else before
                # "A is split into two areas, and B into three": up to the next class.
                end = re.search(r"<\d+>", clause[match.end() + (after.end() if after else 0) :])
                stop = match.end() + (after.end() if after else 0) + end.start() if end else len(clause)
                if clause.rfind("(", 0, match.start()) > clause.rfind(")", 0, match.start()):
                    stop = clause.index(")", match.start())
                if owner == index:
                    found.append((match["count"], match["tier"] or "", clause[match.start() : stop]))
        first = re.search(r"<(\d+)>", text)
        before = int(first[1]) if first else before
    return found
