"""The table as a value: finished text in cells, no layout."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Align(StrEnum):
    """How a column is set."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and how it is set. ``weight`` shares out the width where text must wrap."""

    header: str
    align: Align = Align.LEFT
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to an address on the web."""

    text: str
    url: str


Cell = str | Link


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is shown: all cells are finished text or links. The first column holds the row heads."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.id}: a row has another number of cells than there are columns")
