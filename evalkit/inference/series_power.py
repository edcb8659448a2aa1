"""What an interrupted time series costs in power beside one whose trend, season and spread were known.

The model draws a trend out from the time before, holds the season alike, lets level and slope change at the break, and
estimates φ and the autocorrelation of the residuals from what is left; its Student's t then is wide. Normal errors with
a given autocorrelation are drawn for the planned periods and their residuals go through the very rule for the error
(:mod:`evalkit.inference.autocorrelation`). Given its residuals the estimate is normal, so the power is a mean of normal
probabilities, and two hundred draws have an error of about one point.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy import optimize, special

from evalkit.inference import autocorrelation, seasons, segments
from evalkit.inference.autocorrelation import Residuals
from evalkit.inference.intervals import Floats
from evalkit.inference.segmented import LEAST_DF, MOST_DRIFT
from evalkit.inference.segments import Break, Design

_DRAWS = 200
_SEED = 1
_FURTHEST = 60.0
_RANK = 1e-9


@cache
def errors_needed(
    before: int,
    after: int,
    cycle: int,
    *,
    others: tuple[float, ...] = (),
    alpha: float,
    power: float,
    phi: float,
    rho: float = 0.0,
) -> float:
    """How large a change of the log average has to be, in roots of φ over events a period, to be found.

    Parameters
    ----------
    before, after
        Periods on either side of the break; at least 12 of each, or the model is refused.
    cycle
        Periods in a year: 12, 4 or 1.
    others
        For each series beside it, its expected events over those of the series asked about.
    alpha, power
        Two-sided level and the power wanted.
    phi
        Variance over mean; the rule takes no estimate of it below 1.
    rho
        The true correlation of the errors of two periods next to each other, from 0 to below 1.

    Returns
    -------
    float
        Infinite when the model has too few degrees of freedom, or the year is not met twice.

    Source: the rule's own, see :func:`evalkit.inference.autocorrelation.plausible`.

    Examples
    --------
    >>> from evalkit.inference.series_power import errors_needed
    >>> found = errors_needed(36, 24, 12, alpha=0.05, power=0.8, phi=1.0)
    >>> 1.0 < found / (2.8 * (1 / 24 + (1 + 3 * 60**2 / (36**2 - 1)) / 36) ** 0.5) < 1.6
    True
    """
    made = _design(before, after, cycle)
    if made is None:
        return float("inf")
    pull = _pull(made)
    weights = (1.0, *(1 / other for other in others))
    ends = [_reach(made, pull, phi, rho, _SEED + side) for side in range(len(weights))]
    drifts = np.any([end.drift for end in ends], axis=0)
    variances = np.array([weight * end.variance for weight, end in zip(weights, ends, strict=True)])
    variance = variances.sum(axis=0)
    freedom = variance**2 / np.sum([each**2 / end.df for each, end in zip(variances, ends, strict=True)], axis=0)
    reach = np.where(drifts, np.inf, -special.stdtrit(freedom, alpha / 2) * np.sqrt(variance))
    shift = np.sum([math.sqrt(weight) * end.shift for weight, end in zip(weights, ends, strict=True)], axis=0)
    spread = math.sqrt(sum(weight * end.spread for weight, end in zip(weights, ends, strict=True)))

    def gap(step: float) -> float:
        return float(special.ndtr((step + shift - reach) / spread).mean()) - power

    furthest = _FURTHEST * spread
    return float(optimize.brentq(gap, 0.0, furthest)) if gap(furthest) > 0 else float("inf")


class _Reach:
    """One side's estimate by draw, over φ: its variance, degrees of freedom, and whether it is refused.

    ``shift`` is how far it is expected off its truth given the residuals, and ``spread`` its variance around that.
    """

    __slots__ = ("df", "drift", "shift", "spread", "variance")

    def __init__(self, variance: Floats, df: Floats, drift: Floats, shift: Floats, spread: float) -> None:
        self.variance, self.df, self.drift = variance, df, drift
        self.shift, self.spread = shift, spread


def _reach(made: Design, pull: Floats, phi: float, rho: float, seed: int) -> _Reach:
    basis = np.linalg.qr(made.matrix)[0]
    lags = np.abs(made.time[:, None] - made.time)
    true = rho**lags
    drawn = np.linalg.cholesky(true) @ np.random.default_rng(seed).standard_normal((made.time.size, _DRAWS))
    values = drawn - basis @ (basis.T @ drawn)
    residuals = Residuals(values[:, 0], basis, made.time, made.series)
    squares = (values**2).sum(axis=0)
    likelihood, variances, freedoms = [], [], []
    for each in autocorrelation.GRID:
        trace, trace_of_square = autocorrelation.traces(residuals, each)
        likelihood.append(autocorrelation.restricted_likelihoods(residuals, values, each))
        variances.append(np.maximum(squares / trace, 1 / phi) * (pull @ (each**lags) @ pull))
        freedoms.append(trace**2 / trace_of_square)
    weights = np.exp(np.array(likelihood) - np.max(likelihood, axis=0))
    weights /= weights.sum(axis=0)
    drift = autocorrelation.GRID @ weights >= MOST_DRIFT
    maker = np.eye(made.time.size) - basis @ basis.T
    across = pull @ true @ maker
    load = across @ np.linalg.pinv(maker @ true @ maker, rcond=_RANK, hermitian=True)
    spread = float(pull @ true @ pull - load @ across)
    return _Reach(
        (weights * np.array(variances)).sum(axis=0), np.array(freedoms) @ weights, drift, load @ values, spread
    )


def _pull(made: Design) -> Floats:
    """What each residual adds to the log average of what is expected over what would be without the break."""
    gradient = (made.matrix - made.without_break)[made.after].mean(axis=0)
    return np.asarray(np.linalg.pinv(made.matrix).T @ gradient)


def _design(before: int, after: int, cycle: int) -> Design | None:
    places = np.arange(before + after)
    season = seasons.suited(places.size, cycle)
    if season is not seasons.Season.NONE and not seasons.is_seen(places, cycle):
        return None
    series = np.zeros(places.size, dtype=np.intp)
    made = segments.design(places, series, Break(before, before), seasons.terms(season, places, cycle))
    return made if places.size - made.matrix.shape[1] >= LEAST_DF else None
