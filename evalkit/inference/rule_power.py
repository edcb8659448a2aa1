"""What it costs in power that the plan's rule looks at how much the counts vary before it chooses its interval.

The rule (:mod:`evalkit.inference.rule`) takes the exact Poisson interval when the estimated φ is at most 1, and
quasi-Poisson with Student's t and √φ otherwise. With few periods t is wide and φ by chance far from the truth, so a
change has to be larger than a test at the same level with φ known would ask for. Averaged over φ, whose estimate times
df over the truth is taken to be χ² with df degrees of freedom (McCullagh and Nelder 1989, Generalized Linear Models,
2nd ed., section 4.5), the rule has the power of a test with φ known at a smaller level.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import optimize, special, stats

_GRID = 4000
_FURTHEST = 36.0


@cache
def level(alpha: float, power: float, dispersion: float, df: int) -> float:
    """The two-sided level at which a test with φ known has ``power`` for the change for which the rule has it.

    Parameters
    ----------
    alpha, power
        Two-sided level of the rule's interval, and the power wanted, both in (0, 1).
    dispersion
        The true φ, above 0.
    df
        Degrees of freedom behind its estimate: periods less cells. With none there is no estimate and the interval
        is exact, so that the level is ``alpha`` itself.

    Examples
    --------
    >>> from evalkit.inference.rule_power import level
    >>> [round(level(0.05, 0.8, 1.0, df), 4) for df in (4, 11, 71)]
    [0.0043, 0.0227, 0.0409]
    >>> level(0.05, 0.8, 1.0, 0)
    0.05
    """
    if df <= 0:
        return alpha
    known = -float(special.ndtri(alpha / 2))
    places = (np.arange(_GRID) + 0.5) / _GRID
    estimated = dispersion * stats.chi2.ppf(places, df) / df
    reach = np.where(estimated <= 1, known, -special.stdtrit(df, alpha / 2) * np.sqrt(estimated)) / np.sqrt(dispersion)

    def gap(step: float) -> float:
        return float(special.ndtr(step - reach).mean()) - power

    beyond = float(special.ndtri(power))
    step = float(optimize.brentq(gap, beyond, _FURTHEST)) if gap(_FURTHEST) > 0 else _FURTHEST
    return 2 * float(special.ndtr(beyond - max(step, known + beyond)))
