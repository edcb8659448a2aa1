"""What it costs in power that an area is ranked among a few others, and not held against a known spread.

The placebo test (:mod:`evalkit.inference.randomisation`) finds a change when at most ``α (K + 1) - 1`` of K other
areas stand out as much as the treated one. How much those do is chance too, so a change has to be larger than for a
test at the same level with the spread known. Averaged over both, the rank has the power of such a test at a smaller
level.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import optimize, special, stats

_GRID = 4000
_FURTHEST = 36.0
_ROUNDING = 1e-9


@cache
def level(alpha: float, power: float, others: int) -> float:
    """The two-sided level at which a test with a known spread has ``power`` for the change for which the rank has it.

    Parameters
    ----------
    alpha, power
        Two-sided level of the placebo test, and the power wanted, both in (0, 1).
    others
        How many other areas (or other choices of as many areas) there are; taken to vary independently and, each
        over its own standard error, alike and normally.

    Returns
    -------
    float
        0 when the smallest p that there can be, ``1 / (others + 1)``, is above ``alpha``.

    Source: the number of others beyond a given statistic is binomial; the placebo test is that of Abadie, Diamond and
    Hainmueller 2010, JASA 105:493.

    Examples
    --------
    >>> from evalkit.inference.rank_power import level
    >>> [round(level(0.05, 0.8, others), 4) for others in (18, 19, 60, 5000)]
    [0.0, 0.0256, 0.0402, 0.0499]
    """
    allowed = int(alpha * (others + 1) + _ROUNDING) - 1
    if allowed < 0:
        return 0.0
    chance = special.ndtri((np.arange(_GRID) + 0.5) / _GRID)

    def gap(step: float) -> float:
        beyond = 2 * special.ndtr(-np.abs(step + chance))
        return float(stats.binom.cdf(allowed, others, beyond).mean()) - power

    step = float(optimize.brentq(gap, 0.0, _FURTHEST))
    return 2 * float(special.ndtr(special.ndtri(power) - step))
