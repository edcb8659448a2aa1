"""What an interrupted time series tells: the changes at the break, the series without it, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.estimates import Estimate

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDiagnostics:
    """How a series and its fit behave, as plain numbers; what rests on a fit is ``None`` when none was made.

    Attributes
    ----------
    points_before, points_after, left_out
        Points kept on each side, and those left out.
    events_before, events_after
        Events in the kept points.
    exposure_ratio
        Mean exposure of the points after over that of those before; ``None`` when one side has no points.
    season
        Which form of season was fitted: a word of :class:`~evalkit.inference.seasons.Season`.
    trend_before
        The factor per period by which the rate developed before the break.
    phi, df
        Pearson's φ and its residual degrees of freedom.
    autocorrelation
        At lag 1, averaged over what the residuals make plausible (from 0 to 0.9).
    effective_points
        How many independent points say as much: ``n (1 - ρ) / (1 + ρ)``.
    acf
        Autocorrelations of the Pearson residuals at lags 1, 2, …; too low in a short series, as the fit takes from them.
    ljung_box, ljung_box_lags, ljung_box_p
        The portmanteau test over those lags.
    t_df
        Degrees of freedom of Student's t behind the limits; infinite for normal limits.
    comparison
        The same of the comparison series, which are fitted together.
    """

    points_before: int
    points_after: int
    left_out: int
    events_before: int
    events_after: int
    exposure_ratio: float | None
    season: str | None = None
    trend_before: float | None = None
    phi: float | None = None
    df: int | None = None
    autocorrelation: float | None = None
    effective_points: float | None = None
    acf: tuple[float, ...] = ()
    ljung_box: float | None = None
    ljung_box_lags: int | None = None
    ljung_box_p: float | None = None
    t_df: float | None = None
    comparison: SeriesDiagnostics | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class InterruptedSeries:
    """An interrupted time series.

    Attributes
    ----------
    level
        The factor by which the level changed at the break.
    slope
        The factor by which the development per period changed, ``None`` when the model has none. Centred at the break: it
        counts 1 in the first period (at full strength), so that ``level`` is the change at the start itself.
    average
        Events expected from the start on, over those expected had the development before continued.
    excess
        Events counted from the start on less those expected without the break, in periods that are kept.
    counterfactual
        One row per period: ``period``, ``count``, ``exposure``, ``kept``, ``expected``, ``without`` (had nothing happened)
        with ``without_low`` and ``without_high`` (limits of that mean), ``excess`` with ``excess_low`` and
        ``excess_high`` (limits that hold the chance in the single count; from the start on). The counts are of single
        periods: see to it that they are not published without disclosure control. Without an estimate the columns that
        rest on a fit are empty.
    diagnostics
        Plain numbers.
    """

    level: Estimate
    slope: Estimate | None
    average: Estimate
    excess: Estimate
    counterfactual: pl.DataFrame
    diagnostics: SeriesDiagnostics

    @property
    def is_estimated(self) -> bool:
        """Whether there are numbers; all estimates have them or none."""
        return self.level.is_estimated

    def __repr__(self) -> str:
        told = (("level", self.level), ("slope", self.slope), ("average", self.average), ("excess", self.excess))
        return "\n".join(["InterruptedSeries:", *(f"  {name}{one!r}" for name, one in told if one is not None)])
