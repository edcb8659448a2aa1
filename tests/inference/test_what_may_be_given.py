"""What counts as a number, a column or a missing value is the same for every function, and faults say what is true."""

from __future__ import annotations

import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.language import Language

MASKED = np.ma.array([1, 2, 3], mask=[True, False, False])
NAN = float("nan")


def codes(error: EstimationError) -> list[str]:
    return [problem.code for problem in error.problems]


def told(error: EstimationError) -> str:
    return error.render(Language.SV)


@pytest.mark.parametrize(
    "column",
    [
        [NAN, 2, 3],
        (None, 2, 3),
        np.array([NAN, 2, 3]),
        MASKED,
        pl.Series([NAN, 2.0, 3.0]),
        pl.Series([None, 2, 3]),
        pd.Series([NAN, 2, 3]),
        pd.Series([None, 2, 3], dtype="Int64"),
        [np.float32("nan"), 2, 3],
        [Decimal("NaN"), 2, 3],
    ],
)
def test_what_is_missing_is_missing_however_it_is_written(column: object) -> None:
    found = ek.rate(column, 10.0)
    assert [one.is_estimated for one in found] == [False, True, True]
    assert found[0].reason.code == "value_missing"
    assert [one.is_estimated for one in ek.rate(1, column)] == [False, True, True]


def test_a_mask_is_heeded_in_a_series_too() -> None:
    counts = np.ma.array(np.arange(30), mask=[True] + [False] * 29)
    found = ek.interrupted_time_series(counts, 1, first="2020-01", start="2021-01")
    assert found.level.reason.code == "value_missing"


@pytest.mark.parametrize("value", [Decimal(3), np.array(3), np.int64(3), np.float32(3), 3.0])
def test_a_single_number_of_any_make(value: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ek.rate(value, value) == ek.rate(3, 3)
        assert ek.rate(3, 3, conf_level=np.float32(0.5)).conf_level == 0.5


def test_a_range_is_a_column() -> None:
    assert list(ek.rate(range(1, 4), 1.0)) == list(ek.rate([1, 2, 3], 1.0))


@pytest.mark.parametrize("value", [NAN, Decimal("NaN"), np.float32("nan")])
def test_a_single_nan_is_named(value: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(value, 1.0)
    assert "count är NaN" in told(caught.value)


@pytest.mark.parametrize("value", [1e-300, 1e300, [1e-200], np.array([1e200])])
def test_a_number_outside_the_range_is_not_called_infinite(value: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(3, value)
    assert codes(caught.value) == ["number_out_of_range"]
    assert "från 1e-50 till 1e50" in told(caught.value)


def test_what_a_null_may_be_is_told_for_the_scale_at_hand() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(3, 10.0, null=0)
    assert "två sidor" not in told(caught.value)
    assert "Ange nivån att pröva mot" in told(caught.value)
    for call in (
        lambda: ek.proportion(0, 5, null=0),
        lambda: ek.proportion_difference(1, 5, 2, 5, null=1),
    ):
        with pytest.raises(EstimationError) as caught:
            call()
        assert "mindre än 1" in told(caught.value)


@pytest.mark.parametrize("null", [[0.5, 2.0], np.ones(2), pl.Series([1.0, 2.0])])
def test_a_column_of_nulls_is_told_to_be_one(null: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate([1, 2], 10.0, null=null)
    assert "null är en kolumn; här tas ett enda tal" in told(caught.value)


def test_a_share_written_in_per_cent_is_told_how_to_write_its_own_kind() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.power(2, events=5, alpha=5)
    assert "Skriv 0.05 för 5 procent." in told(caught.value)
    with pytest.raises(EstimationError) as caught:
        ek.smallest_detectable(events=5, power=80)
    assert "Skriv 0.8 för 80 procent." in told(caught.value)


def test_how_a_wait_ended_is_told_in_words() -> None:
    for outcome in ([1, 2, 0], pd.Series([1, 2, 0]), [1.0, 2.0, 0.0]):
        with pytest.raises(EstimationError) as caught:
            ek.cumulative_incidence([1, 2, 3], outcome, of="1")
        assert codes(caught.value) == ["outcome_not_words"]
    with pytest.raises(EstimationError) as caught:
        ek.cumulative_incidence([1, 2, 3], ["a", "b", "censored"], of=1)
    assert codes(caught.value) == ["not_a_word"]
    words = pl.Series(["event", "lost", "censored"], dtype=pl.Categorical)
    assert ek.cumulative_incidence([1, 2, 3], words, of="event").at(2).estimate == pytest.approx(1 / 3)


def test_a_mean_wait_that_does_not_vary_is_told_why() -> None:
    late = ek.survival([30, 40, 50], [1, 1, 1]).rmst(20)
    alike = ek.survival([10, 10, 10], [1, 1, 1]).rmst(20)
    assert (late.reason.code, alike.reason.code) == ("none_ended_in_time", "no_variation")
    assert "eller" not in str(late.reason) + str(alike.reason)
