"""Binary questions: presence, area, count and adjacency, answered yes or no (Section 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from bentxt.class_wording import ClassWording, verb_forms
from bentxt.patches.patch_attributes import PatchAttributes
from bentxt.questions.distractors import alphabetical, pair_apart
from bentxt.questions.quantities import (
    NUMBERS,
    Bounds,
    amount_is_singular,
    area_statements,
    bound_text,
    check_grid,
    count_statements,
    pick_unit,
    position,
)
from bentxt.questions.question_rows import QuestionRow
from bentxt.questions.similar_classes import Tiers, similar_absent_classes
from bentxt.questions.templates import TemplateSet
from bentxt.randomness import generator, pick, pick_weighted

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
    presence_weights : sequence of float
        As :func:`bentxt.questions.presence_weights.load_presence_weights` returns them.
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
        presence_weights: Sequence[float],
    ) -> None:
        self._seed = seed
        self._grid = settings.area_grid
        self._min_border = settings.adjacency_min_border
        self._templates = templates
        self._similar = similar
        self._weights = presence_weights
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
        """
        draws = generator(self._seed, "binary questions", patch.patch_id).random(_DRAWS).tolist()
        return [
            *self._adjacency(patch, draws[_ADJACENCY:_AREA]),
            *self._pair_of_answers(self._area, patch, draws[_AREA:_COUNT]),
            *self._pair_of_answers(self._count, patch, draws[_COUNT:_PRESENCE]),
            *self._presence(patch, draws[_PRESENCE:]),
        ]

    def area_row(
        self, index: int, truth: bool, statement: str, bounds: Bounds, draws: Sequence[float]
    ) -> QuestionRow:
        """Return a question about the area of a class.

        Parameters
        ----------
        index : int
            The class.
        truth : bool
            Whether the statement is true.
        statement : str
            Of :func:`bentxt.questions.quantities.area_statements`.
        bounds : tuple of int
            Its bounds, grid lines.
        draws : sequence of float
            Three draws from [0, 1): unit, phrase, template.
        """
        values = {"plural": self._names[index]["plural"]}
        form = statement
        if bounds:
            form = "quantity"
            unit = pick_unit(draws[0])
            names = ("low", "high") if statement == "between" else ("bound",)
            phrase = self._templates.phrase("area", statement, draws[1])
            texts = (bound_text(line, self._grid, unit) for line in bounds)
            values["quantity"] = phrase.render(dict(zip(names, texts, strict=True)))
        template = self._templates.pick("area", draws[2], form)
        return QuestionRow("area", template.render(values), _answer(truth), template.id, [index])

    def count_row(
        self, index: int, truth: bool, statement: str, number: int | None, draws: Sequence[float]
    ) -> QuestionRow:
        """Return a question about the number of instances of a class; parameters as of :meth:`area_row`.

        ``statement`` and ``number`` are of :func:`bentxt.questions.quantities.count_statements`, the two
        draws for phrase and template.
        """
        phrase = self._templates.phrase("count", statement, draws[0])
        amount = phrase.render({"number": NUMBERS[number - 1]} if number else {})
        values = {
            "plural": self._names[index]["plural"],
            "amount": amount,
            **self._amount_verbs[amount_is_singular(statement, number)],
        }
        template = self._templates.pick("count", draws[1])
        return QuestionRow("count", template.render(values), _answer(truth), template.id, [index])

    def presence_row(self, index: int, truth: bool, draw: float) -> QuestionRow:
        """Return a question about the presence of a class, with the template that the draw falls on."""
        template = self._templates.pick("presence", draw)
        text = template.render(self._names[index])
        return QuestionRow("presence", text, _answer(truth), template.id, [index])

    def adjacency_row(self, pair: tuple[int, int], truth: bool, draw: float) -> QuestionRow:
        """Return a question about the border of two classes, with the template that the draw falls on."""
        template = self._templates.pick("adjacency", draw)
        first, second = alphabetical(*pair)
        text = template.render({"any": self._any[first], "other": self._other[second]})
        return QuestionRow("adjacency", text, _answer(truth), template.id, [first, second])

    def _pair_of_answers(self, ask, patch, draws):
        """Return a yes and a no, in either order, each about a class of its own draw."""
        answers = (True, False) if draws[0] < 0.5 else (False, True)
        return [ask(patch, answer, draws[1 + 6 * n : 7 + 6 * n]) for n, answer in enumerate(answers)]

    def _area(self, patch, truth, draws):
        index = pick(patch.classes, draws[0])
        where = position(patch.pixels[index], self._grid)
        statement, groups = pick(area_statements(where, truth, self._grid), draws[1])
        group = groups[int(draws[2] * len(groups))]
        # The draw that chose among groups has a uniform remainder, which chooses within the group.
        bounds = pick(group, draws[2] * len(groups) % 1)
        return self.area_row(index, truth, statement, bounds, draws[3:6])

    def _count(self, patch, truth, draws):
        index = pick(patch.classes, draws[0])
        counted = min(patch.counts[index], len(NUMBERS) + 1)
        statement, numbers = pick(count_statements(counted, truth), draws[1])
        return self.count_row(index, truth, statement, pick(numbers, draws[2]), draws[3:5])

    def _presence(self, patch, draws):
        weights = self._weights
        index = pick_weighted(patch.classes, [weights[one] for one in patch.classes], draws[0])
        yield self.presence_row(index, True, draws[1])
        if absent := similar_absent_classes(patch.classes, self._similar):
            index = pick_weighted(absent, [1 / weights[one] for one in absent], draws[2])
            yield self.presence_row(index, False, draws[3])

    def _adjacency(self, patch, draws):
        if pairs := patch.adjacent(self._min_border):
            yield self.adjacency_row(pick(pairs, draws[0]), True, draws[1])
        pair = pair_apart(patch.classes, patch.touching(), self._similar, draws[4:9])
        if pair is not None:
            yield self.adjacency_row(pair, False, draws[9])


def _answer(truth):
    return "yes" if truth else "no"
