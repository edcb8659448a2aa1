from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit import periods
from evalkit.language import Language
from evalkit.vocabulary import Frequency

DAYS = st.dates(date(1900, 1, 1), date(2150, 12, 31))
STEPS = st.sampled_from(Frequency)


@pytest.mark.parametrize(
    ("text", "first", "frequency"),
    [
        ("2024", date(2024, 1, 1), Frequency.YEAR),
        ("2024-Q1", date(2024, 1, 1), Frequency.QUARTER),
        ("2024K4", date(2024, 10, 1), Frequency.QUARTER),
        ("2024-03", date(2024, 3, 1), Frequency.MONTH),
        ("2024M12", date(2024, 12, 1), Frequency.MONTH),
        ("2024\u201103", date(2024, 3, 1), Frequency.MONTH),
        ("mars 2024", date(2024, 3, 1), Frequency.MONTH),
        ("Mars\u00a02024", date(2024, 3, 1), Frequency.MONTH),
        ("mar. 2024", date(2024, 3, 1), Frequency.MONTH),
        ("2024 MARS", date(2024, 3, 1), Frequency.MONTH),
        ("maj-2024", date(2024, 5, 1), Frequency.MONTH),
        ("October 2024", date(2024, 10, 1), Frequency.MONTH),
        ("2024 okt", date(2024, 10, 1), Frequency.MONTH),
        ("sept 2024", date(2024, 9, 1), Frequency.MONTH),
        ("kvartal 1 2024", date(2024, 1, 1), Frequency.QUARTER),
        ("kv 2 2024", date(2024, 4, 1), Frequency.QUARTER),
        ("Kv. 2 2024", date(2024, 4, 1), Frequency.QUARTER),
        ("2024 kv1", date(2024, 1, 1), Frequency.QUARTER),
        ("2024kv 4", date(2024, 10, 1), Frequency.QUARTER),
        ("Q3 2024", date(2024, 7, 1), Frequency.QUARTER),
        ("quarter 3 2024", date(2024, 7, 1), Frequency.QUARTER),
        ("helår 2024", date(2024, 1, 1), Frequency.YEAR),
        ("2024 helår", date(2024, 1, 1), Frequency.YEAR),
        ("Helåret 2024", date(2024, 1, 1), Frequency.YEAR),
        ("full year 2024", date(2024, 1, 1), Frequency.YEAR),
    ],
)
def test_forms(text, first, frequency):
    assert periods.parse(text) == (first, frequency)


@pytest.mark.parametrize(
    "text",
    [
        *("", "24", "0127", "2024-00", "2024-13", "2024-Q5", "2024-03-01", "2024-3", " 2024", "٢٠٢٤", "2024-25"),
        *("mars 24", "mars", "mats 2024", "2024\u201303", "kvartal 5 2024", "kv 2024", "helår", "våren 2024"),
        *("1 mars 2024", "q1q2 2024", "mar 2024 ", "mars  -2024"),
    ],
)
def test_other_texts_are_no_periods(text):
    assert periods.try_parse(text) is None
    with pytest.raises(ValueError, match="not a year"):
        periods.parse(text)


@given(DAYS, STEPS)
def test_code_is_read_back(day, step):
    first = periods.first_day(day, step)
    assert periods.parse(periods.code(first, step)) == (first, step)


@given(DAYS, STEPS, st.integers(-40, 40))
def test_periods_tile_the_calendar(day, step, count):
    first = periods.first_day(day, step)
    assert first <= day <= periods.last_day(first, step)
    assert periods.add(periods.add(first, step, count), step, -count) == first
    assert periods.last_day(first, step) + timedelta(days=1) == periods.add(first, step, 1)


@given(DAYS, st.integers(0, 800), STEPS)
def test_between_covers_both_ends(day, length, step):
    found = periods.between(day, day + timedelta(days=length), step)
    assert found[0] == periods.first_day(day, step)
    assert found[-1] == periods.first_day(day + timedelta(days=length), step)


def test_between_backwards_is_nothing():
    assert periods.between(date(2024, 2, 1), date(2024, 1, 1), Frequency.MONTH) == []


def test_a_day_must_exist_and_have_no_time():
    assert periods.try_day("2024-02-29 00:00:00") == date(2024, 2, 29)
    assert periods.try_day("2023-02-29") is None
    assert periods.try_day("2024-02-29 12:30:00") is None


def test_prose_in_both_languages():
    text = periods.prose(date(2024, 3, 1), Frequency.MONTH)
    assert (text.sv, text.in_language(Language.EN)) == ("mars 2024", "March 2024")
    assert periods.prose(date(2024, 10, 1), Frequency.QUARTER).en == "quarter 4 2024"


def test_a_year_is_twelve_months():
    assert [periods.year_fraction(step) for step in Frequency] == [1 / 12, 0.25, 1.0]
