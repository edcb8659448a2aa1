"""A level for each row and a factor for each period, fitted to counts by Poisson likelihood.

Source: Deming and Stephan 1940, Annals of Mathematical Statistics 11:427-444, for scaling rows and columns in turn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

CLOSE = 1e-12
NEAR = 1e-6
"""Enough for statistics that are ranked."""
_STEPS, _MOST_ROUNDS = 10, 500


def quiet(top: Floats, bottom: Floats, used: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Means and residuals of units with levels of their own and factors in common.

    Parameters
    ----------
    top, bottom, used
        Shape ``(units, periods)``: counts, exposures, and the cells that are fitted to; residuals elsewhere are 0.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.level_factors import quiet
    >>> mean, residual = quiet(np.array([[10.0, 20], [20, 40]]), np.ones((2, 2)), np.ones((2, 2), dtype=bool))
    >>> mean.round(3).tolist()
    [[10.0, 20.0], [20.0, 40.0]]
    """
    level, factor = fitted(top[None], bottom[None], used, close=NEAR)
    mean = bottom * level[0][:, None] * factor[0]
    return mean, np.where(used, top - mean, 0.0)


def fitted(
    top: Floats, bottom: Floats, base: NDArray[np.bool_], *, start: Floats | None = None, close: float = CLOSE
) -> tuple[Floats, Floats]:
    """Levels and factors that add up to the counts of each row and period.

    Parameters
    ----------
    top, bottom
        Shape ``(assignments, rows, periods)``: counts and exposures.
    base
        Shape ``(rows, periods)``: the cells that are fitted to.
    start
        Factors to begin from.
    close
        How little the factors may still change, as a share of the largest.

    Returns
    -------
    tuple
        Levels ``(assignments, rows)`` and factors ``(assignments, periods)``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.level_factors import fitted
    >>> level, factor = fitted(np.array([[[10.0, 20], [20, 0]]]), np.ones((1, 2, 2)), np.array([[1, 1], [1, 0]]) > 0)
    >>> float(round(level[0, 1] * factor[0, 1], 6))
    40.0
    """
    counts, exposed = top * base, bottom * base
    by_group, by_period = counts.sum(axis=2), counts.sum(axis=1)
    factor = np.divide(by_period, exposed.sum(axis=1), out=np.zeros_like(by_period), where=base.any(axis=0))
    if start is not None:
        # A factor that was zero would stay so.
        factor = np.where((start > 0) == (by_period > 0), start, factor)
    used, turned = base.any(axis=1), np.swapaxes(exposed, 1, 2)

    def levels() -> Floats:
        rows = np.einsum("adt,at->ad", exposed, factor)
        return np.asarray(np.divide(by_group, rows, out=np.zeros_like(by_group), where=used & (rows > 0)))

    for _ in range(_MOST_ROUNDS):
        before = factor
        for _ in range(_STEPS):
            columns = (turned @ levels()[:, :, None])[:, :, 0]
            factor = np.divide(by_period, columns, out=np.zeros_like(by_period), where=columns > 0)
        if np.abs(factor - before).max() <= close * max(float(factor.max()), 1e-300):
            break
    return levels(), factor
