"""How often the intervals for persons in cases hold the truth; the whole table is ``benchmarks/coverage_cases.py``."""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.inference import clustered, rates
from evalkit.inference.clustered import CaseSums
from evalkit.inference.intervals import Intervals

DRAWS = 4000
NOMINAL, CHANCE = 0.95, 0.008
SIZES = np.arange(1, 21)
WORLDS = {
    "skewed": (SIZES, SIZES**-1.5),
    "rare and very large": (np.array([1, 100]), np.array([0.98, 0.02])),
    "small and large": (np.array([1, 40]), np.array([0.8, 0.2])),
    "three kinds": (np.array([2, 9, 70]), np.array([0.75, 0.2, 0.05])),
}


def draw(world: str, means: np.ndarray, rng: np.random.Generator) -> tuple[CaseSums, float]:
    sizes, weights = WORLDS[world]
    chance = weights / weights.sum()
    return CaseSums.tallied(rng.poisson(means[:, None] * chance), sizes), float(chance @ sizes)


def share_held(found: Intervals, truth: float) -> float:
    given = found.is_estimated
    return float(((found.low <= truth) & (truth <= found.high))[given].mean())


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("mean", [0.5, 1.0, 3.0, 10.0, 30.0])
def test_the_rate_and_the_ratio_are_never_below_their_level(world: str, mean: float) -> None:
    rng = np.random.default_rng(int(10 * mean))
    means = mean * np.exp(rng.uniform(-0.35, 0.35, DRAWS))
    (group, truth), (reference, _) = draw(world, means, rng), draw(world, 0.5 * means, rng)
    most = int(WORLDS[world][0].max())
    found = clustered.rate(group, means, at_most=most)
    assert found.is_estimated.all()
    assert share_held(found, truth) >= NOMINAL - CHANCE
    assert share_held(clustered.ratio(group, means, reference, 0.5 * means, at_most=most), 1.0) >= NOMINAL - CHANCE


@pytest.mark.parametrize("mean", [3.0, 10.0, 30.0])
def test_a_ratio_of_unlike_cases_is_not_below_its_level(mean: float) -> None:
    rng = np.random.default_rng(int(10 * mean))
    means = np.full(DRAWS, mean)
    for one, two in (("small and large", "skewed"), ("skewed", "three kinds")):
        (group, truth), (reference, truth_ref) = draw(one, means, rng), draw(two, means, rng)
        most = int(max(WORLDS[one][0].max(), WORLDS[two][0].max()))
        found = clustered.ratio(group, means, reference, means, at_most=most)
        assert share_held(found, truth / truth_ref) >= NOMINAL - CHANCE


def test_an_interval_for_single_persons_would_be_wrong_far_too_often() -> None:
    rng = np.random.default_rng(7)
    means = np.full(DRAWS, 10.0)
    sums, truth = draw("skewed", means, rng)
    assert share_held(rates.exact(sums.persons, means), truth) < 0.6


def test_the_sizes_seen_cannot_stand_for_the_largest_there_can_be() -> None:
    """Why nothing is said upwards without ``at_most``: the largest seen would be wrong most of the time."""
    rng = np.random.default_rng(100)
    means = np.full(DRAWS, 10.0)
    sums, truth = draw("rare and very large", means, rng)
    without = clustered.rate(sums, means)
    assert np.isinf(without.high[without.is_estimated]).all()
    assert share_held(without, truth) >= NOMINAL + (1 - NOMINAL) / 2 - CHANCE
    seen = clustered.rate(sums, means, at_most=1)
    assert share_held(seen, truth) < 0.5
