"""Interrupted time series: what is recovered, what is refused, and what is told about arguments."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference.autocorrelation import Residuals, correlations, plausible
from evalkit.vocabulary import Scale

YEAR = np.array([9, 7, 12, 8, 10, 11, 6, 9, 10, 8, 12, 9])


def noisy(points: int, mean: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, points)


def series(counts: Any, exposure: Any = 1.0, **given: Any) -> ek.InterruptedSeries:
    told = {"first": "2021-01", "start": "2023-01"} | given
    return ek.interrupted_time_series(counts, exposure, **told)


def exact(**parts: float) -> tuple[np.ndarray, np.ndarray]:
    """48 counts so large that rounding does not matter, made from the model with the parts given."""
    time = np.arange(48)
    level, slope, trend = parts.get("level", 0.0), parts.get("slope", 0.0), parts.get("trend", 0.004)
    since = np.maximum(time - 23, 0)
    logs = 13 + trend * time + level * (time >= 24) + slope * since + 0.2 * np.sin(2 * np.pi * time / 12)
    return np.round(np.exp(logs)).astype(int), time


def reason(found: ek.InterruptedSeries) -> str:
    assert not found.is_estimated
    estimates = [found.level, found.average, found.excess, *([found.slope] if found.slope else [])]
    (code,) = {one.reason.code for one in estimates if one.reason is not None}
    assert all(one.estimate is None and one.conf_low is None for one in estimates)
    return code


def codes(**given: Any) -> list[str]:
    told = {"counts": pl.Series(np.tile(YEAR, 4)), "exposure": 1.0, "first": "2021-01", "start": "2023-01"} | given
    with pytest.raises(EstimationError) as caught:
        ek.interrupted_time_series(told.pop("counts"), told.pop("exposure"), **told)
    return sorted(problem.code for problem in caught.value.problems)


def test_level_and_slope_are_recovered_and_centred_at_the_break() -> None:
    counts, time = exact(level=0.3, slope=-0.01)
    found = series(counts)
    assert math.isclose(found.level.estimate, math.exp(0.3), rel_tol=1e-5)
    assert math.isclose(found.slope.estimate, math.exp(-0.01), rel_tol=1e-5)
    assert math.isclose(found.diagnostics.trend_before, math.exp(0.004), rel_tol=1e-5)
    without = np.exp(13 + 0.004 * time + 0.2 * np.sin(2 * np.pi * time / 12))
    assert np.allclose(found.counterfactual["without"], without, rtol=1e-4)
    assert math.isclose(found.average.estimate, counts[24:].sum() / without[24:].sum(), rel_tol=1e-5)


def test_the_excess_is_what_was_counted_less_what_was_expected() -> None:
    counts = noisy(48, 9, 3)
    found = series(counts)
    after = found.counterfactual.filter(pl.col("period") >= date(2023, 1, 1))
    assert math.isclose(found.excess.estimate, counts[24:].sum() - after["without"].sum(), rel_tol=1e-9)
    assert math.isclose(after["excess"].sum(), found.excess.estimate, rel_tol=1e-9)
    assert found.counterfactual["excess"].head(24).null_count() == 24
    assert found.excess.conf_low < found.excess.estimate < found.excess.conf_high
    # The quotient decides: both leave out no change together.
    assert (found.excess.conf_low > 0) == (found.average.conf_low > 1)
    assert found.excess.scale is Scale.EXCESS
    assert found.slope.scale is Scale.SLOPE_RATIO


def test_without_a_slope_the_average_is_the_level() -> None:
    found = series(noisy(48, 9, 4), slope=False)
    assert found.slope is None
    assert math.isclose(found.level.estimate, found.average.estimate, rel_tol=1e-9)
    assert math.isclose(found.level.std_error, found.average.std_error, rel_tol=1e-6)


def test_the_unit_of_the_exposure_does_not_matter() -> None:
    counts, exposure = noisy(48, 9, 5), np.random.default_rng(1).uniform(1, 2, 48)
    one, other = series(counts, exposure), series(counts, exposure * 1e9)
    assert math.isclose(one.level.estimate, other.level.estimate, rel_tol=1e-9)
    assert math.isclose(one.excess.conf_high, other.excess.conf_high, rel_tol=1e-8)


def test_a_ramp_grows_to_the_level() -> None:
    time = np.arange(48)
    strength = np.clip((time - 23) / 7, 0, 1)
    counts = np.round(np.exp(13 + 0.3 * strength)).astype(int)
    found = series(counts, full_from="2023-07", slope=False, season="none")
    assert math.isclose(found.level.estimate, math.exp(0.3), rel_tol=1e-5)
    assert found.average.estimate < found.level.estimate
    assert math.isclose(found.excess.estimate, counts.sum() - 48 * counts[0], rel_tol=1e-3)


def test_known_steps_and_covariates_are_held_alike() -> None:
    counts, time = exact(level=0.3)
    load = np.cos(time**2 / 7)
    moved = np.round(counts * np.exp(0.5 * (time >= 36) + 0.4 * load)).astype(int)
    found = series(moved, steps=["2024-01"], covariates=pl.DataFrame({"load": load, "constant": 1.0}))
    assert math.isclose(found.level.estimate, math.exp(0.3), rel_tol=1e-4)
    assert abs(math.log(series(moved).level.estimate) - 0.3) > 0.02


def test_what_is_left_out_has_no_say() -> None:
    counts = noisy(48, 9, 6)
    spoiled = pl.Series(counts).to_frame("count").with_row_index()
    spoiled = spoiled.with_columns(pl.when(pl.col("index") == 30).then(None).otherwise("count").alias("count"))
    wild = counts.copy()
    wild[28:33] = 10_000
    left_out = [("2023-05", "2023-09")]
    gone, kept = series(spoiled["count"], left_out=left_out), series(wild, left_out=left_out)
    assert gone.level.estimate == kept.level.estimate
    assert gone.diagnostics.left_out == 5
    assert gone.counterfactual["count"][30] is None
    assert gone.counterfactual["without"].null_count() == 5
    assert "periods_left_out" in [one.code for one in gone.level.assumptions]
    assert reason(series(spoiled["count"])) == "value_missing"
    rows = [place for place in range(48) if not 28 <= place < 33]
    months = pl.date_range(date(2021, 1, 1), date(2024, 12, 1), "1mo", eager=True)
    absent = series(counts[rows], first=None, periods=months[rows], left_out=left_out)
    assert math.isclose(absent.level.estimate, gone.level.estimate, rel_tol=1e-12)
    assert math.isclose(absent.level.std_error, gone.level.std_error, rel_tol=1e-12)


def test_a_period_without_exposure_is_left_out() -> None:
    counts, exposure = noisy(48, 9, 7), np.ones(48)
    counts[3], exposure[3] = 0, 0.0
    found = series(counts, exposure)
    assert found.is_estimated
    assert found.diagnostics.left_out == 1
    exposure[4] = 0.0
    assert codes(counts=counts, exposure=exposure) == ["events_without_exposure"]


def test_quarters_years_and_dates() -> None:
    quarters = ek.interrupted_time_series(noisy(32, 20, 8), 1.0, first="2015-Q1", start="2019-Q1")
    assert quarters.diagnostics.season == "levels"
    years = ek.interrupted_time_series(noisy(30, 20, 8), 1.0, first="1990", start="2005")
    assert years.diagnostics.season == "none"
    texts = pl.Series([f"{2021 + at // 12}-{at % 12 + 1:02d}" for at in range(48)])
    counts = noisy(48, 9, 9)
    named = series(counts, first=None, periods=texts, start=date(2023, 1, 1))
    assert named.level.estimate == series(counts).level.estimate


def test_a_comparison_that_changes_alike_leaves_nothing() -> None:
    counts = noisy(48, 9, 10)
    found = series(counts, comparison=pl.Series(counts * 1), comparison_exposure=1.0)
    assert math.isclose(found.level.estimate, 1.0, rel_tol=1e-9)
    assert math.isclose(found.average.estimate, 1.0, rel_tol=1e-9)
    assert abs(found.excess.estimate) < 1e-6
    assert found.level.scale is Scale.RATIO_OF_RATE_RATIOS
    assert found.level.n_units == 2
    assert found.diagnostics.comparison.events_before == counts[:24].sum()
    # Two independent sides are less certain than one.
    assert found.level.std_error > series(counts).level.std_error


def test_the_order_and_the_sizes_of_comparison_series_do_not_matter() -> None:
    counts = noisy(48, 9, 11)
    others = pl.DataFrame({"a": noisy(48, 30, 12), "b": noisy(48, 5, 13)})
    exposure = pl.DataFrame({"a": [2.0] * 48, "b": [5.0] * 48})
    one = series(counts, comparison=others, comparison_exposure=exposure)
    turned = series(counts, comparison=others.select("b", "a"), comparison_exposure=exposure * 1000)
    assert one.level.n_units == 3
    assert math.isclose(one.level.estimate, turned.level.estimate, rel_tol=1e-9)
    assert math.isclose(one.excess.conf_low, turned.excess.conf_low, rel_tol=1e-6)


def test_a_comparison_takes_out_what_moved_both() -> None:
    counts, time = exact(level=0.3)
    shift = np.exp(0.5 * (time >= 24) - 0.02 * np.maximum(time - 23, 0))
    both = np.round(counts * shift).astype(int)
    there = np.round(exact()[0] * shift).astype(int)
    found = series(both, comparison=pl.Series(there), comparison_exposure=1.0)
    assert math.isclose(found.level.estimate, math.exp(0.3), rel_tol=1e-4)
    assert math.isclose(found.slope.estimate, 1.0, rel_tol=1e-5)
    assert math.isclose(found.excess.estimate, both[24:].sum() * (1 - math.exp(-0.3)), rel_tol=1e-4)


@pytest.mark.parametrize("before", [11, 37])
def test_fewer_than_twelve_points_a_side_are_only_described(before: int) -> None:
    counts = noisy(48, 9, 14)
    found = series(counts, start=f"{2021 + before // 12}-{before % 12 + 1:02d}")
    assert reason(found) == "too_few_points"
    assert found.counterfactual["count"].to_list() == counts.tolist()
    assert found.counterfactual["without"].null_count() == 48
    assert found.diagnostics.points_before == before
    assert found.diagnostics.phi is None


@pytest.mark.parametrize(("before", "after", "code"), [
    (0, 9, "stretch_without_events"), (9, 0, "stretch_without_events"), (0, 0, "no_events"),
])  # fmt: skip
def test_no_events_on_a_side_is_a_refusal(before: int, after: int, code: str) -> None:
    counts = np.repeat([before, after], 24)
    assert reason(series(counts)) == code


def test_events_in_one_period_only_are_a_refusal_or_finite() -> None:
    counts = noisy(48, 9, 15)
    counts[24:] = 0
    counts[30] = 1
    found = series(counts)
    assert not found.is_estimated or all(map(math.isfinite, (found.level.conf_low, found.level.conf_high)))


def test_what_goes_together_is_not_told_apart() -> None:
    counts = noisy(48, 9, 16)
    assert reason(series(counts, steps=["2023-01"])) == "not_told_apart"
    assert reason(series(counts, covariates=pl.DataFrame({"x": np.arange(48) >= 24}).cast(pl.Int8))) == "not_told_apart"


def test_too_many_terms_are_a_refusal() -> None:
    covariates = pl.DataFrame(np.random.default_rng(2).normal(size=(24, 16)))
    found = series(noisy(24, 9, 17), start="2022-01", covariates=covariates)
    assert reason(found) == "too_few_rows"


def test_a_season_needs_two_full_years() -> None:
    counts = noisy(48, 9, 18)
    left_out = [(f"{year}-07", f"{year}-07") for year in (2021, 2022, 2023)]
    assert reason(series(counts, left_out=left_out)) == "season_too_short"
    assert series(counts, left_out=left_out, season="none").is_estimated
    assert series(counts, season="levels").is_estimated


def test_errors_that_would_be_too_small_are_refused() -> None:
    rng = np.random.default_rng(19)
    shock = np.zeros(72)
    for at in range(1, 72):
        shock[at] = 0.5 * shock[at - 1] + rng.normal(scale=0.3)
    together, apart = rng.poisson(20 * np.exp(shock)), np.tile(YEAR, 6)
    assert reason(series(together, errors="quasi")) == "neighbours_hang_together"
    assert reason(series(together, errors="nb2")) == "neighbours_hang_together"
    assert series(together).is_estimated
    assert series(together).diagnostics.autocorrelation > 0.3
    assert series(apart, errors="quasi").is_estimated
    assert series(apart, errors="nb2").level.method == "nb2"
    assert reason(series(apart, errors="newey_west")) == "too_short_for_newey_west"
    long = ek.interrupted_time_series(noisy(500, 9, 20), 1.0, first="1980-01", start="2000-01", errors="newey_west")
    assert long.level.method == "newey_west"


def test_a_series_that_drifts_is_refused() -> None:
    rng = np.random.default_rng(23)
    drift = np.cumsum(rng.normal(scale=0.2, size=72))
    assert reason(series(rng.poisson(200 * np.exp(drift)), season="none", slope=False)) == "series_drifts"


def test_the_default_is_wider_where_neighbours_hang_together() -> None:
    time, none = np.arange(60), np.zeros(60, dtype=np.intp)
    runs = np.sin(np.arange(60) / 3)
    shuffled = np.random.default_rng(3).permutation(runs)
    basis = np.full((60, 1), 60**-0.5)
    one, other = (plausible(Residuals(values, basis, time, none)) for values in (runs, shuffled))
    assert one.mean > 0.7
    assert other.mean < 0.2
    assert correlations(Residuals(runs, basis, time, none), 1)[0] > 0.9
    assert one.covariance(np.array([0, 5]))[1] > other.covariance(np.array([0, 5]))[1]


@pytest.mark.parametrize("counts", [
    np.full(48, 10), np.full(48, 1_000_000_000), np.repeat([1, 1_000_000_000], 24), np.tile([0, 1], 24),
])  # fmt: skip
def test_extreme_counts_give_finite_limits(counts: np.ndarray) -> None:
    found = series(counts, season="none")
    for one in (found.level, found.slope, found.average):
        assert 0 < one.conf_low <= one.estimate <= one.conf_high < math.inf
    assert math.isfinite(found.excess.conf_high)
    assert math.isclose(found.level.estimate, 1.0, rel_tol=1e-6) == (counts[0] == counts[-1])


def test_a_higher_level_is_wider() -> None:
    counts = noisy(48, 9, 21)
    narrow, wide = series(counts, conf_level=0.8), series(counts, conf_level=0.99)
    assert wide.level.conf_low < narrow.level.conf_low < narrow.level.conf_high < wide.level.conf_high
    assert wide.excess.conf_low < narrow.excess.conf_low


def test_the_record_tells_itself() -> None:
    told = repr(series(noisy(48, 9, 22)))
    assert told.startswith("InterruptedSeries:\n  level: ")
    assert "excess" in told


@pytest.mark.parametrize(("given", "code"), [
    ({"start": "2021-01"}, "period_outside_series"),
    ({"start": "2025-01"}, "period_outside_series"),
    ({"start": "2023-Q1"}, "period_of_other_length"),
    ({"start": "spring"}, "not_a_period"),
    ({"start": date(2023, 1, 15)}, "not_a_period"),
    ({"first": None}, "periods_or_first"),
    ({"full_from": "2022-06"}, "full_before_start"),
    ({"steps": "2022-01"}, "not_a_period"),
    ({"steps": ["2031-01"]}, "period_outside_series"),
    ({"left_out": ["2022-01", "2022-02"]}, "stretches_not_pairs"),
    ({"left_out": [("2022-03", "2022-01")]}, "stretches_not_pairs"),
    ({"season": "spring"}, "unknown_word"),
    ({"errors": "hac"}, "unknown_word"),
    ({"slope": "yes"}, "not_true_or_false"),
    ({"conf_level": 95}, "conf_level_outside"),
    ({"counts": {1, 2, 3}}, "series_not_a_column"),
    ({"counts": pl.Series([1.5] * 48)}, "count_not_whole"),
    ({"counts": pl.Series([-1] * 48)}, "count_negative"),
    ({"exposure": -1.0}, "amount_negative"),
    ({"exposure": pl.Series([1.0] * 47)}, "columns_differ_in_length"),
    ({"covariates": pl.DataFrame({"x": ["a"] * 48})}, "covariate_not_finite"),
    ({"covariates": "x"}, "series_not_columns"),
    ({"comparison": pl.Series([1] * 48)}, "comparison_without_exposure"),
    ({"comparison": pl.Series([1] * 47), "comparison_exposure": 1.0}, "columns_differ_in_length"),
    (
        {"comparison": pl.DataFrame({"a": [1] * 48}), "comparison_exposure": pl.DataFrame({"b": [1.0] * 48})},
        "exposure_of_other_columns",
    ),
    ({"first": None, "periods": pl.Series(["2021-01"] * 48)}, "periods_not_in_order"),
    ({"first": None, "periods": pl.Series([*range(48)])}, "periods_not_in_order"),
])  # fmt: skip
def test_an_argument_without_meaning_is_told(given: dict[str, Any], code: str) -> None:
    assert code in codes(**given)


def test_absent_periods_are_told() -> None:
    months = pl.date_range(date(2021, 1, 1), date(2025, 1, 1), "1mo", eager=True)
    assert codes(first=None, periods=months.filter(months != date(2022, 3, 1))) == ["periods_absent"]


def test_all_that_is_wrong_is_told_at_once_and_without_values() -> None:
    given = {"start": "2031-07", "season": "spring", "conf_level": 7531, "steps": ["never"]}
    with pytest.raises(EstimationError) as caught:
        series(pl.Series([-8642] * 48), **given)
    assert len(caught.value.problems) == 5
    for value in ("2031", "7531", "never", "8642"):
        assert value not in str(caught.value)
