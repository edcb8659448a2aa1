"""The source tables that a mapping asks for, found among the files: only the columns that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

import polars as pl

from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.mappings import refusals
from evalkit.mappings.model import SourceColumn, SourceMapping, SourceTable
from evalkit.sources import RawTable
from evalkit.sources.archive import ARCHIVE
from evalkit.sources.foreign import SUFFIXES, read_foreign, read_foreign_archive
from evalkit.sources.heading import Expected

LINE, FILE = "_line", "_file"
_MOST_DIGITS, _LONGEST_NAME = 5, 40


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file or sheet that was read, as facts that may be shown.

    ``dropped`` are columns that the mapping names and leaves alone, with the reason; ``unnamed`` is the
    number of further columns, which the mapping does not know.
    """

    name: str
    sheet: str | None
    table: str
    rows: int
    digest: str
    columns: tuple[str, ...]
    dropped: tuple[tuple[str, Text], ...]
    unnamed: int


@dataclass(frozen=True, slots=True, repr=False)
class SourceFrame:
    """The rows of one source table: text columns, the row number in the file and the place of the file."""

    frame: pl.DataFrame
    decimal_points: frozenset[str]


@dataclass(slots=True)
class Found:
    """Every source table that could be read."""

    frames: dict[str, SourceFrame] = field(default_factory=dict)
    files: list[ReadFile] = field(default_factory=list)
    assumptions: list[Text] = field(default_factory=list)


def find(path: Path, mapping: SourceMapping, log: ProblemLog) -> Found:
    """Read what the mapping asks for from a file, or from the files of a folder or an archive."""
    raws = _read(path, mapping, log)
    found = Found()
    single = path.is_file() and not _is_archive(path)
    matched = {source.name: _matching(source, raws, mapping, single=single) for source in mapping.sources}
    for source in mapping.sources:
        if matched[source.name]:
            _take(source, matched[source.name], found, log)
        elif not source.optional and not log.problems:
            log.add(refusals.source_missing(path.name, source, mapping))
    _tell_unread(raws, matched, found)
    return found


def _read(path: Path, mapping: SourceMapping, log: ProblemLog) -> list[RawTable]:
    encodings = tuple(dict.fromkeys(word for source in mapping.sources for word in source.encodings))
    expected = Expected(tuple({name for source in mapping.sources for name in _names(source)}))
    try:
        if _is_archive(path):
            return read_foreign_archive(
                path, log, is_wanted=lambda name: _is_asked_for(name, mapping), encodings=encodings, expected=expected
            )
        if path.is_file():
            return read_foreign(path, log, encodings=encodings, expected=expected)
        wanted = sorted(file for file in path.iterdir() if _is_asked_for(file.name, mapping) and file.is_file())
    except OSError:
        log.add(refusals.path_missing(path.name))
        return []
    return [raw for file in wanted for raw in read_foreign(file, log, encodings=encodings, expected=expected)]


def _names(source: SourceTable) -> Iterator[str]:
    for column in source.columns:
        yield from (column.name, *column.aliases)


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ARCHIVE and path.is_file()


def _is_asked_for(name: str, mapping: SourceMapping) -> bool:
    """Whether the file is of a kind that is read and may hold a source: a workbook, or one with a source's name."""
    file = PurePath(name)
    if file.suffix.lower() not in SUFFIXES or name.startswith((".", "~$")):
        return False
    return file.suffix.lower() == ".xlsx" or any(_matches(file.stem, source) for source in mapping.sources)


def _matches(name: str, source: SourceTable) -> bool:
    return any(fnmatchcase(_folded(name), _folded(pattern)) for pattern in source.files)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _matching(source: SourceTable, raws: list[RawTable], mapping: SourceMapping, *, single: bool) -> list[RawTable]:
    """By sheet, else by file; a single table that somebody points at needs no certain name."""
    found = [raw for raw in raws if _matches(raw.table, source)]
    if not found:
        found = [raw for raw in raws if raw.sheet is not None and _matches(Path(raw.file).stem, source)]
    if not found and single and len(raws) == 1 and _is_first(source, mapping):
        return raws
    return found


