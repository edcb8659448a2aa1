"""How a series over time and its fit behave, as plain numbers that a check can be made of."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from evalkit.comparisons.series_rows import Rows
    from evalkit.inference.interrupted import Interrupted
    from evalkit.inference.seasons import Season
    from evalkit.inference.segmented import Segmented


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
        At lag 1, averaged over what the residuals make plausible (from 0 to 0.98).
    effective_points
        How many independent points say as much: ``n (1 - ρ) / (1 + ρ)``.
    acf
        Autocorrelations of the Pearson residuals at lags 1, 2, …; too low in a short series, as the fit takes of them.
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

    def _repr_html_(self) -> str:
        import polars as pl

        from evalkit.views import frame_view

        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in {"acf", "comparison"}}
        return frame_view("Serien", pl.DataFrame([told]))

    def with_fit(self, found: Interrupted, season: Season, cycle: int) -> Self:
        """The same with what a fit tells; ``cycle`` is points in a year."""
        own = _with_fit(self, found.here, season, cycle)
        if self.comparison is None or found.there is None:
            return own
        return replace(own, comparison=_with_fit(self.comparison, found.there, season, cycle))


def observed(rows: Rows, start: int) -> SeriesDiagnostics:
    """What the rows alone tell."""
    after = rows.time >= start
    both = bool(after.any() and not after.all())
    return SeriesDiagnostics(
        points_before=int((~after).sum()),
        points_after=int(after.sum()),
        left_out=0,
        events_before=int(rows.counts[~after].sum()),
        events_after=int(rows.counts[after].sum()),
        exposure_ratio=float(rows.exposures[after].mean() / rows.exposures[~after].mean()) if both else None,
    )


_Diagnostics = TypeVar("_Diagnostics", bound=SeriesDiagnostics)


def _with_fit(told: _Diagnostics, fit: Segmented, season: Season, cycle: int) -> _Diagnostics:
    from evalkit.inference import autocorrelation

    points = fit.counts.size
    # Two years, or ten lags without a season, but no more than a fifth of the series (Hyndman and Athanasopoulos 2021,
    # Forecasting: Principles and Practice, 3rd ed., section 5.4).
    lags = max(1, min(2 * cycle if cycle > 1 else 10, points // 5))
    acf = autocorrelation.correlations(fit.residuals, lags)
    test = autocorrelation.portmanteau(acf, points)
    return replace(
        told,
        season=season.value,
        trend_before=fit.trend_before,
        phi=fit.phi,
        df=fit.df,
        autocorrelation=fit.plausible.mean,
        effective_points=autocorrelation.effective_size(points, fit.plausible.mean),
        acf=tuple(acf.tolist()),
        ljung_box=test.statistic,
        ljung_box_lags=test.lags,
        ljung_box_p=test.p_value,
        t_df=fit.degrees,
    )
