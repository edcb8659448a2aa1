"""Synthetic data with known true effects: the demonstration, and a test bed for designs.

Nothing here is about the real municipalities: the numbers are drawn, and every row cites a source
of kind ``synthetic``, so every page made from them is marked. The two areas carry the real codes
0180 and 0127 because the demonstration shows the report that real files would give; the comparison
municipalities are fictitious.

How a count is drawn: for unit *i*, month *t* and metric *m*

    y ~ NegBin(mean μ, variance φ·μ),   μ = base rate × exposure × season(t) × trend(t) × effect(i, t)

where effect is 1 before the start and the true factor from the start on, and φ is the dispersion of
the metric. The negative binomial with variance proportional to its mean is "NB1" (Cameron & Trivedi
2013, Regression Analysis of Count Data, §3.3). A finding is drawn for each visit by itself, with the probability
base rate × effect(i, t): a visit has one or has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from evalkit import neutral, periods
from evalkit.errors import EstimationError, Place, Problem
from evalkit.language import Text
from evalkit.simulated_world import (
    FIRST,
    GAPS,
    GROWTH_PER_YEAR,
    LAST,
    METRICS,
    SCREENED_SHARE,
    SEASON,
    SOURCE_ID,
    START,
    STARTS_WITH_MODEL,
    UNITS,
    YEARLY_TREND,
    SimulatedMetric,
    SimulatedUnit,
)
from evalkit.vocabulary import COMPARES_EFFECTS, Frequency

if TYPE_CHECKING:
    from evalkit.dataset import Dataset
    from evalkit.estimands import Estimand, Group, Series


@dataclass(frozen=True, slots=True)
class _World:
    """What is drawn before the outcomes: the months, the visits and the visits with screening."""

    months: tuple[date, ...]
    visits: Mapping[str, np.ndarray]
    screened: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True, repr=False)
class Simulation:
    """A synthetic data set as contract tables, with the truth beside it.

    Attributes
    ----------
    tables
        One frame of text cells for each table of the shared contracts, ready to be written.
    truth
        Columns ``unit_id, metric, category, effect``: the true factor from the start on.
    """

    tables: Mapping[str, pl.DataFrame]
    truth: pl.DataFrame
    seed: int

    def write(self, folder: Path) -> Path:
        """Write the tables as CSV files that ``evalkit check`` accepts; returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for table, frame in self.tables.items():
            neutral.write_csv(frame, folder / f"{table}.csv")
        return folder

    def load(self) -> Dataset:
        """The same data through files and contracts, as any other data set."""
        import tempfile

        from evalkit.dataset import load

        with tempfile.TemporaryDirectory() as folder:
            return load(self.write(Path(folder)))

    def true_value(self, estimand: Estimand) -> float | None:
        """What an estimand is in the synthetic world, or ``None`` where it has no single true value.

        Under D2c, D3 and D4 it is the factor of one side over that of the other, when the whole time before lies
        before the start and the whole time after lies after it, and the count is divided by what it was
        drawn from. D5 has it too when every area of the plan joined at the start, as they did here. A level (D1)
        and a change over time (D2) also hold season and trend, so they have no single true value here.
        """
        if estimand.design not in COMPARES_EFFECTS or estimand.comparison is None or estimand.before is None:
            return None
        if estimand.before.last >= START or estimand.after.first < START:
            return None
        if any(joined != START for _, joined in estimand.joined):
            return None
        if not any(_draws(metric, estimand.series) for metric in METRICS):
            return None
        own = self._effect(estimand.group, estimand.series.metric)
        other = self._effect(estimand.comparison, estimand.series.metric)
        return None if own is None or other is None else own / other

    def _effect(self, group: Group, metric: str) -> float | None:
        found = self.truth.filter((pl.col("metric") == metric) & pl.col("unit_id").is_in(list(group.units)))
        factors = found["effect"].unique().to_list()
        whole = found.height == len(group.units) and len(factors) == 1
        return float(factors[0]) if whole else None

    def __repr__(self) -> str:
        rows = ", ".join(f"{table} {frame.height}" for table, frame in self.tables.items())
        return f"Simulation: seed {self.seed}, {rows} — SYNTHETIC"


def _draws(metric: SimulatedMetric, series: Series) -> bool:
    """Whether the series is just what was drawn: the same events over the same exposure, by the same date."""
    return (metric.metric, metric.exposure, metric.date_basis) == (
        series.metric,
        series.exposure,
        series.date_basis.value,
    ) and series.category in {None, metric.category}


