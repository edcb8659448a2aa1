"""When a measure could have been in force instead: the same pattern begun at another time, round the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Flags held at one time: 2 MB.
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Shifts:
    """Periods in order, of which some are treated; an assignment moves the whole pattern in time.

    Each block is one series, and all series are equally long. All are moved by the same number of periods, so that
    what hits every series at once stays together. What is moved past the end comes in at the start.

    Attributes
    ----------
    treated, block
        Shape ``(rows,)``; the rows of each block stand in the order of time.
    """

    treated: NDArray[np.bool_]
    block: NDArray[np.int64]

    @property
    def places(self) -> NDArray[np.int64]:
        """The rows of each series in order, shape ``(series, periods)``."""
        return np.argsort(self.block, kind="stable").reshape(int(self.block.max()) + 1, -1)

    @property
    def number(self) -> int:
        """How many different assignments there are: after so many periods the pattern comes back."""
        periods = self.places.shape[1]
        return next(step for step in range(1, periods + 1) if periods % step == 0 and self._returns(step))

    @property
    def always_extreme(self) -> int:
        """How many assignments are as extreme as the observed one whatever the values: itself and its opposite.

        Moved twice by as much as gives the opposite, the pattern is back; so only half of the way can give it.
        """
        half, odd = divmod(self.number, 2)
        return 1 if odd else 1 + int((self._moved(np.array([half])) != self.treated).all())

    def _returns(self, step: int) -> bool:
        return bool((self._moved(np.array([step])) == self.treated).all())

    def enumerated(self) -> Iterator[NDArray[np.bool_]]:
        """Every assignment, in chunks of shape ``(assignments, rows)``."""
        number, rows = self.number, max(1, _CHUNK // self.treated.size)
        for start in range(0, number, rows):
            yield self._moved(np.arange(start, min(number, start + rows)))

    def drawn(self, draws: int, generator: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
        """Random assignments, in chunks."""
        rows = max(1, _CHUNK // self.treated.size)
        for start in range(0, draws, rows):
            yield self._moved(generator.integers(0, self.places.shape[1], size=min(rows, draws - start)))

    def _moved(self, by: NDArray[np.int64]) -> NDArray[np.bool_]:
        places = self.places
        before = (np.arange(places.shape[1]) - by[:, np.newaxis]) % places.shape[1]
        assigned = np.empty((by.size, self.treated.size), dtype=bool)
        assigned[:, places] = self.treated[places][:, before].transpose(1, 0, 2)
        return assigned
