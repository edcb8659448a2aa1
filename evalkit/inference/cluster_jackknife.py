"""Errors from leaving out one cluster at a time, and when there are enough clusters of like weight for them.

The sandwich by cluster (:mod:`evalkit.inference.cluster_robust`) is far too small with few treated clusters, and with
clusters of unlike size also where they are many: with 20 clusters of which 4 are treated it found an effect where there
was none in 11 to 15 per cent of panels. Leaving out each cluster takes up what one large cluster does to the estimate.
``docs/statistics/panel.md`` shows both, measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference.absorbing import Whole
from evalkit.inference.cluster_robust import LEAST_CLUSTERS, LEAST_PER_SIDE, by_cluster, places, sides
from evalkit.inference.fixed_effects import Fit
from evalkit.inference.intervals import Floats
from evalkit.statements import Statement

LEAST_EFFECTIVE = 3.0
"""Each side must be worth more clusters of equal weight than this; with fewer the limits say next to nothing."""
_SINGULAR = 1e-9
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Jackknifed:
    """One coefficient with its jackknife error; on the log scale when the model is log-linear.

    Attributes
    ----------
    estimate, std_error, low, high, p_value
        Student's t on ``df``; ``p_value`` is against the null asked for.
    df
        The clusters of equal weight that the smaller side is worth, less one; not a whole number.
    clusters
        How many.
    effective, effective_ref
        How many clusters of equal weight the treated and the untreated are worth.
    without
        The coefficient without each cluster, shape ``(clusters,)``.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float
    df: float
    clusters: int
    effective: float
    effective_ref: float
    without: Floats


def jackknifed(
    fit: Fit,
    term: int,
    clusters: NDArray[np.generic],
    treated: NDArray[np.bool_],
    *,
    conf_level: float = 0.95,
    null: float = 0.0,
) -> Jackknifed | Statement:
    """A coefficient with CV3 errors, and Student's t with as many degrees of freedom as the smaller side carries.

    The coefficient is worked out without each cluster in turn; the variance is ``(G - 1)/G`` times the sum of the
    squared changes. For a linear model that is exact; for counts it is one step of the iteration from the whole fit.

    Parameters
    ----------
    fit, term
        Of :mod:`evalkit.inference.fixed_effects`, and which of its terms, as given to it.
    clusters, treated
        Shape ``(rows given,)``: the row's cluster, and whether the row is treated. A cluster with any treated row is a
        treated one.
    conf_level, null
        The level, and the coefficient that p is against.

    Returns
    -------
    Jackknifed or Statement
        Refused with fewer than 10 clusters, fewer than two on a side, or a side that is worth 3 clusters of equal
        weight or fewer; when the coefficient cannot be told, also without one of the clusters.

    Source: MacKinnon, Nielsen and Webb 2023, Journal of Applied Econometrics 38:671-694 (CV3); Lipsitz, Dear and Zhao
    1994, Biometrics 50:842-846 (one step for estimating equations); Kish 1965, Survey Sampling, section 11.7, and
    Carter, Schnepel and Steigerwald 2017, Review of Economics and Statistics 99:698-709 (effective numbers).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import cluster_jackknife, fixed_effects
    >>> from evalkit.inference.absorbing import Effects
    >>> unit, period = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    >>> treated = (unit < 6) & (period > 1)
    >>> counts = np.random.default_rng(1).poisson(20, unit.size)
    >>> fit = fixed_effects.poisson(counts, treated[:, None].astype(float), Effects.of(unit, period))
    >>> found = cluster_jackknife.jackknifed(fit, 0, unit, treated)
    >>> round(found.df, 1), found.low < 0 < found.high, round(found.effective, 1)
    (4.9, True, 5.9)
    >>> cluster_jackknife.jackknifed(fit, 0, unit, (unit < 1) & treated).code
    'too_few_clusters'
    """
    place = fit.place(term)
    if place is None:
        return refusals.not_told_apart()
    members, on_row = places(clusters[fit.used]), treated[fit.used]
    on, off = sides(members, on_row)
    if on + off < LEAST_CLUSTERS or min(on, off) < LEAST_PER_SIDE:
        return refusals.too_few_clusters(LEAST_CLUSTERS)
    effective = _effective(fit, place, members, on_row)
    if min(effective) < LEAST_EFFECTIVE + _ROUNDING:
        return refusals.too_few_effective_clusters(min(effective), LEAST_EFFECTIVE)
    change = changes(fit, members)[:, place]
    if np.isnan(change).any():
        return refusals.not_told_apart()
    return _tested(fit, term, change, effective, conf_level=conf_level, null=null)


