"""Interrupted time series against R and against print. Tolerances: README.md of this folder."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

import evalkit as ek
from evalkit.inference import autocorrelation, newey_west, seasons, segmented
from evalkit.inference.interrupted import Interrupted
from evalkit.inference.method import Method
from evalkit.inference.segmented import Segmented
from evalkit.inference.segments import LEVEL, SLOPE, Break, design

HERE = Path(__file__).parent
ITERATED, DERIVED = 1e-6, 2e-6
CASES = ("sicily", "made")


@cache
def golden(case: str) -> dict[str, float]:
    with (HERE / "series.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file) if row["case"] == case}


def same(value: float | None, expected: float, digits: float = ITERATED) -> bool:
    return value is not None and math.isclose(value, expected, rel_tol=digits)


@cache
def data(case: str) -> pl.DataFrame:
    if case == "sicily":
        frame = pl.read_csv(HERE / "series_sicily.csv")
        return frame.select(count="aces", exposure="stdpop", kept=pl.lit(1))
    return pl.read_csv(HERE / "series_data.csv")


@cache
def public(case: str, errors: str = "ar1") -> ek.InterruptedSeries:
    frame = data(case)
    left_out = () if case == "sicily" else [("2003-08", "2003-10")]
    return ek.interrupted_time_series(
        frame["count"],
        frame["exposure"],
        first="2002-01",
        start="2005-01" if case == "sicily" else "2004-01",
        season="two_waves",
        left_out=left_out,
        errors=errors,
    )


@cache
def kernel(case: str, errors: Method, *, season: bool = True, slope: bool = True, count: str = "count") -> Segmented:
    frame = data(case)
    time = np.flatnonzero(frame["kept"].to_numpy())
    at = Break(36, 36) if case == "sicily" else Break(24, 24)
    form = seasons.Season.TWO_WAVES if season else seasons.Season.NONE
    series = np.zeros(time.size, dtype=np.intp)
    terms = design(time, series, at, seasons.terms(form, time, 12), has_slope=slope)
    exposure = frame[count.replace("count", "exposure")].to_numpy()[time]
    found = segmented.fit(terms, frame[count].to_numpy()[time], np.log(exposure), errors=errors)
    assert isinstance(found, Segmented)
    return found


def error(found: Segmented, term: int) -> float:
    gradient = np.zeros((1, found.design.matrix.shape[1]))
    gradient[0, term] = 1.0
    return math.sqrt(float(found.variances(found.pull(gradient))[0]))


@pytest.mark.parametrize("case", CASES)
def test_the_default_agrees_with_r(case: str) -> None:
    found, r = public(case), golden(case)
    assert same(math.log(found.level.estimate), r["level"])
    assert same(math.log(found.slope.estimate), r["slope"])
    assert same(found.level.dispersion, r["phi"])
    assert found.level.df == r["df"]
    assert found.level.n_periods == r["n"]
    assert same(found.level.std_error, r["level_ar1"])
    assert same(found.slope.std_error, r["slope_ar1"])
    assert same(math.log(found.average.estimate), r["average"])
    assert same(found.average.std_error, r["average_ar1"], DERIVED)
    assert same(found.diagnostics.autocorrelation, r["rho"])
    assert same(found.diagnostics.t_df, r["t_df"])
    assert same(found.excess.estimate, r["excess"])
    assert same(found.excess.conf_low, r["excess_low"], DERIVED)
    assert same(found.excess.conf_high, r["excess_high"], DERIVED)


@pytest.mark.parametrize("case", CASES)
def test_a_point_of_the_series_without_the_break_agrees_with_r(case: str) -> None:
    found, r = public(case), golden(case)
    point = found.counterfactual.filter(pl.col("excess").is_not_null()).row(4, named=True)
    assert same(point["without"], r["without_5"])
    # The limits are t times this error on the log scale, on both sides.
    reach = math.log(point["without_high"] / point["without"])
    assert same(math.log(point["without"] / point["without_low"]), reach, 1e-9)
    level = math.log(found.level.conf_high / found.level.estimate) / found.level.std_error
    assert same(reach / level, r["without_5_se"], DERIVED)


@pytest.mark.parametrize("case", CASES)
def test_quasi_and_negative_binomial_errors_agree_with_r(case: str) -> None:
    r, quasi, nb2 = golden(case), kernel(case, Method.QUASI_POISSON), kernel(case, Method.NB2)
    assert same(error(quasi, LEVEL), r["level_quasi"])
    assert same(error(quasi, SLOPE), r["slope_quasi"])
    assert same(Interrupted(quasi).average().std_error, r["average_quasi"], DERIVED)
    assert same(nb2.fitted.alpha, r["alpha"])
    assert same(float(nb2.fitted.coefficients[LEVEL]), r["level_nb2"])
    assert same(error(nb2, LEVEL), r["level_nb2_se"])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lag", [1, 3])
@pytest.mark.parametrize("prewhitened", [False, True])
def test_the_long_run_variance_agrees_with_sandwich(case: str, lag: int, prewhitened: bool) -> None:
    found, r = kernel(case, Method.QUASI_POISSON), golden(case)
    matrix = found.design.matrix
    scores = matrix * (found.counts - found.fitted.means)[:, None]
    middle = newey_west.long_run(scores, lag, terms=matrix.shape[1], prewhitened=prewhitened)
    errors = np.sqrt(np.diag(found.fitted.covariance @ middle @ found.fitted.covariance))
    word = str(prewhitened).upper()
    assert same(errors[LEVEL], r[f"nw_{lag}_{word}_level"])
    assert same(errors[SLOPE], r[f"nw_{lag}_{word}_slope"])


@pytest.mark.parametrize("case", CASES)
def test_the_restricted_likelihood_agrees_with_nlme(case: str) -> None:
    residuals, r = kernel(case, Method.AR1).residuals, golden(case)
    base = autocorrelation.restricted_likelihood(residuals, 0.0)
    for name, value in r.items():
        if name.startswith("reml_") and name != "reml_0.00":
            rho = float(name.removeprefix("reml_"))
            assert same(autocorrelation.restricted_likelihood(residuals, rho) - base, value), rho


def test_the_autocorrelations_and_their_test_agree_with_r() -> None:
    residuals, r = kernel("sicily", Method.AR1).residuals, golden("sicily")
    found = autocorrelation.correlations(residuals, 8)
    for lag in range(1, 9):
        assert same(found[lag - 1], r[f"acf_{lag}"])
    test = autocorrelation.portmanteau(found, residuals.values.size)
    assert same(test.statistic, r["box"])
    assert same(test.p_value, r["box_p"])


def test_a_comparison_series_agrees_with_the_interaction_in_r() -> None:
    r = golden("compared")
    here = kernel("made", Method.QUASI_POISSON)
    there = kernel("made", Method.QUASI_POISSON, count="count_there")
    found = Interrupted(here, there)
    assert same(math.log(found.level().estimate), r["level"])
    assert same(math.log(found.slope().estimate), r["slope"])
    assert same(found.level().std_error, r["level_quasi"])
    assert same(math.log(found.average().estimate), r["average"])
    assert same(found.average().std_error, r["average_quasi"], DERIVED)
    for name, one in (("level", found.level()), ("average", found.average())):
        quantile = math.log(one.high / one.estimate) / one.std_error
        assert same(quantile, stats.t.ppf(0.975, r[f"{name}_df"]), DERIVED)


# Lopez Bernal, Cummins and Gasparrini 2017, IJE 46:348-355: ratio and limits to three decimals; φ from R.
PUBLISHED = (
    ("M1 Poisson", False, False, True, (0.894, 0.865, 0.925)),
    ("M2 quasi", False, False, False, (0.894, 0.839, 0.953)),
    ("M3 with season", True, False, False, (0.885, 0.839, 0.933)),
)


@pytest.mark.parametrize(("name", "season", "slope", "poisson", "printed"), PUBLISHED)
def test_sicily_as_published(name: str, season: bool, slope: bool, poisson: bool, printed: tuple[float, ...]) -> None:
    found = kernel("sicily", Method.QUASI_POISSON, season=season, slope=slope)
    found = replace(found, phi=1.0) if poisson else found
    ratio, spread = float(found.fitted.coefficients[LEVEL]), 1.959964 * error(found, LEVEL)
    for value, digits in zip((ratio, ratio - spread, ratio + spread), printed, strict=True):
        assert abs(math.exp(value) - digits) <= 5e-4, name


def test_sicily_with_a_slope_centred_at_the_break() -> None:
    """The corrected code centres the slope at month 36 (step 0.876); uncentred it gives 0.831, a step at month 0."""
    found = kernel("sicily", Method.QUASI_POISSON)
    level, slope = found.fitted.coefficients[[LEVEL, SLOPE]]
    assert abs(math.exp(level) - 0.87646) <= 5e-6
    assert abs(math.exp(slope) - 1.00148) <= 5e-6
    assert abs(math.exp(level - 36 * slope) - 0.83092) <= 5e-6
    assert abs(kernel("sicily", Method.QUASI_POISSON, season=False, slope=False).phi - 3.559195) <= 1e-5
    assert abs(kernel("sicily", Method.QUASI_POISSON, slope=False).phi - 2.262186) <= 1e-5
    assert abs(kernel("sicily", Method.QUASI_POISSON, slope=False).trend_before ** 12 - 1.066808) <= 5e-7
