"""Two sides compared stratum by stratum (Mantel–Haenszel): like with like, then one common ratio or difference.

Rows are strata, a :class:`~evalkit.inference.groups.Groups` tells which comparison each belongs to, and every
comparison of a panel is made by the same few sums. ``events`` and ``events_ref`` are counts, ``exposed`` and
``exposed_ref`` what they are divided by, all of shape ``(strata,)``; an exposure may be 0 where a stratum lacks a side.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import variance_recovery, weighted_sums
from evalkit.inference.groups import Groups, Index
from evalkit.inference.intervals import Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.scored_difference import ScoredDifference
from evalkit.inference.strata import Strata
from evalkit.inference.weighted_sums import WeightedSum


@dataclass(frozen=True, slots=True, eq=False)
class Homogeneity:
    """A chi-square test of whether strata agree, by group; nan where there is none to make."""

    statistic: Floats
    df: Floats
    p_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Intervals by group, the test of agreement, and how many strata there are and were of no use."""

    intervals: Intervals
    homogeneity: Homogeneity
    strata: NDArray[np.int64]
    left_out: NDArray[np.int64]


def ratio(
    strata: Strata, groups: Groups, conf_level: float = 0.95, *, method: Method = Method.SCORE, null: float = 1.0
) -> Compared:
    """The common rate ratio, the same in every stratum.

    Parameters
    ----------
    strata, groups
        The strata and what they belong to.
    conf_level, null
        The level and the ratio that the p-value is against.
    method
        ``mantel_haenszel``: normal limits on the log scale with the variance ``Q / (R S)`` of Greenland and Robins.
        ``score``: the ratios that the same statistic does not reject with its variance taken under them,
        ``(R - ρ S)² = z² ρ Q``; it needs no event on every side, and for one stratum it is the score interval of two
        rates. With no event on a side both give the score limit.

    Source: Mantel and Haenszel 1959, JNCI 22:719-748, for rates Rothman and Boice 1979; the variance Greenland and
    Robins 1985, Biometrics 41:55-68. Homogeneity: Breslow and Day 1987, Statistical Methods in Cancer Research II,
    section 3.6, with the correction of Tarone 1985, Biometrika 72:91-95, for an estimate that is not the likeliest.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import stratified
    >>> from evalkit.inference.groups import Groups
    >>> from evalkit.inference.strata import Strata
    >>> strata = Strata(np.array([9, 8]), np.array([413.0, 263]), np.array([19, 13]), np.array([398.0, 245]))
    >>> found = stratified.ratio(strata, Groups.single(2)).intervals.at(0)
    >>> round(found.estimate, 4), round(found.low, 4), round(found.high, 4)
    (0.5044, 0.2823, 0.9012)
    """
    over = groups.total(strata.events * strata.share_ref)
    under = groups.total(strata.events_ref * strata.share)
    both = strata.events + strata.events_ref
    spread = groups.total(both * strata.share * strata.share_ref)
    z = normal_quantile(conf_level)
    some = (over > 0) & (under > 0)
    estimate = _divided(over, under)
    std_error = np.sqrt(_divided(spread, over * under))
    half = z * std_error if method is Method.MANTEL_HAENSZEL else 2 * np.arcsinh(z / 2 * np.where(some, std_error, 0))
    with np.errstate(over="ignore", invalid="ignore"):
        low = np.where(some, estimate * np.exp(-half), _divided(over**2, z * z * spread))
        high = np.where(some, estimate * np.exp(half), _divided(z * z * spread, under**2))
        low, high = np.where(over > 0, low, 0.0), np.where(under > 0, high, np.inf)
    intervals = Intervals(
        estimate=estimate,
        low=low,
        high=high,
        p_value=_ratio_p_values(over, under, spread, method, null),
        std_error=std_error if method is Method.MANTEL_HAENSZEL else None,
    )
    useful = (both > 0) & (strata.share > 0) & (strata.share_ref > 0)
    refused = intervals.refuse(groups.total(both) == 0, refusals.no_events())
    return Compared(
        intervals=refused.refuse(spread == 0, refusals.no_shared_stratum()),
        homogeneity=_ratio_homogeneity(strata, groups, estimate, useful),
        strata=groups.total(np.ones(both.size)).astype(np.int64),
        left_out=groups.total(~useful).astype(np.int64),
    )


