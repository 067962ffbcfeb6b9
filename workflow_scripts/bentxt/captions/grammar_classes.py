"""The grammar's sentences that introduce the classes, each with its area."""

from bentxt.captions.caption_facts import MARGINAL, PRIMARY, SECONDARY
from bentxt.captions.grammar_relations import instances, only_marginal, touch
from bentxt.captions.grammar_words import Words, inflected
from bentxt.captions.phrases import NAMES, PLURAL, capital, listing, number
from bentxt.nomenclature import PIXELS

_COVERING = ("covering", "spanning", "extending over", "occupying", "stretching over")
_SPLIT = ("split into", "divided into", "broken up into", "distributed over", "spread across")
_AREAS = ("areas", "regions", "parts", "pieces", "sections")

#: Neighbours of the largest class that are still named in the sentence that introduces it.
_FEW = 3

#: How often two sentences on classes become one.
_JOINED = 0.75

#: How often areas stand in running text instead of brackets, in lists of few classes: where a
#: caption has few, and elsewhere.
_IN_PROSE = (0.9, 0.6)

#: How often a sentence says, besides what it is about, into how many areas a class falls.
_WOVEN = (0.3, 0.5)


#: What stands between a sentence on the largest class and what it touches: a finite verb where the class is
#: its subject, a participle elsewhere.
_AS_SUBJECT, _AFTER_PARTICIPLE, _AFTER_BRACKET = ", and ", " and ", ", "


