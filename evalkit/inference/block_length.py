"""How long the blocks of a series should be for the bootstrap of its mean."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from evalkit.inference.intervals import Floats

_FEWEST_LAGS = 5


def politis_white(series: Floats) -> float:
    """The length that makes the error of the bootstrapped variance least, for circular (and moving) blocks.

    The autocovariance is summed under a flat-top window up to twice the lag after which no correlation stands out,
    and the length is capped at ``min(3√n, n/3)``. Where R's ``np::b.star`` counts the lag of the first correlation in a
    run that does not stand out, this counts the one before, as the paper does.

    Parameters
    ----------
    series
        Shape ``(periods,)``, at least three.

    Returns
    -------
    float
        At least 1, not rounded.

    Source: Politis and White 2004, Econometric Reviews 23:53-70; corrected by Patton, Politis and White 2009,
    28:372-375.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.block_length import politis_white
    >>> round(politis_white(np.sin(np.arange(60) / 4)), 2), politis_white(np.ones(9))
    (5.25, 1.0)
    """
    periods = series.size
    apart = series - series.mean()
    run = max(_FEWEST_LAGS, math.ceil(math.log10(periods)))
    most = min(math.ceil(math.sqrt(periods)) + run, periods - 1)
    covariance = np.array([apart[lag:] @ apart[: periods - lag] / periods for lag in range(most + 1)])
    if covariance[0] <= np.finfo(np.float64).eps * float(series @ series):
        return 1.0
    lags = min(2 * _last_that_stands_out(covariance / covariance[0], periods, run), most)
    at = np.arange(1, lags + 1)
    window = np.clip(2 * (1 - at / lags), 0.0, 1.0)
    spread = covariance[0] + 2 * float(window @ covariance[1 : lags + 1])
    bias = 2 * float((window * at) @ covariance[1 : lags + 1])
    if spread == 0:
        return 1.0
    length = (2 * bias**2 / (4 / 3 * spread**2)) ** (1 / 3) * periods ** (1 / 3)
    return float(min(max(length, 1.0), max(1, math.ceil(min(3 * math.sqrt(periods), periods / 3)))))


def _last_that_stands_out(correlation: Floats, periods: int, run: int) -> int:
    """The smallest positive lag followed by ``run`` lags that do not stand out; else the last that does; else 1."""
    critical = float(special.ndtri(0.975)) * math.sqrt(math.log10(periods) / periods)
    out = np.abs(correlation[1:]) >= critical
    quiet = [lag for lag in range(1, out.size - run + 1) if not out[lag : lag + run].any()]
    if quiet:
        return quiet[0]
    return int(np.flatnonzero(out)[-1]) + 1 if out.any() else 1
