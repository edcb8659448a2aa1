"""A group beside its reference: the counts and exposures of both, as arrays of one shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evalkit.inference.intervals import Counts, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Counts (from 0) and exposures (positive) of two sides, all of one shape ``S``.

    Examples
    --------
    >>> from evalkit.inference.pairs import Pairs
    >>> Pairs.of([3, 0], 2.0, [1, 0], [1.0, 5.0]).is_empty.tolist()
    [False, True]
    """

    events: Counts
    exposed: Floats
    events_ref: Counts
    exposed_ref: Floats

    @classmethod
    def of(cls, counts: ArrayLike, exposures: ArrayLike, counts_ref: ArrayLike, exposures_ref: ArrayLike) -> Pairs:
        """From numbers or arrays that fit together."""
        events, exposed, events_ref, exposed_ref = np.broadcast_arrays(
            np.asarray(counts, dtype=np.int64),
            np.asarray(exposures, dtype=np.float64),
            np.asarray(counts_ref, dtype=np.int64),
            np.asarray(exposures_ref, dtype=np.float64),
        )
        return cls(events, exposed, events_ref, exposed_ref)

    @property
    def columns(self) -> tuple[Counts, Floats, Counts, Floats]:
        """All four in the order of the fields."""
        return self.events, self.exposed, self.events_ref, self.exposed_ref

    def ravelled(self) -> Pairs:
        """The same as vectors."""
        return Pairs(
            np.ravel(self.events), np.ravel(self.exposed), np.ravel(self.events_ref), np.ravel(self.exposed_ref)
        )

    def at(self, rows: NDArray[np.int64]) -> Pairs:
        """Those at the given places of vectors."""
        return Pairs(self.events[rows], self.exposed[rows], self.events_ref[rows], self.exposed_ref[rows])

    def swapped(self, where: NDArray[np.bool_]) -> Pairs:
        """With the two sides in each other's place where asked for."""
        return Pairs(
            np.where(where, self.events_ref, self.events),
            np.where(where, self.exposed_ref, self.exposed),
            np.where(where, self.events, self.events_ref),
            np.where(where, self.exposed, self.exposed_ref),
        )

    @property
    def counts(self) -> tuple[Counts, Counts]:
        """The counts of the group and of the reference."""
        return self.events, self.events_ref

    @property
    def is_empty(self) -> NDArray[np.bool_]:
        """Where neither side has any event."""
        return np.asarray((self.events == 0) & (self.events_ref == 0))

    @property
    def ratio(self) -> Floats:
        """The observed ratio of the rates: infinity without an event in the reference, nan without any."""
        odds = np.full(self.events.shape, np.inf)
        np.divide(self.events, self.events_ref, out=odds, where=self.events_ref > 0)
        return np.where(self.is_empty, np.nan, self.exposed_ref / self.exposed * odds)

    @property
    def difference(self) -> Floats:
        """The observed difference of the rates."""
        return np.asarray(self.events / self.exposed - self.events_ref / self.exposed_ref)
