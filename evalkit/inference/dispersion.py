"""How much counts vary around their own average, compared with pure chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Pearson's φ and the degrees of freedom it rests on.

    ``phi`` is 1 on average when counts vary only by chance (Poisson, or binomial for shares), 2 when their
    variance is twice that.
    """

    phi: float
    df: int


def pearson(counts: NDArray[np.int64], exposures: NDArray[np.float64], cells: NDArray[np.int64]) -> Dispersion | None:
    """Pearson dispersion of period counts around the rate of their cell.

    ``φ = Σ (y - μ)² / μ / df`` with ``μ`` the period's exposure times the rate of its cell, and ``df``
    the number of periods less the number of cells. A cell without events, and a period without
    exposure, have no variation to measure and count neither as cell nor as periods.

    Parameters
    ----------
    counts, exposures, cells
        One element per period: events, exposure (from 0) and the index from 0 of the cell it belongs to.

    Returns
    -------
    Dispersion or None
        ``None`` when no degree of freedom is left, so that nothing can be said.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 4.5.2 and 6.2.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import dispersion
    >>> found = dispersion.pearson(np.array([8, 12, 2, 6]), np.ones(4), np.array([0, 0, 1, 1]))
    >>> round(found.phi, 12), found.df
    (1.4, 2)
    """
    means = exposures * _rates(counts, exposures, cells)[cells]
    return _around(counts, means, means, cells)


def pearson_of_shares(
    counts: NDArray[np.int64], trials: NDArray[np.float64], cells: NDArray[np.int64]
) -> Dispersion | None:
    """Pearson dispersion of counts out of trials around the share of their cell.

    ``φ = Σ (y - np)² / np(1 - p) / df``. A cell where none or all have it has no variation to measure, nor has a
    period without trials.

    Parameters
    ----------
    counts, trials, cells
        One element per period: how many have it, of how many, and the index from 0 of the cell.

    Returns
    -------
    Dispersion or None
        ``None`` when no degree of freedom is left.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 4.5.2.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import dispersion
    >>> found = dispersion.pearson_of_shares(np.array([8, 12, 2, 6]), np.full(4, 20.0), np.array([0, 0, 1, 1]))
    >>> round(found.phi, 6), found.df
    (2.05, 2)
    """
    shares = _rates(counts, trials, cells)[cells]
    means = trials * shares
    return _around(counts, means, means * (1 - shares), cells)


def _rates(counts: NDArray[np.int64], exposures: NDArray[np.float64], cells: NDArray[np.int64]) -> NDArray[np.float64]:
    events = np.bincount(cells, weights=counts)
    exposed = np.bincount(cells, weights=exposures)
    return np.divide(events, exposed, out=np.zeros_like(exposed), where=exposed > 0)


def _around(
    counts: NDArray[np.int64], means: NDArray[np.float64], variances: NDArray[np.float64], cells: NDArray[np.int64]
) -> Dispersion | None:
    used = variances > 0
    df = int(used.sum()) - np.unique(cells[used]).size
    if df < 1:
        return None
    squares = (counts[used] - means[used]) ** 2 / variances[used]
    return Dispersion(phi=float(squares.sum()) / df, df=df)
