"""Strata, standards, regressions and dispersion against R and against print. Tolerances: README.md of this folder."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek

HERE = Path(__file__).parent
CLOSED, SOLVED, ITERATED, P_DIGITS = 1e-10, 1e-9, 1e-6, 1e-8


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def frame(name: str, case: str) -> pl.DataFrame:
    return pl.read_csv(HERE / name).filter(pl.col("case") == case)


def same(value: float | None, golden: str, digits: float) -> bool:
    # Beside a difference of about 0.01, limits near 0 keep fewer relative digits.
    return value is not None and math.isclose(value, float(golden), rel_tol=digits, abs_tol=digits * 1e-3)


SIDES = ("count", "exposure", "count_ref", "exposure_ref")


@pytest.mark.parametrize("row", rows("stratified.csv"), ids=lambda row: row["case"])
def test_the_stratified_ratio_agrees_with_r(row: dict[str, str]) -> None:
    data = frame("stratified_data.csv", row["case"])
    score = ek.stratified_rate_ratio(*(data[side] for side in SIDES))
    assert same(score.estimate, row["ratio"], CLOSED)
    assert same(score.conf_low, row["score_low"], SOLVED)
    assert same(score.conf_high, row["score_high"], SOLVED)
    assert same(score.p_value, row["score_p"], P_DIGITS)
    if row["wald_low"] == "NA":
        assert (score.estimate, score.conf_low, score.tests) == (0.0, 0.0, ())
        return
    (test,) = score.tests
    assert same(test.statistic, row["homogeneity"], SOLVED)
    assert test.df == int(row["homogeneity_df"])
    wald = ek.stratified_rate_ratio(*(data[side] for side in SIDES), method="mantel_haenszel")
    assert same(wald.std_error, row["wald_se"], CLOSED)
    assert same(wald.conf_low, row["wald_low"], CLOSED)
    assert same(wald.conf_high, row["wald_high"], CLOSED)
    assert same(wald.p_value, row["wald_p"], P_DIGITS)


@pytest.mark.parametrize("row", rows("stratified.csv"), ids=lambda row: row["case"])
def test_the_stratified_difference_agrees_with_r(row: dict[str, str]) -> None:
    data = frame("stratified_data.csv", row["case"])
    for method, name in (("score", "dscore"), ("mantel_haenszel", "normal"), ("midp", "midp"), ("gamma", "gamma")):
        found = ek.stratified_rate_difference(*(data[side] for side in SIDES), method=method)
        assert same(found.estimate, row["difference"], CLOSED), method
        assert same(found.conf_low, row[f"{name}_low"], SOLVED), method
        assert same(found.conf_high, row[f"{name}_high"], SOLVED), method
        (test,) = found.tests
        assert same(test.statistic, row["difference_q"], SOLVED)
        assert same(test.p_value, row["difference_q_p"], P_DIGITS)
    score = ek.stratified_rate_difference(*(data[side] for side in SIDES))
    assert same(score.p_value, row["dscore_p"], 1e-7)
    normal = ek.stratified_rate_difference(*(data[side] for side in SIDES), method="mantel_haenszel")
    assert same(normal.p_value, row["normal_p"], P_DIGITS)


@pytest.mark.parametrize("row", rows("standardised.csv"), ids=lambda row: f"{row['case']}-{row['conf_level']}")
def test_standardised_rates_agree_with_r(row: dict[str, str]) -> None:
    data, level = frame("standardised_data.csv", row["case"]), float(row["conf_level"])
    for method in ("score", "midp", "gamma"):
        found = ek.standardised_rate(data["count"], data["exposure"], data["weight"], method=method, conf_level=level)
        assert same(found.estimate, row["rate"], CLOSED)
        assert same(found.conf_low, row[f"{method}_low"], SOLVED), method
        assert same(found.conf_high, row[f"{method}_high"], SOLVED), method
    for method in ("score", "midp", "gamma"):
        ratio = ek.standardised_rate_ratio(
            *(data[side] for side in SIDES), data["weight"], method=method, conf_level=level
        )
        assert same(ratio.estimate, row["ratio"], CLOSED)
        assert same(ratio.conf_low, row[f"ratio_{method}_low"], SOLVED), method
        assert same(ratio.conf_high, row[f"ratio_{method}_high"], SOLVED), method


STUDIES = {
    "ships": {
        "count": "incidents",
        "exposure": "service",
        "contrast": "period",
        "reference": "p60",
        "covariates": ["type", "year"],
    },
    "quine": {
        "count": "Days",
        "exposure": "one",
        "contrast": "Lrn",
        "reference": "AL",
        "covariates": ["Eth", "Sex", "Age"],
    },
    "panel": {
        "count": "found",
        "exposure": "visits",
        "contrast": "side",
        "reference": "other",
        "covariates": ["load", "month"],
    },
}


def study(name: str) -> pl.DataFrame:
    data = pl.read_csv(HERE / f"adjusted_{name}.csv").with_columns(one=pl.lit(1.0))
    return data.with_columns(pl.col("month").cast(pl.String)) if name == "panel" else data


@pytest.mark.parametrize(
    "row", rows("adjusted.csv"), ids=lambda row: f"{row['data']}-{row['errors']}-{row['cluster'] or 'rows'}"
)
def test_adjusted_ratios_agree_with_r(row: dict[str, str]) -> None:
    found = ek.adjusted_rate_ratio(
        study(row["data"]), **STUDIES[row["data"]], errors=row["errors"], cluster=row["cluster"] or None
    )
    if row["errors"] == "model" and float(row["dispersion"]) > 1.5:
        assert found.reason.code == "more_than_chance"
        return
    assert same(found.dispersion, row["dispersion"], ITERATED)
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert same(getattr(found, name), row[name], ITERATED), name
    assert same(found.p_value, row["p_value"], 1e-4)


@pytest.mark.parametrize("row", rows("dispersion.csv"), ids=lambda row: row["case"])
def test_dispersion_agrees_with_r(row: dict[str, str]) -> None:
    data = frame("dispersion_data.csv", row["case"])
    found = ek.dispersion(data["count"], data["exposure"], cells=data["cell"])
    assert same(found.phi.estimate, row["phi"], ITERATED)
    assert found.phi.df == int(row["df"])
    assert same(found.alpha.estimate, row["alpha"], ITERATED)
    assert same(found.alpha.conf_low, row["alpha_low"], ITERATED)
    assert same(found.alpha.conf_high, row["alpha_high"], ITERATED)
    ratio, score = found.alpha.tests
    assert same(ratio.statistic, row["lr"], ITERATED)
    assert same(ratio.p_value, row["lr_p"], 1e-5)
    assert same(score.statistic, row["dean"], ITERATED)
    assert same(score.p_value, row["dean_p"], 1e-5)


def test_ships_as_published() -> None:
    """McCullagh and Nelder 1989, section 6.3.2 (coefficient 0.38, φ 1.69 on 25); the ratio by Stata's xtpoisson, fe."""
    found = ek.adjusted_rate_ratio(study("ships"), **STUDIES["ships"])
    assert abs(found.estimate - 1.468831) <= 1e-6
    assert abs(math.log(found.estimate) - 0.38) <= 0.005
    assert abs(found.dispersion - 1.69) <= 0.005
    assert found.df == 25


