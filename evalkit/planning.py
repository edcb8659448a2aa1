"""What a plan can be expected to show, worked out from the plan alone: no data file is opened.

The counts are those that the plan expects without any effect, over the whole of its windows. Where the plan
expects nothing in particular there is a standard table instead, by events a year on each side.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evalkit.area_outlooks import DRAWS, AreaOutlook, area_outlooks
from evalkit.estimands import Estimand
from evalkit.metrics import Measure, MetricBook
from evalkit.outlooks import MONTHS_A_YEAR, Layout, Outlook, Row, outlooks
from evalkit.plan import Plan
from evalkit.vocabulary import DesignId

DISPERSIONS = (1.0, 2.0, 4.0)
EVENTS_A_YEAR = (10.0, 20.0, 54.0, 108.0, 500.0)


class Reading(StrEnum):
    """How a metric is planned for.

    A ``SHARE`` is planned as the count that it is a share by: the plan does not say what it will be a share of, and a
    count varies more than a share, so that the answer is on the cautious side. What is ``NOT_COUNTED`` (days, kronor)
    is not planned for: how much it varies does not follow from how many there are. Areas that join at different times
    go by another way, ``BY_AREA``: panels are drawn with the dates of the plan and put to the test of the design.
    """

    COUNT = "count"
    SHARE = "share"
    NOT_COUNTED = "not_counted"
    BY_AREA = "by_area"

    @property
    def is_planned(self) -> bool:
        """Whether counts and windows are enough to say what can be found."""
        return self not in {Reading.NOT_COUNTED, Reading.BY_AREA}

    @classmethod
    def of(cls, estimand: Estimand, book: MetricBook) -> Reading:
        """That of an estimand; a metric that the code book does not know is told elsewhere, when the panel is made."""
        if estimand.design is DesignId.D5:
            return cls.BY_AREA
        metric = book.metric(estimand.series.metric)
        if metric is None:
            return cls.COUNT
        if estimand.series.exposure in metric.counted_once_per:
            return cls.SHARE
        return cls.COUNT if metric.measure is Measure.COUNT else cls.NOT_COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEstimand:
    """An estimand with its layout, and its outlooks by dispersion; none where the plan expects no count."""

    estimand: Estimand
    layout: Layout
    reading: Reading
    outlooks: tuple[Outlook, ...]
    by_area: tuple[AreaOutlook, ...] = ()

    @property
    def needs_table(self) -> bool:
        """Whether the standard table has to stand in for its own figures."""
        return not self.outlooks and self.reading.is_planned


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

    def in_table(self, layout: Layout) -> tuple[PlannedEstimand, ...]:
        """Those that the standard table of a layout stands in for."""
        return tuple(item for item in self.items if item.needs_table and item.layout == layout)


def planned_power(plan: Plan, *, draws: int = DRAWS) -> PlannedPower:
    """Work out the precision of every estimand of a plan, from the plan alone.

    Parameters
    ----------
    draws
        Panels drawn for each unevenness of an estimand under D5; the only ones that are simulated.

    Examples
    --------
    >>> import evalkit as ek
    >>> from evalkit.planning import planned_power
    >>> found = planned_power(ek.Plan.load(ek.resources.analyses() / "samordnad-tillsyn-otto"))
    >>> first = found.items[0]
    >>> first.layout.months_after, round(first.outlooks[0].increase.ratio, 2)
    (12, 1.29)
    """
    alpha, book = 1 - plan.document.conf_level, MetricBook.load()
    frequency = plan.document.frequency
    items = tuple(
        _item(estimand, Layout.of(estimand, frequency), Reading.of(estimand, book), alpha, draws=draws)
        for estimand in plan.estimands
    )
    bare = dict.fromkeys(item.layout for item in items if item.needs_table)
    return PlannedPower(
        slug=plan.slug,
        digest=plan.digest,
        conf_level=plan.document.conf_level,
        items=items,
        tables={layout: _standard(layout, alpha) for layout in bare},
    )


def _item(estimand: Estimand, layout: Layout, reading: Reading, alpha: float, *, draws: int) -> PlannedEstimand:
    expected = estimand.expected
    found: tuple[Outlook, ...] = ()
    own = {expected.dispersion} if expected is not None and expected.dispersion is not None else set()
    if reading is Reading.BY_AREA:
        drawn = area_outlooks(estimand, layout.frequency, sorted({*DISPERSIONS, *own}), alpha, draws=draws)
        return PlannedEstimand(estimand=estimand, layout=layout, reading=reading, outlooks=(), by_area=drawn)
    if expected is not None and reading.is_planned:
        rows = [
            Row(monthly=expected.monthly, monthly_comparison=expected.monthly_comparison, dispersion=dispersion)
            for dispersion in sorted({*DISPERSIONS, *own})
        ]
        found = outlooks(layout, rows, alpha)
    return PlannedEstimand(estimand=estimand, layout=layout, reading=reading, outlooks=found)


def _standard(layout: Layout, alpha: float) -> tuple[Outlook, ...]:
    has_other = layout.design.has_other_side
    monthly = [events / MONTHS_A_YEAR for events in EVENTS_A_YEAR]
    rows = [
        Row(monthly=each, monthly_comparison=each if has_other else None, dispersion=dispersion)
        for each in monthly
        for dispersion in DISPERSIONS
    ]
    return outlooks(layout, rows, alpha)
