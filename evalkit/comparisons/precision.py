"""Before any data are seen: what could be found, and how long it would take.

Which numbers are given says which design is meant: ``events`` alone is one rate against a fixed one; with
``events_ref`` two rates; with ``events_before`` one series before and after; with all four two sides before and
after (2x2); with ``of`` and ``of_ref`` two shares. All are the counts expected *without* an effect, over the whole
time planned; the effect multiplies ``events``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evalkit import refusals
from evalkit.comparisons.margin_arguments import checked_margin
from evalkit.comparisons.planned_answer import Refusals, planned_answer
from evalkit.comparisons.planned_counts import (
    RATIO,
    Expected,
    Level,
    chance,
    level_of,
    note,
    note_exact_limits,
)
from evalkit.comparisons.planned_waits import after, largest_variance, refuse_no_effect, what_is_wanted
from evalkit.estimands import Margin
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.method import Alternative, Method
from evalkit.language import Text, same

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evalkit.comparisons.result import Numbers
    from evalkit.inference.intervals import Floats
    from evalkit.inference.precision import Cells
    from evalkit.precisions import Precision, PrecisionSeries

POWER_METHODS = (Method.WALD, Method.PLANNED, Method.EXACT, Method.MIDP)
MONTHS_METHODS = (Method.WALD, Method.PLANNED)
DIRECTIONS = ("increase", "decrease")
_MONTHS_A_YEAR = 12


def power(
    ratio: Numbers,
    *,
    events: Numbers,
    events_ref: Numbers | None = None,
    events_before: Numbers | None = None,
    events_ref_before: Numbers | None = None,
    of: Numbers | None = None,
    of_ref: Numbers | None = None,
    dispersion: Numbers = 1.0,
    shape: Numbers | None = None,
    null: float = 1.0,
    margin: float | tuple[float, float] | Margin | None = None,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    method: str = "wald",
) -> Precision | PrecisionSeries:
    """The chance of finding a change of a given size, in the right direction.

    Parameters
    ----------
    ratio
        The change to be found: events with it over events without. Number or column, as all below.
    events, events_ref, events_before, events_ref_before
        Expected without an effect; see the module for the designs.
    of, of_ref
        What ``events`` and ``events_ref`` are out of, for shares; ``ratio`` is then a ratio of shares. Without an
        effect both sides have one share: ``events / of == events_ref / of_ref``, or it is a fault.
    dispersion
        φ of the counts, variance over mean; 1 is chance alone.
    shape
        For negative binomial counts: the shape of each total, which is the number of units times the shape of one
        (1/alpha); the variance is mean + mean²/shape. Left out there is none. Only ``wald``, ``planned``, of counts.
    null
        The ratio tested against, for non-inferiority: 1.2 with ``alternative="less"``. Only ``wald``, ``planned``.
    margin
        Give the power of showing the two alike within it instead, by TOST at one-sided ``alpha``: as in
        :func:`evalkit.equivalence`. Only ``wald``, ``planned``, of counts.
    alpha, alternative
        ``two-sided``, ``greater`` or ``less``.
    method
        ``wald`` (log-rate Wald at the true rates; for shares the pooled z test), ``planned`` (variance of the counts
        without an effect), or by enumeration the power of the ``exact`` or ``midp`` test of one or two rates.

    Returns
    -------
    Precision or PrecisionSeries
        A series when a column was given.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> round(ek.power(1.5, events=100, events_ref=100).power, 3)
    0.881
    >>> round(ek.power(2.0, events=10, events_ref=10, method="midp").power, 3)
    0.435

    Forty units a side, each with the shape 2:

    >>> round(ek.power(1.5, events=100, events_ref=100, shape=80).power, 3)
    0.511
    """
    given = ColumnArguments("power()")
    expected = replace(
        _expected(events, events_ref, events_before, events_ref_before, of, of_ref, dispersion), shape=shape
    )
    cells = expected.cells(given)
    times = given.positives("ratio", ratio, RATIO)
    tested = given.null("null", null)
    level = level_of(given, alpha=alpha, alternative=alternative, method=method, known=POWER_METHODS)
    note_exact_limits(given, cells, level.method)
    _note_null(given, cells, level, tested if margin is None else math.inf)
    within = None if margin is None else checked_margin(given, margin, is_ratio=True, reciprocal=True)
    given.done()
    found = _power_of(cells, times, level, tested) if within is None else _alike(cells, times, level, within)
    refused = Refusals(found)
    if cells.of is not None:
        refused.add(times * cells.changing > cells.of * (1 + 1e-12), refusals.share_above_all())
    if level.method in {Method.EXACT, Method.MIDP}:
        refused.add(_too_many(cells, times), refusals.too_many_to_enumerate())
    return planned_answer(given, level, refused, dispersion=cells.dispersion, power=found, ratio=times)


def smallest_detectable(
    *,
    events: Numbers,
    events_ref: Numbers | None = None,
    events_before: Numbers | None = None,
    events_ref_before: Numbers | None = None,
    of: Numbers | None = None,
    of_ref: Numbers | None = None,
    dispersion: Numbers = 1.0,
    shape: Numbers | None = None,
    direction: str = "increase",
    power: float = 0.8,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    method: str = "wald",
) -> Precision | PrecisionSeries:
    """The smallest ratio above 1 (or nearest below it) that is found with the given power.

    Parameters
    ----------
    direction
        ``increase`` or ``decrease``. A decrease leaves fewer events to see it by, so it has to be the larger one.
    power
        Wanted, such as 0.8.
    events, events_ref, events_before, events_ref_before, of, of_ref, dispersion, shape, alpha, alternative
        As in :func:`evalkit.power`; ``alternative`` is ``two-sided``, or one-sided towards ``direction``.
    method
        ``wald``, ``planned`` (exp((z + z)·√(φ·Σ1/N)), the formula of a quick plan), ``exact`` or ``midp``.

    Returns
    -------
    Precision or PrecisionSeries
        Refused where no change of any size has that power.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> round(ek.smallest_detectable(events=216, events_before=216, dispersion=4, method="planned").ratio, 2)
    1.71
    >>> round(ek.smallest_detectable(events=216, events_before=216, dispersion=4, direction="decrease").ratio, 2)
    0.52
    """
    given = ColumnArguments("smallest_detectable()")
    expected = replace(
        _expected(events, events_ref, events_before, events_ref_before, of, of_ref, dispersion), shape=shape
    )
    cells = expected.cells(given)
    wanted = chance(given, "power", power)
    level = level_of(given, alpha=alpha, alternative=alternative, method=method, known=POWER_METHODS)
    if direction not in DIRECTIONS:
        what = Text("direction är inte ett känt ord.", "direction is not a known word.")
        note(given, "unknown_direction", "direction", what, same(", ".join(DIRECTIONS)))
    note_exact_limits(given, cells, level.method)
    _note_null(given, cells, level, 1.0)
    _note_power(given, wanted, level)
    given.done()
    found = _detectable(cells, wanted, level, increase=direction == "increase")
    refused = Refusals(found)
    if level.method in {Method.EXACT, Method.MIDP}:
        # An increase that is not found has only been sought as far as outcomes are added up.
        sought_all = np.asarray(direction == "decrease")
        refused.add(_too_many(cells, np.ones(())) | (np.isnan(found) & ~sought_all), refusals.too_many_to_enumerate())
    refused.add(np.isnan(found), refusals.nothing_detectable())
    return planned_answer(given, level, refused, dispersion=cells.dispersion, ratio=found, power=np.asarray(wanted))


def months_needed(
    ratio: Numbers | None = None,
    *,
    half_width: Numbers | None = None,
    monthly: Numbers,
    monthly_ref: Numbers | None = None,
    events: Numbers = 0,
    events_ref: Numbers = 0,
    events_before: Numbers | None = None,
    events_ref_before: Numbers | None = None,
    dispersion: Numbers = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    method: str = "wald",
) -> Precision | PrecisionSeries:
    """Months from now until a change would be found, or until the interval is narrow enough.

    Parameters
    ----------
    ratio
        The change to be found with ``power``; it holds from now on and for the events so far. Or instead:
    half_width
        The interval's upper limit may be at most ``1 + half_width`` times the estimate, at level ``1 - alpha``.
    monthly, monthly_ref
        Events a month expected without an effect, on the side in question and on the other.
    events, events_ref
        Counted so far since the start: what is seen, and so with the effect.
    events_before, events_ref_before
        Counted before the start. That time is over, so it can be what no waiting makes up for.
    dispersion, power, alpha, alternative
        As in :func:`evalkit.power`.
    method
        ``wald`` or ``planned``.

    Returns
    -------
    Precision or PrecisionSeries
        Refused where the time before is too short for any number of months, where it would take over a century, and
        where ``ratio`` is 1 or lies on the side that ``alternative`` does not look at.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> ek.months_needed(1.5, monthly=9, events_before=216).months
    5

    Ten months are needed; after five of them, with the ten events that a doubling gives, five are left:

    >>> [ek.months_needed(2, monthly=1, events_before=100, events=seen).months for seen in (0, 10)]
    [10, 5]
    >>> ek.months_needed(1.5, monthly=1, events_before=24).reason.code
    'before_too_short'
    """
    from evalkit.inference import precision

    given = ColumnArguments("months_needed()")
    expected = _expected(monthly, monthly_ref, events_before, events_ref_before, None, None, dispersion)
    flow = expected.cells(given, events="monthly", events_ref="monthly_ref")
    so_far = given.counts("events", events).astype(np.float64)
    so_far_ref = given.counts("events_ref", events_ref).astype(np.float64)
    wanted = chance(given, "power", power)
    level = level_of(given, alpha=alpha, alternative=alternative, method=method, known=MONTHS_METHODS)
    _note_power(given, wanted, level)
    times, width = what_is_wanted(given, ratio, half_width)
    given.done()
    at = 1.0 if times is None or level.method is Method.PLANNED else times
    shape = np.broadcast_shapes(
        flow.log_variance(at).shape, so_far.shape, so_far_ref.shape, () if width is None else width.shape
    )
    largest = np.broadcast_to(largest_variance(times, width, wanted, level), shape)

    # What is counted holds the effect already; the design counts without it.
    without = so_far if times is None else so_far / times

    def variance(months: Floats) -> Floats:
        return after(flow, without, so_far_ref if monthly_ref is not None else None, months).log_variance(at)

    found, least = precision.months(variance, largest, shape)
    refused = Refusals(found)
    if times is not None:
        refuse_no_effect(refused, np.broadcast_to(times, shape), level)
    refused.add(least > largest, refusals.before_too_short())
    refused.add(np.isnan(found), refusals.too_long_to_wait(precision.MOST_MONTHS // _MONTHS_A_YEAR))
    told = {"ratio": times, "power": np.asarray(wanted)} if times is not None else {"half_width": width}
    return planned_answer(given, level, refused, dispersion=flow.dispersion, months=found, **told)


def _expected(  # noqa: PLR0917 - the counts of one design, in the order of the public functions
    events: Numbers,
    events_ref: Numbers | None,
    events_before: Numbers | None,
    events_ref_before: Numbers | None,
    of: Numbers | None,
    of_ref: Numbers | None,
    dispersion: Numbers,
) -> Expected:
    return Expected(
        events=events,
        events_ref=events_ref,
        events_before=events_before,
        events_ref_before=events_ref_before,
        of=of,
        of_ref=of_ref,
        dispersion=dispersion,
    )


def _power_of(cells: Cells, ratio: Floats, level: Level, null: float) -> Floats:
    from evalkit.inference import precision

    increase = (
        ratio >= null
        if level.alternative is Alternative.TWO_SIDED
        else np.asarray(level.alternative is Alternative.GREATER)
    )
    if level.method in {Method.EXACT, Method.MIDP}:
        return _enumerated(cells, ratio, level, increase)
    if cells.of is not None:
        return precision.shares(cells, ratio, level.one_sided, increase=increase)
    planned = level.method is Method.PLANNED
    return precision.wald(cells, ratio, level.one_sided, null=null, increase=increase, planned=planned)


def _alike(cells: Cells, ratio: Floats, level: Level, margin: Margin) -> Floats:
    from evalkit.inference import precision

    error = np.sqrt(cells.log_variance(1.0 if level.method is Method.PLANNED else ratio))
    return precision.equivalence_power(np.log(ratio), error, np.log(margin.low), np.log(margin.high), level.alpha)


def _enumerated(cells: Cells, ratio: Floats, level: Level, increase: NDArray[np.bool_]) -> Floats:
    from evalkit.inference import exact_power

    midp, alpha = level.method is Method.MIDP, level.one_sided
    small = ~_too_many(cells, ratio)
    first, times, up = (np.where(small, part, 1.0) for part in (cells.changing, ratio, increase))
    if not cells.others:
        found = [exact_power.one_rate(first, times, alpha, midp=midp, increase=way) for way in (True, False)]
        return np.where(up > 0, *found)
    second = np.where(small, cells.others[0], 1.0)
    rises = exact_power.two_rates(first, second, times, alpha, midp=midp)
    # A decrease of one side is an increase of the other, seen with as many events as are left.
    falls = exact_power.two_rates(second * times, first * times, 1 / times, alpha, midp=midp)
    return np.where(up > 0, rises, falls)


def _detectable(cells: Cells, wanted: float, level: Level, *, increase: bool) -> Floats:
    from evalkit.inference import precision

    if level.method not in {Method.EXACT, Method.MIDP}:
        planned = level.method is Method.PLANNED
        return precision.detectable(cells, wanted, level.one_sided, increase=increase, planned=planned)
    way = np.asarray(increase)
    furthest = _furthest_enumerated(cells) if increase else np.full(cells.log_variance(1.0).shape, _DEEPEST)

    def power_of(ratio: Floats) -> Floats:
        return _enumerated(cells, ratio, level, way)

    if increase:
        # Outcomes are added up one by one: the end is moved out only until it has the power.
        guess = 3 * np.log(precision.detectable(cells, wanted, level.one_sided, increase=True, planned=True)) + 2
        end = np.minimum(guess, furthest)
        while (short := (power_of(np.exp(end)) < wanted) & (end < furthest)).any():
            end = np.where(short, np.minimum(2 * end, furthest), end)
        furthest = end
    return precision.nearest(power_of, furthest, wanted, increase=increase)


_DEEPEST = 40.0
_HAIR = 1e-9


def _furthest_enumerated(cells: Cells) -> Floats:
    """The log of the largest increase whose outcomes are still added up one by one, at least none."""
    from evalkit.inference.exact_power import MOST_EVENTS

    left = np.maximum(MOST_EVENTS - sum(cells.others, start=np.zeros(())), cells.changing)
    return np.asarray(np.maximum(np.log(left / cells.changing) - _HAIR, 0.0))


def _too_many(cells: Cells, ratio: Floats) -> NDArray[np.bool_]:
    from evalkit.inference.exact_power import MOST_EVENTS

    return np.asarray(ratio * cells.changing + sum(cells.others, start=np.zeros(())) > MOST_EVENTS)


def _note_null(given: ColumnArguments, cells: Cells, level: Level, null: float) -> None:
    of_shares = cells.of is not None
    if (null != 1 and (of_shares or level.method in {Method.EXACT, Method.MIDP})) or (
        of_shares and level.method is not Method.WALD
    ):
        what = Text(
            "Metoden prövar bara mot 1, och för andelar finns bara wald.",
            "The method tests against 1 only, and for shares there is wald alone.",
        )
        note(given, "null_with_method", "method", what, same("method=wald, null=1"))


def _note_power(given: ColumnArguments, wanted: float, level: Level) -> None:
    if wanted <= level.one_sided:
        what = Text("power är inte större än alpha.", "power is not above alpha.")
        note(given, "power_below_alpha", "power", what, Text("power över alpha", "power above alpha"))
