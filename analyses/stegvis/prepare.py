"""Draw the synthetic tables in ``data/``: districts of which one began alone and seven joined step by step.

Run ``python analyses/stegvis/prepare.py``; a test checks that ``data/`` is what this script makes. Nothing here is
about real places. Every district has a size of its own, shocks of its own in each quarter and one that all share; the
counts are Poisson. From its start on, the pilot has ``PILOT_EFFECT`` times as many, and each joining district
``JOIN_EFFECT``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SEED = 20230401
PILOT_EFFECT, JOIN_EFFECT = 2.0, 1.5
OWN_SPREAD, COMMON_SPREAD, SIZES = 0.12, 0.1, 0.25
PER_INHABITANT, INHABITANTS = 1.0e-3, 30_000
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


def start_of(unit: str) -> tuple[str, float]:
    """The first quarter with the way of working, and the true factor; a quarter after the last for never."""
    if unit == PILOT:
        return "2023-Q2", PILOT_EFFECT
    return JOINED.get(unit, "9999-Q1"), JOIN_EFFECT


def drawn() -> tuple[list[int], np.ndarray]:
    """Inhabitants by district, and counts by district and quarter."""
    rng = np.random.default_rng(SEED)
    inhabitants = [round(INHABITANTS * size, -2) for size in np.exp(rng.normal(0, SIZES, len(DISTRICTS))).tolist()]
    common = np.exp(rng.normal(0, COMMON_SPREAD, len(QUARTERS)))
    own = np.exp(rng.normal(0, OWN_SPREAD, (len(DISTRICTS), len(QUARTERS))))
    factors = np.array(
        [[effect if quarter >= first else 1.0 for quarter in QUARTERS] for first, effect in map(start_of, DISTRICTS)]
    )
    means = np.array(inhabitants)[:, None] * PER_INHABITANT * common * own * factors
    return [int(number) for number in inhabitants], rng.poisson(means)


def write(folder: Path, table: str, rows: Iterable[Row]) -> None:
    """Write one contract table."""
    content = list(rows)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)


def outcomes(counts: np.ndarray) -> Iterator[Row]:
    """Orders under penalty."""
    for unit, row in zip(DISTRICTS, counts.tolist(), strict=True):
        for quarter, count in zip(QUARTERS, row, strict=True):
            yield {
                "unit_id": unit,
                "period": quarter,
                "metric": "B2",
                "date_basis": "beslut",
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
    write(folder, "outcomes", outcomes(counts))
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
                "metric": "B2",
                "covered_from": "2020-01-01",
                "covered_to": "2026-06-30",
                "source_id": SOURCE,
            }
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
