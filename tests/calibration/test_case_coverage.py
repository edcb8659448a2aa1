"""How often the intervals for persons in cases hold the truth; the whole table is ``benchmarks/coverage_cases.py``."""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.inference import clustered, rates
from evalkit.inference.clustered import CaseSums
from evalkit.inference.intervals import Intervals

DRAWS = 4000
LEAST = 0.93
SIZES = np.arange(1, 21)
SKEWED = SIZES**-1.5 / (SIZES**-1.5).sum()
TRUTH = float(SKEWED @ SIZES)


def draw(means: np.ndarray, rng: np.random.Generator) -> CaseSums:
    return CaseSums.tallied(rng.poisson(means[:, None] * SKEWED), SIZES)


def share_held(found: Intervals, truth: float) -> float:
    # A refusal (no case at all) holds everything: it makes no claim that could be wrong.
    return float((~found.is_estimated | ((found.low <= truth) & (truth <= found.high))).mean())


@pytest.mark.parametrize("mean", [0.5, 1.0, 3.0, 10.0, 30.0])
def test_the_rate_and_the_ratio_cover_with_skewed_sizes(mean: float) -> None:
    rng = np.random.default_rng(int(10 * mean))
    means = mean * np.exp(rng.uniform(-0.35, 0.35, DRAWS))
    group, reference = draw(means, rng), draw(0.5 * means, rng)
    assert share_held(clustered.rate(group, means), TRUTH) >= LEAST
    assert share_held(clustered.ratio(group, means, reference, 0.5 * means), 1.0) >= LEAST


def test_an_interval_for_single_persons_would_be_wrong_far_too_often() -> None:
    rng = np.random.default_rng(7)
    means = np.full(DRAWS, 10.0)
    assert share_held(rates.exact(draw(means, rng).persons, means), TRUTH) < 0.6


@pytest.mark.parametrize(("chance", "size"), [(0.02, 100), (0.2, 40)])
def test_only_a_known_largest_size_holds_the_truth_where_large_cases_are_rare(chance: float, size: int) -> None:
    rng = np.random.default_rng(size)
    counts = rng.poisson(10 * np.array([1 - chance, chance]), (DRAWS, 2))
    sums, truth = CaseSums.tallied(counts, np.array([1, size])), 10 * (1 - chance + chance * size)
    assert share_held(clustered.rate(sums, 1.0), truth) < 0.9
    assert share_held(clustered.rate(sums, 1.0, at_most=size), truth) >= 0.95
