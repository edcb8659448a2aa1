"""Errors that let rows of one cluster depend on each other, and when they may be given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference.absorbing import Whole, places_of
from evalkit.inference.fixed_effects import Fit
from evalkit.inference.intervals import Floats
from evalkit.statements import Statement

LEAST_CLUSTERS = 10
"""Fewer clusters give errors far too small (domain rule)."""
LEAST_PER_SIDE = 2
"""One treated cluster makes the errors meaningless; the caller may ask for more."""


class Counted(StrEnum):
    """Which parameters K the small-sample factor ``G/(G-1) · (n-1)/(n-K)`` counts.

    ``NESTED_LEFT_OUT``: terms and effects, but not effects that lie within clusters (Stata's ``xtreg``, fixest).
    ``ALL``: those too (a regression with dummies, statsmodels). ``NONE``: the factor is ``G/(G-1)`` (Stata's
    ``poisson``). On the castle data the three differ by 6 per cent.
    """

    NESTED_LEFT_OUT = "nested_left_out"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Robust:
    """One coefficient with its robust error; on the log scale when the model is log-linear.

    Attributes
    ----------
    estimate, std_error, low, high, p_value
        Student's t on ``df`` degrees of freedom; ``p_value`` is against the null asked for.
    df
        ``G - 1`` with clusters, ``n - K`` without.
    clusters
        How many, and the number of rows when there are none.
    factor, counted
        The small-sample factor of the variance, and what it counts.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float
    df: int
    clusters: int
    factor: float
    counted: Counted


def counted(fit: Fit, clusters: Whole, rule: Counted) -> int:
    """K, the number of parameters, by a rule; effects nested in clusters leave the constant behind.

    Source: Cameron and Miller 2015, Journal of Human Resources 50:317-372, section III.B.
    """
    if rule is Counted.NONE:
        return 1
    units, cells = fit.effects.nested(clusters)
    inside = (fit.effects.units - 1) * units + (fit.effects.cells - 1) * (cells and not units)
    return fit.rank - (inside if rule is Counted.NESTED_LEFT_OUT else 0)


def covariance(fit: Fit, clusters: Whole, rule: Counted = Counted.NESTED_LEFT_OUT) -> tuple[Floats, float]:
    """CR1: the sandwich by cluster, shape ``(kept, kept)``, and the factor in it. Nothing is refused here.

    Parameters
    ----------
    fit
        Of :mod:`evalkit.inference.fixed_effects`.
    clusters
        Shape ``(rows used,)``: the place of each row's cluster.

    Source: Liang and Zeger 1986, Biometrika 73:13-22.
    """
    sums = by_cluster(fit.scores, clusters)
    groups, rows = len(sums), fit.means.size
    factor = groups / (groups - 1) * (rows - 1) / (rows - counted(fit, clusters, rule))
    return np.asarray(factor * fit.bread @ (sums.T @ sums) @ fit.bread), factor


def clustered(
    fit: Fit,
    term: int,
    clusters: Whole,
    treated: NDArray[np.bool_],
    *,
    conf_level: float = 0.95,
    null: float = 0.0,
    rule: Counted = Counted.NESTED_LEFT_OUT,
    least_per_side: int = LEAST_PER_SIDE,
) -> Robust | Statement:
    """A coefficient with CR1 errors and Student's t on ``G - 1`` degrees of freedom.

    Parameters
    ----------
    fit, term
        The fit and which of its terms, as given to it.
    clusters, treated
        Shape ``(rows given,)``: the place of each row's cluster, and whether the row is treated. A cluster with any
        treated row is a treated one.
    conf_level, null, rule
        The level, the coefficient that p is against, and what the factor counts.
    least_per_side
        How many treated and how many untreated clusters there must be, at least two.

    Returns
    -------
    Robust or Statement
        Refused with fewer than 10 clusters or too few on a side, when the coefficient cannot be told, and when
        treated rows lost to zeros leave too few.

    Source: Cameron and Miller 2015; MacKinnon and Webb 2017, Journal of Applied Econometrics 32:233-254, for what few
    treated clusters do.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import cluster_robust, fixed_effects
    >>> from evalkit.inference.absorbing import Effects
    >>> unit, period = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    >>> treated = (unit < 6) & (period > 1)
    >>> counts = np.random.default_rng(1).poisson(20, unit.size)
    >>> fit = fixed_effects.poisson(counts, treated[:, None].astype(float), Effects.of(unit, period))
    >>> found = cluster_robust.clustered(fit, 0, unit, treated)
    >>> found.df, found.low < found.estimate < found.high
    (11, True)
    >>> cluster_robust.clustered(fit, 0, unit // 2, treated).code
    'too_few_clusters'
    """
    place = fit.place(term)
    if place is None:
        return refusals.not_told_apart()
    members = places(clusters[fit.used])
    on, off = sides(members, treated[fit.used])
    if on + off < LEAST_CLUSTERS or min(on, off) < LEAST_PER_SIDE:
        return refusals.too_few_clusters(LEAST_CLUSTERS)
    if min(on, off) < least_per_side:
        return refusals.too_few_treated_clusters(least_per_side)
    if fit.means.size <= counted(fit, members, rule):
        return refusals.too_few_rows()
    variance, factor = covariance(fit, members, rule)
    return _tested(
        fit,
        term,
        float(variance[place, place]),
        df=on + off - 1,
        clusters=on + off,
        factor=factor,
        rule=rule,
        conf_level=conf_level,
        null=null,
    )


def heteroskedastic(fit: Fit, term: int, *, conf_level: float = 0.95, null: float = 0.0) -> Robust | Statement:
    """HC1: each row by itself, the variance times ``n / (n - K)`` with K all parameters, and t on ``n - K``.

    Only right when rows do not depend on each other, which a unit's periods seldom do.

    Source: MacKinnon and White 1985, Journal of Econometrics 29:305-325.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import cluster_robust, fixed_effects
    >>> from evalkit.inference.absorbing import Effects
    >>> x = np.arange(6.0)[:, None]
    >>> fit = fixed_effects.linear(np.array([1.0, 3, 2, 5, 4, 7]), x, Effects.constant(6))
    >>> round(cluster_robust.heteroskedastic(fit, 0).std_error, 6)
    0.212317
    """
    place = fit.place(term)
    if place is None:
        return refusals.not_told_apart()
    if fit.df < 1:
        return refusals.too_few_rows()
    rows = fit.means.size
    factor = rows / fit.df
    variance = factor * fit.bread @ (fit.scores.T @ fit.scores) @ fit.bread
    return _tested(
        fit,
        term,
        float(variance[place, place]),
        df=fit.df,
        clusters=rows,
        factor=factor,
        rule=Counted.ALL,
        conf_level=conf_level,
        null=null,
    )


def by_cluster(scores: Floats, clusters: Whole) -> Floats:
    """Sums of rows, shape ``(clusters, columns)``."""
    found = np.zeros((int(clusters.max(initial=-1)) + 1, scores.shape[1]))
    np.add.at(found, clusters, scores)
    return found


def places(clusters: NDArray[np.generic]) -> Whole:
    """Places from 0 without gaps."""
    return places_of(clusters)


def sides(clusters: Whole, treated: NDArray[np.bool_]) -> tuple[int, int]:
    """How many clusters are ever treated, and how many never."""
    on = int(np.unique(clusters[treated]).size)
    return on, int(np.unique(clusters).size) - on


def _tested(
    fit: Fit,
    term: int,
    variance: float,
    *,
    df: int,
    clusters: int,
    factor: float,
    rule: Counted,
    conf_level: float,
    null: float,
) -> Robust | Statement:
    # Rounding may leave a variance that is not quite nothing.
    if not variance > np.finfo(float).eps * float(fit.bread.max()):
        return refusals.no_variation_to_measure()
    estimate, error = float(fit.coefficients[term]), math.sqrt(variance)
    reach = -float(special.stdtrit(df, (1 - conf_level) / 2)) * error
    p_value = 2 * float(special.stdtr(df, -abs(estimate - null) / error))
    return Robust(estimate, error, estimate - reach, estimate + reach, p_value, df, clusters, factor, rule)
