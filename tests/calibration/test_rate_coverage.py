"""How often the default intervals of rates, ratios and differences hold the truth, summed over every outcome.

The whole tables are made by ``benchmarks/coverage_rates.py`` and stand in ``docs/statistics/rates.md``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from scipy import stats

import evalkit as ek
from evalkit.inference import e_test, rate_differences, rates, ratios
from evalkit.inference.intervals import Intervals
from evalkit.inference.pairs import Pairs

LEVEL = 0.95
MEANS = (0.5, 1.0, 3.0, 10.0)
SETTINGS = tuple(product((0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0), (0.5, 1.0, 2.0)))
ROUNDING = 1e-6
WITHIN = (0.94, 0.975)


@pytest.mark.parametrize("function", [ek.rate, ek.rate_ratio, ek.rate_difference])
def test_the_default_is_the_method_whose_coverage_is_checked_here(function: Callable) -> None:
    assert inspect.signature(function).parameters["method"].default == "score"


@pytest.mark.parametrize("mean", [*MEANS, 30.0])
def test_the_default_of_a_rate_covers_its_level_on_average(mean: float) -> None:
    counts, means = np.arange(200), mean * np.geomspace(2 / 3, 3 / 2, 101)[:, None]
    found = rates.score(counts, 1.0, LEVEL)
    held = (found.low <= means) & (means <= found.high)
    coverage = (stats.poisson.pmf(counts, means) * held).sum(axis=1)
    assert WITHIN[0] <= coverage.mean() <= WITHIN[1]
    assert coverage.min() >= 0.89


def outcomes(mean: float, mean_ref: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count, other = (np.arange(int(stats.poisson.isf(1e-8, at)) + 2) for at in (mean, mean_ref))
    return count[:, None], other, np.outer(stats.poisson.pmf(count, mean), stats.poisson.pmf(other, mean_ref))


def ratio_coverage(method: Callable[..., Intervals], mean: float) -> list[float]:
    """Among the outcomes that have an interval: a refusal (no event at all) is neither right nor wrong."""
    covered = []
    for exposure, truth in SETTINGS:
        count, other, probability = outcomes(mean * exposure * truth, mean)
        found = method(count, exposure, other, 1.0, LEVEL)
        held = (found.low <= truth) & (truth <= found.high)
        covered.append(float((probability * held).sum() / probability[found.is_estimated].sum()))
    return covered


@pytest.mark.parametrize("mean", MEANS)
def test_the_default_of_a_ratio_covers_its_level_on_average_and_the_exact_one_always(mean: float) -> None:
    default = ratio_coverage(ratios.score, mean)
    assert WITHIN[0] <= np.mean(default) <= WITHIN[1]
    assert min(default) >= 0.93
    assert min(ratio_coverage(ratios.exact, mean)) >= LEVEL - ROUNDING
    assert min(ratio_coverage(ratios.midp, mean)) >= LEVEL - ROUNDING
    assert min(ratio_coverage(ratios.bayes, mean)) >= 0.91


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize(("method", "least"), [(rate_differences.score, 0.90), (rate_differences.mover, 0.925)])
def test_a_difference_covers_its_level_on_average(method: Callable[..., Intervals], least: float, mean: float) -> None:
    covered = []
    for exposure, truth in SETTINGS:
        count, other, probability = outcomes(mean * exposure * truth, mean)
        found = method(count, exposure, other, 1.0, LEVEL)
        held = (found.low <= mean * (truth - 1)) & (mean * (truth - 1) <= found.high)
        covered.append(float((probability * held).sum() / probability.sum()))
    assert WITHIN[0] <= np.mean(covered) <= WITHIN[1] + 0.01 * (method is rate_differences.mover)
    assert min(covered) >= least


@pytest.mark.parametrize(("mean", "exposure"), [(1.0, 1.0), (3.0, 0.25), (3.0, 4.0)])
def test_the_e_test_rejects_a_true_value_about_as_often_as_it_says(mean: float, exposure: float) -> None:
    for truth in (0.5, 1.0, 2.0):
        count, other, probability = outcomes(mean * exposure * truth, mean)
        pairs = Pairs.of(count, exposure, other, 1.0).ravelled()
        for p_value in (
            e_test.ratio_p_value(pairs, np.full(pairs.events.size, truth * exposure)),
            e_test.difference_p_value(pairs, np.full(pairs.events.size, mean * (truth - 1))),
        ):
            rejected = float(probability.ravel()[p_value <= 1 - LEVEL].sum())
            assert 0.002 <= rejected <= 0.056


def test_a_probability_is_right_as_often_as_it_says_when_the_prior_is() -> None:
    """Rates drawn from the prior: among the pairs with a probability near 0.8, 0.8 of them exceed."""
    rng = np.random.default_rng(20251125)
    true, true_ref = rng.gamma(2.0, 1 / 1.5, (2, 200_000))
    found = ratios.exceeds(rng.poisson(4 * true), 4.0, rng.poisson(2 * true_ref), 2.0, factor=1.2, prior=(2.0, 1.5))
    for said in (0.1, 0.3, 0.5, 0.8):
        near = np.abs(found.estimate - said) < 0.05
        exceeded = true[near] > 1.2 * true_ref[near]
        assert abs(exceeded.mean() - found.estimate[near].mean()) < 4 * 0.5 / np.sqrt(near.sum())
