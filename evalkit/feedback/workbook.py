"""Feedback as the user's own workbook: faulty cells marked, and a list with links to them.

The copy holds the user's own data and goes back to the same person; no value is repeated in a comment or in
the list. A formula is replaced by its value, as it was read; text that looks like a formula stays text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from evalkit.errors import Problem, Severity
from evalkit.feedback.cells import Spot, spots
from evalkit.language import Language, Text, in_language
from evalkit.neutral import is_formula_like, neutral
from evalkit.sources import RawTable

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LIST_SHEET = Text("Att rätta", "To mend")
_AUTHOR = "evalkit"
_FILL, _EDGE, _HEAD = "FFFBE3CF", "FF8F3D06", "FF0B5563"
_MOST_LISTED, _MOST_COMMENTED = 20_000, 5_000
_COMMENT_WIDTH, _COMMENT_LINE, _LINE_LETTERS = 380, 20, 52
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_HEADS = (
    (Text("Nr", "No."), 6),
    (Text("Blad", "Sheet"), 18),
    (Text("Cell", "Cell"), 10),
    (Text("Kolumn", "Column"), 20),
    (Text("Rad", "Row"), 8),
    (Text("Vad som är fel", "What is wrong"), 48),
    (Text("Godtas", "Accepted"), 48),
    (Text("Gör så här", "What to do"), 48),
    (Text("Slag", "Kind"), 14),
)
_KINDS = {Severity.ERROR: Text("fel", "error"), Severity.WARNING: Text("anmärkning", "remark")}


def marked_workbook(
    content: bytes | None,
    raws: Sequence[RawTable],
    problems: Sequence[Problem],
    names: Sequence[str],
    language: Language,
) -> bytes:
    """The marked copy of one file.

    Parameters
    ----------
    content
        The bytes of an XLSX file; ``None`` for another format, whose tables are then written as text cells.
    raws
        What was read from the file.
    names
        Every column name that a contract knows.
    """
    book = _opened(content) if content is not None else _made(raws)
    found = list(spots(book, problems, names))
    _mark(book, found, language)
    _list(book, found, language)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _opened(content: bytes) -> Workbook:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    for title in (LIST_SHEET.sv, LIST_SHEET.en):
        if title in book.sheetnames and len(book.sheetnames) > 1:
            del book[title]
    for sheet in book.worksheets:
        for cell in _cells(sheet):
            _make_harmless(cell)
    return book


def _cells(sheet: Worksheet) -> Iterator[Cell]:
    from openpyxl.cell import Cell

    for row in sheet.iter_rows():
        yield from (cell for cell in row if isinstance(cell, Cell))


def _make_harmless(cell: Cell) -> None:
    """Take away what an earlier check marked, links to the outside, and what could start as a formula."""
    from openpyxl.styles import Border, PatternFill

    if cell.comment is not None and cell.comment.author == _AUTHOR:
        cell.comment, cell.fill, cell.border = None, PatternFill(), Border()
    if cell.hyperlink is not None:
        cell.hyperlink.id = cell.hyperlink.target = None
        cell.hyperlink.location = cell.coordinate
    if isinstance(cell.value, str) and is_formula_like(cell.value):
        cell.data_type, cell.quotePrefix = "s", True


def _made(raws: Sequence[RawTable]) -> Workbook:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for raw in raws:
        sheet = book.create_sheet(raw.table)
        for place, name in enumerate(raw.columns, start=1):
            _write_text(sheet, 1, place, name)
        for row, cells in zip(raw.rows, raw.frame.iter_rows(), strict=True):
            for place, cell in enumerate(cells, start=1):
                _write_text(sheet, row, place, cell)
        sheet.freeze_panes = "A2"
        _widen(sheet, [(name, max(12, len(name) + 4)) for name in raw.columns])
    return book


def _write_text(sheet: Worksheet, row: int, column: int, text: str | None) -> None:
    """A text cell, whatever it looks like, so that the program reinterprets nothing."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if text is None:
        return
    cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", is_formula_like(text)


