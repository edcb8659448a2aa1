"""Quasi-Poisson regression with one rate per cell, fitted by statsmodels.

The seam to statsmodels: nothing else of the count inference imports it, and it is imported only when
counts vary more than chance, because loading it takes longer than everything else here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Log rates of the cells with their covariance, and the dispersion that went into it.

    Attributes
    ----------
    log_rates
        Shape ``(cells,)``.
    covariance
        Shape ``(cells, cells)``, with φ floored at 1 in it.
    phi, df
        Pearson's φ as estimated, and its residual degrees of freedom.
    """

    log_rates: NDArray[np.float64]
    covariance: NDArray[np.float64]
    phi: float
    df: int


def fit(counts: NDArray[np.int64], exposures: NDArray[np.float64], cells: NDArray[np.int64]) -> Fit:
    """Fit ``log E(count) = log exposure + log rate of the cell``; the variance is φ times the mean.

    Parameters
    ----------
    counts, exposures, cells
        One element per period: events, exposure and the index from 0 of its cell. Periods without
        exposure are left out. Every cell must have events and at least one residual degree of
        freedom must be left.

    Raises
    ------
    ValueError
        When a cell has no events, or nothing is left to estimate φ from.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 6.2; Wedderburn 1974,
    Biometrika 61:439, for the quasi-likelihood.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.regression import fit
    >>> found = fit(np.array([8, 12, 2, 6]), np.ones(4), np.array([0, 0, 1, 1]))
    >>> np.exp(found.log_rates).round(6).tolist(), round(found.phi, 6), found.df
    ([10.0, 4.0], 1.4, 2)
    """
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    used = exposures > 0
    indicators = (cells[used, None] == np.arange(cells.max() + 1)).astype(float)
    if (indicators.T @ counts[used] == 0).any():
        raise ValueError("a cell without events has no rate on the log scale")
    if used.sum() <= indicators.shape[1]:
        raise ValueError("no residual degree of freedom is left")
    model = GLM(counts[used], indicators, family=Poisson(), offset=np.log(exposures[used]))
    start = np.log((indicators.T @ counts[used]) / (indicators.T @ exposures[used]))
    result = model.fit(scale="X2", start_params=start)
    phi = float(result.scale)
    return Fit(
        log_rates=np.asarray(result.params, dtype=float),
        covariance=np.asarray(result.normalized_cov_params, dtype=float) * max(phi, 1.0),
        phi=phi,
        df=int(result.df_resid),
    )
