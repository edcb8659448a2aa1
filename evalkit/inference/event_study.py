"""Treated units that start together, bin by bin before and after the start, beside units that never start.

Robust errors from Poisson pseudo maximum likelihood, where there are units enough on both sides. With fewer, see
:mod:`evalkit.inference.randomisation`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import cluster_robust, fixed_effects, multiplier_bootstrap
from evalkit.inference.absorbing import Effects
from evalkit.inference.cluster_jackknife import LEAST_EFFECTIVE
from evalkit.inference.intervals import Floats
from evalkit.inference.joining_rule import LEAST_CLUSTERS, LEAST_PER_GROUP, Clusters
from evalkit.statements import Statement

Whole = NDArray[np.int64]
BASE = -1
"""The bin that all others are compared with: the last before the start."""


@dataclass(frozen=True, slots=True, eq=False)
class Coefficients:
    """Log ratios by bin with limits, each by itself and all at once.

    Attributes
    ----------
    since
        Shape ``(bins,)``: bins from the start, the base left out.
    estimate, std_error, low, high, p_value
        Shape ``(bins,)``; nan for a bin whose coefficient cannot be told.
    band
        By how many standard errors the limits for all bins at once lie from the estimates.
    before
        The largest statistic before the start and its p among as many (Bonferroni); ``None`` without such bins.
    """

    since: Whole
    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    p_value: Floats
    band: float
    before: tuple[float, float] | None


def bins(periods: int, before: int, width: int) -> Whole:
    """Of each period, how many bins after the start its bin lies; negative before. Bins are counted from the start.

    Examples
    --------
    >>> from evalkit.inference.event_study import bins
    >>> bins(9, 5, 2).tolist()
    [-3, -2, -2, -1, -1, 0, 0, 1, 1]
    """
    found: Whole = (np.arange(periods, dtype=np.int64) - before) // width
    return found


def clustered(
    counts: Floats, exposures: Floats, treated: NDArray[np.bool_], since: Whole, *, conf_level: float
) -> Coefficients | Statement:
    """Poisson pseudo maximum likelihood with effects of units and periods and a term for the treated in each bin.

    Parameters
    ----------
    counts, exposures
        Shape ``(units, periods)``.
    treated, since
        Shape ``(units,)``, and shape ``(periods,)`` as :func:`bins` gives.
    conf_level
        Of limits for one bin, and of those for all at once.

    Returns
    -------
    Coefficients or Statement
        Errors allow any dependence within a unit; each unit's part is divided by the root of one less its leverage, its
        share of the events of its side (CR2). Student's t has the units of a side less one, units of unlike sizes being
        worth fewer (one over the sum of squared shares), for the side where that is less. Refused with fewer than 30
        units or 10 on a side, a side worth no more than three units of equal size
        (:mod:`evalkit.inference.joining_rule`), and when the iteration does not end.

    Notes
    -----
    Limits for all at once are Bonferroni's: those of a multiplier bootstrap are too narrow with so few on a side.

    Source: Santos Silva and Tenreyro 2006 (model); Bell and McCaffrey 2002, Survey Methodology 28:169-181 (errors).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import event_study
    >>> means, treated = np.full((30, 4), 50.0), np.arange(30) < 10
    >>> means[:10, 2:] *= 2
    >>> counts, since = np.random.default_rng(1).poisson(means), event_study.bins(4, 2, 1)
    >>> found = event_study.clustered(counts, np.ones((30, 4)), treated, since, conf_level=0.95)
    >>> found.since.tolist(), np.exp(found.estimate).round(1).tolist()
    ([-2, 0, 1], [1.0, 2.1, 2.0])
    """
    units, periods = counts.shape
    told = np.array([one for one in np.unique(since).tolist() if one != BASE], dtype=np.int64)
    matrix = np.repeat(treated, periods)[:, None] & (np.tile(since, units)[:, None] == told)
    unit = np.repeat(np.arange(units), periods)
    fit = fixed_effects.poisson(
        counts.ravel(),
        matrix.astype(float),
        Effects.of(unit, np.tile(np.arange(periods), units)),
        offset=np.log(exposures.ravel()),
    )
    if isinstance(fit, Statement):
        return fit
    side, members = treated[np.unique(unit[fit.used])], cluster_robust.places(unit[fit.used])
    sides = Clusters.of(np.where(side, 0, 1).astype(np.int64), 1, sizes=_events(fit.means, members))
    if not sides.many:
        few = sides.number < LEAST_CLUSTERS
        return refusals.too_few_clusters(LEAST_CLUSTERS) if few else refusals.too_few_treated_clusters(LEAST_PER_GROUP)
    if not sides.enough:
        return refusals.too_few_effective_clusters(sides.least_worth, LEAST_EFFECTIVE)
    error = np.full(told.size, np.nan)
    share = _share_of_side(fit.means, members, side)
    influence = cluster_robust.by_cluster(fit.scores, members) @ fit.bread / np.sqrt(1 - share)[:, None]
    error[fit.kept] = multiplier_bootstrap.std_error(influence)
    return _limited(told, fit.coefficients, error, sides.least_worth - 1, conf_level)


def _events(means: Floats, members: Whole) -> Floats:
    return np.asarray(np.bincount(members, weights=means), dtype=np.float64)


def _share_of_side(means: Floats, members: Whole, side: NDArray[np.bool_]) -> Floats:
    """Each unit's share of the events expected on its side: how far the side's level follows it; shape ``(units,)``."""
    expected, places = _events(means, members), side.astype(np.int64)
    return np.asarray(expected / np.bincount(places, weights=expected)[places])


def _limited(since: Whole, estimate: Floats, error: Floats, df: float, conf_level: float) -> Coefficients:
    known = np.isfinite(error) & np.isfinite(estimate) & (error > 0)
    told = np.where(known, error, np.nan)
    statistic = np.abs(estimate / told)
    p_value = 2 * special.stdtr(df, -statistic)
    alone, band = (-float(special.stdtrit(df, (1 - conf_level) / 2 / many)) for many in (1, max(int(known.sum()), 1)))
    early = known & (since < 0)
    before = (
        (float(statistic[early].max()), min(1.0, float(p_value[early].min()) * early.sum())) if early.any() else None
    )
    return Coefficients(since, estimate, told, estimate - alone * told, estimate + alone * told, p_value, band, before)
