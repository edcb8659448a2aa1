"""How often the default intervals of waits hold the truth; the whole table is ``benchmarks/coverage_durations.py``."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import special

from evalkit.inference import durations, mean_durations
from evalkit.inference.intervals import Intervals
from evalkit.inference.method import Method
from evalkit.inference.risk_sets import gather

DRAWS = 3000
# Three standard errors of a share of the draws at 5 %.
ERROR = 3 * math.sqrt(0.05 * 0.95 / DRAWS)


@cache
def waiting(size: int) -> durations.Waiting:
    """Exponential waits with mean 1, a quarter censored."""
    rng = np.random.default_rng(size)
    full, seen = rng.exponential(1.0, size * DRAWS), rng.exponential(3.0, size * DRAWS)
    return durations.kaplan_meier(
        gather(np.minimum(full, seen), (full <= seen).astype(int), np.repeat(np.arange(DRAWS), size))
    )


def held(found: Intervals, truth: float) -> float:
    there = found.is_estimated
    return float(((found.low <= truth) & (truth <= found.high))[there].mean())


@pytest.mark.parametrize("size", [10, 30])
def test_the_default_curve_and_median_cover_about_their_level(size: int) -> None:
    shares = [held(durations.at(waiting(size), -math.log(q), 0.95, Method.LOG_LOG), q) for q in (0.9, 0.7, 0.5, 0.3)]
    assert 0.94 - ERROR <= np.mean(shares) <= 0.975 + ERROR
    median = held(durations.quantile(waiting(size), 0.5, 0.95, Method.LOG_LOG), math.log(2))
    assert 0.94 - ERROR <= median <= 0.975 + ERROR


@pytest.mark.parametrize("size", [5, 10, 30])
def test_the_default_mean_covers_and_the_usual_one_does_not_when_units_are_few(size: int) -> None:
    truth = 1 - math.exp(-0.7)
    found = {how: held(mean_durations.mean(waiting(size), 0.7, 0.95, how), truth) for how in mean_durations.ONE_SIDE}
    assert 0.94 - ERROR <= found[Method.LOGIT] <= 0.975 + ERROR
    assert found[Method.GREENWOOD] < found[Method.LOGIT]


@pytest.mark.parametrize("size", [1, 4, 12])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.85])
def test_the_exact_curve_never_covers_less_than_its_level_without_censoring(size: int, share: float) -> None:
    # By summation: with nobody censored the curve depends only on how many of the units still wait on the day.
    total = 0.0
    for left in range(size + 1):
        days = np.concatenate([np.linspace(0.1, 0.9, size - left), np.linspace(1.1, 1.9, left)])
        curve = durations.kaplan_meier(gather(days, np.ones(size, dtype=int), np.zeros(size, dtype=int)))
        found = durations.at(curve, 1.0, 0.95, Method.EXACT)
        weight = special.comb(size, left) * share**left * (1 - share) ** (size - left)
        total += weight * (found.low[0] <= share <= found.high[0])
    assert total >= 0.95 - 1e-9
