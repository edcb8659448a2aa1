"""Over many worlds the interval of D3 holds the true ratio about as often as it says.

The counts are drawn by the simulation itself; only files and contracts are left out, for speed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from evalkit import periods
from evalkit.inference.summed import CellSeries, compare
from evalkit.simulated_world import FIRST, LAST, METRICS, START, UNITS
from evalkit.simulation import _draw, _World
from evalkit.vocabulary import Frequency

SEEDS = 60
MONTHS = tuple(periods.between(FIRST, LAST, Frequency.MONTH))
EARLY = np.array([month < START.replace(month=1) for month in MONTHS])
LATE = np.array([month >= START for month in MONTHS])
OTTO, SAMORDNAD = ("0127",), ("0180",)
ONE, OTHER = ("9901", "9903"), ("9902", "9904", "9905")
METRIC = next(metric for metric in METRICS if metric.metric == "B2")


def counts(seed: int) -> dict[str, np.ndarray]:
    """One draw of orders under penalty, by unit and month."""
    random = np.random.default_rng(seed)
    world = _World(MONTHS, {}, {})
    return {unit.unit_id: _draw(METRIC, unit, world, random)[0] for unit in UNITS}


DRAWN = tuple(counts(seed) for seed in range(1000, 1000 + SEEDS))


def intervals(group: tuple[str, ...], comparison: tuple[str, ...]) -> list[tuple[float, float]]:
    found = []
    for drawn in DRAWN:
        sides = [sum(drawn[unit] for unit in side) for side in (group, comparison)]
        cells = [CellSeries(side[when], np.full(int(when.sum()), 1 / 12)) for side in sides for when in (LATE, EARLY)]
        outcome = compare(cells)
        found.append((outcome.interval.low, outcome.interval.high))
    return found


def at_most(expected: float, draws: int) -> float:
    """Above this a share of misses would be seen by chance less than once in a thousand runs."""
    return expected + 3.1 * math.sqrt(expected * (1 - expected) / draws)


@pytest.mark.parametrize(
    ("group", "comparison", "truth"),
    [(OTTO, SAMORDNAD, 1.2), (OTTO, OTHER, 1.5), (SAMORDNAD, ONE, 1.25)],
    ids=["otto-samordnad", "otto-comparison", "samordnad-comparison"],
)
def test_the_interval_holds_the_true_ratio(group, comparison, truth: float) -> None:
    misses = sum(not low <= truth <= high for low, high in intervals(group, comparison)) / SEEDS
    assert misses <= at_most(0.05, SEEDS)


def test_no_effect_is_seldom_told_from_chance() -> None:
    """Two sets of areas without a model: 1 lies outside in about one world of twenty."""
    false_alarms = sum(not low <= 1 <= high for low, high in intervals(ONE, OTHER)) / SEEDS
    assert false_alarms <= at_most(0.05, SEEDS)


def test_a_real_effect_is_found_more_often_than_not() -> None:
    """1.25 in a city with 250 orders a year: an interval too wide to see it would be of no use."""
    found = sum(low > 1 for low, _ in intervals(SAMORDNAD, ONE + OTHER)) / SEEDS
    assert found > 0.3


def test_the_intervals_are_centred_on_the_truth() -> None:
    """The mean log ratio over the worlds lies within three standard errors of the true one."""
    middles = np.array([(math.log(low) + math.log(high)) / 2 for low, high in intervals(OTTO, OTHER)])
    assert abs(middles.mean() - math.log(1.5)) < 3 * middles.std(ddof=1) / math.sqrt(SEEDS)
