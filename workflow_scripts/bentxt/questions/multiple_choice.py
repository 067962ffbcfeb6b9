"""Multiple-choice questions: four options, one of them right, in a uniformly drawn place (Section 3.3)."""

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
from bentxt.questions.relative_position import DIRECTIONS, direction
from bentxt.questions.similar_classes import Tiers, most_similar
from bentxt.questions.templates import TemplateSet
from bentxt.randomness import generator, pick, pick_several
from bentxt.release import AUTUMN, LETTERS, SEASONS

_COUNTS = (*map(str, range(MOST + 1)), "More than five")


def _others(choices):
    """Return for each choice all that differ from it."""
    return {right: tuple(choice for choice in choices if choice != right) for right in choices}


_OTHER_COUNTS, _OTHER_COUNTRIES = _others(_COUNTS), _others(COUNTRIES)

#: Draws of each category: fixed places, so that no category depends on another's.
_PLACES = {
    "adjacency": slice(0, 52),
    "area": slice(52, 64),
    "climate zone": slice(64, 72),
    "count": slice(72, 80),
    "country": slice(80, 88),
    "presence": slice(88, 100),
    "relative pos": slice(100, 110),
    "season": slice(110, 120),
}
_DRAWS = 120


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
        self._near_zones = {zone: near_zones(zone, zones) for zone in zones}

    def rows(self, patch: PatchAttributes) -> list[QuestionRow]:
        """Return the rows of one patch in the release's order.

        Parameters
        ----------
        patch : PatchAttributes

        Returns
        -------
        list of QuestionRow
            Test patches get a reserve row of adjacency: the benchmark split holds more of them than a patch
            otherwise has.

        Raises
        ------
        InputError
            If the patch's climate zone is not in the legend, or its country or season unknown.
        """
        draws = generator(self._seed, "mcq questions", patch.patch_id).random(_DRAWS).tolist()

        def own(category):
            return draws[_PLACES[category]]

        rows = [*self._adjacency(patch, own("adjacency")), self._area(patch, own("area"))]
        rows.append(self._climate_zone(patch, own("climate zone")))
        rows.append(self._count(patch, own("count")))
        rows.append(self._country(patch, own("country")))
        rows.extend(self._presence(patch, own("presence")))
        rows.extend(self._relative_position(patch, own("relative pos")))
        rows.append(self._season(patch, own("season")))
        return rows

    def _row(
        self,
        category: str,
        values: dict[str, str],
        right: str,
        wrong: list[str],
        classes: list[int],
        draws: list[float],
        reserve: bool = False,
    ) -> QuestionRow:
        """Put the options behind the instruction: two draws, for the template and the right one's place."""
        template = self._templates.pick(category, draws[0])
        place = int(draws[1] * 4)
        options = [*wrong[:place], right, *wrong[place:]]
        a, b, c, d = options
        text = f"{template.render(values)} a) {a}, b) {b}, c) {c}, d) {d}"
        return QuestionRow(category, text, LETTERS[place], template.id, classes, reserve)

    def _area(self, patch, draws):
        index = pick(patch.classes, draws[2])
        layouts, cumulated = range_layouts(
            position(patch.pixels[index], self._grid), self._grid, *self._widths
        )
        right, *wrong = layouts[bisect_right(cumulated, int(draws[3] * cumulated[-1]))]
        unit = pick_unit(draws[4])
        wrong = pick_several(wrong, draws[5:8])
        texts = [range_text(low, high, self._grid, unit) for low, high in (right, *wrong)]
        values = {"plural": self._wording[index].plural}
        return self._row("area", values, texts[0], texts[1:], [index], draws)

    def _climate_zone(self, patch, draws):
        near = self._near_zones.get(patch.climate_zone)
        if near is None:
            raise InputError(
                f"climate zone {patch.climate_zone!r} is not in the legend",
                item=patch.patch_id,
                remedy="see resources/climate_zones.csv",
            )
        return self._row("climate zone", {}, patch.climate_zone, pick_several(near, draws[2:5]), [], draws)

    def _count(self, patch, draws):
        index = pick(patch.classes, draws[2])
        right = _COUNTS[min(patch.counts[index], MOST + 1)]
        wrong = pick_several(_OTHER_COUNTS[right], draws[3:6])
        return self._row("count", {"lower": self._wording[index].lower}, right, wrong, [index], draws)

    def _country(self, patch, draws):
        if patch.country not in COUNTRIES:
            raise InputError(f"unknown country {patch.country!r}", item=patch.patch_id)
        wrong = pick_several(_OTHER_COUNTRIES[patch.country], draws[2:5])
        return self._row("country", {}, patch.country, wrong, [], draws)

    def _season(self, patch, draws):
        if patch.season not in SEASONS:
            raise InputError(f"unknown season {patch.season!r}", item=patch.patch_id)
        wrong = pick_several(self._other_seasons[patch.season], draws[2:5])
        return self._row("season", {}, patch.season, wrong, [], draws)

    def _presence(self, patch, draws):
        right = pick(patch.classes, draws[2])
        absent = set(absent_classes(patch.classes))
        wrong = []
        for n in range(3):
            # The first wrong class is like the right one, the others are like any present one.
            anchor = right if n == 0 else pick(patch.classes, draws[3 + 2 * n])
            index = most_similar(self._similar[anchor], absent, draws[4 + 2 * n])
            if index is None:
                return
            absent.remove(index)
            wrong.append(index)
        wrong = pick_several(wrong, draws[9:12])
        names = [CLASSES[index] for index in (right, *wrong)]
        yield self._row("presence", {}, names[0], names[1:], [right, *wrong], draws)

    def _adjacency(self, patch, draws):
        pairs = patch.adjacent(self._min_border)
        asked = min(2 if patch.split == "test" else 1, len(pairs))
        touching = patch.touching()
        for n in range(asked):
            own = draws[26 * n :]
            right = pairs.pop(int(own[2] * len(pairs)))
            refused = set(touching)
            wrong = []
            for m in range(3):
                # One wrong pair of present classes where there is any: absence alone must not tell.
                kinds = ("present",) if m == 0 else ("present", "mixed", "absent")
                some = own[3 + 5 * m : 8 + 5 * m]
                pair = pair_apart(patch.classes, refused, self._similar, some, kinds)
                if pair is None:
                    pair = pair_apart(patch.classes, refused, self._similar, some)
                if pair is None:
                    return
                refused.add(pair)
                wrong.append(pair)
            pairs_in_order = [alphabetical(*pair) for pair in (right, *pick_several(wrong, own[18:21]))]
            names = [f"{CLASSES[first]} and {CLASSES[second]}" for first, second in pairs_in_order]
            classes = [index for pair in pairs_in_order for index in pair]
            yield self._row("adjacency", {}, names[0], names[1:], classes, own, n > 0)

    def _relative_position(self, patch, draws):
        alone = [
            (instance.class_index, instance.box)
            for instance in patch.instances
            if patch.counts[instance.class_index] == 1
        ]
        pairs = [
            (anchor, target, seen)
            for anchor, anchor_box in alone
            for target, target_box in alone
            if anchor != target and (seen := direction(anchor_box, target_box)) is not None
        ]
        if not pairs:
            return
        anchor, target, right = pick(pairs, draws[2])
        place = DIRECTIONS.index(right)
        far = [DIRECTIONS[(place + step) % 8] for step in range(2, 7)]
        wrong = [f"to the {name}" for name in pick_several(far, draws[3:6])]
        forms = self._wording[target]
        values = {
            "anchor": f"the {self._wording[anchor].lower}",
            "target": f"the {forms.lower}",
            **verb_forms(forms.number == "singular"),
        }
        yield self._row("relative pos", values, f"to the {right}", wrong, [target, anchor], draws)
