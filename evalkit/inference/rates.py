"""One Poisson rate: four intervals for a count over an exposure.

Every function takes a count, its exposure (person-years, visits, any positive unit) and the level,
and gives events per unit of exposure. A p-value is given only against a stated null rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType

from scipy import special

from evalkit.inference.central import Tails, limits
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method


def exact(count: int, exposure: float, conf_level: float = 0.95, *, null: float | None = None) -> Interval:
    """The exact central interval from chi-square (gamma) quantiles.

    Never covers less often than the level says, at the price of being wide for small counts.

    Source: Garwood 1936, Biometrika 28:437-442.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> interval = rates.exact(0, 1.0)
    >>> interval.low, round(interval.high, 6)
    (0.0, 3.688879)
    """
    outer = (1 - conf_level) / 2
    low = float(special.gammaincinv(count, outer)) if count else 0.0
    high = float(special.gammainccinv(count + 1, outer))
    p_value = None if null is None else _tails(count, null * exposure).p_value(midp=False)
    return Interval(count / exposure, low / exposure, high / exposure, p_value)


def midp(count: int, exposure: float, conf_level: float = 0.95, *, null: float | None = None) -> Interval:
    """The inverted mid-p test: the observed count counts by half in each tail.

    Covers close to the level on average and less than it for some rates: 95.9 % on average and 91.7 % at
    worst for 0.05 to 40 expected events at 95 %. At zero events the upper limit is ``-log(α)``.

    Source: Cohen and Yang 1994, Statistics in Medicine 13:2189-2203.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> interval = rates.midp(10, 1.0)
    >>> round(interval.low, 6), round(interval.high, 6)
    (5.079522, 17.824854)
    """
    low, high = limits(
        lambda log_mean: _tails(count, math.exp(log_mean)),
        start=math.log(max(count, 1)),
        open_below=count == 0,
        open_above=False,
        conf_level=conf_level,
        midp=True,
    )
    p_value = None if null is None else _tails(count, null * exposure).p_value(midp=True)
    return Interval(count / exposure, math.exp(low) / exposure, math.exp(high) / exposure, p_value)


def score(count: int, exposure: float, conf_level: float = 0.95, *, null: float | None = None) -> Interval:
    """The inverted score test, which takes the variance under the rate being tested.

    Covers 95.3 % on average and 86.1 % at worst for 0.05 to 40 expected events at 95 %.

    Source: Rao 1948; in this form Barker 2002, The American Statistician 56:85-89.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> round(rates.score(0, 1.0).high, 6)
    3.841459
    """
    z = _normal_quantile(conf_level)
    centre = count + z * z / 2
    half = z * math.sqrt(count + z * z / 4)
    # The product of the two roots is count squared, so the small one loses no digits this way.
    low = count * count / (centre + half) if count else 0.0
    p_value = None if null is None else _score_p_value(count, null * exposure)
    return Interval(count / exposure, low / exposure, (centre + half) / exposure, p_value)


def bayes(count: int, exposure: float, conf_level: float = 0.95) -> Interval:
    """The equal-tailed credible interval under Jeffreys' prior, a gamma with shape ``count + 1/2``.

    The estimate is the observed rate. The interval is stretched to hold it, so with no event the
    lower limit is zero (the usual boundary correction). It has no p-value. Covers 95.2 % on average
    and 90.5 % at worst for 0.05 to 40 expected events at 95 %.

    Source: Brown, Cai and DasGupta 2003, Statistica Sinica 13:19-49; for the correction the same
    authors 2001, Statistical Science 16:101-133.

    Examples
    --------
    >>> from evalkit.inference import rates
    >>> round(rates.bayes(0, 1.0).high, 6)
    2.511943
    """
    outer = (1 - conf_level) / 2
    low = min(float(special.gammaincinv(count + 0.5, outer)), float(count))
    high = max(float(special.gammainccinv(count + 0.5, outer)), float(count))
    return Interval(count / exposure, low / exposure, high / exposure)


TESTED: MappingProxyType[Method, Callable[..., Interval]] = MappingProxyType(
    {Method.EXACT: exact, Method.MIDP: midp, Method.SCORE: score}
)
"""The methods that also test a null rate."""


def _tails(count: int, mean: float) -> Tails:
    return Tails(
        below=float(special.gammaincc(count, mean)) if count else 0.0,
        at_most=float(special.gammaincc(count + 1, mean)),
        at_least=float(special.gammainc(count, mean)) if count else 1.0,
        above=float(special.gammainc(count + 1, mean)),
    )


def _score_p_value(count: int, mean: float) -> float:
    return float(2 * special.ndtr(-abs(count - mean) / math.sqrt(mean)))


def _normal_quantile(conf_level: float) -> float:
    return float(-special.ndtri((1 - conf_level) / 2))
