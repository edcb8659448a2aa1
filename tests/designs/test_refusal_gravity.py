"""Which reason is given when several things are lacking, and of whom."""

from __future__ import annotations

from datetime import date

import pytest

from evalkit.designs.evidence import Lack, refuse
from evalkit.estimands import Window
from evalkit.language import Text, same
from evalkit.vocabulary import CellStatus

BEFORE = Window("fore", same("2022"), date(2022, 1, 1), date(2022, 12, 31))
AFTER = Window("efter", same("2024"), date(2024, 1, 1), date(2024, 12, 31))
HERE, THERE = same("Botkyrka"), same("Stockholm")
ORDER = (
    "window_cut",
    CellStatus.NOT_APPLICABLE,
    CellStatus.MISSING,
    CellStatus.SUPPRESSED,
    CellStatus.NOT_YET_REPORTED,
    "exposure_missing",
    "events_without_exposure",
    "exposure_zero",
)


@pytest.mark.parametrize("place", range(len(ORDER) - 1))
def test_the_graver_of_two_is_told(place: int) -> None:
    graver, other = (Lack(kind, HERE, BEFORE) for kind in ORDER[place : place + 2])
    assert refuse([other, graver]).code == refuse([graver]).code
    assert refuse([other]).code != refuse([graver]).code


def test_nothing_lacking_is_no_refusal() -> None:
    with pytest.raises(ValueError, match=r".+"):
        refuse([])


def test_nothing_at_all_is_graver_than_a_gap_and_the_larger_gap_than_the_smaller() -> None:
    gap = Lack(CellStatus.MISSING, HERE, BEFORE, reported=9, wanted=12)
    wider = Lack(CellStatus.MISSING, THERE, AFTER, reported=2, wanted=12)
    nothing = Lack(CellStatus.MISSING, THERE, BEFORE, reported=0, wanted=12)
    assert refuse([gap, nothing]).code == "data_missing"
    assert "täcker bara 2 av 12 perioder" in str(refuse([gap, wider]))


def test_who_and_when_are_listed_only_when_all_lack_at_all_times() -> None:
    """Otherwise the list would claim a lack that is not there."""
    kind = CellStatus.SUPPRESSED
    all_four = [Lack(kind, who, when) for when in (AFTER, BEFORE) for who in (HERE, THERE)]
    assert "Botkyrka och Stockholm under 2022 och 2024" in str(refuse(all_four))
    assert "Botkyrka under 2024 är" in str(refuse(all_four[:1] + all_four[3:]))


def test_three_are_listed_with_commas() -> None:
    lacks = [Lack(CellStatus.SUPPRESSED, Text(name, name), BEFORE) for name in ("A", "B", "C")]
    assert "A, B och C" in refuse(lacks).text.sv
    assert "A, B and C" in refuse(lacks).text.en
