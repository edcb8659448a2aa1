"""Which bootstrap intervals hold their level with few units; whole tables: ``benchmarks/coverage_resampling.py``."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import evalkit as ek
from evalkit.inference import resampling
from evalkit.inference.method import Method
from evalkit.inference.sampling_schemes import Clusters, Scheme, Series, Units

Floats = NDArray[np.float64]
SETS, DRAWS = 400, 399
# Three standard errors of a share of the data sets at 5 %.
ERROR = 3 * math.sqrt(0.05 * 0.95 / SETS)


def mean(samples: Floats) -> Floats:
    return np.asarray(samples[:, :, 0].mean(axis=1))


def mean_error(samples: Floats) -> Floats:
    return np.asarray(samples[:, :, 0].std(axis=1, ddof=1) / math.sqrt(samples.shape[1]))


def shares(
    data: list[Floats], schemes: list[Scheme], truth: float, *, formula: bool, draws: int = DRAWS
) -> dict[Method, float]:
    rng = np.random.default_rng(3)
    held: dict[Method, list[bool]] = {method: [] for method in resampling.LIMITS}
    for values, scheme in zip(data, schemes, strict=True):
        sampled = resampling.Sampled(values[:, np.newaxis], mean, scheme, mean_error if formula else None)
        found = sampled.bootstrap(draws=draws, generator=rng, studentised=True)
        for method, limits in resampling.LIMITS.items():
            low, high = limits(found, 0.95)
            held[method].append(low <= truth <= high)
    return {method: float(np.mean(covered)) for method, covered in held.items()}


@cache
def units(size: int) -> dict[Method, float]:
    rng = np.random.default_rng(size)
    return shares([rng.exponential(size=size) for _ in range(SETS)], [Units(size)] * SETS, 1.0, formula=True)


@pytest.mark.parametrize("size", [8, 20])
def test_the_studentised_interval_of_skewed_units_holds_about_its_level_and_the_others_less(size: int) -> None:
    found = units(size)
    assert abs(found[Method.STUDENTISED] - 0.95) <= ERROR + 0.01
    assert found[Method.PERCENTILE] < found[Method.BCA] + 0.01
    assert found[Method.BCA] < found[Method.STUDENTISED]


def test_eight_units_are_too_few_for_all_but_the_studentised() -> None:
    """The documentation says so; were it not so, the advice would be wrong."""
    assert max(units(8)[method] for method in (Method.PERCENTILE, Method.BASIC, Method.BCA)) < 0.92


def test_persons_in_cases_need_cases_drawn_whole() -> None:
    rng = np.random.default_rng(4)
    clusters = [np.repeat(np.arange(15), rng.geometric(0.35, size=15)) for _ in range(SETS // 4)]
    data = [rng.normal(size=15)[cluster] + rng.normal(size=cluster.size) for cluster in clusters]
    whole = shares(data, [Clusters(cluster) for cluster in clusters], 0.0, formula=False, draws=149)
    single = shares(data, [Units(cluster.size) for cluster in clusters], 0.0, formula=True)
    assert whole[Method.STUDENTISED] > 0.95 - ERROR * math.sqrt(4)
    assert single[Method.STUDENTISED] < 0.9


def test_periods_that_follow_each_other_need_blocks() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(SETS // 2, 120))
    for at in range(1, 120):
        noise[:, at] += 0.6 * noise[:, at - 1]
    series = list(noise[:, 20:])
    blocks = shares(series, [Series(100, 10, circular=True)] * len(series), 0.0, formula=False)
    single = shares(series, [Units(100)] * len(series), 0.0, formula=True)
    assert blocks[Method.STUDENTISED] > 0.87
    assert single[Method.STUDENTISED] < 0.75


def test_the_step_down_over_permutations_holds_the_risk_of_any_false_finding() -> None:
    """300 panels of ten alike metrics that hang together: 5 % within three standard errors (3.8 points)."""
    rng = np.random.default_rng(6)
    treated, any_false = np.arange(20) < 10, []
    for panel in range(300):
        values = np.exp(0.8 * rng.normal(size=(20, 1)) + 0.6 * rng.normal(size=(20, 10)))
        found = ek.permutation_draws(values, treated, draws=199, seed=panel)
        any_false.append((ek.romano_wolf(found.statistics, found.draws) <= 0.05).any())
    assert abs(np.mean(any_false) - 0.05) <= 0.038
