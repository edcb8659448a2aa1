"""The E-test of two Poisson rates: their ratio or their difference, judged by all outcomes of both counts.

The p-value is the probability, at the most likely rates under the hypothesis, of a score statistic at least as far
from zero as the observed one. Unlike the conditional tests it does not hold the sum of the counts fixed, and so is less
conservative; as the rates are estimated it may reject a little more often than the level says.

The interval runs from the smallest to the largest value that the test does not reject. The p-value is not monotone
in the value tested (it jumps when an outcome changes sides), so the search goes over a grid of 1/32 of a standard
error, takes the outermost point that is not rejected and halves the step beyond it. With up to 20 events in all every
jump further out is then looked at (:mod:`evalkit.inference.jumps`), so that a value outside the interval is rejected;
with more events what sticks out between two points of the grid is at most a hundredth of a standard error. A value
inside may in a narrow gap be rejected too.

Source: Krishnamoorthy and Thomson 2004, Journal of Statistical Planning and Inference 119:23-35; with the score
statistic Gu, Ng, Tang and Schucany 2008, Biometrical Journal 50:283-298 (ratio) and Ng, Gu and Tang 2007,
Computational Statistics & Data Analysis 51:3085-3099 (difference).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import rate_differences, ratios
from evalkit.inference.chunks import rows_of_like_width
from evalkit.inference.distinct import solved_once
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.jumps import beyond
from evalkit.inference.levels import normal_quantile
from evalkit.inference.outermost import outermost
from evalkit.inference.pairs import Pairs

_DEVIATIONS = 9
_ADDED = 30
# Beyond so many counts within reach they are taken at even distances; the sum then is right to six digits or more.
_MOST_COUNTS = 8192
# A table of probabilities pays up to so many times as wide as what is looked up in it, and up to such counts.
_WIDER, _MOST_TABLED = 8, 2**17
# What lies out of reach and so in no table has no share of a p-value above this.
_BEYOND_TABLES = 1e-9
_TIE = 1e-10
_SMALLEST = 1e-300
# Up to so many events in all each jump is looked for, so far outside of the limit, and of outcomes so likely.
_MOST_FOR_JUMPS = 20
_ROWS_FOR_JUMPS = 32
# Every so many counts are solved first, and bracket those between them.
_APART = 8
_NARROWEST = 64.0
_ERRORS_BEYOND = 2.5
_LIKELY_REACH = 7
_HINT = 1e-6


def ratio(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = 1.0,
) -> Intervals:
    """The E-test of a ratio, inverted. No event on one side makes it one-sided, none on either is refused.

    Examples
    --------
    >>> from evalkit.inference import e_test
    >>> found = e_test.ratio(60, 51477.5, 30, 54308.7).only()
    >>> round(found.low, 4), round(found.high, 4), round(found.p_value, 5)
    (1.3653, 3.2612, 0.00057)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    odds = solved_once(lambda first, second: _odds_limits(first, second, conf_level), *pairs.counts)
    per_odds = pairs.exposed_ref / pairs.exposed
    estimate = np.where(pairs.is_empty, 1.0, pairs.ratio)
    p_value = None if null is None else _p_value_once(pairs, null / per_odds)
    found = Intervals(estimate=estimate, low=per_odds * odds[0], high=per_odds * odds[1], p_value=p_value)
    return found.refuse(pairs.is_empty, refusals.no_events())


