"""A small sound folder of data, a small code book, and ways to spoil them."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from evalkit.contracts import Contract, Inspection, inspect, load_contracts
from evalkit.contracts.generating import sample
from evalkit.contracts.rules import later_rules
from evalkit.dataset import Dataset, load
from evalkit.errors import EvalkitError
from evalkit.metrics import MetricBook
from evalkit.sources import RawTable
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
    counts_only: bool = False
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


# Made-up tables of every sort: a drawn sample, and hand-written units of which every cell is known.

REAL_BOOK = MetricBook.load()

_UNITS = {"X1": "", "X2": "X1", "X3": "X1"}
_METRICS = ("P1", "P9", "T1", "T3", "R2", "O2")

KNOWN: Tables = {
    "sources": [
        {
            "source_id": "x",
            "source_kind": "synthetic",
            "publisher": "Syntetisk utgivare",
            "title": "Syntetiska uppgifter",
        }
    ],
    "units": [
        {"unit_id": unit, "unit_name": f"Område {unit}", "unit_kind": "stadsdel", "part_of": whole}
        for unit, whole in _UNITS.items()
    ],
    "model_periods": [
        {"unit_id": "X1", "model": "otto", "phase": "full", "valid_from": "2024-01-01", "valid_to": "2024-12-31"}
    ],
    "coverage": [
        {"unit_id": unit, "metric": metric, "covered_from": "2023-01-01", "covered_to": "2025-12-31"}
        for unit in _UNITS
        for metric in _METRICS
    ],
    "outcomes": [
        {"unit_id": "X1", "period": "2024", "metric": "P1", "date_basis": "handelse", "value": "10", "n_cases": "4"},
        {"unit_id": "X2", "period": "2024", "metric": "P1", "date_basis": "handelse", "value": "6"},
        {"unit_id": "X3", "period": "2024", "metric": "P1", "date_basis": "handelse", "value": "4"},
        {"unit_id": "X1", "period": "2024", "metric": "T1", "date_basis": "beslut", "value": "6"},
        *(
            {"unit_id": "X1", "period": "2024", "metric": "T1", "category": code, "date_basis": "beslut", "value": "2"}
            for code in ("erinran", "varning", "aterkallelse")
        ),
        {"unit_id": "X1", "period": "2024-12", "metric": "T3", "date_basis": "beslut", "value": "1"},
        {"unit_id": "X1", "period": "2025-01", "metric": "T3", "date_basis": "beslut", "status": "not_applicable"},
        {"unit_id": "X1", "period": "2024-05", "metric": "P1", "model": "otto", "date_basis": "handelse", "value": "3"},
    ],
    "exposure": [
        *(
            {"unit_id": unit, "period": "2024", "exposure": "N1", "value": value}
            for unit, value in (("X1", "1000"), ("X2", "600"), ("X3", "400"))
        ),
        {"unit_id": "X1", "period": "2024", "exposure": "N3", "value": "50"},
        {"unit_id": "X1", "period": "2024", "exposure": "N5", "value": "20"},
    ],
    "visits": [
        {"visit_id": "901", "model": "otto", "visit_date": "2024-05-02", "visit_kind": "forsta", "object_no": "7"},
        {"visit_id": "902", "visit_date": "2024-06-02", "visit_kind": "uppfoljning", "follow_up_of": "901"},
    ],
    "visit_participants": [
        {"visit_id": "901", "authority": "miljoforvaltningen", "role": "ansvarig"},
        {"visit_id": "901", "authority": "polisen", "role": "deltagande"},
    ],
    "findings": [
        {"finding_id": "901", "visit_id": "901", "metric": "F3", "category": "konstaterad", "remedied": "ja"}
        | {"remedied_date": "2024-06-01"},
        {"finding_id": "902", "visit_id": "901", "metric": "F1", "category": "misstankt", "remedied": "ej_foljt_upp"},
    ],
    "decisions": [
        {"decision_id": "901", "visit_id": "901", "chain_id": "1", "metric": "B6", "handelse_date": "2024-05-02"}
        | {"beslut_date": "2024-05-10", "delgivning_date": "2024-05-15", "lagakraft_date": "2024-06-10"}
        | {"appeal_status": "ej_overklagad", "final_outcome": "star_fast"}
        | {"amount_sek": "5000", "amount_kind": "avgift", "paid_sek": "5000"},
        {"decision_id": "902", "chain_id": "2", "metric": "B4", "category": "forbud", "beslut_date": "2024-05-10"}
        | {"appeal_status": "upphavd", "final_outcome": "upphavd", "lagakraft_date": "2024-09-10"},
    ],
    "decision_status": [
        {"decision_id": decision, "step": str(step), "status": status, "status_date": f"2024-{month:02d}-10"}
        for decision, statuses in (
            ("901", ("beslutad", "laga_kraft", "betald")),
            ("902", ("beslutad", "overklagad", "upphavd", "laga_kraft")),
        )
        for step, (status, month) in enumerate(zip(statuses, range(5, 12), strict=False), start=1)
    ],
    "permit_measures": [
        {"measure_id": "901", "metric": "T3", "ground": "brott", "is_sanction": "ja", "beslut_date": "2024-12-30"}
        | {"appeal_status": "ej_overklagad", "final_outcome": "star_fast"},
        {"measure_id": "902", "metric": "T1", "category": "aterkallelse", "ground": "konkurs", "is_sanction": "nej"}
        | {"beslut_date": "2024-05-10", "appeal_status": "okand", "final_outcome": "ej_avgjord"},
    ],
    "victim_cases": [
        {"case_id": "901", "metric": "C1b", "identified_month": "2024-05", "n_persons": "3", "n_children": "1"}
    ],
    "support_steps": [{"case_id": "901", "metric": "C5", "category": "erbjudet", "month": "2024-06", "n_persons": "2"}],
    "information_requests": [
        {"request_id": "901", "requester": "miljoforvaltningen", "responder": "socialtjansten", "within_unit": "ja"}
        | {"requested_date": "2024-05-02", "answered_date": "2024-05-20", "outcome": "besvarad"},
        {"request_id": "902", "requester": "polisen", "responder": "socialtjansten", "within_unit": "nej"}
        | {"requested_date": "2024-05-02", "outcome": "vantar"},
    ],
    "resources": [
        {"period": "2024", "metric": "R2", "category": "besok", "hours": "12,5"},
        {"period": "2024", "metric": "R1", "amount_sek": "50000", "price_year": "2024"},
    ],
    "ordinary_supervision": [{"inspection_id": "901", "visit_date": "2024-05-02", "hours": "2,5"}],
}


def _whole_row(contract: Contract, row: dict[str, str]) -> dict[str, str]:
    """The row with every column; what was not written down is the unit, the source or the column's example."""
    usual = {"unit_id": "X1", "source_id": "x", "frequency": ""}
    return {
        field.name: row.get(
            field.name,
            usual.get(field.name, field.default or (field.examples[0] if field.required else ""))
            if field.name in contract.names
            else "",
        )
        for field in contract.fields
    }


