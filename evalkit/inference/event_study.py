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
        Test that all before the start are none; ``None`` without such bins or errors.
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
    counts: Floats,
    exposures: Floats,
    treated: NDArray[np.bool_],
    since: Whole,
    *,
    conf_level: float,
    draws: int,
    generator: np.random.Generator,
) -> Coefficients | Statement:
    """Poisson pseudo maximum likelihood with effects of units and periods and a term for the treated in each bin.

    Parameters
    ----------
    counts, exposures
        Shape ``(units, periods)``.
    treated, since
        Shape ``(units,)``, and shape ``(periods,)`` as :func:`bins` gives.
    conf_level, draws, generator
        Level of limits; signs drawn for the limits of all at once and the test before.

    Returns
    -------
    Coefficients or Statement
        Errors allow any dependence within a unit (the sandwich times G/(G - 1)), with Student's t on the units of the
        smaller side less one. Refused with fewer than 30 units or 10 on a side
        (:mod:`evalkit.inference.joining_rule`), and when the iteration does not end.

    Source: Santos Silva and Tenreyro 2006 (model); Liang and Zeger 1986 (errors); Montiel Olea and Plagborg-Møller
    2019, Journal of Applied Econometrics 34:1-17 (limits for all at once).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import event_study
    >>> means, treated = np.full((30, 4), 50.0), np.arange(30) < 10
    >>> means[:10, 2:] *= 2
    >>> counts = np.random.default_rng(1).poisson(means)
    >>> found = event_study.clustered(counts, np.ones((30, 4)), treated, event_study.bins(4, 2, 1), conf_level=0.95,
    ...                               draws=99, generator=np.random.default_rng(1))
    >>> found.since.tolist(), np.exp(found.estimate).round(1).tolist()
    ([-2, 0, 1], [1.0, 2.1, 2.0])
    """
    units, periods = counts.shape
    sides = Clusters.of(np.where(treated, 0, 1).astype(np.int64), 1)
    if not sides.enough:
        few = sides.number < LEAST_CLUSTERS
        return refusals.too_few_clusters(LEAST_CLUSTERS) if few else refusals.too_few_treated_clusters(LEAST_PER_GROUP)
    told = np.array([one for one in np.unique(since).tolist() if one != BASE], dtype=np.int64)
    matrix = np.repeat(treated, periods)[:, None] & (np.tile(since, units)[:, None] == told)
    fit = fixed_effects.poisson(
        counts.ravel(),
        matrix.astype(float),
        Effects.of(np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)),
        offset=np.log(exposures.ravel()),
    )
    if isinstance(fit, Statement):
        return fit
    members = cluster_robust.places(np.repeat(np.arange(units), periods)[fit.used])
    sums = cluster_robust.by_cluster(fit.scores, members)
    influence = np.full((len(sums), told.size), np.nan)
    influence[:, fit.kept] = np.sqrt(len(sums) / (len(sums) - 1)) * sums @ fit.bread
    error = np.where(np.isnan(fit.coefficients), np.nan, multiplier_bootstrap.std_error(influence))
    alone = -float(special.stdtrit(sides.df, (1 - conf_level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * special.stdtr(sides.df, -np.abs(fit.coefficients / error))
    known = np.isfinite(error)
    joint = multiplier_bootstrap.critical_value(influence[:, known], conf_level, draws, generator)
    early = known & (told < 0)
    return Coefficients(
        told,
        fit.coefficients,
        error,
        fit.coefficients - alone * error,
        fit.coefficients + alone * error,
        p_value,
        # Drawn signs have a normal shape; Student's t widens limits of one, and those of all as much.
        joint * alone / -float(special.ndtri((1 - conf_level) / 2)),
        multiplier_bootstrap.largest_zero(fit.coefficients[early], influence[:, early], draws, generator),
    )
