"""Augmented captions with verdicts that are set by hand, and damaged captions as the check judged them."""

import pyarrow as pa

from bentxt.captions.damages.damage_kinds import UNDAMAGED
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS, CRITERIA, REWRITTEN
from bentxt.tables.schemas.caption_damages_schema import CAPTION_DAMAGES

LINEAGE = Lineage("augment_captions.py", {"run": "mini", "seed": 7}, "", {})
TEMPLATE = 'It shows "pastures". It is winter.'


def finding(version, criterion, kind="kind", message="what is wrong", start=None, stop=None):
    """Return one finding."""
    return {
        "version": version,
        "criterion": criterion,
        "kind": kind,
        "message": message,
        "start": start,
        "stop": stop,
    }


def row(patch, paraphrased, refined, used, findings=(), backend="openai", **missing):
    """Return one row: texts of the two versions, blank for none, and the criteria that its findings fail."""
    texts = {"template": TEMPLATE, "paraphrased": paraphrased, "refined": refined}

    def holds(version, name):
        return all((each["version"], each["criterion"]) != (version, name) for each in findings)

    criteria = {f"{v}_{n}": holds(v, n) if texts[v] else None for v in REWRITTEN for n in CRITERIA}
    return {
        "patch_id": patch,
        **texts,
        "caption": texts[used],
        "used": used,
        **{name: holds(used, name) for name in CRITERIA},
        **criteria,
        "findings": list(findings),
        "paraphrase_missing": missing.get("paraphrase_missing", ""),
        "refinement_missing": missing.get("refinement_missing", ""),
        "backend": backend,
        "model": "" if backend == "grammar" else "a-model",
        "prompt_hash": "",
    }


#: Four patches: right at once; refined wrong; both wrong in two ways; no text of either.
ROWS = [
    row("P1", "Pastures are here in winter.", "Pastures lie here in winter.", "refined"),
    row(
        "P2",
        "Pastures are here in winter.",
        "Output: forest.",
        "paraphrased",
        [
            finding("refined", "free_of_artifacts", "prefix", "a prefix", 0, 7),
            finding("refined", "complete", "missing class", "pastures are missing"),
        ],
    ),
    row(
        "P3",
        "Forest here.",
        "Forest.",
        "template",
        [
            finding("paraphrased", "factually_accurate", "absent class", "no forest is here", 0, 6),
            finding("paraphrased", "factually_accurate", "absent class", "no forest is here", 7, 11),
            finding("paraphrased", "complete", "missing class", "pastures are missing"),
            finding("refined", "factually_accurate", "absent class", "no forest is here", 0, 6),
            finding("template", "free_of_artifacts", "quotation marks", "pastures", 9, 19),
        ],
    ),
    row(
        "P4",
        "",
        "",
        "template",
        [finding("template", "free_of_artifacts", "quotation marks", "pastures", 9, 19)],
        paraphrase_missing="cut",
        refinement_missing="no paraphrase",
    ),
]


def captions(rows=None):
    """Return the table of augmented captions."""
    return pa.Table.from_pylist(ROWS if rows is None else rows, schema=AUGMENTED_CAPTIONS)


def damages(judged, wording="grammar"):
    """Return the table of damaged captions: one row for each (group, kind, passed, by criterion)."""
    rows = [
        {
            "patch_id": f"P{number}",
            "wording": wording,
            "group": group,
            "kind": kind,
            "caption": f"{kind} of {number}.",
            "passed": passed,
            "by_criterion": by_criterion,
            "findings": "" if passed else "an objection",
        }
        for number, (group, kind, passed, by_criterion) in enumerate(judged)
    ]
    return pa.Table.from_pylist(rows, schema=CAPTION_DAMAGES)


#: Four undamaged captions, one of them refused; three harmless changes, one refused; a kind of damage
#: of which two of three are found, one of them by its criterion; two kinds that are always found.
JUDGED = [
    (UNDAMAGED, UNDAMAGED, True, False),
    ("facts", "wrong season", False, True),
    ("artifacts", "heading", False, True),
    (UNDAMAGED, UNDAMAGED, True, False),
    ("harmless", "areas in ha", True, False),
    ("facts", "area off", False, True),
    ("facts", "wrong season", False, False),
    (UNDAMAGED, UNDAMAGED, True, False),
    ("harmless", "areas in ha", True, False),
    ("facts", "wrong season", True, False),
    (UNDAMAGED, UNDAMAGED, False, True),
    ("harmless", "areas in ha", False, True),
]
