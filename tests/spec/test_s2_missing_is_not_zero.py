"""§5.2 Missing is not zero."""

from __future__ import annotations

from datetime import date

import evalkit as ek
from evalkit.estimands import Series
from evalkit.vocabulary import DateBasis, Frequency

VISITS = Series("P1", "N1", DateBasis.HANDELSE)
WARNINGS = Series("T1", "N3", DateBasis.BESLUT, category="varning")
ALL_MEASURES = Series("T1", "N3", DateBasis.BESLUT)


def test_no_row_is_zero_inside_coverage_and_missing_outside(from_tables, as_drawn, table) -> None:
    """The unit reported January to March. February without a row is 0; April without a row is unknown."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | value
            0127    | 2024-01 | P1     | 5
            0127    | 2024-03 | P1     | 2
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2024-01-01   | 2024-03-31
        """,
    )
    grid = ek.panel(data, series=[VISITS], first=date(2024, 1, 1), last=date(2024, 4, 30))
    assert as_drawn(grid.frame, "period", "count", "status") == table("""
        period  | count | status
        2024-01 | 5     | value
        2024-02 | 0     | value
        2024-03 | 2     | value
        2024-04 |       | missing
    """)


def test_coverage_that_ends_inside_a_cell_does_not_cover_it(from_tables, as_drawn, table) -> None:
    """Reported to 30 November: the months are known, the year is not, though eleven months of it are."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | value
            0127    | 2024-01 | P1     | 5
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2024-01-01   | 2024-11-30
        """,
    )
    year = ek.panel(data, series=[VISITS], frequency="year", first=date(2024, 1, 1), last=date(2024, 12, 31))
    assert as_drawn(year.frame, "period", "count", "status") == table("""
        period  | count | status
        2024-01 |       | missing
    """)
    quarter = ek.panel(data, series=[VISITS], frequency="quarter", first=date(2024, 1, 1), last=date(2024, 12, 31))
    assert [row[2] for row in as_drawn(quarter.frame, "period", "count", "status")[1:]] == ["value"] * 3 + ["missing"]


def test_two_stretches_of_coverage_that_meet_cover_what_they_cover_together(from_tables, as_drawn, table) -> None:
    """To 15 June and from 16 June is the whole year; to 15 June and from 17 June is not."""
    data = from_tables(
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2024-01-01   | 2024-06-15
            0127    | P1     | 2024-06-16   | 2024-12-31
            0180    | P1     | 2024-01-01   | 2024-06-15
            0180    | P1     | 2024-06-17   | 2024-12-31
        """
    )
    grid = ek.panel(data, series=[VISITS], frequency="year")
    assert as_drawn(grid.frame, "unit_id", "count", "status") == table("""
        unit_id | count | status
        0127    | 0     | value
        0180    |       | missing
    """)


def test_what_could_not_occur_is_neither_zero_nor_missing(from_tables, as_drawn, table) -> None:
    """The hotel permit was abolished on 1 January 2025; the coverage of 2025 says nothing against that."""
    data = from_tables(
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | T3     | 2023-01-01   | 2025-12-31
        """
    )
    grid = ek.panel(data, series=[Series("T3", "N5", DateBasis.BESLUT)], frequency="year")
    assert as_drawn(grid.frame, "period", "count", "status") == table("""
        period  | count | status
        2023-01 | 0     | value
        2024-01 | 0     | value
        2025-01 |       | not_applicable
    """)


