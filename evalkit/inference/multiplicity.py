"""Adjusted p-values when several hypotheses are tested together.

Each kernel takes p-values of shape ``(..., hypotheses)`` and adjusts along the last axis, so that many families
are done in one call. A p-value that is nan belongs to a test that was planned but could not be made: it counts
in its family as p = 1, so that the size of the family is that of the plan and not of the data, and stays nan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.adjustment import Adjustment

Floats = NDArray[np.float64]

# Two statistics that differ by less than this, relatively, are taken as equal: sums in another order differ so much.
TIE = 1e-9


def bonferroni(p_values: Floats) -> Floats:
    """Each p-value times the size of the family."""
    return _missing_kept(p_values, np.minimum(1.0, _filled(p_values) * p_values.shape[-1]))


def holm(p_values: Floats) -> Floats:
    """Step-down: family-wise error under any dependence (Holm 1979)."""
    return _stepwise(p_values, _falling(p_values.shape[-1]), up=False)


def hochberg(p_values: Floats) -> Floats:
    """Step-up: family-wise error when tests are independent or positively dependent (Hochberg 1988)."""
    return _stepwise(p_values, _falling(p_values.shape[-1]), up=True)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """False discovery rate, independent or positively dependent tests (Benjamini and Hochberg 1995)."""
    size = p_values.shape[-1]
    return _stepwise(p_values, size / np.arange(1, size + 1), up=True)


def benjamini_yekutieli(p_values: Floats) -> Floats:
    """False discovery rate under any dependence (Benjamini and Yekutieli 2001)."""
    size = p_values.shape[-1]
    ranks = np.arange(1, size + 1)
    return _stepwise(p_values, size / ranks * (1 / ranks).sum(), up=True)


def serial_gatekeeping(p_values: Floats, tiers: Sequence[NDArray[np.int64]]) -> Floats:
    """Holm within each tier; a tier is tested only when everything in those before it was rejected.

    Westfall and Krishen 2001: the adjusted p is never below the largest of the tiers before.

    Parameters
    ----------
    p_values
        Shape ``(..., hypotheses)``.
    tiers
        The places of the hypotheses of each tier, in order.
    """
    known = _filled(p_values)
    adjusted = np.empty_like(known)
    closed = np.zeros(known.shape[:-1])
    for places in tiers:
        adjusted[..., places] = np.maximum(holm(known[..., places]), closed[..., np.newaxis])
        closed = adjusted[..., places].max(axis=-1)
    return _missing_kept(p_values, adjusted)


def parallel_gatekeeping(p_values: Floats, tiers: Sequence[NDArray[np.int64]]) -> Floats:
    """Bonferroni within each tier but the last, Holm in the last; what a tier rejects is carried over as level.

    Dmitrienko, Tamhane and Wiens 2008: tier j + 1 is tested at the level of tier j times the share of tier j
    that was rejected. The adjusted p is the smallest overall level at which the hypothesis falls, found by
    turning that rule around: tier j + 1 has at least the level x when, for some k, k hypotheses of tier j fall
    and the level of tier j is at least x·m/k.

    Parameters
    ----------
    p_values
        Shape ``(..., hypotheses)``.
    tiers
        The places of the hypotheses of each tier, in order.
    """
    known = _filled(p_values)
    adjusted = np.empty_like(known)
    needed: Callable[[Floats], Floats] = _same
    for number, places in enumerate(tiers):
        within = known[..., places]
        last = number == len(tiers) - 1
        adjusted[..., places] = needed(_unbounded_holm(within) if last else within * places.size)
        needed = _carried(needed, within)
    return _missing_kept(p_values, np.minimum(1.0, adjusted))


def romano_wolf(statistics: Floats, draws: Floats) -> Floats:
    """Step-down max-statistic p-values from draws under the null (Romano and Wolf 2005, 2016).

    The largest statistic is compared to the largest of all hypotheses in each draw, the next to the largest of
    those that remain, and so on; p = (1 + draws at least as large)/(1 + draws), made monotone.

    Parameters
    ----------
    statistics
        Shape ``(..., hypotheses)``: as observed, larger being more extreme (such as ``abs(t)``).
    draws
        Shape ``(..., draws, hypotheses)``: the same statistic, centred at the null, in each draw. All hypotheses
        of one row come from one draw, which is how their dependence is kept.

    Returns
    -------
    ndarray
        Shape ``(..., hypotheses)``. A hypothesis whose statistic is nan is not in the family.
    """
    known = np.where(np.isnan(statistics), -np.inf, statistics)
    order = np.argsort(-known, axis=-1, kind="stable")
    ranked = np.take_along_axis(known, order, axis=-1)
    wanted = np.where(np.isnan(statistics)[..., np.newaxis, :], -np.inf, draws)
    sorted_draws = np.take_along_axis(wanted, order[..., np.newaxis, :], axis=-1)
    remaining = np.maximum.accumulate(sorted_draws[..., ::-1], axis=-1)[..., ::-1]
    extreme = (remaining >= lowered(ranked)[..., np.newaxis, :]).sum(axis=-2)
    ranked_p = np.maximum.accumulate((1 + extreme) / (1 + draws.shape[-2]), axis=-1)
    adjusted = np.empty_like(ranked_p)
    np.put_along_axis(adjusted, order, ranked_p, axis=-1)
    return _missing_kept(statistics, adjusted)


def lowered(statistics: Floats) -> Floats:
    """What a draw must reach to be as extreme: the statistic less the tolerance for ties."""
    return statistics - TIE * np.abs(np.where(np.isfinite(statistics), statistics, 0.0))


KERNELS: dict[Adjustment, Callable[[Floats], Floats]] = {
    Adjustment.BONFERRONI: bonferroni,
    Adjustment.HOLM: holm,
    Adjustment.HOCHBERG: hochberg,
    Adjustment.BH: benjamini_hochberg,
    Adjustment.BY: benjamini_yekutieli,
}
GATED: dict[Adjustment, Callable[[Floats, Sequence[NDArray[np.int64]]], Floats]] = {
    Adjustment.SERIAL_GATEKEEPING: serial_gatekeeping,
    Adjustment.PARALLEL_GATEKEEPING: parallel_gatekeeping,
}


def _same(level: Floats) -> Floats:
    return level


def _carried(needed: Callable[[Floats], Floats], within: Floats) -> Callable[[Floats], Floats]:
    """The overall level that is needed for the next tier to have a given level, after a tier with these p-values."""
    size = within.shape[-1]
    opened = needed(np.sort(within, axis=-1) * size)

    def for_next(level: Floats) -> Floats:
        options = [np.maximum(opened[..., [k - 1]], needed(level * (size / k))) for k in range(1, size + 1)]
        smallest: Floats = np.minimum.reduce(options)
        return smallest

    return for_next


def _falling(size: int) -> Floats:
    return np.arange(size, 0, -1, dtype=np.float64)


def _unbounded_holm(p_values: Floats) -> Floats:
    """Holm's adjusted p before it is cut at 1: as a level it may still be shrunk."""
    return _ranked(p_values, lambda ranked: np.maximum.accumulate(ranked * _falling(ranked.shape[-1]), axis=-1))


def _stepwise(p_values: Floats, factors: Floats, *, up: bool) -> Floats:
    def adjust(ranked: Floats) -> Floats:
        scaled = ranked * factors
        if up:
            return np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
        return np.maximum.accumulate(scaled, axis=-1)

    return _missing_kept(p_values, np.minimum(1.0, _ranked(_filled(p_values), adjust)))


def _ranked(p_values: Floats, adjust: Callable[[Floats], Floats]) -> Floats:
    """What ``adjust`` makes of the p-values in rising order, put back where they came from."""
    order = np.argsort(p_values, axis=-1, kind="stable")
    adjusted = np.empty_like(p_values)
    np.put_along_axis(adjusted, order, adjust(np.take_along_axis(p_values, order, axis=-1)), axis=-1)
    return adjusted


def _filled(p_values: Floats) -> Floats:
    return np.where(np.isnan(p_values), 1.0, p_values)


def _missing_kept(given: Floats, adjusted: Floats) -> Floats:
    return np.where(np.isnan(given), np.nan, adjusted)
