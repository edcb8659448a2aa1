"""What must hold for waits: refusals in words, degenerate data, many groups as one at a time, properties."""

from __future__ import annotations

import math
import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference.gray import gray
from evalkit.inference.risk_sets import gather
from evalkit.language import Language

few = settings(max_examples=40, deadline=None)
waits = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=30)
methods = st.sampled_from(["log_log", "log", "greenwood", "exact"])


def columns(units: list[tuple[int, bool]]) -> tuple[pl.Series, pl.Series]:
    return pl.Series("days", [unit[0] for unit in units]), pl.Series("event", [unit[1] for unit in units])


@few
@given(waits, methods, st.integers(0, 45))
def test_a_share_lies_in_its_interval_and_falls_with_the_day(units, method: str, day: int) -> None:
    curve = ek.survival(*columns(units), method=method)
    now, later = curve.at(day), curve.at(day + 3)
    if now.is_estimated:
        assert 0 <= now.conf_low <= now.estimate <= now.conf_high <= 1
        assert now.conf_low < now.conf_high
    if later.is_estimated:
        assert later.estimate <= now.estimate


@few
@given(waits, methods)
def test_a_median_lies_in_its_interval(units, method: str) -> None:
    found = ek.survival(*columns(units), method=method).median()
    if found.is_estimated:
        assert 0 <= found.conf_low <= found.estimate <= found.conf_high


@few
@given(waits, st.sampled_from(["logit", "greenwood"]), st.sampled_from([1.0, 7.0, 24.0]))
def test_the_unit_of_time_does_not_matter(units, method: str, times: float) -> None:
    days, event = columns(units)
    found, other = ek.survival(days, event), ek.survival(days * times, event)
    mean, changed = found.rmst(9, method=method), other.rmst(9 * times, method=method)
    assert mean.is_estimated == changed.is_estimated
    if mean.is_estimated:
        assert 0 <= mean.conf_low <= mean.estimate <= mean.conf_high <= 9
        for name in ("estimate", "conf_low", "conf_high"):
            assert getattr(changed, name) == pytest.approx(times * getattr(mean, name), rel=1e-9, abs=1e-12)


@few
@given(waits, waits, st.sampled_from(["mover", "greenwood"]))
def test_swapping_the_sides_negates_the_difference_and_inverts_the_ratio(one, other, method: str) -> None:
    days, event = columns([*one, *other])
    side = pl.Series("side", ["x"] * len(one) + ["y"] * len(other))
    for function, back in (
        (ek.rmst_difference, lambda v: -v),
        (ek.rmst_ratio, lambda v: math.inf if v == 0 else 1 / v),
    ):
        found, swapped = (function(days, event, side, ref, horizon=8, method=method) for ref in ("y", "x"))
        assert found.is_estimated == swapped.is_estimated
        if found.is_estimated:
            assert swapped.estimate == pytest.approx(back(found.estimate), rel=1e-9, abs=1e-12)
            assert swapped.conf_low == pytest.approx(back(found.conf_high), rel=1e-9, abs=1e-12)
            assert len(swapped.tests) == len(found.tests)
            for here, there in zip(found.tests, swapped.tests, strict=True):
                assert there.statistic == pytest.approx(here.statistic, rel=1e-9)


FIVE_OF_FIVE = 0.025 ** (1 / 5)
TEN_OF_TEN = 0.025 ** (1 / 10)