def test_a_metric_valid_from_mid_period_needs_coverage_of_the_valid_days_only(from_tables, as_drawn, table) -> None:
    """Human exploitation exists from 1 July 2018: coverage from that day covers the year 2018."""
    data = from_tables(
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | O1     | 2018-07-01   | 2018-12-31
            0180    | O1     | 2018-07-02   | 2018-12-31
        """
    )
    item = Series("O1", "N1", DateBasis.BESLUT)
    grid = ek.panel(data, series=[item], frequency="year", first=date(2018, 1, 1), last=date(2018, 12, 31))
    assert as_drawn(grid.frame, "unit_id", "count", "status") == table("""
        unit_id | count | status
        0127    | 0     | value
        0180    |       | missing
    """)


def test_the_gravest_status_of_several_rows_is_that_of_the_cell(from_tables, as_drawn, table) -> None:
    """Could not occur, then missing, then suppressed, then not yet reported; never the sum of the rest."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | value | status
            0127    | 2024-01 | P1     | 4     | value
            0127    | 2024-02 | P1     |       | suppressed
            0127    | 2024-03 | P1     | 1     | value
            0127    | 2024-04 | P1     |       | suppressed
            0127    | 2024-05 | P1     |       | missing
            0127    | 2024-07 | P1     |       | not_yet_reported
            0127    | 2024-08 | P1     |       | suppressed
            0127    | 2024-10 | P1     |       | not_applicable
            0127    | 2024-11 | P1     |       | missing
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2024-01-01   | 2024-12-31
        """,
    )
    grid = ek.panel(data, series=[VISITS], frequency="quarter")
    assert as_drawn(grid.frame, "period", "count", "status") == table("""
        period  | count | status
        2024-01 |       | suppressed
        2024-04 |       | missing
        2024-07 |       | suppressed
        2024-10 |       | not_applicable
    """)


def test_a_suppressed_row_beside_days_that_nobody_reported_is_missing(from_tables, as_drawn, table) -> None:
    """In Botkyrka the year is one suppressed row. In Stockholm January is suppressed and the rest never reported."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | value | status
            0127    | 2024    | P1     |       | suppressed
            0180    | 2024-01 | P1     |       | suppressed
        """
    )
    grid = ek.panel(data, series=[VISITS], frequency="year")
    assert as_drawn(grid.frame, "unit_id", "count", "status") == table("""
        unit_id | count | status
        0127    |       | suppressed
        0180    |       | missing
    """)


def test_a_yearly_figure_is_not_split_into_months_unless_it_is_zero(from_tables, as_drawn, table) -> None:
    """108 visits in a year say nothing of February; 0 visits in a year are 0 in February; suppressed stays so."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | value | status
            0127    | 2024    | P1     | 108   | value
            0180    | 2024    | P1     | 0     | value
            0188    | 2024    | P1     |       | suppressed
            0191    | 2024-01 | P1     | 2     | value
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2024-01-01   | 2024-12-31
            0180    | P1     | 2024-01-01   | 2024-12-31
            0191    | P1     | 2024-01-01   | 2024-12-31
        """,
    )
    grid = ek.panel(data, series=[VISITS], frequency="month", first=date(2024, 1, 1), last=date(2024, 2, 29))
    assert as_drawn(grid.frame, "unit_id", "period", "count", "status") == table("""
        unit_id | period  | count | status
        0127    | 2024-01 |       | missing
        0127    | 2024-02 |       | missing
        0180    | 2024-01 | 0     | value
        0180    | 2024-02 | 0     | value
        0188    | 2024-01 |       | suppressed
        0188    | 2024-02 |       | suppressed
        0191    | 2024-01 | 2     | value
        0191    | 2024-02 | 0     | value
    """)


def test_a_total_that_nobody_divided_is_no_zero_of_its_parts(from_tables, as_drawn, table) -> None:
    """Seven measures on permits, not divided: how many were warnings is unknown, not 0.

    A total of 0 has 0 warnings. A total of 7 with 7 revocations beside it has 0 warnings too;
    with 5 revocations beside it two measures are of unknown kind.
    """
    data = from_tables(
        outcomes="""
            unit_id | period | metric | category     | date_basis | value
            0127    | 2022   | T1     |              | beslut     | 7
            0127    | 2023   | T1     |              | beslut     | 0
            0127    | 2024   | T1     |              | beslut     | 7
            0127    | 2024   | T1     | aterkallelse | beslut     | 7
            0127    | 2025   | T1     |              | beslut     | 7
            0127    | 2025   | T1     | aterkallelse | beslut     | 5
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | T1     | 2022-01-01   | 2025-12-31
        """,
    )
    grid = ek.panel(data, series=[WARNINGS, ALL_MEASURES])
    assert as_drawn(grid.frame, "category", "period", "count", "status") == table("""
        category | period  | count | status
                 | 2022-01 | 7     | value
                 | 2023-01 | 0     | value
                 | 2024-01 | 7     | value
                 | 2025-01 | 7     | value
        varning  | 2022-01 |       | missing
        varning  | 2023-01 | 0     | value
        varning  | 2024-01 | 0     | value
        varning  | 2025-01 |       | missing
    """)


def test_a_suppressed_total_hides_its_parts(from_tables, as_drawn, table) -> None:
    """The holder suppressed the total, so the part is suppressed too, not 0."""
    data = from_tables(
        outcomes="""
            unit_id | period | metric | category | date_basis | value | status
            0127    | 2024   | T1     |          | beslut     |       | suppressed
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | T1     | 2024-01-01   | 2024-12-31
        """,
    )
    assert as_drawn(ek.panel(data, series=[WARNINGS]).frame, "count", "status") == table("""
        count | status
              | suppressed
    """)


def test_events_of_all_activity_are_no_zero_of_one_model(from_tables, as_drawn, table) -> None:
    """Nine orders regardless of model: how many of them were OTTO's is unknown. A row of OTTO's own is known."""
    data = from_tables(
        outcomes="""
            unit_id | period | metric | model | date_basis | value
            0127    | 2024   | B3     |       | beslut     | 9
            0127    | 2025   | B3     | otto  | beslut     | 4
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | B3     | 2024-01-01   | 2025-12-31
        """,
    )
    wanted = [Series("B3", "N1", DateBasis.BESLUT, model="otto"), Series("B3", "N1", DateBasis.BESLUT)]
    grid = ek.panel(data, series=wanted)
    assert as_drawn(grid.frame, "series", "period", "count", "status") == table("""
        series                  | period  | count | status
        B3-beslut-N1            | 2024-01 | 9     | value
        B3-beslut-N1            | 2025-01 | 4     | value
        B3-model_otto-beslut-N1 | 2024-01 |       | missing
        B3-model_otto-beslut-N1 | 2025-01 | 4     | value
    """)


def test_decisions_by_one_date_are_no_zero_by_another(from_tables, as_drawn, table) -> None:
    """Botkyrka reports by decision only, so nothing is known by legal force. Stockholm reports by both."""
    data = from_tables(
        outcomes="""
            unit_id | period | metric | date_basis | value
            0127    | 2024   | B3     | beslut     | 9
            0180    | 2024   | B3     | beslut     | 9
            0180    | 2025   | B3     | lagakraft  | 6
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | B3     | 2024-01-01   | 2025-12-31
            0180    | B3     | 2024-01-01   | 2025-12-31
        """,
    )
    grid = ek.panel(data, series=[Series("B3", "N1", DateBasis.LAGAKRAFT)], frequency=Frequency.YEAR)
    assert as_drawn(grid.frame, "unit_id", "period", "count", "status") == table("""
        unit_id | period  | count | status
        0127    | 2024-01 |       | missing
        0127    | 2025-01 |       | missing
        0180    | 2024-01 | 0     | value
        0180    | 2025-01 | 6     | value
    """)


def test_an_absent_exposure_is_missing_never_zero(from_tables, as_drawn, table) -> None:
    """A month without a row of visits is unknown; a row of 0 visits is 0."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | category    | value
            0127    | 2024-01 | F1     | konstaterad | 1
        """,
        exposure="""
            unit_id | period  | exposure | value
            0127    | 2024-01 | N9       | 4
            0127    | 2024-02 | N9       | 0
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | F1     | 2024-01-01   | 2024-03-31
        """,
    )
    grid = ek.panel(data, series=[Series("F1", "N9", DateBasis.HANDELSE, category="konstaterad")])
    assert as_drawn(grid.frame, "period", "count", "exposure", "exposure_status") == table("""
        period  | count | exposure | exposure_status
        2024-01 | 1     | 4        | value
        2024-02 | 0     | 0        | value
        2024-03 | 0     |          | missing
    """)
