"""Planning: what the numbers must obey, the designs, refusals, and columns."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.errors import EstimationError

EVENTS = st.floats(2, 1e5)
PHI = st.floats(1, 10)
DESIGNS = {
    "one": lambda n: {"events": n},
    "two": lambda n: {"events": n, "events_ref": 2 * n},
    "series": lambda n: {"events": n, "events_before": 2 * n},
    "four": lambda n: {"events": n, "events_ref": 2 * n, "events_before": n, "events_ref_before": 3 * n},
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("method", ["wald", "planned"])
@given(n=EVENTS, phi=PHI, power=st.floats(0.3, 0.99))
@settings(max_examples=25)
def test_the_smallest_detectable_change_has_the_power_asked_for(design, method, n, phi, power):
    counts = DESIGNS[design](n)
    for direction in ("increase", "decrease"):
        found = ek.smallest_detectable(**counts, dispersion=phi, power=power, direction=direction, method=method)
        if found.ratio is None:
            assert (direction, found.reason.code) == ("decrease", "nothing_detectable")
            continue
        assert (found.ratio > 1) == (direction == "increase")
        again = ek.power(found.ratio, **counts, dispersion=phi, method=method)
        assert abs(again.power - power) < 1e-6


@given(n=EVENTS, phi=PHI, ratio=st.floats(1.05, 5))
@settings(max_examples=40)
def test_more_events_a_larger_change_and_less_unevenness_give_more_power(n, phi, ratio):
    power = ek.power(ratio, events=n, events_ref=n, dispersion=phi).power
    assert ek.power(ratio, events=1.5 * n, events_ref=1.5 * n, dispersion=phi).power >= power
    assert ek.power(ratio * 1.1, events=n, events_ref=n, dispersion=phi).power >= power
    assert ek.power(ratio, events=n, events_ref=n, dispersion=2 * phi).power <= power
    assert ek.power(ratio, events=n, events_ref=n, dispersion=phi, alternative="greater").power >= power
    assert ek.power(ratio, events=n, events_ref=n, dispersion=phi, alternative="less").power < 0.05


@given(n=st.floats(2, 200), ratio=st.floats(1.1, 4))
@settings(max_examples=30)
def test_swapping_the_sides_turns_an_increase_into_a_decrease(n, ratio):
    """A mean of r·n beside n is the same two means as n beside r·n, of which the first is 1/r times the second."""
    for method in ("wald", "exact", "midp"):
        up = ek.power(ratio, events=n, events_ref=n, method=method).power
        down = ek.power(1 / ratio, events=ratio * n, events_ref=ratio * n, method=method).power
        assert abs(up - down) < 1e-9


@pytest.mark.parametrize("method", ["exact", "midp"])
def test_exact_power_without_an_effect_is_the_size_of_the_test(method):
    events = pl.Series(np.geomspace(0.5, 300, 25))
    for beside in ({}, {"events_ref": events}):
        size = ek.power(1.0, events=events, **beside, method=method, alternative="greater", alpha=0.05).numbers["power"]
        assert size.max() <= 0.05 + (0 if method == "exact" else 0.02)
        assert size.max() > 0.03


@pytest.mark.parametrize(("method", "largest"), [("exact", [12, 6, 10]), ("midp", [10, 5, 10])])
def test_an_increase_is_found_also_with_few_events(method, largest):
    """Each of the ratios has the power by summation over all outcomes; none was found when the search went too far."""
    for (own, other), ratio in zip([(1, 1), (3, 3), (0.5, 200)], largest, strict=True):
        assert ek.power(ratio, events=own, events_ref=other, method=method).power > 0.8
        found = ek.smallest_detectable(events=own, events_ref=other, method=method)
        assert 1 < found.ratio <= ratio
        assert ek.power(found.ratio * (1 + 1e-9), events=own, events_ref=other, method=method).power >= 0.8 - 1e-6


def test_an_increase_is_found_up_to_what_is_enumerated_and_beyond_it_the_reason_is_not_few_events():
    found = ek.smallest_detectable(events=2000, events_ref=2000, method="exact")
    assert found.ratio == pytest.approx(ek.smallest_detectable(events=2000, events_ref=2000).ratio, rel=0.02)
    for events in (9990, 30_000):
        beyond = ek.smallest_detectable(events=events, events_ref=events, method="exact")
        assert beyond.reason.code == "too_many_to_enumerate"


def test_exact_and_normal_power_agree_when_events_are_many():
    exact = ek.power(1.05, events=4000, events_ref=4000, method="midp").power
    assert abs(exact - ek.power(1.05, events=4000, events_ref=4000).power) < 0.002


@given(monthly=st.floats(0.5, 200), before=st.integers(5, 5000), ratio=st.floats(1.1, 4), phi=PHI)
@settings(max_examples=60)
def test_months_are_the_fewest_that_have_the_power(monthly, before, ratio, phi):
    found = ek.months_needed(ratio, monthly=monthly, events_before=before, dispersion=phi)
    if found.months is None:
        assert found.reason.code in {"before_too_short", "too_long_to_wait"}
        assert ek.power(ratio, events=monthly * 1200, events_before=before, dispersion=phi).power < 0.8
        return
    events = monthly * max(found.months, 1)
    assert ek.power(ratio, events=events, events_before=before, dispersion=phi).power > 0.8 - 1e-9
    if found.months > 1:
        fewer = monthly * (found.months - 1)
        assert ek.power(ratio, events=fewer, events_before=before, dispersion=phi).power < 0.8


def test_events_so_far_shorten_the_wait():
    waits = [ek.months_needed(1.5, monthly=5, monthly_ref=5, events=n, events_ref=n).months for n in (0, 40, 400)]
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] == 0


@pytest.mark.parametrize("method", ["wald", "planned"])
@pytest.mark.parametrize(("ratio", "gone"), [(2, 0), (2, 3), (2, 5), (0.5, 10), (0.5, 20), (1.5, 8)])
def test_months_gone_by_as_expected_are_taken_off_the_wait(ratio, gone, method):
    """What is counted holds the effect: after ``gone`` months it is ``gone * ratio``, and that many are left fewer."""
    whole = ek.months_needed(ratio, monthly=1, events_before=100, method=method).months
    left = ek.months_needed(ratio, monthly=1, events_before=100, events=int(gone * ratio), method=method).months
    assert left == max(whole - gone, 0)


def test_a_wait_in_columns_is_that_of_its_rows_whatever_has_been_counted():
    ratios, seen = pl.Series([2.0, 0.5, 1.5]), pl.Series([10, 10, 0])
    found = ek.months_needed(ratios, monthly=1, events_before=100, events=seen)
    each = [ek.months_needed(r, monthly=1, events_before=100, events=n) for r, n in zip(ratios, seen, strict=True)]
    assert [one.months for one in found] == [one.months for one in each]
    assert [one.months for one in each[:2]] == [5, 20]


def test_months_until_the_interval_is_narrow_enough():
    """A half width of 20 per cent of one rate takes (1.96/log 1.2)² = 116 events: 13 months at nine a month."""
    assert ek.months_needed(half_width=0.2, monthly=9).months == 13
    assert ek.months_needed(half_width=0.2, monthly=9, events=116).months == 0


def test_a_change_in_the_direction_nobody_looks_for_is_never_found():
    """Nor is a change of nothing; both have reasons of their own, whether or not there is a time before."""
    for before in ({}, {"events_before": 24}):
        for ratio, alternative, code in (
            (0.5, "greater", "change_not_looked_for"),
            (2, "less", "change_not_looked_for"),
            (1, "greater", "no_change_to_find"),
            (1, "two-sided", "no_change_to_find"),
        ):
            found = ek.months_needed(ratio, monthly=9, alternative=alternative, **before)
            assert found.reason.code == code
    mixed = ek.months_needed(pl.Series([0.5, 1.0, 3.0]), monthly=9, events_before=216, alternative="greater")
    assert [one.reason.code if one.reason else None for one in mixed] == [
        "change_not_looked_for",
        "no_change_to_find",
        None,
    ]


def test_columns_give_what_single_numbers_give_and_a_missing_number_refuses_its_row():
    events = pl.Series([5.0, 24.0, None, 216.0])
    found = ek.smallest_detectable(events=events, events_before=events, dispersion=pl.Series([1.0, 4.0, 1.0, 2.0]))
    assert found[2].reason.code == "value_missing"
    for place, (n, phi) in {0: (5.0, 1.0), 1: (24.0, 4.0), 3: (216.0, 2.0)}.items():
        single = ek.smallest_detectable(events=n, events_before=n, dispersion=phi)
        assert found[place].ratio == pytest.approx(single.ratio, rel=1e-12)
    assert found.to_frame()["reason_code"].to_list() == [None, None, "value_missing", None]
    months = ek.months_needed(1.5, monthly=pl.Series([9.0, 1.0, None]), events_before=pl.Series([216, 24, 3]))
    assert [one.months for one in months] == [5, None, None]
    assert [one.reason.code if one.reason else None for one in months] == [None, "before_too_short", "value_missing"]


def test_a_share_stays_a_share():
    assert ek.power(3.0, events=40, of=100, events_ref=40, of_ref=100).reason.code == "share_above_all"
    found = ek.smallest_detectable(events=20, of=100, events_ref=20, of_ref=100)
    assert 1 < found.ratio < 5
    assert ek.power(found.ratio, events=20, of=100, events_ref=20, of_ref=100).power == pytest.approx(0.8, abs=1e-6)
    none = ek.smallest_detectable(events=3, of=4, events_ref=3, of_ref=4)
    assert none.reason.code == "nothing_detectable"
    assert ek.power(1.0, events=100, of=100, events_ref=100, of_ref=100).power == 0


def test_shares_are_one_without_an_effect_whatever_the_sides_and_a_missing_number_is_no_fault():
    assert ek.smallest_detectable(events=100 / 3, of=100, events_ref=100, of_ref=300).ratio > 1
    found = ek.smallest_detectable(events=pl.Series([20.0, 20.0]), of=pl.Series([100, None]), events_ref=20, of_ref=100)
    assert found[0].ratio > 1
    assert found[1].reason.code == "value_missing"


@pytest.mark.parametrize("n", [1e-3, 0.5, 1e9])
def test_no_size_makes_anything_but_a_number_or_a_reason(n, recwarn):
    for design in DESIGNS.values():
        for method in ("wald", "planned"):
            for direction in ("increase", "decrease"):
                found = ek.smallest_detectable(**design(n), direction=direction, method=method)
                assert (found.ratio is None) == (found.reason is not None)
            assert 0 <= ek.power(2.0, **design(n), method=method).power <= 1
    for method in ("exact", "midp"):
        for design in ("one", "two"):
            found = ek.power(2.0, **DESIGNS[design](n), method=method)
            assert (found.power is None) == (n == 1e9)
            ratio = ek.smallest_detectable(**DESIGNS[design](n), method=method)
            assert (ratio.ratio is None) == (ratio.reason is not None)
    assert not recwarn.list


def test_power_of_showing_two_alike_grows_with_the_events_and_falls_with_the_gap():
    powers = [ek.power(1.0, events=n, events_ref=n, margin=0.2).power for n in (50, 500, 5000)]
    assert powers == sorted(powers)
    assert powers[0] == 0
    assert ek.power(1.1, events=500, events_ref=500, margin=0.2).power < powers[1]
    assert ek.power(1.2, events=500, events_ref=500, margin=0.2).power <= 0.05


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda: ek.power("x", events=-1), {"ratio_not_a_number", "expected_not_positive"}),
        (lambda: ek.power(2, events=1, events_ref_before=1), {"half_a_design"}),
        (lambda: ek.power(2, events=1, of=2), {"half_a_design"}),
        (lambda: ek.power(2, events=3, of=2, events_ref=1, of_ref=2), {"more_than_all"}),
        (lambda: ek.power(2, events=50, of=100, events_ref=30, of_ref=100), {"unequal_shares"}),
        (lambda: ek.smallest_detectable(events=50, of=100, events_ref=30, of_ref=100), {"unequal_shares"}),
        (lambda: ek.power(2, events=1, events_ref=1, dispersion=2, method="exact"), {"exact_without_poisson"}),
        (lambda: ek.power(2, events=1, null=1.2, method="exact"), {"null_with_method"}),
        (lambda: ek.power(2, events=1, alpha=0, alternative="both"), {"alpha_outside", "unknown_alternative"}),
        (lambda: ek.power(2, events=1, margin=(1.1, 2.0)), {"margin_wrong"}),
        (lambda: ek.smallest_detectable(events=1, power=0.01), {"power_below_alpha"}),
        (lambda: ek.smallest_detectable(events=1, direction="up"), {"unknown_direction"}),
        (lambda: ek.months_needed(monthly=1), {"one_of_two"}),
        (lambda: ek.months_needed(2, half_width=1, monthly=1), {"one_of_two"}),
        (lambda: ek.months_needed(2, monthly=1, events=1.5), {"count_not_whole"}),
    ],
)
def test_every_fault_of_a_call_is_told_at_once(call, codes):
    with pytest.raises(EstimationError) as caught:
        call()
    assert {problem.code for problem in caught.value.problems} == codes


@pytest.mark.parametrize(
    ("word", "side"),
    [
        ("lower", "less"),
        ("decrease", "less"),
        ("Higher", "greater"),
        ("increase", "greater"),
        ("two.sided", "two-sided"),
    ],
)
def test_the_words_of_other_tools_for_the_side_of_a_test_are_taken(word, side):
    found = ek.power(1.5, events=20, events_ref=20, alternative=word)
    assert (found.alternative, found.power) == (side, ek.power(1.5, events=20, events_ref=20, alternative=side).power)


def test_an_unknown_side_is_answered_with_the_known_ones():
    with pytest.raises(EstimationError) as caught:
        ek.power(2, events=1, alternative="sideways")
    for word in ("two-sided", "greater", "increase", "less", "lower"):
        assert word in caught.value.problems[0].accepted.sv
    assert "sideways" not in str(caught.value)
