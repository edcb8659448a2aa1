"""What is said about a file's columns before any cell is believed: identity numbers and the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evalkit import screening
from evalkit.contracts import filewording
from evalkit.contracts.model import Contract, Kind
from evalkit.errors import Problem, known_names
from evalkit.language import Text
from evalkit.sources import RawTable

_MOST_DIGITS = 5
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Screened:
    """What the screen found in one file: problems, and the rows of each known column that hit."""

    problems: tuple[Problem, ...]
    rows: dict[str, list[int]]
    header_hit: bool


def screen(raw: RawTable, contract: Contract) -> Screened:
    """Look for identity numbers in every header and every cell, known column or not."""
    header_hit = screening.any_suspect(raw.columns)
    problems = [filewording.identity_in_header(raw)] if header_hit else []
    hits: dict[str, list[int]] = {}
    for place in range(raw.frame.width):
        name = raw.columns[place] if place < len(raw.columns) else ""
        rows = screening.suspect_rows(raw.frame.to_series(place), decimal=_is_decimal(name, contract))
        if rows:
            shown = _shown(name, place, header_hit=header_hit, contract=contract)
            problems.append(filewording.identity_in_cells(raw, shown, rows))
            hits.setdefault(name, []).extend(rows)
    return Screened(tuple(problems), hits, header_hit)


def _is_decimal(name: str, contract: Contract) -> bool:
    return name in contract.names and contract.field(name).kind is Kind.NUMBER


def check_header(raw: RawTable, contract: Contract, *, header_hit: bool) -> Iterator[Problem]:
    """Unknown, missing, doubled and nameless columns."""
    known = set(contract.names)
    if not known & set(raw.columns):
        yield filewording.header_missing(raw, contract)
        return
    for place, name in enumerate(raw.columns):
        shown = _shown(name, place, header_hit=header_hit, contract=contract)
        if not name:
            yield filewording.unnamed_column(raw, place + 1)
        elif name in raw.columns[:place]:
            yield filewording.doubled_column(raw, shown)
        elif name not in known:
            yield filewording.unknown_column(raw, shown, _closest(name, contract))
    for field in contract.fields:
        if not field.optional_column and field.name not in raw.columns:
            yield filewording.missing_column(raw, field)


def _closest(name: str, contract: Contract) -> Text:
    return known_names(name, contract.names)


def _shown(name: str, place: int, *, header_hit: bool, contract: Contract) -> str:
    """The header as it may be shown: by its place when it looks like data or the header hit the screen."""
    if name in contract.names:
        return name
    digits = len(re.findall(r"\d", name))
    if header_hit or not name or digits > _MOST_DIGITS or len(name) > _LONGEST_NAME:
        return f"#{place + 1}"
    return name
