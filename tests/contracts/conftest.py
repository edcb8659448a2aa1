"""A small sound folder of data, a small code book, and ways to spoil them."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from evalkit.dataset import Dataset, load
from evalkit.errors import EvalkitError
from evalkit.vocabulary import AuthorityLevel, DateBasis, MetricFamily

Tables = dict[str, list[dict[str, str]]]

SOUND: Tables = {
    "units": [
        {"unit_id": "0127", "unit_name": "Botkyrka", "unit_kind": "kommun", "source_id": "reg_b"},
        {"unit_id": "0180", "unit_name": "Stockholm", "unit_kind": "kommun", "source_id": "reg_s"},
    ],
    "sources": [
        {"source_id": "reg_b", "source_kind": "register", "publisher": "Botkyrka kommun", "title": "Uttag 2025"},
        {"source_id": "reg_s", "source_kind": "register", "publisher": "Stockholms stad", "title": "Uttag 2025"},
    ],
    "model_periods": [
        {
            "unit_id": "0127",
            "model": "otto",
            "phase": "full",
            "valid_from": "2023-03-24",
            "valid_to": "",
            "source_id": "reg_b",
        },
        {
            "unit_id": "0180",
            "model": "samordnad_tillsyn",
            "phase": "ramp",
            "valid_from": "2023-04-01",
            "valid_to": "2024-12-31",
            "source_id": "reg_s",
        },
    ],
    "coverage": [
        {"unit_id": unit, "metric": metric, "covered_from": "2022", "covered_to": "2025", "source_id": source}
        for unit, source in (("0127", "reg_b"), ("0180", "reg_s"))
        for metric in ("P1", "T1", "T3")
    ],
    "outcomes": [
        {
            "unit_id": "0127",
            "period": "2024-01",
            "metric": "P1",
            "category": "",
            "model": "otto",
            "date_basis": "handelse",
            "value": "9",
            "n_cases": "",
            "status": "value",
            "source_id": "reg_b",
        },
        {
            "unit_id": "0127",
            "period": "2024-02",
            "metric": "P1",
            "category": "",
            "model": "otto",
            "date_basis": "handelse",
            "value": "7",
            "n_cases": "5",
            "status": "",
            "source_id": "reg_b",
        },
        {
            "unit_id": "0180",
            "period": "2024",
            "metric": "T1",
            "category": "varning",
            "model": "",
            "date_basis": "beslut",
            "value": "",
            "n_cases": "",
            "status": "suppressed",
            "source_id": "reg_s",
        },
    ],
    "exposure": [
        {"unit_id": "0127", "period": "2024", "exposure": "N1", "value": "95746", "source_id": "reg_b"},
        {"unit_id": "0180", "period": "2024", "exposure": "N1", "value": "995600,5", "source_id": "reg_s"},
    ],
}


@dataclass(frozen=True)
class FakeMetric:
    code: str
    category_codes: tuple[str, ...]
    date_bases: tuple[DateBasis, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    family: MetricFamily = MetricFamily.PROCESS
    measure: str = "count"
    categories_overlap: bool = False
    default_exposure: str = "N1"


@dataclass(frozen=True)
class FakeAuthority:
    code: str
    level: AuthorityLevel


@dataclass(frozen=True)
class FakeBook:
    metrics: tuple[FakeMetric, ...]
    exposure_codes: tuple[str, ...] = ("N1", "N9")
    authorities: tuple[FakeAuthority, ...] = (
        FakeAuthority("miljoforvaltningen", AuthorityLevel.KOMMUNAL),
        FakeAuthority("polisen", AuthorityLevel.STATLIG),
    )

    @property
    def metric_codes(self) -> tuple[str, ...]:
        return tuple(metric.code for metric in self.metrics)

    @property
    def authority_codes(self) -> tuple[str, ...]:
        return tuple(authority.code for authority in self.authorities)

    def authority(self, code: str) -> FakeAuthority | None:
        return next((authority for authority in self.authorities if authority.code == code), None)

    def metric(self, code: str) -> FakeMetric | None:
        return next((metric for metric in self.metrics if metric.code == code), None)


BOOK = FakeBook(
    (
        FakeMetric("P1", (), (DateBasis.HANDELSE,)),
        FakeMetric("T1", ("erinran", "varning"), (DateBasis.BESLUT, DateBasis.LAGAKRAFT)),
        FakeMetric("T3", (), (DateBasis.BESLUT,), valid_to=date(2024, 12, 31)),
    )
)


def as_csv(rows: list[dict[str, str]], separator: str = ";") -> str:
    buffer = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(buffer, names, delimiter=separator, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


class Folder:
    """A folder of data files that tests change before it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tables = copy.deepcopy(SOUND)
        self.files: dict[str, bytes] = {}
        self.book = BOOK

    def row(self, table: str, place: int = 0) -> dict[str, str]:
        return self.tables[table][place]

    def add(self, table: str, **cells: str) -> None:
        """A copy of the first row with some cells changed."""
        self.tables[table].append({**self.tables[table][0], **cells})

    def write(self) -> Path:
        for table, rows in self.tables.items():
            if rows:
                (self.path / f"{table}.csv").write_text(as_csv(rows), encoding="utf-8")
        for name, content in self.files.items():
            (self.path / name).write_bytes(content)
        return self.path

    def load(self) -> Dataset:
        return load(self.write(), book=self.book)

    def fail(self) -> EvalkitError:
        with pytest.raises(EvalkitError) as caught:
            self.load()
        return caught.value

    def codes(self) -> list[tuple[str, str, str | None, tuple[int, ...]]]:
        """Code, file, column and rows of every problem."""
        return [(p.code, p.place.file, p.place.column, p.place.rows) for p in self.fail().problems]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Folder]:
    """A new folder each time, for tests that draw many examples."""
    return lambda: Folder(tmp_path_factory.mktemp("data"))