class Introductions:
    """Sentences that name each class once, with its area; remembers what else they have told.

    Parameters
    ----------
    words : Words

    Attributes
    ----------
    borders : list of (int, tuple of int)
        Borders that are left to tell.
    told : set of int
        Classes whose areas one by one have been told of.
    """

    def __init__(self, words: Words) -> None:
        self._words, self._facts = words, words.facts
        self._classes = {c.index: c for c in self._facts.classes}
        self.borders = list(self._facts.borders)
        self.told = {c.index for c in self._facts.classes if c.count == 1}

    def sentences(self) -> list[str]:
        """Return the sentences on all classes of a patch that has several."""
        first, second, *_ = self._facts.classes
        if first.tier != PRIMARY:
            return self._without_primary()
        if first.area == second.area:
            return self._tie(first, second)
        if self.borders and self.borders[0][0] == first.index and self._words.chance(0.5):
            return self._by_neighbours(first)
        return self._by_tiers(first)

    # Plans

    def _by_tiers(self, first):
        words = self._words
        large = [c for c in self._facts.classes[1:] if c.tier == PRIMARY]
        others = [c for c in self._facts.classes[1:] if c.tier != PRIMARY]
        if not large:
            return [f"{self._lead(first)[0]}.", *self._lower_tiers(others)]
        if words.chance(0.5):
            follow = words.pick("followed by", "ahead of", "together with", "next to")
            lead = f"{self._lead(first, False)[0]}, {follow} {self._ending(large)}."
            return [lead, *self._lower_tiers(others)]
        come = inflected(large[0].index if len(large) == 1 else None, words.pick("follow", "come next"))
        lead = f"{self._lead(first)[0]}."
        return [lead, f"{capital(self._items(large))} {come}.", *self._lower_tiers(others)]

    def _by_neighbours(self, first):
        """Introduce the neighbours of the largest class by their border with it, then the others."""
        words = self._words
        _, neighbours = self.borders.pop(0)
        touching = [self._classes[index] for index in neighbours]
        others = [c for c in self._facts.classes[1:] if c.index not in neighbours]
        if len(touching) <= _FEW and words.chance(_JOINED):
            lead, joint = self._lead(first, False)
            verb = (
                touch(words, first.index)
                if joint == _AS_SUBJECT
                else words.pick("bordering", "adjoining", "touching", "adjacent to", "sharing a border with")
            )
            sentences = [f"{lead}{joint}{verb} {self._ending(touching)}."]
        else:
            lead, _ = self._lead(first)
            subject = "They" if first.index in PLURAL else "It"
            sentences = [f"{lead}.", f"{subject} {touch(words, first.index)} {self._ending(touching)}."]
        return [*sentences, *self._lower_tiers(others)]

    def _without_primary(self):
        words, scene = self._words, self._words.scene()
        large = [c for c in self._facts.classes if c.tier == SECONDARY]
        marginal = [c for c in self._facts.classes if c.tier == MARGINAL]
        count = f"{number(len(large))} classes"
        sentence = words.form(
            lambda: f"No single class dominates the {scene}, which is shared by {self._ending(large)}.",
            lambda: f"Without a dominant class, the {scene} is divided among {self._ending(large)}.",
            lambda: (
                f"{capital(count)} share the {scene} without any of them dominating: {self._ending(large)}."
            ),
        )
        return [sentence, *self._lower_tiers(marginal)]

    def _tie(self, first, second):
        verb = self._words.pick("take up", "occupy", "cover")
        lead = (
            f"{capital(self._items([first, second]))} {verb} the largest parts of the {self._words.scene()}."
        )
        return [lead, *self._lower_tiers(self._facts.classes[2:])]

    def _lower_tiers(self, classes):
        words = self._words
        large = [c for c in classes if c.tier != MARGINAL]
        marginal = [c for c in classes if c.tier == MARGINAL]
        if large and marginal and words.chance(_JOINED):
            first, second = self._secondary(large), self._marginal(marginal)
            return [f"{capital(first)}{words.pick(', while ', ', whereas ', '; ')}{second}."]
        sentences = [
            *([self._secondary(large)] if large else []),
            *([self._marginal(marginal)] if marginal else []),
        ]
        return [f"{capital(sentence)}." for sentence in sentences]

    # Sentences

    def _lead(self, c, ends=True):
        """Introduce the largest class; only where the sentence ends here is there room for its areas.

        Returns the sentence without its full stop, and what joins a verb to it whose subject is the class.
        """
        words, name, scene = self._words, NAMES[c.index], self._words.scene()
        half = 2 * c.pixels > PIXELS
        dominant = half and not words.said("dominant")
        rank = (
            words.pick(*(["dominant"] if dominant else []), "prevailing", "principal", "main", "primary")
            if half
            else words.pick("most extensive", "largest", "most prominent", "leading", "foremost")
        )
        noun = words.pick("class", "feature", "element", "component")
        of_scene = f" of the {scene}" if words.chance(0.6) else ""
        be, covering = inflected(c.index, "be"), words.pick(*_COVERING)
        the_class = f"the {rank} {noun}{of_scene}"
        # The sixth class's name holds "occupied by" itself.
        by = words.pick(
            *(() if c.index == 6 else ("occupied by",)), "covered by", "taken up by", "made up of"
        )
        forms = [
            (
                _AS_SUBJECT,
                lambda: f"{capital(name)} {be} {the_class}, {covering} {self._extent(c, ends, True)}",
            ),
            (
                _AS_SUBJECT,
                lambda: (
                    f"{capital(name)} {inflected(c.index, words.pick('make up', 'account for', 'fill'))} "
                    f"{words.share(c)} of the {scene}, {covering} {self._extent(c, ends)}"
                ),
            ),
            (
                _AFTER_BRACKET,
                lambda: (
                    f"{capital(words.share(c))} of the {scene} is {by} {self._item(c)}"
                    f"{self._clause(c, f', {self._which(c)}') if ends else ''}"
                ),
            ),
        ]
        if dominant and rank != "dominant":
            dominate = inflected(c.index, "dominate")
            forms.append(
                (
                    _AS_SUBJECT,
                    lambda: (
                        f"{capital(name)} {dominate} the {scene}, {covering} {self._extent(c, ends, True)}"
                    ),
                )
            )
        if ends:
            forms.append(
                ("", lambda: f"With {self._extent(c, False)}, {name} {be} the {rank} {noun} of the {scene}")
            )
        if c.index not in PLURAL:
            forms.append(
                (
                    _AFTER_PARTICIPLE,
                    lambda: f"{capital(the_class)} is {name}, {covering} {self._extent(c, ends, True)}",
                )
            )
        joint, write = forms[words.below(len(forms))]
        return write(), joint

    def _secondary(self, classes):
        """Introduce secondary classes; without capital and full stop."""
        words, scene, one = self._words, self._words.scene(), len(classes) == 1
        index = classes[0].index if one else None
        part = words.pick("a smaller part", "a smaller share") if one else "smaller parts"
        share, belong = ("a smaller share", "belongs") if one else ("smaller shares", "belong")
        occupy = inflected(index, words.pick("take up", "occupy", "make up"))
        forms = [
            lambda: f"{self._items(classes)} {occupy} {part} of the {scene}",
            lambda: f"{share} of the {scene} {belong} to {self._ending(classes)}",
            lambda: f"to a lesser extent, the {scene} also contains {self._ending(classes)}",
            lambda: f"the {scene} also {words.pick('includes', 'comprises')} {self._ending(classes)}",
            lambda: f"also present {inflected(index, 'be')} {self._ending(classes)}",
        ]
        if one:
            forms.append(lambda: f"in addition, there {inflected(index, 'be')} {self._ending(classes)}")
        return words.form(*forms)

    def _marginal(self, classes):
        """Introduce marginal classes with their bound; without capital and full stop."""
        words, one = self._words, len(classes) == 1
        index = classes[0].index if one else None
        cover = inflected(index, words.pick("take up", "account for", "occupy"))
        each = "" if one else "each "
        return words.form(
            lambda: f"{self._items(classes, False)} {each}{cover} {words.bound()}",
            lambda: (
                f"{self._items(classes, None)} {inflected(index, 'be')} only marginally present, "
                f"{each}with {words.bound()}"
            ),
            lambda: (
                f"{words.bound()} belongs to {self._ending(classes, False)}"
                if one
                else f"{self._items(classes, False)} {cover} only small shares of {words.bound()} each"
            ),
        )

    # Parts of sentences

    def _extent(self, c, ends, share=False):
        """Write a class's area in running text, and sometimes its share or the areas that it falls into."""
        words, size = self._words, self._words.prose(c.area)
        if c.index in self.told or not words.roomy(*_WOVEN) or not (ends or only_marginal(c)):
            return f"{size}{words.percent(c)}" if share and ends else size
        self.told.add(c.index)
        if not ends:
            return f"{size} in {number(c.count)} marginal {words.pick(*_AREAS)}"
        return f"{size} {words.pick('in', 'in', 'split into')} {instances(words, c)}"

    def _item(self, c, bound=True, prose=""):
        """Name a class with its area.

        A marginal one has its bound where ``bound`` is True; where it is None, the sentence says already
        that all is marginal.
        """
        words, name = self._words, NAMES[c.index]
        size = share = ""
        if c.tier != MARGINAL:
            share = words.percent(c) if prose else ""
            size = words.prose(c.area) + share if prose else words.sizes(c.area)
        elif bound:
            share = f" of the {words.scene()}" if prose else ""
            size = f"less than {self._facts.marginal_share:g}%{share}"
        if (
            not share
            and c.index not in self.told
            and only_marginal(c)
            and bound is not None
            and words.roomy(*_WOVEN)
        ):
            self.told.add(c.index)
            areas = f"{number(c.count)} marginal {words.pick(*_AREAS)}"
            size = f"{size} in {areas}" if size else areas
        if not size:
            return name
        return f"{name}, {prose} {size}," if prose else f"{name} ({size})"

    def _items(self, classes, bound=True):
        return listing(self._item(c, bound) for c in classes)

    def _ending(self, classes, bound=True):
        """List classes at the end of a sentence, where there is room for the areas of the last one."""
        words, last = self._words, classes[-1]
        before = ", the latter " if len(classes) == 2 else ", the last of them "
        if bound and len(classes) <= _FEW and words.roomy(*_IN_PROSE):
            covering = [self._covering(c) for c in classes]
            items = [self._item(c, bound, verb) for c, verb in zip(classes, covering, strict=True)]
            items[-1] = items[-1].removesuffix(",")
            if len(classes) == 1:
                # "Which covers … and is split into …", or "covering … and split into …".
                before = (
                    f" and {inflected(last.index, 'be')} " if covering[0].startswith("which") else " and "
                )
            listed = " ".join([*items[:-1], "and", items[-1]]) if len(items) > 1 else items[0]
        else:
            if len(classes) == 1:
                before = f", {self._which(last)}"
            listed = self._items(classes, bound)
        return listed + self._clause(last, before)

    def _covering(self, c):
        words, marginal = self._words, c.tier == MARGINAL
        if words.chance(0.4):
            verbs = ("cover", "occupy", *(("account for",) if marginal else ("span", "extend over")))
            return f"which {inflected(c.index, words.pick(*verbs))}"
        return words.pick("covering", "occupying", "accounting for") if marginal else words.pick(*_COVERING)

    def _which(self, c):
        return self._words.pick(f"which {inflected(c.index, 'be')} ", "")

    def _clause(self, c, before):
        """Say, at the end of a sentence, which areas a class falls into."""
        words = self._words
        if c.index in self.told or not words.roomy(*_WOVEN):
            return ""
        self.told.add(c.index)
        return f"{before}{words.pick(*_SPLIT)} {instances(words, c)}"
