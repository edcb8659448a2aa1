"""Rates made comparable by one standard: each stratum's rate weighted as the standard has it.

Rows are strata of groups; ``counts``, ``exposures`` and ``weights`` have shape ``(rows,)`` and exposures and weights
may be 0. Every group of a panel is done by the same sums.
"""

from __future__ import annotations

import numpy as np

from evalkit import refusals
from evalkit.inference import variance_recovery, weighted_sums
from evalkit.inference.groups import Groups, Index
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.method import Method
from evalkit.inference.weighted_sums import WeightedSum


def rate(
    counts: Counts,
    exposures: Floats,
    weights: Floats,
    groups: Groups,
    conf_level: float = 0.95,
    *,
    method: Method = Method.MIDP,
    null: float | None = None,
) -> Intervals:
    """The directly standardised rate of every group, ``Σ w (count / exposure) / Σ w``.

    Source: Fay and Feuer 1997, Statistics in Medicine 16:791-801, and for ``midp`` Fay and Kim 2017, Biometrical
    Journal 59:377-387.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import standardised
    >>> from evalkit.inference.groups import Groups
    >>> one = standardised.rate(np.array([8, 2]), np.array([40.0, 100]), np.array([1.0, 3]), Groups.single(2)).at(0)
    >>> round(one.estimate, 6)
    0.065
    """
    total = _weighted(counts, exposures, weights, groups)
    limits = weighted_sums.LIMITS[method]
    low, high = limits(total, 1 - conf_level)
    p_value = None
    if null is not None:
        p_value = variance_recovery.p_values(lambda alpha, at: limits(total.at(at), alpha), total.value, null)
    found = Intervals(estimate=total.value, low=low, high=high, p_value=p_value)
    return _refused(found, exposures, weights, groups)


def rate_ratio(
    sides: tuple[tuple[Counts, Floats], tuple[Counts, Floats]],
    weights: Floats,
    groups: Groups,
    conf_level: float = 0.95,
    *,
    method: Method = Method.MIDP,
    null: float = 1.0,
) -> Intervals:
    """The ratio of two rates standardised alike, with the limits of each put together by MOVER.

    Parameters
    ----------
    sides
        Counts and exposures of the first side, then of the reference.
    weights, groups, conf_level, method, null
        As in :func:`rate`; the null is a ratio.

    Source: Donner and Zou 2012, Statistical Methods in Medical Research 21:347-359.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import standardised
    >>> from evalkit.inference.groups import Groups
    >>> group = np.array([8, 2]), np.array([40.0, 100])
    >>> reference = np.array([3, 9]), np.array([30.0, 300])
    >>> one = standardised.rate_ratio((group, reference), np.array([1.0, 3]), Groups.single(2)).at(0)
    >>> round(one.estimate, 6)
    1.368421
    """
    (counts, exposures), (counts_ref, exposures_ref) = sides
    first, second = (
        _weighted(counts, exposures, weights, groups),
        _weighted(counts_ref, exposures_ref, weights, groups),
    )
    limits = weighted_sums.LIMITS[method]

    def at_level(alpha: Floats | float, places: Index) -> variance_recovery.Pair:
        one, other = first.at(places), second.at(places)
        return variance_recovery.ratio_limits(one.value, limits(one, alpha), other.value, limits(other, alpha))

    some = (first.value > 0) | (second.value > 0)
    estimate = np.divide(first.value, second.value, out=np.where(some, np.inf, 0.0), where=second.value > 0)
    low, high = at_level(1 - conf_level, np.arange(groups.count))
    p_value = variance_recovery.p_values(at_level, estimate, null)
    found = Intervals(estimate=estimate, low=low, high=high, p_value=p_value)
    for exposed in (exposures, exposures_ref):
        found = _refused(found, exposed, weights, groups)
    return found.refuse(~some, refusals.no_events())


def _weighted(counts: Counts, exposures: Floats, weights: Floats, groups: Groups) -> WeightedSum:
    whole = groups.total(weights)[groups.at]
    shares = np.divide(weights, whole, out=np.zeros_like(whole), where=whole > 0)
    per_event = np.divide(shares, exposures, out=np.zeros_like(shares), where=exposures > 0)
    return WeightedSum.of(counts, per_event, groups)


def _refused(found: Intervals, exposures: Floats, weights: Floats, groups: Groups) -> Intervals:
    found = found.refuse(groups.total(weights) == 0, refusals.nothing_weighed_in())
    unknown = groups.total((weights > 0) & (exposures == 0)) > 0
    return found.refuse(unknown, refusals.stratum_without_exposure())
