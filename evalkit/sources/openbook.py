"""An opened workbook: its sheets as text, after a look at what reading them would take."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.errors import ProblemLog
from evalkit.sources import problems
from evalkit.sources.annotations import annotation_problems
from evalkit.sources.packages import DamagedPackageError, OversizedPackageError, open_package
from evalkit.sources.sheetxml import BookFacts, book_facts
from evalkit.sources.tables import Payload

if TYPE_CHECKING:
    from fastexcel import ExcelReader, ExcelSheet

_NUMBERS = ("int", "float")


@dataclass(frozen=True, slots=True)
class OpenBook:
    """The reader, every sheet with all its rows as text, and what the XML told."""

    reader: ExcelReader
    sheets: tuple[ExcelSheet, ...]
    facts: BookFacts

    def number_columns(self, name: str, start: int) -> frozenset[int]:
        """Columns of a sheet that hold nothing but numbers below the row ``start`` (from 0)."""
        typed = self.reader.load_sheet(name, header_row=start, schema_sample_rows=None)
        return frozenset(column.index for column in typed.selected_columns if column.dtype in _NUMBERS)


def open_book(payload: Payload, log: ProblemLog, *, screened: bool) -> OpenBook | None:
    """Open an XLSX file, or tell why not.

    Parameters
    ----------
    screened
        Whether what stands beside the cells is looked through for what must not be in a file.
    """
    import fastexcel

    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it tells of every column without a value
    try:
        package = open_package(payload.content)
        facts = book_facts(package)
        if screened:
            log.extend(annotation_problems(package, facts, payload.name))
        return _loaded(payload, facts)
    except OversizedPackageError:
        log.add(problems.too_large(payload.name))
    except (fastexcel.FastExcelError, DamagedPackageError, ValueError):
        log.add(problems.corrupt(payload.name, "XLSX"))
    return None


def _loaded(payload: Payload, facts: BookFacts) -> OpenBook:
    import fastexcel

    reader = fastexcel.read_excel(payload.content)
    # skip_rows=0 keeps empty rows at the top, so that row numbers are those of the sheet.
    sheets = tuple(
        reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        for name in reader.sheet_names
        if name in facts.sheets
    )
    return OpenBook(reader, sheets, facts)
