"""What stops a file besides numbers of persons: contact details, numbers of companies, prose."""

import polars as pl
import pytest

from evalkit.screening import Trace, has_email, has_phone, is_prose, may_not_be_shown, trace_rows, traces

# The telephone numbers are from the series that the Swedish telecom agency keeps free for fiction.
PHONES = [
    "070-174 06 05",
    "070-1740605",
    "0701740605",
    "070 174 06 05",
    "070 1740605",
    "+46 70 174 06 05",
    "+46701740605",
    "+46 (0)70-174 06 05",
    "0046701740605",
    "0046 70 174 06 05",
    "08-465 004 12",
    "08 465 00 412",
    "(08) 465 004 12",
    "031-390 06 05",
    "040/628 04 12",
    "0980-319 212",
    "+46 8 465 004 12",
    "tel:08-465 004 12",
    "tel 08-465 004 12, vardagar",
    "031\u2011390\u00a006\u00a005",
]
NOT_PHONES = [
    "0127",
    "0127 0180 0136",
    "0127-0180",
    "2016-2017",
    "2024-01-01",
    "2024-01-01 08:00:00",
    "1000000",
    "1 234 567",
    "12345678",
    "08:30-12:30",
    "0,12345678",
    "dnr 2025/364-1",
    "KS 2025/08-123",
    "https://example.se/0701740605",
    "0180C1010",
    "08-01-2024",
    "00701740605",
    "10701740605",
    "70 174 06 05",
]


@pytest.mark.parametrize("text", PHONES)
def test_telephone_numbers(text):
    assert has_phone(text)
    assert trace_rows(pl.Series(["P1", text, None]), Trace.PHONE) == [1]


@pytest.mark.parametrize("text", NOT_PHONES)
def test_what_is_no_telephone_number(text):
    assert not has_phone(text)


@pytest.mark.parametrize(
    "text", ["anna@example.se", "Anna.Öst-1@mail.example.se", "<a.b@example.org>", "anna (at) example.se", "a@å.se"]
)
def test_addresses(text):
    assert has_email(text)
    assert trace_rows(pl.Series([None, text, "P1"]), Trace.EMAIL) == [1]


@pytest.mark.parametrize("text", ["@", "a@b", "https://example.se/@namn", "at", "3 @ 4", "Botkyrka@"])
def test_what_is_no_address(text):
    assert not has_email(text)


def test_numbers_of_companies_are_named_as_such():
    assert traces("556036-0793") == traces("16556036-0793") == {Trace.ORGANISATION}
    assert traces("811218-9876") == traces("701063-2391") == {Trace.PERSON}


def test_prose():
    assert is_prose("ägaren ringde och var upprörd")
    assert is_prose("x" * 61)
    assert not is_prose("Kunde inte förekomma")
    assert not is_prose("2024-01-01 00:00:00")


def test_names_that_may_not_be_shown():
    assert may_not_be_shown("outcomes anna@example.se.csv")
    assert may_not_be_shown("outcomes_070-174 06 05.csv")
    assert may_not_be_shown("070-174 06 05")
    assert not may_not_be_shown("outcomes_2024-01-01.csv")
