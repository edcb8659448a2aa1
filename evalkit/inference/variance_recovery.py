"""Limits of a difference or a ratio from the limits of its two independent parts (MOVER).

The method of variance estimates recovery takes from each part's own limits how far it reaches in the direction
that matters, so that skewed parts give a skewed interval.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evalkit.inference.groups import Index
from evalkit.inference.intervals import Floats
from evalkit.inference.roots import crossings

Pair = tuple[Floats, Floats]
_SMALLEST_LOG_ALPHA = -230.0


def difference_limits(first: Floats, of_first: Pair, second: Floats, of_second: Pair) -> Pair:
    """Limits of ``first - second``.

    Parameters
    ----------
    first, second
        Estimates from 0, of one shape.
    of_first, of_second
        Their lower and upper limits.

    Source: Zou and Donner 2008, Statistics in Medicine 27:1693-1702.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.variance_recovery import difference_limits
    >>> one = lambda number: np.array([number])
    >>> low, high = difference_limits(one(5.0), (one(2.0), one(9.0)), one(3.0), (one(0.0), one(7.0)))
    >>> low.item(), high.item()
    (-3.0, 7.0)
    """
    (low, high), (low_ref, high_ref) = of_first, of_second
    middle = first - second
    return middle - np.hypot(first - low, high_ref - second), middle + np.hypot(high - first, second - low_ref)


def ratio_limits(first: Floats, of_first: Pair, second: Floats, of_second: Pair) -> Pair:
    """Limits of ``first / second``; a lower limit of 0 below the line leaves the ratio without an upper limit.

    Swapping the two inverts the limits.

    Source: Donner and Zou 2012, Statistical Methods in Medical Research 21:347-359 (with the roots written so
    that they keep their digits where an upper limit is twice its estimate).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.variance_recovery import ratio_limits
    >>> one = lambda number: np.array([number])
    >>> low, high = ratio_limits(one(6.0), (one(6.0), one(6.0)), one(3.0), (one(2.0), one(4.0)))
    >>> round(low.item(), 9), round(high.item(), 9)
    (1.5, 3.0)
    """
    (low, high), (low_ref, high_ref) = of_first, of_second
    product = first * second
    lower = _part(low, first), _part(high_ref, second)
    upper = _part(high, first), _part(low_ref, second)
    below = product + np.sqrt(np.maximum(product**2 - lower[0] * lower[1], 0.0))
    above = product + np.sqrt(np.maximum(product**2 - upper[0] * upper[1], 0.0))
    return (
        np.divide(lower[0], below, out=np.where(lower[0] > 0, np.inf, 0.0), where=below > 0),
        np.divide(above, upper[1], out=np.full_like(above, np.inf), where=upper[1] > 0),
    )


def p_values(limits: Callable[[Floats, Index], Pair], estimate: Floats, null: float) -> Floats:
    """One less the highest level at which ``limits`` leave ``null`` out: the p-value that goes with the interval.

    Parameters
    ----------
    limits
        Lower and upper limits of the elements at the given places, for one alpha each; they grow apart as it falls.
    estimate
        Shape ``(n,)``, no nan in it; tells on which side the null lies.
    null
        The value to test against. A p-value below 1e-99 is told as about 1e-100.
    """

    def gap(log_alpha: Floats, at: Index) -> Floats:
        low, high = limits(np.exp(log_alpha), at)
        return np.where(estimate[at] < null, null - high, low - null)

    places = np.arange(estimate.size)
    smallest, largest = np.full(estimate.shape, _SMALLEST_LOG_ALPHA), np.zeros(estimate.shape)
    found = crossings(gap, smallest, largest, places)
    return np.where(gap(largest, places) <= 0, 1.0, np.exp(found))


def _part(limit: Floats, estimate: Floats) -> Floats:
    return limit * (2 * estimate - limit)
