"""How strong an unmeasured cause would have to be to explain a ratio away."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EValue:
    """The E-value of an estimate and of the limit of its interval that is nearer to 1; both at least 1."""

    estimate: float
    limit: float


def e_value(ratio: float, low: float, high: float) -> EValue:
    """The least strength, as a ratio, that a hidden cause must have with both the model and the outcome.

    ``RR + √(RR (RR - 1))`` for a ratio above 1; one below is inverted first. An interval that holds 1 needs no
    hidden cause at all, so its limit's E-value is 1. An infinite ratio gives infinity.

    Parameters
    ----------
    ratio, low, high
        A rate ratio (or a ratio of two) with its limits, from 0 to infinity.

    Source: VanderWeele and Ding 2017, Annals of Internal Medicine 167:268-274.

    Examples
    --------
    >>> from evalkit.inference.e_value import e_value
    >>> found = e_value(3.9, 1.8, 8.7)
    >>> round(found.estimate, 2), round(found.limit, 2)
    (7.26, 3.0)
    """
    if low <= 1 <= high:
        return EValue(_of(ratio), 1.0)
    return EValue(_of(ratio), _of(low if low > 1 else high))


def _of(ratio: float) -> float:
    if ratio == 0:
        return math.inf
    above = max(ratio, 1 / ratio)
    return math.inf if math.isinf(above) else above + math.sqrt(above * (above - 1))
