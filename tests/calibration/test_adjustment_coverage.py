"""How often the intervals over strata and of standardised rates hold the truth; the full tables are in the docs.

The same settings as ``benchmarks/coverage_adjustment.py``, with fewer draws.
"""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.inference import overdispersion, standardised, stratified
from evalkit.inference.cells import CellRows
from evalkit.inference.groups import Groups
from evalkit.inference.intervals import Intervals
from evalkit.inference.method import Method
from evalkit.inference.strata import Strata

DRAWS, STRATA = 2000, 4
ROWS = Groups(np.repeat(np.arange(DRAWS), STRATA), DRAWS)
MIX, SPREAD = np.array([0.5, 0.2, 0.2, 0.1]), np.array([0.4, 0.8, 1.2, 1.6])
# Three standard errors of a share of 2000 draws at 5 %.
ERROR = 3 * (0.05 * 0.95 / DRAWS) ** 0.5


def held(found: Intervals, truth: float) -> float:
    return float(np.mean(~found.is_estimated | ((found.low <= truth) & (truth <= found.high))))


def sides(mean: float, times: float, ratio: float, seed: int) -> Strata:
    rng = np.random.default_rng(seed)
    exposed_ref, exposed = np.tile(MIX, DRAWS), np.tile(MIX[::-1] * times, DRAWS)
    rates = np.tile(SPREAD, DRAWS) * mean / float(MIX @ SPREAD)
    return Strata(rng.poisson(rates * exposed * ratio), exposed, rng.poisson(rates * exposed_ref), exposed_ref)


@pytest.mark.parametrize("mean", [0.5, 1, 3, 10, 30])
def test_the_default_intervals_over_strata_keep_their_level(mean: float) -> None:
    ratio, difference, standard = [], [], []
    for seed, times in enumerate((0.2, 1.0, 5.0)):
        for true in (1.0, 2.0):
            drawn = sides(mean, times, true, seed)
            ratio.append(held(stratified.ratio(drawn, ROWS).intervals, true))
            both = ((drawn.events, drawn.exposed), (drawn.events_ref, drawn.exposed_ref))
            standard.append(held(standardised.rate_ratio(both, np.ones(DRAWS * STRATA), ROWS), true))
        difference.append(held(stratified.difference(sides(mean, times, 1.0, seed), ROWS).intervals, 0.0))
    for found in (ratio, difference):
        assert 0.94 <= np.mean(found) <= 0.98
        assert min(found) >= 0.93 - ERROR
    assert min(standard) >= 0.95 - ERROR


@pytest.mark.parametrize(
    ("exposures", "rates", "weights"),
    [
        ((50.0, 1.0), (0.2, 1.0), (0.1, 0.9)),
        ((1000.0, 3.0), (0.1, 1.0), (0.5, 0.5)),
        ((50.0, 10.0), (0.2, 1.0), (0.1, 0.9)),
    ],
)
def test_a_ratio_of_standards_keeps_its_level_when_one_stratum_has_the_weight(exposures, rates, weights) -> None:
    """A handful of events decides the standardised rate here; the score interval of the ratio holds 90 per cent."""
    rng, groups = np.random.default_rng(8), Groups(np.repeat(np.arange(DRAWS), 2), DRAWS)
    exposed, mean = np.tile(exposures, DRAWS), np.tile(np.multiply(exposures, rates), DRAWS)
    for exposed_ref, mean_ref in ((exposed, mean), (10 * exposed, 10 * mean)):
        both = ((rng.poisson(mean), exposed), (rng.poisson(mean_ref), exposed_ref))
        found = standardised.rate_ratio(both, np.tile(weights, DRAWS), groups)
        assert held(found, 1.0) >= 0.95 - ERROR


@pytest.mark.parametrize("mean", [0.5, 1, 3, 10, 30])
@pytest.mark.parametrize("weights", [np.ones(STRATA), MIX, MIX[::-1]])
def test_the_gamma_interval_never_covers_less_than_its_level(mean: float, weights: np.ndarray) -> None:
    rng = np.random.default_rng(5)
    rates = SPREAD * mean / float(MIX @ SPREAD)
    counts, truth = rng.poisson(np.tile(rates * MIX, DRAWS)), float(rates @ weights / weights.sum())
    given = (counts, np.tile(MIX, DRAWS), np.tile(weights, DRAWS), ROWS)
    assert held(standardised.rate(*given, method=Method.GAMMA), truth) >= 0.95 - ERROR
    assert held(standardised.rate(*given), truth) >= 0.90


@pytest.mark.parametrize("mean", [1, 10])
def test_the_test_of_phi_keeps_its_size(mean: float) -> None:
    rng = np.random.default_rng(6)
    draws = 3000
    cells, groups = Groups(np.tile(np.repeat([0, 1], 12), draws), 2), Groups(np.arange(draws).repeat(24), draws)
    found = overdispersion.phi(CellRows.of(rng.poisson(mean, 24 * draws), np.ones(24 * draws), cells, groups))
    assert np.mean(found.test.p_value < 0.05) <= 0.05 + 3 * (0.05 * 0.95 / draws) ** 0.5
    assert np.mean((found.low <= 1) & (found.high >= 1)) >= 0.93
