"""The synthetic world of the demonstration: its areas, what is counted in them, and what is true there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FIRST = date(2020, 1, 1)
LAST = date(2026, 6, 30)
START = date(2023, 4, 1)
SOURCE_ID = "simulering"


@dataclass(frozen=True, slots=True)
class SimulatedUnit:
    """A unit of the synthetic world."""

    unit_id: str
    name: str
    inhabitants: int
    permits: int
    model: str | None = None
    visits_per_month: float = 0.0


@dataclass(frozen=True, slots=True)
class SimulatedMetric:
    """How one metric is drawn.

    ``rate`` is per year and unit of exposure for a stock, and per unit of exposure for a flow;
    ``effect`` gives the true factor from the start on, by model.
    """

    metric: str
    category: str | None
    exposure: str
    date_basis: str
    rate: float
    dispersion: float
    effect: Mapping[str, float] = field(default_factory=dict)
    persons_per_case: float | None = None


UNITS = (
    SimulatedUnit("0180", "Stockholm", 990_000, 2_150, model="samordnad_tillsyn", visits_per_month=9.0),
    SimulatedUnit("0127", "Botkyrka", 95_500, 160, model="otto", visits_per_month=6.0),
    SimulatedUnit("9901", "Jämförelsekommun A", 113_000, 210),
    SimulatedUnit("9902", "Jämförelsekommun B", 100_000, 190),
    SimulatedUnit("9903", "Jämförelsekommun C", 101_000, 230),
    SimulatedUnit("9904", "Jämförelsekommun D", 82_000, 150),
    SimulatedUnit("9905", "Jämförelsekommun E", 74_000, 140),
    SimulatedUnit("9906", "Jämförelsekommun F", 61_000, 120),
)

METRICS = (
    SimulatedMetric("P1", None, "N1", "handelse", 0.0, 1.3),
    SimulatedMetric("F1", "konstaterad", "N9", "handelse", 0.38, 1.0, {"samordnad_tillsyn": 1.0, "otto": 1.2}),
    SimulatedMetric("B2", None, "N1", "beslut", 2.4e-4, 1.6, {"samordnad_tillsyn": 1.25, "otto": 1.5}),
    SimulatedMetric("T1", "aterkallelse", "N3", "beslut", 0.014, 1.0, {"samordnad_tillsyn": 1.2, "otto": 1.4}),
    SimulatedMetric(
        "C1g", None, "N10", "handelse", 0.09, 1.0, {"samordnad_tillsyn": 1.0, "otto": 1.0}, persons_per_case=1.8
    ),
)

YEARLY_TREND = 1.02
SEASON = (1.0, 1.05, 1.1, 1.05, 1.05, 0.95, 0.55, 0.85, 1.1, 1.15, 1.1, 0.85)
SCREENED_SHARE = 0.8
GROWTH_PER_YEAR = 1.006
# Where reporting is incomplete, so that refusals have something to refuse.
GAPS: dict[tuple[str, str], tuple[tuple[date, date], ...]] = {
    ("9906", "B2"): ((FIRST, date(2021, 10, 31)), (date(2022, 5, 1), LAST)),
    ("0127", "T1"): ((date(2021, 1, 1), LAST),),
}
STARTS_WITH_MODEL = ("P1", "F1", "C1g")
