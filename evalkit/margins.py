"""Every count that a plan would publish, and which smallest counts each of them is the sum of.

A metric of one date basis is a family: its series may be cut by category or by model, divided by
different exposures, shown by display period and summed over the windows of several estimands, and
all of these are sums of the same few smallest counts. Disclosure control has to see them together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from evalkit import periods
from evalkit.errors import DisclosureError, Place, Problem
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.plan import Plan
from evalkit.vocabulary import CellStatus

Cut = tuple[str | None, str | None]
"""Category and model: what a series of a family counts. ``(None, None)`` is all of it."""

_ALL: Cut = (None, None)


@dataclass(frozen=True, slots=True)
class Sum:
    """A count that the plan would publish: one cut of one group over one stretch of time."""

    cut: Cut
    group: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Family:
    """The series of one metric and date basis, with the smallest counts behind them.

    Attributes
    ----------
    counts
        The smallest counts: one unit, one period, one cut; or what is left of the whole beside its cuts.
    parts
        Which of them a sum consists of; a sum that holds a cell without a value is not there.
    most
        What anybody knows each of the counts cannot exceed: the visits, for what is counted once per
        visit; infinite otherwise.
    """

    series: tuple[Series, ...]
    counts: tuple[int, ...]
    parts: dict[Sum, frozenset[int]]
    most: tuple[float, ...]

    def total(self, wanted: Sum) -> int | None:
        """The count of a sum, ``None`` when some of it is not known."""
        parts = self.parts.get(wanted)
        return None if parts is None else sum(self.counts[part] for part in parts)


def cut_of(series: Series) -> Cut:
    """What a series counts of its metric."""
    return series.category, series.model


def families(plan: Plan) -> tuple[tuple[Series, ...], ...]:
    """The plan's series by metric and date basis."""
    found: dict[tuple[str, str], list[Series]] = {}
    for series in plan.series:
        found.setdefault((series.metric, series.date_basis.value), []).append(series)
    return tuple(tuple(members) for members in found.values())


def groups_of(plan: Plan, members: Iterable[Series]) -> tuple[Group, ...]:
    """The groups that some estimand looks at these series for, in the plan's order."""
    wanted = set(members)
    used = {
        group.id
        for item in plan.estimands
        if item.series in wanted
        for group in (item.group, item.comparison)
        if group is not None
    }
    return tuple(group for group in plan.groups if group.id in used)


def display_starts(plan: Plan) -> tuple[date, ...]:
    """The first days of the display periods that lie wholly in the plan's time."""
    step = plan.document.display_frequency
    return tuple(
        start
        for start in periods.between(plan.window.first, plan.window.last, step)
        if start >= plan.window.first and periods.last_day(start, step) <= plan.window.last
    )


def display_sum(series: Series, group: str, start: date, plan: Plan) -> Sum:
    """The sum behind a cell of a table or a point of a figure."""
    return Sum(cut_of(series), group, start, periods.last_day(start, plan.document.display_frequency))


def window_sums(item: Estimand) -> dict[Sum, tuple[Group, Window]]:
    """The sums that an estimate is made of."""
    return {
        Sum(cut_of(item.series), group.id, window.first, window.last): (group, window)
        for group in (item.group, item.comparison)
        for window in (item.after, item.before)
        if group is not None and window is not None
    }


def family(members: tuple[Series, ...], plan: Plan, panel: Panel, *, per_visit: Iterable[str] = ()) -> Family:
    """Gather a family's counts from the panel.

    ``per_visit`` are the exposures (visits) that the metric is counted at most once for each of; see
    :attr:`evalkit.metrics.Metric.counted_once_per`.
    """
    cuts = tuple(dict.fromkeys(cut_of(series) for series in members))
    cells = _Cells.of(members, cuts, panel, _visits(members, panel, set(per_visit)))
    found = {}
    for group, series, first, last in _wanted(members, plan):
        parts = cells.parts(cut_of(series), group.units, panel.cells(series, group.units, first, last))
        if parts is not None:
            found[Sum(cut_of(series), group.id, first, last)] = parts
    return Family(members, tuple(cells.counts), found, tuple(cells.most))


def _visits(members: tuple[Series, ...], panel: Panel, per_visit: set[str]) -> dict[tuple[str, date], float]:
    """The visits of each unit and period, where a member of the family is divided by them."""
    keys = [item.key for item in members if item.exposure in per_visit]
    rows = panel.frame.filter(pl.col("series").is_in(keys) & pl.col("exposure").is_not_null())
    return {(unit, period): made for unit, period, made in rows.select("unit_id", "period", "exposure").iter_rows()}


