"""Files made for a test: small, synthetic, and wrong in one way at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from evalkit.errors import SourceError
from evalkit.sources import Expected, RawTable, read_folder

DAYS = frozenset({"covered_from", "covered_to"})
EXPECTED = {
    "units": Expected(("unit_id", "unit_name", "unit_kind", "source_id")),
    "outcomes": Expected(("unit_id", "period", "frequency", "metric", "value")),
    "coverage": Expected(
        ("unit_id", "metric", "covered_from", "covered_to"), frozenset({"covered_from", "covered_to"})
    ),
}


@pytest.fixture
def put(tmp_path) -> Callable[[str, bytes | str], Path]:
    """Write a file and give the folder that it is in."""

    def write(name: str, content: bytes | str) -> Path:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


def one(path: Path) -> RawTable:
    (table,) = read_folder(path, EXPECTED)
    return table


def codes(path: Path) -> list[tuple[str, str, tuple[int, ...]]]:
    with pytest.raises(SourceError) as caught:
        read_folder(path, EXPECTED)
    return [(problem.code, problem.place.file, problem.place.rows) for problem in caught.value.problems]


def told(table: RawTable) -> list[str]:
    return [text.sv for text in table.assumptions]


def zipped(files: dict[str, bytes | str], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def rezipped(content: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """A package with some members changed, as no program would write them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, change in changes.items():
        files[name] = change(files.get(name, b""))
    return zipped(files)


def book_bytes(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        fill(book)
    return buffer.getvalue()


def sheet_bytes(rows: list[list[object]], name: str = "units") -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)

    return book_bytes(fill)
