"""All kinds of damages and harmless changes, and how the check does on them (Section 3.1 of the paper).

A damage is made of a right caption and is wrong by construction: where that is not sure, none is made. The
draws of a caption depend on the run's seed, its patch and the kind alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bentxt.captions.caption_check import Strictness, Verdict, check_caption
from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.damages import fact_damages as facts_
from bentxt.captions.damages import harmless_changes as harmless
from bentxt.captions.damages import left_out
from bentxt.captions.damages import rewritten_facts as rewrites
from bentxt.captions.damages import spoilt_texts as spoilt
from bentxt.captions.damages.text_parts import Damage
from bentxt.randomness import generator

#: Groups of kinds: what the damage is to. A harmless change is to nothing.
FACTS, OMISSIONS, LANGUAGE, ARTIFACTS, HARMLESS = "facts", "omissions", "language", "artifacts", "harmless"
#: Both group and kind of a caption that was not changed.
UNDAMAGED = "undamaged"
#: The criterion that a damage of each group breaks.
BROKEN = {
    FACTS: "factually_accurate",
    OMISSIONS: "complete",
    LANGUAGE: "linguistically_correct",
    ARTIFACTS: "free_of_artifacts",
}


@dataclass(frozen=True)
class Kind:
    """One kind of damage, or of harmless change.

    Attributes
    ----------
    name, group : str
    make : callable
        Takes caption, facts and generator; returns the changed caption, or None where it does not apply.
    grammar_only : bool
        Whether the grammar writes the caption anew, so that it is none in a model's wording.
    """

    name: str
    group: str
    make: Damage
    grammar_only: bool = False


def _rewrites(group, **changes):
    return [
        Kind(name.replace("_", " "), group, rewrites.rewritten(change), True)
        for name, change in changes.items()
    ]


_SIGNS = {
    "double quotation marks": ('"', '"'),
    "typographic quotation marks": ("“", "”"),
    "single quotation marks": ("'", "'"),
    "backticks": ("`", "`"),
    "two asterisks": ("**", "**"),
    "one asterisk": ("*", "*"),
    "underscores": ("_", "_"),
}

KINDS: tuple[Kind, ...] = (
    Kind("area 2,000 m² off", FACTS, facts_.area_slightly_off),
    Kind("area a tenth off", FACTS, facts_.area_a_tenth_off),
    Kind("digits of an area transposed", FACTS, facts_.digits_transposed),
    Kind("digit of an area lost", FACTS, facts_.digit_lost),
    Kind("area of one part 11,000 m² off", FACTS, facts_.part_off),
    Kind("areas of two classes exchanged", FACTS, facts_.areas_exchanged),
    Kind("marginal class given a large area", FACTS, facts_.marginal_class_large),
    Kind("large class said to be marginal", FACTS, facts_.class_said_marginal),
    Kind("sum of a general class a tenth off", FACTS, facts_.group_sum_off),
    Kind("first member's area as the sum of its general class", FACTS, facts_.group_first_member),
    Kind("unit: acres", FACTS, facts_.unit_changed("acres")),
    Kind("unit: square feet", FACTS, facts_.unit_changed("square feet")),
    Kind("unit: square kilometers", FACTS, facts_.unit_changed("square kilometers")),
    Kind("unit: meters", FACTS, facts_.unit_changed("meters")),
    Kind("unit: hectares, number kept", FACTS, facts_.unit_changed("hectares")),
    Kind("unit: hectares, ten times too many", FACTS, facts_.unit_changed("hectares", 1e-3)),
    Kind("unit: km², ten times too many", FACTS, facts_.unit_changed("km²", 1e-5)),
    Kind("class replaced by an absent one", FACTS, facts_.class_replaced),
    Kind("absent class added", FACTS, facts_.class_added),
    Kind("two classes exchanged", FACTS, facts_.classes_exchanged),
    Kind("wrong largest class", FACTS, facts_.wrong_largest),
    Kind("more than half, of a smaller class", FACTS, facts_.more_than_half),
    Kind("whole image, of a part", FACTS, facts_.whole_image),
    Kind("classes said to be equally large", FACTS, facts_.all_equal),
    Kind("one area more", FACTS, facts_.one_area_more),
    Kind("one area less", FACTS, facts_.one_area_less),
    Kind("one area said to be two", FACTS, facts_.one_said_to_be_two),
    Kind("false border added", FACTS, facts_.false_border),
    Kind("true border replaced by a false one", FACTS, facts_.border_replaced),
    Kind("true border denied", FACTS, facts_.border_denied),
    Kind("true border negated", FACTS, facts_.border_negated),
    Kind("wrong season", FACTS, facts_.wrong_season),
    Kind("wrong country", FACTS, facts_.wrong_country),
    Kind("wrong climate zone", FACTS, facts_.wrong_zone),
    Kind("object invented", FACTS, facts_.object_invented),
    Kind("place invented", FACTS, facts_.place_invented),
    Kind("cause invented", FACTS, facts_.cause_invented),
    *_rewrites(
        FACTS,
        false_border_written=rewrites.with_false_border,
        border_moved_as_written=rewrites.with_moved_border,
        one_area_more_as_written=rewrites.with_another_count,
        area_a_tenth_off_as_written=rewrites.with_another_area,
        smaller_class_written_as_marginal=rewrites.with_another_tier,
    ),
    Kind("class left out", OMISSIONS, left_out.class_left_out),
    Kind("area left out", OMISSIONS, left_out.area_left_out),
    Kind("one border left out", OMISSIONS, left_out.border_left_out),
    Kind("all borders left out", OMISSIONS, left_out.borders_left_out),
    Kind("all counts of areas left out", OMISSIONS, left_out.counts_left_out),
    Kind("season left out", OMISSIONS, left_out.season_left_out),
    Kind("country left out", OMISSIONS, left_out.country_left_out),
    Kind("climate zone left out", OMISSIONS, left_out.zone_left_out),
    Kind("last sentence lost", OMISSIONS, left_out.last_sentence_lost),
    *_rewrites(
        OMISSIONS,
        class_never_written=rewrites.without_class,
        one_border_never_written=rewrites.without_border,
        no_border_written=rewrites.without_borders,
        one_count_never_written=rewrites.without_count,
        no_count_written=rewrites.without_counts,
    ),
    Kind("cut within a sentence", LANGUAGE, spoilt.cut_at_word),
    Kind("all in lower case", LANGUAGE, spoilt.lower_case),
    Kind("word doubled", LANGUAGE, spoilt.word_doubled),
    Kind("sentence repeated", LANGUAGE, spoilt.sentence_repeated),
    Kind("sentence repeated with another opening", LANGUAGE, spoilt.sentence_repeated_otherwise),
    Kind("whole caption twice", LANGUAGE, spoilt.caption_twice),
    Kind("full stop lost", LANGUAGE, spoilt.full_stop_lost),
    Kind("wrong article", LANGUAGE, spoilt.wrong_article),
    Kind("foreign sentence", LANGUAGE, spoilt.foreign_sentence),
    *(
        Kind(f"{name} round a class", ARTIFACTS, spoilt.class_between(*signs))
        for name, signs in _SIGNS.items()
    ),
    Kind("quotation marks round the caption", ARTIFACTS, spoilt.wrapped_in('"', '"')),
    Kind(
        "prefix",
        ARTIFACTS,
        spoilt.one_of(
            spoilt.wrapped_in("Output: "),
            spoilt.wrapped_in("Here is the refined caption: "),
            spoilt.wrapped_in("Refined caption:\n"),
            spoilt.wrapped_in("Sure! "),
        ),
    ),
    Kind(
        "remark behind the caption",
        ARTIFACTS,
        spoilt.one_of(
            spoilt.wrapped_in("", " (Note: I kept all areas as given.)"),
            spoilt.wrapped_in("", " Let me know if you need anything else."),
            spoilt.wrapped_in("", " The caption follows all rules."),
            spoilt.wrapped_in("", " I have corrected the areas."),
        ),
    ),
    Kind(
        "thoughts",
        ARTIFACTS,
        spoilt.one_of(
            spoilt.wrapped_in("<think>\nAll facts must be kept.\n</think>\n\n"),
            spoilt.wrapped_in("All facts must be kept.</think>"),
        ),
    ),
    Kind(
        "special token",
        ARTIFACTS,
        spoilt.one_of(
            spoilt.wrapped_in("", "<|eot|>"),
            spoilt.wrapped_in("", "[/INST]"),
            spoilt.wrapped_in("", "</s>"),
            spoilt.wrapped_in("", " assistant"),
        ),
    ),
    Kind("heading", ARTIFACTS, spoilt.wrapped_in("# Caption\n\n")),
    Kind("list", ARTIFACTS, spoilt.bullet_list),
    Kind("words that the prompt forbids", ARTIFACTS, spoilt.wrapped_in("", " This land cover is typical.")),
    Kind("areas in ha", HARMLESS, harmless.unit("ha", 10_000)),
    Kind("areas in hectares", HARMLESS, harmless.unit("hectares", 10_000)),
    Kind("areas in km²", HARMLESS, harmless.unit("km²", 1_000_000)),
    Kind("areas in m²", HARMLESS, harmless.unit("m²", 1)),
    Kind("sqm as square meters, or the other way round", HARMLESS, harmless.other_word_for_unit),
    Kind("numbers as 1352000", HARMLESS, harmless.thousands("")),
    Kind("numbers as 1 352 000", HARMLESS, harmless.thousands(" ")),
    Kind("numbers as 1'352'000", HARMLESS, harmless.thousands("'")),
    Kind("≈ for about", HARMLESS, harmless.about_as_sign),
    Kind("class in title case", HARMLESS, harmless.title_case),
    Kind("typographic marks round the climate zone", HARMLESS, harmless.zone_in_typographic_marks),
    Kind("climate zone without marks", HARMLESS, harmless.zone_without_marks),
    Kind("autumn for fall", HARMLESS, harmless.autumn),
    Kind("right sum of a general class", HARMLESS, harmless.group_sum),
    Kind("class by its general class", HARMLESS, harmless.general_class),
    Kind("right comparison of two classes", HARMLESS, harmless.larger_than),
)


@dataclass(frozen=True)
class Judged:
    """What the check says of one changed caption.

    Attributes
    ----------
    kind : Kind
    caption : str
    verdict : Verdict
    """

    kind: Kind
    caption: str
    verdict: Verdict

    @property
    def by_criterion(self) -> bool:
        """Whether the criterion that the damage breaks fails; of a harmless change, whether any does."""
        broken = BROKEN.get(self.kind.group)
        return not self.verdict.passed if broken is None else not getattr(self.verdict, broken)


def judge_changes(
    caption: str, facts: CaptionFacts, strictness: Strictness, seed: int, grammar: bool
) -> Iterator[Judged]:
    """Change a right caption in every way that applies, and check each result.

    Parameters
    ----------
    caption : str
    facts : CaptionFacts
    strictness : bentxt.captions.caption_check.Strictness
    seed : int
        The run's.
    grammar : bool
        Whether the caption is of the grammar.

    Yields
    ------
    Judged
    """
    for kind in KINDS:
        if kind.grammar_only and not grammar:
            continue
        draws = generator(seed, "caption_damages", kind.name, facts.patch_id)
        changed = kind.make(caption, facts, draws)
        if changed is not None and changed != caption:
            yield Judged(kind, changed, check_caption(changed, facts, strictness))
