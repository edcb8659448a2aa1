"""Reading workbooks: every visible sheet that is named after a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from evalkit import screening
from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.sources import problems
from evalkit.sources.heading import (
    NOTHING_EXPECTED,
    Expectations,
    Expected,
    find_heading,
    passed_over,
    settle_headings,
)
from evalkit.sources.limits import MOST_TITLE_ROWS
from evalkit.sources.openbook import OpenBook, open_book
from evalkit.sources.sheetxml import SheetFacts, column_letters
from evalkit.sources.tables import Payload, RawTable, number_habits, table_named, text_table
from evalkit.sources.titles import title_problems

if TYPE_CHECKING:
    from fastexcel import ExcelSheet

# 1955 to 2119: days, and neither years nor counts that somebody could mean.
_SERIAL = r"^[2-7][0-9]{4}(?:\.0)?$"
_FIRST_OF_MONTH = r"^([0-9]{4}-[0-9]{2})-01(?: 00:00:00)?$"
# Excel counts 1900 as a leap year, so that from March 1900 day 0 is 30 December 1899.
_DAY_0, _DAY_0_OF_1904 = date(1899, 12, 30), date(1904, 1, 1)


def read_workbook(
    payload: Payload, table: str | None, log: ProblemLog, expectations: Expectations | None = None
) -> list[RawTable]:
    """The tables of an XLSX file.

    A file that is itself named after a table may have one visible sheet of any name. Sheets that
    are not read are screened all the same.
    """
    if not payload.content:
        log.add(problems.zero_bytes(payload.name))
        return []
    book = open_book(payload, log, screened=True)
    if book is None:
        return []
    sheets = book.sheets
    around = _Around(payload, log)
    shown = {sheet.name: _shown_name(sheet.name, place, payload, log) for place, sheet in enumerate(sheets, start=1)}
    chosen = _chosen(sheets, table)
    if not chosen:
        log.add(problems.no_table_sheet(payload.name))
    others = [sheet for sheet in sheets if sheet.name not in chosen]
    _screen_others(others, shown, payload, log)
    read = [sheet for sheet in sheets if sheet.name in chosen]
    told = (_unread(others), *[()] * len(read))  # once for the workbook
    roles = [
        _Role(chosen[sheet.name], shown[sheet.name], book, texts, expectations or {})
        for sheet, texts in zip(read, told, strict=False)
    ]
    return [_table(sheet, role, around) for sheet, role in zip(read, roles, strict=True)]


@dataclass(frozen=True, slots=True)
class _Around:
    """The file that a sheet is in, and where problems are told."""

    payload: Payload
    log: ProblemLog


@dataclass(frozen=True, slots=True)
class _Role:
    """What a sheet is: its table, the name that may be shown, and what is known and told about it."""

    table: str
    shown: str
    book: OpenBook
    told: tuple[Text, ...]
    expectations: Expectations

    @property
    def expected(self) -> Expected:
        return self.expectations.get(self.table, NOTHING_EXPECTED)


def _shown_name(name: str, place: int, payload: Payload, log: ProblemLog) -> str:
    if not screening.may_not_be_shown(name):
        return name
    log.add(problems.identity_in_name(payload.name, sheet=True))
    return str(place)


def _chosen(sheets: Sequence[ExcelSheet], table: str | None) -> dict[str, str]:
    visible = [sheet.name for sheet in sheets if sheet.visible == "visible"]
    named = {name: found for name in visible if (found := table_named(name))}
    if not named and table and len(visible) == 1:
        return {visible[0]: table}
    return named


def _screen_others(others: list[ExcelSheet], shown: dict[str, str], payload: Payload, log: ProblemLog) -> None:
    for sheet in others:
        cells = sheet.to_polars()
        for trace in screening.NEEDLES:
            rows = sorted({row + 1 for column in cells.iter_columns() for row in screening.trace_rows(column, trace)})
            if rows:
                log.add(problems.trace_in_unread_sheet(payload.name, shown[sheet.name], rows, trace))


def _unread(others: list[ExcelSheet]) -> tuple[Text, ...]:
    hidden = sum(sheet.visible != "visible" for sheet in others)
    told = []
    if visible := len(others) - hidden:
        told.append(
            Text(
                f"{visible} {'annat' if visible == 1 else 'andra'} blad i arbetsboken har inte lästs.",
                f"{visible} other {'sheet was' if visible == 1 else 'sheets were'} not read.",
            )
        )
    if hidden:
        told.append(
            Text(
                f"{hidden} {'dolt' if hidden == 1 else 'dolda'} blad i arbetsboken har inte lästs.",
                f"{hidden} hidden {'sheet was' if hidden == 1 else 'sheets were'} not read.",
            )
        )
    return tuple(told)


def _table(sheet: ExcelSheet, role: _Role, around: _Around) -> RawTable:
    cells = sheet.to_polars()
    found = _heading_row(cells, role, around)
    start = found or 0
    headings = settle_headings(cells.row(start) if cells.height else (), role.expected)
    facts = role.book.facts.sheets[sheet.name]
    sound = _check(role, facts, start, around) and found is not None
    if found is not None and not any(headings.names):
        around.log.add(problems.no_header(around.payload.name, role.shown))
    numbers = role.book.number_columns(sheet.name, start) if cells.height else frozenset()
    grid, dated = _with_days(cells.slice(start + 1), headings.names, role)
    grid, months = _with_months(grid, facts, _Below(start + 2, headings.names, role.expected))
    habits = number_habits(_texts(grid, numbers))
    return text_table(
        around.payload,
        table=role.table,
        sheet=role.shown,
        grid=grid,
        header=headings.names,
        first_row=start + 2,
        assumptions=(*role.told, *_hidden(facts), *passed_over(start), *headings.told, *dated, *months, *habits),
        decimal_points=numbers,
        intact=any(headings.names) and sound,
    )


def _texts(grid: pl.DataFrame, numbers: frozenset[int]) -> pl.DataFrame:
    """The columns that are not numbers already in the sheet: only in them are the signs of numbers assumed."""
    return grid.select(name for place, name in enumerate(grid.columns) if place not in numbers)


def _heading_row(cells: pl.DataFrame, role: _Role, around: _Around) -> int | None:
    top = cells.head(MOST_TITLE_ROWS + 1).rows()
    places = find_heading(top, role.expected)
    if len(places) > 1:
        around.log.add(problems.unclear_heading(around.payload.name, role.shown, [place + 1 for place in places]))
        return None
    above = [[cell for cell in row if cell] for row in top[: places[0]]]
    around.log.extend(title_problems(above, around.payload.name, role.shown))
    return places[0]


def _check(role: _Role, facts: SheetFacts, start: int, around: _Around) -> bool:
    """Whether the cells below the headings hold what they seem to hold."""
    failed = sorted(row for row in facts.failed if row > start)
    uncalculated = sorted(row for row in facts.uncalculated if row > start)
    if failed:
        around.log.add(problems.formula_errors(around.payload.name, role.shown, failed))
    if uncalculated:
        around.log.add(problems.uncalculated(around.payload.name, role.shown, uncalculated))
    percent = {column: sorted(row for row in rows if row > start + 1) for column, rows in facts.percent.items()}
    for column, rows in percent.items():
        if rows:
            around.log.add(problems.percent_cells(around.payload.name, role.shown, column, rows))
    return not (failed or uncalculated or any(percent.values()))


def _with_days(grid: pl.DataFrame, names: tuple[str, ...], role: _Role) -> tuple[pl.DataFrame, tuple[Text, ...]]:
    """Serial numbers of days, in columns of days, as the days that they stand for."""
    count, columns = 0, []
    for place, cells in enumerate(grid.iter_columns()):
        if place < len(names) and names[place] in role.expected.days:
            serial = cells.str.contains(_SERIAL).fill_null(value=False)
            count += int(serial.sum())
            columns.append(_as_days(cells, serial, from_1904=role.book.facts.from_1904))
        else:
            columns.append(cells)
    if not count:
        return grid, ()
    cells_sv, cells_en = ("cell", "cell") if count == 1 else ("celler", "cells")
    year = 1904 if role.book.facts.from_1904 else 1900
    told = Text(
        f"Serienummer har lästs som datum i {count} {cells_sv} (arbetsbokens datumsystem är {year}).",
        f"Serial numbers were read as dates in {count} {cells_en} (the date system of the workbook is {year}).",
    )
    return pl.DataFrame(columns), (told,)


@dataclass(frozen=True, slots=True)
class _Below:
    """The rows below the headings: the number of the first, the names of the columns, and what these may be."""

    first_row: int
    names: tuple[str, ...]
    expected: Expected


def _with_months(grid: pl.DataFrame, facts: SheetFacts, below: _Below) -> tuple[pl.DataFrame, tuple[Text, ...]]:
    """In columns of days, the first of a month as the month, where the cell shows no day.

    Excel makes the first of December of what is typed as ``2024-12``; a coverage to the end of the month would
    then end on its first day.
    """
    count, columns = 0, []
    for place, cells in enumerate(grid.iter_columns()):
        shown = facts.months.get(column_letters(facts.first_column + place), ())
        if shown and place < len(below.names) and below.names[place] in below.expected.days:
            rows = pl.int_range(below.first_row, below.first_row + len(cells), eager=True)
            month = cells.str.extract(_FIRST_OF_MONTH, 1).set(~rows.is_in(sorted(shown)), None)
            count += len(month) - month.null_count()
            columns.append(pl.select(pl.coalesce(month, cells).alias(cells.name)).to_series())
        else:
            columns.append(cells)
    return (pl.DataFrame(columns), (_read_as_months(count),)) if count else (grid, ())


def _read_as_months(count: int) -> Text:
    cells_sv, cells_en = (
        ("cell som visar", "cell that shows") if count == 1 else ("celler som visar", "cells that show")
    )
    return Text(
        f"{count} {cells_sv} månad utan dag har lästs som hela månaden.",
        f"{count} {cells_en} a month without its day {'was' if count == 1 else 'were'} read as the whole month.",
    )


def _hidden(facts: SheetFacts) -> tuple[Text, ...]:
    """What is told of rows and columns that a person does not see in the sheet: they are data like the others."""
    rows, columns = facts.hidden_rows, facts.hidden_columns
    told = (
        (rows, ("dold rad", "dolda rader"), ("hidden row", "hidden rows")),
        (columns, ("dold kolumn", "dolda kolumner"), ("hidden column", "hidden columns")),
    )
    return tuple(
        Text(
            f"{count} {sv[count != 1]} i bladet har lästs som de andra.",
            f"{count} {en[count != 1]} of the sheet {'was' if count == 1 else 'were'} read like the others.",
        )
        for count, sv, en in told
        if count
    )


def _as_days(cells: pl.Series, serial: pl.Series, *, from_1904: bool) -> pl.Series:
    origin = _DAY_0_OF_1904 if from_1904 else _DAY_0
    found = cells.filter(serial).unique().to_list()
    days = {text: str(origin + timedelta(days=int(float(text)))) for text in found}
    return cells.replace(days) if days else cells
