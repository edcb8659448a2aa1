"""How neighbouring residuals of a series hang together, and what that does to the variance of anything made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.intervals import Floats

GRID = np.linspace(0.0, 0.98, 15)
"""The autocorrelations at lag 1 that are weighed against each other."""
_SMALLEST = 1e-12
# Residuals a thousandth of chance's are rounding, and speak for no autocorrelation more than for another.
_NOTHING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Pearson residuals of one or several series with the terms that they are residuals of.

    Attributes
    ----------
    values
        Shape ``(rows,)``, of variance φ if the model holds.
    basis
        Shape ``(rows, terms)``: orthonormal columns that span the weighted terms.
    time, series
        Shape ``(rows,)``, sorted by series and time. Series are taken as independent of each other.
    """

    values: Floats
    basis: Floats
    time: NDArray[np.int64]
    series: NDArray[np.intp]

    @property
    def gaps(self) -> NDArray[np.int64]:
        """Points of time since the row before of the same series, shape ``(rows,)``; 0 at the first of each."""
        same = np.diff(self.series, prepend=-1) == 0
        return np.where(same, np.diff(self.time, prepend=0), 0)

    @property
    def blocks(self) -> list[NDArray[np.intp]]:
        """The rows of each series."""
        return [np.flatnonzero(self.series == one) for one in np.unique(self.series)]


@dataclass(frozen=True, slots=True, eq=False)
class Plausible:
    """Autocorrelations at lag 1 with how plausible each is, and φ under each.

    Attributes
    ----------
    rho, weights, phi
        Shape ``(grid,)``; weights sum to 1; φ is not below 1.
    df
        Degrees of freedom of Student's t.
    """

    rho: Floats
    weights: Floats
    phi: Floats
    df: float

    @property
    def mean(self) -> float:
        """The autocorrelation, averaged."""
        return float(self.rho @ self.weights)

    def covariance(self, lags: NDArray[np.int64]) -> Floats:
        """Between Pearson residuals so many points of time apart, averaged; any shape."""
        by_lag = (self.weights * self.phi) @ self.rho[:, None] ** np.arange(int(lags.max(initial=0)) + 1)
        return np.asarray(by_lag[lags])


def plausible(residuals: Residuals) -> Plausible:
    """Which first-order autocorrelations the residuals of a regression speak for.

    The residuals of a short series understate its autocorrelation, and an interval made with the best single value is
    too narrow. So each ρ on a grid from 0 to 0.98 is weighed by its restricted likelihood, which allows for the terms
    fitted, and variances are averaged over it. For each ρ, φ is ``e'e / tr(MR)``, where R is the correlation and M the
    residual maker, and ``e'e`` has ``tr(MR)² / tr(MRMR)`` degrees of freedom (Satterthwaite). A negative ρ is not
    thought of: counts seldom have one, and it would only narrow the interval.

    Source: Harville 1977, JASA 72:320-338 (restricted likelihood); Zellner and Tiao 1964, JASA 59:763-778 (regression
    averaged over the autocorrelation of its errors); Satterthwaite 1946, Biometrics Bulletin 2:110-114.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.autocorrelation import Residuals, plausible
    >>> time, series, constant = np.arange(24), np.zeros(24, dtype=int), np.full((24, 1), 24**-0.5)
    >>> runs, swings = np.repeat([1.0, -1.0, 1.0, -1.0], 6), np.tile([1.0, -1.0], 12)
    >>> [round(plausible(Residuals(one, constant, time, series)).mean, 2) for one in (runs, swings)]
    [0.79, 0.02]
    """
    found = [_of(residuals, rho) for rho in GRID]
    likelihood, phi, df = (np.array(column) for column in zip(*found, strict=True))
    if float(residuals.values @ residuals.values) <= _NOTHING * residuals.values.size:
        likelihood = np.zeros(GRID.size)
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    return Plausible(GRID, weights, phi, float(weights @ df))


def _of(residuals: Residuals, rho: float) -> tuple[float, float, float]:
    """The restricted log likelihood of ρ, φ and its degrees of freedom."""
    squares = float(residuals.values @ residuals.values)
    trace, trace_of_square = traces(residuals, rho)
    return restricted_likelihood(residuals, rho), max(squares / trace, 1.0), trace**2 / trace_of_square


