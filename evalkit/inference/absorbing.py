"""Two sets of fixed effects taken out of columns exactly, without a dummy for each and without iteration.

Every row belongs to a unit and to a cell: a period, or a region's period. With the units taken out, the normal
equations of the cells are a matrix of cells × cells (a Schur complement), small enough to be solved as it stands. When
there are more cells than units the two change places. An alternating projection would give the same, more slowly.

Source: Guimarães and Portugal 2010, Stata Journal 10:628-649, for two high-dimensional sets of effects; the solution
by elimination is the Frisch, Waugh and Lovell theorem applied twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, sparse
from scipy.sparse import csgraph

from evalkit.inference.intervals import Floats

Whole = NDArray[np.int64]

_ROOM = 4
"""Whole numbers that spread over no more than so many times the rows are counted, not sorted."""


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Which unit and which cell each row belongs to.

    Attributes
    ----------
    unit, cell
        Shape ``(rows,)``: places from 0, every place in use.
    units, cells
        How many there are of each.
    parts
        How many parts of the panel have no unit and no cell in common; between two of them nothing is compared.
    part_of_cell
        Shape ``(cells,)``: the part that each cell is in.

    Examples
    --------
    >>> from evalkit.inference.absorbing import Effects
    >>> effects = Effects.of(["a", "a", "b", "b"], [2020, 2021, 2020, 2021])
    >>> effects.units, effects.cells, effects.parts, effects.rank
    (2, 2, 1, 3)
    """

    unit: Whole
    cell: Whole
    units: int
    cells: int
    parts: int
    part_of_cell: Whole

    @classmethod
    def of(cls, unit: ArrayLike, period: ArrayLike, region: ArrayLike | None = None) -> Self:
        """Effects of units and periods; with ``region``, of units and each region's periods.

        Parameters
        ----------
        unit, period, region
            Labels of any kind, shape ``(rows,)``.
        """
        cell = places_of(period)
        if region is not None:
            cell = places_of(places_of(region) * (int(cell.max(initial=0)) + 1) + cell)
        return cls._of_places(places_of(unit), cell)

    @classmethod
    def constant(cls, rows: int) -> Self:
        """Nothing but one level for all rows: the constant of a regression."""
        return cls._of_places(np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64))

    @classmethod
    def _of_places(cls, unit: Whole, cell: Whole) -> Self:
        units, cells = int(unit.max(initial=-1)) + 1, int(cell.max(initial=-1)) + 1
        joined = sparse.coo_matrix((np.ones(unit.size), (unit, units + cell)), shape=(units + cells,) * 2)
        parts, part = csgraph.connected_components(joined, directed=False)
        return cls(unit, cell, units, cells, int(parts), part[units:].astype(np.int64))

    def kept(self, rows: NDArray[np.bool_]) -> Effects:
        """The effects of some of the rows."""
        if rows.all():
            return self
        return Effects._of_places(_renumbered(self.unit[rows], self.units), _renumbered(self.cell[rows], self.cells))

    @property
    def rank(self) -> int:
        """How many free parameters the effects are."""
        return self.units + self.cells - self.parts

    def nested(self, clusters: Whole) -> tuple[bool, bool]:
        """Whether each unit, and whether each cell, lies within a single cluster."""
        return _within(self.unit, clusters, self.units), _within(self.cell, clusters, self.cells)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What an :class:`Absorber` needs of the effects that no weights change, so that an iteration makes it once.

    ``inner`` is the set that is eliminated first and ``outer`` the other, the one with fewer members.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.absorbing import Effects, Layout
    >>> layout = Layout.of(Effects.of([0, 0, 1, 1], [0, 1, 0, 1]))
    >>> layout.weighted(np.ones(4)).left(np.array([1.0, 2.0, 3.0, 8.0])).round(9).tolist()
    [1.0, -1.0, -1.0, 1.0]
    """

    inner: sparse.csr_matrix
    outer: sparse.csr_matrix
    pair: Whole
    part: Whole
    parts: int

    @classmethod
    def of(cls, effects: Effects) -> Self:
        """Which set goes first, and where each row belongs."""
        by_unit, by_cell = (effects.unit, effects.units), (effects.cell, effects.cells)
        fewer_cells = effects.cells <= effects.units
        (inner, inners), (outer, outers) = (by_unit, by_cell) if fewer_cells else (by_cell, by_unit)
        part = _part(effects, outer, outers)
        return cls(_sums(inner, inners), _sums(outer, outers), inner * outers + outer, part, effects.parts)

    def weighted(self, weights: Floats) -> Absorber:
        """The projection under weights, shape ``(rows,)``, above 0."""
        inners, outers = self.inner.shape[0], self.outer.shape[0]
        flat = np.bincount(self.pair, weights=weights, minlength=inners * outers)
        table = np.asarray(flat, dtype=np.float64).reshape(inners, outers)
        inner_total, outer_total = table.sum(axis=1), table.sum(axis=0)
        scale = 1 / np.sqrt(outer_total)
        left = np.eye(outers) - (table.T / inner_total) @ table * scale[:, None] * scale
        # One direction in each part is empty: raising its inner effects and lowering its outer ones by the same.
        level = np.where(self.part[:, None] == np.arange(self.parts), 1 / scale[:, None], 0.0)
        level /= np.linalg.norm(level, axis=0)
        factor = linalg.cho_factor(left + level @ level.T, lower=True)
        return Absorber(weights, self.inner, self.outer, table, inner_total, factor, scale)


@dataclass(frozen=True, slots=True, eq=False)
class Absorber:
    """The projection away from the effects, under weights; ``inner`` and ``outer`` as in :class:`Layout`."""

    weights: Floats
    inner: sparse.csr_matrix
    outer: sparse.csr_matrix
    table: Floats
    inner_total: Floats
    factor: tuple[Floats, bool]
    scale: Floats

    @classmethod
    def of(cls, effects: Effects, weights: Floats) -> Absorber:
        """Prepare the projection.

        Parameters
        ----------
        weights
            Shape ``(rows,)``, above 0.
        """
        return Layout.of(effects).weighted(weights)

    def left(self, columns: Floats) -> Floats:
        """What the effects do not explain of each column, shape ``(rows, columns)`` or ``(rows,)``.

        Examples
        --------
        >>> import numpy as np
        >>> from evalkit.inference.absorbing import Absorber, Effects
        >>> effects = Effects.of([0, 0, 1, 1], [0, 1, 0, 1])
        >>> Absorber.of(effects, np.ones(4)).left(np.array([1.0, 2.0, 3.0, 8.0])).round(9).tolist()
        [1.0, -1.0, -1.0, 1.0]
        """
        matrix = columns.reshape(len(columns), -1)
        weighted = matrix * self.weights[:, None]
        of_inner, of_outer = self.solved(self.inner @ weighted, self.outer @ weighted)
        explained = self.inner.T @ of_inner + self.outer.T @ of_outer
        return np.asarray(matrix - explained).reshape(columns.shape)

    def solved(self, inner: Floats, outer: Floats) -> tuple[Floats, Floats]:
        """The effects whose normal equations have these weighted sums, shape ``(members, columns)`` each."""
        reduced = outer - self.table.T @ (inner / self.inner_total[:, None])
        found = self.scale[:, None] * linalg.cho_solve(self.factor, self.scale[:, None] * reduced)
        return (inner - self.table @ found) / self.inner_total[:, None], found

    def cross(self, left: Floats, right: Floats, groups: sparse.csr_matrix) -> Floats:
        """``left' W P right`` between groups, ``P`` the projection on the effects; shape ``(groups, groups)``.

        Parameters
        ----------
        left, right
            Shape ``(rows,)``.
        groups
            Shape ``(groups, rows)``: ones where a row is in a group.
        """
        lefts = [self._by_group(left, members, groups) for members in (self.inner, self.outer)]
        rights = [self._by_group(right, members, groups) for members in (self.inner, self.outer)]
        of_inner, of_outer = self.solved(*rights)
        return np.asarray(lefts[0].T @ of_inner + lefts[1].T @ of_outer)

    def _by_group(self, column: Floats, members: sparse.csr_matrix, groups: sparse.csr_matrix) -> Floats:
        return np.asarray((members @ sparse.diags(self.weights * column) @ groups.T).toarray(), dtype=float)


def sums_of(groups: Whole, count: int) -> sparse.csr_matrix:
    """The matrix that sums rows by group, shape ``(count, rows)``."""
    return _sums(groups, count)


def _sums(places: Whole, count: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(places.size), (places, np.arange(places.size))), shape=(count, places.size))


def _part(effects: Effects, outer: Whole, outers: int) -> Whole:
    part = np.zeros(outers, dtype=np.int64)
    part[outer] = effects.part_of_cell[effects.cell]
    return part


def places_of(labels: ArrayLike) -> Whole:
    """Places from 0 without gaps, in the order of the labels; shape ``(rows,)``.

    Examples
    --------
    >>> from evalkit.inference.absorbing import places_of
    >>> places_of([7, 9, 7]).tolist(), places_of(["b", "a"]).tolist()
    ([0, 1, 0], [1, 0])
    """
    given = np.asarray(labels)
    if given.size and given.dtype.kind in "iu":
        low, high = int(given.min()), int(given.max())
        if high - low < _ROOM * given.size:
            return _renumbered(given.astype(np.int64) - low, high - low + 1)
    return np.unique(given, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _renumbered(places: Whole, count: int) -> Whole:
    """Places from 0 without gaps, in the same order; without the sort of ``np.unique``."""
    in_use = np.zeros(count, dtype=bool)
    in_use[places] = True
    return np.asarray((np.cumsum(in_use) - 1)[places])


def _within(members: Whole, clusters: Whole, count: int) -> bool:
    """Whether all rows of each member have one cluster."""
    one = np.zeros(count, dtype=np.int64)
    one[members] = clusters
    return bool((one[members] == clusters).all())
