"""A ratio of rate ratios told as a number of events."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from evalkit.inference import rates, shares
from evalkit.inference.dispersion import Dispersion
from evalkit.inference.interval import Interval
from evalkit.inference.shares import Reach
from evalkit.inference.totals import Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the interval of the ratio was made: its level, and φ with its degrees of freedom.

    ``dispersion`` and ``df`` are ``None`` where the interval is the exact one, for counts that vary by
    chance alone. ``trials`` is out of how many the events after the start were, where they are shares of that;
    their own limits are then binomial.
    """

    conf_level: float = 0.95
    dispersion: float | None = None
    df: int | None = None
    trials: float | None = None

    @property
    def variation(self) -> Dispersion | None:
        """φ with its degrees of freedom, where both are known."""
        return None if self.dispersion is None or self.df is None else Dispersion(self.dispersion, self.df)


def excess(events_after: int, ratio: Interval, spread: Spread) -> Interval | None:
    """Observed events after the start less those expected had the unit followed the comparison.

    With a ratio of rate ratios ``R``, ``events_after / R`` events were expected, so the excess is
    ``events_after × (1 - 1/R)``: positive when there were more than expected. Both terms vary, and
    independently: the first with the count after the start alone, the second with the other three counts.
    What the interval of ``R`` owes to the first is taken out of it in quadrature on the log scale, and the
    limits of the two terms are put together by MOVER. A limit that falls on the other side of zero than
    that of ``R`` does of 1 is moved to zero.

    Source: Zou and Donner 2008, Statistics in Medicine 27:1693-1702 (MOVER).

    Parameters
    ----------
    events_after
        Events of the treated unit in the whole window after the start.
    ratio
        The interval of the ratio of rate ratios.
    spread
        How that interval was made.

    Returns
    -------
    Interval or None
        In events over the same window. A lower limit of minus infinity means that the data set no bound
        on how many were expected. ``None`` when the ratio is 0: with no event after the start the ratio
        no longer tells what was expected, and with none in the comparison before it nothing was.

    Examples
    --------
    >>> from evalkit.inference.difference import Spread, excess
    >>> from evalkit.inference.interval import Interval
    >>> found = excess(338, Interval(2.881, 1.667, 4.978), Spread(dispersion=2.15, df=8))
    >>> round(found.estimate), round(found.low), round(found.high)
    (221, 123, 304)
    """
    if ratio.estimate == 0:
        return None
    observed = _count_limits(events_after, spread)
    expected = _expected(events_after, ratio, observed)
    estimate = events_after - expected.estimate
    low = estimate - math.hypot(events_after - observed.low, expected.high - expected.estimate)
    high = estimate + math.hypot(observed.high - events_after, expected.estimate - expected.low)
    return Interval(estimate, *_on_the_side_of(ratio, low, high))


def _count_limits(events: int, spread: Spread) -> Interval:
    """The limits of the count itself: exact, or as wide as φ and its degrees of freedom ask for."""
    if spread.trials is not None:
        return shares.count_limits(Total(events, spread.trials), Reach.of(spread.variation), spread.conf_level)
    if spread.dispersion is None or spread.df is None or events == 0:
        return rates.exact(events, 1.0, spread.conf_level).only()
    quantile = -float(special.stdtrit(spread.df, (1 - spread.conf_level) / 2))
    factor = math.exp(quantile * math.sqrt(max(spread.dispersion, 1.0) / events))
    return Interval(events, events / factor, events * factor)


def _expected(events: int, ratio: Interval, observed: Interval) -> Interval:
    """The expected number with the uncertainty of the other three counts only."""
    mean = 0.0 if math.isinf(ratio.estimate) else events / ratio.estimate
    # A low ratio goes with a high expected number and a low count, and the other way about.
    up = _rest(_log(ratio.estimate, ratio.low), _log(events, observed.low))
    down = _rest(_log(ratio.high, ratio.estimate), _log(observed.high, events))
    if mean == 0:
        return Interval(0.0, 0.0, events / ratio.low if ratio.low > 0 else math.inf)
    return Interval(mean, mean * math.exp(-down), mean * math.exp(up) if math.isfinite(up) else math.inf)


def _log(larger: float, smaller: float) -> float:
    if smaller <= 0 or math.isinf(larger):
        return math.inf
    return math.log(larger / smaller)


def _rest(whole: float, part: float) -> float:
    """What is left of a half width when an independent part is taken out of it."""
    if math.isinf(whole):
        return math.inf
    return math.sqrt(max(whole**2 - part**2, 0.0))


def _on_the_side_of(ratio: Interval, low: float, high: float) -> tuple[float, float]:
    """The limits with the same verdict on "no difference" as the ratio's own: moved to 0 where the scales disagree.

    A difference in events and a ratio on the log scale put their limits a little apart: by an event or so.
    """
    if ratio.low > 1:
        return max(low, 0.0), high
    if ratio.high < 1:
        return low, min(high, 0.0)
    return min(low, 0.0), max(high, 0.0)
