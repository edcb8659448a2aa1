"""What must hold for every proportion, difference, ratio and test of proportions, whatever the counts."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

import evalkit as ek
from evalkit.comparisons.proportions import DIFFERENCE_METHODS, PROPORTION_METHODS
from evalkit.errors import EstimationError
from evalkit.language import Language

few = settings(max_examples=40, deadline=None)
wholes = st.integers(1, 60) | st.integers(1, 10**9)
sides = wholes.flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
small = st.integers(1, 30).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
methods = st.sampled_from([method.value for method in PROPORTION_METHODS])
difference_methods = st.sampled_from([method.value for method in DIFFERENCE_METHODS])
levels = st.floats(0.5, 0.9999)
Side = tuple[int, int]


def contains(found: ek.Estimate) -> bool:
    return found.conf_low <= found.estimate <= found.conf_high


def decides(found: ek.Estimate) -> bool:
    """Whether p-value and interval agree; too close to the border to tell counts as agreement."""
    alpha = 1 - found.conf_level
    outside = not found.conf_low <= found.null <= found.conf_high
    return math.isclose(found.p_value, alpha, rel_tol=1e-6) or outside == (found.p_value < alpha)


@few
@given(sides, methods, levels)
@example((0, 10**9), "midp", 0.95)
@example((10**9, 10**9), "bayes", 0.95)
def test_a_proportion_lies_in_its_interval_and_that_between_0_and_1(side: Side, method: str, level: float) -> None:
    found = ek.proportion(*side, method=method, conf_level=level)
    assert contains(found)
    assert 0 <= found.conf_low < found.conf_high <= 1
    assert (found.conf_low == 0) == (side[0] == 0)
    assert (found.conf_high == 1) >= (side[0] == side[1])


@few
@given(sides, methods)
def test_those_without_are_the_mirror_of_those_with(side: Side, method: str) -> None:
    found, mirror = ek.proportion(*side, method=method), ek.proportion(side[1] - side[0], side[1], method=method)
    assert mirror.conf_low == pytest.approx(1 - found.conf_high, rel=1e-9, abs=1e-15)
    assert mirror.conf_high == pytest.approx(1 - found.conf_low, rel=1e-9, abs=1e-15)


@few
@given(small, methods)
def test_one_more_moves_the_interval_up(side: Side, method: str) -> None:
    if side[0] < side[1]:
        found, more = ek.proportion(*side, method=method), ek.proportion(side[0] + 1, side[1], method=method)
        assert found.conf_low < more.conf_low
        assert found.conf_high <= more.conf_high


@few
@given(sides, st.sampled_from(["wilson", "clopper_pearson", "midp"]), levels, st.floats(0.001, 0.999))
def test_p_value_and_interval_of_a_proportion_agree(side: Side, method: str, level: float, null: float) -> None:
    assert decides(ek.proportion(*side, method=method, conf_level=level, null=null))


@few
@given(sides, sides, difference_methods, levels, st.floats(-0.9, 0.9))
@example((0, 10**9), (0, 1), "miettinen_nurminen", 0.95, 0.0)
@example((10**9, 10**9), (1, 1), "miettinen_nurminen", 0.95, 0.0)
def test_a_difference_lies_in_its_interval_and_agrees_with_its_p_value(
    side: Side, ref: Side, method: str, level: float, null: float
) -> None:
    score = method == "miettinen_nurminen"
    found = ek.proportion_difference(*side, *ref, method=method, conf_level=level, null=null if score else 0.0)
    assert contains(found)
    assert -1 <= found.conf_low < found.conf_high <= 1
    assert decides(found) if score else found.p_value is found.null is None


@few
@given(sides, sides, difference_methods)
def test_swapping_the_groups_negates_the_difference(side: Side, ref: Side, method: str) -> None:
    found = ek.proportion_difference(*side, *ref, method=method)
    other = ek.proportion_difference(*ref, *side, method=method)
    assert other.conf_low == pytest.approx(-found.conf_high, rel=1e-8, abs=1e-13)
    assert other.conf_high == pytest.approx(-found.conf_low, rel=1e-8, abs=1e-13)


@few
@given(sides, sides, levels, st.floats(0.05, 20.0))
def test_a_ratio_agrees_with_its_p_value_and_swapping_inverts_it(
    side: Side, ref: Side, level: float, null: float
) -> None:
    found = ek.proportion_ratio(*side, *ref, conf_level=level, null=null)
    if side[0] + ref[0] == 0:
        assert found.reason.code == "no_events"
        return
    assert contains(found)
    assert decides(found)
    assert (found.conf_low == 0) == (side[0] == 0)
    assert (found.conf_high == math.inf) == (ref[0] == 0)
    other = ek.proportion_ratio(*ref, *side, conf_level=level)
    assert (1 / other.conf_high) == pytest.approx(found.conf_low, rel=1e-7)
    assert (1 / other.conf_low if other.conf_low else math.inf) == pytest.approx(found.conf_high, rel=1e-7)


@settings(max_examples=25, deadline=None)
@given(small, small)
def test_boschloo_is_never_less_powerful_than_fisher_and_swapping_turns_the_side(side: Side, ref: Side) -> None:
    for alternative, turned in (("greater", "less"), ("less", "greater")):
        boschloo = ek.proportion_test(*side, *ref, alternative=alternative)
        fisher = ek.proportion_test(*side, *ref, method="fisher", alternative=alternative)
        assert boschloo.p_value <= fisher.p_value * (1 + 1e-9)
        assert boschloo.tests[0].statistic == pytest.approx(fisher.p_value)
        assert ek.proportion_test(*ref, *side, alternative=turned).p_value == pytest.approx(boschloo.p_value, rel=1e-8)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_boschloo_rejects_a_true_hypothesis_no_more_often_than_it_says(share: float) -> None:
    size, size_ref = 12, 9
    part, ref = (side.ravel() for side in np.meshgrid(np.arange(size + 1), np.arange(size_ref + 1), indexing="ij"))
    found = ek.proportion_test(pl.Series(part), size, pl.Series(ref), size_ref)
    rejects = (found.numbers["p_value"].to_numpy() < 0.05).astype(float)
    probability = stats.binom.pmf(part, size, share) * stats.binom.pmf(ref, size_ref, share)
    assert probability.sum() == pytest.approx(1)
    assert float(probability @ rejects) <= 0.05


def test_columns_give_what_single_numbers_give_and_refuse_by_row() -> None:
    part, whole = pl.Series([0, 7, 20, None, 0]), pl.Series([4, 12, 20, 3, 0])
    for method in PROPORTION_METHODS:
        found = ek.proportion(part, whole, method=method)
        assert list(found)[:3] == [ek.proportion(part[at], whole[at], method=method) for at in range(3)]
        assert [one.reason.code for one in list(found)[3:]] == ["value_missing", "nothing_to_share"]
    for function in (ek.proportion_difference, ek.proportion_ratio):
        found = function(part, whole, 3, 9)
        assert list(found)[:3] == [function(part[at], whole[at], 3, 9) for at in range(3)]
        assert [one.reason.code for one in list(found)[3:]] == ["value_missing", "nothing_to_share"]
    tested = ek.proportion_test(part, whole, 3, 9).to_frame()
    assert tested["p_value"].to_list()[:3] == [ek.proportion_test(part[at], whole[at], 3, 9).p_value for at in range(3)]
    assert tested["reason_code"].to_list() == [None, None, None, "value_missing", "nothing_to_share"]
    assert tested["p_value"].to_list()[3:] == [None, None]


def test_a_single_refusal_is_said_in_words() -> None:
    assert ek.proportion(0, 0).reason.code == "nothing_to_share"
    assert ek.proportion_test(0, 0, 1, 2).reason.code == "nothing_to_share"
    assert ek.proportion_test(1, 2, 1, 5000).reason.code == "too_many_for_boschloo"
    assert ek.proportion_test(1, 2, 1, 5000, method="fisher").p_value < 0.01


def test_more_than_all_is_a_fault_told_by_row_without_the_value() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.proportion(pl.Series([1, 4711, 3, None]), pl.Series([2, 4, 3, 0]))
    assert [(problem.code, problem.place.rows) for problem in caught.value.problems] == [("count_above_whole", (2,))]
    for language in Language:
        assert "4711" not in caught.value.render(language)
    with pytest.raises(EstimationError) as caught:
        ek.proportion_difference(3, 2, 9, 8)
    assert [problem.place.key for problem in caught.value.problems] == ["argument count", "argument count_ref"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: ek.proportion(1, 2, null=1.5), "null_not_a_share"),
        (lambda: ek.proportion(1, 2, null="a"), "null_not_a_number"),
        (lambda: ek.proportion(1, 2, method="bayes", null=0.5), "null_without_test"),
        (lambda: ek.proportion_difference(1, 2, 1, 2, null=-1.0), "null_not_a_difference"),
        (lambda: ek.proportion_difference(1, 2, 1, 2, null=0.1, method="newcombe"), "null_without_test"),
        (lambda: ek.proportion_test(1, 2, 1, 2, alternative="both"), "unknown_alternative"),
    ],
)
def test_what_has_no_meaning_is_a_fault(call, code: str) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    assert [problem.code for problem in caught.value.problems] == [code]
