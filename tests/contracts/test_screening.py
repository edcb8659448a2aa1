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
