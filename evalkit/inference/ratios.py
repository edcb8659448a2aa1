"""The ratio of two Poisson rates with exposures.

Given the sum of the two counts, the first is binomial with odds ``ratio × exposure / exposure_ref``.
That condition removes the unknown level of the rates, so the ratio can be judged exactly. With no
event on one side the interval is one-sided (its limit is 0 or infinity); with none on either side
there is a refusal.

Every function takes counts and exposures of the group and of the reference, numbers or arrays that fit
together, and works on all elements at once. Limits of the odds depend on the two counts alone, so they
are solved once per distinct pair.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evalkit import refusals
from evalkit.inference import inverse_beta
from evalkit.inference.central import log_excess, twice_the_smaller
from evalkit.inference.distinct import solved_once
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.pairs import Pairs
from evalkit.inference.roots import crossings

_MOST_STEPS, _STEADY = 20, 1e-12

JEFFREYS = (0.5, 0.0)
"""Jeffreys' prior of a rate: as if half an event had been seen in no exposure."""


def exact(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = 1.0,
) -> Intervals:
    """The exact conditional interval: Clopper-Pearson limits of the binomial odds.

    The p-value is twice the smaller binomial tail, so it is below α exactly when ``null`` lies
    outside the interval. (R's ``poisson.test`` has the same interval and another p-value.)

    Source: Przyborowski and Wilenski 1940, Biometrika 31:313-323; Clopper and Pearson 1934, Biometrika 26:404-413.

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> interval = ratios.exact(11, 800.0, 21, 3011.0).only()
    >>> round(interval.low, 6), round(interval.high, 6)
    (0.858426, 4.277266)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    outer = (1 - conf_level) / 2
    low, high = solved_once(lambda first, second: _exact_odds(first, second, outer), *pairs.counts)
    return _on_the_ratio_scale(pairs, low, high, _p_value(pairs, null, upper_tail))


def midp(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = 1.0,
) -> Intervals:
    """The inverted conditional mid-p test; narrower than the exact interval, close to the level on average.

    Source: Berry and Armitage 1995, The Statistician 44:417-423.

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> interval = ratios.midp(41, 28010.0, 15, 19017.0).only()
    >>> round(interval.low, 6), round(interval.high, 6)
    (1.041075, 3.449423)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    outer = (1 - conf_level) / 2
    low, high = solved_once(lambda first, second: _midp_odds(first, second, outer), *pairs.counts)
    return _on_the_ratio_scale(pairs, low, high, _p_value(pairs, null, midp_tail))


def score(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = 1.0,
) -> Intervals:
    """The inverted score test: Wilson's limits of the binomial odds, mended where a side has a single event.

    One event against none would by the normal approximation leave out ratios that give that outcome one time in five.
    Its limit is therefore the mid-p one, and a single event against more may not claim more than it did against none.

    Source: Gu, Ng, Tang and Schucany 2008, Biometrical Journal 50:283-298; Wilson 1927. Mending Wilson's limits of one
    event by exact ones: Brown, Cai and DasGupta 2001, Statistical Science 16:101-133, section 4.1.1.

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> interval = ratios.score(60, 51477.5, 30, 54308.7).only()
    >>> round(interval.low, 6), round(interval.high, 6)
    (1.365962, 3.259306)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    p_value = None if null is None else _score_p_value(pairs, null)
    return _on_the_ratio_scale(pairs, *score_odds(*pairs.counts, conf_level), p_value)


def bayes(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    prior: tuple[float, float] | None = None,
) -> Intervals:
    """The equal-tailed credible interval of the ratio of two gamma variables, a scaled beta-prime variable.

    Parameters
    ----------
    counts, exposures, counts_ref, exposures_ref, conf_level
        As in the other functions.
    prior
        Shape and rate of the gamma prior of either rate: events, and the exposure they are taken to have been
        seen in. Left out it is Jeffreys', (1/2, 0); the estimate is then the observed ratio, the interval is
        stretched to hold it, and no event at all is refused. Under a prior of one's own the estimate is the
        posterior median, which exists without any event.

    Source: Price and Bonett 2000, Computational Statistics & Data Analysis 34:345-356 (Jeffreys' prior).

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> interval = ratios.bayes(11, 800.0, 21, 3011.0).only()
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.9308, 4.0141)
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    events, seen = prior or JEFFREYS
    outer = (1 - conf_level) / 2
    per_odds = (pairs.exposed_ref + seen) / (pairs.exposed + seen)
    low, middle, high = (
        per_odds * odds
        for odds in solved_once(lambda first, second: _posterior_odds(first, second, events, outer), *pairs.counts)
    )
    if prior is not None:
        return Intervals(estimate=middle, low=low, high=high)
    known = np.where(pairs.is_empty, 1.0, pairs.ratio)
    found = Intervals(estimate=known, low=np.minimum(low, known), high=np.maximum(high, known))
    return found.refuse(pairs.is_empty, refusals.no_events())


