"""What a bootstrap draws with replacement: single units, whole clusters, or blocks of a series.

A sample is a row of choices, one for each part drawn (a unit, a cluster, the place where a block begins), so that a
sample with a part left out is the same row without that choice. The data themselves are one such row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

Places = NDArray[np.int64]


class Scheme(Protocol):
    """How samples of the rows of the data are drawn."""

    @property
    def whole(self) -> int:
        """How many whole parts there are to draw."""

    @property
    def own(self) -> Places:
        """The choices that give the data themselves, shape ``(parts,)``."""

    @property
    def shares(self) -> Floats:
        """How large a share of a sample each part is, shape ``(parts,)``; clusters weigh alike."""

    def drawn(self, draws: int, generator: np.random.Generator) -> Places:
        """Choices by lot, shape ``(draws, parts)``."""

    def rows(self, choices: Places, left_out: int | None = None) -> Iterator[tuple[Places, Places]]:
        """Which samples, shape ``(k,)``, and the rows of the data that they hold, shape ``(k, rows)``.

        Only samples of one size go together. With ``left_out`` that part of each sample is not in it.
        """


@dataclass(frozen=True, slots=True)
class Units:
    """Each row of the data is a unit of its own (Efron 1979)."""

    number: int

    @property
    def whole(self) -> int:
        """See :class:`Scheme`."""
        return self.number

    @property
    def own(self) -> Places:
        """See :class:`Scheme`."""
        return np.arange(self.number)

    @property
    def shares(self) -> Floats:
        """See :class:`Scheme`."""
        return np.full(self.number, 1 / self.number)

    def drawn(self, draws: int, generator: np.random.Generator) -> Places:
        """See :class:`Scheme`."""
        return generator.integers(0, self.number, size=(draws, self.number))

    def rows(self, choices: Places, left_out: int | None = None) -> Iterator[tuple[Places, Places]]:
        """See :class:`Scheme`."""
        yield np.arange(len(choices)), _without(choices, left_out)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Rows come in clusters (cases, areas) that are drawn whole, as many as there are (Davison and Hinkley 1997, 3.8).

    Attributes
    ----------
    cluster
        Shape ``(rows,)``: every number from 0 occurs.
    """

    cluster: Places

    @property
    def whole(self) -> int:
        """See :class:`Scheme`."""
        return int(self.cluster.max(initial=-1)) + 1

    @property
    def own(self) -> Places:
        """See :class:`Scheme`."""
        return np.arange(self.whole)

    @property
    def shares(self) -> Floats:
        """See :class:`Scheme`."""
        return np.full(self.whole, 1 / self.whole)

    def drawn(self, draws: int, generator: np.random.Generator) -> Places:
        """See :class:`Scheme`."""
        return generator.integers(0, self.whole, size=(draws, self.whole))

    def rows(self, choices: Places, left_out: int | None = None) -> Iterator[tuple[Places, Places]]:
        """Samples of unequal numbers of rows come apart, so that a statistic always meets a full matrix."""
        kept, order = _without(choices, left_out), np.argsort(self.cluster, kind="stable")
        sizes = np.bincount(self.cluster)
        first = np.cumsum(sizes) - sizes
        totals = sizes[kept].sum(axis=1)
        for total in np.unique(totals):
            at = np.flatnonzero(totals == total)
            flat = kept[at].ravel()
            ends = np.cumsum(sizes[flat])
            within = np.arange(ends[-1]) - np.repeat(ends - sizes[flat], sizes[flat])
            yield at, order[np.repeat(first[flat], sizes[flat]) + within].reshape(at.size, total)


@dataclass(frozen=True, slots=True)
class Series:
    """Rows are periods in order, drawn in blocks of neighbours; the last block is cut so that the length is kept.

    Circular blocks may begin anywhere and go round the end (Politis and Romano 1992); moving blocks begin where a
    whole one fits (Künsch 1989), which draws the first and last periods more seldom.
    """

    periods: int
    length: int
    circular: bool

    @property
    def whole(self) -> int:
        """See :class:`Scheme`."""
        return self.periods // self.length if self.length else 0

    @property
    def own(self) -> Places:
        """See :class:`Scheme`."""
        return np.arange(0, self.periods, self.length)

    @property
    def shares(self) -> Floats:
        """See :class:`Scheme`."""
        return self._lengths / self.periods

    @property
    def _lengths(self) -> Places:
        return np.minimum(self.length, self.periods - self.own)

    def drawn(self, draws: int, generator: np.random.Generator) -> Places:
        """See :class:`Scheme`."""
        starts = self.periods if self.circular else self.periods - self.length + 1
        return generator.integers(0, starts, size=(draws, self.own.size))

    def rows(self, choices: Places, left_out: int | None = None) -> Iterator[tuple[Places, Places]]:
        """See :class:`Scheme`."""
        kept, lengths = _without(choices, left_out), _without(self._lengths[np.newaxis], left_out)[0]
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        yield np.arange(len(kept)), (np.repeat(kept, lengths, axis=1) + within) % self.periods


def _without(choices: Places, left_out: int | None) -> Places:
    return choices if left_out is None else np.delete(choices, left_out, axis=1)
