"""Drawing one cell: anything that the column alone would accept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from evalkit import periods
from evalkit.contracts.codes import Codes
from evalkit.contracts.model import Contract, Field, Kind
from evalkit.contracts.rules import known_codes
from evalkit.vocabulary import Frequency

Cell = str | int | float | date | None
Row = dict[str, Cell]
_Item = TypeVar("_Item")

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2025, 12, 31)
_EMPTY = 0.3
_WIDTH = 60


@dataclass(slots=True)
class World:
    """What has been made so far, and where chance comes from."""

    contracts: Mapping[str, Contract]
    codes: Codes
    rng: np.random.Generator
    made: dict[str, list[Row]] = field(default_factory=dict)

    def chance(self, probability: float) -> bool:
        """True with the probability."""
        return bool(self.rng.random() < probability)

    def pick(self, items: Sequence[_Item]) -> _Item:
        """One of the items."""
        return items[int(self.rng.integers(len(items)))]

    def whole(self, lowest: int, highest: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(lowest, highest + 1))

    def day(self, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
        """A day, both ends included."""
        return first + timedelta(days=self.whole(0, max((last - first).days, 0)))

    def rows(self, table: str) -> list[Row]:
        """The rows made of a table."""
        return self.made.get(table, [])

    def metrics_on(self, codes: Iterable[str], first: date, last: date) -> list[str]:
        """The metrics that could occur on some day of a time."""
        return [code for code in codes if self.is_possible(code, first, last)]

    def is_possible(self, code: str, first: date, last: date) -> bool:
        """Whether a metric could occur on some day of a time."""
        metric = self.codes.metric(code)
        if metric is None:
            return False
        starts, ends = metric.valid_from or date.min, metric.valid_to or date.max
        return starts <= last and first <= ends


def draw(world: World, column: Field, place: int, *, key: bool = False) -> Cell:
    """A cell of a column; ``place`` makes the cells of a key different."""
    if not column.required and column.default is None and not key and world.chance(_EMPTY):
        return None
    return fill(world, column, place, key=key)


def fill(world: World, column: Field, place: int, *, key: bool = False) -> Cell:
    """As :func:`draw`, but never empty unless what the column refers to is."""
    if column.choices:
        return world.pick([choice.value for choice in column.choices])
    if column.reference:
        there = [row[column.reference.column] for row in world.rows(column.reference.table)]
        return world.pick(there) if there else None
    if column.code_list:
        return world.pick(known_codes(column.code_list, world.codes))
    if column.kind is Kind.TEXT:
        return _text(world, column, place, key=key)
    return _DRAWN[column.kind](world, column) if not (key and column.kind is Kind.INTEGER) else place + 1


def _text(world: World, column: Field, place: int, *, key: bool) -> Cell:
    if not key:
        return world.pick(column.examples)
    candidates = (f"{place + 1:04d}", f"k{place + 1}", f"K{place + 1}", *column.examples[place:])
    return next((text for text in candidates if re.search(column.pattern or "", text)), None)


def _whole(world: World, column: Field) -> int:
    lowest = int(column.minimum or 0)
    highest = lowest + _WIDTH if column.maximum is None else min(int(column.maximum), lowest + _WIDTH)
    return world.whole(lowest, highest)


def _decimal(world: World, column: Field) -> float:
    lowest = column.minimum or 0.0
    highest = lowest + _WIDTH if column.maximum is None else min(column.maximum, lowest + _WIDTH)
    return lowest + round(float(world.rng.random()) * (highest - lowest) * 2) / 2


def _date(world: World, _: Field) -> date:
    return world.day()


def _month(world: World, _: Field) -> date:
    return periods.first_day(world.day(), Frequency.MONTH)


_DRAWN: Mapping[Kind, Callable[[World, Field], Cell]] = {
    Kind.INTEGER: _whole,
    Kind.NUMBER: _decimal,
    Kind.DATE: _date,
    Kind.PERIOD_FROM: _date,
    Kind.PERIOD_TO: _date,
    Kind.MONTH: _month,
    Kind.PERIOD: _month,
    Kind.FREQUENCY: lambda world, _: world.pick(list(Frequency)).value,
}


def written(row: Row, contract: Contract) -> dict[str, str]:
    """A row as it stands in a file: ISO dates, periods as they are named, decimal commas, empty cells."""
    return {column.name: _written(row, column) for column in contract.fields}


def _written(row: Row, column: Field) -> str:
    cell = row.get(column.name)
    if isinstance(cell, date):
        if column.kind is Kind.MONTH:
            return periods.code(cell, Frequency.MONTH)
        if column.kind is Kind.PERIOD:
            return periods.code(cell, Frequency(str(row["frequency"])))
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.1f}".replace(".", ",")
    return "" if cell is None else str(cell)
