"""Spans from tables as they may come: names that clash, empty texts, days that do not exist."""

from __future__ import annotations

import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.language import Language

DATES = {"a": ["2024-01-01", "2024-01-02"], "b": ["2024-01-03", None]}


def refused(frame: dict[str, list[object]], **asked: str) -> EstimationError:
    with pytest.raises(EstimationError) as caught:
        ek.spans(pl.DataFrame(frame), **({"start": "a", "end": "b", "censored_at": "2024-06-01"} | asked))
    return caught.value


@pytest.mark.parametrize("name", ["days", "event", "outcome"])
def test_a_column_of_the_table_is_never_written_over(name: str) -> None:
    error = refused(DATES | {name: [77, 78]})
    assert [(one.code, one.place.column) for one in error.problems] == [("column_name_taken", name)]


def test_names_that_only_months_need_are_free_otherwise() -> None:
    frame = pl.DataFrame(DATES | {"days_least": [77, 78]})
    assert ek.spans(frame, start="a", end="b", censored_at="2024-06-01")["days_least"].to_list() == [77, 78]


def test_one_column_is_not_two_dates() -> None:
    assert [one.code for one in refused(DATES, end="a").problems] == ["column_given_twice"]
    assert [one.code for one in refused(DATES, lost="b").problems] == ["column_given_twice"]


@pytest.mark.parametrize("day", ["2024-13-01", "2024-02-30", "20240101", "1/2/2024"])
def test_a_day_that_does_not_exist_is_not_taken_for_a_column(day: str) -> None:
    error = refused(DATES, censored_at=day)
    assert [one.code for one in error.problems] == ["censored_at_not_a_date"]
    assert "Godtas:     ett datum, skrivet ÅÅÅÅ-MM-DD" in error.render(Language.SV)


def test_an_empty_start_is_not_said_to_be_accepted() -> None:
    error = refused({"a": [None, "2024-01-02"], "b": ["2024-01-03", None]})
    assert [one.code for one in error.problems] == ["start_missing"]
    assert "tom cell" not in error.render(Language.SV)


def test_an_empty_text_is_an_empty_cell() -> None:
    frame = pl.DataFrame({"a": ["2024-01-01"] * 3, "b": ["2024-01-03", "", "  "]})
    found = ek.spans(frame, start="a", end="b", censored_at="2024-06-01")
    assert found["outcome"].to_list() == ["event", "censored", "censored"]
    assert [one.code for one in refused({"a": ["", "2024-01-02"], "b": ["2024-01-03", None]}).problems] == [
        "start_missing"
    ]
