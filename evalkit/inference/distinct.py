"""Solve each distinct combination of counts once: the cells of a panel repeat the same few small ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evalkit.inference.intervals import Counts, Floats

_MOST_CODES = 2**62


def solved_once(solve: Callable[..., tuple[Floats, ...]], *columns: Counts) -> tuple[Floats, ...]:
    """What ``solve`` gives for each element of ``columns``, called with the distinct ones only.

    Parameters
    ----------
    solve
        Takes one vector per column, all of one length, and gives one or more vectors of that length.
    columns
        Counts from 0, all of one shape ``S``.

    Returns
    -------
    tuple of ndarray
        Each of shape ``S``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.distinct import solved_once
    >>> total, = solved_once(lambda first, second: (first + second / 2,), np.array([1, 3, 1]), np.array([2, 0, 2]))
    >>> total.tolist()
    [2.0, 3.0, 2.0]
    """
    shape = columns[0].shape
    flat = [np.ravel(column) for column in columns]
    _, first, back = np.unique(_codes(flat), return_index=True, return_inverse=True)
    found = solve(*(column[first] for column in flat))
    return tuple(numbers[back].reshape(shape) for numbers in found)


def _codes(columns: list[Counts]) -> Counts:
    """One integer per element, the same exactly where all columns are the same."""
    codes, known = np.zeros(columns[0].shape, dtype=np.int64), 1
    for column in columns:
        span = int(column.max(initial=0)) + 1
        if known * span > _MOST_CODES:
            different, codes = np.unique(codes, return_inverse=True)
            values, column = np.unique(column, return_inverse=True)  # noqa: PLW2901 - the same column, numbered anew
            known, span = different.size, values.size
        codes = codes * span + column
        known *= span
    return codes
