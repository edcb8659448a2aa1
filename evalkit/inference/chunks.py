"""Work on ragged rows as matrices: rows of like width together, as many at a time as memory allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Counts

_MOST_CELLS = 2**20
"""Cells held at a time: a few matrices of so many floats stay within tens of megabytes."""


def rows_of_like_width(widths: Counts) -> Iterator[NDArray[np.int64]]:
    """The places of rows that fit in one matrix which is nowhere much wider than its rows.

    Parameters
    ----------
    widths
        How many cells each row needs, at least 1, shape ``(n,)``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.chunks import rows_of_like_width
    >>> [rows.tolist() for rows in rows_of_like_width(np.array([5, 3_000_000, 4]))]
    [[2, 0], [1]]
    """
    order = np.argsort(widths, kind="stable")
    at = 0
    while at < order.size:
        rising = widths[order[at : at + _MOST_CELLS]]
        # As many rows as fit when each is as wide as the last of them; one that does not fit goes alone.
        cells = np.arange(1, rising.size + 1) * rising
        rows = max(int(np.searchsorted(cells, _MOST_CELLS, side="right")), 1)
        yield order[at : at + rows]
        at += rows
