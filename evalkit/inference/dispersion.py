"""How much counts vary around their own average, compared with pure chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Pearson's φ and the degrees of freedom it rests on.

    ``phi`` is 1 on average when counts vary only by chance (Poisson), 2 when their variance is twice that.
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
    events = np.bincount(cells, weights=counts)
    exposed = np.bincount(cells, weights=exposures)
    rates = np.divide(events, exposed, out=np.zeros_like(exposed), where=exposed > 0)
    means = exposures * rates[cells]
    used = means > 0
    df = int(used.sum()) - int((events > 0).sum())
    if df < 1:
        return None
    squares = (counts[used] - means[used]) ** 2 / means[used]
    return Dispersion(phi=float(squares.sum()) / df, df=df)