def _mark(book: Workbook, found: Sequence[Spot], language: Language) -> None:
    from openpyxl.cell import Cell
    from openpyxl.styles import Border, PatternFill, Side

    by_cell: dict[tuple[str, int, int], list[Spot]] = {}
    for spot in found:
        if spot.row and spot.column:
            by_cell.setdefault((spot.sheet, spot.row, spot.column), []).append(spot)
    fill, side = PatternFill("solid", fgColor=_FILL), Side(style="medium", color=_EDGE)
    border = Border(left=side, right=side, top=side, bottom=side)
    for place, ((title, row, column), here) in enumerate(by_cell.items()):
        cell = book[title].cell(row, column)
        if isinstance(cell, Cell):
            cell.fill, cell.border = fill, border
            if place < _MOST_COMMENTED:
                _comment(cell, here, language)


def _comment(cell: Cell, here: Iterable[Spot], language: Language) -> None:
    from openpyxl.comments import Comment

    own = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
    told = own + "\n\n".join(_told(spot, language) for spot in here)
    lines = sum(1 + len(line) // _LINE_LETTERS for line in told.split("\n"))
    cell.comment = Comment(told, _AUTHOR, width=_COMMENT_WIDTH, height=_COMMENT_LINE * (lines + 1))


def _told(spot: Spot, language: Language) -> str:
    problem = spot.problem
    accepted, step = Text("Godtas", "Accepted"), Text("Gör så här", "What to do")
    return "\n".join(
        (
            problem.what.in_language(language),
            f"{accepted.in_language(language)}: {problem.accepted.in_language(language)}",
            f"{step.in_language(language)}: {problem.next_step.in_language(language)}",
        )
    )


def _list(book: Workbook, found: Sequence[Spot], language: Language) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(LIST_SHEET.in_language(language), 0)
    _about(sheet, len(found), language)
    for place, (head, _) in enumerate(_HEADS, start=1):
        cell = sheet.cell(_LIST_TOP, place, head.in_language(language))
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor=_HEAD)
    for number, spot in enumerate(found[:_MOST_LISTED], start=1):
        _line(sheet, number, spot, language)
    for row in sheet.iter_rows(min_row=_LIST_TOP + 1):
        for cell in row:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    _widen(sheet, [(head.sv, width) for head, width in _HEADS])
    sheet.freeze_panes = f"A{_LIST_TOP + 1}"
    sheet.auto_filter.ref = f"A{_LIST_TOP}:I{_LIST_TOP + min(len(found), _MOST_LISTED)}"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


_LIST_TOP = 4


def _about(sheet: Worksheet, count: int, language: Language) -> None:
    from openpyxl.styles import Font

    sheet["A1"] = LIST_SHEET.in_language(language)
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A2"] = in_language(
        language,
        "Rätta de markerade cellerna, spara och kontrollera igen. Det här bladet läses inte. "
        "Fanns det formler har de ersatts av sina värden.",
        "Mend the marked cells, save and check again. This sheet is not read. "
        "If there were formulas, they have been replaced by their values.",
    )
    if count > _MOST_LISTED:
        sheet["A3"] = in_language(
            language,
            f"Listan visar de första {_MOST_LISTED} av {count} ställen.",
            f"The list shows the first {_MOST_LISTED} of {count} places.",
        )


def _line(sheet: Worksheet, number: int, spot: Spot, language: Language) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    problem, row = spot.problem, _LIST_TOP + number
    has_cell = bool(spot.row and spot.column)
    shown = problem.place.sheet or spot.sheet  # a sheet whose name may not be shown is told by its number
    address = f"{get_column_letter(spot.column)}{spot.row}" if has_cell else ""
    texts = (
        shown,
        address,
        problem.place.column or "",
        None,
        problem.what.in_language(language),
        problem.accepted.in_language(language),
        problem.next_step.in_language(language),
        _KINDS[problem.severity].in_language(language),
    )
    sheet.cell(row, 1, number)
    for place, text in enumerate(texts, start=2):
        if text:
            sheet.cell(row, place, neutral(text)).data_type = "s"
    if spot.row:
        sheet.cell(row, 5, spot.row)
    if has_cell and shown == spot.sheet:
        cell = sheet.cell(row, 3)
        quoted = spot.sheet.replace("'", "''")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{address}", display=address)
        cell.style = "Hyperlink"


def _widen(sheet: Worksheet, widths: Iterable[tuple[str, int]]) -> None:
    from openpyxl.utils import get_column_letter

    for place, (_, width) in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width


def _without_clock(content: bytes) -> bytes:
    """The same package with fixed times, so that the same input gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", part)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
