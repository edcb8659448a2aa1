"""Rates made comparable by one standard: each stratum's rate weighted as the standard has it.

Rows are strata of groups; ``counts``, ``exposures`` and ``weights`` have shape ``(rows,)`` and exposures and weights
may be 0. Every group of a panel is done by the same sums.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from evalkit import refusals
from evalkit.inference import variance_recovery, weighted_sums
from evalkit.inference.groups import Groups, Index
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.weighted_sums import Limits, WeightedSum

_ONE_MORE = 0.25
"""How much of an average event is added before the weight of an event is worked out from the counts. Without it a side
whose heavy strata happen to have no event looks too certain: 92.4 % instead of 95.0 % at 3 expected events. Chosen from
0, 1/4, 1/2 and 1 in ``benchmarks/coverage_adjustment.py``."""


def rate(
    counts: Counts,
    exposures: Floats,
    weights: Floats,
    groups: Groups,
    conf_level: float = 0.95,
    *,
    method: Method = Method.SCORE,
    null: float | None = None,
) -> Intervals:
    """The directly standardised rate of every group, ``Σ w (count / exposure) / Σ w``.

    Source: Fay and Feuer 1997, Statistics in Medicine 16:791-801, for ``midp`` Fay and Kim 2017, Biometrical Journal
    59:377-387, and for ``score`` see :func:`evalkit.inference.weighted_sums.score`.

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
    """The ratio of two rates standardised alike.

    ``midp`` and ``gamma`` put the limits of each side together by MOVER. ``score`` takes each side for one Poisson
    count of equal mean and variance (events of the weight ``V / Y``, with a quarter of an average event added to both)
    and gives the score interval of their ratio: narrower, but with strata of unlike weight it has covered 84 per cent
    instead of 95, and one more event of a light stratum may lower its upper limit.

    Parameters
    ----------
    sides
        Counts and exposures of the first side, then of the reference.
    weights, groups, conf_level, method, null
        As in :func:`rate`; the null is a ratio.

    Source: for ``score`` the approximation of Dobson, Kuulasmaa, Eberle and Scherer 1991, Statistics in Medicine
    10:457-462, on both sides; Donner and Zou 2012, Statistical Methods in Medical Research 21:347-359.

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
    mean_weights = (_mean_weight(exposures, weights, groups), _mean_weight(exposures_ref, weights, groups))
    some = (first.value > 0) | (second.value > 0)
    if method is Method.SCORE:
        found = _scored(first, second, mean_weights, conf_level, null)
    else:
        found = _recovered(first, second, weighted_sums.LIMITS[method], conf_level, null)
    for exposed in (exposures, exposures_ref):
        found = _refused(found, exposed, weights, groups)
    return found.refuse(~some, refusals.no_events())


def _recovered(first: WeightedSum, second: WeightedSum, limits: Limits, conf_level: float, null: float) -> Intervals:
    def at_level(alpha: Floats | float, places: Index) -> variance_recovery.Pair:
        one, other = first.at(places), second.at(places)
        return variance_recovery.ratio_limits(one.value, limits(one, alpha), other.value, limits(other, alpha))

    estimate = _quotient(first.value, second.value)
    low, high = at_level(1 - conf_level, np.arange(estimate.size))
    p_value = variance_recovery.p_values(at_level, estimate, null)
    return Intervals(estimate=estimate, low=low, high=high, p_value=p_value)


def _scored(
    first: WeightedSum,
    second: WeightedSum,
    mean_weights: tuple[variance_recovery.Pair, variance_recovery.Pair],
    conf_level: float,
    null: float,
) -> Intervals:
    """The score interval of the ratio of two Poisson counts that stand for the weighted sums."""
    weight, weight_ref = (
        np.where(side.value > 0, _quotient(side.variance + _ONE_MORE * squares, side.value + _ONE_MORE * mean), mean)
        for side, (mean, squares) in zip((first, second), mean_weights, strict=True)
    )
    events, events_ref = _quotient(first.value, weight), _quotient(second.value, weight_ref)
    per = _quotient(weight, weight_ref)
    z = normal_quantile(conf_level)
    both = (events > 0) & (events_ref > 0)
    half = 2 * np.arcsinh(z / 2 * np.where(both, np.sqrt(_quotient(events + events_ref, events * events_ref)), 0.0))
    estimate = _quotient(first.value, second.value)
    # A side whose weights are all 0 is refused afterwards; until then its numbers mean nothing.
    with np.errstate(over="ignore", invalid="ignore"):
        low = np.where(both, estimate * np.exp(-half), np.where(events > 0, events / z**2 * per, 0.0))
        high = np.where(
            both, estimate * np.exp(half), np.where(events_ref > 0, _quotient(z**2 * per, events_ref), np.inf)
        )
        odds = _quotient(np.full(per.shape, null), per)
        score = _quotient(np.abs(events - odds * events_ref), np.sqrt(odds * (events + events_ref)))
    return Intervals(estimate=estimate, low=low, high=high, p_value=np.asarray(2 * special.ndtr(-score)))


def _quotient(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.where(over > 0, np.inf, 0.0), where=under > 0)


def _mean_weight(exposures: Floats, weights: Floats, groups: Groups) -> tuple[Floats, Floats]:
    """What an event adds on average over the strata, and to the variance."""
    per_event = _per_event(exposures, weights, groups)
    some = np.maximum(groups.total(per_event > 0), 1)
    return groups.total(per_event) / some, groups.total(per_event**2) / some


def _weighted(counts: Counts, exposures: Floats, weights: Floats, groups: Groups) -> WeightedSum:
    return WeightedSum.of(counts, _per_event(exposures, weights, groups), groups)


def _per_event(exposures: Floats, weights: Floats, groups: Groups) -> Floats:
    whole = groups.total(weights)[groups.at]
    shares = np.divide(weights, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.divide(shares, exposures, out=np.zeros_like(shares), where=exposures > 0)


def _refused(found: Intervals, exposures: Floats, weights: Floats, groups: Groups) -> Intervals:
    found = found.refuse(groups.total(weights) == 0, refusals.nothing_weighed_in())
    unknown = groups.total((weights > 0) & (exposures == 0)) > 0
    return found.refuse(unknown, refusals.stratum_without_exposure())
