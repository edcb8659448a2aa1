"""Reading workbooks: every visible sheet that is named after a table."""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit import screening
from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.sources import problems
from evalkit.sources.tables import Payload, RawTable, table_named, text_table

if TYPE_CHECKING:
    from fastexcel import ExcelReader, ExcelSheet

_NUMBERS = ("int", "float")
_SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_LINK_TAG = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\bt=\"e\")[^>]*\br=\"[A-Z]+([0-9]+)\"")


def read_workbook(payload: Payload, table: str | None, log: ProblemLog) -> list[RawTable]:
    """The tables of an XLSX file.

    A file that is itself named after a table may have one visible sheet of any name. Sheets that
    are not read are screened all the same.
    """
    import fastexcel

    if not payload.content:
        log.add(problems.zero_bytes(payload.name))
        return []
    try:
        reader = fastexcel.read_excel(payload.content)
        sheets = [_load(reader, name) for name in reader.sheet_names]
        failed = _error_rows(payload.content, reader.sheet_names)
    except (fastexcel.FastExcelError, zipfile.BadZipFile, zlib.error, KeyError):
        log.add(problems.corrupt(payload.name, "XLSX"))
        return []
    shown = {sheet.name: _shown_name(sheet.name, place, payload, log) for place, sheet in enumerate(sheets, start=1)}
    chosen = _chosen(sheets, table)
    if not chosen:
        log.add(problems.no_table_sheet(payload.name))
    others = [sheet for sheet in sheets if sheet.name not in chosen]
    _screen_others(others, shown, payload, log)
    told = _unread(len(others))
    return [
        _table(reader, sheet, _Role(chosen[sheet.name], shown[sheet.name], failed[sheet.name], told), payload, log)
        for sheet in sheets
        if sheet.name in chosen
    ]


@dataclass(frozen=True, slots=True)
class _Role:
    """What a sheet is: its table, the name that may be shown, its rows with a failed formula, what to tell."""

    table: str
    shown: str
    failed: list[int]
    told: tuple[Text, ...]


def _load(reader: ExcelReader, name: str) -> ExcelSheet:
    # skip_rows=0 keeps empty rows at the top, so that row numbers are those of the sheet.
    return reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")


def _shown_name(name: str, place: int, payload: Payload, log: ProblemLog) -> str:
    if not screening.is_suspect(name):
        return name
    log.add(problems.identity_in_name(payload.name, sheet=True))
    return str(place)


def _chosen(sheets: list[ExcelSheet], table: str | None) -> dict[str, str]:
    visible = [sheet.name for sheet in sheets if sheet.visible == "visible"]
    named = {name: found for name in visible if (found := table_named(name))}
    if not named and table and len(visible) == 1:
        return {visible[0]: table}
    return named


def _screen_others(others: list[ExcelSheet], shown: dict[str, str], payload: Payload, log: ProblemLog) -> None:
    for sheet in others:
        cells = sheet.to_polars()
        rows = sorted({row + 1 for column in cells.iter_columns() for row in screening.suspect_rows(column)})
        if rows:
            log.add(problems.identity_in_unread_sheet(payload.name, shown[sheet.name], rows))


def _unread(count: int) -> tuple[Text, ...]:
    if not count:
        return ()
    return (
        Text(
            f"{count} {'annat' if count == 1 else 'andra'} blad i arbetsboken har inte lästs.",
            f"{count} other {'sheet' if count == 1 else 'sheets'} of the workbook were not read.",
        ),
    )


def _table(reader: ExcelReader, sheet: ExcelSheet, role: _Role, payload: Payload, log: ProblemLog) -> RawTable:
    cells = sheet.to_polars()
    header = cells.row(0) if cells.height else ()
    if role.failed:
        log.add(problems.formula_errors(payload.name, role.shown, role.failed))
    if not any(header):
        log.add(problems.no_header(payload.name, role.shown))
    return text_table(
        payload,
        table=role.table,
        sheet=role.shown,
        grid=cells.slice(1),
        header=tuple(header),
        assumptions=role.told,
        decimal_points=_number_columns(reader, sheet.name) if cells.height else frozenset(),
        intact=any(header) and not role.failed,
    )


def _number_columns(reader: ExcelReader, name: str) -> frozenset[int]:
    """Columns that hold nothing but numbers below the header."""
    typed = reader.load_sheet(name, header_row=0, schema_sample_rows=None)
    return frozenset(column.index for column in typed.selected_columns if column.dtype in _NUMBERS)


def _error_rows(content: bytes, sheets: list[str]) -> dict[str, list[int]]:
    """Rows with a failed formula. The spreadsheet reader gives such a cell as empty, which is another fact."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = _parts(archive)
        return {
            name: sorted({int(match[1]) for match in _ERROR_CELL.finditer(archive.read(parts[name]))})
            for name in sheets
        }


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the package that holds each sheet (ECMA-376 part 1, 18.2.19 and part 2, 9.3)."""
    links = {
        _attribute(tag, b"Id"): _attribute(tag, b"Target")
        for tag in _LINK_TAG.findall(archive.read("xl/_rels/workbook.xml.rels"))
    }
    return {
        _attribute(tag, b"name"): posixpath.join("/xl", links[_attribute(tag, rb"\w+:id")]).lstrip("/")
        for tag in _SHEET_TAG.findall(archive.read("xl/workbook.xml"))
    }


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"\s" + name + rb"=\"([^\"]*)\"", tag)
    return html.unescape(match[1].decode("utf-8")) if match else ""
