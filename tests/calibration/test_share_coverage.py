"""How often the intervals of hit rates hold the truth when the share differs from period to period.

Beta-binomial: each period of n visits has a share of its own, so the variance is 1 + (n - 1)ρ times the binomial. With
n = 20 and ρ = 0.1 that is 2.9. The bounds leave three standard errors of so many draws.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from evalkit.inference import dispersion, shares
from evalkit.inference.totals import Total

VISITS, PERIODS, RHO = 20, 12, 0.1
CELLS = {
    "one share": (0.3,),
    "one high share": (0.9,),
    "a ratio": (0.45, 0.3),
    "a ratio of ratios": (0.45, 0.3, 0.3, 0.3),
}
DRAWS = {1: 1500, 2: 200, 4: 120}


def drawn(cells: tuple[float, ...], random: np.random.Generator) -> np.ndarray:
    size = 1 / RHO - 1
    return np.stack(
        [random.binomial(VISITS, random.beta(share * size, (1 - share) * size, PERIODS)) for share in cells]
    )


@pytest.mark.parametrize("name", CELLS)
def test_shares_that_differ_between_periods_are_held_as_often_as_the_level_says(name: str) -> None:
    cells, random = CELLS[name], np.random.default_rng(11)
    truth = cells[0] if len(cells) == 1 else 1.5
    at, visits = np.repeat(np.arange(len(cells)), PERIODS), np.full(len(cells) * PERIODS, float(VISITS))
    held = {"widened": 0, "by chance alone": 0}
    draws = DRAWS[len(cells)]
    for _ in range(draws):
        counts = drawn(cells, random)
        totals = [Total(int(row.sum()), float(VISITS * PERIODS)) for row in counts]
        found = dispersion.pearson_of_shares(counts.ravel(), visits, at)
        for kind, variation in (("widened", found), ("by chance alone", None)):
            interval = shares.interval(totals, variation)
            held[kind] += interval.low <= truth <= interval.high
    error = 3 * math.sqrt(0.05 * 0.95 / draws)
    assert held["widened"] / draws >= 0.935 - error
    assert held["by chance alone"] / draws <= 0.85 + error
