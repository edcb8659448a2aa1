"""A small world of counts, its release, and an outsider who tries to see through it.

The outsider here shares no code with :mod:`evalkit.protection`: it takes what was released, row by row,
writes down what each number says of the counts of single units and periods, and lets a linear programme
find how far each hidden count can be bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from evalkit import columns, periods
from evalkit.dataset import Dataset
from evalkit.disclosure import DEFAULT_POLICY, Policy, Released, release
from evalkit.evaluation import evaluate_panel
from evalkit.metrics import MetricBook
from evalkit.panels import panel
from evalkit.plan import Plan
from evalkit.vocabulary import Frequency

UNITS = ("0127", "0180", "9901")
BOOK = MetricBook.load()
BASIS = {"B2": "beslut", "T1": "beslut", "C1g": "handelse", "P1": "handelse"}
WORDS = {"sv": "x", "en": "x"}
Counts = Mapping[tuple[str, str | None], Mapping[str, Iterable[int]]]


def words(text: str) -> dict[str, str]:
    return {"sv": text, "en": text}


@dataclass(frozen=True)
class World:
    """Counts by (metric, category), unit and period from January 2020 on."""

    counts: Counts
    frequency: Frequency = Frequency.YEAR
    first: str = "2020"
    last: str = "2025"
    exposures: Mapping[str, float] = field(default_factory=lambda: {"N1": 90_000.0, "N3": 200.0, "N10": 40.0})

    @property
    def starts(self) -> list[date]:
        first, _ = periods.parse(self.first)
        last, step = periods.parse(self.last)
        return periods.between(first, periods.last_day(last, step), self.frequency)

    def true_counts(self) -> dict[tuple[str, str | None, str, date], int]:
        return {
            (metric, category, unit, start): count
            for (metric, category), units in self.counts.items()
            for unit, series in units.items()
            for start, count in zip(self.starts, series, strict=True)
        }

    def dataset(self) -> Dataset:
        units = sorted({unit for _, _, unit, _ in self.true_counts()})
        ends = (self.starts[0], periods.last_day(self.starts[-1], self.frequency))
        outcomes = [
            {
                "unit_id": unit,
                "period": start,
                "frequency": self.frequency.value,
                "metric": metric,
                "category": category,
                "model": None,
                "date_basis": BASIS[metric],
                "value": count,
                "n_cases": None,
                "largest_case": None,
                "status": "value",
                "qualifier": "exact",
            }
            for (metric, category, unit, start), count in self.true_counts().items()
            if count
        ]
        exposure = [
            {
                "unit_id": unit,
                "period": start,
                "frequency": self.frequency.value,
                "exposure": code,
                "value": amount + place,
                "status": "value",
                "qualifier": "exact",
            }
            for code, amount in self.exposures.items()
            for place, (unit, start) in enumerate(product(units, self.starts))
        ]
        coverage = [
            {"unit_id": unit, "metric": metric, "covered_from": ends[0], "covered_to": ends[1]}
            for unit in units
            for metric in {metric for metric, _ in self.counts}
        ]
        text = {"category": pl.String, "model": pl.String, "n_cases": pl.Int64, "largest_case": pl.Int64}
        return Dataset(
            units=pl.DataFrame({"unit_id": units, "unit_name": units}),
            model_periods=pl.DataFrame(schema={"unit_id": pl.String, "model": pl.String, "valid_from": pl.Date}),
            outcomes=pl.DataFrame(outcomes, schema_overrides=text) if outcomes else pl.DataFrame(schema=_OUTCOMES),
            exposure=pl.DataFrame(exposure),
            coverage=pl.DataFrame(coverage),
            sources=pl.DataFrame({"source_id": ["s"], "source_kind": ["register"]}),
            files=(),
            digest="0" * 64,
            synthetic=False,
        )

    def plan(
        self,
        estimands: Iterable[Mapping[str, Any]],
        *,
        windows: Mapping[str, tuple[str, str]],
        groups: Mapping[str, tuple[str, ...]] | None = None,
        display: Frequency = Frequency.YEAR,
    ) -> Plan:
        chosen = groups or {"a": ("0127",), "b": ("0180",), "c": ("9901",)}
        content = {
            "plan_version": 1,
            "slug": "prov",
            **dict.fromkeys(("title", "subtitle", "question", "commissioner"), WORDS),
            "written": "2026-01-01",
            "data": {"kind": "files"},
            "frequency": self.frequency.value,
            "display_frequency": display.value,
            "window": {"id": "hela", "name": WORDS, "first": self.first, "last": self.last},
            "groups": [{"id": id_, "name": words(id_), "units": list(units)} for id_, units in chosen.items()],
            "windows": [
                {"id": id_, "name": words(id_), "first": first, "last": last} for id_, (first, last) in windows.items()
            ],
            "estimands": [
                {"question": WORDS, "date_basis": BASIS[item["metric"]], "role": "secondary"} | dict(item)
                for item in estimands
            ],
            "cannot_say": [WORDS],
        }
        from pathlib import Path

        return Plan.from_mapping(content, folder=Path())

    def release(self, plan: Plan, policy: Policy = DEFAULT_POLICY) -> Released:
        dataset = self.dataset()
        grid = panel(dataset, plan, book=BOOK)
        estimates = evaluate_panel(plan, grid, data_digest=dataset.digest, book=BOOK)
        return release(estimates, grid, plan, policy=policy, book=BOOK)


_OUTCOMES = {
    **dict.fromkeys(("unit_id", "frequency", "metric", "category", "model", "date_basis"), pl.String),
    "period": pl.Date,
    "value": pl.Int64,
    "status": pl.String,
    "n_cases": pl.Int64,
    "largest_case": pl.Int64,
    "qualifier": pl.String,
}


class Outsider:
    """Knows the plan, the policy and everything released; not the counts."""

    def __init__(self, world: World, plan: Plan, released: Released) -> None:
        self.world, self.plan, self.released = world, plan, released
        self.atoms = {atom: place for place, atom in enumerate(world.true_counts())}
        self.units = {group.id: group.units for group in plan.groups}
        self.windows = {window.id: window for item in plan.estimands for window in (item.before, item.after) if window}
        self.known = [*self._from_series(), *self._from_estimates()]

    def rule(self, metric: str):
        return self.released.policy.rule(BOOK.metric(metric).sensitivity)

    def weights(self, metric: str, category: str | None, group: str, first: date, last: date) -> np.ndarray:
        found = np.zeros(len(self.atoms))
        for (of, cut, unit, start), place in self.atoms.items():
            inside = first <= start and periods.last_day(start, self.world.frequency) <= last
            if of == metric and category in {None, cut} and unit in self.units[group] and inside:
                found[place] = 1
        return found

    def cell_weights(self, row: Mapping[str, Any]) -> np.ndarray:
        last = periods.last_day(row["period"], self.released.frequency)
        return self.weights(row["metric"], self._category(row["series"]), row["group"], row["period"], last)

    def _category(self, key: str) -> str | None:
        return next(item.category for item in self.plan.series if item.key == key)

    def _bounds(self, metric: str, shown: int) -> tuple[float, float]:
        """All whole numbers that are shown as this one."""
        rule = self.rule(metric)
        could = [count for count in range(shown + rule.base + 1) if rule.rounded(count) == shown]
        return max(min(could), rule.threshold), max(could)

    def _from_series(self):
        for row in self.released.series.filter(pl.col("count").is_not_null()).iter_rows(named=True):
            yield self.cell_weights(row), *self._bounds(row["metric"], row["count"])

    def _from_estimates(self):
        for item, found in zip(self.plan.estimands, self.released.estimates, strict=True):
            for cell in found.cells:
                window = self.windows[cell.window]
                weights = self.weights(item.series.metric, item.series.category, cell.unit, window.first, window.last)
                yield weights, *self._bounds(item.series.metric, cell.events)

    def span(self, target: np.ndarray) -> tuple[float, float]:
        """The least and the greatest value that the target can have, given all that was released."""
        matrix = np.array([weights for weights, _, _ in self.known]).reshape(-1, len(self.atoms))
        low = np.array([low for _, low, _ in self.known])
        high = np.array([high for _, _, high in self.known])
        limits = {"A_ub": np.vstack([matrix, -matrix]), "b_ub": np.concatenate([high, -low]), "bounds": (0, None)}
        ends = []
        for sign in (1, -1):
            found = linprog(sign * target, **limits)
            assert found.status in {0, 3}, "what was released contradicts itself"
            ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
        return ends[0], ends[1]

    def true(self, target: np.ndarray) -> float:
        return float(target @ np.array(list(self.world.true_counts().values())))

    def hidden(self) -> list[tuple[str, np.ndarray, int]]:
        """What must stay hidden, with its threshold: suppressed cells, and small counts left by differencing."""
        rows = self.released.series.filter(pl.col("status") == "suppressed").iter_rows(named=True)
        cells = [
            (f"{row['series']} {row['group']} {row['period']}", self.cell_weights(row), row["metric"]) for row in rows
        ]
        found = [(name, weights, self.rule(metric).threshold) for name, weights, metric in cells]
        return found + list(self._small_remainders())

    def _small_remainders(self):
        """Sets of single counts that every number, shown or hidden, holds all of or none of."""
        stretches = [
            self.weights(item.series.metric, item.series.category, group.id, first, last)
            for item in self.plan.estimands
            for group in (item.group, item.comparison)
            if group
            for first, last in [
                *((window.first, window.last) for window in (item.before, item.after) if window),
                *(
                    (row, periods.last_day(row, self.released.frequency))
                    for row in self.released.series["period"].unique()
                ),
            ]
        ]
        signatures: dict[tuple[float, ...], list[int]] = {}
        for atom, place in self.atoms.items():
            signature = (atom[0], *(float(weights[place]) for weights in stretches))
            if any(signature[1:]):
                signatures.setdefault(signature, []).append(place)
        for signature, places in signatures.items():
            weights = np.zeros(len(self.atoms))
            weights[places] = 1
            threshold = self.rule(signature[0]).threshold
            if self.true(weights) < threshold:
                yield f"{signature[0]} part {places}", weights, threshold


def assert_nothing_leaks(world: World, plan: Plan, released: Released) -> None:
    outsider = Outsider(world, plan, released)
    for name, weights, threshold in outsider.hidden():
        low, high = outsider.span(weights)
        assert low - 1e-6 <= outsider.true(weights) <= high + 1e-6, f"{name}: the truth is outside its bounds"
        assert high - low >= threshold - 1e-5, f"{name}: known to lie between {low} and {high}"


@dataclass(frozen=True)
class Kit:
    """What the tests use, without importing from a conftest."""

    World = World
    Outsider = Outsider
    assert_nothing_leaks = staticmethod(assert_nothing_leaks)
    columns = columns
    book = BOOK


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit()
