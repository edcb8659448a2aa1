"""Rows that a log-linear model of counts fits as exactly zero: they have no say, and their terms no finite value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

_NOTICEABLE = 1e-6
# A linear program takes a hundred times as long as to see that there is nothing to look for.
_FOLLOWS = 1e-10


def separated(matrix: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows without events are separated from the rest.

    A direction of the coefficients that changes nothing for the rows with events, and only lowers rows without,
    can be followed for ever. Each round finds rows that such a direction lowers by a linear program; without them
    others may follow.

    Parameters
    ----------
    matrix
        The model's terms, shape ``(rows, terms)``.
    counts
        Events, shape ``(rows,)``.

    Returns
    -------
    ndarray
        Shape ``(rows,)``. The likelihood of the other rows has a maximum with finite coefficients.

    Source: Santos Silva and Tenreyro 2010, Economics Letters 107:310-312; Correia, Guimarães and Zylkin 2019,
    arXiv:1903.01633, for the rows.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.separation import separated
    >>> matrix = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]])
    >>> separated(matrix, np.array([3, 0, 0, 0])).tolist()
    [False, False, True, True]
    """
    some = counts > 0
    out = np.zeros(counts.size, dtype=bool)
    while True:
        empty = np.flatnonzero(~some & ~out)
        if not empty.size:
            return out
        rows = matrix[empty]
        if not _can_be_lowered(matrix[some], rows):
            return out
        found = linprog(
            -rows.sum(axis=0),
            A_ub=np.vstack([rows, -rows]),
            b_ub=np.concatenate([np.ones(empty.size), np.zeros(empty.size)]),
            A_eq=np.unique(matrix[some], axis=0),
            b_eq=np.zeros(np.unique(matrix[some], axis=0).shape[0]),
            bounds=(None, None),
            method="highs",
        )
        lowered = empty[rows @ found.x > _NOTICEABLE] if found.status == 0 else empty[:0]
        if not lowered.size:
            return out
        out[lowered] = True


def _can_be_lowered(kept: NDArray[np.float64], empty: NDArray[np.float64]) -> bool:
    """Whether any combination of the terms is zero for the rows with events and not for the rows without."""
    directions, sizes, _ = np.linalg.svd(kept.T, full_matrices=True)
    rank = int((sizes > _FOLLOWS * sizes.max(initial=0.0)).sum())
    free = empty @ directions[:, rank:]
    return bool((np.abs(free) > _FOLLOWS * np.abs(empty).max(initial=1.0)).any())
