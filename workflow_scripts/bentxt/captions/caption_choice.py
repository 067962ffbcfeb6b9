"""Which version of a caption goes into the data set: the last one that the check accepts (Section 3.1)."""

from dataclasses import asdict
from typing import Any

from bentxt.captions.caption_check import Strictness, Verdict, check_caption
from bentxt.captions.caption_facts import CaptionFacts
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA, REWRITTEN


def choose(
    template: str, paraphrased: str, refined: str, facts: CaptionFacts, strictness: Strictness
) -> dict[str, Any]:
    """Check the versions of a caption and choose the first that passes: refined, paraphrased, template.

    Parameters
    ----------
    template, paraphrased, refined : str
        Blank where a rewriter gave none.
    facts : CaptionFacts
    strictness : bentxt.captions.caption_check.Strictness

    Returns
    -------
    dict
        ``caption`` and ``used``; the four criteria of the caption in use by their names, and those of both
        rewritten versions (``paraphrased_complete``), None where there is no such text; ``findings``, a
        list of dict, on each version that was checked. The template is checked where it is used; it is not
        free of artifacts, as it has class names in quotation marks.
    """
    texts = {"template": template, "paraphrased": paraphrased, "refined": refined}
    verdicts: dict[str, Verdict] = {}
    for version in REWRITTEN:
        if texts[version].strip():
            # A second turn that had nothing to mend repeats the first: its verdict is the same.
            same = texts[version] == paraphrased and "paraphrased" in verdicts
            verdicts[version] = (
                verdicts["paraphrased"] if same else check_caption(texts[version], facts, strictness)
            )
    passed = [version for version in reversed(REWRITTEN) if version in verdicts and verdicts[version].passed]
    used = passed[0] if passed else "template"
    if used == "template":
        verdicts[used] = check_caption(template, facts, strictness)
    return {
        "caption": texts[used],
        "used": used,
        **_criteria("", verdicts[used]),
        **{
            name: value
            for version in REWRITTEN
            for name, value in _criteria(f"{version}_", verdicts.get(version)).items()
        },
        "findings": [
            {"version": version, **asdict(finding)}
            for version, verdict in verdicts.items()
            for finding in verdict.findings
        ],
    }


def _criteria(prefix, verdict):
    return {f"{prefix}{name}": None if verdict is None else getattr(verdict, name) for name in CRITERIA}
