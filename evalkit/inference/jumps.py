"""Values beyond a limit that a test of whole counts does not reject after all.

The p-value of such a test jumps wherever an outcome becomes as extreme as the observed one or ceases to be. A piece
between two jumps may stick out above the level and be narrower than any grid; so the jumps themselves are looked for.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

_STEPS = 32
_HALVINGS = 44

Gap = Callable[[Floats, NDArray[np.int64]], Floats]


def beyond(
    limit: float, reach: float, gap: Gap, outcomes: int, p_value: Callable[[Floats], Floats], *, alpha: float
) -> float:
    """The value furthest out, from ``limit`` to ``limit + reach``, that is not rejected; ``limit`` if none is.

    Parameters
    ----------
    limit, reach
        Where to begin, and how far outwards to look; negative when outwards is downwards.
    gap
        For values and numbers of outcomes (from 0), arrays that fit together: how much further from the value the
        outcome lies than the observed one does. The p-value jumps where it changes sign.
    outcomes
        How many there are.
    p_value
        The p-values of a vector of values.
    alpha
        The level of the test.

    Examples
    --------
    A p-value that jumps up to 0.06 between 2.3 and 2.300001:

    >>> import numpy as np
    >>> from evalkit.inference.jumps import beyond
    >>> edges = np.array([2.3, 2.300001])
    >>> spike = lambda values: np.where((values >= 2.3) & (values < 2.300001), 0.06, 0.01)
    >>> round(beyond(2.0, 1.0, lambda values, which: values - edges[which], 2, spike, alpha=0.05), 6)
    2.300001
    """
    points = _points(limit, reach, gap, outcomes)
    held = np.flatnonzero(p_value(points) > alpha)
    if not held.size:
        return limit
    if held[-1] == points.size - 1:
        return float(points[-1])
    kept, left_out = points[held[-1]], points[held[-1] + 1]
    for _ in range(_HALVINGS):
        middle = (kept + left_out) / 2
        inside = p_value(np.array([middle]))[0] > alpha
        kept, left_out = (middle, left_out) if inside else (kept, middle)
    return float(kept)


def _points(limit: float, reach: float, gap: Gap, outcomes: int) -> Floats:
    """A grid, the jumps and the middle of every two; from the limit outwards. At a jump both sides of it count."""
    grid = limit + reach * np.linspace(0.0, 1.0, _STEPS + 1)
    positive = gap(grid[:, None], np.arange(outcomes)[None, :]) > 0
    step, which = np.nonzero(positive[:-1] != positive[1:])
    low, high, above = grid[step], grid[step + 1], positive[step + 1, which]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        there = (gap(middle, which) > 0) == above
        low, high = np.where(there, low, middle), np.where(there, middle, high)
    share = np.unique(np.clip((np.concatenate([grid, high]) - limit) / reach, 0.0, 1.0))
    return np.asarray(limit + reach * np.sort(np.concatenate([share, (share[1:] + share[:-1]) / 2])))
