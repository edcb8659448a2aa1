"""What may be asked of a panel, and what is said when it may not."""

from __future__ import annotations

from datetime import date

import pytest

import evalkit as ek
from evalkit.errors import PanelError
from evalkit.estimands import Series
from evalkit.vocabulary import DateBasis, Frequency

VISITS = Series("P1", "N1", DateBasis.HANDELSE)
MEASURES = Series("T1", "N3", DateBasis.BESLUT)
COVERAGE = """
    unit_id | metric | covered_from | covered_to
    0127    | P1     | 2023-04-01   | 2026-06-30
"""


def codes(*arguments: object, **options: object) -> list[tuple[str, str | None]]:
    with pytest.raises(PanelError) as caught:
        ek.panel(*arguments, **options)
    return [(problem.code, problem.place.key) for problem in caught.value.problems]


def test_ends_that_cut_a_period_are_an_error(from_tables) -> None:
    data = from_tables(coverage=COVERAGE)
    span = {"first": date(2023, 4, 1), "last": date(2026, 6, 30)}
    assert codes(data, series=[VISITS], frequency="year", **span) == [("panel_cuts_period", "first, last")]
    assert ek.panel(data, series=[VISITS], frequency="quarter", **span).frame.height == 13


def test_without_ends_the_whole_periods_within_the_data_are_taken(from_tables) -> None:
    data = from_tables(coverage=COVERAGE)
    found = ek.panel(data, series=[VISITS], frequency="year").frame["period"].to_list()
    assert found == [date(2024, 1, 1), date(2025, 1, 1)]


@pytest.mark.parametrize("span", [("2024-02-01", "2024-11-30"), ("2024-12-31", "2024-01-01")])
def test_a_span_without_a_whole_period_is_an_error(from_tables, span: tuple[str, str]) -> None:
    first, last = (date.fromisoformat(day) for day in span)
    data = from_tables(coverage=COVERAGE)
    assert codes(data, series=[VISITS], frequency="year", first=first, last=last) == [
        ("panel_cuts_period", "first, last")
    ]


def test_data_that_tell_no_time_need_one(from_tables) -> None:
    data = from_tables(units=("0127",))
    assert codes(data, series=[VISITS])[0][0] == "panel_no_span"
    given = ek.panel(data, series=[VISITS], first=date(2024, 1, 1), last=date(2024, 12, 31))
    assert given.frame["status"].to_list() == ["missing"]
    assert given.frequency is Frequency.YEAR


@pytest.mark.parametrize("frequency", ["week", "YEAR", 12])
def test_a_frequency_is_one_of_three(from_tables, frequency: object) -> None:
    assert codes(from_tables(coverage=COVERAGE), series=[VISITS], frequency=frequency) == [
        ("panel_unknown_frequency", "frequency")
    ]


def test_what_is_asked_for_by_argument_is_told_by_argument(from_tables, plan_of) -> None:
    data = from_tables(coverage=COVERAGE, units=("0127", "0180"))
    unknown = Series("P1", "N99", DateBasis.HANDELSE)
    assert codes(data, plan_of(), series=[unknown], units=["9999"]) == [
        ("panel_unknown_unit", "units"),
        ("panel_unknown_exposure", "exposure"),
    ]


def test_a_series_or_unit_that_is_asked_for_twice_is_counted_once(from_tables) -> None:
    grid = ek.panel(from_tables(coverage=COVERAGE), series=[VISITS, VISITS], units=["0127", "0127"], frequency="year")
    assert grid.frame.height == 2
    assert grid.series == (VISITS,)


def test_two_series_never_share_a_key() -> None:
    one = Series("B3", "N1", DateBasis.BESLUT, category="otto")
    other = Series("B3", "N1", DateBasis.BESLUT, model="otto")
    assert one.key != other.key


def test_overlapping_categories_have_no_sum_unless_a_total_is_given(from_tables) -> None:
    """Sheltered housing offered and sheltered housing begun are the same persons."""
    rows = """
        unit_id | period | metric | category | value
        0127    | 2024   | C5     | erbjudet | 9
        0127    | 2024   | C5     | paborjat | 6
    """
    covered = """
        unit_id | metric | covered_from | covered_to
        0127    | C5     | 2024-01-01   | 2024-12-31
    """
    whole = Series("C5", "N10", DateBasis.HANDELSE)
    assert codes(from_tables(rows, "", covered), series=[whole]) == [("panel_parts_and_totals", "category")]
    total = f"{rows.rstrip()}\n 0127 | 2024 | C5 | | 10"
    assert ek.panel(from_tables(total, "", covered), series=[whole]).frame["count"].to_list() == [10]


