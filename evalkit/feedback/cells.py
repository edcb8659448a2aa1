"""Which cells of a workbook a problem is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.errors import Place, Problem

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HEADER_SEARCHED = 50


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell and the problem that is there; ``row`` and ``column`` count from 1, and 0 means none in particular."""

    sheet: str
    row: int
    column: int
    problem: Problem


def spots(book: Workbook, problems: Sequence[Problem], names: Sequence[str]) -> Iterator[Spot]:
    """The cells of each problem; a problem without a cell of its own has one spot outside the cells.

    Parameters
    ----------
    names
        Every column name of every table, by which the header row of a sheet is known.
    """
    headers = {sheet.title: _header(sheet, frozenset(names)) for sheet in book.worksheets}
    for problem in problems:
        sheet = _sheet(book, problem.place)
        if sheet is None:
            yield Spot("", 0, 0, problem)
        else:
            yield from _in_sheet(sheet, headers[sheet.title], problem)


def _sheet(book: Workbook, place: Place) -> Worksheet | None:
    """The sheet by its name, or by its number where the name itself may not be shown."""
    if place.sheet is None:
        return book.worksheets[0] if len(book.worksheets) == 1 else None
    by_name = {sheet.title: sheet for sheet in book.worksheets}
    if place.sheet in by_name:
        return by_name[place.sheet]
    number = int(place.sheet) if place.sheet.isdecimal() else 0
    return book.worksheets[number - 1] if 0 < number <= len(book.worksheets) else None


@dataclass(frozen=True, slots=True)
class _Header:
    row: int
    columns: dict[str, tuple[int, ...]]


def _header(sheet: Worksheet, names: frozenset[str]) -> _Header:
    """The row with the most known names among the first; the first row when there is none."""
    found = [
        (number, [str(value or "").strip() for value in values])
        for number, values in enumerate(sheet.iter_rows(max_row=_HEADER_SEARCHED, values_only=True), start=1)
    ]
    row, cells = max(found, key=lambda item: len(names.intersection(item[1])), default=(1, []))
    columns = {
        name: tuple(place for place, cell in enumerate(cells, start=1) if cell == name) for name in dict.fromkeys(cells)
    }
    return _Header(row, columns)


def _in_sheet(sheet: Worksheet, header: _Header, problem: Problem) -> Iterator[Spot]:
    place = problem.place
    columns = _columns(header, place.column)
    for row in place.rows or (header.row,):
        if columns:
            yield from (Spot(sheet.title, row, column, problem) for column in columns)
        elif place.rows and place.column is None:
            yield from (Spot(sheet.title, row, column, problem) for column in _filled(sheet, row))
        else:
            yield Spot(sheet.title, 0, 0, problem)


def _columns(header: _Header, name: str | None) -> tuple[int, ...]:
    """A column that is not there has no place; one without a name is told as ``#3``."""
    if name is None:
        return ()
    if name.startswith("#") and name[1:].isdecimal():
        return (int(name[1:]),)
    return header.columns.get(name, ())


def _filled(sheet: Worksheet, row: int) -> list[int]:
    cells = next(sheet.iter_rows(min_row=row, max_row=row, values_only=True), ())
    return [place for place, value in enumerate(cells, start=1) if value is not None] or [1]
