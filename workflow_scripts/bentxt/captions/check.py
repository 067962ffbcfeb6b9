"""First thin version."""

import re
from dataclasses import dataclass

from bentxt.captions.wording import NAMES

CRITERIA = ("linguistically_correct", "factually_accurate", "complete", "free_of_artifacts")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Four criteria."""

    linguistically_correct: bool
    factually_accurate: bool
    complete: bool
    free_of_artifacts: bool
    findings: tuple

    @property
    def passed(self):
        return all(getattr(self, name) for name in CRITERIA)


def check_caption(text, facts):
    """Check one caption."""
    lower = text.lower()
    named = {index for index, name in enumerate(NAMES) if re.search(rf"\b{re.escape(name)}\b", lower)}
    present = {c.index for c in facts.classes}
    complete = (
        named >= present and facts.country in text and facts.season in lower and facts.climate_zone in lower
    )
    return Verdict(
        text.strip().endswith("."),
        named <= present,
        complete,
        '"' not in lower.replace(f'"{facts.climate_zone}"', ""),
        (),
    )
