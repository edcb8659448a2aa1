"""Templates filled in as a person would, with openpyxl."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from evalkit.contracts import Contract, Kind, load_contracts
from evalkit.templates import Reporter, tables_of, write_template
from evalkit.templates.examples import example_rows

Cell = str | int | float | date | None


def typed(contract: Contract, name: str, value: str | int | float | None) -> Cell:
    """What the spreadsheet program makes of what is typed in a cell of the column."""
    if isinstance(value, str) and contract.field(name).kind is Kind.DATE:
        return datetime.fromisoformat(value)
    return value


def fill(book: Workbook, table: str) -> None:
    """Type the example rows of a table into its sheet."""
    contract, sheet = load_contracts()[table], book[table]
    for row, cells in enumerate(example_rows(contract), start=2):
        for column, name in enumerate(contract.names, start=1):
            value = typed(contract, name, cells.get(name))
            if value is not None:
                sheet.cell(row, column).value = value


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Reporter, Path]:
    folder = tmp_path_factory.mktemp("mallar")
    return {reporter: write_template(reporter, folder) for reporter in Reporter}


@pytest.fixture
def filled(written: dict[Reporter, Path]) -> Callable[..., Workbook]:
    def make(reporter: Reporter, *, without: tuple[str, ...] = ()) -> Workbook:
        book = openpyxl.load_workbook(written[reporter])
        for table in tables_of(reporter, load_contracts()):
            if table not in without:
                fill(book, table)
        return book

    return make
