"""Series of periods in, one comparison out: sums, dispersion, the rule and the interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.inference import dispersion, quasi, rates, ratios, shares, two_by_two
from evalkit.inference.dispersion import Dispersion
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.inference.rule import choose, varies_more_than_chance
from evalkit.inference.totals import LARGEST_COUNT, Total
from evalkit.language import Text
from evalkit.statements import Statement


@dataclass(frozen=True, slots=True, eq=False)
class CellSeries:
    """One side in one window: events and exposure period by period.

    Attributes
    ----------
    counts
        Whole numbers from 0, shape ``(periods,)``.
    exposures
        Finite numbers from 0, same shape, any unit that is the same in all cells of a comparison.

    Raises
    ------
    ValueError
        When the arrays are empty, differ in shape or hold anything else. What users' data can hold has
        been checked against the contracts before it comes here.
    """

    counts: NDArray[np.int64]
    exposures: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.counts.ndim != 1 or self.counts.shape != self.exposures.shape or not self.counts.size:
            raise ValueError("counts and exposures must be two vectors of the same length, at least one period")
        if self.counts.dtype.kind not in "iu" or self.counts.min() < 0:
            raise ValueError("counts must be integers from 0")
        if not np.isfinite(self.exposures).all() or self.exposures.min() < 0:
            raise ValueError("exposures must be finite numbers from 0")
        if self.total.events > LARGEST_COUNT:
            raise ValueError("the events of a cell add up to more than any count of events can be")

    @property
    def total(self) -> Total:
        """Events and exposure summed over the periods."""
        return Total(events=int(self.counts.sum()), exposure=float(self.exposures.sum()))

    @property
    def has_events_without_exposure(self) -> bool:
        """Whether some period has events but nothing to divide them by."""
        return bool(((self.exposures == 0) & (self.counts > 0)).any())

    @property
    def is_of_trials(self) -> bool:
        """Whether no period has more events than exposure, as when each trial has the event or has it not."""
        return bool((self.counts <= self.exposures).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An interval with how it came about, or the reason why there is none.

    Attributes
    ----------
    interval, reason
        Exactly one of them is there.
    method
        The method of the interval; ``None`` with a refusal.
    dispersion, df
        φ as estimated (not floored at 1) and its degrees of freedom; ``None`` when it cannot be estimated.
    """

    interval: Interval | None
    reason: Statement | None
    method: Method | None
    dispersion: float | None
    df: int | None

    def __post_init__(self) -> None:
        if (self.interval is None) == (self.reason is None):
            raise ValueError("an outcome is an interval or a reason, never both or neither")


def compare(
    cells: Sequence[CellSeries], *, conf_level: float = 0.95, null: float | None = None, of_trials: bool = False
) -> Outcome:
    """Compare counts summed over periods, with an interval as wide as their variation asks for.

    Only the totals and the dispersion matter: cutting the same periods finer leaves the estimate
    unchanged, and the exact interval too.

    Parameters
    ----------
    cells
        One series: its rate. Two: the ratio of the first to the second, which is the reference. Four:
        (treated after, treated before, comparison after, comparison before), the ratio of rate ratios.
    conf_level
        Between 0 and 1.
    null
        What the p-value is against. Left out it is 1 for ratios, and a single rate gets no p-value.
    of_trials
        Whether the exposures are trials (visits) that have the event once or not at all. A rate is then a share:
        the interval is binomial (:mod:`evalkit.inference.shares`) and never goes above 1.

    Returns
    -------
    Outcome
        An interval, or a refusal when the counts say nothing or no honest interval is at hand.

    Raises
    ------
    ValueError
        When the number of cells is not 1, 2 or 4, or a period has more events than trials.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.summed import CellSeries, compare
    >>> after = CellSeries(np.array([43, 30, 18]), np.ones(3))
    >>> before = CellSeries(np.array([20, 25, 21]), np.ones(3))
    >>> found = compare([after, before])
    >>> found.method.value, round(found.dispersion, 3), found.df
    ('quasi_poisson', 2.736, 4)
    """
    if len(cells) not in _EXACT:
        raise ValueError("a comparison has 1, 2 or 4 cells")
    if of_trials and not all(cell.is_of_trials for cell in cells):
        raise ValueError("a period has more events than trials")
    totals = tuple(cell.total for cell in cells)
    reason = _exposure_refusal(cells) or _event_refusal(totals)
    if reason is not None:
        return _outcome(reason, None, None)
    tested = 1.0 if null is None and len(cells) > 1 else null
    by_period = _by_period(cells)
    if of_trials:
        return of_shares(totals, dispersion.pearson_of_shares(*by_period), conf_level=conf_level, null=tested)
    variation = dispersion.pearson(*by_period)
    method = choose(variation)
    if method is Method.QUASI_POISSON:
        found = quasi.interval(*by_period, conf_level=conf_level, null=tested)
    else:
        found = _EXACT[len(cells)](totals, conf_level, tested)
    return _outcome(found, method, variation)