def test_quine_as_published() -> None:
    """Venables and Ripley, Modern Applied Statistics with S: theta 1.275 of the main effects."""
    from evalkit.inference import loglinear

    data = study("quine")
    terms = [pl.lit(1.0).alias("one"), *((pl.col(a) == b).cast(pl.Float64).alias(a + b) for a, b in QUINE)]
    matrix = data.select(terms).to_numpy()
    counts = data["Days"].to_numpy()
    found = loglinear.negative_binomial(loglinear.Model(counts, matrix, counts * 0.0))
    assert abs(1 / found.alpha - 1.275) <= 5e-4
    assert abs(2 * found.log_likelihood + 1093.151) <= 5e-4


def test_quine_with_interactions_as_published() -> None:
    """Venables and Ripley, section 7.4, Sex/(Age + Eth*Lrn): theta 1.598 (0.213), 2 log L -1063.025."""
    from evalkit.inference import loglinear

    data = study("quine")
    male, native, slow = ((data[name] == value).to_numpy().astype(float) for name, value in QUINE_ONES)
    ages = [(data["Age"] == age).to_numpy().astype(float) for age in ("F1", "F2", "F3")]
    inner = [*ages, native, slow, native * slow]
    matrix = np.column_stack(
        [np.ones(male.size), male, *((1 - male) * term for term in inner), *(male * term for term in inner)]
    )
    counts = data["Days"].to_numpy()
    found = loglinear.negative_binomial(loglinear.Model(counts, matrix, counts * 0.0))
    assert abs(1 / found.alpha - 1.598) <= 5e-4
    assert abs(2 * found.log_likelihood + 1063.025) <= 5e-4
    # MASS's error of theta is from the curvature of the likelihood at the fitted means.
    theta, step = 1 / found.alpha, 1e-3
    around = [loglinear.log_likelihood(counts, found.means, 1 / (theta + by)) for by in (-step, 0.0, step)]
    curvature = (around[0] - 2 * around[1] + around[2]) / step**2
    assert abs((-curvature) ** -0.5 - 0.213) <= 5e-4


