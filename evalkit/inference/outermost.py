"""The outermost value that a test does not reject, where its p-value is not monotone in the value tested."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

_PER_ERROR = 32
_BEHIND, _POINTS = 16, 48
_HALVINGS = 36
_MOST_ROUNDS = 2000


def outermost(
    p_value: Callable[[Floats, NDArray[np.int64]], Floats],
    near: Floats,
    error: Floats,
    inside: Floats,
    *,
    alpha: float,
) -> Floats:
    """The value furthest out with a p-value above ``alpha``, to within 1/32 of a standard error, then halved.

    Parameters
    ----------
    p_value
        Takes values and, for each, the place of the element it belongs to.
    near
        Where the search begins, shape ``(n,)``: half an error inside of it.
    error
        About a standard error, positive when outwards is upwards and negative when it is downwards.
    inside
        Values that are not rejected: the search never goes further in. May be infinite when there is none.
    alpha
        The level of the test.

    Returns
    -------
    ndarray
        Shape ``(n,)``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.outermost import outermost
    >>> def peak(values, rows):
    ...     return np.exp(-np.abs(values))
    >>> found = outermost(peak, np.array([2.0]), np.array([1.0]), np.array([0.0]), alpha=0.05)
    >>> found.round(6).tolist()
    [2.995732]
    """
    step = error / _PER_ERROR
    kept, left_out = _bracket(p_value, near - _BEHIND * step, step, inside, alpha)
    rows = np.arange(near.size)
    for _ in range(_HALVINGS):
        middle = (kept + left_out) / 2
        holds = p_value(middle, rows) > alpha
        kept, left_out = np.where(holds, middle, kept), np.where(holds, left_out, middle)
    return kept


def _bracket(
    p_value: Callable[[Floats, NDArray[np.int64]], Floats], start: Floats, step: Floats, inside: Floats, alpha: float
) -> tuple[Floats, Floats]:
    """The outermost grid point that is not rejected, and the one beyond it."""
    start, kept, left_out = start.copy(), inside.copy(), inside + step
    rows = np.arange(start.size)
    for _ in range(_MOST_ROUNDS):
        grid = start[rows, None] + step[rows, None] * np.arange(_POINTS)
        too_far_in = (grid - inside[rows, None]) * np.sign(step[rows, None]) < 0
        grid = np.where(too_far_in, inside[rows, None], grid)
        holds = p_value(np.ravel(grid), np.repeat(rows, _POINTS)).reshape(grid.shape) > alpha
        last = _POINTS - 1 - np.argmax(holds[:, ::-1], axis=1)
        found = holds.any(axis=1) & (last < _POINTS - 1)
        at = np.arange(rows.size)[found]
        kept[rows[found]], left_out[rows[found]] = grid[at, last[found]], grid[at, last[found] + 1]
        outwards = holds.any(axis=1) & ~found
        start[rows] += np.where(outwards, 1, -1) * (_POINTS - 1) * step[rows]
        # Where even the innermost point is rejected, the point itself is all that is left.
        given_up = ~holds.any(axis=1) & too_far_in.all(axis=1)
        rows = rows[~found & ~given_up]
        if not rows.size:
            break
    return kept, left_out