def test_the_default_panel_of_overlapping_categories_is_one_series_each(from_tables) -> None:
    """An analyst who asks for everything gets what can be counted, not an error."""
    data = from_tables(
        """
            unit_id | period | metric | category | value
            0127    | 2024   | C5     | erbjudet | 9
            0127    | 2024   | C5     | paborjat | 6
            0127    | 2024   | P1     |          | 3
        """,
        "",
        """
            unit_id | metric | covered_from | covered_to
            0127    | C5     | 2024-01-01   | 2024-12-31
            0127    | P1     | 2024-01-01   | 2024-12-31
        """,
    )
    found = ek.panel(data)
    assert [(item.metric, item.category) for item in found.series] == [
        ("C5", "erbjudet"),
        ("C5", "paborjat"),
        ("P1", None),
    ]
    assert found.frame.sort("series")["count"].to_list() == [9, 6, 3]


def test_separate_categories_are_summed_and_a_total_is_not_added_to_its_parts(from_tables) -> None:
    data = from_tables(
        """
            unit_id | period | metric | category     | date_basis | value
            0127    | 2023   | T1     | varning      | beslut     | 4
            0127    | 2023   | T1     | aterkallelse | beslut     | 3
            0127    | 2024   | T1     | varning      | beslut     | 4
            0127    | 2024   | T1     | aterkallelse | beslut     | 3
            0127    | 2024   | T1     |              | beslut     | 8
        """,
        "",
        """
            unit_id | metric | covered_from | covered_to
            0127    | T1     | 2023-01-01   | 2024-12-31
        """,
    )
    assert ek.panel(data, series=[MEASURES]).frame["count"].to_list() == [7, 8]


def test_a_total_by_model_beside_parts_of_all_activity_is_neither_sum_nor_part(from_tables) -> None:
    """All measures of one model, and all warnings of every model: which events are in both cannot be told."""
    data = from_tables(
        """
            unit_id | period | metric | category | model | date_basis | value
            0127    | 2024   | T1     |          | otto  | beslut     | 4
            0127    | 2024   | T1     | varning  |       | beslut     | 3
        """,
        units=("0127",),
    )
    span = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}
    assert codes(data, series=[MEASURES], **span) == [("panel_parts_and_totals", "category")]


def test_models_are_summed_when_no_model_is_asked_for(from_tables) -> None:
    data = from_tables(
        """
            unit_id | period | metric | model    | value
            0127    | 2024   | P9     | otto     | 4
            0127    | 2024   | P9     | ordinary | 30
        """,
        "",
        """
            unit_id | metric | covered_from | covered_to
            0127    | P9     | 2024-01-01   | 2024-12-31
        """,
    )
    wanted = [Series("P9", "N1", DateBasis.HANDELSE), Series("P9", "N1", DateBasis.HANDELSE, model="otto")]
    assert ek.panel(data, series=wanted).frame["count"].to_list() == [34, 4]


def test_two_lengths_that_do_not_meet_are_no_fault(from_tables) -> None:
    """A year by months and the next as a whole: nothing is counted twice."""
    data = from_tables(
        """
            unit_id | period  | metric | value
            0127    | 2023-05 | P1     | 4
            0127    | 2024    | P1     | 9
        """,
        "",
        """
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2023-01-01   | 2024-12-31
        """,
    )
    assert ek.panel(data, series=[VISITS], frequency="year").frame["count"].to_list() == [4, 9]


def test_a_group_stands_for_a_model_that_its_units_have_had(from_tables, plan_of) -> None:
    """A misspelt model would decide which label a comparison gets."""
    periods = """
        unit_id | model             | valid_from
        0127    | oto               | 2023-01-01
        0180    | samordnad_tillsyn | 2023-01-01
    """
    data = from_tables(model_periods=periods)
    assert codes(data, plan_of()) == [("panel_unknown_model", "groups.botkyrka")]
    assert ek.panel(from_tables(units=("0127", "0180")), plan_of()).frame.height == 8


def test_an_unknown_series_of_a_panel_is_told_with_those_it_has(from_tables) -> None:
    grid = ek.panel(from_tables(coverage=COVERAGE), series=[VISITS], frequency="year")
    assert grid.at("P1-handelse-N1") == VISITS
    with pytest.raises(PanelError) as caught:
        grid.at("P1-handelse-N2")
    assert "P1-handelse-N1" in str(caught.value)
