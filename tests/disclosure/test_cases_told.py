"""How many cases lie behind a number of persons: told, hidden, or never known."""

from __future__ import annotations

from datetime import date

import pytest

from evalkit import cases
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.estimates import Cell, Estimate
from evalkit.language import same
from evalkit.policy import DEFAULT_POLICY
from evalkit.vocabulary import DateBasis, DesignId, EstimateStatus, Role, Scale, Sensitivity

RULE = DEFAULT_POLICY.rule(Sensitivity.PERSON)
HERE, ALL = Group("a", same("a"), ("0127",)), Group("ab", same("ab"), ("0127", "0180"))
YEAR, YEARS = (
    Window("y", same("y"), date(2024, 1, 1), date(2024, 12, 31)),
    Window("yy", same("yy"), date(2024, 1, 1), date(2025, 12, 31)),
)
EARLIER = Window("e", same("e"), date(2023, 1, 1), date(2023, 12, 31))


def item(name: str, group: Group, window: Window, category: str | None = None) -> Estimand:
    series = Series(metric="C1g", category=category, exposure="N10", date_basis=DateBasis.HANDELSE)
    return Estimand(
        id=name,
        question=same("?"),
        series=series,
        design=DesignId.D1,
        role=Role.DESCRIPTIVE,
        group=group,
        comparison=None,
        before=None,
        after=window,
    )


def made(group: Group, window: Window, persons: int, number: int | None) -> Estimate:
    return Estimate(
        scale=Scale.RATE,
        status=EstimateStatus.ESTIMATED,
        estimate=1.0,
        conf_low=0.5,
        conf_high=2.0,
        cells=(Cell(group.id, window.id, persons, 100.0, number),),
    )


def told(*asked: tuple[str, Group, Window, int, int | None]) -> list[tuple[int | None, bool]]:
    items = [item(name, group, window) for name, group, window, _, _ in asked]
    found = {name: made(group, window, persons, number) for name, group, window, persons, number in asked}
    return [(one.cells[0].cases, one.cells[0].cases_hidden) for one in cases.told(found, items, RULE).values()]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, (None, False)), (3, (None, True)), (9, (None, True)), (10, (10, False)), (13, (15, False))],
)
def test_a_number_of_cases_is_protected_like_persons(number: int | None, shown: tuple[int | None, bool]) -> None:
    assert told(("E1", HERE, YEAR, 40, number)) == [shown]


def test_a_year_and_the_two_years_it_is_part_of_are_both_hidden() -> None:
    """40 cases in two years less 35 in one would be five cases in the other."""
    assert told(("E1", HERE, YEAR, 90, 35), ("E2", HERE, YEARS, 95, 40)) == [(None, True), (None, True)]


def test_an_area_and_the_region_it_is_part_of_are_both_hidden() -> None:
    assert told(("E1", HERE, YEAR, 90, 35), ("E2", ALL, YEAR, 95, 40)) == [(None, True), (None, True)]


def test_times_apart_are_both_told() -> None:
    assert told(("E1", HERE, YEAR, 90, 35), ("E2", HERE, EARLIER, 95, 40)) == [(35, False), (40, False)]


def test_the_same_number_twice_is_told_twice() -> None:
    assert told(("E1", HERE, YEAR, 90, 35), ("E2", HERE, YEAR, 90, 35)) == [(35, False), (35, False)]
