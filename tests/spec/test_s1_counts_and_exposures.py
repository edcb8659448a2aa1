"""§5.1 Counts, exposure and status travel together; a rate is recomputed from them, never carried alone."""

from __future__ import annotations

import math
from datetime import date

import polars as pl

import evalkit as ek
from evalkit import columns
from evalkit.disclosure import release
from evalkit.estimands import Series
from evalkit.vocabulary import DateBasis

VISITS = Series("P1", "N1", DateBasis.HANDELSE)


def test_a_cell_holds_a_count_an_exposure_and_the_status_of_each(from_tables, as_drawn, table) -> None:
    """A cell with a count, one that was suppressed, and one without exposure, side by side."""
    data = from_tables(
        outcomes="""
            unit_id | period | metric | value | status
            0127    | 2023   | P1     | 12    | value
            0127    | 2024   | P1     |       | suppressed
            0127    | 2025   | P1     | 7     | value
        """,
        exposure="""
            unit_id | period | exposure | value
            0127    | 2023   | N1       | 95000
            0127    | 2024   | N1       | 96000
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2023-01-01   | 2025-12-31
        """,
    )
    grid = ek.panel(data, series=[VISITS])
    assert list(grid.frame.columns) == list(columns.PANEL)
    assert as_drawn(grid.frame, "period", "count", "status", "exposure", "exposure_status") == table("""
        period  | count | status     | exposure | exposure_status
        2023-01 | 12    | value      | 95000    | value
        2024-01 |       | suppressed | 96000    | value
        2025-01 | 7     | value      |          | missing
    """)
    assert not {"rate", "conf_low", "conf_high"} & set(columns.PANEL)


def test_a_stock_is_multiplied_by_time_in_years(from_tables, as_drawn, table) -> None:
    """1 200 inhabitants for a year are 1 200 person-years; for a month 100, every month a twelfth."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | value
            0127    | 2024-01 | P1     | 3
            0127    | 2024-02 | P1     | 1
        """,
        exposure="""
            unit_id | period | exposure | value
            0127    | 2024   | N1       | 1200
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2024-01-01   | 2024-02-29
        """,
    )
    grid = ek.panel(data, series=[VISITS])
    assert as_drawn(grid.frame, "period", "count", "exposure") == table("""
        period  | count | exposure
        2024-01 | 3     | 100
        2024-02 | 1     | 100
    """)


def test_a_stock_by_quarter_fills_a_year_when_all_four_are_there(from_tables, as_drawn, table) -> None:
    """(100 + 100 + 200 + 200) × ¼ = 150 permit-years. With a quarter missing the year has no exposure."""
    data = from_tables(
        outcomes="""
            unit_id | period | metric | category    | date_basis | value
            0127    | 2023   | T1     | aterkallelse | beslut     | 2
            0127    | 2024   | T1     | aterkallelse | beslut     | 3
        """,
        exposure="""
            unit_id | period  | exposure | value
            0127    | 2023-Q1 | N3       | 100
            0127    | 2023-Q2 | N3       | 100
            0127    | 2023-Q3 | N3       | 200
            0127    | 2023-Q4 | N3       | 200
            0127    | 2024-Q1 | N3       | 200
            0127    | 2024-Q2 | N3       | 200
            0127    | 2024-Q4 | N3       | 200
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | T1     | 2023-01-01   | 2024-12-31
        """,
    )
    grid = ek.panel(data, series=[Series("T1", "N3", DateBasis.BESLUT, category="aterkallelse")])
    assert as_drawn(grid.frame, "period", "count", "exposure", "exposure_status") == table("""
        period  | count | exposure | exposure_status
        2023-01 | 2     | 150      | value
        2024-01 | 3     |          | missing
    """)


