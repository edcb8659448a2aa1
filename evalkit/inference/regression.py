"""Quasi-Poisson regression with one rate per cell, which has a closed form.

A regression with other terms has none: that is :mod:`evalkit.inference.adjusted`. Fitting this one by iteration
gave the same numbers slower, and took periods that agree exactly with their cell's rate for separated data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import dispersion


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

    The estimating equations say that a cell's fitted total is its observed one, so the log rate is
    ``log(events / exposure)`` and its variance φ over the events.

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
    events = np.bincount(cells, weights=counts)
    if (events == 0).any():
        raise ValueError("a cell without events has no rate on the log scale")
    variation = dispersion.pearson(counts, exposures, cells)
    if variation is None:
        raise ValueError("no residual degree of freedom is left")
    return Fit(
        log_rates=np.log(events / np.bincount(cells, weights=exposures)),
        covariance=np.diag(max(variation.phi, 1.0) / events),
        phi=variation.phi,
        df=variation.df,
    )
