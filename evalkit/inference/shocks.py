"""Random shocks that make Poisson counts vary more than chance and hang together in time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special, stats

from evalkit.inference.intervals import Floats
from evalkit.inference.trend import autocorrelation

_NONE = 1.02
_MOST = 0.98
_LAGS = 6
_GRID = np.linspace(0.0, _MOST, 99)


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


def correlation_of_shocks(residuals: Sequence[Floats], dispersion: float) -> float:
    """How neighbouring residuals would hang together by the shocks alone, read from several lags.

    Counts add noise of their own, so the residuals ``k`` periods apart correlate by ``(φ - 1)/φ × ρᵏ`` where the shocks
    have the correlation ``ρ``. Read from the first lag alone, ``ρ`` runs to 1 as soon as chance lifts that lag above
    ``(φ - 1)/φ``, and a passing likeness becomes a lasting shift of level. ``ρ`` is therefore the one, from 0 to 0.98,
    that is nearest in squares to the first six lags.

    Parameters
    ----------
    residuals
        Pearson residuals of unbroken stretches of time.
    dispersion
        Pearson's φ.

    Returns
    -------
    float
        ``(φ - 1)/φ × ρ``, as :func:`shocks` takes it.

    Source: moments of the latent process: Davis, Dunsmuir and Wang 2000, Biometrika 87:491-505, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.shocks import correlation_of_shocks
    >>> rng = np.random.default_rng(1)
    >>> round(correlation_of_shocks([rng.standard_normal(5000)], 2.0), 1)
    0.0
    """
    if dispersion <= _NONE:
        return 0.0
    lags = np.arange(1, min(_LAGS, max(len(one) for one in residuals) - 1) + 1)
    seen = np.array([autocorrelation(residuals, lag=int(lag)) or 0.0 for lag in lags])
    share = (dispersion - 1) / dispersion
    misfit = ((seen - share * _GRID[:, None] ** lags) ** 2).sum(axis=1)
    return share * float(_GRID[misfit.argmin()])
