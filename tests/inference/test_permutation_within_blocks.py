"""Blocks that differ in level add nothing to a difference within blocks."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

import evalkit as ek


def test_no_difference_within_any_block_is_no_difference() -> None:
    treated = pl.Series([True] * 3 + [False] + [True] + [False] * 3)
    found = ek.permutation_test(pl.Series([10.0] * 4 + [0.0] * 4), treated, blocks=pl.Series(list("aaaabbbb")))
    assert found.estimate == 0
    assert found.p_value == 1


def test_a_fall_is_seen_where_most_of_the_high_block_is_treated() -> None:
    """9 of 12 and 3 of 12 treated, blocks 10 apart: the difference of pooled means would be near +1."""
    rng = np.random.default_rng(3)
    treated = np.repeat([True, False, True, False], [9, 3, 3, 9])
    block = np.repeat(["high", "low"], 12)
    values = np.where(block == "high", 10.0, 0.0) - 4.0 * treated + rng.normal(size=24)
    found = ek.permutation_test(pl.Series(values), pl.Series(treated), blocks=pl.Series(block), draws=999)
    by_hand = [
        values[(block == name) & treated].mean() - values[(block == name) & ~treated].mean() for name in ("high", "low")
    ]
    assert found.estimate == pytest.approx(np.mean(by_hand))
    assert found.estimate == pytest.approx(-4, abs=1.5)
    assert found.p_value < 0.01


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e200])
def test_a_covariate_that_is_no_number_is_not_dropped_in_silence(bad: float) -> None:
    frame = pl.DataFrame(
        {
            "y": [1, 2, 3, 4, 5, 6, 7, 8, 2, 3, 4, 5],
            "e": [1.0] * 12,
            "s": ["a", "b"] * 6,
            "z": [1.0, bad, 3, 9, 4, 5, 1, 8, 2, 7, 3, 6],
        }
    )
    given = {"count": "y", "exposure": "e", "contrast": "s", "reference": "b", "covariates": ["z"]}
    if math.isnan(bad):
        assert ek.adjusted_rate_ratio(frame, **given).reason.code == "value_missing"
        return
    with pytest.raises(ek.EstimationError) as caught:
        ek.adjusted_rate_ratio(frame, **given)
    assert caught.value.problems[0].place.key == "argument covariates"
