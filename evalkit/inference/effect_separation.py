"""Rows that a log-linear panel model fits as exactly zero, found with the fixed effects taken out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.absorbing import Absorber, Effects
from evalkit.inference.intervals import Floats
from evalkit.inference.loglinear import NotConvergedError
from evalkit.inference.terms import independent

_PULL = 1e6
"""The weight of a row with events, which holds its fitted value at zero."""
_NOTICEABLE = 1e-4
_MOST_ROUNDS = 2000


def informative(effects: Effects, counts: Floats) -> NDArray[np.bool_]:
    """Rows that are neither in a unit nor in a cell whose rows are all zero; shape ``(rows,)``.

    The effect of a unit or cell without events runs off to minus infinity and its rows say nothing of anything else.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.absorbing import Effects
    >>> from evalkit.inference.effect_separation import informative
    >>> informative(Effects.of([0, 0, 1, 1], [0, 1, 0, 1]), np.array([3.0, 1, 0, 0])).tolist()
    [True, True, False, False]
    """
    kept = np.ones(counts.size, dtype=bool)
    # A unit that goes has no events, so no cell loses any: one pass is enough.
    for places, number in ((effects.unit, effects.units), (effects.cell, effects.cells)):
        kept &= np.bincount(places, weights=counts, minlength=number)[places] > 0
    return kept


def separated(effects: Effects, matrix: Floats, counts: Floats) -> NDArray[np.bool_]:
    """Rows without events that some combination of terms and effects lowers for ever and changes nothing else.

    The iterative rectifier: a column that is positive only on rows without events is regressed on terms and effects,
    what is negative is cut away, and so on, until what is fitted is positive only there. Rows with events are held at
    zero by a large weight.

    Parameters
    ----------
    effects, counts
        Of rows that :func:`informative` lets through.
    matrix
        The terms, shape ``(rows, terms)``.

    Raises
    ------
    NotConvergedError
        When the rounds do not end.

    Source: Correia, Guimarães and Zylkin 2019, arXiv:1903.01633, algorithm IR.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.absorbing import Effects
    >>> from evalkit.inference.effect_separation import separated
    >>> unit, period = np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3)
    >>> treated = ((unit == 0) & (period == 2)).astype(float)[:, None]
    >>> separated(Effects.of(unit, period), treated, np.array([3.0, 4, 0, 5, 6, 7, 2, 1, 3])).nonzero()[0].tolist()
    [2]
    """
    zero = counts == 0
    project = _projection(effects, matrix, np.where(zero, 1.0, _PULL))
    column = zero.astype(float)
    for _ in range(_MOST_ROUNDS):
        fitted = project(column)
        fitted[np.abs(fitted) < _NOTICEABLE] = 0.0
        if not (fitted[zero] < 0).any():
            return np.asarray(zero & (fitted > 0))
        column = np.where(zero, np.maximum(fitted, 0.0), 0.0)
    raise NotConvergedError


def _projection(effects: Effects, matrix: Floats, weights: Floats) -> Callable[[Floats], Floats]:
    """What terms and effects together explain of a column, under the weights."""
    absorber, root = Absorber.of(effects, weights), np.sqrt(weights)
    left = absorber.left(matrix) * root[:, None]
    kept = independent(left, np.linalg.norm(matrix * root[:, None], axis=0)).kept
    basis = np.linalg.qr(left[:, kept])[0]

    def project(column: Floats) -> Floats:
        remaining = absorber.left(column)
        by_terms = basis @ (basis.T @ (remaining * root)) / root
        return np.asarray(column - remaining + by_terms)

    return project
