"""Panels and estimands made by hand: months from January 2016, a start after ``start`` of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from evalkit import columns, periods
from evalkit.checks import Situation
from evalkit.checks.registry import CHECKS
from evalkit.designs import REGISTRY
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.metrics import MetricBook
from evalkit.panels import Panel
from evalkit.vocabulary import CheckId, DateBasis, DesignId, Frequency, Role

Counts = Sequence[int | None]
FIRST = date(2016, 1, 1)


def month(number: int) -> date:
    return periods.add(FIRST, Frequency.MONTH, number)


def window(name: str, first: int, last: int) -> Window:
    """From month ``first`` up to, not including, month ``last``."""
    return Window(name, Text(name, name), month(first), periods.last_day(month(last - 1), Frequency.MONTH))


def rows(
    series: Series, unit: str, counts: Counts, *, exposure: Sequence[float], cases: Counts, largest_of: Counts
) -> list[dict[str, Any]]:
    return [
        {
            "series": series.key,
            "metric": series.metric,
            "unit_id": unit,
            "period": month(place),
            "count": count,
            "cases": case,
            "largest_case": largest,
            "status": "missing" if count is None else "value",
            "qualifier": None if count is None else "exact",
            "exposure": exposed,
            "exposure_status": "value",
            "exposure_qualifier": "exact",
        }
        for place, (count, exposed, case, largest) in enumerate(zip(counts, exposure, cases, largest_of, strict=True))
    ]


@dataclass(frozen=True)
class Case:
    """One constructed comparison; the first unit is the group and the rest the comparison."""

    counts: Mapping[str, Counts]
    start: int
    first: int = 0
    gap: int = 0
    metric: str = "P1"
    exposure_code: str = "N1"
    exposure: Mapping[str, Sequence[float]] | None = None
    cases: Mapping[str, Counts] | None = None
    largest: Mapping[str, Counts] | None = None
    control: Mapping[str, Counts] | None = None
    control_metric: str = "P1"
    neighbours: Mapping[str, Counts] | None = None

    def situation(self, book: MetricBook) -> Situation:
        item = self.estimand()
        design = REGISTRY[item.design]
        panel = self.panel(item)
        return Situation(item, panel, design, design.estimate(item, panel, 0.95), book, 0.95)

    def estimand(self) -> Estimand:
        group, *others = self.counts
        length = len(self.counts[group])
        series = Series(self.metric, self.exposure_code, DateBasis.HANDELSE)
        control = Series(self.control_metric, "N7", DateBasis.HANDELSE)
        return Estimand(
            id="E1",
            question=Text("Fråga?", "Question?"),
            series=series,
            design=DesignId.D3 if others else DesignId.D2,
            role=Role.PRIMARY,
            group=named("a", (group,)),
            comparison=named("b", tuple(others)) if others else None,
            before=window("före", self.first, self.start),
            after=window("efter", self.start + self.gap, length),
            negative_control=control if self.control else None,
            neighbours=named("n", tuple(self.neighbours)) if self.neighbours else None,
        )

    def panel(self, item: Estimand) -> Panel:
        found = []
        for unit, counts in {**self.counts, **(self.neighbours or {})}.items():
            exposure = (self.exposure or {}).get(unit, [1.0] * len(counts))
            cases = (self.cases or {}).get(unit, [None] * len(counts))
            largest = (self.largest or {}).get(unit, [None] * len(counts))
            found += rows(item.series, unit, counts, exposure=exposure, cases=cases, largest_of=largest)
        series = [item.series]
        for unit, counts in (self.control or {}).items():
            nothing = [None] * len(counts)
            found += rows(
                item.negative_control, unit, counts, exposure=[1.0] * len(counts), cases=nothing, largest_of=nothing
            )
        frame = pl.DataFrame(found, schema=columns.PANEL)
        return Panel(frame, Frequency.MONTH, tuple(series), (), synthetic=True)


def named(name: str, units: tuple[str, ...]) -> Group:
    return Group(name, Text(f"område {name}", f"area {name}"), units)


@pytest.fixture(scope="session")
def judge(metric_book: MetricBook) -> Callable[..., Finding | None]:
    """What one check says of a constructed comparison, with the book's changes replaced where given."""

    def made(check: CheckId, case: Case, **book_parts: Any) -> Finding | None:
        return CHECKS[check](case.situation(replace(metric_book, **book_parts) if book_parts else metric_book))

    return made


@pytest.fixture(scope="session")
def case() -> type[Case]:
    return Case