def _wanted(members: tuple[Series, ...], plan: Plan) -> Iterator[tuple[Group, Series, date, date]]:
    step = plan.document.display_frequency
    for series in members:
        for group in groups_of(plan, (series,)):
            for start in display_starts(plan):
                yield group, series, start, periods.last_day(start, step)
    for item in plan.estimands:
        if item.series in members:
            for group, window in window_sums(item).values():
                yield group, item.series, window.first, window.last


def check_cuts(members: tuple[Series, ...]) -> None:
    """See to it that a family is parts of one whole, or parts that have nothing in common.

    Raises
    ------
    DisclosureError
        Anything else cannot be followed.
    """
    metric = members[0].metric
    parts = [cut for cut in dict.fromkeys(cut_of(series) for series in members) if cut != _ALL]
    if all(_are_apart(one, other) for number, one in enumerate(parts) for other in parts[number + 1 :]):
        return
    raise DisclosureError(
        Problem(
            code="disclosure_cuts_cross",
            what=Text(
                f"Planen delar upp {metric} både efter kategori och efter modell, så att delarna överlappar. "
                "Då går det inte att se till att dolda antal förblir dolda.",
                f"The plan cuts {metric} by category and by model so that the parts overlap. "
                "It cannot then be seen to that hidden counts stay hidden.",
            ),
            place=Place(file="plan.yaml", key="estimands"),
            accepted=Text("en uppdelning per mått", "one way of cutting per metric"),
            next_step=Text(
                "Välj antingen category eller model för måttet.", "Choose either category or model for the metric."
            ),
        )
    )


def _are_apart(one: Cut, other: Cut) -> bool:
    return any(
        mine is not None and theirs is not None and mine != theirs for mine, theirs in zip(one, other, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The smallest counts and where each cut of a unit and period finds its own."""

    counts: list[int]
    most: list[float]
    places: dict[tuple[Cut, str, date], frozenset[int]]
    visits: dict[tuple[str, date], float]

    @classmethod
    def of(
        cls,
        members: tuple[Series, ...],
        cuts: tuple[Cut, ...],
        panel: Panel,
        visits: dict[tuple[str, date], float],
    ) -> _Cells:
        values = {cut: _values(next(item for item in members if cut_of(item) == cut), panel) for cut in cuts}
        cells = cls([], [], {}, visits)
        for cut in cuts:
            if cut != _ALL:
                for where, count in values[cut].items():
                    cells.add(cut, where, count)
        for where, count in values.get(_ALL, {}).items():
            cells.add_whole(where, count, [cut for cut in cuts if cut != _ALL])
        return cells

    def add(self, cut: Cut, where: tuple[str, date], count: int) -> None:
        self.places[cut, *where] = frozenset({len(self.counts)})
        self._append(where, count)

    def _append(self, where: tuple[str, date], count: int) -> None:
        self.counts.append(count)
        # A count beyond its visits is a fault of the data; the outsider then knows no bound.
        bound = self.visits.get(where, math.inf)
        self.most.append(bound if bound >= count else math.inf)

    def add_whole(self, where: tuple[str, date], count: int, cuts: list[Cut]) -> None:
        """The whole is its known cuts and the rest."""
        known = frozenset[int]().union(*(self.places.get((cut, *where), ()) for cut in cuts))
        self.places[_ALL, *where] = known | {len(self.counts)}
        self._append(where, count - sum(self.counts[place] for place in known))

    def parts(self, cut: Cut, units: tuple[str, ...], rows: pl.DataFrame) -> frozenset[int] | None:
        """The parts of a sum over some rows of the panel; ``None`` unless every unit has a value throughout."""
        if not set(units) <= set(rows["unit_id"]):
            return None
        found = [self.places.get((cut, unit, period)) for unit, period in rows.select("unit_id", "period").iter_rows()]
        return None if None in found else frozenset().union(*(places for places in found if places is not None))


def _values(series: Series, panel: Panel) -> dict[tuple[str, date], int]:
    rows = panel.frame.filter((pl.col("series") == series.key) & (pl.col("status") == CellStatus.VALUE.value))
    return {(unit, period): count for unit, period, count in rows.select("unit_id", "period", "count").iter_rows()}