def simulate(*, seed: int) -> Simulation:
    """Draw the synthetic data set of the demonstration.

    Both models from April 2023, six fictitious comparison municipalities, months 2020-01 to 2026-06:
    visits, findings, orders under penalty, revoked serving permits, possible victims, exposures,
    coverage and gaps. The same seed gives the same bytes.

    Parameters
    ----------
    seed
        A whole number from 0 up.

    Raises
    ------
    EstimationError
        When the seed is not a whole number from 0 up.

    Examples
    --------
    >>> import evalkit as ek
    >>> made = ek.simulate(seed=7)
    >>> made.truth.filter(unit_id="0127", metric="B2")["effect"].item()
    1.5
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise EstimationError(_bad_seed())
    random = np.random.default_rng(seed)
    months = periods.between(FIRST, LAST, Frequency.MONTH)
    visits = {unit.unit_id: _visits(unit, months, random) for unit in UNITS}
    screened = {unit: random.binomial(made, SCREENED_SHARE) for unit, made in visits.items()}
    world = _World(tuple(months), visits, screened)
    outcomes = [row for unit in UNITS for row in _outcome_rows(unit, world, random)]
    return Simulation(
        tables={
            "units": _units(),
            "sources": _sources(seed),
            "model_periods": _model_periods(),
            "outcomes": _frame(outcomes),
            "exposure": _frame(list(_exposure_rows(world))),
            "coverage": _frame(list(_coverage_rows())),
        },
        truth=_truth(),
        seed=seed,
    )


def _bad_seed() -> Problem:
    return Problem(
        code="simulate_seed",
        what=Text("Fröet är inte ett heltal från 0 och uppåt.", "The seed is not a whole number from 0 up."),
        place=Place(file="simulate", key="seed"),
        accepted=Text("0, 1, 2, …", "0, 1, 2, …"),
        next_step=Text("Välj ett heltal.", "Choose a whole number."),
    )


def _frame(rows: list[dict[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows)


def _visits(unit: SimulatedUnit, months: list[date], random: np.random.Generator) -> np.ndarray:
    means = np.array([unit.visits_per_month * _season(month) if month >= START else 0.0 for month in months])
    return _negative_binomial(means, 1.3, random)


def _negative_binomial(means: np.ndarray, dispersion: float, random: np.random.Generator) -> np.ndarray:
    """NB1 draws with variance ``dispersion`` × mean; Poisson when the dispersion is 1."""
    draws = np.zeros(len(means), dtype=np.int64)
    positive = means > 0
    if dispersion <= 1:
        draws[positive] = random.poisson(means[positive])
        return draws
    shape = means[positive] / (dispersion - 1)
    draws[positive] = random.poisson(random.gamma(shape, dispersion - 1))
    return draws


def _season(month: date) -> float:
    return SEASON[month.month - 1]


def _trend(month: date) -> float:
    return math.pow(YEARLY_TREND, (month - FIRST).days / 365.25)


def _effect(metric: SimulatedMetric, unit: SimulatedUnit, month: date) -> float:
    if unit.model is None or month < START:
        return 1.0
    return metric.effect.get(unit.model, 1.0)


def _outcome_rows(unit: SimulatedUnit, world: _World, random: np.random.Generator) -> Iterator[dict[str, str]]:
    for metric in METRICS:
        counts, cases = _draw(metric, unit, world, random)
        largest = _largest(counts, cases, random.spawn(1)[0])
        for month, made in zip(world.months, map(_Made, counts.tolist(), cases, largest), strict=True):
            if made.count > 0 and _is_covered(unit, metric.metric, month):
                yield _outcome(unit, metric, month, made)


def _largest(counts: np.ndarray, cases: list[int | None], random: np.random.Generator) -> list[int | None]:
    """Persons in the largest case of each month: every case has one, and the rest fall on the cases at random."""
    return [
        None
        if number is None
        else 1 + int(random.multinomial(count - number, [1 / number] * number).max())
        if number
        else 0
        for count, number in zip(counts, cases, strict=True)
    ]


def _draw(
    metric: SimulatedMetric, unit: SimulatedUnit, world: _World, random: np.random.Generator
) -> tuple[np.ndarray, list[int | None]]:
    months = world.months
    if metric.metric == "P1":
        return world.visits[unit.unit_id], [None] * len(months)
    factor = np.array([_effect(metric, unit, month) for month in months])
    if metric.metric == "F1":
        return random.binomial(world.visits[unit.unit_id], metric.rate * factor), [None] * len(months)
    if metric.exposure in {"N9", "N10"}:
        base = (world.visits if metric.exposure == "N9" else world.screened)[unit.unit_id] * metric.rate
    else:
        stock = unit.inhabitants if metric.exposure == "N1" else unit.permits
        base = np.array([stock * metric.rate / 12 * _season(month) * _trend(month) for month in months])
    if metric.persons_per_case is None:
        return _negative_binomial(base * factor, metric.dispersion, random), [None] * len(months)
    cases = random.poisson(base * factor / metric.persons_per_case)
    extra = random.poisson((metric.persons_per_case - 1) * cases)
    return cases + extra, [int(number) for number in cases]


@dataclass(frozen=True, slots=True)
class _Made:
    """The events of a unit and a month; where they are persons, in how many cases and how many in the largest."""

    count: int
    n_cases: int | None
    largest_case: int | None


def _outcome(unit: SimulatedUnit, metric: SimulatedMetric, month: date, made: _Made) -> dict[str, str]:
    return {
        "unit_id": unit.unit_id,
        "period": periods.code(month, Frequency.MONTH),
        "metric": metric.metric,
        "category": metric.category or "",
        "model": unit.model or "" if metric.metric in STARTS_WITH_MODEL else "",
        "date_basis": metric.date_basis,
        "value": str(made.count),
        "n_cases": _or_empty(made.n_cases),
        "largest_case": _or_empty(made.largest_case),
        "status": "value",
        "qualifier": "exact",
        "source_id": SOURCE_ID,
    }


def _or_empty(number: int | None) -> str:
    return "" if number is None else str(number)


def _coverage(unit: SimulatedUnit, metric: str) -> tuple[tuple[date, date], ...]:
    if metric in STARTS_WITH_MODEL:
        return ((START, LAST),) if unit.model else ()
    return GAPS.get((unit.unit_id, metric), ((FIRST, LAST),))


def _is_covered(unit: SimulatedUnit, metric: str, month: date) -> bool:
    return any(first <= month <= last for first, last in _coverage(unit, metric))


def _coverage_rows() -> Iterator[dict[str, str]]:
    for unit in UNITS:
        for metric in METRICS:
            for first, last in _coverage(unit, metric.metric):
                yield {
                    "unit_id": unit.unit_id,
                    "metric": metric.metric,
                    "covered_from": first.isoformat(),
                    "covered_to": last.isoformat(),
                    "source_id": SOURCE_ID,
                }


def _exposure_rows(world: _World) -> Iterator[dict[str, str]]:
    for unit in UNITS:
        for year in range(FIRST.year, LAST.year + 1):
            growth = math.pow(GROWTH_PER_YEAR, year - FIRST.year)
            yield _exposure(unit, str(year), "N1", round(unit.inhabitants * growth))
            yield _exposure(unit, str(year), "N3", unit.permits)
        if unit.model is None:
            continue
        for month, made, asked in zip(
            world.months, world.visits[unit.unit_id], world.screened[unit.unit_id], strict=True
        ):
            if month >= START:
                period = periods.code(month, Frequency.MONTH)
                yield _exposure(unit, period, "N9", int(made))
                yield _exposure(unit, period, "N10", int(asked))


def _exposure(unit: SimulatedUnit, period: str, code: str, value: int) -> dict[str, str]:
    return {
        "unit_id": unit.unit_id,
        "period": period,
        "exposure": code,
        "value": str(value),
        "status": "value",
        "qualifier": "exact",
        "source_id": SOURCE_ID,
    }


def _units() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"unit_id": unit.unit_id, "unit_name": unit.name, "unit_kind": "kommun", "source_id": SOURCE_ID}
            for unit in UNITS
        ]
    )


def _model_periods() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "unit_id": unit.unit_id,
                "model": unit.model,
                "phase": "full",
                "valid_from": START.isoformat(),
                "valid_to": "",
                "source_id": SOURCE_ID,
            }
            for unit in UNITS
            if unit.model
        ]
    )


def _sources(seed: int) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "source_id": SOURCE_ID,
                "source_kind": "synthetic",
                "publisher": "evalkit",
                "title": f"Syntetiska data, frö {seed}",
                "url": "",
                "published": "",
            }
        ]
    )


def _truth() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "unit_id": unit.unit_id,
                "metric": metric.metric,
                "category": metric.category,
                "effect": metric.effect.get(unit.model or "", 1.0),
            }
            for unit in UNITS
            for metric in METRICS
            if metric.effect
        ],
        schema={"unit_id": pl.String, "metric": pl.String, "category": pl.String, "effect": pl.Float64},
    )
