"""What must hold for every interval, whatever the counts."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import evalkit.comparisons as ek
from evalkit.comparisons.rate_ratios import RATIO_OF_RATE_RATIOS_METHODS
from evalkit.comparisons.rates import RATE_METHODS

counts = st.integers(0, 60) | st.integers(0, 20_000)
exposures = st.floats(0.01, 1e7)
levels = st.floats(0.5, 0.9999)
nulls = st.floats(0.05, 20.0)
few = settings(max_examples=60, deadline=None)

rate_methods = st.sampled_from([method.value for method in RATE_METHODS])
ratio_methods = st.sampled_from(["score", "exact", "midp"])
table_methods = st.sampled_from([method.value for method in RATIO_OF_RATE_RATIOS_METHODS])
Pair = tuple[int, float, int, float]
pairs = st.tuples(counts, exposures, counts, exposures)
tables = st.tuples(counts, exposures, counts, exposures, counts, exposures, counts, exposures)


def contains(found: ek.Estimate) -> bool:
    return found.conf_low <= found.estimate <= found.conf_high


def decides(found: ek.Estimate) -> bool:
    """Whether p-value and interval agree; too close to the border to tell counts as agreement."""
    alpha = 1 - found.conf_level
    outside = not found.conf_low <= found.null <= found.conf_high
    return math.isclose(found.p_value, alpha, rel_tol=1e-6) or outside == (found.p_value < alpha)


def inverse(value: float) -> float:
    return math.inf if value == 0 else 1 / value


@few
@given(counts, exposures, rate_methods, levels)
@example(0, 100.0, "midp", 0.95)
@example(0, 100.0, "bayes", 0.95)
def test_a_rate_lies_in_its_interval(count: int, exposure: float, method: str, level: float) -> None:
    found = ek.rate(count, exposure, method=method, conf_level=level)
    assert contains(found)
    assert found.estimate == count / exposure
    assert found.conf_low < found.conf_high < math.inf
    assert (found.conf_low == 0) == (count == 0)


@few
@given(counts, exposures, rate_methods, levels, levels)
def test_a_higher_level_gives_a_wider_interval(
    count: int, exposure: float, method: str, level: float, other: float
) -> None:
    narrow, wide = (ek.rate(count, exposure, method=method, conf_level=at) for at in sorted((level, other)))
    assert wide.conf_low <= narrow.conf_low
    assert narrow.conf_high <= wide.conf_high


@few
@given(counts, exposures, st.sampled_from(["exact", "midp", "score"]), levels, nulls)
def test_p_value_and_interval_of_a_rate_agree(
    count: int, exposure: float, method: str, level: float, times: float
) -> None:
    null = times * max(count, 1) / exposure
    assert decides(ek.rate(count, exposure, method=method, conf_level=level, null=null))


@few
@given(pairs, ratio_methods, levels, nulls)
def test_a_ratio_and_its_p_value_agree_with_the_interval(pair: Pair, method: str, level: float, times: float) -> None:
    count, exposure, count_ref, exposure_ref = pair
    null = times * (count + 0.5) / exposure / ((count_ref + 0.5) / exposure_ref)
    found = ek.rate_ratio(*pair, method=method, conf_level=level, null=null)
    if count + count_ref == 0:
        assert found.reason.code == "no_events"
        return
    assert contains(found)
    assert decides(found)
    assert (found.conf_low == 0) == (count == 0)
    assert (found.conf_high == math.inf) == (count_ref == 0)


@few
@given(pairs, ratio_methods)
def test_swapping_the_groups_inverts_the_ratio(pair: Pair, method: str) -> None:
    found = ek.rate_ratio(*pair, method=method)
    other = ek.rate_ratio(*pair[2:], *pair[:2], method=method)
    if not found.is_estimated:
        assert other.reason == found.reason
        return
    assert inverse(other.conf_high) == pytest.approx(found.conf_low, rel=1e-9)
    assert inverse(other.conf_low) == pytest.approx(found.conf_high, rel=1e-9)
    assert math.isclose(other.p_value, found.p_value, rel_tol=1e-8, abs_tol=1e-290)


@few
@given(pairs, ratio_methods, st.floats(1e-6, 1e6))
def test_the_unit_of_exposure_does_not_matter_to_a_ratio(pair: Pair, method: str, factor: float) -> None:
    found = ek.rate_ratio(*pair, method=method)
    count, exposure, count_ref, exposure_ref = pair
    other = ek.rate_ratio(count, exposure * factor, count_ref, exposure_ref * factor, method=method)
    if found.is_estimated:
        assert other.conf_low == pytest.approx(found.conf_low, rel=1e-9)
        assert other.conf_high == pytest.approx(found.conf_high, rel=1e-9)
        assert other.estimate == pytest.approx(found.estimate, rel=1e-9)


@few
@given(pairs, ratio_methods, levels, levels)
def test_a_higher_level_gives_a_wider_ratio(pair: Pair, method: str, level: float, other: float) -> None:
    narrow, wide = (ek.rate_ratio(*pair, method=method, conf_level=at) for at in sorted((level, other)))
    if narrow.is_estimated:
        assert wide.conf_low <= narrow.conf_low
        assert narrow.conf_high <= wide.conf_high


@few
@given(tables, table_methods, st.floats(0.8, 0.9999), nulls)
def test_a_ratio_of_ratios_and_its_p_value_agree_with_the_interval(
    table: tuple[float, ...], method: str, level: float, null: float
) -> None:
    found = ek.ratio_of_rate_ratios(*table, method=method, conf_level=level, null=null)
    after, _, before, _, ref_after, _, ref_before, _ = table
    margins = (after + before, ref_after + ref_before, after + ref_after, before + ref_before)
    assert found.is_estimated == all(margins)
    if found.is_estimated:
        assert contains(found)
        assert decides(found)
        assert (found.conf_low == 0) == (after == 0 or ref_before == 0)
        assert (found.conf_high == math.inf) == (before == 0 or ref_after == 0)


@few
@given(tables, table_methods, levels, levels)
def test_a_higher_level_gives_a_wider_ratio_of_ratios(
    table: tuple[float, ...], method: str, level: float, other: float
) -> None:
    narrow, wide = (ek.ratio_of_rate_ratios(*table, method=method, conf_level=at) for at in sorted((level, other)))
    if narrow.is_estimated:
        assert wide.conf_low <= narrow.conf_low * (1 + 1e-9)
        assert narrow.conf_high <= wide.conf_high * (1 + 1e-9)


@few
@given(tables, table_methods)
def test_after_and_before_swapped_inverts_the_ratio_of_ratios(table: tuple[float, ...], method: str) -> None:
    after, t_after, before, t_before, ref_after, s_after, ref_before, s_before = table
    found = ek.ratio_of_rate_ratios(*table, method=method)
    other = ek.ratio_of_rate_ratios(
        before, t_before, after, t_after, ref_before, s_before, ref_after, s_after, method=method
    )
    if found.is_estimated:
        assert inverse(other.conf_high) == pytest.approx(found.conf_low, rel=1e-8)
        assert inverse(other.conf_low) == pytest.approx(found.conf_high, rel=1e-8)
        assert math.isclose(other.p_value, found.p_value, rel_tol=1e-7, abs_tol=1e-290)


@pytest.mark.parametrize("size", [10**5, 10**7, 3 * 10**7])
def test_large_counts_are_close_to_the_normal_approximation(size: int) -> None:
    found = ek.ratio_of_rate_ratios(size, 1.0, size, 1.0, size, 1.0, size + size // 500, 1.0, method="exact")
    half = 1.959963984540054 * math.sqrt(4 / size)
    assert math.isclose(math.log(found.conf_high / found.estimate), half, rel_tol=2e-3)
    assert math.isclose(math.log(found.estimate / found.conf_low), half, rel_tol=2e-3)
    assert found.method == "exact"


def test_large_counts_beside_an_empty_cell() -> None:
    # With a side so large that its rates are known, the table is one Poisson count: no events of 3.689 expected.
    found = ek.ratio_of_rate_ratios(0, 1.0, 10**6, 1.0, 10**6, 1.0, 10**6, 1.0, method="exact")
    assert found.conf_low == 0
    assert math.isclose(found.conf_high * 10**6, 3.688879454, rel_tol=1e-5)


def test_a_certain_comparison_side_leaves_the_two_sample_ratio() -> None:
    table = ek.ratio_of_rate_ratios(12, 2.0, 5, 3.0, 10**8, 1.0, 10**8, 1.0, method="exact")
    pair = ek.rate_ratio(12, 2.0, 5, 3.0, method="exact")
    assert math.isclose(table.conf_low, pair.conf_low, rel_tol=1e-6)
    assert math.isclose(table.conf_high, pair.conf_high, rel_tol=1e-6)
    assert math.isclose(table.p_value, pair.p_value, rel_tol=1e-6)


def test_a_certain_reference_leaves_the_single_rate() -> None:
    pair = ek.rate_ratio(12, 1.0, 10**9, 1e9, method="exact")
    single = ek.rate(12, 1.0, method="exact")
    assert math.isclose(pair.conf_low, single.conf_low, rel_tol=1e-6)
    assert math.isclose(pair.conf_high, single.conf_high, rel_tol=1e-6)
