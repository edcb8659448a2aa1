"""Periods named by text are put in the order of time, or refused; every function reads them in one place."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.comparisons.period_order import sort_keys

NAMES = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
WRITTEN = {
    "one digit": lambda year, month: f"{year}-{month}",
    "two digits": lambda year, month: f"{year}-{month:02d}",
    "in words": lambda year, month: f"{NAMES[month - 1]} {year}",
    "statistics": lambda year, month: f"{year}M{month:02d}",
    "a number": lambda year, month: f"month {12 * (year - 2023) + month}",
}
MONTHS = [(year, month) for year in (2023, 2024) for month in range(1, 13)]


def frame(write, *, units: int = 22, start: int = 12) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        (f"a{unit:02d}", write(*when), at, int(rng.poisson(20 * (1 + (unit == 7 and at >= start)))), 1.0)
        for unit in range(units)
        for at, when in enumerate(MONTHS)
    ]
    made = pl.DataFrame(rows, schema=["area", "month", "at", "found", "visits"], orient="row")
    return made.sample(fraction=1, shuffle=True, seed=1)


COLUMNS = {"unit": "area", "count": "found", "exposure": "visits"}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=list(WRITTEN))
def test_text_periods_give_what_whole_numbers_give(write) -> None:
    table = frame(write)
    start = write(*MONTHS[12])
    named = ek.placebo_test(table, **COLUMNS, period="month", treated="a07", start=start)
    numbered = ek.placebo_test(table, **COLUMNS, period="at", treated="a07", start=12)
    assert named.effect.estimate == numbered.effect.estimate
    assert named.effect.p_value == numbered.effect.p_value
    assert named.in_time.groups["start"].to_list() == [write(*MONTHS[at]) for at in numbered.in_time.groups["start"]]
    study = ek.event_study(table, **COLUMNS, period="month", treated="a07", start=start, width=4)
    assert study.effects.groups["first"].to_list()[0] == write(*MONTHS[0])
    both = [
        ek.synthetic_did(table, **COLUMNS, period=period, treated=["a07"], start=first).effect.estimate
        for period, first in (("month", start), ("at", 12))
    ]
    assert both[0] == pytest.approx(both[1], rel=1e-12)


@pytest.mark.parametrize("write", WRITTEN.values(), ids=list(WRITTEN))
def test_areas_that_join_in_periods_named_by_text(write) -> None:
    table = frame(write, units=12)
    joins = {f"a{unit:02d}": 6 + 3 * unit for unit in range(5)}
    table = table.with_columns(
        at_joined=pl.col("area").replace_strict(joins, default=None, return_dtype=pl.Int64),
        joined=pl.col("area").replace_strict(
            {area: write(*MONTHS[at]) for area, at in joins.items()}, default=None, return_dtype=pl.String
        ),
    )
    for made in (ek.goodman_bacon, ek.extended_twfe, ek.joining_ratio):
        named = made(table, **COLUMNS, period="month", joined="joined")
        numbered = made(table, **COLUMNS, period="at", joined="at_joined")
        for one in ("estimate", "overall"):
            if hasattr(named, one):
                told, known = getattr(named, one), getattr(numbered, one)
                assert getattr(told, "estimate", told) == getattr(known, "estimate", known), made.__name__


@pytest.mark.parametrize(
    "labels",
    [
        ["1/2024", "12/2023"],
        ["spring", "autumn"],
        ["2024-Q1", "2024-05"],
        ["2024-2", "2024-02"],
        ["20251", "202410"],
        ["2024-01-05", "2024-01"],
    ],
)
def test_labels_without_an_order_are_refused_not_guessed(labels) -> None:
    assert sort_keys(labels) is None
    rows = [(area, when, 3, 1.0) for area in "abc" for when in labels]
    table = pl.DataFrame(rows, schema=["area", "month", "found", "visits"], orient="row")
    with pytest.raises(ek.errors.EstimationError) as told:
        ek.placebo_test(table, **COLUMNS, period="month", treated="a", start=labels[-1])
    assert "order in time" in str(told.value)
    (problem,) = told.value.problems
    assert problem.code == "periods_without_order"
    assert labels[0] not in str(problem.what)
    with pytest.raises(ek.errors.EstimationError, match="order in time"):
        ek.goodman_bacon(table.with_columns(joined=pl.col("month")), **COLUMNS, period="month", joined="joined")


def test_a_join_before_the_first_period_is_placed_by_time() -> None:
    """By text 2024-10 would come before 2024-2, and the area would never have joined."""
    found = sort_keys(["2024-2", "2024-10", "2023-9"])
    assert sorted(found, key=found.get) == ["2023-9", "2024-2", "2024-10"]
