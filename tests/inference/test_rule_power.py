"""The level that stands for the plan's rule: the power of the rule itself, by simulation, at what it promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import evalkit as ek
from evalkit.inference.rule_power import level
from evalkit.inference.summed import CellSeries, compare


def test_it_is_the_level_itself_where_there_is_nothing_to_estimate_and_comes_near_it_with_many_periods() -> None:
    assert level(0.05, 0.8, 1.0, 0) == 0.05
    levels = [level(0.05, 0.8, phi, df) for phi in (0.5, 1.0, 2.0, 4.0) for df in (1, 2, 4, 11, 40, 1000)]
    assert all(0 < one <= 0.05 for one in levels)
    for phi in (1.0, 2.0, 4.0):
        by_df = [level(0.05, 0.8, phi, df) for df in (1, 2, 4, 11, 40, 1000)]
        assert by_df == sorted(by_df)
        assert 0.047 < by_df[-1] <= 0.05


def test_with_known_excess_it_is_the_power_of_a_t_test() -> None:
    """Far above chance the rule always takes t, whose power is that of the noncentral t to a hair."""
    for df in (4, 11, 30):
        critical = stats.t.isf(0.025, df)
        shift = stats.norm.ppf(0.8) - stats.norm.ppf(level(0.05, 0.8, 100.0, df) / 2)
        assert stats.nct.sf(critical, df, shift) == pytest.approx(0.8, abs=0.002)


@pytest.mark.parametrize(("periods", "phi"), [(2, 1.0), (3, 2.0), (12, 1.0), (12, 4.0)])
def test_the_rule_has_the_power_that_is_promised(periods: int, phi: float) -> None:
    """Two windows of so many periods, 600 events each; 1,500 draws have a standard error of 0.010."""
    rng, draws, mean = np.random.default_rng(20261126), 1500, 600 / periods
    promised = level(0.05, 0.8, phi, 2 * (periods - 1))
    ratio = ek.smallest_detectable(events=600, events_before=600, dispersion=phi, alpha=promised).ratio
    found = 0
    for _ in range(draws):
        cells = []
        for times in (ratio, 1.0):
            shape = times * mean / (phi - 1) if phi > 1 else math.inf
            counts = rng.poisson(times * mean, periods) if phi == 1 else rng.negative_binomial(shape, 1 / phi, periods)
            cells.append(CellSeries(counts.astype(np.int64), np.ones(periods)))
        interval = compare(cells).interval
        found += interval is not None and interval.low > 1
    assert found / draws == pytest.approx(0.8, abs=0.035)
