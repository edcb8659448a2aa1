import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit import screening


def check_digit(nine: str) -> str:
    """By hand: double every other digit from the first, sum the digits of the products."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(nine))
    return str(-total % 10)


NINE = st.text("0123456789", min_size=9, max_size=9)


@given(
    NINE,
    st.sampled_from(["", "19", "20", "16"]),
    st.sampled_from(["", "-", "+", " ", "\u2011", "\u2212", " - ", "\u00a0"]),
)
def test_every_way_of_writing_it(nine, century, joint):
    number = nine + check_digit(nine)
    written = f"{century}{number[:6]}{joint}{number[6:]}"

    assert screening.is_suspect(written)
    assert screening.is_suspect(f"se {written}, eller")
    assert screening.is_suspect(f"x{written}y")


@given(NINE, st.integers(1, 9))
def test_a_wrong_check_digit_is_let_through(nine, off):
    wrong = str((int(check_digit(nine)) + off) % 10)
    assert not screening.is_suspect(nine + wrong)


@pytest.mark.parametrize(
    "text",
    [
        "９００１０１９８０２",  # full-width
        "٩٠٠١٠١٩٨٠٢",  # Arabic-Indic
        "90010\u200b19802",  # a zero-width space inside
        "1990-01-01-9802",
        "9 001 019 802",  # written as a number with thousands
        "9001019802.0",
        "12-900101-9802",  # an earlier near miss
        "900101_9802",  # as a code may be written
        "900101/9802",
        "1990/01/01-9802",
        "1990.01.01 9802",
        "900101\n9802",
        "900101--9802",
        "9.001019802E+09",
        "1,99001019802E11",
    ],
)
def test_disguises(text):
    assert screening.is_suspect(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0127",
        "2024-01-01 00:00:00",
        "19001019802",  # eleven digits
        "2023-01-01–2023-08-12",  # eight digits of a date and a year would do
        "2023-01-01/2023-08-12",
        "123456.7897",  # six digits and four decimals, and no date
        "900101.9802",
        "90010198021",
        "1234567890123",
        "2016–2017 2018",
        "https://example.se/1df068afa9065a2acc8a4569d0f51b6560c2d4d6",
    ],
)
def test_what_is_no_number(text):
    assert not screening.is_suspect(text)


def test_samordningsnummer_and_organisationsnummer_are_found():
    assert screening.is_suspect("701063-2391")
    assert screening.is_suspect("556036-0793")


def test_rows_are_found_and_empty_cells_passed_over():
    cells = pl.Series([None, "900101-9802", "108", "9001019802", "", "900101-9802"])
    assert screening.suspect_rows(cells) == [1, 3, 5]
    assert screening.suspect_rows(pl.Series([], dtype=pl.String)) == []


def test_a_column_of_numbers_that_lost_the_first_zero_of_the_year():
    """Persons born 2000–2009, in a column that a spreadsheet took for numbers."""
    right = [f"{eight}{check_digit('0' + eight)}" for eight in ("50101123", "90512123", "50572123")]

    assert screening.trace_rows(pl.Series(right), screening.Trace.PERSON) == [0, 1, 2]
    assert screening.trace_rows(pl.Series([f"{right[0]}.0", "7"]), screening.Trace.PERSON) == [0]


def test_other_numbers_of_nine_digits_are_let_through():
    in_order = pl.Series([str(505_121_000 + place) for place in range(500)])
    assert screening.trace_rows(in_order, screening.Trace.PERSON) == []
    assert screening.trace_rows(pl.Series(["513121239", "505321239"]), screening.Trace.PERSON) == []
