"""What an interrupted time series costs in power beside one whose trend, season and spread were known.

The model draws a trend out from the time before, holds the season alike, lets level and slope change at the break, and
estimates φ and the autocorrelation of the residuals from what is left; its Student's t then is wide. Normal residuals
without autocorrelation are drawn for the planned periods and go through the very rule for the error
(:mod:`evalkit.inference.autocorrelation`); the estimate does not depend on them, so the power is a mean of normal
probabilities, and a hundred draws have an error of less than one point. In truth residuals that hang together make
power smaller still.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import optimize, special

from evalkit.inference import autocorrelation, seasons, segments
from evalkit.inference.autocorrelation import Residuals
from evalkit.inference.intervals import Floats
from evalkit.inference.segmented import LEAST_DF, MOST_DRIFT
from evalkit.inference.segments import Break, Design

_DRAWS = 100
_SEED = 1
_FURTHEST = 60.0


@cache
def errors_needed(before: int, after: int, cycle: int, *, sides: int, alpha: float, power: float, phi: float) -> float:
    """How large a change of the log average has to be, in roots of φ over events a period, to be found.

    Parameters
    ----------
    before, after
        Periods on either side of the break; at least 12 of each, or the model is refused.
    cycle
        Periods in a year: 12, 4 or 1.
    sides
        1, or 2 for a series beside another that has as many events.
    alpha, power
        Two-sided level and the power wanted.
    phi
        Variance over mean; the rule takes no estimate of it below 1.

    Returns
    -------
    float
        Infinite when the model has too few degrees of freedom, or the year is not met twice.

    Source: the rule's own, see :func:`evalkit.inference.autocorrelation.plausible`.

    Examples
    --------
    >>> from evalkit.inference.series_power import errors_needed
    >>> found = errors_needed(36, 24, 12, sides=1, alpha=0.05, power=0.8, phi=1.0)
    >>> 1.0 < found / (2.8 * (1 / 24 + (1 + 3 * 60**2 / (36**2 - 1)) / 36) ** 0.5) < 1.6
    True
    """
    made = _design(before, after, cycle)
    if made is None:
        return float("inf")
    pull = _pull(made)
    true = float(np.sqrt(sides * pull @ pull))
    ends = [_reach(made, pull, phi, _SEED + side) for side in range(sides)]
    drifts = np.any([end.drift for end in ends], axis=0)
    variance = np.sum([end.variance for end in ends], axis=0)
    freedom = variance**2 / np.sum([end.variance**2 / end.df for end in ends], axis=0)
    reach = np.where(drifts, np.inf, -special.stdtrit(freedom, alpha / 2) * np.sqrt(variance)) / true

    def gap(step: float) -> float:
        return float(special.ndtr(step - reach).mean()) - power

    return true * float(optimize.brentq(gap, 0.0, _FURTHEST)) if gap(_FURTHEST) > 0 else float("inf")


class _Reach:
    """The variance of one side's estimate by draw, over φ, with its degrees of freedom and whether it is refused."""

    __slots__ = ("df", "drift", "variance")

    def __init__(self, variance: Floats, df: Floats, drift: Floats) -> None:
        self.variance, self.df, self.drift = variance, df, drift


def _reach(made: Design, pull: Floats, phi: float, seed: int) -> _Reach:
    basis = np.linalg.qr(made.matrix)[0]
    drawn = np.random.default_rng(seed).standard_normal((made.time.size, _DRAWS))
    values = drawn - basis @ (basis.T @ drawn)
    residuals = Residuals(values[:, 0], basis, made.time, made.series)
    squares, lags = (values**2).sum(axis=0), np.abs(made.time[:, None] - made.time)
    likelihood, variances, freedoms = [], [], []
    for rho in autocorrelation.GRID:
        trace, trace_of_square = autocorrelation.traces(residuals, rho)
        likelihood.append(autocorrelation.restricted_likelihoods(residuals, values, rho))
        variances.append(np.maximum(squares / trace, 1 / phi) * (pull @ (rho**lags) @ pull))
        freedoms.append(trace**2 / trace_of_square)
    weights = np.exp(np.array(likelihood) - np.max(likelihood, axis=0))
    weights /= weights.sum(axis=0)
    drift = autocorrelation.GRID @ weights >= MOST_DRIFT
    return _Reach((weights * np.array(variances)).sum(axis=0), np.array(freedoms) @ weights, drift)


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
