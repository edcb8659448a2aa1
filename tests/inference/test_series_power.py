"""What a series costs in power: more than the drawn-out trend alone, and about what its own model then has."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import special, stats

import evalkit as ek
from evalkit.inference.series_power import errors_needed
from evalkit.outlooks import POWER, Layout, Row, outlooks
from evalkit.vocabulary import DesignId

ALPHA = 0.05


def needed(before: int, after: int, cycle: int = 12, *, phi: float = 4.0, power: float = 0.8, **more: object) -> float:
    return errors_needed(before, after, cycle, alpha=ALPHA, power=power, phi=phi, **more)


def test_more_periods_ask_for_less_and_more_power_for_more() -> None:
    assert needed(24, 24) > needed(36, 24) > needed(72, 24) > needed(240, 24)
    assert needed(36, 24, power=0.9) > needed(36, 24)
    assert needed(36, 24, phi=1.0) > needed(36, 24)
    assert needed(36, 24, others=(1.0,)) > math.sqrt(2) * 0.9 * needed(36, 24)
    assert needed(36, 24, others=(0.2,)) > 1.4 * needed(36, 24, others=(1.0,))
    assert needed(36, 24, others=(1e9,)) < 1.1 * needed(36, 24)
    assert needed(48, 36) < needed(48, 36, rho=0.2) < needed(48, 36, rho=0.4)


def test_too_few_years_for_a_season_are_never_enough() -> None:
    assert math.isinf(needed(8, 8))
    assert math.isinf(needed(12, 10))


def test_long_series_cost_little_beside_the_trend() -> None:
    """Against (z + z) standard errors of a least-squares line drawn out to the middle of the time after."""
    before, after = 360, 120
    line = math.sqrt(1 / after + (1 + 3 * (before + after) ** 2 / (before**2 - 1)) / before)
    assert 1 < needed(before, after) / (2.8016 * line) < 1.15
    assert needed(24, 24) / (2.8016 * math.sqrt(1 / 24 + (1 + 3 * 48**2 / (24**2 - 1)) / 24)) > 1.2


@pytest.mark.parametrize(("before", "monthly"), [(36, 40.0), (48, 15.0)])
def test_the_series_model_finds_what_is_promised(before: int, monthly: float) -> None:
    """The standard error of 200 draws is 0.028; without the price of the model it was found in 45 to 68 of 100."""
    rng = np.random.default_rng(20261126)
    layout = Layout(design=DesignId.D2_ITS, months_after=24, months_before=before, autocorrelation=0.0)
    (outlook,) = outlooks(layout, [Row(monthly=monthly, monthly_comparison=None, dispersion=1.0)], ALPHA)
    ratio = outlook.increase.ratio
    means = monthly * np.where(np.arange(before + 24) >= before, ratio, 1.0)
    found = 0
    for _ in range(200):
        series = ek.interrupted_time_series(
            pl.Series(rng.poisson(means)), 1.0, first="2020-01", start=f"{2020 + before // 12}-01"
        )
        low = series.average.conf_low
        found += low is not None and low > 1
    assert found / 200 == pytest.approx(POWER, abs=0.09)


def test_the_series_model_finds_what_is_promised_when_periods_hang_together() -> None:
    """Counts whose neighbours correlate 0.3; a plan that knew of none promised what 66 to 69 of 100 found."""
    rng, before, after, monthly, rho, phi = np.random.default_rng(20261127), 48, 36, 20.0, 0.3, 2.0
    layout = Layout(design=DesignId.D2_ITS, months_after=after, months_before=before, autocorrelation=rho)
    (outlook,) = outlooks(layout, [Row(monthly=monthly, monthly_comparison=None, dispersion=phi)], ALPHA)
    ratio, time = outlook.increase.ratio, np.arange(before + after)
    means = monthly * np.where(time >= before, ratio, 1.0)
    root = np.linalg.cholesky(rho ** np.abs(time[:, None] - time))
    found = 0
    for _ in range(150):
        counts = stats.nbinom.ppf(special.ndtr(root @ rng.standard_normal(time.size)), means / (phi - 1), 1 / phi)
        series = ek.interrupted_time_series(pl.Series(counts.astype(int)), 1.0, first="2020-01", start="2024-01")
        low = series.average.conf_low
        found += low is not None and low > 1
    assert found / 150 == pytest.approx(POWER, abs=0.1)