@pytest.mark.parametrize(
    ("days", "words", "low", "high"),
    [
        # Five of five seen say the same, however many were lost before, and whether they end on one day or on two.
        ([0] * 995 + [3] * 5, ["censored"] * 995 + ["event"] * 5, FIVE_OF_FIVE, 1.0),
        ([0] * 990 + [2] * 5 + [3] * 5, ["censored"] * 990 + ["event"] * 10, TEN_OF_TEN, 1.0),
        ([3] * 10, ["event"] * 10, TEN_OF_TEN, 1.0),
        ([0] * 995 + [3] * 5, ["censored"] * 995 + ["other"] * 5, 0.0, 1 - FIVE_OF_FIVE),
        ([3] * 10, ["other"] * 10, 0.0, 1 - TEN_OF_TEN),
    ],
)
def test_when_nobody_is_left_the_limits_are_those_of_the_few_who_were_followed(days, words, low, high) -> None:
    # A group of its own has the event that there may be none of in the other.
    of = pl.Series("side", [*["a"] * len(days), *["b"] * 2])
    curves = ek.cumulative_incidence(pl.Series([*days, 1, 9]), pl.Series([*words, "event", "event"]), of="event", by=of)
    for found in (curves.at(3)[0], curves.at(30)[0]):
        assert found.conf_low == pytest.approx(low, rel=1e-9)
        assert found.conf_high == pytest.approx(high, rel=1e-9)
    last = curves.to_frame().filter(pl.col("side") == "a").row(-1, named=True)
    assert (last["conf_low"], last["conf_high"]) == (curves.at(3)[0].conf_low, curves.at(3)[0].conf_high)


def test_an_end_of_the_other_way_long_before_makes_the_last_few_no_surer() -> None:
    lost, days = ["censored"] * 994, pl.Series([0] * 995 + [3] * 5)
    nearly_all = ek.cumulative_incidence(days, pl.Series([*lost, "other", *["event"] * 5]), of="event").at(3)
    assert nearly_all.estimate == pytest.approx(0.999)
    assert nearly_all.conf_low == pytest.approx(FIVE_OF_FIVE, abs=0.002)
    hardly_any = ek.cumulative_incidence(days, pl.Series([*lost, "event", *["other"] * 5]), of="event").at(3)
    assert hardly_any.conf_high == pytest.approx(1 - FIVE_OF_FIVE, abs=0.002)


@few
@given(waits)
def test_without_competing_ends_the_incidence_is_one_less_the_curve(units) -> None:
    days, event = columns(units)
    outcome = pl.Series(["event" if ended else "censored" for ended in event])
    curve, incidence = ek.survival(days, event), ek.cumulative_incidence(days, outcome, of="event")
    for day in (0, 5, 20):
        still, done = curve.at(day), incidence.at(day)
        if not done.is_estimated:
            assert done.reason.code in {"beyond_follow_up", "too_few_waiting"}
        if done.is_estimated:
            assert still.is_estimated
            assert done.estimate == pytest.approx(1 - still.estimate, abs=1e-12)
            if 0.001 < still.estimate < 0.999:
                assert done.conf_low == pytest.approx(1 - still.conf_high, rel=1e-6)
                assert done.conf_high == pytest.approx(1 - still.conf_low, rel=1e-6)


