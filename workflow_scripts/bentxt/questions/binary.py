"""Binary questions: presence, area, count and adjacency, answered yes or no (Section 3.3)."""

from dataclasses import dataclass

from bentxt.class_wording import ClassWording, verb_forms
from bentxt.patches.patch_attributes import PatchAttributes
from bentxt.questions.distractors import absent_classes, alphabetical, pair_apart
from bentxt.questions.quantities import (
    NUMBERS,
    amount_is_singular,
    area_statements,
    bound_text,
    check_grid,
    count_statements,
    pick_unit,
    position,
)
from bentxt.questions.question_rows import QuestionRow
from bentxt.questions.similar_classes import Tiers, most_similar
from bentxt.questions.templates import TemplateSet
from bentxt.randomness import generator, pick

_ADJACENCY, _AREA, _COUNT, _PRESENCE, _DRAWS = 0, 32, 48, 64, 72


@dataclass(frozen=True)
class BinarySettings:
    """The config's ``questions``, as far as binary questions use them.

    Attributes
    ----------
    adjacency_min_border : int
        Shortest border that counts as adjacency, pixel edges (10 m).
    area_grid : int
        Thresholds are multiples of this share of the patch, %: 5, 10 or 20.
    """

    adjacency_min_border: int
    area_grid: int

    def __post_init__(self) -> None:
        check_grid(self.area_grid)


class BinaryQuestions:
    """Maker of the binary questions of a patch.

    Parameters
    ----------
    seed : int
        The run's seed.
    settings : BinarySettings
    templates : TemplateSet
        Of type ``binary``.
    wording : tuple of ClassWording
    similar : tuple
        As :func:`bentxt.questions.similar_classes.load_similar_classes` returns it.
    """

    #: What the questions need of instances: their numbers only.
    instance_fields: tuple[str, ...] = ()

    def __init__(
        self,
        seed: int,
        settings: BinarySettings,
        templates: TemplateSet,
        wording: tuple[ClassWording, ...],
        similar: tuple[Tiers, ...],
    ) -> None:
        self._seed = seed
        self._grid = settings.area_grid
        self._min_border = settings.adjacency_min_border
        self._templates = templates
        self._similar = similar
        self._names = [
            {"lower": forms.lower, "plural": forms.plural, **verb_forms(forms.number == "singular")}
            for forms in wording
        ]
        self._any = [forms.any for forms in wording]
        self._other = [forms.other for forms in wording]
        self._amount_verbs = [
            {**verb_forms(singular), "area": area, "patch": patch, "region": region}
            for singular, area, patch, region in (
                (False, "areas", "patches", "regions"),
                (True, "area", "patch", "region"),
            )
        ]

    def rows(self, patch: PatchAttributes) -> list[QuestionRow]:
        """Return the rows of one patch in the release's order.

        Parameters
        ----------
        patch : PatchAttributes

        Returns
        -------
        list of QuestionRow
            Test patches get reserve rows of adjacency: the benchmark split holds more of them than a patch
            otherwise has.
        """
        draws = generator(self._seed, "binary questions", patch.patch_id).random(_DRAWS).tolist()
        return [
            *self._adjacency(patch, draws[_ADJACENCY:_AREA]),
            *self._pair_of_answers(self._area, patch, draws[_AREA:_COUNT]),
            *self._pair_of_answers(self._count, patch, draws[_COUNT:_PRESENCE]),
            *self._presence(patch, draws[_PRESENCE:]),
        ]

    def _pair_of_answers(self, ask, patch, draws):
        """Return a yes and a no, in either order, each about a class of its own draw."""
        answers = (True, False) if draws[0] < 0.5 else (False, True)
        return [ask(patch, answer, draws[1 + 6 * n : 7 + 6 * n]) for n, answer in enumerate(answers)]

    def _area(self, patch, truth, draws):
        index = pick(patch.classes, draws[0])
        where = position(patch.pixels[index], self._grid)
        statement, groups = pick(area_statements(where, truth, self._grid), draws[1])
        values = {"plural": self._names[index]["plural"]}
        form = statement
        if statement not in ("whole", "others"):
            form = "quantity"
            unit = pick_unit(draws[3])
            group = groups[int(draws[2] * len(groups))]
            # The draw that chose among groups has a uniform remainder, which chooses within the group.
            bounds = [bound_text(line, self._grid, unit) for line in pick(group, draws[2] * len(groups) % 1)]
            names = ("low", "high") if statement == "between" else ("bound",)
            phrase = self._templates.phrase("area", statement, draws[4])
            values["quantity"] = phrase.render(dict(zip(names, bounds, strict=True)))
        template = self._templates.pick("area", draws[5], form)
        return QuestionRow("area", template.render(values), _answer(truth), template.id, [index])

    def _count(self, patch, truth, draws):
        index = pick(patch.classes, draws[0])
        counted = min(patch.counts[index], len(NUMBERS) + 1)
        statement, numbers = pick(count_statements(counted, truth), draws[1])
        number = pick(numbers, draws[2])
        phrase = self._templates.phrase("count", statement, draws[3])
        amount = phrase.render({"number": NUMBERS[number - 1]} if number else {})
        values = {
            "plural": self._names[index]["plural"],
            "amount": amount,
            **self._amount_verbs[amount_is_singular(statement, number)],
        }
        template = self._templates.pick("count", draws[4])
        return QuestionRow("count", template.render(values), _answer(truth), template.id, [index])

    def _presence(self, patch, draws):
        template = self._templates.pick("presence", draws[0])
        index = pick(patch.classes, draws[1])
        yield QuestionRow("presence", template.render(self._names[index]), "yes", template.id, [index])
        absent = absent_classes(patch.classes)
        index = most_similar(self._similar[pick(patch.classes, draws[2])], absent, draws[3])
        if index is not None:
            template = self._templates.pick("presence", draws[4])
            yield QuestionRow("presence", template.render(self._names[index]), "no", template.id, [index])

    def _adjacency(self, patch, draws):
        asked = 2 if patch.split == "test" else 1
        pairs = patch.adjacent(self._min_border)
        touching = patch.touching()
        for n in range(min(asked, len(pairs))):
            pair = pairs.pop(int(draws[2 * n] * len(pairs)))
            yield self._adjacency_row(pair, True, draws[2 * n + 1], n > 0)
        refused = set(touching)
        for n in range(asked):
            pair = pair_apart(patch.classes, refused, self._similar, draws[4 + 6 * n : 9 + 6 * n])
            if pair is None:
                return
            refused.add(pair)
            yield self._adjacency_row(pair, False, draws[9 + 6 * n], n > 0)

    def _adjacency_row(self, pair, truth, draw, reserve):
        template = self._templates.pick("adjacency", draw)
        first, second = alphabetical(*pair)
        text = template.render({"any": self._any[first], "other": self._other[second]})
        return QuestionRow("adjacency", text, _answer(truth), template.id, [first, second], reserve)


def _answer(truth):
    return "yes" if truth else "no"