def traces(residuals: Residuals, rho: float) -> tuple[float, float]:
    """Of MR and of its square, for the residual maker M and the correlation R."""
    rows, terms = residuals.basis.shape
    trace, trace_of_square, inner = float(rows), 0.0, np.zeros((terms, terms))
    across = np.zeros((terms, terms))
    for block in residuals.blocks:
        basis, time = residuals.basis[block], residuals.time[block]
        powers = rho ** np.arange(int(time[-1] - time[0]) + 1)
        correlation = powers[np.abs(time[:, None] - time)]
        product = correlation @ basis
        inner += basis.T @ product
        across += product.T @ product
        trace_of_square += float(np.sum(correlation**2))
    trace -= float(np.trace(inner))
    trace_of_square += float(np.sum(inner**2)) - 2 * float(np.trace(across))
    return trace, trace_of_square


def restricted_likelihood(residuals: Residuals, rho: float) -> float:
    """The restricted log likelihood of ρ, up to a constant, the variance chosen best."""
    return float(restricted_likelihoods(residuals, residuals.values[:, None], rho)[0])


def restricted_likelihoods(residuals: Residuals, values: Floats, rho: float) -> Floats:
    """That of each column of ``values``, shape ``(rows, draws)``, in place of the values of ``residuals``.

    Errors that die away by ρ for each point of time are made independent by taking ρ to the power of the gap times the
    one before from each, so that no matrix of all rows is needed.
    """
    rows, terms = residuals.basis.shape
    gaps = residuals.gaps
    power = np.where(gaps > 0, rho ** np.maximum(gaps, 1), 0.0)
    spread = np.sqrt(1 - power**2)
    both = np.column_stack([values, residuals.basis])
    white = (both - power[:, None] * np.roll(both, 1, axis=0)) / spread[:, None]
    own, terms_white = white[:, : values.shape[1]], white[:, values.shape[1] :]
    inner, shared = terms_white.T @ terms_white, terms_white.T @ own
    squares = (own**2).sum(axis=0) - (shared * np.linalg.solve(inner, shared)).sum(axis=0)
    determinant = float(np.linalg.slogdet(inner).logabsdet)
    left = (rows - terms) * np.log(np.maximum(squares, _SMALLEST * rows))
    return np.asarray(-np.sum(np.log(spread)) - (determinant + left) / 2)


@dataclass(frozen=True, slots=True)
class Portmanteau:
    """Ljung and Box's test that no autocorrelation up to ``lags`` is there."""

    statistic: float
    lags: int
    p_value: float


def correlations(residuals: Residuals, most: int) -> Floats:
    """The autocorrelations at lags 1 to ``most`` by the usual formula, shape ``(most,)``.

    Pairs are points of time so far apart within a series; where points are left out there are fewer of them. Source:
    Box, Jenkins and Reinsel 1994, Time Series Analysis, 3rd ed., section 2.1.5.
    """
    values = residuals.values - residuals.values.mean()
    total = float(values @ values)
    if total <= _SMALLEST * values.size:
        return np.zeros(most)
    sums = np.zeros(most)
    for block in residuals.blocks:
        time = residuals.time[block]
        by_time = np.zeros(int(time[-1] - time[0]) + 1)
        by_time[time - time[0]] = values[block]
        sums += [float(by_time[lag:] @ by_time[:-lag]) if lag < by_time.size else 0.0 for lag in range(1, most + 1)]
    return sums / total


def portmanteau(found: Floats, rows: int) -> Portmanteau:
    """Ljung and Box's statistic from the autocorrelations ``found`` of a series of ``rows`` points.

    Source: Ljung and Box 1978, Biometrika 65:297-303.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.autocorrelation import portmanteau
    >>> test = portmanteau(np.array([0.5, 0.2]), 50)
    >>> round(test.statistic, 3), round(test.p_value, 4)
    (15.432, 0.0004)
    """
    lags = np.arange(1, found.size + 1)
    statistic = float(rows * (rows + 2) * np.sum(found**2 / (rows - lags)))
    return Portmanteau(statistic, found.size, float(special.chdtrc(found.size, statistic)))


def effective_size(rows: int, rho: float) -> float:
    """How many independent points have the same say on a mean as ``rows`` with autocorrelation ``rho`` at lag 1.

    Source: Bayley and Hammersley 1946, Supplement to the JRSS 8:184-197, for a long series.

    >>> from evalkit.inference.autocorrelation import effective_size
    >>> round(effective_size(48, 0.5), 6)
    16.0
    """
    return float(rows * (1 - rho) / (1 + rho))
