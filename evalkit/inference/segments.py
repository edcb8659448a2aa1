"""The terms of a segmented regression: level and trend before, and how both change at a break."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

LEVEL, SLOPE = 1, 2
"""The columns of a design that hold the change in level and, when there is one, in slope."""


@dataclass(frozen=True, slots=True)
class Break:
    """When something starts, in points of time; ``full`` is the first at full strength.

    Between them the level's change grows in equal steps. The slope's change is **centred at the break**: it counts 1 at
    ``full``, 2 at the next point and so on, so that the level's change is that of the moment just before ``full`` and
    not of time 0 (Lopez Bernal, Cummins and Gasparrini's correction of their own code, 2017).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.segments import Break
    >>> at = Break(start=3, full=5)
    >>> at.strength(np.arange(7)).round(3).tolist(), at.since(np.arange(7)).tolist()
    ([0.0, 0.0, 0.0, 0.333, 0.667, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0])
    """

    start: int
    full: int

    def __post_init__(self) -> None:
        if self.full < self.start:
            raise ValueError("full strength comes no earlier than the start")

    def strength(self, time: NDArray[np.int64]) -> Floats:
        """From 0 before the start to 1 at full strength, shape ``(points,)``."""
        return np.clip((time - self.start + 1) / (self.full - self.start + 1), 0.0, 1.0)

    def since(self, time: NDArray[np.int64]) -> Floats:
        """Points since full strength, from 1; 0 before, shape ``(points,)``."""
        return np.maximum(time - self.full + 1, 0).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The matrix of one or several series laid after each other, and the break in it.

    ``matrix`` has shape ``(rows, terms)``: constant, level change, slope change unless there is none, and the rest.
    """

    matrix: Floats
    time: NDArray[np.int64]
    series: NDArray[np.intp]
    at: Break
    has_slope: bool

    @property
    def trend_unit(self) -> int:
        """Points of time in one unit of the trend: with the whole length, no column is large beside the constant."""
        return _unit(self.time, self.at)

    @property
    def without_break(self) -> Floats:
        """The same terms had nothing happened at the break, shape ``(rows, terms)``."""
        matrix = self.matrix.copy()
        matrix[:, LEVEL : SLOPE + self.has_slope] = 0.0
        return matrix

    @property
    def after(self) -> NDArray[np.bool_]:
        """The rows from the start on."""
        return self.time >= self.at.start


def design(
    time: NDArray[np.int64],
    series: NDArray[np.intp],
    at: Break,
    nuisance: Floats,
    *,
    steps: tuple[int, ...] = (),
    has_slope: bool = True,
) -> Design:
    """The terms of a segmented log-linear regression.

    ``log rate = constant + trend + β₁ strength + β₂ since + steps + nuisance``; with several series each has its own
    constant and trend, and all share the rest.

    Parameters
    ----------
    time
        The point of time of each row, shape ``(rows,)``, sorted within a series; points may be left out.
    series
        Which series each row belongs to, from 0, shape ``(rows,)``.
    at
        The break.
    nuisance
        Further columns (season, covariates), shape ``(rows, terms)``.
    steps
        Points of time from which another known change of level holds.
    has_slope
        Whether the slope may change.

    Source: Wagner, Soumerai, Zhang and Ross-Degnan 2002, Journal of Clinical Pharmacy and Therapeutics 27:299-309;
    Lopez Bernal, Cummins and Gasparrini 2017, International Journal of Epidemiology 46:348-355, for counts.
    """
    trend = (time - at.start) / _unit(time, at)
    columns = [np.ones(time.size), at.strength(time)]
    columns += [at.since(time)] if has_slope else []
    for one in range(int(series.max()) + 1):
        own = (series == one).astype(float)
        columns += [own] if one else []
        columns += [own * trend]
    columns += [(time >= step).astype(float) for step in steps]
    return Design(np.column_stack([*columns, nuisance]), time, series, at, has_slope)


def _unit(time: NDArray[np.int64], at: Break) -> int:
    return max(1, int(np.abs(time - at.start).max()))
