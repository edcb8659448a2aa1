"""Counts by period of many groups at once, each period in a cell of its group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.groups import Groups
from evalkit.inference.intervals import Counts, Floats

_MOST_ROWS = 2**16
"""Rows worked on at a time: what is made of them stays in the processor's memory."""


@dataclass(frozen=True, slots=True, eq=False)
class CellRows:
    """Periods, the cells they belong to and the groups that the cells belong to, in the order of the groups.

    Attributes
    ----------
    counts, exposures
        Shape ``(rows,)``: events, and exposure from 0.
    cell
        Shape ``(rows,)``: the place of the row's cell; rising.
    group
        Shape ``(cells,)``: the place of the cell's group; rising.
    groups
        How many groups there are.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.cells import CellRows
    >>> from evalkit.inference.groups import Groups
    >>> rows = CellRows.of(np.array([3, 1, 2]), np.ones(3), Groups.single(3), Groups(np.array([1, 0, 1]), 2))
    >>> rows.counts.tolist(), rows.by_group(rows.counts).tolist()
    ([1, 3, 2], [1.0, 5.0])
    """

    counts: Counts
    exposures: Floats
    cell: NDArray[np.intp]
    group: NDArray[np.intp]
    groups: int

    @classmethod
    def of(cls, counts: Counts, exposures: Floats, cells: Groups, groups: Groups) -> CellRows:
        """From rows in any order; a cell is what one value of ``cells`` is within one group."""
        inner, owner = groups.with_strata(cells)
        order = np.argsort(inner.at, kind="stable")
        return cls(counts[order], exposures[order], inner.at[order], owner.at, groups.count)

    @property
    def events(self) -> Floats:
        """The events of each cell, shape ``(cells,)``."""
        return self.by_cell(self.counts)

    @property
    def exposed(self) -> Floats:
        """The exposure of each cell, shape ``(cells,)``."""
        return self.by_cell(self.exposures)

    @property
    def means(self) -> Floats:
        """What each row has on average at the rate of its cell, shape ``(rows,)``; 0 without exposure."""
        exposed = self.exposed
        rates = np.divide(self.events, exposed, out=np.zeros(exposed.shape), where=exposed > 0)
        return np.asarray(self.exposures * rates[self.cell])

    def by_cell(self, numbers: Counts | Floats | NDArray[np.bool_]) -> Floats:
        """Sums of numbers of the rows, shape ``(cells,)``."""
        return Groups(self.cell, self.group.size).total(numbers)

    def by_group(self, numbers: Counts | Floats | NDArray[np.bool_]) -> Floats:
        """Sums of numbers of the rows, shape ``(groups,)``."""
        return self.of_cells(self.by_cell(numbers))

    def of_cells(self, numbers: Floats | NDArray[np.bool_]) -> Floats:
        """Sums of numbers of the cells, shape ``(groups,)``."""
        return Groups(self.group, self.groups).total(numbers)

    def at(self, rows: NDArray[np.bool_]) -> CellRows:
        """Some of the rows, with the cells and the groups that are then left, numbered anew."""
        cells, cell = np.unique(self.cell[rows], return_inverse=True)
        groups, group = np.unique(self.group[cells], return_inverse=True)
        return CellRows(self.counts[rows], self.exposures[rows], cell.reshape(-1), group.reshape(-1), groups.size)

    def parts(self) -> Iterator[tuple[slice, CellRows]]:
        """Stretches of whole groups that are quick to work on, and which groups they are; no group may be empty."""
        last = np.cumsum(self.by_group(np.ones(self.counts.size)))
        first_cell = np.searchsorted(self.group, np.arange(self.groups + 1))
        first_row = np.searchsorted(self.cell, np.append(first_cell, self.group.size)[: self.groups + 1])
        begin = 0
        while begin < self.groups:
            done = last[begin - 1] if begin else 0
            end = max(int(np.searchsorted(last, done + _MOST_ROWS, side="right")), begin + 1)
            rows, cells = slice(first_row[begin], first_row[end]), slice(first_cell[begin], first_cell[end])
            yield (
                slice(begin, end),
                CellRows(
                    self.counts[rows],
                    self.exposures[rows],
                    self.cell[rows] - first_cell[begin],
                    self.group[cells] - begin,
                    end - begin,
                ),
            )
            begin = end
