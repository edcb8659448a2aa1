"""Reading a file of another system as it stands: every visible sheet, whatever it is called.

Nothing is screened here, since such files are expected to hold what may not be passed on; a mapping
reads the columns that it names and nothing else.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit import screening
from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.sources import problems
from evalkit.sources.columnar import read_parquet
from evalkit.sources.delimited import read_delimited
from evalkit.sources.tables import Payload, RawTable, text_table

if TYPE_CHECKING:
    from fastexcel import ExcelReader, ExcelSheet

SUFFIXES = frozenset({".csv", ".xlsx", ".parquet"})
_CODECS = {"windows-1252": "cp1252", "utf-16": "utf-16"}
_NUMBERS = ("int", "float")


def read_foreign(path: Path, log: ProblemLog, *, encodings: Iterable[str] = ()) -> list[RawTable]:
    r"""The tables of one file; ``table`` of each is the name of its sheet or of the file.

    Parameters
    ----------
    encodings
        What the text of the source may be written in besides UTF-8: ``windows-1252``, ``utf-16``.

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
    name = f"#1{path.suffix.lower()}" if screening.is_suspect(path.name) else path.name
    try:
        payload = Payload(name, path.read_bytes())
    except OSError:
        log.add(problems.unreadable(name))
        return []
    stem = Path(name).stem
    suffix = path.suffix.lower()
    if suffix == ".csv":
        plain, told = _as_utf8(payload, tuple(encodings))
        return [replace(raw, assumptions=(*told, *raw.assumptions)) for raw in read_delimited(plain, stem, log)]
    if suffix == ".parquet":
        return read_parquet(payload, stem, log)
    if suffix == ".xlsx":
        return _sheets(payload, log)
    log.add(problems.unsupported_format(name))
    return []


def _as_utf8(payload: Payload, encodings: tuple[str, ...]) -> tuple[Payload, tuple[Text, ...]]:
    """The same text in UTF-8, when the source is known to use another encoding; else the bytes as they are."""
    for word in encodings:
        codec = _CODECS.get(word)
        if codec is None or (word == "utf-16") != payload.content.startswith(
            (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        ):
            continue
        try:
            payload.content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return payload, ()
        try:
            text = payload.content.decode(codec)
        except UnicodeDecodeError:
            continue
        told = Text(f"Teckenkodningen är {word}.", f"The encoding is {word}.")
        return Payload(payload.name, text.encode("utf-8")), (told,)
    return payload, ()


def _sheets(payload: Payload, log: ProblemLog) -> list[RawTable]:
    import fastexcel

    try:
        reader = fastexcel.read_excel(payload.content)
        loaded = [reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string") for name in reader.sheet_names]
        visible = [sheet for sheet in loaded if sheet.visible == "visible"]
        return [_sheet(reader, sheet, place, payload) for place, sheet in enumerate(visible, start=1)]
    except fastexcel.FastExcelError:
        log.add(problems.corrupt(payload.name, "XLSX"))
        return []


def _sheet(reader: ExcelReader, sheet: ExcelSheet, place: int, payload: Payload) -> RawTable:
    cells = sheet.to_polars()
    shown = f"#{place}" if screening.is_suspect(sheet.name) else sheet.name
    typed = reader.load_sheet(sheet.name, header_row=0, schema_sample_rows=None) if cells.height else None
    points = [column.index for column in typed.selected_columns if column.dtype in _NUMBERS] if typed else []
    return text_table(
        payload,
        table=shown,
        sheet=shown,
        grid=cells.slice(1),
        header=tuple(cells.row(0)) if cells.height else (),
        decimal_points=frozenset(points),
    )
