"""Equivalence: four verdicts, two intervals, and what they must obey."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evalkit as ek
from evalkit.equivalences import EquivalenceVerdict
from evalkit.errors import EstimationError
from evalkit.estimates import Estimate
from evalkit.vocabulary import EstimateStatus, Scale

COUNT = st.integers(0, 3000)
METHOD = st.sampled_from(["exact", "midp", "score"])


def estimate(value: float, low: float, high: float, **beside) -> Estimate:
    beside = {"scale": Scale.RATE_DIFFERENCE, **beside}
    return Estimate(status=EstimateStatus.ESTIMATED, estimate=value, conf_low=low, conf_high=high, **beside)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-1.0, 1.0, EquivalenceVerdict.EQUIVALENT),
        (0.2, 1.0, EquivalenceVerdict.SMALL_DIFFERENCE),
        (0.2, 3.0, EquivalenceVerdict.DIFFERENT),
        (-1.0, 3.0, EquivalenceVerdict.UNDETERMINED),
        (-1.0, 2.0, EquivalenceVerdict.UNDETERMINED),
        (2.5, 3.0, EquivalenceVerdict.DIFFERENT),
    ],
)
def test_the_four_verdicts(low, high, verdict):
    assert ek.equivalence(estimate((low + high) / 2, low, high), 2.0).verdict is verdict


def test_the_narrower_interval_decides_the_margin_and_the_wider_the_difference():
    wide, narrow = estimate(1.0, -0.5, 2.5), estimate(1.0, -0.2, 1.9, conf_level=0.9)
    assert ek.equivalence(wide, 2.0).verdict is EquivalenceVerdict.UNDETERMINED
    found = ek.equivalence(wide, 2.0, narrower=narrow)
    assert found.verdict is EquivalenceVerdict.EQUIVALENT
    assert (found.conf_level, found.tost_level) == (0.95, 0.9)


@pytest.mark.parametrize(("good", "expected"), [("higher", True), ("lower", False), ("neither", None)])
def test_not_worse_follows_the_direction_of_the_metric(good, expected):
    found = ek.equivalence(estimate(1.0, -1.0, 3.0), 2.0, good=good)
    assert found.is_not_worse is expected


def test_a_margin_on_a_ratio_is_reciprocal_unless_said_otherwise():
    ratio = ek.rate_ratio(90, 1.0, 100, 1.0)
    found = ek.equivalence(ratio, 0.2).margin
    assert (found.low, found.high) == (1 / 1.2, 1.2)
    assert ek.equivalence(ratio, 0.2, reciprocal=False).margin.low == 0.8
    assert ek.equivalence(ratio, (0.8, 1.25)).margin.high == 1.25


def test_p_values_of_a_wald_interval_agree_with_it_and_others_have_none():
    z = 1.959963984540054
    wald = estimate(0.5, 0.5 - z, 0.5 + z, std_error=1.0)
    found = ek.equivalence(wald, 3.0)
    assert found.p_above_low == pytest.approx(0.00023262907903552504, rel=1e-9)
    assert found.p_value == found.p_below_high == pytest.approx(0.006209665325776132, rel=1e-9)
    assert ek.equivalence(estimate(0.5, -1.0, 2.0, std_error=1.0), 3.0).p_value is None
    assert ek.equivalence(estimate(0.5, -1.0, 2.0), 3.0).p_value is None


def estimate_of(function: str, conf_level: float, n: int = 800) -> Estimate:
    days = np.random.default_rng(5).exponential(10.0, n).round(1) + 0.1
    side, ended = pl.Series(["a", "b"] * (n // 2)), pl.Series([1] * n)
    if function == "proportion_ratio":
        return ek.proportion_ratio(4800, 10_000, 5000, 10_000, conf_level=conf_level)
    if function == "permutation_test":
        return ek.permutation_test(days, side == "a", draws=499, conf_level=conf_level)
    found = getattr(ek, function)
    return found(pl.Series(days), ended, side, "b", horizon=20, method="greenwood", conf_level=conf_level)


@pytest.mark.parametrize(
    ("function", "wide", "tight"),
    [
        ("proportion_ratio", 0.2, 0.03),
        ("rmst_ratio", 0.2, 0.02),
        ("rmst_difference", 3.0, 0.2),
        ("permutation_test", 4.0, 0.2),
    ],
)
def test_every_ratio_and_difference_can_be_held_against_a_margin(function, wide, tight):
    estimate, narrower = estimate_of(function, 0.95), estimate_of(function, 0.9)
    assert ek.equivalence(estimate, wide).is_within
    assert not ek.equivalence(estimate, tight).is_within
    found = ek.equivalence(estimate, wide, narrower=narrower)
    assert (found.tost_low, found.tost_high) == (narrower.conf_low, narrower.conf_high)
    if function.startswith("rmst"):
        assert found.p_value == max(found.p_above_low, found.p_below_high) < 0.05
        assert ek.equivalence(estimate, tight).p_value > 0.05


def test_a_slope_ratio_is_a_ratio_and_a_rate_is_not():
    slope = estimate(1.02, 0.97, 1.08, scale=Scale.SLOPE_RATIO)
    assert ek.equivalence(slope, 0.2).verdict is EquivalenceVerdict.EQUIVALENT
    for scale in (Scale.RATE, Scale.PROPORTION, Scale.DURATION, Scale.DISPERSION, Scale.STATISTIC):
        with pytest.raises(EstimationError, match="proportion_ratio"):
            ek.equivalence(estimate(1.02, 0.97, 1.08, scale=scale), 0.2)


def test_a_margin_of_one_or_more_is_written_as_limits_or_meant_for_a_difference():
    ratio = ek.rate_ratio(50, 1.0, 51, 1.0)
    with pytest.raises(EstimationError, match=r"Skriv 0\.2 för 20 procent"):
        ek.equivalence(ratio, 1.0)
    assert ek.equivalence(ratio, (0.5, 2.0)).is_within
    assert ek.equivalence(estimate(0, -1, 1), 20).is_within


def test_the_narrower_interval_is_by_the_same_method():
    for sides in ((50, 1.0, 51, 1.0), (pl.Series([50, 9]), 1.0, pl.Series([51, 8]), 1.0)):
        wide = ek.rate_ratio(*sides, method="exact")
        ek.equivalence(wide, 0.2, narrower=ek.rate_ratio(*sides, method="exact", conf_level=0.9))
        with pytest.raises(EstimationError) as caught:
            ek.equivalence(wide, 0.2, narrower=ek.rate_ratio(*sides, method="midp", conf_level=0.9))
        assert [problem.code for problem in caught.value.problems] == ["not_narrower"]


def test_the_largest_alpha_makes_an_interval_of_one_half():
    assert ek.rate_equivalence(500, 1.0, 510, 1.0, 0.2, alpha=0.25).tost_level == 0.5


def test_a_refusal_keeps_its_reason():
    found = ek.equivalence(ek.rate_ratio(0, 1.0, 0, 1.0), 0.2)
    assert (found.reason.code, found.estimate, found.verdict) == ("no_events", None, EquivalenceVerdict.UNDETERMINED)
    assert ek.rate_equivalence(0, 1.0, 0, 1.0, 0.2).reason.code == "no_events"


@given(COUNT, COUNT, st.floats(0.1, 10), METHOD, st.floats(0.01, 0.2))
def test_swapping_the_sides_changes_no_verdict(first, second, exposure, method, alpha):
    forth = ek.rate_equivalence(first, exposure, second, 1.0, 0.3, method=method, alpha=alpha)
    back = ek.rate_equivalence(second, 1.0, first, exposure, 0.3, method=method, alpha=alpha)
    assert forth.verdict is back.verdict or min(abs(forth.p_value - alpha), abs(back.p_value - alpha)) < 1e-9
    if forth.p_value is not None:
        assert forth.p_above_low == pytest.approx(back.p_below_high, rel=1e-8, abs=1e-300)


@given(st.integers(0, 400), st.integers(1, 400), METHOD, st.floats(1e-3, 1e3))
def test_interval_and_p_values_say_the_same_and_the_unit_of_exposure_nothing(first, second, method, unit):
    found = ek.rate_equivalence(first, 2.0, second, 3.0, (0.7, 1.6), method=method)
    assert found.conf_low <= found.tost_low <= found.estimate <= found.tost_high <= found.conf_high
    if abs(found.p_value - 0.05) > 1e-9:
        assert found.is_within == (found.p_value < 0.05)
    scaled = ek.rate_equivalence(first, 2.0 * unit, second, 3.0 * unit, (0.7, 1.6), method=method)
    assert scaled.estimate == pytest.approx(found.estimate, rel=1e-9)
    assert scaled.p_value == pytest.approx(found.p_value, rel=1e-8)


@given(st.integers(0, 300), st.integers(1, 300), METHOD)
def test_more_events_move_the_limits_up(first, second, method):
    fewer = ek.rate_equivalence(first, 1.0, second, 1.0, 0.2, method=method)
    more = ek.rate_equivalence(first + 1, 1.0, second, 1.0, 0.2, method=method)
    assert more.tost_low > fewer.tost_low
    assert more.tost_high > fewer.tost_high
    assert more.p_above_low <= fewer.p_above_low


@pytest.mark.parametrize("method", ["exact", "midp", "score"])
def test_the_limits_are_those_of_the_rate_ratio(method):
    for first, second in [(0, 7), (7, 0), (3, 40), (500, 510), (10**9, 10**9)]:
        found = ek.rate_equivalence(first, 2.0, second, 3.0, 0.2, method=method)
        ratio = ek.rate_ratio(first, 2.0, second, 3.0, method=method)
        assert found.conf_low == pytest.approx(ratio.conf_low, rel=1e-8)
        assert found.conf_high == ratio.conf_high or math.isclose(found.conf_high, ratio.conf_high, rel_tol=1e-8)


@pytest.mark.parametrize("method", ["exact", "midp", "score"])
def test_columns_give_what_single_numbers_give(method, recwarn):
    counts, others = [0, 0, 3, 500, 7, None], [0, 5, 0, 510, 900, 3]
    series = ek.rate_equivalence(pl.Series(counts), 1.5, pl.Series(others), 1.0, 0.2, method=method)
    for place, (first, second) in enumerate(zip(counts[:-1], others[:-1], strict=True)):
        assert series[place] == ek.rate_equivalence(first, 1.5, second, 1.0, 0.2, method=method)
    assert series[5].reason.code == "value_missing"
    frame = series.to_frame()
    assert frame.height == 6
    assert frame["reason_code"].to_list() == ["no_events", None, None, None, None, "value_missing"]
    assert frame["verdict"].to_list() == [one.verdict.code for one in series]
    assert not recwarn.list


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda: ek.equivalence(ek.rate(3, 1.0), 0.2), {"no_comparison"}),
        (lambda: ek.equivalence(estimate(0, -1, 1), 2.0, good="up"), {"unknown_direction"}),
        (lambda: ek.equivalence(estimate(0, -1, 1), 2.0, narrower=estimate(0, -1, 1)), {"not_narrower"}),
        (lambda: ek.rate_equivalence(-1, 0, 1, 1, 0), {"count_negative", "exposure_not_positive", "margin_wrong"}),
        (lambda: ek.rate_equivalence(1, 1, 1, 1, (0.8, "x"), alpha=0.6), {"margin_wrong", "alpha_outside"}),
        (lambda: ek.rate_equivalence(1, 1, 1, 1, 0.2, alpha=0.26), {"alpha_outside"}),
        (lambda: ek.rate_equivalence(1, 1, 1, 1, 0.2, alpha=0), {"alpha_outside"}),
        (lambda: ek.rate_equivalence(1, 1, 1, 1, 1.5, reciprocal=False), {"margin_not_a_share"}),
        (lambda: ek.equivalence(ek.rate_ratio(50, 1.0, 51, 1.0), 20), {"margin_not_a_share"}),
    ],
)
def test_every_fault_of_a_call_is_told_at_once(call, codes):
    with pytest.raises(EstimationError) as caught:
        call()
    assert {problem.code for problem in caught.value.problems} == codes


@pytest.mark.parametrize("margin", [5.0, 1.0, (-50.0, 50.0), (-1.0, 2.0)])
def test_a_margin_that_holds_every_difference_of_shares_is_a_fault(margin: float | tuple[float, float]) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.equivalence(ek.proportion_difference(5, 50, 6, 50), margin)
    assert [problem.code for problem in caught.value.problems] == ["margin_holds_all"]


def test_a_margin_of_shares_may_be_open_on_one_side() -> None:
    found = ek.equivalence(ek.proportion_difference(50, 500, 55, 500), (-0.05, 1.0), good="higher")
    assert found.margin.low == -0.05
