"""Quantiles of a beta variable where scipy's own are wrong: one shape exactly 1000, or both above 1e8."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import evalkit as ek
from evalkit.inference import inverse_beta

SHAPES = [999.0, 1000.0, 1001.0, 0.5, 1.0, 5e7, 1e8, 5.82600649e8, 1e9]


@pytest.mark.parametrize("share", [1e-8, 0.025, 0.5, 0.975])
def test_the_tail_at_a_quantile_is_the_one_asked_for(share: float) -> None:
    first, second = (side.ravel() for side in np.meshgrid(SHAPES, SHAPES))
    odds = inverse_beta.odds(first, second, share)
    # The smaller of both parts has the digits.
    below = special.betainc(first, second, odds / (1 + odds))
    above = special.betaincc(second, first, 1 / (1 + odds))
    assert np.where(odds < 1, below, above) == pytest.approx(share, rel=1e-7)


@pytest.mark.parametrize("events", [999, 1000, 1001])
def test_a_thousand_beside_very_many_is_a_thousand_alone(events: int) -> None:
    """With 1e9 beside it the other count adds a millionth to the variance: the limits are those of one count."""
    # Garwood's limits of one Poisson count.
    low, high = special.gammaincinv(events, 0.025), special.gammainccinv(events + 1, 0.025)
    ratio = ek.rate_ratio(events, 1.0, 10**9, 1e9, method="exact")
    assert (ratio.conf_low, ratio.conf_high) == pytest.approx((low, high), rel=1e-5)
    share = ek.proportion(events, 10**9, method="clopper_pearson")
    assert (share.conf_low * 1e9, share.conf_high * 1e9) == pytest.approx((low, high), rel=1e-5)


@pytest.mark.parametrize("method", ["exact", "midp", "bayes"])
def test_the_limits_of_a_thousand_lie_between_those_of_its_neighbours(method: str) -> None:
    found = [ek.rate_ratio(events, 1.0, 10**9, 1e9, method=method) for events in (999, 1000, 1001)]
    for side in ("conf_low", "conf_high"):
        values = [getattr(one, side) for one in found]
        assert 0.9 < values[1] - values[0] < 1.1
        assert 0.9 < values[2] - values[1] < 1.1
