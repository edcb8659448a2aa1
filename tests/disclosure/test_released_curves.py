"""What a curve tells of single persons once it is released: nothing that can be worked out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.errors import DisclosureError
from evalkit.policy import Policy, Rule

few = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10_000)


def waits(seed: int, size: int, censored: float = 90) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    full, seen = rng.exponential(30, size), rng.uniform(0, censored, size)
    return np.minimum(full, seen).round(), full <= seen


def curve(days: np.ndarray, event: np.ndarray) -> ek.Curve:
    return ek.survival(pl.Series(days, dtype=pl.Float64), pl.Series(event))


@few
@given(seeds, st.integers(20, 150))
def test_every_step_is_of_at_least_ten_persons(seed: int, size: int) -> None:
    days, event = waits(seed, size)
    frame = ek.release_curves(curve(days, event)).to_frame()
    if event.sum() < 10:
        assert frame.is_empty()
        return
    edges = [-1.0, *frame["day"]]
    true = [int((event & (days > low) & (days <= high)).sum()) for low, high in pairwise(edges)]
    assert min(true) >= 10
    assert (frame["events"] >= 10).all()
    assert (frame["events"] % 5 == 0).all()
    assert (frame["at_risk"] % 5 == 0).all()
    # Sums do not drift: all shown so far are within the rounding of all so far.
    assert np.abs(np.cumsum(true) - frame["events"].cum_sum().to_numpy()).max() <= 2


@few
@given(seeds)
def test_when_each_person_of_a_step_ended_cannot_be_told(seed: int) -> None:
    days, event = waits(seed, 80)
    released = ek.release_curves(curve(days, event)).to_frame()
    low, high = released["day"][0], released["day"][1]
    moved = days.copy()
    inside = np.flatnonzero((days > low) & (days < high))
    moved[inside] = np.random.default_rng(seed).integers(low + 1, high, inside.size)
    if event[inside].sum() == event[(days > low) & (days <= high)].sum() - event[days == high].sum():
        assert ek.release_curves(curve(moved, event)).to_frame().equals(released)


def test_how_many_were_censored_is_left_within_a_span_as_wide_as_a_hidden_count() -> None:
    """Twenty ends, of sixty; between the first and the second ten, any number from 0 to 40 stopped being followed."""
    told: dict[tuple[object, ...], list[int]] = {}
    for censored in range(41):
        days = np.concatenate([np.arange(1, 11), np.arange(21, 31), np.full(censored, 15), np.full(40 - censored, 40)])
        frame = ek.release_curves(curve(days, np.arange(60) < 20)).to_frame()
        told.setdefault(tuple(frame["at_risk"]), []).append(censored)
    assert len(told) > 1
    # The last span is cut by what was possible.
    assert all(len(span) >= 10 for span in told.values() if 40 not in span)


def test_everything_shown_is_computed_from_what_is_shown() -> None:
    frame = ek.release_curves(curve(*waits(3, 120))).to_frame()
    share = (1 - frame["events"] / frame["at_risk"]).cum_prod()
    assert frame["estimate"].to_list() == pytest.approx(share.to_list(), rel=1e-12)
    assert (frame["conf_low"] <= frame["estimate"]).all()


@pytest.mark.parametrize("size", [200, 1000])
def test_the_shown_shares_are_near_the_true_ones(size: int) -> None:
    apart = []
    for seed in range(10):
        whole = curve(*waits(seed, size, censored=120))
        shown = ek.release_curves(whole).to_frame()
        apart += [abs(whole.at(day).estimate - share) for day, share in shown.select("day", "estimate").iter_rows()]
    assert np.quantile(apart, 0.95) < (0.04 if size == 200 else 0.015)


def test_competing_ends_go_the_same_way() -> None:
    days, ended = waits(5, 200)
    outcome = np.where(ended, np.where(np.arange(200) % 3 == 0, "lost", "event"), "censored")
    whole = ek.cumulative_incidence(pl.Series(days), pl.Series(outcome), of="event")
    shown = ek.release_curves(whole).to_frame()
    edges = [-1.0, *shown["day"]]
    asked = outcome == "event"
    true = [int((asked & (days > low) & (days <= high)).sum()) for low, high in pairwise(edges)]
    assert min(true) >= 10
    for day, share in shown.select("day", "estimate").iter_rows():
        assert share == pytest.approx(whole.at(day).estimate, abs=0.05) if whole.at(day).is_estimated else True


def test_groups_that_are_too_small_are_withheld_with_a_reason_and_the_others_shown_as_alone() -> None:
    days, event = waits(1, 130)
    unit = pl.Series("unit", ["a"] * 60 + ["b"] * 10 + ["c"] * 60)
    found = ek.release_curves(ek.survival(pl.Series(days), pl.Series(event), by=unit))
    assert (found.withheld, found.reason.code) == (("b",), "small_count")
    alone = ek.release_curves(curve(days[70:], event[70:])).to_frame()
    assert found.to_frame().filter(pl.col("unit") == "c").drop("unit").equals(alone)
    assert repr(found) == "ReleasedCurves: 2 shown, 1 withheld (fewer than 10 events)"


def test_a_small_curve_is_withheld_whole() -> None:
    found = ek.release_curves(curve(np.arange(9), np.ones(9, dtype=bool)))
    assert found.curves is None
    assert found.to_frame().is_empty()
    assert found.withheld == (None,)


def test_the_rule_follows_whom_the_waits_are_of() -> None:
    whole = curve(*waits(2, 60))
    assert ek.release_curves(whole, sensitivity="open").to_frame().equals(whole.to_frame())
    business = ek.release_curves(whole, sensitivity="business").to_frame()
    assert (business["events"] >= 5).all()
    strict = Policy(person=Rule(threshold=20, base=10))
    assert (ek.release_curves(whole, policy=strict).to_frame()["events"] >= 20).all()
    with pytest.raises(DisclosureError) as caught:
        ek.release_curves(whole, sensitivity="opn")
    assert [problem.code for problem in caught.value.problems] == ["unknown_sensitivity"]
