"""Persons of whom one case holds more than a quarter: refused, and told of only as far as the numbers may be."""

from __future__ import annotations

import pytest

import evalkit as ek

UNITS, YEARS = ("0127", "0180"), range(2022, 2026)


def table(head: str, cells: str) -> str:
    lines = (f"{unit} | {year} | {cells}" for unit in UNITS for year in YEARS)
    return "\n".join([f"unit_id | period | {head}", *lines])


@pytest.mark.parametrize(
    ("persons", "largest", "told"),
    [(60, "40", "count_cases"), (4, "3", "small_count"), (60, "30", None), (60, "", None)],
)
def test_a_refusal_for_one_case_tells_no_number(from_tables, plan_of, persons: int, largest: str, told: str) -> None:
    """Two years of 60: 40 in one case is a third, 30 a quarter. Two years of 4 are 8, too few to be told."""
    plan = plan_of(metric="C1g", exposure="N10")
    coverage = "unit_id | metric | covered_from | covered_to\n" + "\n".join(
        f"{unit} | C1g | 2022-01-01 | 2025-12-31" for unit in UNITS
    )
    counts = table("metric | value | n_cases | largest_case", f"C1g | {persons} | {min(12, persons)} | {largest}")
    data = from_tables(counts, table("exposure | value", "N10 | 400"), coverage)
    found = ek.evaluate(plan, data)
    assert (found.get("E1").is_estimated, told is None) in {(True, True), (False, False)}
    released = ek.release(found, ek.panel(data, plan), plan).estimates.get("E1")
    if told is None:
        assert released.is_estimated
        return
    assert found.get("E1").reason.code == "largest_case"
    assert released.reason.code == told
    assert released.cells == ()
    assert "largest_case" not in {item.check.value for item in released.findings}
    assert not {"24", "8"} & set(str(released.reason).replace(":", " ").split())
