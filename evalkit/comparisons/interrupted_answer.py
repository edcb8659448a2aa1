"""From the rows of a series and its comparison to the record of an interrupted time series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.interrupted_series import InterruptedSeries
from evalkit.comparisons.series_diagnostics import SeriesDiagnostics, observed
from evalkit.estimates import Estimate, refusal
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.series_rows import Asked, Rows
    from evalkit.inference.interrupted import Interrupted, Path
    from evalkit.inference.interval import Interval
    from evalkit.inference.seasons import Season
    from evalkit.inference.segmented import Segmented


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for: the place in time of the start and of full strength, and the rest as words."""

    start: int
    full: int
    steps: tuple[int, ...]
    season: str
    slope: bool
    errors: Method
    conf_level: float


def answer(here: Asked, rows: Rows, there: Rows | None, options: Options, *, missing: bool) -> InterruptedSeries:
    """The estimates with the series, or refusals with the series as observed."""
    fitted = refusals.value_missing() if missing else _fitted(rows, there, here.line.cycle, options)
    if isinstance(fitted, Statement):
        return _refused(fitted, here, rows, there, options)
    found, season = fitted
    return InterruptedSeries(
        level=_estimate(_scale(there), found.level(), found, here, options),
        slope=_slope(found, here, options),
        average=_estimate(_scale(there), found.average(), found, here, options),
        excess=_estimate(Scale.EXCESS, found.excess(), found, here, options),
        counterfactual=_frame(here, found.path()),
        diagnostics=_observed(here, rows, there, options.start).with_fit(found, season, here.line.cycle),
    )


def _scale(there: Rows | None) -> Scale:
    return Scale.RATE_RATIO if there is None else Scale.RATIO_OF_RATE_RATIOS


def _fitted(rows: Rows, there: Rows | None, cycle: int, options: Options) -> tuple[Interrupted, Season] | Statement:
    from evalkit.inference import seasons, segmented
    from evalkit.inference.interrupted import Interrupted

    sides = (rows,) if there is None else (rows, there)
    if any(min(side.points(options.start)) < segmented.FEWEST_A_SIDE for side in sides):
        return refusals.too_few_points(segmented.FEWEST_A_SIDE)
    if not rows.counts.any():
        return refusals.no_events()
    season = seasons.suited(rows.counts.size, cycle) if options.season == "auto" else seasons.Season(options.season)
    fits = [_side(side, season, cycle, options) for side in sides]
    for fit in fits:
        if isinstance(fit, Statement):
            return fit
    own, *other = (fit for fit in fits if not isinstance(fit, Statement))
    return Interrupted(own, other[0] if other else None, options.conf_level), season


def _side(rows: Rows, season: Season, cycle: int, options: Options) -> Segmented | Statement:
    from evalkit.inference import seasons, segmented
    from evalkit.inference.segments import Break, design

    if season is not seasons.Season.NONE and not seasons.is_seen(rows.places, cycle):
        return refusals.season_too_short()
    nuisance = np.column_stack([seasons.terms(season, rows.places, cycle), rows.covariates])
    at = Break(options.start, options.full)
    terms = design(rows.time, rows.series, at, nuisance, steps=options.steps, has_slope=options.slope)
    found = segmented.fit(terms, rows.counts, rows.offset, errors=options.errors)
    return found if isinstance(found, Statement) else segmented.refused(found) or found


def _slope(found: Interrupted, here: Asked, options: Options) -> Estimate | None:
    slope = found.slope()
    return None if slope is None else _estimate(Scale.SLOPE_RATIO, slope, found, here, options)


def _estimate(scale: Scale, number: Interval, found: Interrupted, here: Asked, options: Options) -> Estimate:
    series = 1 if found.there is None else 1 + int(found.there.design.series.max()) + 1
    return Estimate(
        scale=scale,
        status=EstimateStatus.ESTIMATED,
        estimate=number.estimate,
        std_error=number.std_error,
        conf_low=number.low,
        conf_high=number.high,
        conf_level=options.conf_level,
        p_value=number.p_value,
        null=0.0 if scale is Scale.EXCESS else 1.0,
        dispersion=found.here.phi,
        df=found.here.df,
        n_units=series,
        n_periods=int(here.kept.sum()),
        events=int(here.counts[here.kept].sum()),
        exposure=float(here.exposures[here.kept].sum()),
        method=options.errors.value,
        assumptions=_assumptions(here, is_compared=found.there is not None),
    )


def _assumptions(here: Asked, *, is_compared: bool) -> tuple[Statement, ...]:
    rival = caveats.parallel_development() if is_compared else caveats.nothing_else_changed()
    alone = (caveats.one_area_per_side(),) if is_compared else ()
    left_out = int((~here.kept).sum())
    without = (caveats.periods_left_out(left_out, here.kept.size),) if left_out else ()
    return rival, *alone, caveats.trend_would_continue(), *without


def _refused(reason: Statement, here: Asked, rows: Rows, there: Rows | None, options: Options) -> InterruptedSeries:
    told = _assumptions(here, is_compared=there is not None)

    def none_of(scale: Scale) -> Estimate:
        return refusal(scale, reason, assumptions=told, conf_level=options.conf_level)

    return InterruptedSeries(
        level=none_of(_scale(there)),
        slope=none_of(Scale.SLOPE_RATIO) if options.slope else None,
        average=none_of(_scale(there)),
        excess=none_of(Scale.EXCESS),
        counterfactual=_frame(here, None),
        diagnostics=_observed(here, rows, there, options.start),
    )


def _frame(here: Asked, path: Path | None) -> pl.DataFrame:
    """One row per period; what rests on the fit is empty where there is none."""
    import polars as pl

    return pl.DataFrame(
        {
            "period": pl.Series(here.line.firsts, dtype=pl.Date),
            "count": pl.Series(here.counts).set(pl.Series(~here.known), None),
            "exposure": here.exposures,
            "kept": here.kept,
            **{name: _spread(here, None if path is None else getattr(path, name)) for name in _OF_PATH},
        }
    )


_OF_PATH = ("expected", "without", "without_low", "without_high", "excess", "excess_low", "excess_high")


def _spread(here: Asked, values: NDArray[np.float64] | None) -> pl.Series:
    import polars as pl

    whole = np.full(here.kept.size, np.nan)
    if values is not None:
        whole[here.kept] = values
    return pl.Series(whole).fill_nan(None)


def _observed(here: Asked, rows: Rows, there: Rows | None, start: int) -> SeriesDiagnostics:
    beside = None if there is None else observed(there, start)
    return replace(observed(rows, start), left_out=int((~here.kept).sum()), comparison=beside)
