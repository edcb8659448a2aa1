"""What the time before tells of a comparison: level, trend, season and how much the counts vary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from evalkit import periods, refusals
from evalkit.designs.evidence import Lack, gather, refuse, starts_kept
from evalkit.estimands import Estimand, Group, Window
from evalkit.inference.intervals import Floats
from evalkit.inference.loglinear import Fitted, Model, NotConvergedError, poisson
from evalkit.inference.shocks import correlation_of_shocks
from evalkit.inference.trend import autocorrelation
from evalkit.panels import Panel
from evalkit.selftest.areas import AreaShocks, learn_areas
from evalkit.statements import Statement
from evalkit.vocabulary import AREA_BY_AREA, CellStatus, DesignId, Frequency

_SURE = 2.0
_CYCLES = 2


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The fitted time before.

    Attributes
    ----------
    log_rates
        Of each side, at the last period before, shape ``(sides,)``.
    trend
        Change of the logarithm per period, the same on all sides; 0 unless it is beyond two standard errors.
    season
        Log factor by calendar month, shape ``(13,)`` with month 1 at place 1; 0 with less than two whole years.
    shares
        By unit, its rate over that of its side.
    dispersion, autocorrelation
        Pearson's φ, 1 or more, and how neighbouring residuals hang together by what shakes the rates
        (:func:`evalkit.inference.shocks.correlation_of_shocks`), 0 unless their correlation is beyond chance.
        Of the sums of the sides.
    areas
        The same area by area, for the designs that compare areas and not sums; ``None`` for the others.
    """

    log_rates: Floats
    trend: float
    season: Floats
    shares: dict[str, float]
    dispersion: float
    autocorrelation: float
    last: date
    areas: AreaShocks | None = None

    def log_rate(self, side: int, start: date, step: Frequency) -> float:
        """The logarithm of the rate of a side in the period that begins so."""
        ahead = _months(self.last, start) / step.months
        return float(self.log_rates[side] + self.trend * ahead + self.season[start.month])


def sides_of(estimand: Estimand) -> tuple[Group, ...]:
    """The group, and the comparison where there is one."""
    return (estimand.group,) if estimand.comparison is None else (estimand.group, estimand.comparison)


def looked_at(estimand: Estimand, panel: Panel, before: Window) -> Estimand:
    """The estimand with the areas that its design would use: D4 leaves out those to compare with that lack a figure."""
    other = estimand.comparison
    if estimand.design is not DesignId.D4 or other is None:
        return estimand
    wanted = len(starts_kept(estimand, panel, before))
    rows = _kept(estimand, panel, other, before).filter(
        (pl.col("status") == CellStatus.VALUE) & (pl.col("exposure_status") == CellStatus.VALUE)
    )
    whole = rows.group_by("unit_id").agg(pl.len(), pl.col("exposure").sum(), pl.col("count").sum())
    told = set(whole.filter((pl.col("len") == wanted) & (pl.col("exposure") > 0))["unit_id"])
    units = tuple(unit for unit in other.units if unit in told and unit not in estimand.group.units)
    return replace(estimand, comparison=replace(other, units=units)) if units else estimand


def learn(estimand: Estimand, panel: Panel, before: Window) -> History | Statement:
    """Fit the time before: a level for each side, a trend and a season that they share.

    The counts are fitted as Poisson with a logarithmic link; how much more they vary and how neighbouring periods hang
    together is read from the Pearson residuals (McCullagh and Nelder 1989, Generalized Linear Models, section 2.4).

    For designs that compare areas the same fit gives each area its mean, and the residuals of the areas how they vary
    by themselves and together (:func:`evalkit.selftest.areas.learn_areas`). Times that the estimand leaves out are left
    out here too.

    Returns
    -------
    History or Statement
        A refusal where the time before is not whole, or a side has no events in it.
    """
    sides = sides_of(estimand)
    gathered = [gather(estimand, panel, side, before) for side in sides]
    lacks = [item for item in gathered if isinstance(item, Lack)]
    if lacks:
        return refuse(lacks)
    rows = [_kept(estimand, panel, side, before) for side in sides]
    pooled = [_pooled(side) for side in rows]
    if any(not side["count"].sum() for side in pooled):
        return refusals.no_events()
    table = pl.concat([side.with_columns(side=pl.lit(place)) for place, side in enumerate(pooled)])
    table = table.filter(pl.col("exposure") > 0)
    return _fit(table, rows, before, panel.frequency, apart=estimand.design in AREA_BY_AREA)


def _kept(estimand: Estimand, panel: Panel, side: Group, before: Window) -> pl.DataFrame:
    days = starts_kept(estimand, panel, before)
    return panel.cells(estimand.series, side.units, before.first, before.last).filter(pl.col("period").is_in(days))