def test_a_flow_is_summed_and_never_split(from_tables, as_drawn, table) -> None:
    """Ten visits in January and none in February are 10 in the quarter only if March is there too.

    Twelve visits in a year cannot be divided into months, so the months have no exposure.
    """
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | category    | value
            0127    | 2024-Q1 | F1     | konstaterad | 4
            0127    | 2024-Q2 | F1     | konstaterad | 2
            0180    | 2024-Q1 | F1     | konstaterad | 1
            0180    | 2024-Q2 | F1     | konstaterad | 1
        """,
        exposure="""
            unit_id | period  | exposure | value
            0127    | 2024-01 | N9       | 10
            0127    | 2024-02 | N9       | 0
            0127    | 2024-03 | N9       | 5
            0127    | 2024-04 | N9       | 8
            0180    | 2024    | N9       | 12
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | F1     | 2024-01-01   | 2024-06-30
            0180    | F1     | 2024-01-01   | 2024-06-30
        """,
    )
    grid = ek.panel(data, series=[Series("F1", "N9", DateBasis.HANDELSE, category="konstaterad")])
    assert as_drawn(grid.frame, "unit_id", "period", "count", "exposure", "exposure_status") == table("""
        unit_id | period  | count | exposure | exposure_status
        0127    | 2024-01 | 4     | 15       | value
        0127    | 2024-04 | 2     |          | missing
        0180    | 2024-01 | 1     |          | missing
        0180    | 2024-04 | 1     |          | missing
    """)


def test_the_exposure_is_that_of_the_days_on_which_the_event_could_occur(from_tables, as_drawn, table) -> None:
    """Human exploitation is an offence from 1 July 2018: 184 of 365 days of that year.

    36 500 inhabitants give 18 400 person-years at risk, not 36 500. Screened visits before July
    cannot have found what was no offence; a whole year of them cannot be divided, so it is missing.
    """
    data = from_tables(
        outcomes="""
            unit_id | period | metric | date_basis | value
            0127    | 2018   | O1     | beslut     | 4
            0127    | 2018   | C1g    | handelse   | 1
        """,
        exposure="""
            unit_id | period | exposure | value
            0127    | 2018   | N1       | 36500
            0127    | 2018   | N10      | 20
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | O1     | 2018-07-01   | 2018-12-31
            0127    | C1g    | 2018-07-01   | 2018-12-31
        """,
    )
    wanted = [Series("O1", "N1", DateBasis.BESLUT), Series("C1g", "N10", DateBasis.HANDELSE)]
    grid = ek.panel(data, series=wanted, first=date(2018, 1, 1), last=date(2018, 12, 31))
    assert as_drawn(grid.frame, "metric", "count", "status", "exposure", "exposure_status") == table("""
        metric | count | status | exposure | exposure_status
        C1g    | 1     | value  |          | missing
        O1     | 4     | value  | 18400    | value
    """)


def test_the_rate_of_a_release_is_recomputed_from_what_is_left_to_show(from_tables, plan_of) -> None:
    """Every released rate is its own count over its own exposure; where the count is withheld there is no rate."""
    data = from_tables(
        outcomes="""
            unit_id | period | metric | value | status
            0127    | 2022   | P1     | 10    | value
            0127    | 2023   | P1     |       | suppressed
            0127    | 2024   | P1     | 30    | value
            0127    | 2025   | P1     | 20    | value
        """,
        exposure="""
            unit_id | period | exposure | value
            0127    | 2022   | N1       | 1000
            0127    | 2023   | N1       | 1000
            0127    | 2024   | N1       | 2000
            0127    | 2025   | N1       | 2000
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2022-01-01   | 2025-12-31
        """,
        units=("0127", "0180"),
    )
    plan = plan_of(design="D2", comparison=None)
    shown = release(ek.evaluate(plan, data), ek.panel(data, plan), plan)
    rows = shown.series.filter(pl.col("group") == "botkyrka").sort("period").rows(named=True)
    assert [row["count"] for row in rows] == [10, None, 30, 20]
    assert [row["rate"] for row in rows] == [0.01, None, 0.015, 0.01]
    for row in rows:
        assert (row["rate"] is None) == (row["count"] is None)
        if row["rate"] is not None:
            assert math.isclose(row["rate"], row["count"] / row["exposure"])
