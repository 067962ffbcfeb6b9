"""Multiple-choice questions: four options, one of them right, in a uniformly drawn place (Section 3.1)."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bentxt.class_wording import ClassWording, verb_forms
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, COUNTRIES
from bentxt.patches.patch_attributes import BOXES, PatchAttributes
from bentxt.questions.distractors import absent_classes, alphabetical, near_zones, pair_apart
from bentxt.questions.quantities import MOST, check_grid, pick_unit, position, range_layouts, range_text
from bentxt.questions.question_rows import QuestionRow
from bentxt.questions.relative_position import DIRECTIONS, direction, relative_positions
from bentxt.questions.similar_classes import Tiers, nearest_classes
from bentxt.questions.templates import TemplateSet
from bentxt.randomness import generator, pick, pick_or_none, pick_several, pick_weighted
from bentxt.release import AUTUMN, LETTERS, SEASONS

COUNTS = (*map(str, range(MOST + 1)), "More than five")


def _others(choices):
    """Return for each choice all that differ from it."""
    return {right: tuple(choice for choice in choices if choice != right) for right in choices}


_OTHER_COUNTS, _OTHER_COUNTRIES = _others(COUNTS), _others(COUNTRIES)

#: Draws that a question takes at most.
DRAWS = 24

#: Draws of each category of a patch: fixed places, so that no category depends on another's.
_PLACES = {
    "adjacency": slice(0, 24),
    "area": slice(24, 36),
    "climate zone": slice(36, 44),
    "count": slice(44, 52),
    "country": slice(52, 60),
    "presence": slice(60, 72),
    "relative pos": slice(72, 82),
    "season": slice(82, 92),
}
_DRAWS = 92


@dataclass(frozen=True)
class MultipleChoiceSettings:
    """The config's ``questions``, as far as multiple-choice questions use them.

    Attributes
    ----------
    adjacency_min_border : int
        Shortest border that counts as adjacency, pixel edges (10 m).
    area_grid : int
        Bounds of ranges are multiples of this share of the patch, %: 5, 10 or 20.
    area_range_width : tuple of float
        Least and greatest width of an option's range, %.
    release_compatible : bool
        Fall as answer next to a wrong option Autumn, as in the release.
    """

    adjacency_min_border: int
    area_grid: int
    area_range_width: tuple
    release_compatible: bool

    def __post_init__(self) -> None:
        check_grid(self.area_grid)
        # A full patch must have its ranges too: refuse impossible settings before the first patch.
        range_layouts(1, self.area_grid, *self.area_range_width)


class MultipleChoiceQuestions:
    """Maker of the multiple-choice questions of a patch.

    Parameters
    ----------
    seed : int
        The run's seed.
    settings : MultipleChoiceSettings
    templates : TemplateSet
        Of type ``mcq``.
    wording : tuple of ClassWording
    similar : tuple
        As :func:`bentxt.questions.similar_classes.load_similar_classes` returns it.
    zones : sequence of str
        Names of the climate legend.
    presence_weights : sequence of float
        As :func:`bentxt.questions.presence_weights.load_presence_weights` returns them.
    """

    #: What the questions need of instances.
    instance_fields: tuple[str, ...] = BOXES

    def __init__(
        self,
        seed: int,
        settings: MultipleChoiceSettings,
        templates: TemplateSet,
        wording: tuple[ClassWording, ...],
        similar: tuple[Tiers, ...],
        zones: Sequence[str],
        presence_weights: Sequence[float],
    ) -> None:
        self._seed = seed
        self._grid = settings.area_grid
        self._widths = settings.area_range_width
        self._min_border = settings.adjacency_min_border
        # In the release the options say Autumn and the answer of such a patch says Fall.
        words = [AUTUMN if name == "Fall" and settings.release_compatible else name for name in SEASONS]
        self._other_seasons = {right: [word for word in words if word != right] for right in SEASONS}
        self._templates = templates
        self._wording = wording
        self._similar = similar
        self._presence_weights = presence_weights
        self._near_zones = {zone: near_zones(zone, zones) for zone in zones}
        self._ask = {
            "adjacency": self._adjacency,
            "area": self._area,
            "climate zone": self._climate_zone,
            "count": self._count,
            "country": self._country,
            "presence": self._presence,
            "relative pos": self._relative_position,
            "season": self._season,
        }

    def rows(self, patch: PatchAttributes) -> list[QuestionRow]:
        """Return the rows of one patch in the release's order.

        Parameters
        ----------
        patch : PatchAttributes

        Returns
        -------
        list of QuestionRow

        Raises
        ------
        InputError
            If the patch's climate zone is not in the legend, or its country or season unknown.
        """
        draws = generator(self._seed, "mcq questions", patch.patch_id).random(_DRAWS).tolist()

        def own(category):
            return draws[_PLACES[category]]

        chosen = {
            "adjacency": pick_or_none(patch.adjacent(self._min_border), own("adjacency")[2]),
            "area": (pick(patch.classes, own("area")[2]),),
            "climate zone": (),
            "count": (pick(patch.classes, own("count")[2]),),
            "country": (),
            "presence": (self._presence_class(patch, own("presence")[2]),),
            "relative pos": pick_or_none(relative_positions(patch), own("relative pos")[2]),
            "season": (),
        }
        rows = (
            self.row(patch, category, subject, own(category))
            for category, subject in chosen.items()
            if subject is not None
        )
        return [row for row in rows if row is not None]

    def row(
        self, patch: PatchAttributes, category: str, subject: tuple[int, ...], draws: list[float]
    ) -> QuestionRow | None:
        """Return the question of a category about a subject.

        Parameters
        ----------
        patch : PatchAttributes
        category : str
            As the release spells it.
        subject : tuple of int
            The present class that is asked for or about; the two classes that touch; anchor and target of a
            relative position; empty for country, season and climate zone.
        draws : list of float
            :data:`DRAWS` of them are enough. The first two choose the template and the letter of the right
            option; the third is left to whoever chooses the subject.

        Returns
        -------
        QuestionRow or None
            None where there are too few wrong options.

        Raises
        ------
        InputError
            If the patch's climate zone is not in the legend, or its country or season unknown.
        """
        return self._ask[category](patch, subject, draws)

    def _row(
        self,
        category: str,
        values: dict[str, str],
        right: str,
        wrong: list[str],
        classes: list[int],
        draws: list[float],
    ) -> QuestionRow:
        """Put the options behind the instruction: two draws, for the template and the right one's place."""
        template = self._templates.pick(category, draws[0])
        place = int(draws[1] * 4)
        options = [*wrong[:place], right, *wrong[place:]]
        a, b, c, d = options
        text = f"{template.render(values)} a) {a}, b) {b}, c) {c}, d) {d}"
        return QuestionRow(category, text, LETTERS[place], template.id, classes)

    def _area(self, patch, subject, draws):
        (index,) = subject
        layouts, cumulated = range_layouts(
            position(patch.pixels[index], self._grid), self._grid, *self._widths
        )
        right, *wrong = layouts[bisect_right(cumulated, int(draws[3] * cumulated[-1]))]
        unit = pick_unit(draws[4])
        wrong = pick_several(wrong, draws[5:8])
        texts = [range_text(low, high, self._grid, unit) for low, high in (right, *wrong)]
        values = {"plural": self._wording[index].plural}
        return self._row("area", values, texts[0], texts[1:], [index], draws)

    def _climate_zone(self, patch, subject, draws):
        near = self._near_zones.get(patch.climate_zone)
        if near is None:
            raise InputError(
                f"climate zone {patch.climate_zone!r} is not in the legend",
                item=patch.patch_id,
                remedy="see resources/climate_zones.csv",
            )
        return self._row("climate zone", {}, patch.climate_zone, pick_several(near, draws[2:5]), [], draws)

    def _count(self, patch, subject, draws):
        (index,) = subject
        right = COUNTS[min(patch.counts[index], MOST + 1)]
        wrong = pick_several(_OTHER_COUNTS[right], draws[3:6])
        return self._row("count", {"lower": self._wording[index].lower}, right, wrong, [index], draws)

    def _country(self, patch, subject, draws):
        if patch.country not in COUNTRIES:
            raise InputError(f"unknown country {patch.country!r}", item=patch.patch_id)
        wrong = pick_several(_OTHER_COUNTRIES[patch.country], draws[2:5])
        return self._row("country", {}, patch.country, wrong, [], draws)

    def _season(self, patch, subject, draws):
        if patch.season not in SEASONS:
            raise InputError(f"unknown season {patch.season!r}", item=patch.patch_id)
        wrong = pick_several(self._other_seasons[patch.season], draws[2:5])
        return self._row("season", {}, patch.season, wrong, [], draws)

    def _presence_class(self, patch, draw):
        weights = self._presence_weights
        return pick_weighted(patch.classes, [weights[index] for index in patch.classes], draw)

    def _presence(self, patch, subject, draws):
        (right,) = subject
        absent = set(absent_classes(patch.classes))
        wrong = []
        for n in range(3):
            # The first wrong class is like the right one, the others are like any present one.
            anchor = right if n == 0 else pick(patch.classes, draws[3 + 2 * n])
            near = nearest_classes(self._similar[anchor], absent)
            if not near:
                return None
            # As often wrong as it is right elsewhere, so that a class among the options tells little.
            inverse = [1 / self._presence_weights[index] for index in near]
            wrong.append(pick_weighted(near, inverse, draws[4 + 2 * n]))
            absent.remove(wrong[-1])
        wrong = pick_several(wrong, draws[9:12])
        names = [CLASSES[index] for index in (right, *wrong)]
        return self._row("presence", {}, names[0], names[1:], [right, *wrong], draws)

    def _adjacency(self, patch, subject, draws):
        refused = patch.touching()
        wrong = []
        for n in range(3):
            # One wrong pair of present classes where there is any: absence alone must not tell.
            kinds = ("present",) if n == 0 else ("present", "mixed", "absent")
            some = draws[3 + 5 * n : 8 + 5 * n]
            pair = pair_apart(patch.classes, refused, self._similar, some, kinds)
            if pair is None:
                pair = pair_apart(patch.classes, refused, self._similar, some)
            if pair is None:
                return None
            refused.add(pair)
            wrong.append(pair)
        pairs_in_order = [alphabetical(*pair) for pair in (subject, *pick_several(wrong, draws[18:21]))]
        names = [f"{CLASSES[first]} and {CLASSES[second]}" for first, second in pairs_in_order]
        classes = [index for pair in pairs_in_order for index in pair]
        return self._row("adjacency", {}, names[0], names[1:], classes, draws)

    def _relative_position(self, patch, subject, draws):
        anchor, target = subject
        boxes = {instance.class_index: instance.box for instance in patch.instances}
        right = direction(boxes[anchor], boxes[target])
        # All straight or all diagonal: an option with a neighbour among the others would never be right.
        place = DIRECTIONS.index(right)
        others = [DIRECTIONS[(place + step) % 8] for step in (2, 4, 6)]
        wrong = [f"to the {name}" for name in pick_several(others, draws[3:6])]
        forms = self._wording[target]
        values = {
            "anchor": f"the {self._wording[anchor].lower}",
            "target": f"the {forms.lower}",
            **verb_forms(forms.number == "singular"),
        }
        return self._row("relative pos", values, f"to the {right}", wrong, [target, anchor], draws)
