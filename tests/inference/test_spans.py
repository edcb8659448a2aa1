"""Dates to days: conventions at day 0, censoring, months, and faults by row."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.language import Language

OUT = date(2024, 6, 30)


def frame(*rows: tuple[date | None, date | None, date | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"start": pl.Date, "end": pl.Date, "lost": pl.Date}, orient="row")


def spans(data: pl.DataFrame, **more: object) -> pl.DataFrame:
    return ek.spans(data, start="start", end="end", lost="lost", censored_at=OUT, **more)


def test_an_end_a_loss_and_a_wait() -> None:
    found = spans(
        frame(
            (date(2024, 6, 1), date(2024, 6, 11), None),
            (date(2024, 6, 1), date(2024, 6, 1), None),
            (date(2024, 6, 1), None, None),
            (date(2024, 6, 1), None, date(2024, 6, 5)),
            (date(2024, 6, 1), date(2024, 6, 20), date(2024, 6, 5)),
            (date(2024, 6, 1), date(2024, 6, 5), date(2024, 6, 5)),
            (OUT, None, None),
        )
    )
    assert found["days"].to_list() == [10, 0, 29, 4, 4, 4, 0]
    assert found["outcome"].to_list() == ["event", "event", "censored", "lost", "lost", "event", "censored"]
    assert found["event"].to_list() == [True, True, False, False, False, True, False]
    assert found.columns[:3] == ["start", "end", "lost"]


def test_a_column_tells_when_each_source_was_extracted() -> None:
    data = frame((date(2024, 6, 1), None, None), (date(2024, 6, 1), None, None))
    data = data.with_columns(pl.Series("published", [date(2024, 6, 3), date(2024, 6, 9)]))
    assert ek.spans(data, start="start", end="end", censored_at="published")["days"].to_list() == [2, 8]


def test_a_month_stands_for_its_middle_day_and_the_extremes_stand_beside() -> None:
    data = pl.DataFrame(
        {"start": ["2024-01", "2024-03", "2024-05", "2024-06"], "end": ["2024-03", "2024-03", None, "2024-06"]}
    )
    found = ek.spans(data, start="start", end="end", censored_at=date(2024, 6, 10), resolution="month")
    assert found["days"].to_list() == [60, 0, 25, 0]
    assert found["days_least"].to_list() == [30, 0, 10, 0]
    assert found["days_most"].to_list() == [90, 30, 40, 9]


def test_every_fault_is_told_by_row_and_without_values() -> None:
    data = frame(
        (date(2024, 6, 1), date(2024, 5, 30), None),
        (None, date(2024, 6, 2), None),
        (date(2024, 6, 1), date(2024, 7, 1), None),
        (date(2024, 7, 2), None, None),
        (date(2024, 6, 1), None, date(2024, 5, 1)),
    )
    with pytest.raises(EstimationError) as caught:
        spans(data)
    assert {problem.code: problem.place.rows for problem in caught.value.problems} == {
        "start_missing": (2,),
        "start_after_extraction": (4,),
        "end_before_start": (1,),
        "end_after_extraction": (3,),
        "lost_before_start": (5,),
    }
    for language in Language:
        assert "2024" not in caught.value.render(language).replace("ett datum", "")


def test_wrong_columns_months_and_words_are_told() -> None:
    data = pl.DataFrame({"start": ["2024-13", "2024-01"], "end": ["x", None], "n": [1, 2]})
    with pytest.raises(EstimationError) as caught:
        ek.spans(data, start="start", end="end", censored_at=OUT, resolution="month")
    assert [problem.code for problem in caught.value.problems] == ["not_a_month", "not_a_month"]
    with pytest.raises(EstimationError) as caught:
        ek.spans(data, start="n", end="end", censored_at=OUT)
    assert [problem.code for problem in caught.value.problems] == ["not_a_date_column", "not_a_date"]
    with pytest.raises(EstimationError) as caught:
        ek.spans(data, start="begin", end="slut", censored_at=OUT, resolution="week")
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["unknown_column", "unknown_column", "unknown_resolution"]
