"""How an augmentation goes: rates and shares for the log, and when it is no use to go on (Section 3.1)."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from bentxt.captions.augmentation import NO_PARAPHRASE, Rewritten
from bentxt.errors import InputError
from bentxt.failures import CUT

#: Captions from which on the share that falls back is judged: of 200, 0.5 is known to ± 0.07.
JUDGED_FROM = 200
#: Captions that are named with the reason why they were not rewritten; the others are counted.
_NAMED = 20
#: Reasons that the message of a run that stops names.
_REASONS = 4


class Course:
    """Checks each caption as soon as it is rewritten, and counts.

    Parameters
    ----------
    check : callable
        Takes row and :class:`bentxt.captions.augmentation.Rewritten`; returns what
        :func:`bentxt.captions.caption_choice.choose` does.
    most_fallbacks : float
        Greatest share of captions, 0 to 1, that may fall back to the template.
    progress : tqdm.tqdm
        Of all captions of the shard.
    tokens : callable
        Returns the tokens of all answers so far.
    clock : callable
        Returns seconds.

    Attributes
    ----------
    choices : dict of int to dict
        Row to what ``check`` returned.
    """

    def __init__(
        self,
        check: Callable[[int, Rewritten], dict[str, Any]],
        most_fallbacks: float,
        progress: tqdm,
        tokens: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._check, self._most, self._progress, self._tokens = check, most_fallbacks, progress, tokens
        self._clock, self._begun = clock, clock()
        self.choices: dict[int, dict[str, Any]] = {}
        self._judged, self._fallen, self._why = 0, 0, Counter[str]()
        self._kept, self._asked, self._cut, self._passed = 0, 0, 0, 0

    def begin(self) -> None:
        """Start the clock: the model is loaded, or the server found."""
        self._begun = self._clock()

    def finished(self, row: int, patches: int, rewritten: Rewritten, asked: bool) -> None:
        """Count a conversation that is over; parameters as of :func:`bentxt.captions.augmentation.augment`.

        Raises
        ------
        InputError
            If more than the greatest share of at least :data:`JUDGED_FROM` different captions fell back.
        """
        choice = self.choices[row] = self._check(row, rewritten)
        self._judged += 1
        if asked:
            self._asked += patches
        else:
            self._kept += patches
        self._cut += patches * (CUT in (rewritten.paraphrase_missing, rewritten.refinement_missing))
        if choice["used"] == "template":
            self._why.update(_reasons(choice, rewritten))
            self._fallen += 1
        else:
            self._passed += patches
        self._progress.set_postfix_str(self.line(), refresh=False)
        self._progress.update(patches)
        if self._judged >= JUDGED_FROM and self._fallen > self._most * self._judged:
            why = "; ".join(f"{reason}: {count}" for reason, count in self._why.most_common(_REASONS))
            raise InputError(
                f"{self._fallen} of {self._judged} different captions fell back to the template, more than a "
                f"share of {self._most:g} (augmentation.most_fallbacks). The most frequent reasons: {why}",
                remedy="look at model, prompts and augmentation.max_tokens, or allow more; answers are kept",
            )

    def line(self) -> str:
        """Return rates, shares and the time left, as the log has them."""
        seconds = max(self._clock() - self._begun, 1e-9)
        done, shares = self._asked + self._kept, ((self._cut, "cut"), (self._passed, "passed"))
        parts = [f"{share / done:.1%} {what}" for share, what in shares] if done else []
        if self._asked:
            left = ((self._progress.total or done) - done) * seconds / self._asked
            tokens = f", {self._tokens() / seconds:,.0f} tokens/s" if self._tokens() else ""
            parts = [
                f"{self._asked / seconds:,.2f} captions/s{tokens}",
                *parts,
                f"{tqdm.format_interval(left)} left",
            ]
        return ", ".join(parts)

    def summary(self) -> str:
        """Return how many captions were answered before and now, and how fast."""
        return f"{self._kept} captions answered before, {self._asked} asked now; {self.line()}"


def _reasons(choice, rewritten):
    """Return why a caption fell back: what is missing, and the kinds of what the check objects to."""
    kinds = {finding["kind"] for finding in choice["findings"] if finding["version"] != "template"}
    missing = {rewritten.paraphrase_missing, rewritten.refinement_missing} - {"", NO_PARAPHRASE}
    return sorted(kinds | missing)


def count_missing(rewritten: list[Rewritten]) -> dict[str, dict[str, int]]:
    """Count what is missing, by turn and kind.

    Parameters
    ----------
    rewritten : list of Rewritten
        Of each patch.

    Returns
    -------
    dict
        ``paraphrase`` and ``refinement``, each a dict of kind to patches; what follows from a missing
        paraphrase is not counted again.
    """
    turns = {
        "paraphrase": Counter(each.paraphrase_missing for each in rewritten),
        "refinement": Counter(each.refinement_missing for each in rewritten),
    }
    return {
        turn: {kind: count for kind, count in sorted(kinds.items()) if kind not in ("", NO_PARAPHRASE)}
        for turn, kinds in turns.items()
    }


def describe_missing(patch_ids: list[str], rewritten: list[Rewritten], out: str) -> list[str]:
    """Return lines for the log on what is missing, and how it is asked for again; none where nothing is.

    Parameters
    ----------
    patch_ids : list of str
    rewritten : list of Rewritten
        Of each patch.
    out : str
        The table that the job makes.
    """
    lines = []
    for turn, kinds in count_missing(rewritten).items():
        if kinds:
            counted = ", ".join(f"{kind}: {count}" for kind, count in kinds.items())
            lines.append(f"{turn} missing: {counted}")
    if not lines:
        return []
    named = [
        f"  {patch_id}: {each.paraphrase_missing or each.refinement_missing}"
        + (f": {each.reason}" if each.reason else "")
        for patch_id, each in zip(patch_ids, rewritten, strict=True)
        if each.refinement_missing and CUT not in (each.paraphrase_missing, each.refinement_missing)
    ]
    return [*lines, *named[:_NAMED], f"  To ask these again: snakemake … --forcerun {out}"]
