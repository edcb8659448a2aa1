"""Reading delimited text without guessing: encoding, separator and shape are determined or asked about."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.sources import problems
from evalkit.sources.tables import Payload, RawTable, text_table

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NUL_SHARE_OF_UTF16 = 0.25
# Letters and signs of Swedish administrative text. Not in it: what å, ä, ö of other old encodings
# (MacRoman, DOS 850) or halves of broken UTF-8 look like when read as Windows-1252.
_PLAUSIBLE = frozenset("åäöÅÄÖéÉèÈüÜáÁàÀæÆøØëïôçñ\u00a0–’§°½×±²³")
_DECIMAL_CELL = r"^[-\u2212]?[0-9][0-9 \u00a0\u2009\u202f]*{mark}[0-9]+$"

_WINDOWS_1252 = Text(
    "Teckenkodningen är Windows-1252, eftersom filen inte är UTF-8.",
    "The encoding is Windows-1252, since the file is not UTF-8.",
)
_SEPARATOR_NAMES = {",": Text("komma", "comma"), ";": Text("semikolon", "semicolon")}
_DECIMAL_COMMA = Text("Decimaltecknet är komma.", "The decimal mark is a comma.")
_DECIMAL_POINT = Text("Decimaltecknet är punkt.", "The decimal mark is a point.")


def read_delimited(payload: Payload, table: str, log: ProblemLog) -> list[RawTable]:
    """The one table of a CSV file, or none when the file cannot be read as text."""
    text, assumptions = _decode(payload, log)
    if text is None:
        return []
    separator = _separator(text.split("\n", 1)[0], payload.name, log)
    if separator is None:
        return []
    records = _records(text, separator, payload.name, log)
    if not records.rows:
        return []
    header, body = records.rows[0], records.rows[1:]
    shape = _check_shape(header, body, payload.name, log)
    grid = _grid(body, max(shape.widest, len(header)))
    name = _SEPARATOR_NAMES[separator]
    told = Text(f"Fältgränsen är {name.sv}.", f"The separator is a {name.en}.")
    return [
        text_table(
            payload,
            table=table,
            grid=grid,
            header=tuple(header),
            assumptions=(*assumptions, told, *_decimal_marks(grid)),
            intact=records.whole and shape.even,
        )
    ]


def _decode(payload: Payload, log: ProblemLog) -> tuple[str | None, tuple[Text, ...]]:
    content = payload.content
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        log.add(problems.zero_bytes(payload.name))
        return None, ()
    if content.startswith(_UTF16_MARKS) or b"\0" in content:
        utf16 = content.startswith(_UTF16_MARKS) or _looks_utf16(content)
        log.add(problems.wrong_encoding(payload.name, utf16=True) if utf16 else problems.binary(payload.name))
        return None, ()
    try:
        return _lines(content.decode("utf-8-sig")), ()
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = None
    if text is None or not _is_plausible(text):
        log.add(problems.wrong_encoding(payload.name, utf16=False))
        return None, ()
    return _lines(text), (_WINDOWS_1252,)


def _looks_utf16(content: bytes) -> bool:
    """Text in UTF-16 without a mark has a NUL as every other byte, nearly."""
    sample = content[:4096]
    uneven = abs(sample[0::2].count(0) - sample[1::2].count(0))
    return uneven > _NUL_SHARE_OF_UTF16 * len(sample)


def _is_plausible(text: str) -> bool:
    return all(sign in _PLAUSIBLE or "\x1f" < sign < "\x7f" or sign in "\r\n\t" for sign in set(text))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(header: str, name: str, log: ProblemLog) -> str | None:
    bare = re.sub(r'"[^"]*"', "", header)
    if "," in bare and ";" in bare:
        log.add(problems.unclear_separator(name, tab=False))
        return None
    if "\t" in bare and "," not in bare and ";" not in bare:
        log.add(problems.unclear_separator(name, tab=True))
        return None
    return ";" if ";" in bare else ","


@dataclass(frozen=True, slots=True)
class _Records:
    rows: list[list[str]]
    whole: bool


def _records(text: str, separator: str, name: str, log: ProblemLog) -> _Records:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        log.add(problems.broken_quotes(name, len(rows) + 1))
        return _Records(_without_quotes(text, separator), whole=False)
    return _Records(rows, whole=True)


def _without_quotes(text: str, separator: str) -> list[list[str]]:
    """The cells as they stand, so that a file with broken quotes is still screened."""
    return [line.replace('"', " ").split(separator) for line in text.split("\n")]


@dataclass(frozen=True, slots=True)
class _Shape:
    even: bool
    widest: int


def _check_shape(header: list[str], body: list[list[str]], name: str, log: ProblemLog) -> _Shape:
    width, widest = len(header), max(map(len, body), default=0)
    if not any(cell.strip() for cell in header):
        log.add(problems.no_header(name, None))
        return _Shape(even=False, widest=widest)
    too_long = [place + 2 for place, record in enumerate(body) if len(record) > width]
    too_short = [place + 2 for place, record in enumerate(body) if 0 < len(record) < width and any(record)]
    if too_long:
        log.add(problems.ragged(name, too_long, width=width, too_long=True))
    if too_short:
        log.add(problems.ragged(name, too_short, width=width, too_long=False))
    return _Shape(even=not (too_long or too_short), widest=widest)


def _grid(body: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    padded = [[*record, *[""] * (width - len(record))] for record in body]
    columns = list(zip(*padded, strict=True)) if padded else [()] * width
    return pl.DataFrame(
        {f"c{place}": cells for place, cells in enumerate(columns)},
        schema={f"c{place}": pl.String for place in range(width)},
    )


def _decimal_marks(grid: pl.DataFrame) -> list[Text]:
    found = []
    for mark, told in ((",", _DECIMAL_COMMA), (r"\.", _DECIMAL_POINT)):
        form = _DECIMAL_CELL.replace("{mark}", mark)
        if grid.width and grid.select(pl.any_horizontal(pl.all().str.contains(form).any())).item():
            found.append(told)
    return found
