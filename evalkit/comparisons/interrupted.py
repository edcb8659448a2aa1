"""Interrupted time series: how the level and the development of a series of counts changed at a break."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evalkit.comparisons import series_rows
from evalkit.comparisons.interrupted_answer import Options, answer
from evalkit.comparisons.interrupted_series import InterruptedSeries
from evalkit.inference.method import Method
from evalkit.inference.series_arguments import SeriesArguments

if TYPE_CHECKING:
    import polars as pl

    Column: TypeAlias = "pl.Series | NDArray[np.float64] | NDArray[np.int64]"
    Period: TypeAlias = "str | date"

ERRORS = {
    "ar1": Method.AR1,
    "quasi": Method.QUASI_POISSON,
    "nb2": Method.NB2,
    "newey_west": Method.NEWEY_WEST,
}
SEASONS = ("auto", "none", "one_wave", "two_waves", "levels")


def interrupted_time_series(
    counts: Column,
    exposure: Column | float,
    *,
    start: Period,
    periods: pl.Series | None = None,
    first: Period | None = None,
    full_from: Period | None = None,
    left_out: Sequence[tuple[Period, Period]] = (),
    steps: Sequence[Period] = (),
    season: str = "auto",
    slope: bool = True,
    covariates: pl.DataFrame | None = None,
    comparison: pl.Series | pl.DataFrame | None = None,
    comparison_exposure: pl.Series | pl.DataFrame | float | None = None,
    errors: str = "ar1",
    conf_level: float = 0.95,
) -> InterruptedSeries:
    """Segmented regression of a series of counts, alone (D2) or beside comparison series (D2c).

    ``log rate = constant + trend + level change + slope change × periods since the start + season + steps``.

    Parameters
    ----------
    counts
        Events per period. A missing one must lie in ``left_out``; otherwise there is no estimate.
    exposure
        What they are divided by, or one number for all periods. Periods without exposure are left out.
    start
        The first period with what started: ``"2023-04"``, ``"2023-Q2"``, ``"2023"`` or the date it begins.
    periods, first
        The period of each row, in order; or the first, when the rows follow on each other.
    full_from
        The first period at full strength; until then the level change grows in equal steps from ``start``.
    left_out
        Stretches, first and last period, that are not fitted: a trial time, the pandemic.
    steps
        Periods from which another known change of level holds, such as a new law.
    season
        ``auto`` (by length: :func:`evalkit.inference.seasons.suited`), ``none``, ``one_wave``, ``two_waves`` or
        ``levels``. Refused unless every part of the year is met twice.
    slope
        Whether the slope may change. It is centred at the break: see :class:`InterruptedSeries`.
    covariates
        Numbers per period to hold alike in this series, linear on the log scale.
    comparison, comparison_exposure
        Counts of series in which nothing started, a column each, and their exposure (one number, one column for all, or
        a frame with the same columns). Each has its own level and trend; they share season, steps and the change at the
        break, which is taken out of the one here. No term is shared with the series here.
    errors
        ``ar1`` (default: neighbouring periods may hang together, averaged over how much the residuals make plausible),
        ``quasi`` and ``nb2`` (as if independent; refused when that is not plausible), ``newey_west`` (refused below 480
        points, where it is too narrow).
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    InterruptedSeries
        Level, slope, average ratio, excess, the series without the break, and diagnostics. All are refused with fewer
        than 12 points a side, without events on a side or in a part of the year, when a value is missing, or when the
        change goes together with other terms; the observed series is then still there.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: Wagner and others 2002, Journal of Clinical Pharmacy and Therapeutics 27:299-309; Lopez Bernal, Cummins and
    Gasparrini 2017 and 2018, International Journal of Epidemiology 46:348-355 and 47:2082-2093; errors as in
    :func:`evalkit.inference.segmented.fit`.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> year = pl.Series([9, 7, 12, 8, 10, 11, 6, 9, 10, 8, 12, 9])
    >>> counts = pl.concat([year, year, year + 5, year + 5])
    >>> found = ek.interrupted_time_series(counts, 1.0, first="2021-01", start="2023-01")
    >>> round(found.level.estimate, 2), round(found.average.estimate, 2), round(found.excess.estimate)
    (1.54, 1.53, 118)
    """
    given = SeriesArguments("interrupted_time_series()")
    here = series_rows.read(given, counts, exposure, periods=periods, first=first, left_out=left_out)
    place = given.inside("start", start, here.line)
    options = Options(
        start=place,
        full=given.full(full_from, place, here.line),
        steps=given.steps("steps", steps, here.line),
        season=given.word("season", season, SEASONS),
        slope=given.flag("slope", slope),
        errors=ERRORS[given.word("errors", errors, ERRORS)],
        conf_level=given.conf_level(conf_level),
    )
    held = series_rows.covariates(given, covariates, here.counts.size)
    others = None if comparison is None else given.comparison(comparison, comparison_exposure)
    given.done()
    there = None if others is None else series_rows.stacked(here, others)
    missing = bool((np.asarray(given.missing) & here.kept).any())
    return answer(here, here.rows(held), there, options, missing=missing)
