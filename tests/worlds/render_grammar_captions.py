"""Write captions of the grammar for a reader, two a patch.

After a change of wording: ``PYTHONPATH=workflow_scripts:tests python`` on this file, then read what has
changed as an editor would.
"""

import json
from pathlib import Path

from bentxt.captions.caption_facts import caption_facts
from bentxt.captions.grammar import paraphrase
from worlds.caption_tables import CLIMATE, RULES

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "grammar_captions.jsonl"
_SOUTH = "Temperate, dry summer, hot summer"
_WARM = "Temperate, no dry season, warm summer"

#: Facts of one class to seven, of real maps where a tile is named; every tier, a tie, and no primary class.
PATCHES = {
    "33UUP_26_57": (
        *("Austria", "Summer", CLIMATE),
        {2: [7075], 8: [4131], 10: [2040], 4: [766, 388]},
        [(2, 4), (2, 8), (8, 10)],
    ),
    "33UUP_32_64": (
        *("Austria", "Summer", CLIMATE),
        {0: [3497, 13], 1: [1130, 334], 2: [3063], 4: [373], 5: [3413], 6: [1412, 29], 8: [1136]},
        [(0, 2), (2, 4), (0, 5), (2, 6), (5, 8), (0, 6), (1, 5), (1, 8), (5, 6), (1, 6)],
    ),
    "29SNC_70_09": (
        *("Portugal", "Summer", _SOUTH),
        {7: [13515], 4: [441], 3: [431, 13]},
        [(3, 7), (4, 7)],
    ),
    "34TCR_86_08": (
        "Serbia",
        "Fall",
        "Temperate, no dry season, hot summer",
        {2: [13500], 0: [900]},
        [(0, 2)],
    ),
    "34VER_57_25": ("Finland", "Summer", CLIMATE, {18: [14400]}, []),
    "two large areas": (
        "Ireland",
        "Winter",
        _WARM,
        {4: [7000, 4000], 15: [1200, 1200], 12: [500, 500]},
        [(4, 15)],
    ),
    "a tie": ("Kosovo", "Spring", _WARM, {5: [6000], 13: [6000], 14: [2400]}, [(5, 13), (5, 14), (13, 14)]),
}
SEEDS = (1, 2026)


def captions():
    """Yield name, seed and caption."""
    for name, facts in PATCHES.items():
        for seed in SEEDS:
            yield name, seed, paraphrase(caption_facts(name, *facts, RULES), seed)


if __name__ == "__main__":
    GOLDEN.write_text("".join(json.dumps(entry) + "\n" for entry in captions()), encoding="utf-8")
