"""Which coefficients the data can tell, when the terms of a regression may follow from each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from evalkit.inference.intervals import Floats

_SMALL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """A set of terms that says everything that all of them do.

    Attributes
    ----------
    kept
        The places of terms that do not follow from each other.
    told
        Shape ``(terms,)``: which coefficients are the same whichever such set is kept.
    """

    kept: NDArray[np.intp]
    told: NDArray[np.bool_]


def independent(matrix: Floats, sizes: Floats) -> Terms:
    """Find terms that do not follow from each other, and the coefficients that can be told.

    A coefficient can be told when no combination of the terms that includes it is zero throughout.

    Parameters
    ----------
    matrix
        What is left of each term when the fixed effects are taken out, shape ``(rows, terms)``.
    sizes
        The length of each term before that, shape ``(terms,)``: rounding errors are small beside it.

    Source: Searle 1971, Linear Models, section 5.4, for estimable functions.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.terms import independent
    >>> a, b = np.array([1.0, 0, 2, 1]), np.array([0.0, 1, 1, 5])
    >>> independent(np.column_stack([a, b, 2 * b]), np.ones(3)).told.tolist()
    [True, False, False]
    """
    terms = matrix.shape[1]
    lengths = np.linalg.norm(matrix, axis=0)
    there = lengths > _SMALL * np.maximum(sizes, np.finfo(float).tiny)
    scaled = matrix / np.where(there, lengths, 1.0) * there
    triangle, order = linalg.qr(scaled, mode="r", pivoting=True)
    diagonal = np.abs(np.diag(triangle)) if terms else np.zeros(0)
    kept = np.sort(order[: int((diagonal > _SMALL).sum())])
    lost = np.setdiff1d(np.arange(terms), kept)
    told = np.zeros(terms, dtype=bool)
    told[kept] = True
    if kept.size and lost.size:
        weights = np.linalg.lstsq(scaled[:, kept], scaled[:, lost], rcond=None)[0]
        told[kept] = (np.abs(weights) < np.sqrt(_SMALL)).all(axis=1)
    return Terms(kept, told)
