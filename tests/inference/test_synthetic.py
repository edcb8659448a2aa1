"""Synthetic comparisons: what the weights obey, what changes nothing, and what is not tested."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference import synthetic_did
from evalkit.inference.placebo import by_gap
from evalkit.inference.simplex import on_simplex, project
from evalkit.inference.synthetic_control import DonorPanel, Fits, every_unit

BEFORE = 12
NAMES = {"unit": "area", "period": "month", "treated": 4, "start": BEFORE}


def outcomes(units: int = 22, *, effect: float = 0.0, seed: int = 1, periods: int = 18) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = 10 + rng.normal(size=(units, 1)) * 2
    level[4] = 10.0
    made = level + np.sin(np.arange(periods)) + rng.normal(0, 0.5, (units, periods))
    made[4, BEFORE:] += effect
    return made


def frame(made: np.ndarray, *, mean: float | None = None) -> pl.DataFrame:
    units, periods = made.shape
    base = pl.DataFrame(
        {
            "area": np.repeat(np.arange(units), periods),
            "month": np.tile(np.arange(periods), units),
            "found": made.ravel(),
        }
    )
    if mean is None:
        return base
    return base.with_columns(events=(pl.col("found") * mean).round().cast(pl.Int64), visits=pl.lit(100.0))


def control(made: np.ndarray, **options: object) -> ek.SyntheticControl:
    return ek.synthetic_control(frame(made), outcome="found", **NAMES, **options)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), units=st.integers(5, 12), cap=st.floats(0.35, 1.0), demeaned=st.booleans())
def test_weights_are_shares_below_the_cap_of_others_than_oneself_and_the_treated(
    seed: int, units: int, cap: float, demeaned: bool
) -> None:
    made = np.random.default_rng(seed).normal(size=(units, 10))
    found = every_unit(DonorPanel(made, 8), cap=cap, demeaned=demeaned)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-9)
    assert found.weights.min() >= 0
    assert found.weights.max() <= cap + 1e-12
    assert np.diag(found.weights).max() == 0
    assert found.weights[:, 0].max() == 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), units=st.integers(2, 9))
def test_no_other_weights_fit_better(seed: int, units: int) -> None:
    rng = np.random.default_rng(seed)
    donors, target = rng.normal(size=(6, units)), rng.normal(size=6)
    upper = np.full((1, units), max(0.6, 1 / units))
    best = on_simplex(donors.T @ donors, (target @ donors)[None, :], upper).weights[0]
    other = project(rng.dirichlet(np.full(units, 0.3), size=200), np.repeat(upper, 200, axis=0))
    lack = ((target - other @ donors.T) ** 2).sum(axis=1)
    assert ((target - donors @ best) ** 2).sum() <= lack.min() + 1e-9


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), units=st.integers(2, 12), size=st.floats(-6, 6))
def test_the_nearest_weights_are_on_the_simplex_and_nearer_than_others(seed: int, units: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    point, upper = rng.normal(size=(1, units)) * 10**size, np.full((1, units), max(0.55, 1 / units))
    found = project(point, upper)
    assert found.sum() == pytest.approx(1, abs=1e-9 * max(1, float(np.abs(point).max())))
    assert found.min() >= 0
    assert found.max() <= upper.max()
    other = rng.dirichlet(np.full(units, 0.5), size=300)
    other = other[(other <= upper).all(axis=1)]
    distance = float(((found - point) ** 2).sum())
    assert (((other - point) ** 2).sum(axis=1) >= distance * (1 - 1e-9)).all()


@pytest.mark.parametrize("demeaned", [False, True])
def test_the_unit_of_the_outcome_and_the_order_of_donors_change_nothing(demeaned: bool) -> None:
    made = outcomes(effect=1.5)
    plain = control(made, demeaned=demeaned)
    scaled = control(made * 1000 + 7, demeaned=demeaned)
    order = [21, 3, 9, 0, *(unit for unit in range(22) if unit not in {21, 3, 9, 0, 4})]
    turned = control(made, demeaned=demeaned, donors=order)
    assert scaled.effect.p_value == plain.effect.p_value == turned.effect.p_value
    for number in ("estimate", "conf_low", "conf_high"):
        one = getattr(plain.effect, number)
        assert getattr(scaled.effect, number) == pytest.approx(1000 * one, rel=1e-6)
        assert getattr(turned.effect, number) == pytest.approx(one, rel=1e-6)
    weights = dict(plain.weights.iter_rows())
    assert dict(turned.weights.iter_rows()) == pytest.approx(weights, abs=1e-6)


def test_synthetic_did_obeys_the_same() -> None:
    made = outcomes(effect=1.5)
    names = {**NAMES, "treated": [4], "outcome": "found"}
    plain = ek.synthetic_did(frame(made), **names).effect
    scaled = ek.synthetic_did(frame(made * 1000 + 7), **names).effect
    turned = ek.synthetic_did(frame(made), **names, donors=[unit for unit in reversed(range(22)) if unit != 4]).effect
    assert scaled.estimate == pytest.approx(1000 * plain.estimate, rel=1e-6)
    assert scaled.conf_low == pytest.approx(1000 * plain.conf_low, rel=1e-5)
    assert turned.estimate == pytest.approx(plain.estimate, rel=1e-6)
    assert turned.p_value == plain.p_value == scaled.p_value


def test_limits_are_the_effects_that_the_placebos_do_not_reject() -> None:
    made = outcomes(effect=1.5)
    found = control(made, demeaned=True).effect
    first = [4, *(unit for unit in range(22) if unit != 4)]

    def p_of(effect: float) -> float:
        without = made[first].copy()
        without[0, BEFORE:] -= effect
        return by_gap(every_unit(DonorPanel(without, BEFORE), cap=0.5, demeaned=True), conf_level=0.95).p_value

    for limit, inward in ((found.conf_low, 1e-6), (found.conf_high, -1e-6)):
        assert p_of(limit + inward) > 0.05
        assert p_of(limit - inward) <= 0.05


def test_the_expected_gap_is_that_of_weights_without_those_periods() -> None:
    made = outcomes(units=8)
    found = every_unit(DonorPanel(made, BEFORE), cap=0.5)
    # The third of four stretches of three months, fitted by itself on the other nine.
    others = np.r_[0:6, 9:12]
    alone = every_unit(DonorPanel(np.hstack([made[:, others], made[:, 6:9]]), 9), cap=0.5)
    np.testing.assert_allclose(found.held_out[:, 6:9], alone.gaps[:, 9:], atol=1e-6)
    assert found.mspe_expected.mean() > found.mspe_before.mean()


@pytest.mark.parametrize(("donors", "tested"), [(10, False), (19, False), (20, True)])
def test_with_fewer_than_twenty_donors_there_is_no_p_and_the_attainable_one_is_told(donors: int, tested: bool) -> None:
    made = outcomes(units=donors + 1, effect=6.0)
    for found in (
        control(made, demeaned=True).effect,
        ek.synthetic_did(frame(made), outcome="found", **{**NAMES, "treated": [4]}).effect,
    ):
        codes = [said.code for said in found.assumptions]
        assert found.is_estimated
        assert ("too_few_placebos" in codes) != tested
        assert (found.p_value is not None) == tested
        assert math.isfinite(found.conf_low) == tested
        if not tested:
            words = next(said.text for said in found.assumptions if said.code == "too_few_placebos")
            assert f"{1 / (donors + 1):.4g}" in words.en
            assert f"{1 / (donors + 1):.4g}".replace(".", ",") in words.sv


def test_a_lower_level_needs_fewer_placebos() -> None:
    found = control(outcomes(units=12, effect=6.0), demeaned=True, conf_level=0.9).effect
    assert found.p_value == pytest.approx(1 / 12)


@pytest.mark.parametrize(
    ("row", "factor", "code"), [(4, 0.01, "too_few_events_for_placebos"), (4, 40, "larger_than_donors"), (7, 40, None)]
)
def test_a_unit_with_few_events_or_more_than_nearly_all_donors_is_not_tested(
    row: int, factor: float, code: str | None
) -> None:
    table = frame(outcomes(effect=1.5), mean=10).with_columns(
        pl.when(pl.col("area") == row)
        .then(pl.col("events") * factor)
        .otherwise("events")
        .round()
        .cast(pl.Int64)
        .alias("events"),
        pl.when(pl.col("area") == row).then(pl.col("visits") * factor).otherwise("visits").alias("visits"),
    )
    names = {**NAMES, "count": "events", "exposure": "visits"}
    for found in (
        ek.synthetic_control(table, **names, demeaned=True).effect,
        ek.synthetic_did(table, **{**names, "treated": [4]}).effect,
    ):
        assert found.is_estimated
        assert (found.p_value is None) == (code is not None)
        assert code is None or code in [said.code for said in found.assumptions]


def test_predictors_are_ranked_by_the_published_ratio_and_it_is_said() -> None:
    made = outcomes(effect=1.5)
    means = pl.DataFrame({"area": np.arange(22), "early": made[:, :6].mean(axis=1), "late": made[:, 6:12].mean(axis=1)})
    found = control(made, predictors=means)
    assert "fitted_error" in [said.code for said in found.effect.assumptions]
    ratio = found.placebos["ratio"].to_numpy()
    assert found.effect.p_value == pytest.approx((ratio >= ratio[0] * (1 - 1e-9)).mean())


def test_a_donor_that_is_followed_without_error_counts_as_extreme() -> None:
    gaps = np.array([[1.0, -1, 3, 3], [0, 0, 0, 1], [1, -1, 0, 0]])
    found = Fits(np.zeros((3, 3)), gaps, 2, np.array([False, True, False]), gaps[:, :2])
    assert by_gap(found, conf_level=0.5).rank == 2


def test_one_donor_makes_up_at_most_half_of_the_comparison_unless_told_otherwise() -> None:
    made = outcomes()
    made[9] = made[4] + 1e-3
    assert control(made).weights["weight"].max() <= 0.5 + 1e-9
    assert control(made, cap=1.0).weights["weight"].max() > 0.9


def test_a_cap_that_is_no_share_and_a_missing_value_are_told() -> None:
    with pytest.raises(EstimationError) as told:
        control(outcomes(), cap=0.0)
    assert [problem.code for problem in told.value.problems] == ["cap_outside"]
    made = outcomes()
    made[3, 5] = np.nan
    assert not control(made).effect.is_estimated


def test_the_error_to_expect_of_sdid_is_larger_for_a_noisy_unit() -> None:
    made = outcomes()
    noisy = made.copy()
    noisy[0] += np.random.default_rng(3).normal(0, 4, 18)
    _, errors = synthetic_did.placebos(noisy, before=BEFORE, cap=0.5)
    assert errors.argmax() == 0
    assert errors[0] > 2 * np.median(errors)


def test_a_label_by_itself_is_one_unit_whatever_its_kind() -> None:
    """A number is not a list, and a text is not its letters."""
    rng = np.random.default_rng(1)
    rows = [(unit, when, float(rng.normal(5 + unit % 5, 0.3))) for unit in range(22) for when in range(14)]
    frame = pl.DataFrame(rows, schema=["area", "month", "found"], orient="row")
    named = frame.with_columns(area=pl.col("area").cast(pl.String).str.pad_start(4, "0"))

    def effect(table: pl.DataFrame, treated: object) -> float:
        found = ek.synthetic_did(
            table, unit="area", period="month", outcome="found", treated=treated, start=10, method="placebo"
        )
        return found.effect.estimate

    assert effect(frame, 7) == effect(frame, [7]) == effect(frame, (7,))
    assert effect(named, "0007") == effect(named, ["0007"]) == effect(frame, 7)
