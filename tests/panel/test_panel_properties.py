"""What holds for every panel, whatever the data."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.estimands import Series
from evalkit.vocabulary import CellStatus, DateBasis, Frequency

BOOK = ek.MetricBook.load()
VISITS = Series("P1", "N1", DateBasis.HANDELSE)
MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
SPAN = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}
CELLS = st.one_of(
    st.integers(0, 40).map(lambda count: (str(count), "value")),
    st.sampled_from([("", status.value) for status in CellStatus if status is not CellStatus.VALUE]),
    st.just(None),
)
YEAR = st.lists(CELLS, min_size=12, max_size=12)
INHABITANTS = st.one_of(st.none(), st.integers(0, 10**6))


def dataset(from_tables, cells, covered: int, inhabitants):
    """A unit with some monthly rows, coverage of the first months, and perhaps a population."""
    rows = [
        f"0127 | {month} | P1 | {cell[0]} | {cell[1]}"
        for number, (month, cell) in enumerate(zip(MONTHS, cells, strict=True))
        if cell is not None and (cell[1] != "value" or number < covered)
    ]
    head = "unit_id | period | metric | value | status"
    last = date(2024, covered + 1, 1).isoformat() if covered < 12 else "2025-01-01"
    coverage = (
        f"unit_id | metric | covered_from | covered_to\n0127 | P1 | 2024-01-01 | {day_before(last)}" if covered else ""
    )
    exposure = (
        f"unit_id | period | exposure | value\n0127 | 2024 | N1 | {inhabitants}" if inhabitants is not None else ""
    )
    return from_tables("\n".join([head, *rows]) if rows else "", exposure, coverage, units=("0127",))


def day_before(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()


def grid_of(data, frequency: Frequency) -> pl.DataFrame:
    return ek.panel(data, series=[VISITS], frequency=frequency, book=BOOK, **SPAN).frame


@settings(max_examples=25, deadline=None)
@given(cells=YEAR, covered=st.integers(0, 12), inhabitants=INHABITANTS)
def test_a_number_is_there_exactly_when_the_status_says_so(from_tables, cells, covered, inhabitants) -> None:
    for frequency in Frequency:
        frame = grid_of(dataset(from_tables, cells, covered, inhabitants), frequency)
        assert frame.height == 12 // frequency.months
        for row in frame.iter_rows(named=True):
            assert (row["count"] is None) == (row["status"] != "value")
            assert (row["qualifier"] is None) == (row["status"] != "value")
            assert (row["exposure"] is None) == (row["exposure_status"] != "value")


@settings(max_examples=25, deadline=None)
@given(cells=YEAR, covered=st.integers(0, 12))
def test_a_year_has_a_count_only_when_every_month_has_and_then_it_is_their_sum(from_tables, cells, covered) -> None:
    data = dataset(from_tables, cells, covered, None)
    months, year = grid_of(data, Frequency.MONTH), grid_of(data, Frequency.YEAR)
    whole = (months["status"] == "value").all()
    assert (year["status"].item() == "value") == whole
    if whole:
        assert year["count"].item() == months["count"].sum()


@settings(max_examples=20, deadline=None)
@given(cells=YEAR, covered=st.integers(0, 12))
def test_no_cell_outside_coverage_has_a_number(from_tables, cells, covered) -> None:
    frame = grid_of(dataset(from_tables, cells, covered, None), Frequency.MONTH)
    assert set(frame["status"].to_list()[covered:]) <= {status.value for status in CellStatus} - {"value"}


@settings(max_examples=20, deadline=None)
@given(cells=YEAR, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(from_tables, cells, seed) -> None:
    from dataclasses import replace

    data = dataset(from_tables, cells, 12, 1000)
    order = list(range(data.outcomes.height))
    seed.shuffle(order)
    shuffled = replace(data, outcomes=data.outcomes[order] if order else data.outcomes)
    assert grid_of(shuffled, Frequency.QUARTER).equals(grid_of(data, Frequency.QUARTER))


@settings(max_examples=20, deadline=None)
@given(inhabitants=st.integers(1, 10**7))
def test_person_years_do_not_depend_on_the_length_of_the_periods(from_tables, inhabitants) -> None:
    data = dataset(from_tables, [None] * 12, 12, inhabitants)
    sums = [grid_of(data, frequency)["exposure"].sum() for frequency in Frequency]
    assert all(abs(total - inhabitants) < 1e-6 * inhabitants for total in sums)


def test_a_quarter_counted_twice_does_not_stand_in_for_one_that_is_missing(from_tables) -> None:
    """Nine months by quarter and three of the same months again are twelve months, and not the year."""
    exposure = """
        unit_id | period  | exposure | value
        0127    | 2024-Q1 | N9       | 10
        0127    | 2024-Q2 | N9       | 10
        0127    | 2024-Q3 | N9       | 10
        0127    | 2024-01 | N9       | 3
        0127    | 2024-02 | N9       | 3
        0127    | 2024-03 | N9       | 4
    """
    import pytest

    from evalkit.errors import PanelError

    data = from_tables(exposure=exposure)
    item = Series("F1", "N9", DateBasis.HANDELSE, category="konstaterad")
    with pytest.raises(PanelError) as caught:
        ek.panel(data, series=[item], frequency="year", book=BOOK, **SPAN)
    assert [problem.code for problem in caught.value.problems] == ["panel_two_frequencies"]


def test_drawn_tables_are_what_the_files_would_have_given(from_tables, tmp_path) -> None:
    """The tables of these tests have the columns, types and values of checked files."""
    data = ek.load(ek.resources.analyses() / "samordnad-tillsyn-otto")
    drawn = from_tables(
        "unit_id | period | metric | model | value\n0180 | 2024 | P1 | samordnad_tillsyn | 108",
        "unit_id | period | exposure | value\n0180 | 2024 | N1 | 995600\n0127 | 2024 | N1 | 95746",
        "unit_id | metric | covered_from | covered_to\n0180 | P1 | 2024-01-01 | 2024-12-31",
    )
    for name in ("outcomes", "exposure", "coverage", "units", "model_periods", "sources"):
        assert getattr(drawn, name).schema == getattr(data, name).schema
    same = [
        "unit_id",
        "period",
        "frequency",
        "metric",
        "category",
        "model",
        "date_basis",
        "value",
        "status",
        "qualifier",
    ]
    assert drawn.outcomes.select(same).equals(data.outcomes.select(same))
