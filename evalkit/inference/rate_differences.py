"""The difference of two Poisson rates with exposures, in events per unit of exposure.

Every function takes counts and exposures of the group and of the reference, numbers or arrays that fit together,
and works on all elements at once. A zero on one side, or on both, still bounds the difference, so nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evalkit.inference import rates
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.pairs import Pairs
from evalkit.inference.roots import crossings_near


def score(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = 0.0,
) -> Intervals:
    """The inverted score test: the variance is that of the rates closest to the data under the tested difference.

    The analogue for rates of the interval of Miettinen and Nurminen. With no event at all the limits are
    ``-z²/exposure_ref`` and ``z²/exposure``.

    Source: Miettinen and Nurminen 1985, Statistics in Medicine 4:213-226; the test for Poisson means in Ng, Gu
    and Tang 2007, Computational Statistics & Data Analysis 51:3085-3099.

    Examples
    --------
    >>> from evalkit.inference import rate_differences
    >>> interval = rate_differences.score(41, 28010.0, 15, 19017.0, null=0.0).only()
    >>> round(1e4 * interval.low, 4), round(1e4 * interval.high, 4), round(interval.p_value, 4)
    (0.432, 12.9005, 0.0374)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    low, high = score_limits(pairs, conf_level)
    p_value = None if null is None else np.asarray(2 * special.ndtr(-np.abs(score_statistic(pairs, null))))
    return Intervals(estimate=pairs.difference, low=low, high=high, p_value=p_value)


def mover(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
) -> Intervals:
    """The limits of the two rates, recovered as variances and put together (MOVER). It has no p-value.

    The rates' own limits are those under Jeffreys' prior, with which the method covers best.

    Source: Zou and Donner 2008, Statistics in Medicine 27:1693-1702; for rates Li, Tang and Wong 2014,
    Computational Statistics 29:869-889.

    Examples
    --------
    >>> from evalkit.inference import rate_differences
    >>> interval = rate_differences.mover(41, 28010.0, 15, 19017.0).only()
    >>> round(1e4 * interval.low, 4), round(1e4 * interval.high, 4)
    (0.5181, 12.7398)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    group = rates.bayes(pairs.events, pairs.exposed, conf_level)
    reference = rates.bayes(pairs.events_ref, pairs.exposed_ref, conf_level)
    below, above = _reach(group, reference)
    estimate = pairs.difference
    return Intervals(estimate=estimate, low=estimate - below, high=estimate + above)


TESTED: MappingProxyType[Method, Callable[..., Intervals]] = MappingProxyType({Method.SCORE: score})
"""The methods whose limits have a test behind them and take no time."""


def score_limits(pairs: Pairs, conf_level: float) -> tuple[Floats, Floats]:
    """Both limits of the difference by the score test."""
    z = normal_quantile(conf_level)
    estimate = np.ravel(pairs.difference)
    columns = pairs.ravelled().columns
    below, above = _half_widths(pairs, conf_level)
    low = crossings_near(_gap(z), estimate - below, below / 4, *columns)
    high = crossings_near(_gap(-z), estimate + above, above / 4, *columns)
    shape = pairs.events.shape
    # The limits of huge counts may coincide with the estimate to the last bit but one.
    return np.minimum(low, estimate).reshape(shape), np.maximum(high, estimate).reshape(shape)


def score_statistic(pairs: Pairs, difference: Floats | float) -> Floats:
    """The standardised deviation from a difference; it falls as the difference rises."""
    group, reference = constrained_rates(pairs, difference)
    variance = np.asarray(group / pairs.exposed + reference / pairs.exposed_ref)
    deviation = pairs.difference - difference
    return np.asarray(np.divide(deviation, np.sqrt(variance), out=np.zeros(variance.shape), where=variance > 0))


def constrained_rates(pairs: Pairs, difference: Floats | float) -> tuple[Floats, Floats]:
    """The most likely rates of the group and of the reference among those that differ by ``difference``."""
    apart = np.abs(difference)
    higher = np.asarray(difference) > 0
    # The lower of the two rates is the positive root of a quadratic equation; the other lies above it.
    lower_events = np.where(higher, pairs.events_ref, pairs.events)
    exposed = pairs.exposed + pairs.exposed_ref
    linear = exposed * apart - (pairs.events + pairs.events_ref)
    root = np.sqrt(linear**2 + 4 * exposed * apart * lower_events)
    # Two forms of the same root; each is used where it adds instead of cancelling.
    adds = linear > 0
    divisor = np.where(adds, linear + root, 2 * exposed)
    lower = np.where(adds, 2 * apart * lower_events, root - linear) / divisor
    return np.where(higher, lower + apart, lower), np.where(higher, lower, lower + apart)


def _half_widths(pairs: Pairs, conf_level: float) -> tuple[Floats, Floats]:
    """About how far the limits lie from the estimate; neither is zero."""
    group = rates.score(pairs.events, pairs.exposed, conf_level)
    reference = rates.score(pairs.events_ref, pairs.exposed_ref, conf_level)
    below, above = _reach(group, reference)
    return np.ravel(below), np.ravel(above)


def _reach(group: Intervals, reference: Intervals) -> tuple[Floats, Floats]:
    """How far the difference of two rates reaches below and above itself, by the rates' own limits."""
    below = np.hypot(group.estimate - group.low, reference.high - reference.estimate)
    return below, np.hypot(group.high - group.estimate, reference.estimate - reference.low)


def _gap(target: float) -> Callable[..., Floats]:
    def gap(difference: Floats, events: Counts, exposed: Floats, events_ref: Counts, exposed_ref: Floats) -> Floats:
        return score_statistic(Pairs(events, exposed, events_ref, exposed_ref), difference) - target

    return gap
