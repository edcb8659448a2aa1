"""What is said about a file's columns before any cell is believed: what must not be there, and the header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from evalkit import screening
from evalkit.contracts import filewording
from evalkit.contracts.cells import parse_cells, parse_periods
from evalkit.contracts.model import Contract, Field, Kind
from evalkit.contracts.traces import trace_in_cells, trace_in_header
from evalkit.errors import Problem, known_names
from evalkit.language import Text
from evalkit.screening import Trace
from evalkit.sources import Expected, RawTable

_MOST_DIGITS = 5
_LONGEST_NAME = 40
_SENTENCE = "Namn och titlar har flera ord"
# A period written as a number is a year, so it is never taken for the serial number of a day.
_NO_DAYS = frozenset({Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.PERIOD, Kind.FREQUENCY})


@dataclass(frozen=True, slots=True)
class Screened:
    """What the screen found in one file: problems, and the rows of each known column that hit."""

    problems: tuple[Problem, ...]
    rows: dict[str, list[int]]
    header_hit: bool


def screen(raw: RawTable, contract: Contract) -> Screened:
    """Look for what must not be in a file in every header and every cell, known column or not."""
    in_header = sorted({trace for name in raw.columns for trace in screening.traces(name)})
    problems = [trace_in_header(raw, trace) for trace in in_header]
    hits: dict[str, list[int]] = {}
    for place in range(raw.frame.width):
        name = raw.columns[place] if place < len(raw.columns) else ""
        field = contract.field(name) if name in contract.names else None
        shown = shown_name(name, place, header_hit=bool(in_header), contract=contract)
        for trace, rows in cell_traces(raw.frame.to_series(place), field):
            problems.append(trace_in_cells(raw, shown, rows, trace))
            hits.setdefault(name, []).extend(rows)
    return Screened(tuple(problems), hits, bool(in_header))


def cell_traces(cells: pl.Series, field: Field | None) -> Iterator[tuple[Trace, list[int]]]:
    """Each kind of trace with its rows. A row is told of once, under the gravest kind.

    What is said of a cell depends on its text and the field alone, so equal cells may be looked at once.
    """
    if not (cells.str.len_chars() >= screening.SHORTEST_TRACE).any():
        return
    told: set[int] = set()
    for trace in Trace:
        if trace is Trace.PROSE and (field is None or _is_plain_text(field)):
            continue
        if trace is Trace.PLATE and field is not None and not _is_plain_text(field):
            continue  # what is due there is a code, and a code may look like a plate
        rows = screening.trace_rows(cells, trace, decimal=field is not None and field.kind is Kind.NUMBER)
        fresh = [row for row in rows if row not in told]
        if fresh and field is not None and trace not in screening.IDENTITIES:
            fresh = _without_meant(cells, field, trace, fresh)
        if fresh:
            told.update(fresh)
            yield trace, fresh


def _without_meant(cells: pl.Series, field: Field, trace: Trace, rows: list[int]) -> list[int]:
    """The rows whose cell is not simply what the column asks for: a number, a date, the label of a code."""
    found = cells.gather(rows)
    if trace is Trace.PROSE:
        labels = {text for choice in field.choices for text in (choice.value, choice.label.sv, choice.label.en)}
        meant = found.is_in(sorted(labels))
        if field.pattern:
            meant = meant | found.str.contains(field.pattern)
    elif field.kind is Kind.PERIOD:
        meant = parse_periods(found, pl.Series([None] * len(found), dtype=pl.String))[0].values.is_not_null()
    elif field.kind in (Kind.TEXT, Kind.FREQUENCY):
        return rows
    else:
        meant = parse_cells(found, field).values.is_not_null()
    return [row for row, is_meant in zip(rows, meant.to_list(), strict=True) if not is_meant]


def _is_plain_text(field: Field) -> bool:
    """Names and titles, which may have many words: their form lets a sentence in."""
    if field.kind is not Kind.TEXT or field.choices or field.reference or field.code_list:
        return False
    return field.pattern is not None and bool(pl.Series([_SENTENCE]).str.contains(field.pattern).item())


def expectations(contracts: Mapping[str, Contract]) -> dict[str, Expected]:
    """What the reading of files is told about the tables: their columns, and which of them hold days."""
    return {table: Expected(contract.names, frozenset(_days(contract))) for table, contract in contracts.items()}


def _days(contract: Contract) -> Iterator[str]:
    return (field.name for field in contract.fields if field.kind not in _NO_DAYS)


def check_header(raw: RawTable, contract: Contract, *, header_hit: bool) -> Iterator[Problem]:
    """Unknown, missing, doubled and nameless columns."""
    known = set(contract.names)
    if not known & set(raw.columns):
        yield filewording.header_missing(raw, contract)
        return
    for place, name in enumerate(raw.columns):
        shown = shown_name(name, place, header_hit=header_hit, contract=contract)
        if not name:
            yield filewording.unnamed_column(raw, place + 1)
        elif name in raw.columns[:place]:
            yield filewording.doubled_column(raw, shown)
        elif name not in known:
            meant = _labelled(name, contract)
            if meant is not None and meant.name not in raw.columns:
                yield filewording.column_named_by_label(raw, shown, meant)
            else:
                yield filewording.unknown_column(raw, shown, _closest(name, contract))
    for field in contract.fields:
        if not field.optional_column and field.name not in raw.columns:
            yield filewording.missing_column(raw, field)


def _labelled(name: str, contract: Contract) -> Field | None:
    """The column whose name in words stands as heading: ”Enhetskod” for ``unit_id``."""
    wanted = name.strip().casefold()
    found = [field for field in contract.fields if wanted in (field.label.sv.casefold(), field.label.en.casefold())]
    return found[0] if len(found) == 1 else None


def _closest(name: str, contract: Contract) -> Text:
    return known_names(name, contract.names)


def shown_name(name: str, place: int, *, header_hit: bool, contract: Contract) -> str:
    """The header as it may be shown: by its place when it looks like data or the header hit the screen."""
    if name in contract.names:
        return name
    digits = len(re.findall(r"\d", name))
    if header_hit or not name or digits > _MOST_DIGITS or len(name) > _LONGEST_NAME or not name.isprintable():
        return f"#{place + 1}"
    return name