def test_ships_coefficients_as_published() -> None:
    """McCullagh and Nelder 1989, section 6.3.2, and Stata's xtpoisson, fe: every coefficient, deviance and error."""
    from evalkit.inference import loglinear

    data = study("ships")
    terms = [pl.lit(1.0).alias("one"), *((pl.col(a) == b).cast(pl.Float64).alias(a + b) for a, b in SHIPS)]
    counts = data["incidents"].to_numpy()
    model = loglinear.Model(counts, data.select(terms).to_numpy(), np.log(data["service"].to_numpy()))
    found = loglinear.poisson(model)
    printed = (-0.54, -0.69, -0.08, 0.33, 0.70, 0.82, 0.45, 0.38)
    assert np.abs(found.coefficients[1:] - printed).max() <= 0.005
    ratios = np.exp(found.coefficients[5:])
    assert np.abs(ratios - (2.008002, 2.26693, 1.573695, 1.468831)).max() <= 1e-5
    saturated = loglinear.log_likelihood(counts, np.maximum(counts, 1e-300), 0.0)
    assert abs(2 * (saturated - found.log_likelihood) - 38.695) <= 5e-4
    squares = float(((counts - found.means) ** 2 / found.means).sum())
    assert abs(squares - 42.28) <= 0.005
    assert model.df == 25
    # The recomputed error is from an iteration that stops at a relative 1e-8 of the deviance.
    assert abs(math.sqrt(squares / 25 * found.covariance[8, 8]) - 0.1538005) <= 1e-6


def test_ships_with_the_types_absorbed_as_published() -> None:
    """Stata's xtpoisson, fe: 2.008002, 2.26693, 1.573695 and 1.468831; half a unit of the fewest digits printed."""
    from evalkit.inference import fixed_effects
    from evalkit.inference.absorbing import Effects

    data = study("ships")
    matrix = data.select([(pl.col(a) == b).cast(pl.Float64).alias(a + b) for a, b in SHIPS[4:]]).to_numpy()
    one = np.zeros(data.height, dtype=int)
    found = fixed_effects.poisson(
        data["incidents"].to_numpy(),
        matrix,
        Effects.of(data["type"].to_numpy(), one),
        offset=np.log(data["service"].to_numpy()),
    )
    assert isinstance(found, fixed_effects.Fit)
    assert np.abs(np.exp(found.coefficients) - (2.008002, 2.26693, 1.573695, 1.468831)).max() <= 5e-6


SHIPS = (
    *(("type", kind) for kind in "BCDE"),
    *(("year", year) for year in ("y65", "y70", "y75")),
    ("period", "p75"),
)
QUINE_ONES = (("Sex", "M"), ("Eth", "N"), ("Lrn", "SL"))
QUINE = (("Eth", "N"), ("Sex", "M"), ("Age", "F1"), ("Age", "F2"), ("Age", "F3"), ("Lrn", "SL"))
