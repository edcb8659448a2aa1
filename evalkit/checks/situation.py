"""What a check may look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from evalkit import periods
from evalkit.designs import Design
from evalkit.designs.evidence import Evidence, gather, starts_kept
from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Estimate
from evalkit.metrics import MetricBook
from evalkit.panels import Panel
from evalkit.vocabulary import FindingStatus, Withheld


@dataclass(frozen=True, slots=True)
class Situation:
    """An estimand, the data it was put to, and what its design made of them."""

    estimand: Estimand
    panel: Panel
    design: Design
    estimate: Estimate
    book: MetricBook
    conf_level: float

    def again(self, **changes: Any) -> Estimate:
        """What the same design makes of the estimand with some of its parts changed."""
        return self.design.estimate(replace(self.estimand, **changes), self.panel, self.conf_level)

    @property
    def unjudged(self) -> tuple[FindingStatus, Withheld | None]:
        """Status and what is withheld when a check that a causal label rests on cannot be answered.

        A design that may claim an effect loses the word; for others it is something to bear in mind.
        """
        if self.design.may_claim_effect:
            return FindingStatus.BLOCK, Withheld.EFFECT_LABEL
        return FindingStatus.WARN, None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The sides of the comparison."""
        item = self.estimand
        return (item.group,) if item.comparison is None else (item.group, item.comparison)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The times compared, the later first."""
        item = self.estimand
        return (item.after,) if item.before is None else (item.after, item.before)

    def evidence(self, group: Group, window: Window) -> Evidence | None:
        """The counts of one side and one window, where they are whole."""
        found = gather(self.estimand, self.panel, group, window)
        return found if isinstance(found, Evidence) else None

    def cells(self) -> Iterator[tuple[Group, Window, Evidence]]:
        """Every side and window whose counts are whole."""
        for group in self.groups:
            for window in self.windows:
                found = self.evidence(group, window)
                if found is not None:
                    yield group, window, found

    def starts(self, window: Window) -> list[date]:
        """The first days of a window's periods that are not left out."""
        return starts_kept(self.estimand, self.panel, window)

    def part(self, window: Window, starts: list[date]) -> Window:
        """The window from the first of these periods to the last."""
        last = periods.last_day(starts[-1], self.panel.frequency)
        return replace(window, first=starts[0], last=last)

    def whole_periods(self, window: Window, first: date, last: date) -> Window:
        """A window over every period that has a day from ``first`` to ``last``."""
        step = self.panel.frequency
        start = periods.first_day(first, step)
        return replace(window, first=start, last=periods.last_day(periods.first_day(last, step), step))
