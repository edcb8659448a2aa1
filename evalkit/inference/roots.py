"""Where many increasing or decreasing functions cross zero, all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

_TOLERANCE = 1e-14
_MOST_DOUBLINGS = 64
_FIRST_STEP, _LONGER, _MOST_STEPS = 0.5, 1.5, 12


def crossings(
    gap: Callable[..., NDArray[np.float64]],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    *args: NDArray[Any],
) -> NDArray[np.float64]:
    """The root of ``gap(x, *args)`` between ``low`` and ``high``, element by element.

    Parameters
    ----------
    gap
        Monotone in its first argument; must accept vectors of any length, with ``args`` cut to the same
        elements.
    low, high
        Shape ``(n,)``, on both sides of the root. Where both ends have one sign the root lies outside, to
        within rounding, and the end nearer to zero is taken.
    args
        Further arguments of ``gap``, shape ``(n,)``.

    Returns
    -------
    ndarray
        Shape ``(n,)``.

    Source: Chandrupatla 1997, Advances in Engineering Software 28:145-149, as in scipy.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.roots import crossings
    >>> crossings(lambda x, c: x * x - c, np.zeros(2), np.full(2, 9.0), np.array([4.0, 9.0])).round(6).tolist()
    [2.0, 3.0]
    """
    return _between(gap, (low, gap(low, *args)), (high, gap(high, *args)), args)


def crossings_near(
    gap: Callable[..., NDArray[np.float64]],
    near: NDArray[np.float64],
    step: NDArray[np.float64],
    *args: NDArray[Any],
) -> NDArray[np.float64]:
    """The root of ``gap(x, *args)`` around ``near``, element by element, where no bounds are known.

    The search begins ``step`` to either side and doubles it until the root lies between.

    Parameters
    ----------
    gap, args
        As in :func:`crossings`.
    near, step
        Shape ``(n,)``; ``step`` is positive.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.roots import crossings_near
    >>> crossings_near(lambda x, c: x - c, np.zeros(2), np.ones(2), np.array([0.5, 100.0])).tolist()
    [0.5, 100.0]
    """
    low, high, width = near - step, near + step, step.copy()
    at_low, at_high = gap(low, *args), gap(high, *args)
    for _ in range(_MOST_DOUBLINGS):
        outside = np.flatnonzero(np.sign(at_low) * np.sign(at_high) > 0)
        if not outside.size:
            break
        width[outside] *= 2
        low[outside], high[outside] = (near - width)[outside], (near + width)[outside]
        rest = tuple(arg[outside] for arg in args)
        at_low[outside], at_high[outside] = gap(low[outside], *rest), gap(high[outside], *rest)
    return _between(gap, (low, at_low), (high, at_high), args)


def crossings_beyond(
    falling: Callable[..., NDArray[np.float64]],
    start: NDArray[np.float64],
    *args: NDArray[Any],
    first_step: NDArray[np.float64] | float = _FIRST_STEP,
) -> NDArray[np.float64]:
    """The root of ``falling(x, *args)`` that is met first by ever longer steps from ``start``; nan when none is near.

    The search goes up where ``falling`` is positive at ``start``, otherwise down, and so never where the answer is not:
    far from it the fit behind a function can run away.

    Parameters
    ----------
    falling, args
        As ``gap`` in :func:`crossings`, and falling.
    start
        Shape ``(n,)``.
    first_step
        How long the first step is, one number or shape ``(n,)``; positive.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.roots import crossings_beyond
    >>> crossings_beyond(lambda x, c: c - x, np.zeros(3), np.array([0.75, -2.0, 1e9])).tolist()
    [0.75, -2.0, nan]
    """
    inner, at_inner = start.astype(float), falling(start, *args)
    outer, at_outer = inner.copy(), at_inner.copy()
    step = np.where(at_inner > 0, 1.0, -1.0) * first_step
    direction = np.sign(step)
    left = np.flatnonzero(at_inner != 0)
    for _ in range(_MOST_STEPS):
        if not left.size:
            break
        inner[left], at_inner[left] = outer[left], at_outer[left]
        outer[left] += step[left]
        at_outer[left] = falling(outer[left], *(arg[left] for arg in args))
        left = left[~(at_outer[left] * direction[left] <= 0)]
        step = step * _LONGER
    found = _between(falling, (inner, at_inner), (outer, at_outer), args)
    found[left] = np.nan
    return found


def _between(
    gap: Callable[..., NDArray[np.float64]],
    low_end: tuple[NDArray[np.float64], NDArray[np.float64]],
    high_end: tuple[NDArray[np.float64], NDArray[np.float64]],
    args: tuple[NDArray[Any], ...],
) -> NDArray[np.float64]:
    """The root between two ends, each given with the gap at it."""
    (low, at_low), (high, at_high) = low_end, high_end
    inside = np.sign(at_low) * np.sign(at_high) < 0
    nearer = np.where(np.abs(at_low) <= np.abs(at_high), low, high)
    if not inside.any():
        return nearer
    found = elementwise.find_root(
        gap,
        (low[inside], high[inside]),
        args=tuple(arg[inside] for arg in args),
        tolerances={"xatol": 0.0, "xrtol": _TOLERANCE, "fatol": 0.0, "frtol": 0.0},
    )
    roots = nearer.astype(float)
    roots[inside] = found.x
    return roots
