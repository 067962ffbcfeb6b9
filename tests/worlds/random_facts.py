"""Facts of captions at random: one class to eight, of all 19, every tier, any borders (hypothesis)."""

from hypothesis import strategies as st

from bentxt.captions.caption_facts import caption_facts
from bentxt.nomenclature import COUNTRIES, PIXELS
from worlds.caption_tables import RULES

_ZONES = (
    "Cold, no dry season, warm summer",
    "Temperate, no dry season, warm summer",
    "Temperate, dry summer, hot summer",
)


def _parts(draw, total, count):
    """Cut ``total`` into ``count`` parts of one or more, in descending order."""
    if count == 1:
        return [total]
    cuts = sorted(
        draw(st.lists(st.integers(1, total - 1), min_size=count - 1, max_size=count - 1, unique=True))
    )
    return sorted((b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)), reverse=True)


@st.composite
def random_facts(draw):
    """Facts of one patch; its borders join any pairs of its classes."""
    classes = draw(st.lists(st.integers(0, 18), min_size=1, max_size=8, unique=True))
    instances = {}
    for index, pixels in zip(classes, _parts(draw, PIXELS, len(classes)), strict=True):
        count = 1 if len(classes) == 1 else draw(st.integers(1, min(pixels, 6)))
        instances[index] = _parts(draw, pixels, count)
    pairs = [(a, b) for i, a in enumerate(classes) for b in classes[i + 1 :]]
    touching = [pair for pair in pairs if draw(st.booleans())] if draw(st.booleans()) else pairs
    return caption_facts(
        f"P{draw(st.integers(0, 10**6))}",
        draw(st.sampled_from(COUNTRIES)),
        draw(st.sampled_from(["Spring", "Summer", "Fall", "Winter"])),
        draw(st.sampled_from(_ZONES)),
        instances,
        touching,
        RULES,
    )
