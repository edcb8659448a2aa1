"""Placebos of one or a few treated units, as an analyst calls them."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError

COLUMNS = {"unit": "area", "period": "month", "count": "found", "exposure": "visits"}


def panel(*, units: int = 22, factor: float = 1.0, treated=(7,), mean: float = 20.0) -> pl.DataFrame:
    """Areas 0 to ``units - 1``; from period 12 the treated have ``factor`` times as many."""
    rng = np.random.default_rng(1)
    rows = [
        (unit, month, int(rng.poisson(mean * (unit % 3 + 1) * (factor if unit in treated and month >= 12 else 1))))
        for unit in range(units)
        for month in range(24)
    ]
    frame = pl.DataFrame(rows, schema=["area", "month", "found"], orient="row")
    return frame.with_columns(visits=10.0 * (pl.col("area") % 3 + 1))


def compared(frame: pl.DataFrame, **how) -> ek.PlaceboTest:
    return ek.placebo_test(frame, **{**COLUMNS, "treated": 7, "start": 12, **how})


def test_the_ratio_is_the_change_here_over_the_change_elsewhere() -> None:
    frame = panel(factor=2.0)
    sums = {
        (here, late): frame.filter((pl.col("area") == 7) == here, (pl.col("month") >= 12) == late)["found"].sum()
        for here in (True, False)
        for late in (True, False)
    }
    by_hand = sums[True, True] / sums[True, False] / (sums[False, True] / sums[False, False])
    found = compared(frame)
    assert found.effect.estimate == pytest.approx(by_hand, rel=1e-10)
    assert found.effect.p_value == found.attainable == pytest.approx(1 / 22)
    assert found.effect.conf_low < by_hand < found.effect.conf_high
    first = found.in_space.row(0, named=True)
    assert (first["unit"], first["treated"]) == (7, True)
    assert first["ratio"] == pytest.approx(by_hand, rel=1e-10)
    assert found.in_space.height == 22


def test_twenty_units_are_needed_whatever_the_level() -> None:
    few = panel(units=10, factor=3.0)
    refused = compared(few)
    assert refused.effect.reason.code == "too_few_to_stand_out"
    assert "20" in refused.effect.reason.text.sv
    assert refused.attainable == pytest.approx(0.1)
    assert refused.in_space.height == 10
    assert not refused.in_time[0].is_estimated
    assert compared(few, conf_level=0.9).effect.reason.code == "too_few_to_trust"
    assert compared(panel(units=20, factor=3.0)).effect.is_estimated
    assert not compared(panel(units=19, factor=3.0)).effect.is_estimated


def test_several_treated_make_more_choices_to_compare_with() -> None:
    found = compared(panel(units=20, factor=2.0, treated=(3, 7)), treated=[3, 7])
    assert found.effect.p_value == found.attainable == pytest.approx(1 / 190)
    assert found.effect.assumptions[1].code == "compared_with_all"
    assert "190" in found.effect.assumptions[1].text.sv


def test_many_choices_are_drawn_with_a_seed() -> None:
    frame = panel(units=40, factor=1.5, treated=range(6), mean=5.0)
    found = compared(frame, treated=list(range(6)), draws=499, seed=3)
    assert found.attainable == 1 / 500
    assert "frö 3" in found.effect.assumptions[1].text.sv
    assert compared(frame, treated=list(range(6)), draws=499, seed=3).effect == found.effect


def test_neither_the_order_of_rows_nor_the_unit_of_exposure_matters() -> None:
    frame = panel(factor=1.4)
    one, other = (
        compared(frame),
        compared(frame.sort("month", "found").with_columns(pl.col("visits") * 1e3)),
    )
    for name in ("estimate", "conf_low", "conf_high", "p_value"):
        assert getattr(one.effect, name) == pytest.approx(getattr(other.effect, name), rel=1e-9), name


def test_a_donor_without_a_figure_is_left_out_and_counted_and_a_treated_unit_is_not() -> None:
    frame = panel(units=24)
    gone = (pl.col("area") == 5) & (pl.col("month") == 3)
    found = compared(frame.filter(~gone))
    assert found.effect.n_units == 23
    assert [one.code for one in found.effect.assumptions][-1] == "others_left_out"
    null = frame.with_columns(found=pl.when(gone).then(None).otherwise(pl.col("found")))
    assert compared(null).effect == found.effect
    silent = frame.with_columns(found=pl.when(pl.col("area") == 5).then(0).otherwise(pl.col("found")))
    assert compared(silent).effect.n_units == 23
    missing = frame.with_columns(found=pl.when(pl.col("area") == 7, pl.col("month") == 2).then(None).otherwise("found"))
    refused = compared(missing)
    assert (refused.effect.reason.code, refused.attainable, refused.in_time) == ("value_missing", None, None)


def test_stretches_left_out_are_not_used() -> None:
    frame = panel(factor=1.5)
    spoilt = frame.with_columns(found=pl.when(pl.col("month").is_between(10, 13)).then(500).otherwise("found"))
    found = compared(spoilt, left_out=[(10, 11), (12, 13)])
    assert found.effect == compared(frame, left_out=[(10, 13)]).effect
    assert found.effect.n_periods == 20


def test_an_earlier_start_sees_nothing_of_what_came_after_the_true_one() -> None:
    one, other = compared(panel(factor=1.0)), compared(panel(factor=9.0))
    assert one.in_time.to_frame().equals(other.in_time.to_frame())
    labels = one.in_time.to_frame()
    assert labels["start"].to_list() == list(range(3, 10))
    assert (labels["periods_before"] + labels["periods_after"]).to_list() == [12] * 7
    assert ek.placebo_test(panel(), **COLUMNS, treated=7, start=3).in_time is None


def test_each_donor_is_left_out_in_turn() -> None:
    frame = panel(factor=1.5)
    odd = frame.with_columns(
        found=pl.when(pl.col("area") == 2, pl.col("month") >= 12).then(pl.col("found") * 6).otherwise("found")
    )
    told = compared(odd).leave_one_out
    assert told.height == 21
    assert told["unit"][0] == 2
    alone = compared(odd.filter(pl.col("area") != 2))
    assert told["effect"][0] == pytest.approx(alone.effect.estimate, rel=1e-10)


def test_no_events_on_a_side_is_a_refusal() -> None:
    silent = panel().with_columns(found=pl.when(pl.col("area") == 7, pl.col("month") >= 12).then(0).otherwise("found"))
    assert compared(silent).effect.reason.code == "separated"


@pytest.mark.filterwarnings("error")
def test_units_that_move_in_step_leave_nothing_unusual() -> None:
    frame = panel().with_columns(found=pl.col("visits").cast(pl.Int64))
    found = compared(frame)
    assert found.effect.p_value == 1.0
    assert found.effect.estimate == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"treated": 99}, "unit_unknown"),
        ({"start": 0}, "start_outside"),
        ({"count": "fund"}, "unknown_column"),
        ({"left_out": [(13, 12)]}, "left_out_not_stretches"),
        ({"draws": 0}, "number_not_whole"),
        ({"donors": [7, 8]}, "unit_on_both_sides"),
        ({"donors": [8, 8]}, "unit_unknown"),
        ({"donors": [8, [9]]}, "not_labels"),
        ({"treated": []}, "unit_unknown"),
        ({"treated": {7: 1}}, "not_labels"),
    ],
)
def test_what_does_not_fit_is_told(change: dict[str, object], code: str) -> None:
    asked = {**COLUMNS, "treated": 7, "start": 12, **change}
    with pytest.raises(EstimationError) as told:
        ek.placebo_test(panel(), **asked)
    assert code in {one.code for one in told.value.problems}


def test_a_unit_that_is_not_there_is_told_with_its_argument_and_column_and_without_its_value() -> None:
    with pytest.raises(EstimationError) as told:
        ek.placebo_test(panel(), **COLUMNS, treated=7777, start=12, donors=[1, 8888])
    text = str(told.value)
    assert "argument treated" in text
    assert "argument donors" in text
    assert "kolumnen area" in text
    assert "7777" not in text
    assert "8888" not in text


def test_the_order_in_which_units_are_named_decides_nothing() -> None:
    """60 units and five treated: choices are drawn, and the same ones whatever the order."""
    frame, treated = panel(units=60, treated=(3, 7, 9, 20, 41), factor=1.1), [3, 7, 9, 20, 41]
    others = [unit for unit in range(60) if unit not in treated]
    found = compared(frame, treated=treated, donors=others, draws=499).effect
    again = compared(frame, treated=treated[::-1], donors=others[::-1], draws=499).effect
    assert 0.002 < found.p_value < 1
    assert (found.p_value, found.conf_low, found.conf_high) == (again.p_value, again.conf_low, again.conf_high)


@pytest.mark.parametrize(("treated", "fewest"), [(1, 20), (2, 20), (3, 40), (5, 40)])
def test_three_treated_or_more_need_forty_units(treated: int, fewest: int) -> None:
    names = list(range(treated))
    found = compared(panel(units=fewest - 1), treated=names, draws=99, conf_level=0.9).effect
    assert found.reason.code == "too_few_to_trust"
    assert str(fewest) in found.reason.text.sv
    assert compared(panel(units=fewest), treated=names, draws=99, conf_level=0.9).effect.is_estimated


def test_a_frame_that_is_none_is_told() -> None:
    with pytest.raises(EstimationError, match="tabell"):
        ek.placebo_test([1, 2], **COLUMNS, treated=7, start=12)


def quiet(rng: np.random.Generator, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Sizes that differ, the treated (first) the largest; the level of each varies by a third whatever its size."""
    size = np.sort(np.exp(rng.normal(0, 1, units)))[::-1] * 40
    noise = rng.gamma(10, 0.1, size=(units, 2))
    counts = rng.poisson(np.repeat(size[:, None], 2, axis=1) * noise)
    return counts[:, 0].astype(float), counts[:, 1].astype(float)


@pytest.mark.parametrize("by_size", [True, False])
def test_the_largest_unit_is_not_found_unusual_because_it_is_large(by_size: bool) -> None:
    """600 panels, standard error 0.9 points; without the growth of spread with size a fifth would be rejected."""
    from evalkit.inference.randomisation import Changes, placebo

    rng = np.random.default_rng(4)
    ones, treated = np.ones(20), np.arange(20) < 1
    rejected = []
    for _ in range(600):
        before, after = quiet(rng, 20)
        found = placebo(
            Changes(before, after, ones, ones),
            treated,
            draws=99,
            most_exact=99,
            generator=rng,
            conf_level=0.999,
            by_size=by_size,
        )
        rejected.append(found.p_value <= 0.05)
    share = float(np.mean(rejected))
    assert share <= 0.07 if by_size else share > 0.12
    assert not math.isnan(share)
