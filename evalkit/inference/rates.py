"""One Poisson rate: four intervals for a count over an exposure.

Every function takes counts, their exposures (person-years, visits, any positive unit) and the level, and gives
events per unit of exposure. Counts and exposures are numbers or arrays that fit together; everything is done for
all elements at once; many cells of a panel have the same few counts, and limits that depend on nothing else are
solved once for each. A p-value is given only against a stated null rate.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evalkit.inference.distinct import solved_once
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.roots import crossings

_SMALLEST = 1e-300


def exact(counts: ArrayLike, exposures: ArrayLike, conf_level: float = 0.95, *, null: float | None = None) -> Intervals:
    """The exact central interval from chi-square (gamma) quantiles.

    Never covers less often than the level says, at the price of being wide for small counts.

    Source: Garwood 1936, Biometrika 28:437-442.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> interval = rates.exact(0, 1.0).only()
    >>> interval.low, round(interval.high, 6)
    (0.0, 3.688879)
    """
    events, exposed = _broadcast(counts, exposures)
    low, high = solved_once(lambda different: _garwood(different, conf_level), events)
    p_value = None if null is None else _p_value(events, null * exposed, observed=1.0)
    return _per_exposure(events, exposed, low, high, p_value)


def midp(counts: ArrayLike, exposures: ArrayLike, conf_level: float = 0.95, *, null: float | None = None) -> Intervals:
    """The inverted mid-p test: the observed count counts by half in each tail.

    Covers close to the level on average and less than it for some rates: 95.9 % on average and 91.7 % at
    worst for 0.05 to 40 expected events at 95 %. At zero events the upper limit is ``-log(α)``.

    Source: Cohen and Yang 1994, Statistics in Medicine 13:2189-2203.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> interval = rates.midp(10, 1.0).only()
    >>> round(interval.low, 6), round(interval.high, 6)
    (5.079522, 17.824854)
    """
    events, exposed = _broadcast(counts, exposures)
    low, high = solved_once(lambda different: _midp_limits(different, conf_level), events)
    p_value = None if null is None else _p_value(events, null * exposed, observed=0.5)
    return _per_exposure(events, exposed, low, high, p_value)


def score(counts: ArrayLike, exposures: ArrayLike, conf_level: float = 0.95, *, null: float | None = None) -> Intervals:
    """The inverted score test, which takes the variance under the rate being tested.

    Covers 95.3 % on average and 86.1 % at worst for 0.05 to 40 expected events at 95 %.

    Source: Rao 1948; in this form Barker 2002, The American Statistician 56:85-89.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> round(rates.score(0, 1.0).only().high, 6)
    3.841459
    """
    events, exposed = _broadcast(counts, exposures)
    z = normal_quantile(conf_level)
    centre = events + z * z / 2
    half = z * np.sqrt(events + z * z / 4)
    # The product of the two roots is count squared, so the small one loses no digits this way.
    low = events.astype(float) ** 2 / (centre + half)
    p_value = None if null is None else _score_p_value(events, null * exposed)
    return _per_exposure(events, exposed, low, centre + half, p_value)


def bayes(counts: ArrayLike, exposures: ArrayLike, conf_level: float = 0.95) -> Intervals:
    """The equal-tailed credible interval under Jeffreys' prior, a gamma with shape ``count + 1/2``.

    The estimate is the observed rate. The interval is stretched to hold it, so with no event the
    lower limit is zero (the usual boundary correction). It has no p-value. Covers 95.2 % on average
    and 90.5 % at worst for 0.05 to 40 expected events at 95 %.

    Source: Brown, Cai and DasGupta 2003, Statistica Sinica 13:19-49; for the correction the same
    authors 2001, Statistical Science 16:101-133.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> round(rates.bayes(0, 1.0).only().high, 6)
    2.511943
    """
    events, exposed = _broadcast(counts, exposures)
    low, high = solved_once(lambda different: _jeffreys(different, conf_level), events)
    return _per_exposure(events, exposed, low, high, None)


TESTED: MappingProxyType[Method, Callable[..., Intervals]] = MappingProxyType(
    {Method.EXACT: exact, Method.MIDP: midp, Method.SCORE: score}
)
"""The methods that also test a null rate."""


def _broadcast(counts: ArrayLike, exposures: ArrayLike) -> tuple[Counts, Floats]:
    events, exposed = np.broadcast_arrays(np.asarray(counts, dtype=np.int64), np.asarray(exposures, dtype=np.float64))
    return events, exposed


def _per_exposure(events: Counts, exposed: Floats, low: Floats, high: Floats, p_value: Floats | None) -> Intervals:
    return Intervals(estimate=events / exposed, low=low / exposed, high=high / exposed, p_value=p_value)


def _garwood(events: Counts, conf_level: float) -> tuple[Floats, Floats]:
    outer = (1 - conf_level) / 2
    # scipy takes the quantile of a gamma with shape 0 for nan; the limit there is 0.
    low = np.where(events > 0, special.gammaincinv(np.maximum(events, 1), outer), 0.0)
    return low, special.gammainccinv(events + 1, outer)


def _jeffreys(events: Counts, conf_level: float) -> tuple[Floats, Floats]:
    outer = (1 - conf_level) / 2
    low = np.minimum(special.gammaincinv(events + 0.5, outer), events)
    return low, np.maximum(special.gammainccinv(events + 0.5, outer), events)


def _midp_limits(events: Counts, conf_level: float) -> tuple[Floats, Floats]:
    """Both limits of the mean; the exact ones, which are wider, are where the search begins."""
    outer = np.full(events.shape, (1 - conf_level) / 2)
    widest_low, widest_high = _garwood(events, conf_level)
    start = np.log(np.maximum(events, 0.05))
    low = crossings(_upper_gap, np.log(np.maximum(widest_low, _SMALLEST)), start, events, outer)
    high = crossings(_lower_gap, start, np.log(widest_high), events, outer)
    return np.where(events > 0, np.exp(low), 0.0), np.exp(high)


def _upper_gap(log_mean: Floats, events: Counts, outer: Floats) -> Floats:
    # The logarithm of a tail is close to a parabola, which the root search likes; the tail itself is flat.
    tail = _upper_tail(events, np.exp(log_mean), observed=0.5)
    return np.asarray(np.log(np.maximum(tail, _SMALLEST) / outer))


def _lower_gap(log_mean: Floats, events: Counts, outer: Floats) -> Floats:
    tail = _lower_tail(events, np.exp(log_mean), observed=0.5)
    return np.asarray(np.log(np.maximum(tail, _SMALLEST) / outer))


def _lower_tail(events: Counts, means: Floats, *, observed: float) -> Floats:
    """The probability of fewer events, with the ``observed`` share of exactly so many."""
    below = np.where(events > 0, special.gammaincc(np.maximum(events, 1), means), 0.0)
    return np.asarray((1 - observed) * below + observed * special.gammaincc(events + 1, means))


def _upper_tail(events: Counts, means: Floats, *, observed: float) -> Floats:
    at_least = np.where(events > 0, special.gammainc(np.maximum(events, 1), means), 1.0)
    return np.asarray((1 - observed) * special.gammainc(events + 1, means) + observed * at_least)


def _p_value(events: Counts, means: Floats, *, observed: float) -> Floats:
    smaller = np.minimum(_lower_tail(events, means, observed=observed), _upper_tail(events, means, observed=observed))
    return np.asarray(np.minimum(1.0, 2 * smaller))


def _score_p_value(events: Counts, means: Floats) -> Floats:
    return np.asarray(2 * special.ndtr(-np.abs(events - means) / np.sqrt(means)))
