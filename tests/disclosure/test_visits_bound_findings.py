"""Visits are shown beside hidden findings, and a visit has a finding or not: what can then be worked out?"""

from __future__ import annotations

from datetime import date
from itertools import product

import polars as pl
import pytest

import evalkit as ek

YEARS = (2022, 2023, 2024, 2025)
THRESHOLD = 5


def spread(total: int) -> list[int]:
    """A year's number over its months, as even as it gets."""
    return [total * (month + 1) // 12 - total * month // 12 for month in range(12)]


def released(from_tables, plan_of, visits: tuple[int, ...], found: tuple[int, ...]):
    """Months, so that enough of them stand behind the spread for the estimate to be kept."""
    months = [f"{year}-{month:02d}" for year in YEARS for month in range(1, 13)]
    counts = [count for total in found for count in spread(total)]
    outcomes = "unit_id | period | metric | category | value\n" + "\n".join(
        f"0127 | {month} | F1 | konstaterad | {count}" for month, count in zip(months, counts, strict=True) if count
    )
    made = [count for total in visits for count in spread(total)]
    exposure = "unit_id | period | exposure | value\n" + "\n".join(
        f"0127 | {month} | N9 | {count}" for month, count in zip(months, made, strict=True)
    )
    coverage = "unit_id | metric | covered_from | covered_to\n0127 | F1 | 2022-01-01 | 2025-12-31"
    time = {"frequency": "month", "fore": ("2022-01", "2022-12"), "efter": ("2022-01", "2025-12")}
    asked = {"metric": "F1", "category": "konstaterad", "exposure": "N9", "design": "D1"}
    plan = plan_of(**time, **asked, comparison=None, before=None)
    data = from_tables(outcomes, exposure, coverage, units=("0127", "0180"))
    return ek.release(ek.evaluate(plan, data), ek.panel(data, plan), plan)


def possible(shown, visits: tuple[int, ...]) -> list[set[int]]:
    """Every number of findings that each year can have had, by trying all of them."""
    rows = shown.series.sort("period")
    known = dict(zip(rows["period"].to_list(), rows["count"].to_list(), strict=True))
    total = next((cell.events for item in shown.estimates for cell in item.cells), None)
    ranges = [
        [known[date(year, 1, 1)]] if known[date(year, 1, 1)] is not None else range(made + 1)
        for year, made in zip(YEARS, visits, strict=True)
    ]
    fits = [combination for combination in product(*ranges) if total is None or sum(combination) == total]
    return [{combination[place] for combination in fits} for place in range(len(YEARS))]


@pytest.mark.parametrize(
    ("visits", "found"),
    [
        ((1, 4, 60, 60), (1, 4, 20, 22)),
        ((2, 9, 60, 60), (1, 4, 20, 22)),
        ((3, 3, 30, 30), (0, 0, 10, 12)),
        ((4, 40, 40, 40), (4, 11, 12, 13)),
        ((8, 8, 8, 8), (4, 5, 6, 7)),
    ],
)
def test_a_hidden_year_stays_as_open_as_its_visits_allow(from_tables, plan_of, visits, found) -> None:
    shown = released(from_tables, plan_of, visits, found)
    could = possible(shown, visits)
    hidden = shown.series.sort("period").select(pl.col("status") == "suppressed").to_series().to_list()
    assert any(hidden)
    for options, truth, made, is_hidden in zip(could, found, visits, hidden, strict=True):
        assert truth in options
        if is_hidden:
            assert max(options) - min(options) >= min(THRESHOLD, made)
