"""Many intervals at once, as arrays of one shape; or the reasons why some of them do not exist."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.interval import Interval
from evalkit.statements import Statement

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Intervals:
    """Estimates, their limits and what belongs to them, element by element.

    Attributes
    ----------
    estimate, low, high
        Shape ``S`` (any, also ``()`` for a single one), on the natural scale. Infinity means that the data
        set no limit on that side; nan stands exactly where there is a refusal.
    p_value, std_error
        Shape ``S``, or ``None`` when the method has none. As in :class:`~evalkit.inference.interval.Interval`.
    refused
        Shape ``S``: 0 where there is an interval, otherwise the place, from 1, of the reason in ``reasons``.
        ``None`` when nothing is refused.
    reasons
        The distinct reasons for refusal.

    Raises
    ------
    ValueError
        When the shapes differ, a number is missing without a refusal or there with one, or the limits are
        in the wrong order: a fault in evalkit, never in data.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.intervals import Intervals
    >>> many = Intervals(estimate=np.array([1.0, 2.0]), low=np.array([0.5, 1.0]), high=np.array([2.0, 4.0]))
    >>> many.at(1).high
    4.0
    """

    estimate: Floats
    low: Floats
    high: Floats
    p_value: Floats | None = None
    std_error: Floats | None = None
    refused: NDArray[np.int8] | None = None
    reasons: tuple[Statement, ...] = ()

    def __post_init__(self) -> None:
        shape = self.estimate.shape
        beside = (self.low, self.high, self.p_value, self.std_error, self.refused)
        if any(array is not None and array.shape != shape for array in beside):
            raise ValueError("the arrays of many intervals have one shape")
        there = self.is_estimated
        for array in (self.estimate, self.low, self.high):
            if (np.isnan(array) == there).any():
                raise ValueError("a number is missing without a refusal, or there with one")
        if (self.low > self.high).any():
            raise ValueError("a lower limit lies above the upper")

    @property
    def is_estimated(self) -> NDArray[np.bool_]:
        """Where there is a number, shape ``S``."""
        return np.ones(self.estimate.shape, dtype=bool) if self.refused is None else self.refused == 0

    def at(self, *index: int) -> Interval | Statement:
        """One of them as a value of its own; without an index the only one."""
        if self.refused is not None and self.refused[index]:
            return self.reasons[int(self.refused[index]) - 1]
        return Interval(
            float(self.estimate[index]),
            float(self.low[index]),
            float(self.high[index]),
            None if self.p_value is None else float(self.p_value[index]),
            None if self.std_error is None else float(self.std_error[index]),
        )

    def only(self) -> Interval:
        """The only one, by a method that refuses nothing.

        Raises
        ------
        ValueError
            When it is a refusal all the same: a fault in evalkit.
        """
        one = self.at()
        if isinstance(one, Interval):
            return one
        raise ValueError("a refusal came where none can")

    def spread_to(self, shape: tuple[int, ...]) -> Self:
        """The same repeated to fill ``shape``, by numpy's rules of broadcasting."""
        if self.estimate.shape == shape:
            return self
        return replace(
            self,
            estimate=np.broadcast_to(self.estimate, shape),
            low=np.broadcast_to(self.low, shape),
            high=np.broadcast_to(self.high, shape),
            p_value=None if self.p_value is None else np.broadcast_to(self.p_value, shape),
            std_error=None if self.std_error is None else np.broadcast_to(self.std_error, shape),
            refused=None if self.refused is None else np.broadcast_to(self.refused, shape),
        )

    def refuse(self, where: NDArray[np.bool_], reason: Statement) -> Self:
        """The same with the numbers withheld ``where`` true and not yet refused, and the reason in their place."""
        new = where & self.is_estimated
        if not new.any():
            return self
        before = np.zeros(self.estimate.shape, dtype=np.int8) if self.refused is None else self.refused
        reasons = self.reasons if reason in self.reasons else (*self.reasons, reason)
        place = reasons.index(reason) + 1
        return replace(
            self,
            estimate=np.where(new, np.nan, self.estimate),
            low=np.where(new, np.nan, self.low),
            high=np.where(new, np.nan, self.high),
            p_value=None if self.p_value is None else np.where(new, np.nan, self.p_value),
            std_error=None if self.std_error is None else np.where(new, np.nan, self.std_error),
            refused=np.where(new, np.int8(place), before).astype(np.int8),
            reasons=reasons,
        )