def of_shares(
    totals: Sequence[Total], variation: Dispersion | None, *, conf_level: float = 0.95, null: float | None = None
) -> Outcome:
    """The comparison of events out of trials, from their totals and the dispersion of their shares.

    The logarithm of a ratio of two ratios has no room for an empty cell. The exact interval for counts stands in
    there, which is wider than a binomial one; beside shares that vary more than chance there is none.

    Parameters
    ----------
    totals
        One, two or four, in the order of :func:`compare`, that say something about the ratio.
    variation
        φ of the shares with its degrees of freedom; ``None`` when it is not known.
    conf_level, null
        As in :func:`compare`.

    Examples
    --------
    >>> from evalkit.inference.summed import of_shares
    >>> from evalkit.inference.totals import Total
    >>> found = of_shares([Total(98, 100.0)], None)
    >>> found.method.value, round(found.interval.low, 3), round(found.interval.high, 3)
    ('wilson', 0.93, 0.994)
    """
    wide = varies_more_than_chance(variation)
    if len(totals) == _TABLE and not all(total.events for total in totals):
        if wide:
            return _outcome(refusals.zero_and_overdispersed(), None, variation)
        return _outcome(_ratio_of_ratios(totals, conf_level, null), Method.EXACT, variation)
    found = shares.interval(totals, variation, conf_level=conf_level, null=null)
    return _outcome(found, Method.QUASI_BINOMIAL if wide else _OF_SHARES[len(totals)], variation)


def _outcome(found: Interval | Statement, method: Method | None, variation: Dispersion | None) -> Outcome:
    interval, reason = (found, None) if isinstance(found, Interval) else (None, found)
    return Outcome(
        interval=interval,
        reason=reason,
        method=method if interval else None,
        dispersion=variation.phi if variation else None,
        df=variation.df if variation else None,
    )


def _by_period(
    cells: Sequence[CellSeries],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    return (
        np.concatenate([cell.counts for cell in cells]),
        np.concatenate([cell.exposures for cell in cells]),
        np.repeat(np.arange(len(cells)), [cell.counts.size for cell in cells]),
    )


def _exposure_refusal(cells: Sequence[CellSeries]) -> Statement | None:
    side = Text("minst en sida", "at least one side")
    if any(cell.has_events_without_exposure for cell in cells):
        when = Text("minst en period med händelser", "at least one period with events")
        return refusals.exposure_zero(side, when)
    if any(cell.total.exposure == 0 for cell in cells):
        return refusals.exposure_zero(side, Text("alla perioder", "all periods"))
    return None


def _event_refusal(totals: Sequence[Total]) -> Statement | None:
    """Why the totals say nothing about the ratio. A single rate of zero events does say something."""
    if len(totals) == _TABLE:
        events = np.array([total.events for total in totals])
        if two_by_two.without_events(events):
            return refusals.no_events()
        return refusals.too_few_margins() if two_by_two.without_margin(events) else None
    if len(totals) == _PAIR and not any(total.events for total in totals):
        return refusals.no_events()
    return None


def _rate(totals: Sequence[Total], conf_level: float, null: float | None) -> Interval | Statement:
    (total,) = totals
    return rates.exact(total.events, total.exposure, conf_level, null=null).at()


def _ratio(totals: Sequence[Total], conf_level: float, null: float | None) -> Interval | Statement:
    group, reference = totals
    sides = (group.events, group.exposure, reference.events, reference.exposure)
    return ratios.exact(*sides, conf_level, null=null).at()


def _ratio_of_ratios(totals: Sequence[Total], conf_level: float, null: float | None) -> Interval | Statement:
    counts, exposures = [total.events for total in totals], [total.exposure for total in totals]
    return two_by_two.exact(counts, exposures, conf_level, null=null).at()


_SINGLE, _PAIR, _TABLE = 1, 2, 4
_EXACT = {_SINGLE: _rate, _PAIR: _ratio, _TABLE: _ratio_of_ratios}
_OF_SHARES = {_SINGLE: Method.WILSON, _PAIR: Method.MIETTINEN_NURMINEN, _TABLE: Method.MOVER}
