"""Extended two-way fixed effects for counts: a factor for each group in each period since it joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.event_coefficients import EventCoefficients
from evalkit.comparisons.joining_effects import ExtendedEffects
from evalkit.comparisons.joining_frames import JoiningFrame, Names, read
from evalkit.comparisons.joining_rows import CELLS_PER_DF
from evalkit.comparisons.result import numbers_frame
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Tested, refusal
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.intervals import Floats, Intervals
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.extended_twfe import Extended

# Of limits that nobody reads.
_ANY_LEVEL = 0.95
_SCALE = Scale.RATIO_OF_RATE_RATIOS


def extended_twfe(
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    count: str,
    exposure: str,
    joined: str,
    leads: bool = False,
    weights: str | None = None,
    cluster: str | None = None,
    errors: str = "jackknife",
    conf_level: float = 0.95,
) -> ExtendedEffects:
    """What joining changed, when areas join at different times, by Poisson regression.

    A rate is the product of a factor for its unit, one for its period, and one for each group that joined together in
    each period since. Each factor is measured against all periods before, not only the last as in
    :func:`group_time_effects`: it stands small counts better, and leans on parallel development through all of them.
    No area that has joined is the comparison of another. Counts may vary more than Poisson's: errors are robust.

    Parameters
    ----------
    frame
        One row per unit and period, balanced; the columns are named by the arguments below.
    unit, period
        Any labels; periods are dates, numbers, or text whose order in time can be told (2024-03).
    count, exposure
        Events, and what they are divided by (above 0).
    joined
        The first period in which a unit had joined; null for one that never did. Constant within units. A unit that
        had joined by the first period is not used.
    leads
        Also a factor for each period before joining, except the last: what should be 1. The last period
        before joining is then the base.
    weights
        A column with what a unit weighs when factors are averaged; one per unit when left out.
    cluster
        A column with what units belong to, when they are not independent.
    errors
        ``jackknife``: by leaving out one unit (cluster) at a time (CV3), Student's t with the degrees of freedom that
        units of unlike size are worth. ``robust``: the sandwich by cluster that other programs print, which is too
        small when units are of unlike size; only to compare with them, and the answer says so.
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    ExtendedEffects
        Refused with fewer than 30 units (clusters), fewer than 10 in a group or among those who never join, or where
        those are worth no more than three of equal size, since errors are far too small there;
        :func:`group_time_effects` exchanges dates instead.

    Raises
    ------
    EstimationError
        When columns are missing or the rows make no balanced panel; all that is wrong is told at once.

    Source: Wooldridge 2023, The Econometrics Journal 26:C31-C66, sections 3 and 5; MacKinnon, Nielsen and Webb 2023,
    Journal of Applied Econometrics 38:671-694 (CV3); Satterthwaite 1946, Biometrics Bulletin 2:110-114; the sandwich
    times G/(G - 1): Cameron and Miller 2015, Journal of Human Resources 50:317-372.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> areas = pl.DataFrame([
    ...     {"area": one, "year": year, "joined": 2023 if one < 15 else None, "visits": 100.0,
    ...      "found": 8 + one % 5 + (one + year) % 3 + (6 if one < 15 and year > 2022 else 0)}
    ...     for one in range(30) for year in (2021, 2022, 2023)
    ... ])
    >>> found = ek.extended_twfe(
    ...     areas, unit="area", period="year", count="found", exposure="visits", joined="joined"
    ... )
    >>> round(found.overall.estimate, 2), found.overall.df
    (1.55, 27)
    """
    given = GroupedArguments("extended_twfe()")
    level = given.conf_level(conf_level)
    classical = given.word("errors", errors, ("jackknife", "robust")) == "robust"
    names = Names(unit, period, count, exposure, joined, weights, cluster)
    data = read(given, frame, names, ratio=True).later_than(0)
    found = _fitted(data, leads=leads, classical=classical)
    if isinstance(found, Statement):
        none = refusal(_SCALE, found, conf_level=level)
        return ExtendedEffects(cells=None, overall=none, by_time_since=None, pre_test=None)
    return _told(data, found, level)


def _fitted(data: JoiningFrame, *, leads: bool, classical: bool) -> Extended | Statement:
    from evalkit.inference import extended_twfe as kernel

    panel = data.panel
    if data.missing:
        return refusals.value_missing()
    if not (panel.joined < panel.periods).any():
        return refusals.nobody_joins()
    if np.unique(np.minimum(panel.joined, panel.periods)).size == 1:
        return refusals.all_join_at_once()
    return kernel.counts(panel, cluster=data.cluster, leads=leads, classical=classical)


def _told(data: JoiningFrame, found: Extended, level: float) -> ExtendedEffects:
    import polars as pl

    terms = found.terms
    units = np.array([(data.panel.joined == date).sum() for date in terms.group], dtype=np.int64)
    about = pl.DataFrame(
        {
            "joined": data.periods.gather(terms.group),
            "period": data.periods.gather(terms.period),
            "since": terms.since,
            "units": units,
        }
    )
    cells = _rows(np.eye(terms.group.size), found, level)
    since = np.unique(terms.since)
    weight = (terms.since == since[:, None]) * found.weight
    weight = weight / weight.sum(axis=1, keepdims=True)
    averages = _rows(weight, found, level)
    return ExtendedEffects(
        cells=_series(cells, about, found, level),
        overall=_overall(data, found, level),
        by_time_since=_series(averages, pl.DataFrame({"since": since}), found, level),
        pre_test=_before(found),
        event=_event(since, weight, found),
    )


def _event(since: NDArray[np.int64], weight: Floats, found: Extended) -> EventCoefficients | None:
    if since.min() >= 0 or np.isnan(found.estimate).any() or np.isnan(found.parts).any():
        return None
    covariance = weight @ found.covariance @ weight.T
    # One number for all of them, so the fewest; whole, so rounded down.
    df = int(found.degrees(weight).min())
    of_covariance = found.clusters.covariance_df
    return EventCoefficients(since, weight @ found.estimate, covariance, ratio=True, df=df, covariance_df=of_covariance)


def _rows(weights: Floats, found: Extended, level: float) -> Intervals:
    """Weighted means of log factors, ``weights`` of shape ``(rows, terms)``, as ratios."""
    known = np.isfinite(found.estimate)
    unknown = np.asarray((weights[:, ~known] != 0).any(axis=1))
    alone = np.asarray((weights[:, known & np.isnan(found.parts).any(axis=0)] != 0).any(axis=1))
    told = np.where(np.isnan(found.parts), 0.0, found.parts) @ weights.T
    log, error = weights[:, known] @ found.estimate[known], np.linalg.norm(told, axis=0)
    made = _limits(log, error, found.degrees(weights), level).refuse(unknown, refusals.not_told_apart())
    return made.refuse(alone & ~unknown, refusals.rests_on_one_area())


def _limits(log: Floats, error: Floats, df: Floats, level: float) -> Intervals:
    from scipy import stats

    reach = stats.t.ppf((1 + level) / 2, df) * error
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        p_value = np.where(error > 0, 2 * stats.t.sf(np.abs(log) / error, df), np.where(log == 0, 1.0, 0.0))
        low, high = np.exp(log - reach), np.exp(log + reach)
    return Intervals(estimate=np.exp(log), low=low, high=high, p_value=p_value, std_error=error)


def _series(rows: Intervals, label: pl.DataFrame, found: Extended, level: float) -> EstimateSeries:
    return EstimateSeries(
        scale=_SCALE,
        numbers=numbers_frame(rows, {}, len(rows.estimate)),
        method=_method(found).value,
        conf_level=level,
        null=1.0,
        reasons=rows.reasons,
        groups=label,
    )


def _overall(data: JoiningFrame, found: Extended, level: float) -> Estimate:
    after = (found.terms.since >= 0) * found.weight
    df = found.degrees((after / after.sum())[None, :])
    one = _limits(np.array([found.average]), np.array([found.std_error]), df, level)
    return Estimate(
        scale=_SCALE,
        status=EstimateStatus.ESTIMATED,
        estimate=float(one.estimate[0]),
        std_error=found.std_error,
        conf_low=float(one.low[0]),
        conf_high=float(one.high[0]),
        conf_level=level,
        p_value=None if one.p_value is None else float(one.p_value[0]),
        null=1.0,
        events=int(data.panel.top.sum()),
        exposure=float(data.panel.bottom.sum()),
        df=int(df[0]),
        n_units=data.panel.units,
        n_periods=data.panel.periods,
        method=_method(found).value,
        assumptions=(caveats.parallel_development(), *((caveats.classical_errors(),) if found.classical else ())),
    )


def _method(found: Extended) -> Method:
    return Method.ROBUST if found.classical else Method.JACKKNIFE


def _before(found: Extended) -> Tested | None:
    """That all factors before joining are 1: Wald's F with degrees of freedom to spare, otherwise the largest of them.

    ``None`` when there are none, or one cannot be told. The largest is Bonferroni's, so that nothing is drawn.
    """
    from evalkit.inference import multiplier_bootstrap as multiplier

    before = found.terms.since < 0
    estimate, parts = found.estimate[before], found.parts[:, before]
    if not estimate.size or not (np.isfinite(estimate).all() and np.isfinite(parts).all()):
        return None
    df = found.degrees(np.eye(found.estimate.size)[before])
    if estimate.size * CELLS_PER_DF <= df.min():
        wald = multiplier.all_zero(estimate, parts, df=float(df.min()))
        if wald is not None:
            return Tested("Wald, factors before joining", wald.statistic, wald.p_value, float(wald.df))
    rows = _limits(estimate, multiplier.std_error(parts), df, _ANY_LEVEL)
    if rows.p_value is None or rows.std_error is None:
        return None
    most = float(np.abs(estimate / rows.std_error).max())
    return Tested("largest difference before joining, Bonferroni", most, min(1.0, float(rows.p_value.min()) * df.size))