def _pooled(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("period").agg(pl.col("count").sum(), pl.col("exposure").sum()).sort("period")


def _fit(
    table: pl.DataFrame, rows: list[pl.DataFrame], before: Window, step: Frequency, *, apart: bool
) -> History | Statement:
    last = periods.first_day(before.last, step)
    side = table["side"].to_numpy()
    time = np.array([_months(last, start) / step.months for start in table["period"]])
    levels = (side[:, None] == np.arange(len(rows))).astype(float)
    months, dummies = _months_told_apart(table, step)
    matrix = np.column_stack([levels, time, dummies])
    counts, offset = table["count"].to_numpy(), np.log(table["exposure"].to_numpy())
    if counts.size <= matrix.shape[1] + 1:
        return refusals.before_too_short()
    try:
        fitted = poisson(Model(counts, matrix, offset))
    except NotConvergedError:
        return refusals.not_converged()
    found = _read(fitted, Model(counts, matrix, offset), _Shape(len(rows), side, time, months), _shares(rows), last)
    if not apart:
        return found
    rates = table.select("side", "period", rate=pl.Series(fitted.means) / pl.col("exposure"))
    return replace(found, areas=_area_by_area(rows, rates, found.shares, terms=matrix.shape[1] - len(rows) + 1))


def _area_by_area(rows: list[pl.DataFrame], rates: pl.DataFrame, shares: dict[str, float], *, terms: int) -> AreaShocks:
    """The shocks of areas around the fitted development of their side."""
    sides = pl.concat([side.with_columns(side=pl.lit(place)) for place, side in enumerate(rows)])
    whole = sides.join(rates, on=["side", "period"], how="left").sort("unit_id", "period")
    units = tuple(whole["unit_id"].unique(maintain_order=True))
    shape = (len(units), -1)
    means = (whole["exposure"] * whole["rate"].fill_null(0.0)).to_numpy().reshape(shape)
    counts = whole["count"].cast(pl.Float64).to_numpy().reshape(shape)
    return learn_areas(units, counts, means * np.array([shares[unit] for unit in units])[:, None], terms)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """How the terms of the fit are laid out."""

    sides: int
    side: np.ndarray
    time: Floats
    months: tuple[int, ...]


def _months_told_apart(table: pl.DataFrame, step: Frequency) -> tuple[tuple[int, ...], Floats]:
    """The calendar months with a term of their own, all but the first; none unless all are met in two years."""
    of_row = table["period"].dt.month().to_numpy()
    cycle = 12 // step.months
    if cycle == 1 or not _is_seen(table, cycle):
        return (), np.empty((of_row.size, 0))
    own = tuple(sorted({*of_row.tolist()})[1:])
    return own, (of_row[:, None] == np.array(own)).astype(float)


def _is_seen(table: pl.DataFrame, cycle: int) -> bool:
    by_month = table.with_columns(month=pl.col("period").dt.month(), year=pl.col("period").dt.year())
    seen = by_month.group_by("month").agg(years=pl.col("year").n_unique(), count=pl.col("count").sum())
    return seen.height == cycle and seen.filter((pl.col("years") < _CYCLES) | (pl.col("count") == 0)).is_empty()


def _shares(rows: list[pl.DataFrame]) -> dict[str, float]:
    """The rate of each unit over that of its side."""
    found: dict[str, float] = {}
    for side in rows:
        whole = float(side["count"].sum()) / float(side["exposure"].sum())
        by_unit = side.group_by("unit_id").agg(pl.col("count").sum(), pl.col("exposure").sum())
        for unit, count, exposure in by_unit.iter_rows():
            found[unit] = count / exposure / whole if exposure > 0 else 1.0
    return found


def _read(fitted: Fitted, model: Model, shape: _Shape, shares: dict[str, float], last: date) -> History:
    slope = float(fitted.coefficients[shape.sides])
    roots = np.sqrt(fitted.means)
    residuals = (model.counts - fitted.means) / roots
    dispersion = float(residuals @ residuals) / model.df
    spread = np.sqrt(max(dispersion, 1.0) * fitted.covariance[shape.sides, shape.sides])
    season = np.zeros(13)
    season[list(shape.months)] = fitted.coefficients[shape.sides + 1 :]
    is_sure = abs(slope) > _SURE * spread
    # Without its trend a level is the mean of the time before, not its end.
    middle = 0.0 if is_sure else slope * float(np.average(shape.time, weights=fitted.means))
    return History(
        log_rates=fitted.coefficients[: shape.sides] + middle,
        trend=slope if is_sure else 0.0,
        season=season,
        shares=shares,
        dispersion=max(dispersion, 1.0),
        autocorrelation=_together(residuals, shape, dispersion),
        last=last,
    )


def _together(residuals: Floats, shape: _Shape, dispersion: float) -> float:
    """By what shakes the rates; 0 unless neighbours correlate by more than two standard errors, 1/√n."""
    sides = [
        residuals[here][np.argsort(shape.time[here])] for here in (shape.side == side for side in range(shape.sides))
    ]
    found = autocorrelation(sides) or 0.0
    return correlation_of_shocks(sides, dispersion) if found > _SURE / np.sqrt(residuals.size) else 0.0


def _months(since: date, until: date) -> int:
    return (until.year - since.year) * 12 + until.month - since.month
