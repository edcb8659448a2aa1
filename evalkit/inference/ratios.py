"""The ratio of two Poisson rates with exposures.

Given the sum of the two counts, the first is binomial with odds ``ratio × exposure / exposure_ref``.
That condition removes the unknown level of the rates, so the ratio can be judged exactly. With no
event on one side the interval is one-sided (its limit is 0 or infinity); with none on either side
there is a refusal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType

from scipy import special

from evalkit import refusals
from evalkit.inference.central import Tails, limits
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.inference.totals import Total
from evalkit.statements import Statement


def exact(
    group: Total, reference: Total, *, conf_level: float = 0.95, null: float | None = 1.0
) -> Interval | Statement:
    """The exact conditional interval: Clopper-Pearson limits of the binomial odds.

    The p-value is twice the smaller binomial tail, so it is below α exactly when ``null`` lies
    outside the interval. (R's ``poisson.test`` has the same interval and another p-value.)

    Source: Przyborowski and Wilenski 1940, Biometrika 31:313-323; Clopper and Pearson 1934, Biometrika 26:404-413.

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> from evalkit.inference.totals import Total
    >>> interval = ratios.exact(Total(11, 800.0), Total(21, 3011.0))
    >>> round(interval.low, 6), round(interval.high, 6)
    (0.858426, 4.277266)
    """
    if group.events + reference.events == 0:
        return refusals.no_events()
    outer = (1 - conf_level) / 2
    low = _odds_quantile(group.events, reference.events + 1, outer)
    inverse_high = _odds_quantile(reference.events, group.events + 1, outer)
    high = 1 / inverse_high if inverse_high else math.inf
    return _on_the_ratio_scale(group, reference, low, high, _p_value(group, reference, null, midp=False))


def midp(group: Total, reference: Total, *, conf_level: float = 0.95, null: float | None = 1.0) -> Interval | Statement:
    """The inverted conditional mid-p test; narrower than the exact interval, close to the level on average.

    Source: Berry and Armitage 1995, The Statistician 44:417-423.

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> from evalkit.inference.totals import Total
    >>> interval = ratios.midp(Total(41, 28010.0), Total(15, 19017.0))
    >>> round(interval.low, 6), round(interval.high, 6)
    (1.041075, 3.449423)
    """
    if group.events + reference.events == 0:
        return refusals.no_events()
    low, high = limits(
        lambda log_odds: _tails(group.events, reference.events, log_odds),
        start=math.log((group.events + 0.5) / (reference.events + 0.5)),
        open_below=group.events == 0,
        open_above=reference.events == 0,
        conf_level=conf_level,
        midp=True,
    )
    p_value = _p_value(group, reference, null, midp=True)
    return _on_the_ratio_scale(group, reference, math.exp(low), math.exp(high), p_value)


def score(
    group: Total, reference: Total, *, conf_level: float = 0.95, null: float | None = 1.0
) -> Interval | Statement:
    """The inverted score test: Wilson's limits of the binomial odds.

    Source: Gu, Ng, Tang and Schucany 2008, Biometrical Journal 50:283-298; Wilson 1927.

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> from evalkit.inference.totals import Total
    >>> interval = ratios.score(Total(60, 51477.5), Total(30, 54308.7))
    >>> round(interval.low, 6), round(interval.high, 6)
    (1.365962, 3.259306)
    """
    first, second = group.events, reference.events
    if first + second == 0:
        return refusals.no_events()
    z2 = float(special.ndtri((1 - conf_level) / 2)) ** 2
    root = math.sqrt(z2 * (first * second / (first + second) + z2 / 4))
    # Wilson's two odds as quotients of squares: the usual form subtracts and loses the digits of a small count.
    product = (first + z2 / 2 + root) * (second + z2 / 2 + root) / (1 + z2 / (first + second))
    low = first**2 / product
    high = product / second**2 if second else math.inf
    p_value = None if null is None else _score_p_value(group, reference, null)
    return _on_the_ratio_scale(group, reference, low, high, p_value)


METHODS: MappingProxyType[Method, Callable[..., Interval | Statement]] = MappingProxyType(
    {Method.EXACT: exact, Method.MIDP: midp, Method.SCORE: score}
)


def _on_the_ratio_scale(group: Total, reference: Total, low: float, high: float, p_value: float | None) -> Interval:
    per_odds = reference.exposure / group.exposure
    estimate = per_odds * group.events / reference.events if reference.events else math.inf
    return Interval(estimate, per_odds * low, per_odds * high, p_value)


def _odds_quantile(first: int, second: int, outer: float) -> float:
    """The ``outer`` quantile of the odds of a beta variable; both parts from their own tail, so neither cancels."""
    if first == 0:
        return 0.0
    return float(special.betaincinv(first, second, outer) / special.betainccinv(second, first, outer))


def _p_value(group: Total, reference: Total, null: float | None, *, midp: bool) -> float | None:
    if null is None:
        return None
    log_odds = math.log(null) + math.log(group.exposure) - math.log(reference.exposure)
    return _tails(group.events, reference.events, log_odds).p_value(midp=midp)


def _tails(first: int, second: int, log_odds: float) -> Tails:
    p, q = float(special.expit(log_odds)), float(special.expit(-log_odds))
    return Tails(
        below=_larger(second, first, q),
        at_most=_at_least(second, first, q),
        at_least=_at_least(first, second, p),
        above=_larger(first, second, p),
    )


def _at_least(first: int, second: int, p: float) -> float:
    return float(special.betainc(first, second + 1, p)) if first else 1.0


def _larger(first: int, second: int, p: float) -> float:
    return float(special.betainc(first + 1, second, p)) if second else 0.0


def _score_p_value(group: Total, reference: Total, null: float) -> float:
    odds = null * group.exposure / reference.exposure
    deviation = group.events - odds * reference.events
    return float(2 * special.ndtr(-abs(deviation) / math.sqrt((group.events + reference.events) * odds)))
