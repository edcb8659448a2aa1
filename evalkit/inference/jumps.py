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
    limits: Floats,
    reach: Floats,
    gap: Gap,
    owners: NDArray[np.int64],
    p_value: Callable[[Floats, NDArray[np.int64]], Floats],
    *,
    alpha: float,
) -> Floats:
    """The value furthest out, from each limit to ``limits + reach``, that is not rejected; the limit if none is.

    Parameters
    ----------
    limits, reach
        Where to begin, and how far outwards to look; negative when outwards is downwards. Shape ``(n,)``.
    gap
        For values and numbers of outcomes (from 0), arrays that fit together: how much further from the value the
        outcome lies than the observed one does. The p-value jumps where it changes sign.
    owners
        Which limit each outcome belongs to, rising, shape ``(outcomes,)``.
    p_value
        The p-values of a vector of values, and for each the limit it belongs to.
    alpha
        The level of the test.

    Returns
    -------
    ndarray
        Shape ``(n,)``.

    Examples
    --------
    A p-value that jumps up to 0.06 between 2.3 and 2.300001:

    >>> import numpy as np
    >>> from evalkit.inference.jumps import beyond
    >>> edges = np.array([2.3, 2.300001])
    >>> spike = lambda values, rows: np.where((values >= 2.3) & (values < 2.300001), 0.06, 0.01)
    >>> gap = lambda values, which: values - edges[which]
    >>> beyond(np.array([2.0]), np.array([1.0]), gap, np.array([0, 0]), spike, alpha=0.05).round(6).tolist()
    [2.300001]
    """
    points, rows = _points(limits, reach, gap, owners)
    holds = p_value(points, rows) > alpha
    kept, left_out = limits.copy(), limits.copy()
    # Points lie outwards within their row, so that the last of them that holds is what stands at the end.
    kept[rows[holds]] = points[holds]
    following = np.append(rows[1:] == rows[:-1], False)
    next_point = np.where(following, np.append(points[1:], 0.0), points)
    left_out[rows[holds]] = next_point[holds]
    sought = np.flatnonzero(kept != left_out)
    for _ in range(_HALVINGS if sought.size else 0):
        middle = (kept[sought] + left_out[sought]) / 2
        inside = p_value(middle, sought) > alpha
        kept[sought] = np.where(inside, middle, kept[sought])
        left_out[sought] = np.where(inside, left_out[sought], middle)
    return kept


def _points(limits: Floats, reach: Floats, gap: Gap, owners: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """A grid, the jumps and the middle of every two; from the limit outwards. At a jump both sides of it count."""
    shares = np.linspace(0.0, 1.0, _STEPS + 1)
    grid = limits[owners] + reach[owners] * shares[:, None]
    positive = gap(grid, np.arange(owners.size)[None, :]) > 0
    step, which = np.nonzero(positive[:-1] != positive[1:])
    low, high, above = grid[step, which], grid[step + 1, which], positive[step + 1, which]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        there = (gap(middle, which) > 0) == above
        low, high = np.where(there, low, middle), np.where(there, middle, high)
    at = owners[which]
    rows = np.concatenate([np.repeat(np.arange(limits.size), shares.size), at])
    share = np.concatenate([np.tile(shares, limits.size), np.clip((high - limits[at]) / reach[at], 0.0, 1.0)])
    order = np.lexsort((share, rows))
    rows, share = rows[order], share[order]
    new = np.append(True, (rows[1:] != rows[:-1]) | (share[1:] != share[:-1]))
    rows, share = rows[new], share[new]
    inner = rows[1:] == rows[:-1]
    rows, share = np.append(rows, rows[1:][inner]), np.append(share, ((share[1:] + share[:-1]) / 2)[inner])
    order = np.lexsort((share, rows))
    return limits[rows[order]] + reach[rows[order]] * share[order], rows[order]
