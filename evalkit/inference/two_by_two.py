"""The ratio of two rate ratios: how much more one side changed than the other.

This is a difference in differences on counts with exposures. Given the four margins of the 2×2
table of events, the first cell follows Fisher's noncentral hypergeometric distribution, whose odds
ratio is the ratio of rate ratios times a known quotient of exposures. The condition removes the
level of each side and the development they share.

The estimate is the observed ratio of rate ratios (0 or infinity when a cell is empty), which is the
number a reader can recompute from the table, and not the conditional maximum likelihood estimate.
The sums are exact for every count up to ``totals.LARGEST_COUNT``; no approximation takes over.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType

from evalkit import refusals
from evalkit.inference import hypergeometric
from evalkit.inference.central import Tails, limits
from evalkit.inference.hypergeometric import Margins
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.inference.totals import Table
from evalkit.statements import Statement


def exact(table: Table, *, conf_level: float = 0.95, null: float | None = 1.0) -> Interval | Statement:
    """The exact conditional interval (Cornfield's limits, those of R's ``fisher.test``).

    The p-value is twice the smaller tail, so it is below α exactly when ``null`` lies outside the
    interval. An empty cell makes the interval one-sided; an empty margin makes a refusal.

    Source: Cornfield 1956, Proceedings of the Third Berkeley Symposium 4:135-148; Fisher 1935.

    Examples
    --------
    >>> from evalkit.inference import two_by_two
    >>> from evalkit.inference.totals import Table, Total
    >>> table = Table(
    ...     treated_after=Total(3, 1.0),
    ...     treated_before=Total(1, 1.0),
    ...     comparison_after=Total(1, 1.0),
    ...     comparison_before=Total(3, 1.0),
    ... )
    >>> interval = two_by_two.exact(table)
    >>> interval.estimate, round(interval.low, 4), round(interval.high, 2)
    (9.0, 0.2117, 626.24)
    """
    return _conditional(table, conf_level=conf_level, null=null, midp=False)


def midp(table: Table, *, conf_level: float = 0.95, null: float | None = 1.0) -> Interval | Statement:
    """The same conditional distribution with the observed table counted by half in each tail.

    Source: Berry and Armitage 1995, The Statistician 44:417-423.

    Examples
    --------
    >>> from evalkit.inference import two_by_two
    >>> from evalkit.inference.totals import Table, Total
    >>> table = Table(
    ...     treated_after=Total(0, 1.0),
    ...     treated_before=Total(5, 1.0),
    ...     comparison_after=Total(4, 1.0),
    ...     comparison_before=Total(4, 1.0),
    ... )
    >>> two_by_two.midp(table).low
    0.0
    """
    return _conditional(table, conf_level=conf_level, null=null, midp=True)


METHODS: MappingProxyType[Method, Callable[..., Interval | Statement]] = MappingProxyType(
    {Method.EXACT: exact, Method.MIDP: midp}
)


def margin_refusal(table: Table) -> Statement | None:
    """Why the margins of the table say nothing about the ratio, or ``None`` when they do."""
    after = table.treated_after.events + table.comparison_after.events
    before = table.treated_before.events + table.comparison_before.events
    treated = table.treated_after.events + table.treated_before.events
    comparison = table.comparison_after.events + table.comparison_before.events
    if after + before == 0:
        return refusals.no_events()
    return None if all((after, before, treated, comparison)) else refusals.too_few_margins()


def sample_ratio(table: Table) -> float:
    """The observed ratio of rate ratios: 0 or infinity when a cell is empty.

    The margins must not be empty (``margin_refusal``).
    """
    below = table.treated_before.events * table.comparison_after.events
    above = table.treated_after.events * table.comparison_before.events
    return above / below * _per_odds(table) if below else math.inf


def _conditional(table: Table, *, conf_level: float, null: float | None, midp: bool) -> Interval | Statement:
    reason = margin_refusal(table)
    if reason is not None:
        return reason
    margins = _margins(table)
    observed = table.treated_after.events

    def family(log_odds: float) -> Tails:
        return hypergeometric.tails(observed, margins, log_odds)

    low, high = limits(
        family,
        start=_start(table),
        open_below=observed == margins.smallest,
        open_above=observed == margins.largest,
        conf_level=conf_level,
        midp=midp,
    )
    per_odds = _per_odds(table)
    p_value = None if null is None else family(math.log(null) - math.log(per_odds)).p_value(midp=midp)
    return Interval(sample_ratio(table), per_odds * math.exp(low), per_odds * math.exp(high), p_value)


def _margins(table: Table) -> Margins:
    return Margins(
        marked=table.treated_after.events + table.treated_before.events,
        others=table.comparison_after.events + table.comparison_before.events,
        drawn=table.treated_after.events + table.comparison_after.events,
    )


def _per_odds(table: Table) -> float:
    """What the odds ratio of the events is multiplied by to give the ratio of rate ratios."""
    treated = table.treated_before.exposure / table.treated_after.exposure
    comparison = table.comparison_after.exposure / table.comparison_before.exposure
    return treated * comparison


def _start(table: Table) -> float:
    """The log odds ratio with half an event added to each cell, which is finite for every table."""
    after, before, ref_after, ref_before = (math.log(cell.events + 0.5) for cell in table.cells)
    return after - before - ref_after + ref_before
