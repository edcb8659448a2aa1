"""Small worlds written as tables: what the tests of plan, panel, designs and wording share."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evalkit import periods
from evalkit.dataset import Dataset
from evalkit.metrics import MetricBook
from evalkit.plan import Plan

Row = dict[str, str | None]

SCHEMAS: dict[str, dict[str, Any]] = {
    "units": dict.fromkeys(("unit_id", "unit_name", "unit_kind", "source_id", "part_of"), pl.String),
    "model_periods": {
        "unit_id": pl.String,
        "model": pl.String,
        "phase": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "source_id": pl.String,
    },
    "outcomes": {
        "unit_id": pl.String,
        "period": pl.Date,
        "frequency": pl.String,
        "metric": pl.String,
        "category": pl.String,
        "model": pl.String,
        "date_basis": pl.String,
        "value": pl.Int64,
        "n_cases": pl.Int64,
        "largest_case": pl.Int64,
        "status": pl.String,
        "qualifier": pl.String,
        "source_id": pl.String,
    },
    "exposure": {
        "unit_id": pl.String,
        "period": pl.Date,
        "frequency": pl.String,
        "exposure": pl.String,
        "value": pl.Float64,
        "status": pl.String,
        "qualifier": pl.String,
        "source_id": pl.String,
    },
    "coverage": {
        "unit_id": pl.String,
        "metric": pl.String,
        "covered_from": pl.Date,
        "covered_to": pl.Date,
        "source_id": pl.String,
    },
    "sources": {
        "source_id": pl.String,
        "source_kind": pl.String,
        "publisher": pl.String,
        "title": pl.String,
        "url": pl.String,
        "published": pl.Date,
    },
}
DEFAULTS = {
    "status": "value",
    "qualifier": "exact",
    "source_id": "src",
    "phase": "full",
    "date_basis": "handelse",
    "exposure": "N1",
    "unit_kind": "kommun",
}
NAMES = {"0127": "Botkyrka", "0180": "Stockholm"}


def rows_of(table: str) -> list[Row]:
    """The rows of a table drawn with ``|``; an empty cell is ``None``."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    head, *body = lines
    return [dict(zip(head, (cell or None for cell in line), strict=True)) for line in body]


def normal(table: str) -> list[list[str]]:
    """A drawn table as cells, so that two drawings can be compared whatever their widths."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def drawn(frame: pl.DataFrame, *columns: str) -> list[list[str]]:
    """Columns of a frame as :func:`normal` cells, dates as the month they begin, empty for null."""
    return [list(columns), *([_cell(value) for value in row] for row in frame.select(columns).iter_rows())]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _frame(table: str, rows: Iterable[Row]) -> pl.DataFrame:
    schema = SCHEMAS[table]
    made = [_typed(table, {**{k: v for k, v in DEFAULTS.items() if k in schema}, **row}) for row in rows]
    return pl.DataFrame(made, schema=schema, orient="row")


def _typed(table: str, row: Row) -> dict[str, object]:
    found: dict[str, object] = {name: row.get(name) for name in SCHEMAS[table]}
    if "period" in found:
        start, frequency = periods.parse(str(row["period"]))
        found |= {"period": start, "frequency": frequency.value}
    for name, kind in SCHEMAS[table].items():
        value = found[name]
        if kind == pl.Date and isinstance(value, str):
            found[name] = date.fromisoformat(value)
        if kind in (pl.Int64, pl.Float64) and isinstance(value, str):
            found[name] = int(value) if kind == pl.Int64 else float(value)
    return found


def make_dataset(
    outcomes: str = "",
    exposure: str = "",
    coverage: str = "",
    model_periods: str = "",
    *,
    units: tuple[str, ...] = (),
    source_kind: str = "register",
) -> Dataset:
    """A dataset from drawn tables; units are those that occur in them unless they are given."""
    given = {"outcomes": outcomes, "exposure": exposure, "coverage": coverage, "model_periods": model_periods}
    rows = {name: rows_of(text) if text else [] for name, text in given.items()}
    found = dict.fromkeys(units or (str(row["unit_id"]) for part in rows.values() for row in part))
    frames = {name: _frame(name, part) for name, part in rows.items()}
    return Dataset(
        units=_frame("units", [{"unit_id": unit, "unit_name": NAMES.get(unit, f"Område {unit}")} for unit in found]),
        sources=_frame("sources", [{"source_id": "src", "source_kind": source_kind, "publisher": "p", "title": "t"}]),
        files=(),
        digest="0" * 64,
        synthetic=source_kind == "synthetic",
        **frames,
    )


@pytest.fixture(scope="session")
def from_tables() -> Callable[..., Dataset]:
    return make_dataset


@pytest.fixture(scope="session")
def as_drawn() -> Callable[..., list[list[str]]]:
    return drawn


@pytest.fixture(scope="session")
def table() -> Callable[[str], list[list[str]]]:
    return normal


@pytest.fixture(scope="session")
def metric_book() -> MetricBook:
    return MetricBook.load()


def _words(text: str) -> dict[str, str]:
    return {"sv": text, "en": f"{text} (en)"}


def _window(id_: str, first: str, last: str) -> dict[str, object]:
    return {"id": id_, "name": _words(id_), "first": first, "last": last}


SMALL_PLAN: dict[str, Any] = {
    "plan_version": 1,
    "slug": "liten",
    "title": _words("Titel"),
    "subtitle": _words("Underrubrik"),
    "question": _words("Vad hände?"),
    "commissioner": _words("Nämnden"),
    "written": "2026-01-31",
    "data": {"kind": "files"},
    "frequency": "year",
    "window": _window("hela", "2022", "2025"),
    "groups": [
        {"id": "botkyrka", "name": _words("Botkyrka"), "units": ["0127"], "model": "otto"},
        {"id": "stockholm", "name": _words("Stockholm"), "units": ["0180"], "model": "samordnad_tillsyn"},
    ],
    "windows": [_window("fore", "2022", "2023"), _window("efter", "2024", "2025")],
    "estimands": [
        {
            "id": "E1",
            "question": _words("Ökade antalet mer i Botkyrka?"),
            "metric": "P1",
            "exposure": "N1",
            "date_basis": "handelse",
            "design": "D3",
            "role": "primary",
            "group": "botkyrka",
            "comparison": "stockholm",
            "before": "fore",
            "after": "efter",
        }
    ],
    "cannot_say": [_words("Vad det beror på.")],
}


@pytest.fixture
def plan_content() -> dict[str, Any]:
    """The content of a small valid plan, to be changed by the test."""
    return copy.deepcopy(SMALL_PLAN)


@pytest.fixture
def plan_of(plan_content: dict[str, Any]) -> Callable[..., Plan]:
    """A plan with one estimand: the small plan with some of the estimand's parts changed.

    ``None`` takes a part out. ``frequency``, ``fore`` and ``efter`` (pairs of periods) change the time.
    """

    def make(
        *,
        frequency: str = "year",
        fore: tuple[str, str] | None = None,
        efter: tuple[str, str] | None = None,
        **parts: Any,
    ) -> Plan:
        content = copy.deepcopy(plan_content)
        content["frequency"] = frequency
        for entry, given in zip(content["windows"], (fore, efter), strict=True):
            if given:
                entry["first"], entry["last"] = given
        content["window"]["first"] = min(entry["first"] for entry in content["windows"])
        content["window"]["last"] = max(entry["last"] for entry in content["windows"])
        (entry,) = content["estimands"]
        entry.update(parts)
        content["estimands"] = [{key: value for key, value in entry.items() if value is not None}]
        return Plan.from_mapping(content, folder=Path("liten"))

    return make