def exceeds(
    counts: ArrayLike,
    exposures: ArrayLike,
    counts_ref: ArrayLike,
    exposures_ref: ArrayLike,
    *,
    factor: float = 1.0,
    prior: tuple[float, float] | None = None,
) -> Intervals:
    """The posterior probability that the rate is more than ``factor`` times the reference's, as estimate and limits.

    Each rate has a gamma posterior, so the ratio is a scaled beta-prime variable and the probability an incomplete
    beta function: nothing is simulated. ``prior`` is as in :func:`bayes`.

    Source: Price and Bonett 2000, Computational Statistics & Data Analysis 34:345-356.

    Examples
    --------
    >>> from evalkit.inference import ratios
    >>> round(ratios.exceeds(11, 800.0, 21, 3011.0).only().estimate, 4)
    0.9628
    """
    pairs = Pairs.of(counts, exposures, counts_ref, exposures_ref)
    events, seen = prior or JEFFREYS
    exposed, exposed_ref = pairs.exposed + seen, pairs.exposed_ref + seen
    share = exposed_ref / (exposed_ref + factor * exposed)
    found = np.asarray(special.betainc(pairs.events_ref + events, pairs.events + events, share))
    return Intervals(estimate=found, low=found, high=found)


TESTED: MappingProxyType[Method, Callable[..., Intervals]] = MappingProxyType(
    {Method.EXACT: exact, Method.MIDP: midp, Method.SCORE: score}
)
"""The methods whose limits have a test behind them and take no time."""


def score_odds(first: Counts, second: Counts, conf_level: float) -> tuple[Floats, Floats]:
    """Wilson's limits of the odds of two counts, mended for single events; 0 and infinity where a count is zero."""
    z2 = normal_quantile(conf_level) ** 2
    total = np.maximum(first + second, 1).astype(float)
    root = np.sqrt(z2 * (first / total * second + z2 / 4))
    # Wilson's two odds as quotients of squares: the usual form subtracts and loses the digits of a small count.
    product = (first + z2 / 2 + root) * (second + z2 / 2 + root) / (1 + z2 / total)
    low, inverse_high = first.astype(float) ** 2 / product, second.astype(float) ** 2 / product
    # The mid-p limit of one event against none: the share of the first is then 1 - conf_level.
    single = (1 - conf_level) / conf_level
    low = np.where(first == 1, np.minimum(low, single), low)
    inverse_high = np.where(second == 1, np.minimum(inverse_high, single), inverse_high)
    return low, _quotient(np.ones(low.shape), inverse_high)


def score_tail(first: Counts, second: Counts, log_odds: Floats) -> Floats:
    """The one-sided p-value of so many events in the first at the given odds: that of :func:`score`."""
    odds = np.exp(log_odds)
    deviation = first - odds * second
    tail = special.ndtr(-deviation / np.sqrt(np.maximum(first + second, 1) * odds))
    # One event against none has the mid-p tail of half its probability.
    single = special.expit(log_odds) / 2
    tail = np.where((first == 1) & (deviation > 0), np.maximum(tail, single), tail)
    tail = np.where((second == 1) & (deviation < 0), np.minimum(tail, 0.5 + single), tail)
    return np.asarray(np.where(first + second > 0, tail, 1.0))


def _on_the_ratio_scale(pairs: Pairs, low: Floats, high: Floats, p_value: Floats | None) -> Intervals:
    per_odds = pairs.exposed_ref / pairs.exposed
    estimate = np.where(pairs.is_empty, 1.0, pairs.ratio)
    found = Intervals(estimate=estimate, low=per_odds * low, high=per_odds * high, p_value=p_value)
    return found.refuse(pairs.is_empty, refusals.no_events())


