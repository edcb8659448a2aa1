"""Intervals for counts that vary more than chance: quasi-Poisson on the log scale.

The logarithm of a rate, a ratio or a ratio of ratios is a contrast of the log rates of a quasi-Poisson
regression. The limits use Student's t with the degrees of freedom behind φ, because φ is itself uncertain.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import regression
from evalkit.inference.interval import Interval, exponential
from evalkit.statements import Statement


def interval(
    counts: NDArray[np.int64],
    exposures: NDArray[np.float64],
    cells: NDArray[np.int64],
    *,
    conf_level: float = 0.95,
    null: float | None = None,
) -> Interval | Statement:
    """The quasi-Poisson interval of one rate, a ratio of two or a ratio of two ratios.

    φ is never taken below 1, so the interval is never narrower than Poisson's.

    Parameters
    ----------
    counts, exposures, cells
        One element per period: events, exposure and the index of its cell. One cell: a rate. Two: the
        ratio of the first to the second. Four: (treated after, treated before, comparison after,
        comparison before), the ratio of the two changes.
    conf_level, null
        The level, and the value the p-value is against (``None`` for no p-value).

    Returns
    -------
    Interval or Statement
        ``std_error`` is that of the log estimate. A refusal when the total of a cell is zero.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 6.2.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import quasi
    >>> found = quasi.interval(np.array([14, 26, 6, 14]), np.ones(4), np.array([0, 0, 1, 1]))
    >>> round(found.estimate, 6), round(found.std_error, 6)
    (2.0, 0.504975)
    """
    if (np.bincount(cells, weights=counts) == 0).any():
        return refusals.zero_and_overdispersed()
    fitted = regression.fit(counts, exposures, cells)
    contrast = _CONTRASTS[fitted.log_rates.size]
    log_estimate = float(contrast @ fitted.log_rates)
    std_error = math.sqrt(float(contrast @ fitted.covariance @ contrast))
    half = -float(special.stdtrit(fitted.df, (1 - conf_level) / 2)) * std_error
    p_value = None if null is None else _p_value((log_estimate - math.log(null)) / std_error, fitted.df)
    low, high = exponential(log_estimate - half), exponential(log_estimate + half)
    return Interval(math.exp(log_estimate), low, high, p_value, std_error)


_CONTRASTS = {1: np.array([1.0]), 2: np.array([1.0, -1.0]), 4: np.array([1.0, -1.0, -1.0, 1.0])}


def _p_value(t: float, df: int) -> float:
    return float(2 * special.stdtr(df, -abs(t)))
