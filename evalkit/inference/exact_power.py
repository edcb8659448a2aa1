"""Power of exact tests for small counts, by adding up every outcome; nothing is approximated but the far tails.

The test is the one behind the intervals: central, each side at ``alpha``; with ``midp`` the observed outcome counts
by half. For two rates the test is conditional on the total, and the outcomes are weighted by how often each total
comes. The counts are Poisson: overdispersion has no exact test. For two sides before and after, three of the counts are
taken at fixed points spread evenly over their distribution, and only the fourth is added up: there are too many
outcomes of four.

Source: Przyborowski and Wilenski 1940, Biometrika 31:313-323; the weighting as Gu, Ng, Tang and Schucany 2008,
Biometrical Journal 50:283-298, section 4; Owen 1998, ACM Transactions on Modeling and Computer Simulation 8:71-102, for
points spread evenly.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from scipy.stats import qmc

from evalkit.inference.intervals import Floats

MOST_EVENTS = 20_000
"""Beyond so many expected events the normal approximation is as good as exact and the enumeration is slow."""
Whole = NDArray[np.int64]
_ROW_CELLS = 2_000_000
_POINTS = 8
"""Two to the power of so many points stand for three counts; 256 err by less than a point."""
_SEED = 1
_REMEMBERED = 256


def one_rate(expected: Floats, ratio: Floats, alpha: float, *, midp: bool, increase: bool) -> Floats:
    """The chance that a count of mean ``ratio × expected`` is told from the mean ``expected``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.exact_power import one_rate
    >>> round(float(one_rate(np.asarray(10.0), np.asarray(2.0), 0.025, midp=False, increase=True)), 6)
    0.702972
    """
    if increase:
        least = _least_large(expected, alpha, midp=midp)
        return np.asarray(stats.poisson.sf(least - 1, ratio * expected))
    most = _most_small(expected, alpha, midp=midp)
    return np.asarray(stats.poisson.cdf(most, ratio * expected))


def _least_large(mean: Floats, alpha: float, *, midp: bool) -> Floats:
    """The smallest count whose upper tail is at most ``alpha``."""
    least = stats.poisson.isf(alpha, mean) + 1
    at_least = stats.poisson.sf(least - 2, mean)
    half = stats.poisson.pmf(least - 1, mean) / 2
    return np.asarray(np.where(np.asarray(midp) & (at_least - half <= alpha), least - 1, least))


def _most_small(mean: Floats, alpha: float, *, midp: bool) -> Floats:
    """The largest count whose lower tail is at most ``alpha``; -1 when there is none."""
    most = stats.poisson.ppf(alpha, mean)
    most = np.where(stats.poisson.cdf(most, mean) <= alpha, most, most - 1)
    above = stats.poisson.cdf(most + 1, mean) - stats.poisson.pmf(most + 1, mean) / 2
    return np.asarray(np.where(np.asarray(midp) & (above <= alpha), most + 1, most))


def two_rates(expected: Floats, reference: Floats, ratio: Floats, alpha: float, *, midp: bool) -> Floats:
    """The chance that the first count, of mean ``ratio × expected``, is told to be too large beside the second.

    A decrease is the same question with the sides swapped. All arrays of one shape.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.exact_power import two_rates
    >>> ten, two = np.asarray(10.0), np.asarray(2.0)
    >>> round(float(two_rates(ten, ten, two, 0.025, midp=False)), 6)
    0.37348
    """
    first, second, times = (array.ravel() for array in np.broadcast_arrays(expected, reference, ratio))
    power = np.empty(first.shape)
    order = np.argsort(times * first + second)
    start = 0
    while start < order.size:
        # Rows of like totals share one matrix of outcomes, so that none is padded far beyond its own.
        width = int(_width(times[order[start]] * first[order[start]] + second[order[start]]))
        rows = order[start : start + max(1, _ROW_CELLS // (4 * width))]
        rows = rows[_width(times[rows] * first[rows] + second[rows]) <= 2 * width]
        power[rows] = _conditional(first[rows], second[rows], times[rows], alpha, midp=midp)
        start += rows.size
    return power.reshape(np.broadcast_shapes(expected.shape, reference.shape, ratio.shape))


def _width(total: Floats | np.float64) -> Whole:
    """No total beyond this comes with any probability to speak of."""
    return np.asarray(np.ceil(total + 9 * np.sqrt(total) + 30)).astype(np.int64)


def _conditional(first: Floats, second: Floats, times: Floats, alpha: float, *, midp: bool) -> Floats:
    true_total = times * first + second
    totals = np.arange(int(_width(true_total).max()) + 1)[None, :]
    # What a test takes for too large depends on the share without an effect alone, which many rows have in common.
    shares, back = np.unique(first / (first + second), return_inverse=True)
    least = _least_of_binomial(np.broadcast_to(totals, (shares.size, totals.size)), shares[:, None], alpha, midp=midp)
    rejected = _binomial_tail(least[back], totals, (times * first / true_total)[:, None])
    weight = np.exp(special.xlogy(totals, true_total[:, None]) - true_total[:, None] - special.gammaln(totals + 1))
    return np.asarray((weight * rejected).sum(axis=1))


def _least_of_binomial(totals: Whole, share: Floats, alpha: float, *, midp: bool) -> Whole:
    """The smallest part of each total whose upper tail is at most ``alpha``; one more than the total if none is.

    A search by halving on the tail itself: the quantile functions stop a step off when a tail is ``alpha`` exactly.
    """
    low, high = np.full(totals.shape, -1), totals + 1
    while (high - low > 1).any():
        middle = (low + high) // 2
        small = _tail(middle, totals, share, midp=midp) <= alpha
        high, low = np.where(small, middle, high), np.where(small, low, middle)
    return high


def _tail(least: Whole, totals: Whole, share: Floats, *, midp: bool) -> Floats:
    at_least = _binomial_tail(least, totals, share)
    if not midp:
        return at_least
    return (at_least + _binomial_tail(least + 1, totals, share)) / 2


def _binomial_tail(least: Whole, totals: Whole, share: Floats) -> Floats:
    """The probability of at least ``least`` of ``totals``."""
    inner = (least >= 1) & (least <= totals)
    at = special.betainc(np.where(inner, least, 1), np.where(inner, totals - least + 1, 1), share)
    return np.where(inner, at, np.where(least < 1, 1.0, 0.0))


def four_cells(changing: float, others: tuple[float, float, float], ratio: float, alpha: float) -> float:
    """The chance that a change by ``ratio`` of one of four counts is found by the exact test of the ratio of ratios.

    Parameters
    ----------
    changing
        Events expected after on the side that changes, without an effect, above 0.
    others
        Its events before, and those of the other side after and before; the ratio of ratios is 1 without an effect.
    ratio
        The change; above 1 an increase is looked for, below 1 a decrease.
    alpha
        One-sided.

    Examples
    --------
    >>> from evalkit.inference.exact_power import four_cells
    >>> round(four_cells(20.0, (20.0, 60.0, 60.0), 3.0, 0.025), 2)
    0.93
    """
    edge = _edges(changing, others, alpha, ratio > 1)
    mean = ratio * changing
    found = stats.poisson.sf(edge - 1, mean) if ratio > 1 else stats.poisson.cdf(edge, mean)
    return float(found.mean())


@lru_cache(maxsize=_REMEMBERED)
def _edges(changing: float, others: tuple[float, float, float], alpha: float, increase: bool) -> Whole:  # noqa: FBT001
    """From which count on, or up to which, the first of four is told from chance beside each point of the others."""
    points = qmc.Sobol(len(others), seed=_SEED).random_base2(_POINTS)
    before, other, other_before = stats.poisson.ppf(points, others).astype(np.int64).T
    beyond = int(_width(np.float64(50 * max(changing, 1.0)))) if increase else int(_width(np.float64(changing))) + 1

    def is_told(count: Whole) -> NDArray[np.bool_]:
        everything = count + before + other + other_before
        given = (everything, count + before, count + other)
        tail = stats.hypergeom.sf(count - 1, *given) if increase else stats.hypergeom.cdf(count, *given)
        return np.asarray(tail <= alpha)

    # For an increase what is told lies above the edge, for a decrease below it: halved to neighbours either way.
    low, high = np.full(before.shape, -1), np.full(before.shape, beyond)
    while (high - low > 1).any():
        middle = (low + high) // 2
        moves_up = is_told(middle) ^ increase
        low, high = np.where(moves_up, middle, low), np.where(moves_up, high, middle)
    return high if increase else low
