"""Draws depend on the item alone."""

import numpy as np

from bentxt.randomness import generator

PATCH = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"


def test_draws_are_the_same_everywhere():
    # Fixed numbers: another platform, version or change of the seeding must not pass unseen.
    assert generator(2026, "binary", PATCH).integers(0, 1000, 6).tolist() == [4, 879, 118, 753, 919, 264]


def test_every_part_matters_and_so_does_their_order():
    def draw(*parts):
        return generator(*parts).integers(0, 2**62, 2).tolist()

    draws = [
        draw(1, "binary", PATCH),
        draw(2, "binary", PATCH),
        draw(1, "mcq", PATCH),
        draw(1, PATCH, "binary"),
        draw(1, "binary" + PATCH),
        draw(1, "binary", PATCH, ""),
        draw(12, "3"),
        draw(1, "23"),
    ]
    assert len({tuple(pair) for pair in draws}) == len(draws)


def test_numbers_and_their_text_name_the_same_item():
    assert generator(1, "shard", 3).random() == generator(1, "shard", "3").random()


def test_neighbouring_items_are_independent():
    draws = np.array([generator(7, "x", index).random(2) for index in range(4000)])
    assert abs(draws.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.06
    assert abs(np.corrcoef(draws[:-1, 0], draws[1:, 0])[0, 1]) < 0.06
