"""One proportion: four intervals for so many of so many.

Every function takes counts, what they are a part of, and the level. Counts and wholes are numbers or arrays that fit
together; everything is done for all elements at once. A share of nothing (0 of 0) is refused. A p-value is
given only against a stated null proportion.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evalkit import refusals
from evalkit.inference import inverse_beta
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.roots import crossings

_SMALLEST = 1e-300


def wilson(counts: ArrayLike, wholes: ArrayLike, conf_level: float = 0.95, *, null: float | None = None) -> Intervals:
    """The inverted score test, without continuity correction.

    Source: Wilson 1927, Journal of the American Statistical Association 22:209-212.

    Examples
    --------
    >>> from evalkit.inference import proportions
    >>> interval = proportions.wilson(81, 263).only()
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2553, 0.3662)
    """
    part, whole = _broadcast(counts, wholes)
    low, high = wilson_limits(part, np.maximum(whole, 1), conf_level)
    p_value = None if null is None else _score_p_value(part, whole, null)
    return _shares(part, whole, low, high, p_value)


def clopper_pearson(
    counts: ArrayLike, wholes: ArrayLike, conf_level: float = 0.95, *, null: float | None = None
) -> Intervals:
    """The exact central interval from beta quantiles.

    Never covers less often than the level says, at the price of being wide.

    Source: Clopper and Pearson 1934, Biometrika 26:404-413.

    Examples
    --------
    >>> from evalkit.inference import proportions
    >>> interval = proportions.clopper_pearson(81, 263).only()
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2527, 0.3676)
    """
    part, whole = _broadcast(counts, wholes)
    low, high = _exact_limits(part, whole, (1 - conf_level) / 2)
    p_value = None if null is None else _p_value(part, whole, null, observed=1.0)
    return _shares(part, whole, low, high, p_value)


def midp(counts: ArrayLike, wholes: ArrayLike, conf_level: float = 0.95, *, null: float | None = None) -> Intervals:
    """The inverted mid-p test: the observed count counts by half in each tail.

    Source: Vollset 1993, Statistics in Medicine 12:809-824; Berry and Armitage 1995, The Statistician 44:417-423.

    Examples
    --------
    >>> from evalkit.inference import proportions
    >>> interval = proportions.midp(81, 263).only()
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2544, 0.3658)
    """
    part, whole = _broadcast(counts, wholes)
    # Many cells of a panel are the same few pairs, and the limits depend on nothing else.
    pairs, back = np.unique(np.stack([part.ravel(), whole.ravel()]), axis=1, return_inverse=True)
    low, high = (side[back].reshape(part.shape) for side in _midp_limits(pairs[0], pairs[1], conf_level))
    p_value = None if null is None else _p_value(part, whole, null, observed=0.5)
    return _shares(part, whole, low, high, p_value)


def bayes(counts: ArrayLike, wholes: ArrayLike, conf_level: float = 0.95) -> Intervals:
    """The equal-tailed credible interval under Jeffreys' prior, a beta with both parameters 1/2.

    The estimate is the observed share. With none the lower limit is 0 and with all the upper is 1 (the usual
    boundary correction), and the interval is stretched to hold the estimate. It has no p-value.

    Source: Brown, Cai and DasGupta 2001, Statistical Science 16:101-133.

    Examples
    --------
    >>> from evalkit.inference import proportions
    >>> interval = proportions.bayes(0, 20).only()
    >>> interval.low, round(interval.high, 4)
    (0.0, 0.1166)
    """
    part, whole = _broadcast(counts, wholes)
    outer = (1 - conf_level) / 2
    share = part / np.maximum(whole, 1)
    low = np.where(part > 0, inverse_beta.lower(part + 0.5, whole - part + 0.5, outer), 0.0)
    high = np.where(part < whole, inverse_beta.upper(part + 0.5, whole - part + 0.5, outer), 1.0)
    return _shares(part, whole, np.minimum(low, share), np.maximum(high, share), None)


TESTED: MappingProxyType[Method, Callable[..., Intervals]] = MappingProxyType(
    {Method.WILSON: wilson, Method.CLOPPER_PEARSON: clopper_pearson, Method.MIDP: midp}
)
"""The methods that also test a null proportion."""


def wilson_limits(part: Counts, whole: Counts, conf_level: float) -> tuple[Floats, Floats]:
    """Both limits for wholes from 1, for those who need nothing else."""
    return wilson_reaching(part.astype(float), whole.astype(float), normal_quantile(conf_level))


def wilson_reaching(part: Floats, whole: Floats, reach: Floats | float) -> tuple[Floats, Floats]:
    """Both limits ``reach`` standard errors away, the error being that at the limit; wholes are above 0."""
    low = _wilson_low(part, whole, reach)
    # The upper limit is one minus the lower limit of the rest, and is exactly 1 when there is no rest.
    return low, 1 - _wilson_low(whole - part, whole, reach)


def _wilson_low(part: Floats, whole: Floats, z: Floats | float) -> Floats:
    rest = (whole - part) / whole
    half = z * np.sqrt(part * rest + z * z / 4)
    # The product of the two roots is known, so the small one loses no digits this way.
    return np.asarray(part * (part / whole) / (part + z * z / 2 + half))


def _broadcast(counts: ArrayLike, wholes: ArrayLike) -> tuple[Counts, Counts]:
    part, whole = np.broadcast_arrays(np.asarray(counts, dtype=np.int64), np.asarray(wholes, dtype=np.int64))
    return part, whole


def _shares(part: Counts, whole: Counts, low: Floats, high: Floats, p_value: Floats | None) -> Intervals:
    share = np.asarray(part / np.maximum(whole, 1))
    found = Intervals(estimate=share, low=np.asarray(low), high=np.asarray(high), p_value=p_value)
    return found.refuse(np.asarray(whole == 0), refusals.nothing_to_share())


def _exact_limits(part: Counts, whole: Counts, outer: Floats | float) -> tuple[Floats, Floats]:
    rest = whole - part
    # scipy takes the quantile of a beta with a parameter 0 for nan; the limits there are 0 and 1.
    low = np.where(part > 0, inverse_beta.lower(np.maximum(part, 1), rest + 1, outer), 0.0)
    high = np.where(rest > 0, inverse_beta.upper(part + 1, np.maximum(rest, 1), outer), 1.0)
    return low, high


def _midp_limits(part: Counts, whole: Counts, conf_level: float) -> tuple[Floats, Floats]:
    """Both limits; the upper is one minus the lower for the rest."""
    return _midp_low(part, whole, conf_level), 1 - _midp_low(whole - part, whole, conf_level)


def _midp_low(part: Counts, whole: Counts, conf_level: float) -> Floats:
    """Searched for between the exact limit, which is further out, and a share close to the observed."""
    outer = (1 - conf_level) / 2
    far, _ = _exact_limits(part, whole, outer)
    near = (part + 0.5) / (whole + 1)
    start, stop = np.log(np.maximum(far, _SMALLEST)), np.log(near)
    found = crossings(_upper_gap, start, stop, part, whole, np.full(part.shape, outer))
    return np.where(part > 0, np.exp(found), 0.0)


def _upper_gap(log_share: Floats, part: Counts, whole: Counts, outer: Floats) -> Floats:
    # The logarithm of a tail is close to a parabola, which the root search likes; the tail itself is flat.
    tail = _upper_tail(part, whole, np.exp(log_share), observed=0.5)
    return np.asarray(np.log(np.maximum(tail, _SMALLEST) / outer))


def _upper_tail(part: Counts, whole: Counts, share: Floats, *, observed: float) -> Floats:
    """The probability of more than ``part``, with the ``observed`` part of exactly so many."""
    rest = whole - part
    more = np.where(rest > 0, special.betainc(part + 1, np.maximum(rest, 1), share), 0.0)
    at_least = np.where(part > 0, special.betainc(np.maximum(part, 1), rest + 1, share), 1.0)
    return np.asarray((1 - observed) * more + observed * at_least)


def _p_value(part: Counts, whole: Counts, null: float, *, observed: float) -> Floats:
    shares = np.full(part.shape, null)
    rests = np.full(part.shape, 1 - null)
    smaller = np.minimum(
        _upper_tail(part, whole, shares, observed=observed),
        _upper_tail(whole - part, whole, rests, observed=observed),
    )
    return np.asarray(np.minimum(1.0, 2 * smaller))


def _score_p_value(part: Counts, whole: Counts, null: float) -> Floats:
    spread = np.sqrt(np.maximum(whole, 1) * null * (1 - null))
    return np.asarray(2 * special.ndtr(-np.abs(part - whole * null) / spread))