@cache
def _drawn(seed: int) -> Tables:
    return sample(load_contracts(), REAL_BOOK, rows=6, seed=seed)


def sound_tables(seed: int = 1) -> Tables:
    """A drawn sample with the known rows after it; the known rows can be found by :func:`known`."""
    contracts = load_contracts()
    tables = copy.deepcopy(_drawn(seed))
    for table, rows in KNOWN.items():
        tables[table] += [_whole_row(contracts[table], row) for row in rows]
    return tables


def known(tables: Tables, table: str, place: int = 0) -> dict[str, str]:
    """One of the known rows of a table."""
    return tables[table][len(tables[table]) - len(KNOWN[table]) + place]


def as_raw(table: str, rows: list[dict[str, str]], file: str | None = None) -> RawTable:
    """The table as it would have been read from a file."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = {f"c{place}": [row.get(name) or None for row in rows] for place, name in enumerate(columns)}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    numbers = pl.Series("row", range(2, len(rows) + 2), dtype=pl.Int64)
    return RawTable(table, file or f"{table}.csv", None, columns, frame, numbers, "")


def neighbours(table: str) -> Mapping[str, Contract]:
    """The contracts of a table, of those held against it, and of what they all refer to; the rest is not concerned."""
    contracts = load_contracts()
    uses = {name: _referred(contract) for name, contract in contracts.items()}
    for rule in later_rules(contracts):
        uses[rule.table] |= {name for name, _ in rule.needs}
    chosen = {table} | {name for name, used in uses.items() if table in used}
    while more := {name for one in chosen for name in uses[one]} - chosen:
        chosen |= more
    return {name: contract for name, contract in contracts.items() if name in chosen}


def _referred(contract: Contract) -> set[str]:
    return {field.reference.table for field in contract.fields if field.reference}


def inspected(
    tables: Tables, book: MetricBook | None = None, contracts: Mapping[str, Contract] | None = None
) -> Inspection:
    chosen = contracts or load_contracts()
    raws = [as_raw(table, rows) for table, rows in tables.items() if rows and table in chosen]
    return inspect(raws, chosen, book or REAL_BOOK)


class Made:
    """What tests may do with the made-up tables."""

    known_rows = KNOWN
    as_raw = staticmethod(as_raw)
    inspected = staticmethod(inspected)
    known = staticmethod(known)
    neighbours = staticmethod(neighbours)
    sound = staticmethod(sound_tables)


@pytest.fixture(scope="session")
def made() -> type[Made]:
    return Made
