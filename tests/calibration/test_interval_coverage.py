"""How often intervals hold the truth: by summation where every outcome can be listed, else by simulation.

The larger simulation, with the table that ``evalkit.inference.rule`` quotes, is ``benchmarks/coverage.py``.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from scipy import stats

from evalkit.inference import rates, ratios, two_by_two
from evalkit.inference.difference import Spread, excess
from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, compare

LEVEL = 0.95
MEANS = np.concatenate([np.linspace(0.05, 5, 100), np.linspace(5.1, 40, 100)])


@functools.cache
def rate_limits(method: str) -> tuple[np.ndarray, np.ndarray]:
    found = getattr(rates, method)(np.arange(120), 1.0, LEVEL)
    return found.low, found.high


def rate_coverage(method: str) -> np.ndarray:
    low, high = rate_limits(method)
    held = (low <= MEANS[:, None]) & (MEANS[:, None] <= high)
    return (stats.poisson.pmf(np.arange(120), MEANS[:, None]) * held).sum(axis=1)


def test_the_exact_rate_never_covers_less_than_its_level() -> None:
    coverage = rate_coverage("exact")
    assert coverage.min() >= LEVEL - 1e-9
    assert coverage.mean() < 0.985


@pytest.mark.parametrize(("method", "least"), [("midp", 0.91), ("score", 0.83), ("bayes", 0.89)])
def test_the_other_rates_cover_about_their_level_on_average(method: str, least: float) -> None:
    coverage = rate_coverage(method)
    assert LEVEL - 0.005 <= coverage.mean() <= LEVEL + 0.02
    assert coverage.min() >= least
    assert coverage.min() < LEVEL


LARGEST = 50


@functools.cache
def ratio_limits(method: str) -> tuple[np.ndarray, np.ndarray]:
    outcomes = np.arange(LARGEST)
    found = getattr(ratios, method)(outcomes[:, None], 2.0, outcomes, 1.0, LEVEL)
    return np.where(found.is_estimated, found.low, 0.0), np.where(found.is_estimated, found.high, math.inf)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 1.7])
@pytest.mark.parametrize("mean_ref", [0.8, 3.0, 6.0])
@pytest.mark.parametrize(
    ("method", "least", "most"), [("exact", LEVEL, 1.0), ("midp", 0.94, 1.0), ("score", 0.93, 1.0)]
)
def test_the_ratio_covers(method: str, least: float, most: float, mean_ref: float, ratio: float) -> None:
    # A refusal (no events at all) holds every ratio: it makes no claim that could be wrong.
    mean = 2.0 * ratio * mean_ref
    low, high = ratio_limits(method)
    outcomes = np.arange(LARGEST)
    probability = np.outer(stats.poisson.pmf(outcomes, mean), stats.poisson.pmf(outcomes, mean_ref))
    assert probability.sum() > 1 - 1e-6
    coverage = float((probability * ((low <= ratio) & (ratio <= high))).sum())
    assert least - 1e-6 <= coverage <= most


@pytest.mark.parametrize("ratio", [0.4, 1.0, 2.5])
def test_the_ratio_of_ratios_never_covers_less_than_its_level_given_the_margins(ratio: float) -> None:
    treated, comparison, after = 14, 30, 16
    distribution = stats.nchypergeom_fisher(treated + comparison, treated, after, ratio)
    count = np.arange(max(0, after - comparison), min(treated, after) + 1)
    tables = np.stack([count, treated - count, after - count, comparison - after + count])
    coverage = {}
    for method in ("exact", "midp"):
        found = two_by_two.METHODS[method](tables, np.ones((4, 1)), LEVEL)
        coverage[method] = float((distribution.pmf(count) * ((found.low <= ratio) & (ratio <= found.high))).sum())
    assert coverage["exact"] >= LEVEL - 1e-9
    assert 0.93 <= coverage["midp"] <= coverage["exact"]


DRAWS = 250
# Three standard errors of a share of 250 draws at 5 %.
SIMULATION_ERROR = 3 * math.sqrt(0.05 * 0.95 / DRAWS)


def draw(phi: float, periods: int, mean: float, rng: np.random.Generator) -> CellSeries:
    if phi == 1:
        return CellSeries(rng.poisson(mean, periods), np.ones(periods))
    return CellSeries(rng.negative_binomial(mean / (phi - 1), 1 / phi, periods), np.ones(periods))


def misses(truth: float, phi: float, periods: int, mean: float, seed: int) -> float:
    rng = np.random.default_rng(seed)
    wrong = 0
    for _ in range(DRAWS):
        cells = [draw(phi, periods, at, rng) for at in (mean * truth, mean, mean, mean)]
        interval = compare(cells, conf_level=LEVEL).interval
        wrong += interval is not None and not interval.low <= truth <= interval.high
    return wrong / DRAWS


@pytest.mark.slow
@pytest.mark.parametrize("mean", [10.0, 40.0])
@pytest.mark.parametrize("periods", [3, 6, 36])
@pytest.mark.parametrize("phi", [1.0, 2.0, 4.0])
def test_the_rule_keeps_its_level_with_and_without_an_effect(phi: float, periods: int, mean: float) -> None:
    assert misses(1.0, phi, periods, mean, seed=11) <= 0.05 + SIMULATION_ERROR
    assert misses(1.5, phi, periods, mean, seed=12) <= 0.05 + SIMULATION_ERROR


@pytest.mark.slow
def test_poisson_alone_would_not_keep_the_level() -> None:
    rng = np.random.default_rng(13)
    wrong = 0
    for _ in range(DRAWS):
        totals = [draw(4.0, 6, 40.0, rng).total for _ in range(4)]
        events, exposures = [total.events for total in totals], [total.exposure for total in totals]
        wrong += two_by_two.exact(events, exposures, LEVEL).only().p_value < 1 - LEVEL
    assert wrong / DRAWS > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("phi", [1.0, 3.0])
def test_dispersion_is_right_on_average(phi: float) -> None:
    rng = np.random.default_rng(14)
    found = [compare([draw(phi, 12, 20.0, rng) for _ in range(2)]).dispersion for _ in range(400)]
    assert abs(float(np.mean(found)) - phi) < 4 * phi * math.sqrt(2 / 22 / 400) + 0.05 * (phi - 1)


@pytest.mark.parametrize("means", [(10, 5, 20, 15), (100, 30, 60, 50), (4, 2, 30, 20)])
@pytest.mark.parametrize("phi", [1, 2, 4])
def test_the_excess_number_covers_its_level(means: tuple[int, ...], phi: int) -> None:
    """The number of events beyond what the comparison's development gives; three periods a cell."""
    rng = np.random.default_rng(20230401 + phi)
    true = 3 * (means[0] - means[1] * means[2] / means[3])
    below, above, made = 0, 0, 0
    for _ in range(400):
        cells = [CellSeries(_counts(rng, mean, phi), np.ones(3)) for mean in means]
        found = compare(cells)
        if found.interval is None:
            continue
        model = found.method is Method.QUASI_POISSON
        spread = Spread(dispersion=found.dispersion if model else None, df=found.df if model else None)
        number = excess(int(cells[0].counts.sum()), found.interval, spread)
        if number is None:
            continue
        made += 1
        below, above = below + (true < number.low), above + (true > number.high)
    assert made > 350
    assert 1 - (below + above) / made >= 0.93
    assert max(below, above) / made <= 0.05


def _counts(rng: np.random.Generator, mean: float, phi: int) -> np.ndarray:
    if phi == 1:
        return rng.poisson(mean, 3)
    return rng.negative_binomial(mean / (phi - 1), 1 / phi, 3)