@few
@given(waits, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(units, random) -> None:
    mixed = random.sample(units, len(units))
    assert ek.survival(*columns(units)).to_frame().equals(ek.survival(*columns(mixed)).to_frame())


def panel(seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 24, 40)
    unit = np.repeat([f"u{number:02d}" for number in range(40)], sizes)
    return pl.DataFrame(
        {
            "unit": unit,
            "days": rng.integers(0, 30, unit.size),
            "event": rng.random(unit.size) < 0.6,
            "side": rng.choice(["a", "b"], unit.size),
        }
    ).sample(fraction=1, shuffle=True, seed=3)


def test_many_groups_give_what_one_at_a_time_gives() -> None:
    data = panel()
    many = ek.survival(data["days"], data["event"], by=data["unit"])
    found = {"at": many.at(6), "median": many.median(), "rmst": many.rmst(12)}
    for row, unit in enumerate(many.groups):
        mine = data.filter(pl.col("unit") == unit)
        curve = ek.survival(mine["days"], mine["event"])
        for name, single in (("at", curve.at(6)), ("median", curve.median()), ("rmst", curve.rmst(12))):
            same(found[name][row], single)


def test_many_comparisons_give_what_one_at_a_time_gives() -> None:
    data = panel()
    many = ek.rmst_difference(data["days"], data["event"], data["side"], "b", horizon=8, by=data["unit"])
    frame, both = many.to_frame(), 0
    for row, unit in enumerate(frame["unit"]):
        mine = data.filter(pl.col("unit") == unit)
        if mine["side"].n_unique() < 2:
            assert many[row].reason.code == "one_side_missing"
            continue
        single = ek.rmst_difference(mine["days"], mine["event"], mine["side"], "b", horizon=8)
        same(many[row], single)
        if single.tests:
            assert frame["test_statistic"][row] == pytest.approx(single.tests[0].statistic, rel=1e-12)
            both += 1
    assert both > 5


def same(one: ek.Estimate, other: ek.Estimate) -> None:
    assert (one.status, one.reason, one.events) == (other.status, other.reason, other.events)
    if one.is_estimated:
        for name in ("estimate", "conf_low", "conf_high"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12)


DEGENERATE = {
    "one unit": ([5], [1]),
    "one unit censored": ([5], [0]),
    "all censored": ([3, 5, 9], [0, 0, 0]),
    "all on day 0": ([0, 0, 0], [1, 1, 1]),
    "all on one day": ([7, 7, 7, 7], [1, 1, 1, 1]),
    "a long and a short": ([0, 10**9], [1, 1]),
}


@pytest.mark.parametrize("name", DEGENERATE)
@pytest.mark.parametrize("method", ["log_log", "log", "greenwood", "exact"])
def test_degenerate_waits_give_a_wide_interval_or_a_reason_and_no_warning(name: str, method: str) -> None:
    days, event = DEGENERATE[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curve = ek.survival(pl.Series(days), pl.Series(event), method=method)
        outcome = pl.Series(["event" if ended else "censored" for ended in event])
        incidence = ek.cumulative_incidence(pl.Series(days), outcome, of="event")
        found = [curve.at(0), curve.at(4), curve.at(100), curve.median(), curve.rmst(6), incidence.at(4)]
        curve.to_frame(), incidence.to_frame()
    for one in found:
        assert one.is_estimated or one.reason.text.sv
        if one.is_estimated:
            assert one.conf_low < one.conf_high


def test_each_refusal_has_its_reason() -> None:
    curve = ek.survival(pl.Series([2, 4, 9]), pl.Series([1, 0, 0]))
    assert curve.at(10).reason.code == "beyond_follow_up"
    assert curve.rmst(10).reason.code == "beyond_follow_up"
    assert curve.median().reason.code == "share_not_reached"
    assert ek.survival(pl.Series([2, 4]), pl.Series([0, 0])).median().reason.code == "all_censored"
    assert ek.survival(pl.Series([9]), pl.Series([1])).rmst(4).reason.code == "one_unit"
    assert ek.survival(pl.Series([9, 9]), pl.Series([1, 1])).rmst(4).reason.code == "none_ended_in_time"
    left = ek.survival(pl.Series([1, 2, 2, 3, 3, 3, 3, 20]), pl.Series([1, 0, 0, 0, 0, 0, 0, 0]))
    assert left.rmst(15).reason.code == "too_few_waiting"


def test_one_lost_among_many_stops_the_mean_only_beyond_the_last_of_the_others() -> None:
    days, event = pl.Series([*range(1, 51)]), pl.Series([True] * 49 + [True])
    event[3] = False
    assert ek.survival(days, event).rmst(49).is_estimated
    assert ek.survival(days, event).rmst(60).reason.code == "beyond_follow_up"


def test_few_but_complete_waits_have_a_mean() -> None:
    # Without censoring the interval is that of a mean by Student's t, kept inside the horizon.
    found = ek.survival(pl.Series([2, 4, 6]), pl.Series([1, 1, 1])).rmst(10)
    assert found.estimate == pytest.approx(4)
    assert found.std_error == pytest.approx(math.sqrt(8 / 3 / 3))


def test_no_event_gives_the_one_sided_limit_of_its_method() -> None:
    for method, tail in (("log_log", 0.05), ("log", 0.05), ("greenwood", 0.05), ("exact", 0.025)):
        found = ek.survival(pl.Series([9] * 10), pl.Series([0] * 10), method=method).at(5)
        assert (found.estimate, found.conf_high) == (1.0, 1.0)
        assert found.conf_low == pytest.approx(tail ** (1 / 10), rel=1e-10)


def test_the_exact_limits_without_censoring_are_those_of_clopper_and_pearson() -> None:
    # binom.test(3, 10): 0.06673951 to 0.65245285.
    found = ek.survival(pl.Series(range(10)), pl.Series([1] * 10), method="exact").at(6)
    assert found.conf_low == pytest.approx(0.06673951, abs=1e-8)
    assert found.conf_high == pytest.approx(0.65245285, abs=1e-8)


def test_faults_are_told_all_at_once_by_row_and_without_values() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.survival(pl.Series([1.0, -4711.0, None]), pl.Series([1, 2, 0]), by=pl.Series(["a", None, "b"]), method="x")
    assert [(problem.code, problem.place.rows) for problem in caught.value.problems] == [
        ("duration_value_missing", (3,)),
        ("days_negative", (2,)),
        ("event_not_true_or_false", ()),
        ("duration_value_missing", (2,)),
        ("unknown_method", ()),
    ]
    for language in Language:
        assert "4711" not in caught.value.render(language)


def test_arguments_that_do_not_go_together_are_told() -> None:
    days, event = pl.Series([1, 2, 3]), pl.Series([1, 1, 1])
    for side, reference in ((["a", "b", "c"], "a"), (["a", "a", "a"], "a"), (["a", "b", "b"], "x")):
        with pytest.raises(EstimationError) as caught:
            ek.rmst_difference(days, event, pl.Series(side), reference, horizon=2)
        assert [problem.code for problem in caught.value.problems] == ["not_two_groups"]
    with pytest.raises(EstimationError) as caught:
        ek.cumulative_incidence(days, pl.Series(["a", "b", "b"]), of="censored")
    assert [problem.code for problem in caught.value.problems] == ["of_is_censored"]
    for bad in (lambda: ek.survival(days, event[:2]), lambda: ek.survival(days[:0], event[:0])):
        with pytest.raises(EstimationError):
            bad()
    with pytest.raises(EstimationError):
        ek.survival(days, event).rmst(-1)
    with pytest.raises(EstimationError):
        ek.survival(days, event).quantile(1)


def test_an_outcome_that_no_row_has_is_a_fault_that_tells_no_cell() -> None:
    days = pl.Series([10, 20, 30, 40])
    for words, of, code in (
        (["event", "lost", "event", "censored"], "answered", "of_in_no_row"),
        (["secret", "lost", "event", "censored"], "Event", "of_in_no_row"),
        (["event", "lost", "event", "Censored"], "event", "censored_written_otherwise"),
    ):
        with pytest.raises(EstimationError) as caught:
            ek.cumulative_incidence(days, pl.Series(words), of=of)
        assert [problem.code for problem in caught.value.problems] == [code]
        for language in Language:
            assert "secret" not in caught.value.render(language)
    # What spans() gives where nobody is done is a share of nothing, not a slip of the pen.
    waiting = ek.cumulative_incidence(days, pl.Series(["censored", "lost", "censored", "censored"]), of="event")
    assert waiting.at(15).estimate == 0


def test_a_mean_of_many_pieces_never_passes_its_horizon() -> None:
    # Found by the simulation: with nobody done by the horizon the pieces added up to a hair more than it.
    rng = np.random.default_rng(4)
    days, group = pl.Series(rng.uniform(20, 90, 4000)), pl.Series(np.repeat(np.arange(400), 10))
    event = pl.Series(rng.random(4000) < 0.2)
    for horizon in (20.0, 20.1, 60.0 / 7 * 3, 33.3):
        for method in ("logit", "greenwood"):
            numbers = ek.survival(days, event, by=group).rmst(horizon, method=method).numbers
            assert (numbers["conf_high"].drop_nulls() <= horizon).all()


def grays(days: object, outcome: object, group: object) -> tuple[ek.Estimate, ...]:
    shares = ek.cumulative_incidence(pl.Series(days), pl.Series(outcome), of="event", by=pl.Series("g", group))
    return shares.tests


@pytest.mark.parametrize(
    ("outcome", "group"),
    [
        (["censored"] * 6, list("aaabbb")),
        (["lost"] * 6, list("aaabbb")),
        (["event"] * 6, ["a"] * 6),
        (["event", "event", "event", "censored", "censored", "censored"], list("bbbaaa")),
    ],
)
def test_groups_that_could_not_have_differed_have_no_test_and_give_no_warning(outcome: list, group: list) -> None:
    days = [5, 6, 7, 1, 2, 3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grays(days, outcome, group) == ()


def test_grays_test_does_not_care_what_the_groups_are_called_or_where_the_rows_stand() -> None:
    rng = np.random.default_rng(5)
    days, group = rng.integers(0, 30, 90), rng.integers(0, 3, 90)
    outcome = rng.choice(["event", "lost", "censored"], 90)
    (there,) = grays(days, outcome, group)
    order = rng.permutation(90)
    (here,) = grays(days[order] * 7, outcome[order], 2 - group[order])
    assert here.statistic == pytest.approx(there.statistic, rel=1e-9)
    assert (here.df, there.df) == (2, 2)


def test_grays_test_holds_its_level_with_two_alike_groups() -> None:
    """600 data sets of 60 units: 5 % within three standard errors (2.7 points)."""
    rng = np.random.default_rng(9)
    below = []
    for _ in range(600):
        days, group = rng.exponential(20, 60).round(), np.arange(60) % 2
        outcome = rng.choice([0, 1, 2], 60, p=[0.2, 0.5, 0.3])
        below.append(gray(gather(days, outcome, group, causes=2)).p_value < 0.05)
    assert abs(np.mean(below) - 0.05) < 0.027


def test_five_waits_bound_their_median_on_one_side_at_most() -> None:
    found = ek.survival(pl.Series([1, 2, 3, 4, 5]), pl.Series([1] * 5)).median()
    assert found.estimate == 3
    assert (found.conf_low, found.conf_high) == (0.0, math.inf)


def test_whoever_ended_otherwise_is_known_not_to_have_ended_so() -> None:
    """Before the first end of the kind asked about the upper limit is that of none among all, not among those left."""
    days = pl.Series([*range(1, 16), 90, *[100] * 4])
    outcome = pl.Series([*["other"] * 15, "event", *["censored"] * 4])
    found = ek.cumulative_incidence(days, outcome, of="event").at(50)
    assert (found.estimate, found.conf_low) == (0, 0)
    assert found.conf_high == pytest.approx(1 - 0.025 ** (1 / 20))
    # Those lost before any other end are no trials, and nor is more known than of those who still wait.
    lost = pl.concat([outcome, pl.Series(["censored"] * 7)])
    same = ek.cumulative_incidence(pl.concat([days, pl.Series([0] * 7)]), lost, of="event").at(50)
    assert same.conf_high == pytest.approx(found.conf_high)
    waiting, words = [*[3] * 6, *[90] * 6], [*["censored"] * 6, *["event"] * 6]
    alone = ek.cumulative_incidence(pl.Series(waiting), pl.Series(words), of="event")
    assert alone.at(50).conf_high == pytest.approx(1 - 0.025 ** (1 / 6))