def _quotient(above: Floats, below: Floats) -> Floats:
    """``above / below``, infinity where ``below`` is zero."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.inf), where=below > 0))


def _posterior_odds(first: Counts, second: Counts, prior: float, outer: float) -> tuple[Floats, Floats, Floats]:
    """Lower limit, median and upper limit of the odds."""
    shape, other = first + prior, second + prior
    return (
        inverse_beta.odds(shape, other, outer),
        inverse_beta.odds(shape, other, 0.5),
        1 / inverse_beta.odds(other, shape, outer),
    )


def _exact_odds(first: Counts, second: Counts, outer: float) -> tuple[Floats, Floats]:
    low = np.where(first > 0, inverse_beta.odds(np.maximum(first, 1), second + 1, outer), 0.0)
    inverse_high = np.where(second > 0, inverse_beta.odds(np.maximum(second, 1), first + 1, outer), 0.0)
    return low, _quotient(np.ones(first.shape), inverse_high)


def _midp_odds(first: Counts, second: Counts, outer: float) -> tuple[Floats, Floats]:
    """Limits of the odds; those of a pair with a zero have a closed form."""
    log_share = np.log(2 * outer) / np.maximum(first + second, 1)
    edge = np.exp(log_share) / -np.expm1(log_share)
    low = np.where((second == 0) & (first > 0), edge, 0.0)
    high = np.where((first == 0) & (second > 0), 1 / edge, np.inf)
    inside = (first > 0) & (second > 0)
    if inside.any():
        x, y = first[inside], second[inside]
        near = score_odds(x, y, 1 - 2 * outer)
        low[inside] = np.exp(_midp_crossing(np.log(near[0]), x, y, outer))
        # The lower tail of the first count is the upper tail of the second, at the inverse odds.
        high[inside] = np.exp(-_midp_crossing(-np.log(near[1]), y, x, outer))
    return low, high


def _midp_crossing(near: Floats, first: Counts, second: Counts, outer: float) -> Floats:
    """The log odds at which the mid-p tail of so many events in the first is ``outer``.

    The logarithm of the tail is close to concave in the log odds, so that Newton's steps come to the root from below
    wherever they begin. The few that do not end are searched for within the exact limits.
    """
    at, target, left = near.copy(), np.full(near.shape, outer), np.arange(near.size)
    for _ in range(_MOST_STEPS):
        x, y, here = first[left], second[left], at[left]
        chance, share = _chance(x, y, here), special.expit(here)
        tail = upper_tail(x, y, here, chance)
        slope = chance * (x * (1 - share) + y * share) / 2
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = -log_excess(tail, target[left]) * tail / slope
        at[left] = here + step
        left = left[~(np.abs(step) <= _STEADY * np.maximum(np.abs(here), 1.0)) & np.isfinite(step)]
        if not left.size:
            break
    lost = ~np.isfinite(at)
    lost[left] = True
    if lost.any():
        x, y = first[lost], second[lost]
        low, high = _exact_odds(x, y, outer)
        at[lost] = crossings(_upper_excess, np.log(low), np.log(high), x, y, target[lost])
    return at


def _upper_excess(log_odds: Floats, first: Counts, second: Counts, target: Floats) -> Floats:
    return log_excess(upper_tail(first, second, log_odds, _chance(first, second, log_odds)), target)


def _chance(first: Counts, second: Counts, log_odds: Floats) -> Floats:
    """The probability of exactly so many events in the first."""
    choices = -special.betaln(first + 1, second + 1) - np.log(first + second + 1)
    return np.asarray(np.exp(choices - first * np.log1p(np.exp(-log_odds)) - second * np.log1p(np.exp(log_odds))))


def upper_tail(first: Counts, second: Counts, log_odds: Floats, chance: Floats | None = None) -> Floats:
    """The probability of as many events in the first or more; less half the ``chance`` of so many when it is given."""
    share = special.expit(log_odds)
    at_least = np.where(first > 0, special.betainc(np.maximum(first, 1), second + 1, share), 1.0)
    return np.asarray(at_least if chance is None else at_least - chance / 2)


def midp_tail(first: Counts, second: Counts, log_odds: Floats) -> Floats:
    """The mid-p tail: the probability of more events in the first, and half of that of so many."""
    return upper_tail(first, second, log_odds, _chance(first, second, log_odds))


def _p_value(pairs: Pairs, null: float | None, tail: Callable[[Counts, Counts, Floats], Floats]) -> Floats | None:
    if null is None:
        return None
    log_odds = np.log(null) + np.log(pairs.exposed) - np.log(pairs.exposed_ref)
    first, second = pairs.counts
    return twice_the_smaller(tail(second, first, -log_odds), tail(first, second, log_odds))


def _score_p_value(pairs: Pairs, null: float) -> Floats:
    log_odds = np.log(null) + np.log(pairs.exposed) - np.log(pairs.exposed_ref)
    first, second = pairs.counts
    return twice_the_smaller(score_tail(second, first, -log_odds), score_tail(first, second, log_odds))