def difference(
    strata: Strata, groups: Groups, conf_level: float = 0.95, *, method: Method = Method.SCORE, null: float = 0.0
) -> Compared:
    """The common rate difference, the strata weighted by ``T1 T0 / (T1 + T0)`` (Mantel–Haenszel).

    Parameters
    ----------
    strata, groups, conf_level, null
        As in :func:`ratio`; the null is a difference.
    method
        ``score``: the differences that the weighted statistic does not reject, its variance taken from the rates that
        are likeliest in each stratum under them. ``midp`` and ``gamma``: the difference is one of two weighted sums of
        counts, whose mid-p or gamma limits are put together by MOVER. These three need no event.
        ``mantel_haenszel``: normal limits with the variance of Greenland and Robins 1985, which for rates holds both
        for few large and for many small strata.

    Source: Greenland and Robins 1985, Biometrics 41:55-68; Miettinen and Nurminen 1985, Statistics in Medicine
    4:213-226 (rates, over strata); Zou and Donner 2008, Statistics in Medicine 27:1693-1702;
    Fay and Kim 2017, Biometrical Journal 59:377-387. Homogeneity: Rao's score test of one common difference.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import stratified
    >>> from evalkit.inference.groups import Groups
    >>> from evalkit.inference.strata import Strata
    >>> strata = Strata(np.array([9, 8]), np.array([413.0, 263]), np.array([19, 13]), np.array([398.0, 245]))
    >>> found = stratified.difference(strata, Groups.single(2)).intervals.at(0)
    >>> round(found.estimate, 4), round(found.low, 4), round(found.high, 4)
    (-0.0247, -0.0474, -0.004)
    """
    weights = strata.exposed * strata.share_ref
    whole = groups.total(weights)
    # W = w / (T Σw) without dividing by an exposure that may be 0.
    per = np.where(whole > 0, whole, np.inf)[groups.at]
    first = WeightedSum.of(strata.events, strata.share_ref / per, groups)
    second = WeightedSum.of(strata.events_ref, strata.share / per, groups)
    estimate = first.value - second.value
    scored = ScoredDifference(strata, groups, whole)
    if method is Method.MANTEL_HAENSZEL:
        intervals = _normal(estimate, np.sqrt(first.variance + second.variance), conf_level, null)
    elif method is Method.SCORE:
        intervals = scored.interval(estimate, conf_level, null)
    else:
        intervals = _recovered(first, second, method, conf_level, null)
    shared = weights > 0
    return Compared(
        intervals=intervals.refuse(whole == 0, refusals.no_shared_stratum()),
        homogeneity=_difference_homogeneity(scored, shared),
        strata=groups.total(np.ones(weights.size)).astype(np.int64),
        left_out=groups.total(~shared).astype(np.int64),
    )


RATIO_METHODS = (Method.SCORE, Method.MANTEL_HAENSZEL)
DIFFERENCE_METHODS = (Method.SCORE, Method.MIDP, Method.GAMMA, Method.MANTEL_HAENSZEL)
HOMOGENEITY: MappingProxyType[str, str] = MappingProxyType(
    {"ratio": "homogeneity of rate ratios", "difference": "homogeneity of rate differences"}
)


def _ratio_p_values(over: Floats, under: Floats, spread: Floats, method: Method, null: float) -> Floats:
    score = _divided(np.abs(over - null * under), np.sqrt(null * spread))
    some = (over > 0) & (under > 0)
    if method is Method.MANTEL_HAENSZEL:
        log_ratio = np.log(np.where(some, _divided(over, under), 1.0) / null)
        score = np.where(some, _divided(np.abs(log_ratio), np.sqrt(_divided(spread, over * under))), score)
    return np.asarray(2 * special.ndtr(-score))


def _normal(estimate: Floats, std_error: Floats, conf_level: float, null: float) -> Intervals:
    half = normal_quantile(conf_level) * std_error
    p_value = 2 * special.ndtr(-_divided(np.abs(estimate - null), std_error))
    found = Intervals(estimate=estimate, low=estimate - half, high=estimate + half, p_value=p_value)
    return found.refuse(std_error == 0, refusals.no_events())


def _recovered(first: WeightedSum, second: WeightedSum, method: Method, conf_level: float, null: float) -> Intervals:
    limits = weighted_sums.LIMITS[method]

    def at_level(alpha: Floats | float, places: Index) -> variance_recovery.Pair:
        one, other = first.at(places), second.at(places)
        return variance_recovery.difference_limits(one.value, limits(one, alpha), other.value, limits(other, alpha))

    estimate = first.value - second.value
    low, high = at_level(1 - conf_level, np.arange(estimate.size))
    p_value = variance_recovery.p_values(at_level, estimate, null)
    return Intervals(estimate=estimate, low=low, high=high, p_value=p_value)


def _ratio_homogeneity(strata: Strata, groups: Groups, estimate: Floats, useful: NDArray[np.bool_]) -> Homogeneity:
    common = np.where(np.isfinite(estimate), estimate, 0.0)[groups.at]
    both = (strata.events + strata.events_ref) * useful
    weighted = common * strata.share
    chance = _divided(weighted, weighted + strata.share_ref)
    variance = both * chance * (1 - chance)
    gap = np.where(variance > 0, strata.events - both * chance, 0.0)
    total_variance, total_gap = groups.total(variance), groups.total(gap)
    squares = groups.total(np.divide(gap**2, variance, out=np.zeros_like(gap), where=variance > 0))
    correction = np.divide(total_gap**2, total_variance, out=np.zeros_like(total_gap), where=total_variance > 0)
    return _homogeneity(squares - correction, groups.total(useful), total_variance > 0)


def _difference_homogeneity(scored: ScoredDifference, shared: NDArray[np.bool_]) -> Homogeneity:
    groups, strata = scored.groups, scored.strata
    events = groups.total((strata.events + strata.events_ref) * shared)
    return _homogeneity(scored.disagreement(), groups.total(shared), events > 0)


def _homogeneity(statistic: Floats, strata: Floats, there: NDArray[np.bool_]) -> Homogeneity:
    tested = there & (strata > 1)
    df = np.where(tested, strata - 1, np.nan)
    squares = np.where(tested, np.maximum(statistic, 0.0), np.nan)
    return Homogeneity(squares, df, special.chdtrc(df, squares))


def _divided(over: Floats, under: Floats) -> Floats:
    """The quotient, infinite where nothing is below the line and 0 where there is nothing on either side of it."""
    nothing = np.where(over > 0, np.inf, 0.0)
    return np.divide(over, under, out=nothing, where=under > 0)
