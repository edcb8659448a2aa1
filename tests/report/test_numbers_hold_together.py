"""A number of several groups of digits is never broken over two lines."""

from __future__ import annotations

from datetime import date

from evalkit import style
from evalkit.figures.time_axis import label
from evalkit.language import Language
from evalkit.markdown import plain
from evalkit.vocabulary import Frequency


def test_the_space_within_a_number_survives_the_way_to_the_page() -> None:
    assert plain(f"omkring {style.number(8714)}.") == "omkring 8\u00a0714."


def test_all_other_white_space_becomes_one_space() -> None:
    assert plain(" a \n\n b\t\u2028c\r") == "a b c"


def test_a_label_is_at_most_two_lines() -> None:
    assert label(date(2024, 9, 1), Frequency.MONTH, Language.EN) == "September\n2024"
