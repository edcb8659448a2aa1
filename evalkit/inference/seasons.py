"""The season of a series of counts: terms of a log-linear model that come back every year."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

_FEWEST_EACH = 2
_POINTS_FOR_TWO_PAIRS, _POINTS_FOR_DUMMIES = 36, 120
_QUARTERS = 4


class Season(StrEnum):
    """How the time of year is held alike: by waves (sine and cosine), by a level for each part of the year, or not."""

    NONE = "none"
    ONE_WAVE = "one_wave"
    TWO_WAVES = "two_waves"
    LEVELS = "levels"


_PAIRS = {Season.ONE_WAVE: 1, Season.TWO_WAVES: 2}


def suited(points: int, cycle: int) -> Season:
    """The form that so many points carry.

    Quarters get a level each, which takes no more terms than a wave and a half. Months get one pair of sine and
    cosine below 36 points, two below 120 and a level each from there: a level for each month takes eleven terms, and in
    the simulation of ``docs/statistics/series.md`` sixty points were too few for them.

    Parameters
    ----------
    points
        Points that are kept.
    cycle
        Points in a year: 12, 4 or 1.

    Examples
    --------
    >>> from evalkit.inference import seasons
    >>> [seasons.suited(points, 12).value for points in (24, 48, 120)]
    ['one_wave', 'two_waves', 'levels']
    """
    if cycle == 1:
        return Season.NONE
    if cycle <= _QUARTERS or points >= _POINTS_FOR_DUMMIES:
        return Season.LEVELS
    return Season.ONE_WAVE if points < _POINTS_FOR_TWO_PAIRS else Season.TWO_WAVES


def is_seen(places: NDArray[np.int64], cycle: int) -> bool:
    """Whether every part of the year is met at least twice, that is in two full years."""
    return bool((np.bincount(places % cycle, minlength=cycle) >= _FEWEST_EACH).all())


def terms(season: Season, places: NDArray[np.int64], cycle: int) -> Floats:
    """The columns of the season, shape ``(points, terms)``.

    Parameters
    ----------
    season
        Which form.
    places
        The place of each point in the year, from 0, shape ``(points,)``.
    cycle
        Points in a year.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import seasons
    >>> seasons.terms(seasons.Season.ONE_WAVE, np.array([0, 3, 6]), 12).round(6).tolist()
    [[0.0, 1.0], [1.0, 0.0], [0.0, -1.0]]
    """
    if season is Season.LEVELS:
        return np.asarray((places[:, None] % cycle) == np.arange(1, cycle), dtype=float)
    turns = 2 * np.pi * places / cycle
    waves = [wave(pair * turns) for pair in range(1, _PAIRS.get(season, 0) + 1) for wave in (np.sin, np.cos)]
    # The sine of half a turn is zero up to rounding, which would look like a term of its own.
    return np.column_stack(waves).round(15) + 0.0 if waves else np.empty((places.size, 0))
