"""Folders with faults of every kind, and what a check says of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evalkit import cli

PERSON = "811218-9876"
MARKER = "hemligt"

TABLES: dict[str, list[dict[str, str]]] = {
    "units": [{"unit_id": "EX01", "unit_name": "Exempelkommunen", "unit_kind": "kommun", "source_id": "ex"}],
    "sources": [{"source_id": "ex", "source_kind": "synthetic", "publisher": "Exempelkommunen", "title": "Påhittat"}],
    "coverage": [
        {"unit_id": "EX01", "metric": "P1", "covered_from": "2024-01", "covered_to": "2024-12", "source_id": "ex"}
    ],
    "outcomes": [
        {
            "unit_id": "EX01",
            "period": f"2024-{month:02}",
            "metric": "P1",
            "date_basis": "handelse",
            "value": "3",
            "source_id": "ex",
        }
        for month in range(1, 13)
    ],
    "exposure": [
        {"unit_id": "EX01", "period": f"2024-{month:02}", "exposure": "N1", "value": "25000", "source_id": "ex"}
        for month in range(1, 13)
    ],
}


class Data:
    """A folder of CSV files that a test spoils before it is checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "underlag"
        self.out = folder / "ut"
        self.tables: dict[str, list[dict[str, str]]] = {
            name: [dict(row) for row in rows] for name, rows in TABLES.items()
        }

    def spoil(self) -> Data:
        """One fault of each sort that a cell, a row, a column and a file can have."""
        rows = self.tables["outcomes"]
        rows[0]["value"] = MARKER
        rows[1]["metric"] = f"=cmd|{MARKER}"
        rows[2]["value"] = "-"
        rows[3]["period"] = rows[4]["period"]
        self.tables["units"][0]["unit_name"] = PERSON
        self.tables["sources"][0]["telefon"] = MARKER
        return self

    def write(self) -> Path:
        self.folder.mkdir(exist_ok=True)
        for name, rows in self.tables.items():
            buffer = io.StringIO()
            writer = csv.DictWriter(buffer, list(rows[0]), delimiter=";", lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)
            (self.folder / f"{name}.csv").write_text(buffer.getvalue(), "utf-8")
        return self.folder

    def check(self, *options: object) -> Any:
        return CliRunner().invoke(cli.app, ["check", str(self.folder), *map(str, options)])


@pytest.fixture(autouse=True)
def no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def data(tmp_path: Path) -> Data:
    return Data(tmp_path)
