"""Draw the synthetic tables in ``data/``: districts of which one began alone and seven joined step by step.

Run ``python analyses/stegvis/prepare.py``; a test checks that ``data/`` is what this script makes. Nothing here is
about real places. Every district has a size of its own, shocks of its own in each quarter and one that all share; the
counts are Poisson. From its start on, the pilot has ``PILOT_EFFECT`` times as many orders under penalty, and each
joining district ``JOIN_EFFECT`` times as many ordinary inspections: the new way of working takes time from them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SEED = 20230401
PILOT_EFFECT, JOIN_EFFECT = 2.0, 0.75
OWN_SPREAD, COMMON_SPREAD, SIZES = 0.12, 0.1, 0.25
INHABITANTS = 30_000
PER_INHABITANT = {"B2": 1.0e-3, "P9": 4.0e-3}
DATED_BY = {"B2": "beslut", "P9": "handelse"}
QUARTERS = [f"{year}-Q{quarter}" for year in range(2020, 2027) for quarter in (1, 2, 3, 4)][:26]
SOURCE = "simulering"
PILOT = "s01"
JOINED = {
    "s02": "2023-Q2",
    "s03": "2023-Q2",
    "s04": "2023-Q4",
    "s05": "2023-Q4",
    "s06": "2024-Q2",
    "s07": "2024-Q2",
    "s08": "2024-Q4",
}
DISTRICTS = [f"s{number:02}" for number in range(1, 31)]

Row = dict[str, str]


def factor(metric: str, unit: str, quarter: str) -> float:
    """By how much the way of working multiplies a count of a district in a quarter."""
    if metric == "B2":
        return PILOT_EFFECT if unit == PILOT and quarter >= "2023-Q2" else 1.0
    return JOIN_EFFECT if quarter >= JOINED.get(unit, "9999-Q1") else 1.0


def drawn() -> tuple[list[int], dict[str, np.ndarray]]:
    """Inhabitants by district, and by metric the counts by district and quarter."""
    rng = np.random.default_rng(SEED)
    inhabitants = [round(INHABITANTS * size, -2) for size in np.exp(rng.normal(0, SIZES, len(DISTRICTS))).tolist()]
    counts = {}
    for metric, rate in PER_INHABITANT.items():
        common = np.exp(rng.normal(0, COMMON_SPREAD, len(QUARTERS)))
        own = np.exp(rng.normal(0, OWN_SPREAD, (len(DISTRICTS), len(QUARTERS))))
        factors = np.array([[factor(metric, unit, quarter) for quarter in QUARTERS] for unit in DISTRICTS])
        counts[metric] = rng.poisson(np.array(inhabitants)[:, None] * rate * common * own * factors)
    return [int(number) for number in inhabitants], counts


def write(folder: Path, table: str, rows: Iterable[Row]) -> None:
    """Write one contract table."""
    content = list(rows)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)


def outcomes(metric: str, counts: np.ndarray) -> Iterator[Row]:
    """The counts of a metric."""
    for unit, row in zip(DISTRICTS, counts.tolist(), strict=True):
        for quarter, count in zip(QUARTERS, row, strict=True):
            yield {
                "unit_id": unit,
                "period": quarter,
                "metric": metric,
                "date_basis": DATED_BY[metric],
                "value": str(count),
                "status": "value",
                "qualifier": "exact",
                "source_id": SOURCE,
            }


def exposure(inhabitants: list[int]) -> Iterator[Row]:
    """Inhabitants, the same every year."""
    for unit, number in zip(DISTRICTS, inhabitants, strict=True):
        for year in range(2020, 2027):
            yield {
                "unit_id": unit,
                "period": str(year),
                "exposure": "N1",
                "value": str(number),
                "status": "value",
                "qualifier": "exact",
                "source_id": SOURCE,
            }


def prepare(folder: Path) -> None:
    """Write all tables."""
    inhabitants, counts = drawn()
    write(folder, "outcomes", (row for metric, table in counts.items() for row in outcomes(metric, table)))
    write(folder, "exposure", exposure(inhabitants))
    write(
        folder,
        "units",
        (
            {"unit_id": unit, "unit_name": f"Stadsdel {unit[1:]}", "unit_kind": "stadsdel", "source_id": SOURCE}
            for unit in DISTRICTS
        ),
    )
    write(
        folder,
        "coverage",
        (
            {
                "unit_id": unit,
                "metric": metric,
                "covered_from": "2020-01-01",
                "covered_to": "2026-06-30",
                "source_id": SOURCE,
            }
            for metric in PER_INHABITANT
            for unit in DISTRICTS
        ),
    )
    write(
        folder,
        "sources",
        [
            {
                "source_id": SOURCE,
                "source_kind": "synthetic",
                "publisher": "evalkit",
                "title": f"Syntetiska data, frö {SEED}",
                "url": "",
                "published": "",
            }
        ],
    )


if __name__ == "__main__":
    prepare(HERE / "data")
