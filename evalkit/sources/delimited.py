"""Reading delimited text without guessing: separator, headings and shape are determined or asked about."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

import polars as pl

from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.sources import problems
from evalkit.sources.encoding import decode
from evalkit.sources.heading import NOTHING_EXPECTED, Expected, find_heading, passed_over, settle_headings
from evalkit.sources.limits import MOST_CELLS, MOST_COLUMNS, MOST_LINE_BYTES, MOST_TEXT_BYTES, MOST_TITLE_ROWS
from evalkit.sources.tables import Payload, RawTable, number_habits, text_table
from evalkit.sources.titles import title_problems

_SEPARATORS = (";", ",", "\t")
_SEPARATOR_NAMES = {",": Text("komma", "comma"), ";": Text("semikolon", "semicolon")}
_BATCH = 100_000


def read_delimited(
    payload: Payload, table: str, log: ProblemLog, expected: Expected = NOTHING_EXPECTED
) -> list[RawTable]:
    """The one table of a CSV file, or none when the file cannot be read as text."""
    decoded = _text(payload, log)
    if decoded is None:
        return []
    text, told = decoded
    start = _heading(text, expected, payload, log)
    separator = _separator(text, start, payload.name, log) if start else None
    if start is None or separator is None:
        return []
    records = _records(text[start.offset :], separator, start.row, payload.name, log)
    if records is None:
        return []
    headings = settle_headings(records.header, expected)
    name = _SEPARATOR_NAMES[separator]
    separated = Text(f"Fältgränsen är {name.sv}.", f"The separator is a {name.en}.")
    return [
        text_table(
            payload,
            table=table,
            grid=records.grid,
            header=headings.names,
            first_row=start.row + 2,
            assumptions=(*told, separated, *passed_over(start.row), *headings.told, *number_habits(records.grid)),
            intact=records.intact,
        )
    ]


def _text(payload: Payload, log: ProblemLog) -> tuple[str, tuple[Text, ...]] | None:
    if len(payload.content) > MOST_TEXT_BYTES:
        log.add(problems.too_large(payload.name))
        return None
    text, told = decode(payload, log)
    if text is not None and _has_endless_line(text):
        log.add(problems.too_wide(payload.name))
        return None
    return None if text is None else (text, told)


def _has_endless_line(text: str) -> bool:
    """Whether some line is longer than any real one, found by stepping over as many lines as may fit in one."""
    start = 0
    while len(text) - start > MOST_LINE_BYTES:
        end = text.rfind("\n", start, start + MOST_LINE_BYTES + 1)
        if end < 0:
            return True
        start = end + 1
    return False


@dataclass(frozen=True, slots=True)
class _Start:
    """Where the headings stand: the row (from 0) and the place of its first letter."""

    row: int
    offset: int


def _heading(text: str, expected: Expected, payload: Payload, log: ProblemLog) -> _Start | None:
    lines = list(islice(_starts(text), MOST_TITLE_ROWS + 1))
    rows = [_loose_cells(text[start:end]) for start, end in lines]
    places = find_heading(rows, expected)
    if len(places) > 1:
        log.add(problems.unclear_heading(payload.name, None, [place + 1 for place in places]))
        return None
    offset = lines[places[0]][0]
    row = _count_records(text[:offset])
    log.extend(title_problems([[text[start:end]] for start, end in lines[: places[0]]], payload.name, None))
    return _Start(row, offset)


def _starts(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _loose_cells(line: str) -> list[str]:
    """The cells of a line under the separator that gives the most, for looking and not for reading."""
    separator = max(_SEPARATORS, key=line.count)
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _count_records(titles: str) -> int:
    """How many rows a spreadsheet shows for the lines above the headings; a quoted title may hold line ends."""
    try:
        return sum(1 for _ in csv.reader(io.StringIO(titles, newline="")))
    except csv.Error:
        return titles.count("\n")


def _separator(text: str, start: _Start, name: str, log: ProblemLog) -> str | None:
    end = text.find("\n", start.offset)
    bare = re.sub(r'"[^"]*"', "", text[start.offset : end if end >= 0 else len(text)])
    if "," in bare and ";" in bare:
        log.add(problems.unclear_separator(name, tab=False, row=start.row + 1))
        return None
    if "\t" in bare and "," not in bare and ";" not in bare:
        log.add(problems.unclear_separator(name, tab=True, row=start.row + 1))
        return None
    return ";" if ";" in bare else ","


@dataclass(frozen=True, slots=True)
class _Records:
    """The headings and the cells below them; ``intact`` is false when the shape is broken."""

    header: tuple[str, ...]
    grid: pl.DataFrame
    intact: bool


def _records(text: str, separator: str, row: int, name: str, log: ProblemLog) -> _Records | None:
    if '"' not in text and (records := _even_records(text, separator)) is not None:
        if records.grid.width > MOST_COLUMNS:
            log.add(problems.too_wide(name))
            return None
        if not any(cell.strip() for cell in records.header):
            log.add(problems.no_header(name, None))
        return records
    return _any_records(text, separator, row, name, log)


def _even_records(text: str, separator: str) -> _Records | None:
    """Text without quotation marks whose lines all have as many separators, split where they are."""
    first, _, rest = text.partition("\n")
    header = tuple(first.split(separator))
    lines = pl.Series("line", rest.split("\n"), dtype=pl.String)
    counts = lines.str.count_matches(separator, literal=True)
    short = (counts != len(header) - 1) & (lines != "")
    if short.any() or len(header) > MOST_COLUMNS or len(lines) * len(header) > MOST_CELLS:
        return None
    split = lines.str.split_exact(separator, len(header) - 1) if len(header) > 1 else lines
    grid = split.struct.unnest() if len(header) > 1 else lines.to_frame()
    return _Records(header, grid, intact=any(cell.strip() for cell in header))


def _any_records(text: str, separator: str, row: int, name: str, log: ProblemLog) -> _Records | None:
    """Text that may have quotation marks or uneven rows, read record by record."""
    reading = _Reading(row)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        reading.take(rows)
    except csv.Error:
        log.add(problems.broken_quotes(name, row + reading.count + 1))
        # The cells as they stand, so that a file with broken quotes is still screened.
        reading = _Reading(row, whole=False)
        reading.take(line.replace('"', " ").split(separator) for line in text.split("\n"))
    if reading.is_too_wide:
        log.add(problems.too_wide(name))
        return None
    if reading.is_too_large:
        log.add(problems.too_large(name))
        return None
    for code, found in (("long", reading.too_long), ("short", reading.too_short)):
        if found and reading.has_header:
            log.add(problems.ragged(name, found, width=len(reading.header), too_long=code == "long"))
    if not reading.has_header:
        log.add(problems.no_header(name, None))
    return reading.records()


class _Reading:
    """Rows on their way to text columns, in batches, so that a large file is not held twice as objects."""

    def __init__(self, row: int, *, whole: bool = True) -> None:
        self.header: list[str] = []
        self.too_long: list[int] = []
        self.too_short: list[int] = []
        self.count = 0
        self.is_too_wide = self.is_too_large = False
        self._row, self._whole, self._widest = row, whole, 0
        self._frames: list[pl.DataFrame] = []

    @property
    def has_header(self) -> bool:
        return any(cell.strip() for cell in self.header)

    def take(self, rows: Iterator[list[str]]) -> None:
        self.header = next(rows, [])
        self.count, self._widest = 1, len(self.header)
        while not (self.is_too_wide or self.is_too_large) and (batch := self._batch(rows)):
            self._frames.append(_grid(batch, self._widest))

    def _batch(self, rows: Iterator[list[str]]) -> list[list[str]]:
        batch: list[list[str]] = []
        try:
            batch.extend(islice(rows, _BATCH))
        finally:  # the count tells where a quotation mark went wrong
            start, self.count = self.count, self.count + len(batch)
        widths = set(map(len, batch))
        self._widest = max(self._widest, *widths, 0)
        if widths - {len(self.header)}:
            self._note(batch, start)
        self.is_too_wide = self._widest > MOST_COLUMNS
        self.is_too_large = self.count * self._widest > MOST_CELLS
        return [] if self.is_too_wide or self.is_too_large else batch

    def _note(self, batch: list[list[str]], start: int) -> None:
        width = len(self.header)
        for place, record in enumerate(batch, start=self._row + start + 1):
            if len(record) > width:
                self.too_long.append(place)
            elif 0 < len(record) < width and any(record):
                self.too_short.append(place)

    def records(self) -> _Records:
        empty = _grid([], self._widest)
        grid = pl.concat([empty, *self._frames], how="diagonal") if self._frames else empty
        even = not (self.too_long or self.too_short)
        return _Records(tuple(self.header), grid, intact=self._whole and even and self.has_header)


def _grid(body: list[list[str]], width: int) -> pl.DataFrame:
    columns = list(zip_longest(*body, fillvalue=""))
    columns += [("",) * len(body)] * (width - len(columns))
    return pl.DataFrame(
        {f"c{place}": cells for place, cells in enumerate(columns)},
        schema={f"c{place}": pl.String for place in range(width)},
    )
