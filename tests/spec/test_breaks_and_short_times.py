"""What else may have moved the figures: law changes inside the time compared, and too short a time before."""

from __future__ import annotations

import evalkit as ek
from evalkit.breaks import changes_within

COVERAGE = """
    unit_id | metric | covered_from | covered_to
    0127    | P1     | 2022-01-01   | 2025-12-31
    0180    | P1     | 2022-01-01   | 2025-12-31
"""
OUTCOMES = "unit_id | period | metric | value\n" + "\n".join(
    f"{unit} | {year} | P1 | 40" for unit in ("0127", "0180") for year in range(2022, 2026)
)
EXPOSURE = "unit_id | period | exposure | value\n" + "\n".join(
    f"{unit} | {year} | N1 | 1000" for unit in ("0127", "0180") for year in range(2022, 2026)
)


def said(plan, data) -> dict[str, str]:
    return {item.code: item.text.sv for item in ek.evaluate(plan, data).get("E1").assumptions}


def test_two_years_before_are_too_few_to_see_what_was_under_way(from_tables, plan_of) -> None:
    told = said(plan_of(), from_tables(OUTCOMES, EXPOSURE, COVERAGE))
    assert told["few_periods_before"].startswith("Tiden före har 2 mätpunkter; det behövs minst 12")


def test_law_changes_inside_the_time_are_named_with_their_dates(from_tables, plan_of) -> None:
    """2022–2025: covid rules to April 2022, and the act on municipal crime prevention from 1 July 2023."""
    told = said(plan_of(), from_tables(OUTCOMES, EXPOSURE, COVERAGE))
    assert "(1 juli 2023)" in told["rules_changed"]
    assert "(mars 2020–april 2022)" not in told["rules_changed"]
    assert "pandemin (mars 2020–april 2022)" in told["rules_may_have_changed"]
    assert "datumen är inte bekräftade" in told["rules_may_have_changed"]


def test_a_change_before_the_time_or_after_it_is_not_named(plan_of) -> None:
    found = changes_within(plan_of().estimands[0], ek.MetricBook.load())
    assert found
    assert all(change.start.year >= 2022 or change.end is not None for change in found)
    assert all(change.start.year <= 2025 for change in found)


def test_a_level_has_no_time_before(from_tables, plan_of) -> None:
    plan = plan_of(design="D1", comparison=None, before=None)
    assert not {"few_periods_before", "rules_changed"} & set(said(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE)))


def test_the_end_of_one_citys_project_concerns_only_comparisons_with_that_city(plan_content) -> None:
    plan_content["groups"][1]["units"] = ["9901"]
    plan_content["windows"][1]["last"] = plan_content["window"]["last"] = "2026"
    there = ek.Plan.from_mapping(plan_content, folder=None).estimands[0]
    plan_content["groups"][1]["units"] = ["0180"]
    here = ek.Plan.from_mapping(plan_content, folder=None).estimands[0]
    book = ek.MetricBook.load()
    ends = {"projektslut_stockholm"}
    assert ends & {change.id for change in changes_within(here, book)}
    assert not ends & {change.id for change in changes_within(there, book)}
