"""A point estimate with its confidence limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

_LARGEST_EXPONENT = 709.0


def exponential(exponent: float) -> float:
    """``e`` to the exponent, infinity beyond the largest number there is.

    One degree of freedom at a high level gives limits so far out.
    """
    return math.exp(exponent) if exponent < _LARGEST_EXPONENT else math.inf


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, its limits and what belongs to them.

    Attributes
    ----------
    estimate, low, high
        On the natural scale (a rate, a ratio, a number of events). Infinity is allowed and means that
        the data set no limit on that side; a missing number is not.
    p_value
        Two-sided, consistent with the limits; ``None`` when no null value was given or the method has none.
    std_error
        Of the *logarithm* of the estimate. Only the quasi-Poisson interval is built from one.

    Raises
    ------
    ValueError
        When a number is nan or the limits are in the wrong order: a fault in evalkit, never in data.

    Examples
    --------
    >>> from evalkit.inference.interval import Interval
    >>> Interval(estimate=0.0, low=0.0, high=3.69).std_error is None
    True
    """

    estimate: float
    low: float
    high: float
    p_value: float | None = None
    std_error: float | None = None

    def __post_init__(self) -> None:
        given = (self.estimate, self.low, self.high, self.p_value, self.std_error)
        if any(number is not None and math.isnan(number) for number in given):
            raise ValueError("an interval never holds nan")
        if self.low > self.high:
            raise ValueError("the lower limit lies above the upper")
