"""Ratios, spans, numbers and forbidden words, one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit import style
from evalkit.language import Language
from evalkit.wording import FORBIDDEN, change, change_between, forbidden_words


@pytest.mark.parametrize(
    ("ratio", "sv", "en"),
    [
        (0.0, "100 procent färre", "100 per cent fewer"),
        (0.004, "mer än 99 procent färre", "more than 99 per cent fewer"),
        (0.5, "50 procent färre", "50 per cent fewer"),
        (0.997, "mindre än 1 procent färre", "less than 1 per cent fewer"),
        (1.0, "lika många", "as many"),
        (1.003, "mindre än 1 procent fler", "less than 1 per cent more"),
        (1.05, "5 procent fler", "5 per cent more"),
        (1.99, "99 procent fler", "99 per cent more"),
        (1.996, "2,0 gånger så många", "2.0 times as many"),
        (14.2, "14 gånger så många", "14 times as many"),
        (1e9, "mer än 1\u00a0000 gånger så många", "more than 1,000 times as many"),
        (math.inf, "mer än 1\u00a0000 gånger så många", "more than 1,000 times as many"),
    ],
)
def test_a_ratio_in_words(ratio: float, sv: str, en: str) -> None:
    assert change(ratio) == sv
    assert change(ratio, Language.EN) == en


@pytest.mark.parametrize(
    ("low", "high", "sv"),
    [
        (1.1, 1.5, "10 till 50 procent fler"),
        (0.5, 0.9, "50 till 10 procent färre"),
        (0.9, 1.5, "10 procent färre till 50 procent fler"),
        (2.1, 6.3, "2,1 till 6,3 gånger så många"),
        (1.5, 6.3, "50 procent fler till 6,3 gånger så många"),
        (0.0, 0.8, "100 till 20 procent färre"),
        (0.0, 1.2, "100 procent färre till 20 procent fler"),
        (1.003, 1.5, "mindre än 1 procent fler till 50 procent fler"),
        (1.0, 1.5, "lika många till 50 procent fler"),
        (3.0, math.inf, "3,0 gånger så många och uppåt utan gräns"),
        (0.8, 1e40, "20 procent färre och uppåt utan gräns"),
    ],
)
def test_a_span_in_words(low: float, high: float, sv: str) -> None:
    assert change_between(low, high) == sv


@given(st.floats(min_value=0, max_value=1e12))
def test_more_is_above_one_and_fewer_below(ratio: float) -> None:
    said = change(ratio)
    assert ("färre" in said) == (ratio < 1)
    assert ("fler" in said or "gånger så många" in said) == (ratio > 1)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_forbidden_word_is_found_in_any_dress(word: str) -> None:
    assert forbidden_words(f"Det här {word.upper()}, alltså.") == (word,)
    assert forbidden_words(word.replace(" ", "\u00a0\n")) == (word,)
    assert forbidden_words(f"x{word}x") == ()


def test_a_word_that_only_begins_like_one_is_free() -> None:
    assert forbidden_words("Det går inte att bevisa. Insignifikanta är de inte heller. The model proved nothing.") == ()


@pytest.mark.parametrize(
    ("value", "decimals", "sv", "en"),
    [
        (0, 0, "0", "0"),
        (-0.0, 1, "0,0", "0.0"),
        (-1234.5, 1, "−1\u00a0234,5", "−1,234.5"),
        (1_065, 0, "1\u00a0065", "1,065"),
        (math.inf, 2, "obegränsat", "unbounded"),
    ],
)
def test_a_number(value: float, decimals: int, sv: str, en: str) -> None:
    assert style.number(value, decimals=decimals) == sv
    assert style.number(value, Language.EN, decimals=decimals) == en


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((10.848, 8.899, 13.097), ("10,8", "8,9", "13,1")),
        ((67.2, 55.9, 80.1), ("67", "56", "80")),
        ((0.0, 0.0, 3.69), ("0,0", "0,0", "3,7")),
        ((2.0, 1.5, math.inf), ("2,0", "1,5", "obegränsat")),
        ((0.00001, 0.000001, 0.1), ("0,000", "0,000", "0,100")),
    ],
)
def test_numbers_that_are_read_together(values: tuple[float, ...], shown: tuple[str, ...]) -> None:
    assert style.together(values) == shown


@pytest.mark.parametrize(
    ("value", "sv", "en"),
    [(0, "noll", "none"), (1, "en", "one"), (12, "tolv", "twelve"), (13, "13", "13"), (-1, "−1", "−1")],
)
def test_a_count_in_words(value: int, sv: str, en: str) -> None:
    assert style.count_word(value) == sv
    assert style.count_word(value, Language.EN) == en


def test_a_neuter_noun_has_ett() -> None:
    assert style.count_word(1, neuter=True) == "ett"
    assert style.count_word(2, neuter=True) == "två"
    assert style.count_word(1, Language.EN, neuter=True) == "one"


def test_the_brand_has_a_colour_for_each_use() -> None:
    brand = style.brand()
    colours = (brand.ink, brand.paper, brand.accent, brand.second, brand.muted, brand.rule)
    assert all(colour.startswith("#") and len(colour) == 7 for colour in colours)
    assert len(set(brand.sides)) == len(brand.sides)


def test_a_sentence_begins_with_a_capital_and_keeps_the_rest() -> None:
    assert style.capital("övriga Landet") == "Övriga Landet"
    assert style.capital("") == ""
