"""What has been found so far: which cells are at fault, batch by batch, and which rules are broken where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

Lines = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

BLANK_ROW = "\0blank"


@dataclass(slots=True)
class CellFaults:
    """Which cells of which column are at fault, a bit per row of the batches that have any.

    The name ``BLANK_ROW`` stands for rows without any content at all, which are no rows of the table.
    """

    batch_rows: int
    _packed: dict[str, dict[int, npt.NDArray[np.uint8]]] = field(default_factory=dict)

    def mask(self, columns: Iterable[str], batch: int, height: int) -> Mask | None:
        """The rows of a batch with a fault in any of the columns; ``None`` when there are none."""
        found = [packed[batch] for name in columns if batch in (packed := self._packed.get(name, {}))]
        if not found:
            return None
        merged = np.bitwise_or.reduce(found)
        return np.unpackbits(merged, count=height).view(np.bool_)

    def add(self, column: str, batch: int, places: npt.NDArray[np.int64], height: int) -> None:
        """Note rows of a batch, counted from 0 in it."""
        if not len(places):
            return
        rows = np.zeros(height, dtype=np.bool_)
        rows[places] = True
        packed, batches = np.packbits(rows), self._packed.setdefault(column, {})
        batches[batch] = packed | batches[batch] if batch in batches else packed

    def add_lines(self, column: str, lines: Lines, rows: int) -> None:
        """Note rows by their numbers in the file."""
        place = lines - _FIRST_LINE
        for batch in np.unique(place // self.batch_rows).tolist():
            start = batch * self.batch_rows
            here = place[(place >= start) & (place < start + self.batch_rows)] - start
            self.add(column, batch, here, min(self.batch_rows, rows - start))

    def fresh(self, column: str, lines: Lines) -> Lines:
        """The rows, by number, whose cell in the column is not yet at fault."""
        packed = self._packed.get(column)
        if not packed or not len(lines):
            return lines
        place = lines - _FIRST_LINE
        known = np.zeros(len(lines), dtype=np.bool_)
        for batch, bits in packed.items():
            here = np.flatnonzero(place // self.batch_rows == batch)
            within = place[here] - batch * self.batch_rows
            known[here] = (bits[within // 8] >> (7 - within % 8).astype(np.uint8)) & 1
        return lines[~known]

    def is_sound(self, columns: Iterable[str]) -> bool:
        """Whether nothing is wrong in any of the columns."""
        return not any(self._packed.get(name) for name in columns)


_FIRST_LINE = 2  # the number of the first row, the header being row 1


@dataclass(slots=True)
class Tally:
    """One broken rule: how many rows, and the first of them."""

    count: int = 0
    first: Lines = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, lines: Lines, keep: int) -> None:
        """Count rows; of their numbers the ``keep`` smallest are remembered."""
        self.count += len(lines)
        if len(self.first) < keep or (len(lines) and lines.min() < self.first[-1]):
            self.first = np.sort(np.concatenate([self.first, np.sort(lines)[:keep]]))[:keep]


@dataclass(slots=True)
class BreachLog:
    """The broken rules in the order in which they were first met.

    Attributes
    ----------
    keep
        How many row numbers per rule to keep in memory.
    spool
        A folder that every row number is written to, in parts; ``None`` when nobody asked for all.
    """

    keep: int
    spool: Path | None
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    _waiting: list[tuple[str, str, Lines]] = field(default_factory=list)
    _parts: int = 0

    def add(self, code: str, column: str, lines: Lines) -> None:
        """Note rows that break a rule, by their numbers in the file."""
        if not len(lines):
            return
        self.tallies.setdefault((code, column), Tally()).add(lines, self.keep)
        if self.spool is not None:
            self._waiting.append((code, column, lines))
            if sum(len(rows) for _, _, rows in self._waiting) >= _PART_ROWS:
                self._flush(self.spool)

    def _flush(self, spool: Path) -> None:
        frames = [
            pl.DataFrame({"row": rows}).select(pl.lit(code).alias("rule"), pl.lit(column).alias("column"), "row")
            for code, column, rows in self._waiting
        ]
        pl.concat(frames).write_parquet(spool / f"{self._parts:06d}.parquet")
        self._parts += 1
        self._waiting.clear()

    def parts(self) -> Iterator[Path]:
        """The files of row numbers, all of them written."""
        if self.spool is not None:
            if self._waiting:
                self._flush(self.spool)
            yield from sorted(self.spool.glob("*.parquet"))


_PART_ROWS = 1_000_000
