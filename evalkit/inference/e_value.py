"""How strong an unmeasured cause would have to be to explain a ratio away."""

from __future__ import annotations

import numpy as np

from evalkit.inference.intervals import Floats


def e_value(ratio: float, low: float, high: float) -> tuple[float, float]:
    """The least strength, as a ratio, that a hidden cause must have with both the model and the outcome.

    First that of the estimate, then that of the limit nearer to 1; both at least 1.

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
    >>> of_ratio, of_limit = e_value(3.9, 1.8, 8.7)
    >>> round(of_ratio, 2), round(of_limit, 2)
    (7.26, 3.0)
    """
    of_ratio, of_limit = e_values(*(np.asarray(number, dtype=float) for number in (ratio, low, high)))
    return float(of_ratio), float(of_limit)


def e_values(ratio: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The same of many at once: those of the estimates and those of the limits; nan where a number is nan.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.e_value import e_values
    >>> of_ratio, of_limit = e_values(np.array([3.9, 1.2]), np.array([1.8, 0.9]), np.array([8.7, 1.5]))
    >>> of_ratio.round(2).tolist(), of_limit.round(2).tolist()
    ([7.26, 1.69], [3.0, 1.0])
    """
    nearer = np.where(low > 1, low, np.where(high < 1, high, 1.0))
    known = ~np.isnan(ratio)
    return _of_many(ratio), np.where(known, _of_many(nearer), np.nan)


def _of_many(ratio: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        above = np.maximum(ratio, 1 / ratio)
    finite = np.where(np.isinf(above), 1.0, above)
    return np.asarray(np.where(np.isinf(above), np.inf, finite + np.sqrt(finite * (finite - 1))))
