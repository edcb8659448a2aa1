"""Turn the published figures in ``kalla/`` into the contract tables in ``data/``.

Run ``python analyses/manniskoexploatering/prepare.py``; a test checks that ``data/`` is what this
script makes. Two things are computed here and marked so in the data: the rest of the country is
the whole country minus Region Stockholm (``derived``), and the population of 2025 is that of the
end of 2024 (``carried_forward``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
YEARS = range(2020, 2026)
LAST_POPULATION_YEAR = 2024
COUNTRY, REGION, REST = "La", "Rn03", "LaxRn03"

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Read one source file."""
    with (HERE / "kalla" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, table: str, rows: Iterable[Row]) -> None:
    """Write one contract table."""
    content = list(rows)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)


def units() -> Iterator[Row]:
    """The region and the rest of the country."""
    yield {
        "unit_id": REGION,
        "unit_name": "Region Stockholm",
        "unit_kind": "polisregion",
        "source_id": "bra300_2020_Rn03",
    }
    yield {"unit_id": REST, "unit_name": "Övriga landet", "unit_kind": "rest", "source_id": "bra300_2020_ovriga"}


def offence_counts() -> dict[tuple[str, int], Row]:
    """Rows of Brå's table by region and year."""
    return {(row["region_code"], int(row["year"])): row for row in read("bra_handlagda_brott.csv")}


def outcomes() -> Iterator[Row]:
    """Handled offences; the rest of the country is a difference."""
    rows = offence_counts()
    for year in YEARS:
        country, region = int(rows[COUNTRY, year]["value"]), int(rows[REGION, year]["value"])
        yield outcome(REGION, year, region, "exact", f"bra300_{year}_Rn03")
        yield outcome(REST, year, country - region, "derived", f"bra300_{year}_ovriga")


def outcome(unit: str, year: int, value: int, qualifier: str, source: str) -> Row:
    """One outcome row."""
    return {
        "unit_id": unit,
        "period": str(year),
        "metric": "O1",
        "date_basis": "beslut",
        "value": str(value),
        "status": "value",
        "qualifier": qualifier,
        "source_id": source,
    }


def populations() -> dict[tuple[str, int], Row]:
    """Year-end populations by area and year."""
    return {(row["area_code"], int(row["reference_date"][:4])): row for row in read("folkmangd.csv")}


def exposure() -> Iterator[Row]:
    """Year-end population; 2025 repeats the end of 2024."""
    rows = populations()
    for year in YEARS:
        known = min(year, LAST_POPULATION_YEAR)
        county, country = rows["01", known], rows["00", known]
        carried = known != year
        county_qualifier = "derived" if county["qualifier"].startswith("derived") else "exact"
        rest = int(country["population"]) - int(county["population"])
        yield person_years(
            REGION,
            year,
            int(county["population"]),
            "carried_forward" if carried else county_qualifier,
            f"folk_{known}_01",
        )
        yield person_years(REST, year, rest, "carried_forward" if carried else "derived", f"folk_{known}_ovriga")


def person_years(unit: str, year: int, value: int, qualifier: str, source: str) -> Row:
    """One exposure row."""
    return {
        "unit_id": unit,
        "period": str(year),
        "exposure": "N1",
        "value": str(value),
        "status": "value",
        "qualifier": qualifier,
        "source_id": source,
    }


def coverage() -> Iterator[Row]:
    """Brå's table covers all handled offences of the years read."""
    for unit, source in ((REGION, "bra300_2020_Rn03"), (REST, "bra300_2020_ovriga")):
        yield {
            "unit_id": unit,
            "metric": "O1",
            "covered_from": f"{YEARS[0]}-01-01",
            "covered_to": f"{YEARS[-1]}-12-31",
            "source_id": source,
        }


def sources() -> Iterator[Row]:
    """Where each figure was published, with address and date."""
    rows = offence_counts()
    for year in YEARS:
        region, country = rows[REGION, year], rows[COUNTRY, year]
        yield source(
            f"bra300_{year}_Rn03",
            "Brå",
            f"Handlagda brott {year}, tabell 300, region Stockholm",
            region["source_url"],
            region["source_date"],
        )
        yield source(
            f"bra300_{year}_ovriga",
            "Brå",
            f"Handlagda brott {year}, tabell 300, hela landet; region Stockholm är här dragen ifrån",
            country["source_url"],
            country["source_date"],
        )
    for (area, year), row in sorted(populations().items()):
        if area == "01":
            yield source(
                f"folk_{year}_01",
                "Region Stockholm och SCB",
                f"Folkmängd i Stockholms län 31 december {year}",
                row["source_url"],
                row["source_date"],
            )
        else:
            yield source(
                f"folk_{year}_ovriga",
                "SCB",
                f"Folkmängd i riket 31 december {year}; Stockholms län är här draget ifrån",
                row["source_url"],
                row["source_date"],
            )


def source(source_id: str, publisher: str, title: str, url: str, published: str) -> Row:
    """One source row; an unstated date is left empty."""
    return {
        "source_id": source_id,
        "source_kind": "published",
        "publisher": publisher,
        "title": title,
        "url": url,
        "published": "" if published == "not stated" else published,
    }


def prepare(folder: Path) -> None:
    """Write every table into ``folder``."""
    write(folder, "units", units())
    write(folder, "outcomes", outcomes())
    write(folder, "exposure", exposure())
    write(folder, "coverage", coverage())
    write(folder, "sources", sources())


if __name__ == "__main__":
    prepare(HERE / "data")
