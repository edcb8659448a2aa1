"""Reading a file of another system as it stands: every visible sheet, whatever it is called.

Nothing is screened here, since such files are expected to hold what may not be passed on; a mapping
reads the columns that it names and nothing else.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from evalkit import screening
from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.sources import problems
from evalkit.sources.archive import archive_members
from evalkit.sources.columnar import read_parquet
from evalkit.sources.delimited import read_delimited
from evalkit.sources.heading import NOTHING_EXPECTED, Expected, find_heading, passed_over, settle_headings
from evalkit.sources.limits import MOST_FILE_BYTES, MOST_TITLE_ROWS
from evalkit.sources.openbook import OpenBook, open_book
from evalkit.sources.sheetxml import BookFacts
from evalkit.sources.tables import Payload, RawTable, text_table

if TYPE_CHECKING:
    from fastexcel import ExcelSheet

SUFFIXES = frozenset({".csv", ".xlsx", ".parquet"})
_CODECS = {"windows-1252": "cp1252", "utf-16": "utf-16"}


def read_foreign(
    path: Path, log: ProblemLog, *, encodings: Iterable[str] = (), expected: Expected = NOTHING_EXPECTED
) -> list[RawTable]:
    r"""The tables of one file; ``table`` of each is the name of its sheet or of the file.

    Parameters
    ----------
    encodings
        What the text of the source may be written in besides UTF-8: ``windows-1252``, ``utf-16``.
    expected
        Headings that the source may have, to find the row of headings by.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from evalkit.errors import ProblemLog
    >>> from evalkit.sources.foreign import read_foreign
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "Beslut 2024.csv")
    ...     _ = file.write_text("BeslutsID;BeslutsTyp\n7;0520 \n", encoding="utf-8")
    ...     read_foreign(file, ProblemLog())[0].columns
    ('BeslutsID', 'BeslutsTyp')
    """
    payload = _payload(path, log)
    return _parse(payload, tuple(encodings), expected, log) if payload else []


def read_foreign_archive(
    path: Path,
    log: ProblemLog,
    *,
    is_wanted: Callable[[str], bool],
    encodings: Iterable[str] = (),
    expected: Expected = NOTHING_EXPECTED,
) -> list[RawTable]:
    """The tables of the files of a zip archive that ``is_wanted`` lets in by name; see :func:`read_foreign`."""
    archive = _payload(path, log)
    members = archive_members(archive, is_wanted, log) if archive else ()
    files = [
        Payload(_shown(PurePosixPath(inner).name, place), content)
        for place, (inner, content) in enumerate(members, start=1)
    ]
    return [raw for file in files for raw in _parse(file, tuple(encodings), expected, log)]


def _shown(name: str, place: int) -> str:
    return f"#{place}{PurePosixPath(name).suffix.lower()}" if screening.is_suspect(name) else name


def _payload(path: Path, log: ProblemLog) -> Payload | None:
    name = _shown(path.name, 1)
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            log.add(problems.too_large(name))
            return None
        return Payload(name, path.read_bytes())
    except OSError:
        log.add(problems.unreadable(name))
        return None


def _parse(payload: Payload, encodings: tuple[str, ...], expected: Expected, log: ProblemLog) -> list[RawTable]:
    shown = Path(payload.name)
    suffix = shown.suffix.lower()
    if suffix == ".csv":
        plain, told = _as_utf8(payload, encodings)
        read = read_delimited(plain, shown.stem, log, expected)
        return [replace(raw, assumptions=(*told, *raw.assumptions)) for raw in read]
    if suffix == ".parquet":
        return read_parquet(payload, shown.stem, log, expected)
    if suffix == ".xlsx":
        return _sheets(payload, expected, log)
    log.add(problems.unsupported_format(payload.name))
    return []


def _as_utf8(payload: Payload, encodings: tuple[str, ...]) -> tuple[Payload, tuple[Text, ...]]:
    """The same text in UTF-8, when the source is known to use another encoding; else the bytes as they are."""
    marked = payload.content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    word = "utf-16" if marked else "windows-1252"
    if word not in encodings or (not marked and _decoded(payload.content, "utf-8") is not None):
        return payload, ()
    text = _decoded(payload.content, _CODECS[word])
    if text is None:
        return payload, ()
    told = Text(f"Teckenkodningen är {word.capitalize()}.", f"The encoding is {word.capitalize()}.")
    return Payload(payload.name, text.encode("utf-8")), (told,)


def _decoded(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _sheets(payload: Payload, expected: Expected, log: ProblemLog) -> list[RawTable]:
    book = open_book(payload, log, screened=False)
    if book is None:
        return []
    visible = [sheet for sheet in book.sheets if sheet.visible == "visible"]
    read = [_sheet(book, sheet, place, payload, expected) for place, sheet in enumerate(visible, start=1)]
    _tell_failed_formulas(read, [sheet.name for sheet in visible], book.facts, log)
    return read


def _tell_failed_formulas(read: list[RawTable], names: list[str], facts: BookFacts, log: ProblemLog) -> None:
    """A failed formula is read as an empty cell, which would be another fact."""
    for raw, name in zip(read, names, strict=True):
        failed = sorted({*facts.sheets[name].failed, *facts.sheets[name].uncalculated})
        if failed:
            log.add(problems.formula_errors(raw.file, raw.table, failed))


def _sheet(book: OpenBook, sheet: ExcelSheet, place: int, payload: Payload, expected: Expected) -> RawTable:
    cells = sheet.to_polars()
    shown = f"#{place}" if screening.is_suspect(sheet.name) else sheet.name
    start = find_heading(cells.head(MOST_TITLE_ROWS + 1).rows(), expected)[0] if cells.height else 0
    return text_table(
        payload,
        table=shown,
        sheet=shown,
        grid=cells.slice(start + 1),
        header=settle_headings(cells.row(start) if cells.height else (), expected).names,
        first_row=start + 2,
        assumptions=passed_over(start),
        decimal_points=book.number_columns(sheet.name, start) if cells.height else frozenset(),
    )