def _is_first(source: SourceTable, mapping: SourceMapping) -> bool:
    due = [table for table in mapping.sources if not table.optional]
    return source is (due or list(mapping.sources))[0]


def _tell_unread(raws: list[RawTable], matched: dict[str, list[RawTable]], found: Found) -> None:
    used = {id(raw) for table in matched.values() for raw in table}
    count = sum(id(raw) not in used for raw in raws)
    if count:
        found.assumptions.append(
            Text(
                f"{count} {'annat blad' if count == 1 else 'andra blad'} har inte lästs.",
                f"{count} other {'sheet was' if count == 1 else 'sheets were'} not read.",
            )
        )


def _take(source: SourceTable, raws: list[RawTable], found: Found, log: ProblemLog) -> None:
    frames, points = [], []
    for raw in raws:
        taken = _columns(source, raw, log)
        frames.append(_frame(source, raw, taken, len(found.files)))
        points.append(frozenset(name for name, place in taken.items() if place in raw.decimal_points))
        found.files.append(_described(source, raw, taken))
        found.assumptions += [item for item in raw.assumptions if item not in found.assumptions]
    frame = pl.concat(frames)
    for column in source.columns:
        frame = _padded(column, frame, source, found)
    found.frames[source.name] = SourceFrame(frame, frozenset.intersection(*points))


def _columns(source: SourceTable, raw: RawTable, log: ProblemLog) -> dict[str, int]:
    """From the mapping's column to its place in the file."""
    headers = [_folded(name) for name in raw.columns]
    taken: dict[str, int] = {}
    for column in source.columns:
        names = [_folded(name) for name in (column.name, *column.aliases)]
        places = [place for place, header in enumerate(headers) if header in names]
        if len(places) > 1:
            log.add(refusals.column_twice(raw, column))
        elif places:
            taken[column.name] = places[0]
        elif not column.optional:
            log.add(refusals.column_missing(raw, column, [name for name in raw.columns if is_showable(name)]))
    return taken


def is_showable(name: str) -> bool:
    """Whether a heading looks like a heading and not like data."""
    from evalkit import screening

    digits = len(re.findall(r"\d", name))
    return bool(name) and digits <= _MOST_DIGITS and len(name) <= _LONGEST_NAME and not screening.is_suspect(name)


def _frame(source: SourceTable, raw: RawTable, taken: dict[str, int], place: int) -> pl.DataFrame:
    empty = pl.Series("", [None] * raw.frame.height, dtype=pl.String)
    columns = [
        (raw.frame.to_series(taken[column.name]) if column.name in taken else empty).alias(column.name)
        for column in source.columns
    ]
    rows = raw.rows.cast(pl.Int64).alias(LINE)
    return pl.DataFrame([*columns, rows]).with_columns(pl.lit(place, dtype=pl.Int64).alias(FILE))


def _described(source: SourceTable, raw: RawTable, taken: dict[str, int]) -> ReadFile:
    headers = [_folded(name) for name in raw.columns]
    dropped = tuple((drop.name, drop.reason) for drop in source.drops if _folded(drop.name) in headers)
    return ReadFile(
        name=raw.file,
        sheet=raw.sheet,
        table=source.name,
        rows=raw.frame.height,
        digest=raw.digest,
        columns=tuple(taken),
        dropped=dropped,
        unnamed=len(raw.columns) - len(taken) - len(dropped),
    )


def _padded(column: SourceColumn, frame: pl.DataFrame, source: SourceTable, found: Found) -> pl.DataFrame:
    """Restore the leading zeros that a spreadsheet takes from codes, and tell of it."""
    if column.pad is None:
        return frame
    cells = pl.col(column.name)
    short = cells.str.contains("^[0-9]+$") & (cells.str.len_chars() < column.pad)
    count = frame.select(short.fill_null(value=False).sum()).item()
    if count:
        found.assumptions.append(
            Text(
                f"Inledande nollor har återställts i {source.name}.{column.name}, antal celler: {count}.",
                f"Leading zeros were restored in {source.name}.{column.name}, number of cells: {count}.",
            )
        )
    return frame.with_columns(pl.when(short).then(cells.str.zfill(column.pad)).otherwise(cells).alias(column.name))
