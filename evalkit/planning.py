"""What a plan can be expected to show, worked out from the plan alone: no data file is opened.

The counts are those that the plan expects without any effect, over the whole of its windows. Where the plan
expects nothing in particular there is a standard table instead, by events a year on each side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalkit.comparisons.precision import months_needed, smallest_detectable
from evalkit.estimands import Estimand, Window
from evalkit.plan import Plan
from evalkit.precisions import Precision, PrecisionSeries
from evalkit.vocabulary import DesignId

DISPERSIONS = (1.0, 2.0, 4.0)
RATIOS = (1.5, 2.0)
EVENTS_A_YEAR = (10.0, 20.0, 54.0, 108.0, 500.0)
POWER = 0.8
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What decides the precision beside the counts: the design, and its windows in months."""

    design: DesignId
    months_after: int
    months_before: int | None

    @classmethod
    def of(cls, estimand: Estimand) -> Layout:
        """That of an estimand."""
        before = None if estimand.before is None else _months(estimand.before)
        return cls(design=estimand.design, months_after=_months(estimand.after), months_before=before)


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
    """

    monthly: float
    monthly_comparison: float | None
    dispersion: float
    increase: Precision
    decrease: Precision
    months: tuple[Precision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEstimand:
    """An estimand with its layout, and its outlooks by dispersion; none where the plan expects no count."""

    estimand: Estimand
    layout: Layout
    outlooks: tuple[Outlook, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPower:
    """What a plan can be expected to show.

    Attributes
    ----------
    tables
        The standard table for each layout of which some estimand has no expected count.
    """

    slug: str
    digest: str
    conf_level: float
    items: tuple[PlannedEstimand, ...]
    tables: dict[Layout, tuple[Outlook, ...]]


def planned_power(plan: Plan) -> PlannedPower:
    """Work out the precision of every estimand of a plan, from the plan alone.

    Examples
    --------
    >>> import evalkit as ek
    >>> from evalkit.planning import planned_power
    >>> found = planned_power(ek.Plan.load(ek.resources.analyses() / "samordnad-tillsyn-otto"))
    >>> first = found.items[0]
    >>> first.layout.months_after, round(first.outlooks[0].increase.ratio, 2)
    (12, 1.27)
    """
    alpha = 1 - plan.document.conf_level
    items = tuple(_item(estimand, alpha) for estimand in plan.estimands)
    bare = dict.fromkeys(item.layout for item in items if not item.outlooks)
    return PlannedPower(
        slug=plan.slug,
        digest=plan.digest,
        conf_level=plan.document.conf_level,
        items=items,
        tables={layout: _standard(layout, alpha) for layout in bare},
    )


def _item(estimand: Estimand, alpha: float) -> PlannedEstimand:
    layout, expected = Layout.of(estimand), estimand.expected
    outlooks: tuple[Outlook, ...] = ()
    if expected is not None:
        own = {expected.dispersion} if expected.dispersion is not None else set()
        rows = [
            (expected.monthly, expected.monthly_comparison, dispersion) for dispersion in sorted({*DISPERSIONS, *own})
        ]
        outlooks = _outlooks(layout, rows, alpha)
    return PlannedEstimand(estimand=estimand, layout=layout, outlooks=outlooks)


def _standard(layout: Layout, alpha: float) -> tuple[Outlook, ...]:
    has_other = layout.design.has_other_side
    monthly = [events / _MONTHS_A_YEAR for events in EVENTS_A_YEAR]
    rows = [(each, each if has_other else None, dispersion) for each in monthly for dispersion in DISPERSIONS]
    return _outlooks(layout, rows, alpha)


def _outlooks(layout: Layout, rows: list[tuple[float, float | None, float]], alpha: float) -> tuple[Outlook, ...]:
    """One outlook per row of events a month, those of the other side, and dispersion; all rows in one call."""
    own, dispersion = (np.array([row[place] for row in rows]) for place in (0, 2))
    other = np.array([row[1] for row in rows], dtype=float) if rows[0][1] is not None else None
    before, after = layout.months_before, layout.months_after
    earlier = {
        "events_before": None if before is None else own * before,
        "events_ref_before": None if before is None or other is None else other * before,
    }
    shared = {"dispersion": dispersion, "power": POWER, "alpha": alpha}
    counts = {"events": own * after, "events_ref": None if other is None else other * after, **earlier}
    changes = [smallest_detectable(**counts, **shared, direction=way) for way in ("increase", "decrease")]  # type: ignore[arg-type]
    waits = [months_needed(ratio, monthly=own, monthly_ref=other, **earlier, **shared) for ratio in RATIOS]  # type: ignore[arg-type]
    increases, decreases, *months = (_rows(found) for found in (*changes, *waits))
    return tuple(
        Outlook(
            monthly=monthly,
            monthly_comparison=monthly_other,
            dispersion=phi,
            increase=increases[place],
            decrease=decreases[place],
            months=tuple(series[place] for series in months),
        )
        for place, (monthly, monthly_other, phi) in enumerate(rows)
    )


def _rows(found: Precision | PrecisionSeries) -> tuple[Precision, ...]:
    return (found,) if isinstance(found, Precision) else tuple(found)


def _months(window: Window) -> int:
    """Whole months of a window; a plan's windows consist of nothing else."""
    years = window.last.year - window.first.year
    return years * _MONTHS_A_YEAR + window.last.month - window.first.month + 1