def _effective(fit: Fit, place: int, clusters: Whole, treated: NDArray[np.bool_]) -> tuple[float, float]:
    """``(Σ w)² / Σ w²`` over the treated and the untreated clusters, with the information that each has."""
    # What the other terms leave of the column, by Frisch, Waugh and Lovell.
    column = fit.matrix @ fit.bread[:, place] / fit.bread[place, place]
    information = by_cluster((fit.weights * column**2)[:, None], clusters)[:, 0]
    is_on = np.zeros(information.size, dtype=bool)
    is_on[clusters[treated]] = True
    return _worth(information[is_on]), _worth(information[~is_on])


def _worth(weights: Floats) -> float:
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def changes(fit: Fit, clusters: Whole) -> Floats:
    """By how much each coefficient changes without each cluster, shape ``(clusters, kept)``.

    Not a number where the coefficient cannot be told then. ``(G - 1)/G`` times the sum of products is the covariance
    CV3 of MacKinnon, Nielsen and Webb 2023, for counts by one step from the whole fit.

    Parameters
    ----------
    fit
        Of :mod:`evalkit.inference.fixed_effects`.
    clusters
        Shape ``(rows used,)``: the place of each row's cluster, from 0 without gaps.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import cluster_jackknife, fixed_effects
    >>> from evalkit.inference.absorbing import Effects
    >>> unit, period = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    >>> terms = ((unit < 6)[:, None] & (period[:, None] == [2, 3])).astype(float)
    >>> counts = np.random.default_rng(1).poisson(20, unit.size)
    >>> fit = fixed_effects.poisson(counts, terms, Effects.of(unit, period))
    >>> cluster_jackknife.changes(fit, unit).shape
    (12, 2)
    """
    columns = _within_clusters(fit, clusters)
    groups, terms = int(clusters.max()) + 1, fit.kept.size
    order = np.argsort(clusters, kind="stable")
    starts = np.searchsorted(clusters[order], np.arange(groups))
    scores = by_cluster(columns * (fit.weights * fit.residuals)[:, None], clusters)
    whole = columns.T @ (columns * fit.weights[:, None])
    scale = np.sqrt(np.maximum(np.diag(whole), np.finfo(float).tiny))
    found = np.empty((groups, terms))
    for cluster, rows in enumerate(np.split(order, starts[1:])):
        own = columns[rows].T @ (columns[rows] * fit.weights[rows, None])
        left = (whole - own) / np.outer(scale, scale)
        found[cluster] = _solved(left, -scores[cluster] / scale, terms) / scale[:terms]
    return found


def _solved(normal: Floats, right: Floats, terms: int) -> Floats:
    """The first unknowns of singular normal equations; nan for those that they do not tell."""
    values, vectors = np.linalg.eigh(normal)
    some = values > _SINGULAR
    told = vectors[:, some]
    found = told[:terms] @ ((told.T @ right) / values[some])
    return np.where(1 - (told[:terms] ** 2).sum(axis=1) > math.sqrt(_SINGULAR), np.nan, found)


def _within_clusters(fit: Fit, clusters: Whole) -> Floats:
    """The terms and the effects that reach over clusters, with the effects that lie within one taken out."""
    inside = fit.effects.nested(clusters)
    labels = (fit.effects.unit, fit.effects.units), (fit.effects.cell, fit.effects.cells)
    reaching = [_dummies(*label) for label, is_inside in zip(labels, inside, strict=True) if not is_inside]
    columns = np.column_stack([fit.matrix, *reaching])
    for (label, count), is_inside in zip(labels, inside, strict=True):
        if is_inside:
            return np.asarray(columns - _means(columns, fit.weights, label, count)[label])
    return columns


def _dummies(label: Whole, count: int) -> Floats:
    return np.asarray(label[:, None] == np.arange(count), dtype=np.float64)


def _means(columns: Floats, weights: Floats, label: Whole, count: int) -> Floats:
    sums = np.zeros((count, columns.shape[1]))
    np.add.at(sums, label, columns * weights[:, None])
    return np.asarray(sums / np.bincount(label, weights=weights, minlength=count)[:, None])


def _tested(
    fit: Fit, term: int, change: Floats, effective: tuple[float, float], *, conf_level: float, null: float
) -> Jackknifed | Statement:
    groups = change.size
    error = math.sqrt((groups - 1) / groups * float(change @ change))
    # Rounding may leave an error that is not quite nothing.
    if not error**2 > np.finfo(float).eps * float(fit.bread.max()):
        return refusals.no_variation_to_measure()
    estimate = float(fit.coefficients[term])
    df = min(effective) - 1
    reach = -float(special.stdtrit(df, (1 - conf_level) / 2)) * error
    return Jackknifed(
        estimate=estimate,
        std_error=error,
        low=estimate - reach,
        high=estimate + reach,
        p_value=2 * float(special.stdtr(df, -abs(estimate - null) / error)),
        df=df,
        clusters=groups,
        effective=effective[0],
        effective_ref=effective[1],
        without=estimate + change,
    )
