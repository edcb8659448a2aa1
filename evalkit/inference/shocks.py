"""Random shocks that make Poisson counts vary more than chance and hang together in time."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from evalkit.inference.intervals import Floats

_NONE = 1.02
_MOST = 0.98


def shocks(means: Floats, dispersion: float, autocorrelation: float, rng: np.random.Generator) -> Floats:
    """Factors of mean 1, one per period, gamma distributed and autocorrelated.

    Poisson counts around ``means`` times the shocks have, averaged over the periods, the variance ``dispersion`` times
    the mean. The shocks are a Gaussian autoregression put through the gamma distribution's quantiles; its
    correlation is the residuals' over the share of the variance that the shocks have, at most 0.98.

    Parameters
    ----------
    means
        Expected counts by period, shape ``(periods,)``.
    dispersion, autocorrelation
        Pearson's φ, and the correlation of neighbouring residuals.

    Source: Li and Hammond 1975, IEEE Transactions on Systems, Man, and Cybernetics 5:557-561 (the transformation);
    Lawless 1987, Canadian Journal of Statistics 15:209-225 (gamma-mixed Poisson counts).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.shocks import shocks
    >>> rng = np.random.default_rng(1)
    >>> found = shocks(np.full(20_000, 10.0), 3.0, 0.0, rng)
    >>> round(float(found.mean()), 1), round(float(found.var()), 1)
    (1.0, 0.2)
    """
    if dispersion <= _NONE or not means.any():
        return np.ones(means.size)
    variance = (dispersion - 1) / float(np.average(means, weights=means))
    rho = min(_MOST, max(0.0, autocorrelation) * dispersion / (dispersion - 1))
    steps = rng.standard_normal(means.size) * np.sqrt(1 - rho**2)
    normal = np.empty(means.size)
    latest = rng.standard_normal()
    for place, step in enumerate(steps):
        latest = rho * latest + step
        normal[place] = latest
    return np.asarray(stats.gamma.ppf(special.ndtr(normal), 1 / variance, scale=variance))
