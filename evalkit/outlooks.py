"""What so many expected events can show under a design, before any data are seen.

Where fewer than :data:`FEW` events are expected in one of the times compared, the normal approximation promises too
much for one rate and for sides of unequal size, and the enumeration of every outcome promises too much for a decrease.
Both are then made, and the more cautious stands. Counts that vary φ times as much as chance tell as little as 1/φ as
many that vary by chance alone, and are enumerated as such. That φ has to be estimated from the periods of the plan
is allowed for by a smaller level (:mod:`evalkit.inference.rule_power`), and so is that D4 ranks an area among a few
others (:mod:`evalkit.inference.rank_power`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.comparisons.placebo_tests import too_few_units
from evalkit.comparisons.precision import months_needed, power, smallest_detectable
from evalkit.estimands import Estimand, Window
from evalkit.inference import precision, rank_power, rule_power, series_power
from evalkit.inference.segmented import FEWEST_A_SIDE
from evalkit.precisions import Precision, PrecisionSeries
from evalkit.statements import Statement
from evalkit.vocabulary import DesignId, Frequency

RATIOS = (1.5, 2.0)
POWER = 0.8
FEW = 200
"""From so many events in every time compared the approximation and the enumeration differ by about 1 per cent."""
MONTHS_A_YEAR = 12
_ENUMERATED = frozenset({DesignId.D1, DesignId.D2})
_SERIES = frozenset({DesignId.D2_ITS, DesignId.D2C})
_NEXT_TO_NOTHING = 1e-9
_LEAST_LEVEL = 1e-9
"""Of the enumeration: tails far below it are lost to rounding."""
_LEAST_OF_SERIES = 1e-30
"""Where no change is found in the series, however large: the formula then asks for one beyond any."""
_EXACT: dict[str, Any] = {"method": "exact"}
_OUTERMOST = 3
_HALVINGS = 14
_EVENTS_AHEAD = 8
_LONGEST_SEARCH = 1200
_MANY_CHOICES = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What decides the precision beside the counts: the design, its windows in months, and the periods of the data."""

    design: DesignId
    months_after: int
    months_before: int | None
    frequency: Frequency = Frequency.MONTH
    areas: tuple[int, int] | None = None
    """Under D4 how many areas had the measure and how many they are compared with."""

    @classmethod
    def of(cls, estimand: Estimand, frequency: Frequency) -> Layout:
        """That of an estimand in a plan of this frequency."""
        before = None if estimand.before is None else _months(estimand.before)
        areas = None
        if estimand.design is DesignId.D4 and estimand.comparison is not None:
            own, others = set(estimand.group.units), set(estimand.comparison.units)
            areas = len(own), len(others - own)
        return cls(
            design=estimand.design,
            months_after=_months(estimand.after),
            months_before=before,
            frequency=frequency,
            areas=areas,
        )

    @property
    def share_before(self) -> float:
        """How much the events before are worth: all, or what is left when a trend is drawn out from them.

        A line through n periods is ``1 + 12 d² / (n² - 1)`` times as uncertain d periods from their middle as there
        (Draper and Smith 1998, Applied Regression Analysis, 3rd ed., section 3.1), and d is here half of both windows.
        """
        if self.design not in _SERIES or self.months_before is None:
            return 1.0
        before, after = (months / self.frequency.months for months in (self.months_before, self.months_after))
        return (
            _NEXT_TO_NOTHING
            if min(before, after) < FEWEST_A_SIDE
            else 1 / (1 + 3 * (before + after) ** 2 / (before**2 - 1))
        )

    @property
    def df(self) -> int:
        """Degrees of freedom behind φ: the periods of every cell, less one each."""
        windows = [months for months in (self.months_after, self.months_before) if months is not None]
        sides = 2 if self.design.has_other_side else 1
        return sides * sum(months // self.frequency.months - 1 for months in windows)

    def level(self, alpha: float, dispersion: float) -> float:
        """The level to plan at: smaller than ``alpha``, as φ, and in a series its season and memory, are estimated.

        Under D4 no φ is estimated from periods: the area is ranked among others, and there are only so many of them.
        """
        if self.areas is not None:
            treated, others = self.areas
            choices = min(math.comb(treated + others, treated) - 1, _MANY_CHOICES)
            return rank_power.level(alpha, POWER, choices)
        if self.design in _SERIES:
            return self._level_of_series(alpha, dispersion)
        return rule_power.level(alpha, POWER, dispersion, self.df)

    def _level_of_series(self, alpha: float, dispersion: float) -> float:
        """The level at which the trend's formula has the power for the change for which the series' model has it."""
        before, after = ((months or 0) // self.frequency.months for months in (self.months_before, self.months_after))
        if min(before, after) < FEWEST_A_SIDE:
            return alpha
        sides, cycle = 2 if self.design.has_other_side else 1, MONTHS_A_YEAR // self.frequency.months
        needed = series_power.errors_needed(before, after, cycle, sides=sides, alpha=alpha, power=POWER, phi=dispersion)
        formula = math.sqrt(sides * (1 / after + 1 / (before * self.share_before)))
        level = 2 * float(special.ndtr(special.ndtri(POWER) - needed / formula))
        return min(alpha, max(level, _LEAST_OF_SERIES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What so many events a month can show when the counts vary ``dispersion`` times as much as chance.

    Attributes
    ----------
    monthly, monthly_comparison
        Events a month on each side.
    increase, decrease
        The smallest change that is found with 80 per cent power.
    months
        For each of ``RATIOS``, months of time after the start that it takes to find it.
    is_enumerated
        Whether every outcome was added up too, so that the changes are the more cautious of two answers.
    """

    monthly: float
    monthly_comparison: float | None
    dispersion: float
    increase: Precision
    decrease: Precision
    months: tuple[Precision, ...]
    is_enumerated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is asked: events a month on each side and their dispersion."""

    monthly: float
    monthly_comparison: float | None
    dispersion: float


def outlooks(layout: Layout, rows: Sequence[Row], alpha: float) -> tuple[Outlook, ...]:
    """One outlook per row; either every row has another side or none has.

    Examples
    --------
    >>> from evalkit.outlooks import Layout, Row, outlooks
    >>> from evalkit.vocabulary import DesignId
    >>> year = Layout(design=DesignId.D1, months_after=12, months_before=None)
    >>> few, many = outlooks(year, [Row(monthly=m, monthly_comparison=None, dispersion=1.0) for m in (1, 50)], 0.05)
    >>> few.is_enumerated, round(few.increase.ratio, 2), many.is_enumerated, round(many.increase.ratio, 2)
    (True, 2.15, False, 1.13)
    """
    few = None if layout.areas is None else too_few_units(layout.areas[0], sum(layout.areas), 1 - alpha)
    if few is not None:
        return tuple(_hopeless(row, few, alpha) for row in rows)
    found: dict[int, Outlook] = {}
    for dispersion in dict.fromkeys(row.dispersion for row in rows):
        places = [place for place, row in enumerate(rows) if row.dispersion == dispersion]
        level = layout.level(alpha, dispersion)
        told = _at_level(layout, [rows[place] for place in places], level, alpha)
        found |= {place: _called(outlook, alpha) for place, outlook in zip(places, told, strict=True)}
    return tuple(found[place] for place in range(len(rows)))


def _hopeless(row: Row, reason: Statement, alpha: float) -> Outlook:
    """Nothing can be found, however large and however long the wait: too few areas to be compared with."""
    none = Precision(alpha=alpha, alternative="two-sided", method="planned", dispersion=row.dispersion, reason=reason)
    return Outlook(
        monthly=row.monthly,
        monthly_comparison=row.monthly_comparison,
        dispersion=row.dispersion,
        increase=none,
        decrease=none,
        months=tuple(none for _ in RATIOS),
    )


def _called(outlook: Outlook, alpha: float) -> Outlook:
    """The same answers under the level of the plan's intervals, whatever level they were worked out at."""
    return replace(
        outlook,
        increase=replace(outlook.increase, alpha=alpha),
        decrease=replace(outlook.decrease, alpha=alpha),
        months=tuple(replace(wait, alpha=alpha) for wait in outlook.months),
    )


def _at_level(layout: Layout, rows: Sequence[Row], alpha: float, nominal: float) -> tuple[Outlook, ...]:
    increases, decreases, *waits = _approximate(layout, rows, alpha)
    few = [place for place, row in enumerate(rows) if alpha > _LEAST_LEVEL and _is_few(layout, row)]
    some = [rows[place] for place in few]
    for found, increase in ((increases, True), (decreases, False)):
        answers = _cautious(layout, some, [found[place] for place in few], alpha, increase=increase)
        for place, answer in zip(few, answers, strict=True):
            found[place] = answer
    return tuple(
        Outlook(
            monthly=row.monthly,
            monthly_comparison=row.monthly_comparison,
            dispersion=row.dispersion,
            increase=increases[place],
            decrease=decreases[place],
            months=tuple(
                _cautious_months(
                    layout, row, _with_more_periods(layout, row, found[place], ratio, nominal), ratio, nominal
                )
                for ratio, found in zip(RATIOS, waits, strict=True)
            ),
            is_enumerated=place in few,
        )
        for place, row in enumerate(rows)
    )


def _approximate(layout: Layout, rows: Sequence[Row], alpha: float) -> list[list[Precision]]:
    """The smallest increases, the smallest decreases, and the months for each of ``RATIOS``; all rows in one call."""
    own, dispersion = (np.array([getattr(row, name) for row in rows]) for name in ("monthly", "dispersion"))
    other = None if rows[0].monthly_comparison is None else np.array([row.monthly_comparison for row in rows], float)
    before, after = layout.months_before, layout.months_after
    weighed = None if before is None else before * layout.share_before
    earlier = {
        "events_before": None if weighed is None else own * weighed,
        "events_ref_before": None if weighed is None or other is None else other * weighed,
    }
    shared = {"dispersion": dispersion, "power": POWER, "alpha": alpha}
    counts = {"events": own * after, "events_ref": None if other is None else other * after, **earlier}
    changes = [smallest_detectable(**counts, **shared, direction=way) for way in ("increase", "decrease")]  # type: ignore[arg-type]
    waits = [months_needed(ratio, monthly=own, monthly_ref=other, **earlier, **shared) for ratio in RATIOS]  # type: ignore[arg-type]
    return [list(_each(found)) for found in (*changes, *waits)]


def _is_few(layout: Layout, row: Row) -> bool:
    months = min(layout.months_after, layout.months_before or layout.months_after)
    return layout.design in _ENUMERATED and row.monthly * months / row.dispersion < FEW


def _cautious(
    layout: Layout, rows: Sequence[Row], found: Sequence[Precision], alpha: float, *, increase: bool
) -> list[Precision]:
    """Approximate answers, moved away from no change until the enumeration has the power as well."""
    open_to_question = [place for place, one in enumerate(found) if one.ratio is not None]
    answers = list(found)
    if not open_to_question:
        return answers
    own = np.array([rows[place].monthly / rows[place].dispersion for place in open_to_question])
    before = None if layout.months_before is None else own * layout.months_before

    def is_short(log_ratio: NDArray[np.float64]) -> NDArray[np.bool_]:
        asked = power(np.exp(log_ratio), events=own * layout.months_after, events_before=before, alpha=alpha, **_EXACT)
        return np.array([one.power is None or one.power < POWER for one in _each(asked)])

    near = np.log(np.array([found[place].ratio for place in open_to_question], dtype=float))
    outermost = near * _OUTERMOST
    first, never = is_short(near), is_short(outermost)
    low, high = near, outermost
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = is_short(middle)
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    for index, place in enumerate(open_to_question):
        if never[index]:
            reason = refusals.too_many_to_enumerate() if increase else refusals.nothing_detectable()
            answers[place] = replace(found[place], method="exact", ratio=None, power=None, reason=reason)
        elif first[index]:
            answers[place] = replace(found[place], method="exact", ratio=float(np.exp(high[index])))
    return answers


def _with_more_periods(layout: Layout, row: Row, found: Precision, ratio: float, alpha: float) -> Precision:
    """Approximate months when each further period also makes φ better known; ``found`` is with the periods planned."""
    if layout.design in _SERIES:
        return _with_a_longer_trend(layout, row, found, ratio, alpha)
    if found.months is not None and found.months <= layout.months_after:
        return found

    def is_short(months: int) -> bool:
        longer = replace(layout, months_after=months)
        return _approximate_power(longer, row, ratio, longer.level(alpha, row.dispersion)) < POWER

    low, high = layout.months_after, max(_LONGEST_SEARCH, layout.months_after + 1)
    if is_short(high):
        never = refusals.too_long_to_wait(_LONGEST_SEARCH // MONTHS_A_YEAR)
        return found if found.reason else replace(found, ratio=None, power=None, months=None, reason=never)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_short(middle) else (low, middle)
    return replace(found, ratio=ratio, power=POWER, months=high, reason=None)


def _with_a_longer_trend(layout: Layout, row: Row, found: Precision, ratio: float, nominal: float) -> Precision:
    """The first month with the power: the longer the time after, the further the trend is drawn out.

    Fewer points on a side than :data:`FEWEST_A_SIDE` give no model.
    """
    # The line is worth less by the square of the months: long before twice the time before, waiting only harms.
    furthest = 2 * (layout.months_before or 0)
    for months in range(FEWEST_A_SIDE * layout.frequency.months, furthest + 1):
        longer = replace(layout, months_after=months)
        if _approximate_power(longer, row, ratio, longer.level(nominal, row.dispersion)) >= POWER:
            return replace(found, ratio=ratio, power=POWER, months=months, reason=None)
    return replace(found, ratio=None, power=None, months=None, reason=refusals.before_too_short())


def _approximate_power(layout: Layout, row: Row, ratio: float, level: float) -> float:
    sides = [row.monthly] if row.monthly_comparison is None else [row.monthly, row.monthly_comparison]
    windows = [
        layout.months_after,
        *([] if layout.months_before is None else [layout.months_before * layout.share_before]),
    ]
    changing, *others = (np.asarray(side * months) for months in windows for side in sides)
    cells = precision.Cells(changing=changing, others=tuple(others), dispersion=np.asarray(row.dispersion))
    return float(precision.wald(cells, ratio, level / 2))


def _cautious_months(layout: Layout, row: Row, found: Precision, ratio: float, nominal: float) -> Precision:
    """Approximate months, made more until the enumeration has the power too, where events are few by then."""
    if found.months is None or layout.design not in _ENUMERATED:
        return found
    longest = replace(layout, months_after=max(found.months, layout.months_after))
    alpha = longest.level(nominal, row.dispersion)
    if alpha <= _LEAST_LEVEL:
        return found
    own = row.monthly / row.dispersion
    before = None if layout.months_before is None else own * layout.months_before
    if min(own * found.months, np.inf if before is None else before) >= FEW:
        return found
    months = _months_enumerated(own, before, ratio, alpha, found.months)
    if months is None:
        return replace(found, method="exact", ratio=None, power=None, months=None, reason=refusals.before_too_short())
    return found if months == found.months else replace(found, method="exact", months=months)


@cache
def _months_enumerated(own: float, before: float | None, ratio: float, alpha: float, least: int) -> int | None:
    """The fewest months, at least ``least``, with the power then and for the next :data:`_EVENTS_AHEAD` events.

    The power of an exact test goes up and down in small steps, so the first month that has it is not enough.
    """
    ahead, start = math.ceil(_EVENTS_AHEAD / own), least
    while start <= _LONGEST_SEARCH:
        months = np.arange(start, start + ahead + 1, dtype=np.float64)
        asked = power(ratio, events=own * months, events_before=before, alpha=alpha, **_EXACT)
        short = np.flatnonzero([one.power is None or one.power < POWER for one in _each(asked)])
        if not short.size:
            return start
        start = int(months[short[-1]]) + 1
    return None


def _each(found: Precision | PrecisionSeries) -> tuple[Precision, ...]:
    return (found,) if isinstance(found, Precision) else tuple(found)


def _months(window: Window) -> int:
    """Whole months of a window; a plan's windows consist of nothing else."""
    years = window.last.year - window.first.year
    return years * MONTHS_A_YEAR + window.last.month - window.first.month + 1
