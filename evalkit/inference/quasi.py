"""Intervals for counts that vary more than chance: quasi-Poisson on the log scale.

The logarithm of a rate, a ratio or a ratio of ratios has variance ``φ Σ 1/events`` over the totals it is
made of. The limits use Student's t with the degrees of freedom behind φ, because φ is itself uncertain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy import special

from evalkit import refusals
from evalkit.inference.dispersion import Dispersion
from evalkit.inference.interval import Interval
from evalkit.inference.totals import Total
from evalkit.statements import Statement


def interval(
    totals: Sequence[Total],
    dispersion: Dispersion,
    *,
    conf_level: float = 0.95,
    null: float | None = None,
) -> Interval | Statement:
    """The quasi-Poisson interval of one rate, a ratio of two or a ratio of two ratios.

    The estimate and its standard error are those of a quasi-Poisson regression with one rate per
    cell. φ is never taken below 1, so the interval is never narrower than Poisson's.

    Parameters
    ----------
    totals
        One total: a rate. Two: the ratio of the first to the second. Four: (treated after, treated
        before, comparison after, comparison before), the ratio of the two changes.
    dispersion
        φ and its degrees of freedom, from ``dispersion.pearson``.
    conf_level, null
        The level, and the value the p-value is against (``None`` for no p-value).

    Returns
    -------
    Interval or Statement
        ``std_error`` is that of the log estimate. A refusal when a total is zero.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 6.2.

    Examples
    --------
    >>> from evalkit.inference import quasi
    >>> from evalkit.inference.dispersion import Dispersion
    >>> from evalkit.inference.totals import Total
    >>> found = quasi.interval([Total(40, 10.0), Total(20, 10.0)], Dispersion(phi=2.0, df=10))
    >>> round(found.estimate, 6), round(found.std_error, 6)
    (2.0, 0.387298)
    """
    if any(total.events == 0 for total in totals):
        return refusals.zero_and_overdispersed()
    log_estimate = sum(
        sign * (math.log(total.events) - math.log(total.exposure))
        for sign, total in zip(_SIGNS[len(totals)], totals, strict=True)
    )
    std_error = math.sqrt(max(dispersion.phi, 1.0) * sum(1 / total.events for total in totals))
    half = -float(special.stdtrit(dispersion.df, (1 - conf_level) / 2)) * std_error
    p_value = None if null is None else _p_value((log_estimate - math.log(null)) / std_error, dispersion.df)
    low, high = _power(log_estimate - half), _power(log_estimate + half)
    return Interval(math.exp(log_estimate), low, high, p_value, std_error)


_LARGEST_EXPONENT = 709.0
_SIGNS = {1: (1,), 2: (1, -1), 4: (1, -1, -1, 1)}


def _power(exponent: float) -> float:
    # One degree of freedom at a high level gives limits beyond the largest number there is.
    return math.exp(exponent) if exponent < _LARGEST_EXPONENT else math.inf


def _p_value(t: float, df: int) -> float:
    return float(2 * special.stdtr(df, -abs(t)))
