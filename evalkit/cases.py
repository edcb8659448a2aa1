"""How many cases lie behind a number of persons, as far as that may be told.

One case may hold most of a year's victims, so a number of persons is shown together with its number of
cases (domain brief §0.5). Cases are protected like the persons in them: a small number is hidden, the
rest is rounded. Two numbers of which one is a part of the other could be subtracted, so neither is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Cell, Estimate
from evalkit.policy import Rule


@dataclass(frozen=True, slots=True)
class _Extent:
    """What a number of cases was counted over."""

    cut: tuple[str | None, str | None]
    units: frozenset[str]
    first: date
    last: date

    def overlaps(self, other: _Extent) -> bool:
        in_time = self.first <= other.last and other.first <= self.last
        may_share = all(one is None or two is None or one == two for one, two in zip(self.cut, other.cut, strict=True))
        return in_time and may_share and not self.units.isdisjoint(other.units)


def told(estimates: Mapping[str, Estimate], items: Iterable[Estimand], rule: Rule) -> dict[str, Estimate]:
    """The released estimates of one family with the numbers of cases that may be told; the others are hidden.

    Parameters
    ----------
    estimates
        By estimand; those that are shown have the cells of their persons.
    items
        The estimands of the family.
    rule
        The rule that the persons are protected by.
    """
    extents = {item.id: _extents(item) for item in items}
    shown = {
        extents[name][cell.unit, cell.window]
        for name, estimate in estimates.items()
        for cell in estimate.cells
        if cell.cases is not None
    }
    clashing = {extent for pair in combinations(shown, 2) if pair[0].overlaps(pair[1]) for extent in pair}
    return {
        name: replace(
            estimate,
            cells=tuple(
                _told(cell, rule, clashes=extents[name][cell.unit, cell.window] in clashing) for cell in estimate.cells
            ),
        )
        for name, estimate in estimates.items()
    }


def _extents(item: Estimand) -> dict[tuple[str, str], _Extent]:
    sides: list[Group] = [item.group] if item.comparison is None else [item.group, item.comparison]
    windows: list[Window] = [item.after] if item.before is None else [item.before, item.after]
    cut = (item.series.category, item.series.model)
    return {
        (side.id, window.id): _Extent(cut, frozenset(side.units), window.first, window.last)
        for side in sides
        for window in windows
    }


def _told(cell: Cell, rule: Rule, *, clashes: bool) -> Cell:
    if cell.cases is None or not rule.protects:
        return cell
    if clashes or cell.cases < rule.threshold:
        return replace(cell, cases=None, cases_hidden=True)
    return replace(cell, cases=rule.rounded(cell.cases))
