"""Central confidence limits: each side is cut off at half of what the level leaves.

A limit is the parameter at which the observed count would lie exactly in the outer α/2 tail. The
matching p-value is twice the smaller tail, so interval and p-value never contradict each other
(Fay 2010, The R Journal 2(1):53-58, on why the more common "minimum likelihood" p-value does).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq

_SMALLEST = 1e-300
_LOG_TOLERANCE = 1e-14


@dataclass(frozen=True, slots=True)
class Tails:
    """The probabilities on both sides of the observed count, with and without the count itself."""

    below: float
    at_most: float
    at_least: float
    above: float

    def lower(self, *, midp: bool) -> float:
        """The lower tail; under mid-p the observed count counts by half."""
        return (self.below + self.at_most) / 2 if midp else self.at_most

    def upper(self, *, midp: bool) -> float:
        """The upper tail; under mid-p the observed count counts by half."""
        return (self.above + self.at_least) / 2 if midp else self.at_least

    def p_value(self, *, midp: bool) -> float:
        """Twice the smaller tail, at most 1."""
        return min(1.0, 2 * min(self.lower(midp=midp), self.upper(midp=midp)))


def limits(
    family: Callable[[float], Tails],
    *,
    start: float,
    open_below: bool,
    open_above: bool,
    conf_level: float,
    midp: bool,
) -> tuple[float, float]:
    """Both limits of the logarithm of a positive parameter.

    Parameters
    ----------
    family
        The tails of the observed count as a function of the log parameter; a larger parameter
        must mean larger counts.
    start
        A log parameter near the estimate, where the search begins.
    open_below, open_above
        True when the observed count is the smallest (largest) possible, so that no parameter is
        too small (large): that limit is minus (plus) infinity.
    conf_level, midp
        The level, and whether the observed count counts by half.

    Returns
    -------
    tuple of float
        Log parameters.
    """
    outer = (1 - conf_level) / 2
    low = -math.inf if open_below else _crossing(lambda at: family(at).upper(midp=midp), outer, start)
    high = math.inf if open_above else _crossing(lambda at: family(at).lower(midp=midp), outer, start)
    return low, high


def _crossing(tail: Callable[[float], float], target: float, start: float) -> float:
    def gap(point: float) -> float:
        # The logarithm of a tail is close to a parabola, which the root search likes; the tail itself is flat.
        return math.log(max(tail(point), _SMALLEST) / target)

    width = 1.0
    while gap(start - width) * gap(start + width) > 0:
        width *= 2
    return float(brentq(gap, start - width, start + width, xtol=_LOG_TOLERANCE))
