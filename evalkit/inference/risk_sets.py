"""Who was still waiting on each day, for many groups at once.

A unit waits from day 0. On its last day it either has the event or is censored: seen to wait until then and not
after. Events of day 0 are allowed: everyone is at risk on day 0, and the share still waiting on a day is the share
whose event comes *after* that day. A unit censored on a day is counted as waiting on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Counts, Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """One row for each group and each day on which somebody's waiting ends, in that order.

    Attributes
    ----------
    group, day
        Shape ``(rows,)``. Groups are numbered from 0.
    at_risk
        Shape ``(rows,)``: units waiting when the day comes.
    events
        Shape ``(rows, causes)``: units with each kind of event on the day.
    left
        Shape ``(rows,)``: units waiting when the day has passed; those censored on it are not.
    first, units
        Shape ``(groups,)``: the place of each group's first row, and its number of units.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.risk_sets import gather
    >>> sets = gather(np.array([0.0, 4.0, 4.0, 9.0]), np.array([1, 1, 0, 0]), np.zeros(4, dtype=int))
    >>> sets.day.tolist(), sets.at_risk.tolist(), sets.events[:, 0].tolist(), sets.left.tolist()
    ([0.0, 4.0, 9.0], [4, 3, 1], [1, 1, 0], [3, 1, 0])
    """

    group: NDArray[np.int64]
    day: Floats
    at_risk: Counts
    events: Counts
    left: Counts
    first: NDArray[np.int64]
    units: Counts

    @property
    def any_event(self) -> Counts:
        """Units with an event of whatever kind, shape ``(rows,)``."""
        return np.asarray(self.events.sum(axis=1))

    @property
    def last(self) -> NDArray[np.int64]:
        """The place of each group's last row."""
        return np.append(self.first[1:], self.day.size) - 1

    @property
    def follow_up(self) -> Floats:
        """The last day on which anyone in each group was seen."""
        return self.day[self.last]

    def only(self, group: int) -> RiskSets:
        """Those of one group."""
        own = slice(int(self.first[group]), int(self.last[group]) + 1)
        return RiskSets(
            group=np.zeros_like(self.group[own]),
            day=self.day[own],
            at_risk=self.at_risk[own],
            events=self.events[own],
            left=self.left[own],
            first=np.zeros(1, dtype=np.int64),
            units=self.units[[group]],
        )

    def place(self, day: float) -> NDArray[np.int64]:
        """Each group's last row not after ``day``; -1 where its first row comes later."""
        passed = np.add.reduceat((self.day <= day).astype(np.int64), self.first)
        return np.where(passed > 0, self.first + passed - 1, -1)

    def total(self, values: NDArray[np.float64]) -> Floats:
        """The sum of a number per row over each group."""
        return np.asarray(np.add.reduceat(values, self.first), dtype=np.float64)

    def running(self, values: NDArray[np.float64], *, backwards: bool = False) -> Floats:
        """The sum within each group so far, the row itself included."""
        import polars as pl

        # polars begins each group's sum afresh; one sum over all less what came before would lose digits.
        frame = pl.DataFrame({"group": self.group, "value": values})
        return frame.select(pl.col("value").cum_sum(reverse=backwards).over("group")).to_series().to_numpy()

    def running_least(self, values: NDArray[np.float64]) -> Floats:
        """The least within each group so far, the row itself included."""
        import polars as pl

        frame = pl.DataFrame({"group": self.group, "value": values})
        return frame.select(pl.col("value").cum_min().over("group")).to_series().to_numpy()

    def running_product(self, values: NDArray[np.float64]) -> Floats:
        """The product within each group so far, the row itself included."""
        import polars as pl

        frame = pl.DataFrame({"group": self.group, "value": values})
        return frame.select(pl.col("value").cum_prod().over("group")).to_series().to_numpy()


def gather(
    days: Floats, outcome: NDArray[np.int64], group: NDArray[np.int64], *, causes: int = 1, groups: int | None = None
) -> RiskSets:
    """The risk sets of units given one by one.

    Parameters
    ----------
    days
        Shape ``(units,)``, from 0: how long each unit was seen to wait.
    outcome
        Shape ``(units,)``: 0 where censored, else which kind of event ended the waiting, from 1.
    group
        Shape ``(units,)``: every number from 0 to ``groups - 1`` occurs.
    causes
        How many kinds of event there are.
    groups
        How many groups there are; the largest number and one when not given.
    """
    order = np.lexsort((days, group))
    day, of, ended = days[order], group[order], outcome[order]
    new = np.ones(day.size, dtype=bool)
    new[1:] = (day[1:] != day[:-1]) | (of[1:] != of[:-1])
    start = np.flatnonzero(new)
    units = np.bincount(of, minlength=groups or 0).astype(np.int64)
    group_of_row = of[start]
    at_risk = np.cumsum(units)[group_of_row] - start
    kinds = np.stack([np.add.reduceat((ended == cause).astype(np.int64), start) for cause in range(1, causes + 1)], 1)
    return RiskSets(
        group=group_of_row,
        day=day[start],
        at_risk=at_risk,
        events=kinds,
        left=at_risk - np.diff(np.append(start, day.size)),
        first=np.searchsorted(group_of_row, np.arange(units.size)),
        units=units,
    )
