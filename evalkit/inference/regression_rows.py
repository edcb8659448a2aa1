"""The rows of one regression per group, and their terms as stacked matrices.

The first term is the constant, the second the contrast of two sides; then come the covariates: a number centred and
scaled in its group, and anything else as one indicator for each value in the group but the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.chunks import rows_of_like_width
from evalkit.inference.groups import Groups
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.stacks import NOWHERE, Stack

Places = NDArray[np.intp]
_CONSTANT_AND_CONTRAST = 2


@dataclass(frozen=True, slots=True, eq=False)
class RegressionRows:
    """Rows with exposure in the order of their groups.

    Attributes
    ----------
    group
        Shape ``(rows,)``: the place of the row's group, rising.
    counts, side, log_exposure
        Events, 0 or 1 for the side, and the logarithm of the exposure.
    numbers, labels
        The covariates: numbers, and the place of a label.
    cluster
        Which rows of a group depend on each other.
    """

    group: Places
    counts: Counts
    side: Floats
    log_exposure: Floats
    numbers: tuple[Floats, ...]
    labels: tuple[Places, ...]
    cluster: Places

    def at(self, rows: NDArray[np.bool_] | Places) -> RegressionRows:
        """Some of the rows, in their order."""
        return RegressionRows(
            self.group[rows],
            self.counts[rows],
            self.side[rows],
            self.log_exposure[rows],
            tuple(column[rows] for column in self.numbers),
            tuple(column[rows] for column in self.labels),
            self.cluster[rows],
        )

    def without_barren_labels(self) -> RegressionRows:
        """Without the rows of a label, or a side, that has no events in its group: a term of its own fits them as zero.

        When such rows go, another label may be left without events.
        """
        rows = self
        while True:
            barren = np.zeros(rows.counts.size, dtype=bool)
            for column in (rows.side.astype(np.intp), *rows.labels):
                inner, _ = Groups(rows.group, 0).with_strata(Groups(column, int(column.max(initial=0)) + 1))
                barren |= (inner.total(rows.counts) == 0)[inner.at]
            if not barren.any():
                return rows
            rows = rows.at(~barren)

    def terms(self, groups: int) -> TermPlaces:
        """Where the terms of each covariate begin in each group."""
        begin, numbers, labels = np.full(groups, _CONSTANT_AND_CONTRAST), [], []
        whole = Groups(self.group, groups)
        for column in self.numbers:
            scaled, varies = _scaled(column, whole)
            numbers.append((scaled, np.where(varies, begin, -1)))
            begin = begin + varies
        for label in self.labels:
            rank, known = _ranks(label, whole)
            labels.append((rank, begin))
            begin = begin + np.maximum(known - 1, 0)
        return TermPlaces(tuple(numbers), tuple(labels), begin)


@dataclass(frozen=True, slots=True, eq=False)
class TermPlaces:
    """For each covariate its values by row and the place of its first term by group; how many terms a group has.

    A number that does not vary in a group has the place -1. Label 0 of a group has no term.
    """

    numbers: tuple[tuple[Floats, Places], ...]
    labels: tuple[tuple[Places, Places], ...]
    count: Places


@dataclass(frozen=True, slots=True, eq=False)
class PlacedStack:
    """A stack, the groups in it, and the row that stands in each of its places (any, where there is none)."""

    stack: Stack
    groups: Places
    rows: Places


def stacked(rows: RegressionRows, groups: int) -> Iterator[PlacedStack]:
    """The groups that have rows, as stacks of as many terms and of about as many rows.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.regression_rows import RegressionRows, stacked
    >>> label = (np.array([0, 2, 2]),)
    >>> side, at = np.array([0.0, 1, 0]), np.zeros(3, int)
    >>> rows = RegressionRows(at, np.array([4, 1, 2]), side, np.zeros(3), (), label, np.arange(3))
    >>> next(stacked(rows, 1)).stack.matrix.tolist()
    [[[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 0.0, 1.0]]]
    """
    terms = rows.terms(groups)
    first = np.searchsorted(rows.group, np.arange(groups))
    sizes = np.searchsorted(rows.group, np.arange(groups), side="right") - first
    for count in np.unique(terms.count[sizes > 0]):
        alike = np.flatnonzero((terms.count == count) & (sizes > 0))
        for some in rows_of_like_width(sizes[alike] * count):
            chosen = np.sort(alike[some])
            yield _placed(rows, terms, chosen, first, sizes)


def _placed(rows: RegressionRows, terms: TermPlaces, groups: Places, first: Places, sizes: Places) -> PlacedStack:
    steps = np.arange(sizes[groups].max())
    is_row = steps < sizes[groups, None]
    places = np.where(is_row, first[groups, None] + steps, first[groups, None])
    matrix = np.zeros((*places.shape, int(terms.count[groups[0]])))
    matrix[:, :, 0] = is_row
    matrix[:, :, 1] = is_row * rows.side[places]
    group, step = np.nonzero(is_row)
    row = places[group, step]
    for values, begin in terms.numbers:
        at = begin[groups[group]]
        there = at >= 0
        matrix[group[there], step[there], at[there]] = values[row[there]]
    for ranks, begin in terms.labels:
        rank = ranks[row]
        there = rank > 0
        matrix[group[there], step[there], begin[groups[group[there]]] + rank[there] - 1] = 1.0
    # Measured against their mean, large exposures leave the constant term in the range of a float.
    logs = np.where(is_row, rows.log_exposure[places], 0.0)
    middle = logs.sum(axis=1, keepdims=True) / is_row.sum(axis=1, keepdims=True)
    counts = np.where(is_row, rows.counts[places], 0).astype(float)
    return PlacedStack(Stack(matrix, counts, np.where(is_row, logs - middle, NOWHERE)), groups, places)


def _scaled(column: Floats, groups: Groups) -> tuple[Floats, NDArray[np.bool_]]:
    """The numbers less the mean of their group and over its spread, and in which groups they vary."""
    size = np.maximum(groups.total(np.ones(column.size)), 1)
    low, high = np.full(groups.count, np.inf), np.full(groups.count, -np.inf)
    np.minimum.at(low, groups.at, column)
    np.maximum.at(high, groups.at, column)
    centred = column - (groups.total(column) / size)[groups.at]
    spread = np.sqrt(groups.total(centred**2) / size)
    varies = (high > low) & (spread > 0)
    return centred / np.where(varies, spread, 1.0)[groups.at], varies


def _ranks(column: Places, groups: Groups) -> tuple[Places, Places]:
    """The place of each row's label among those of its group, as they first appear, and how many the group has."""
    code = groups.at.astype(np.int64) * (int(column.max(initial=0)) + 1) + column
    known, begin, back = np.unique(code, return_index=True, return_inverse=True)
    owner = groups.at[begin]
    order = np.lexsort((begin, owner))
    count = np.bincount(owner, minlength=groups.count)
    before = np.cumsum(count) - count
    rank = np.empty(known.size, dtype=np.intp)
    rank[order] = np.arange(known.size) - before[owner[order]]
    return rank[back.reshape(-1)], count
