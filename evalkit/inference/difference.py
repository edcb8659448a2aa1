"""A ratio told as a number of events."""

from __future__ import annotations

import math

from evalkit.inference.interval import Interval


def excess(events_after: int, interval: Interval) -> Interval | None:
    """Observed events after the start less those expected had the unit followed the comparison.

    With a ratio of rate ratios ``R``, ``events_after / R`` events were expected, so the excess is
    ``events_after × (1 - 1/R)``: positive when there were more than expected. The limits are those of
    ``R`` carried over; they hold for the observed count as it stands.

    Parameters
    ----------
    events_after
        Events of the treated unit in the whole window after the start.
    interval
        The interval of the ratio of rate ratios.

    Returns
    -------
    Interval or None
        In events over the same window. A lower limit of minus infinity means that the data set no bound
        on how many were expected. ``None`` when the ratio is 0: with no event after the start the ratio
        no longer tells what was expected, and with none in the comparison before it nothing was.

    Examples
    --------
    >>> from evalkit.inference.difference import excess
    >>> from evalkit.inference.interval import Interval
    >>> excess(120, Interval(estimate=1.5, low=0.8, high=2.0))
    Interval(estimate=40.0, low=-30.0, high=60.0, p_value=None, std_error=None)
    """
    if interval.estimate == 0:
        return None
    estimate, low, high = (_excess(events_after, ratio) for ratio in (interval.estimate, interval.low, interval.high))
    return Interval(estimate, low, high)


def _excess(events_after: int, ratio: float) -> float:
    return events_after - events_after / ratio if ratio > 0 else -math.inf
