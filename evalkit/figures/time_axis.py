"""Which places of an axis of periods get a label, so that labels never touch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from evalkit import periods
from evalkit.language import Language
from evalkit.vocabulary import Frequency

MOST_LABELS, MOST_YEARS = 7, 13
"""As many labels of two lines (*september*, *2024*), and of years, as the width of a figure holds."""
_JANUARY = 1


def labelled(starts: Sequence[date]) -> tuple[int, ...]:
    """The places of the periods that get a label: all while there is room, else the first of every (nth) year.

    >>> from datetime import date
    >>> from evalkit.figures.time_axis import labelled
    >>> quarters = [date(2020 + number // 4, 1 + 3 * (number % 4), 1) for number in range(26)]
    >>> labelled(quarters[:5]), labelled(quarters)
    ((0, 1, 2, 3, 4), (0, 4, 8, 12, 16, 20, 24))
    """
    places = range(len(starts))
    of_years = [place for place in places if starts[place].month == _JANUARY]
    if len(of_years) == len(starts):
        return _evenly(places, MOST_YEARS)
    if len(starts) > MOST_LABELS and len(of_years) > 1:
        return _evenly(of_years, MOST_LABELS)
    return _evenly(places, MOST_LABELS)


def _evenly(places: Sequence[int], most: int) -> tuple[int, ...]:
    return tuple(places[:: max(1, math.ceil(len(places) / most))])


def label(start: date, frequency: Frequency, language: Language) -> str:
    """A period in at most two lines: *kvartal 2* over *2024*."""
    head, _, year = periods.prose(start, frequency).in_language(language).rpartition(" ")
    return f"{head}\n{year}" if head else year