def difference(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = 0.0,
) -> Intervals:
    """The E-test of a difference, inverted. Against no difference it is the test of the ratio 1.

    Examples
    --------
    >>> from evalkit.inference import e_test
    >>> found = e_test.difference(3, 10.0, 0, 10.0).only()
    >>> round(found.low, 4), round(found.high, 4), round(found.p_value, 4)
    (-0.05, 0.9, 0.0884)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    low = _flat(lambda flat: _difference_limit(flat, -1, conf_level), pairs)
    high = _flat(lambda flat: _difference_limit(flat, 1, conf_level), pairs)
    p_value = None
    if null is not None:
        p_value = _flat(lambda flat: difference_p_value(flat, np.full(flat.events.shape, null)), pairs)
    return Intervals(estimate=pairs.difference, low=low, high=high, p_value=p_value)


def _p_value_once(pairs: Pairs, odds: Floats) -> Floats:
    """The p-values with each distinct combination of counts and odds worked out once: exposures of a panel repeat."""
    known, place = np.unique(odds, return_inverse=True)

    def solve(first: Counts, second: Counts, at: Counts) -> tuple[Floats, ...]:
        exposed = np.ones(first.shape)
        return (ratio_p_value(Pairs(first, exposed, second, exposed), known[at]),)

    return solved_once(solve, *pairs.counts, place.reshape(odds.shape).astype(np.int64))[0]


def _flat(solve: Callable[[Pairs], Floats], pairs: Pairs) -> Floats:
    return solve(pairs.ravelled()).reshape(pairs.events.shape)


def ratio_p_value(pairs: Pairs, odds: Floats) -> Floats:
    """The p-values of given odds of the two counts (the ratio times the quotient of exposures); all are vectors."""
    # The sum goes over the side with the smaller mean, which has fewer counts within reach.
    swap = odds > 1
    first = np.where(swap, pairs.events_ref, pairs.events)
    second = np.where(swap, pairs.events, pairs.events_ref)
    odds = np.where(swap, 1 / odds, odds)
    total = first + second
    extreme = (first - odds * second) ** 2 / (np.maximum(total, 1) * odds)

    def cuts(rows: Counts, counts: Floats) -> tuple[Floats, Floats]:
        # The statistic (k - odds m) / √((k + m) odds) is as extreme as the observed at two roots of a quadratic in m.
        at, square = odds[rows, None], extreme[rows, None]
        high = (2 * counts + square + np.sqrt(square * (4 * counts * (1 + at) + square))) / (2 * at)
        low = counts * (counts - square * at) / np.maximum(at**2 * high, _SMALLEST)
        # No event on either side deviates from nothing.
        return _floor(np.where(counts > 0, low, -1.0)), _ceiling(high)

    return _summed(total * odds / (1 + odds), total / (1 + odds), cuts)


def difference_p_value(pairs: Pairs, null: Floats) -> Floats:
    """The p-values of given differences of the two rates; all are vectors."""
    group, reference = rate_differences.constrained_rates(pairs, null)
    swap = group * pairs.exposed > reference * pairs.exposed_ref
    sides = pairs.swapped(swap)
    tested = np.where(swap, -null, null)
    means, means_ref = np.where(swap, reference, group), np.where(swap, group, reference)
    extreme = np.abs(rate_differences.score_statistic(sides, tested)) * (1 - _TIE)
    means, means_ref = means * sides.exposed, means_ref * sides.exposed_ref
    most = np.ceil(means_ref + _reach(means_ref))

    def cuts(rows: Counts, counts: Floats) -> tuple[Floats, Floats]:
        at = rows[:, None]

        def statistic(counts: Floats, counts_ref: Floats) -> Floats:
            # Hypothetical counts are floats, which hold any that a tested value can make likely.
            events, events_ref = cast("Counts", counts), cast("Counts", counts_ref)
            cells = Pairs(events, sides.exposed[at], events_ref, sides.exposed_ref[at])
            return rate_differences.score_statistic(cells, tested[at])

        low = _last(lambda *cell: statistic(*cell) >= extreme[at], counts, most[at])
        return low, _last(lambda *cell: statistic(*cell) > -extreme[at], counts, most[at]) + 1

    return _summed(means, means_ref, cuts)


def _summed(means: Floats, means_ref: Floats, cuts: Callable[[Counts, Floats], tuple[Floats, Floats]]) -> Floats:
    """The probability of the outcomes outside the cuts, for two Poisson counts with these means."""
    reach = _reach(means)
    start = np.maximum(np.floor(means) - reach, 0.0)
    width = np.floor(means) + reach - start + 1
    stride = np.ceil(width / _MOST_COUNTS)
    points, places = _rounded_up(np.ceil(width / stride)), _rounded_up(_first_of(means_ref)[1])
    p_value = np.empty(means.shape)
    for rows in _alike(points, places):
        counts = start[rows, None] + stride[rows, None] * np.arange(points[rows[0]])
        weights = _weights(counts, means[rows])
        low, high = cuts(rows, counts)
        weights /= weights.sum(axis=1, keepdims=True)
        p_value[rows] = (weights * _outside(low, high, means_ref[rows], places[rows[0]])).sum(axis=1)
        tiny = np.flatnonzero(p_value[rows] < _BEYOND_TABLES)
        if tiny.size:
            beside = means_ref[rows[tiny], None]
            outside = _at_most(low[tiny], beside) + _at_least(high[tiny], beside)
            p_value[rows[tiny]] = (weights[tiny] * outside).sum(axis=1)
    return np.minimum(p_value, 1.0)


def _rounded_up(widths: Floats) -> Floats:
    """The next power of √2: rows in one matrix have one such width, so that none hangs on which others there are."""
    return np.asarray(np.ceil(np.sqrt(2.0) ** np.ceil(2 * np.log2(np.maximum(widths, _NARROWEST)) - 1e-9)))


def _alike(points: Floats, places: Floats) -> Iterator[NDArray[np.int64]]:
    """The places of rows that need a sum and a table as wide as each other, as many as memory allows."""
    tabled = np.where(places <= _MOST_TABLED, places, 0.0)
    order = np.lexsort((tabled, points))
    ends = np.flatnonzero((np.diff(points[order]) != 0) | (np.diff(tabled[order]) != 0)) + 1
    for group in np.split(order, ends):
        yield from (group[part] for part in rows_of_like_width(_widest(points[group], tabled[group])))


def _widest(points: Floats, tabled: Floats) -> Counts:
    return np.asarray(np.maximum(points, tabled), dtype=np.int64)


def _weights(counts: Floats, means: Floats) -> Floats:
    """Poisson probabilities of whole numbers, over the largest of their row."""
    if counts[:, -1].max() < _MOST_TABLED:
        factorials = special.gammaln(np.arange(counts[:, -1].max() + 1) + 1)[counts.astype(np.int64)]
    else:
        factorials = special.gammaln(counts + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(counts > 0, counts * np.log(means)[:, None], 0.0) - factorials
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)))


def _first_of(means: Floats) -> tuple[Floats, Floats]:
    """The first whole number within reach of each mean, and how many there are."""
    first = np.maximum(np.floor(means) - _reach(means), 0.0)
    return first, np.floor(means) + _reach(means) - first + 1


def _outside(low: Floats, high: Floats, means: Floats, places: float) -> Floats:
    """The probability of at most ``low`` or at least ``high``, whole numbers of shape ``(rows, points)``.

    The probabilities of all numbers within reach are added up once from either end and looked up, which is many times
    quicker than an incomplete gamma function for each; where a table would be wider than what is asked, that is used.
    """
    first, widest = _first_of(means)[0], int(places)
    if widest > min(_WIDER * low.shape[1], _MOST_TABLED):
        return np.minimum(_at_most(low, means[:, None]) + _at_least(high, means[:, None]), 1.0)
    chances = np.zeros((means.size, widest + 2))
    chances[:, 1:-1] = _weights(first[:, None] + np.arange(float(widest)), means)
    below = np.cumsum(chances, axis=1)
    above = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1]
    # Place 0 is all numbers before the first, and the last place all after the last.
    at_low = np.clip(low - first[:, None] + 1, 0, widest + 1).astype(np.int64)
    at_high = np.clip(high - first[:, None] + 1, 0, widest + 1).astype(np.int64)
    found = np.take_along_axis(below, at_low, axis=1) + np.take_along_axis(above, at_high, axis=1)
    return np.asarray(np.minimum(found / below[:, -1:], 1.0))


def _reach(means: Floats) -> Floats:
    return np.asarray(_ADDED + np.ceil(_DEVIATIONS * np.sqrt(means)))


def _at_most(counts: Floats, means: Floats) -> Floats:
    return np.where(counts >= 0, special.gammaincc(np.maximum(counts, 0.0) + 1, means), 0.0)


def _at_least(counts: Floats, means: Floats) -> Floats:
    return np.where(counts > 0, special.gammainc(np.maximum(counts, 1.0), means), 1.0)


def _floor(root: Floats) -> Floats:
    """The whole number at or below a root, which may itself be one but for rounding."""
    return np.asarray(np.floor(root + 1e-9 + 1e-14 * np.abs(root)))


def _ceiling(root: Floats) -> Floats:
    return np.asarray(np.ceil(root - 1e-9 - 1e-14 * np.abs(root)))


def _last(holds: Callable[[Floats, Floats], NDArray[np.bool_]], counts: Floats, bound: Floats) -> Floats:
    """The largest whole number up to ``bound`` at which something that holds for small ones does; -1 for none.

    ``counts``, shape ``(rows, points)`` and rising, is what ``holds`` is asked about beside the numbers; ``bound`` has
    shape ``(rows, 1)``. The number rises with the count, so that of many points some bracket the others.
    """
    points = counts.shape[1]
    if points <= 2 * _APART:
        low, high = np.full(counts.shape, -1.0), np.broadcast_to(bound + 1, counts.shape)
    else:
        some = np.append(np.arange(0, points - 1, _APART), points - 1)
        knots = _last(holds, counts[:, some], bound)
        left = np.arange(points) // _APART - (np.arange(points) == points - 1) * ((points - 1) % _APART == 0)
        low, high = knots[:, left], knots[:, left + 1] + 1
    for _ in range(int(np.ceil(np.log2((high - low).max())))):
        middle = np.floor((low + high) / 2)
        inside = (middle == low) | ((middle < high) & holds(counts, np.maximum(middle, 0.0)))
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low


def _odds_limits(first: Counts, second: Counts, conf_level: float) -> tuple[Floats, Floats]:
    near = ratios.score_odds(first, second, conf_level)
    error = np.sqrt(1 / (first + 0.5) + 1 / (second + 0.5))
    inside = np.log(np.maximum(first, _SMALLEST)) - np.log(np.maximum(second, _SMALLEST))
    limits = np.zeros(first.shape), np.full(first.shape, np.inf)
    for limit, score, side, wanted in ((limits[0], near[0], -1, first > 0), (limits[1], near[1], 1, second > 0)):
        if wanted.any():
            exposed = np.ones(int(wanted.sum()))
            pairs = Pairs(first[wanted], exposed, second[wanted], exposed)
            log_score = np.log(score[wanted])
            p_value = _on_the_log_scale(pairs)
            ends = outermost(p_value, log_score, side * error[wanted], inside[wanted], alpha=1 - conf_level)
            for few in _few_at_a_time(pairs):
                ends[few] = _beyond_odds(pairs.at(few), ends[few], side * error[wanted][few], conf_level)
            limit[wanted] = np.exp(ends)
    return limits


def _few_at_a_time(pairs: Pairs) -> Iterator[NDArray[np.int64]]:
    """The places of the pairs with so few events that every jump is looked at, as many as fit in memory."""
    few = np.flatnonzero(pairs.events + pairs.events_ref <= _MOST_FOR_JUMPS)
    yield from (few[at : at + _ROWS_FOR_JUMPS] for at in range(0, few.size, _ROWS_FOR_JUMPS))


def _beyond_odds(pairs: Pairs, limits: Floats, errors: Floats, conf_level: float) -> Floats:
    """The outermost log odds of each pair, with every jump outside of its limit looked at."""
    reach = _ERRORS_BEYOND * errors
    odds = np.exp(np.stack([limits, limits + reach]))
    total = pairs.events + pairs.events_ref
    counts, counts_ref, owners = _likely(total * odds / (1 + odds), total / (1 + odds))

    def gap(log_odds: Floats, which: Counts) -> Floats:
        at, both, own = np.exp(log_odds), np.maximum(counts + counts_ref, 1), owners[which]
        extreme = (pairs.events[own] - at * pairs.events_ref[own]) ** 2 / total[own]
        return np.asarray((counts[which] - at * counts_ref[which]) ** 2 / both[which] - extreme)

    return beyond(limits, reach, gap, owners, _on_the_log_scale(pairs), alpha=1 - conf_level)


def _likely(means: Floats, means_ref: Floats) -> tuple[Counts, Counts, NDArray[np.int64]]:
    """The outcomes of which at least one of the two pairs of means, shape ``(2, rows)``, gives more than a hint."""
    found = []
    for row, (mean, mean_ref) in enumerate(zip(means.T, means_ref.T, strict=True)):
        logs = [
            special.xlogy(counts, each[:, None]) - each[:, None] - special.gammaln(counts + 1)
            for each in (mean, mean_ref)
            for counts in [np.arange(int(each.max() + _LIKELY_REACH * np.sqrt(each.max()) + _LIKELY_REACH))]
        ]
        likely = (logs[0][:, :, None] + logs[1][:, None, :]).max(axis=0) > np.log(_HINT)
        first, second = np.nonzero(likely)
        found.append((first, second, np.full(first.size, row)))
    first, second, owners = (np.concatenate(part) for part in zip(*found, strict=True))
    return first, second, owners


def _on_the_log_scale(pairs: Pairs) -> Callable[[Floats, Counts], Floats]:
    return lambda log_odds, rows: ratio_p_value(pairs.at(rows), np.exp(log_odds))


def _difference_limit(pairs: Pairs, side: int, conf_level: float) -> Floats:
    low, high = rate_differences.score_limits(pairs, conf_level)
    near = low if side < 0 else high
    error = (near - pairs.difference) / normal_quantile(conf_level)
    ends = outermost(
        lambda points, rows: difference_p_value(pairs.at(rows), points),
        near,
        error,
        pairs.difference,
        alpha=1 - conf_level,
    )
    for few in _few_at_a_time(pairs):
        ends[few] = _beyond_difference(pairs.at(few), ends[few], error[few], conf_level)
    return ends


def _beyond_difference(pairs: Pairs, limits: Floats, errors: Floats, conf_level: float) -> Floats:
    """The outermost difference of each pair, with every jump outside of its limit looked at."""
    reach = _ERRORS_BEYOND * errors
    means, means_ref = rate_differences.constrained_rates(pairs, np.stack([limits, limits + reach]))
    counts, counts_ref, owners = _likely(means * pairs.exposed, means_ref * pairs.exposed_ref)

    def gap(tested: Floats, which: Counts) -> Floats:
        own = owners[which]
        cells = Pairs(counts[which], pairs.exposed[own], counts_ref[which], pairs.exposed_ref[own])
        extreme = np.abs(rate_differences.score_statistic(pairs.at(own), tested))
        return np.asarray(np.abs(rate_differences.score_statistic(cells, tested)) - extreme)

    def p_value(tested: Floats, rows: NDArray[np.int64]) -> Floats:
        return difference_p_value(pairs.at(rows), tested)

    return beyond(limits, reach, gap, owners, p_value, alpha=1 - conf_level)
