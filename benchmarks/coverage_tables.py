"""What every coverage table means, in one place.

A line is a number of expected events (cases, units). Its settings are exposure ratios, true values and so on, and in
every setting several means from 2/3 to 3/2 of the line's number, because with whole counts the coverage goes up and
down with the mean. A cell is the mean over the settings and, in brackets, the least of them, in per cent. A refusal is
neither right nor wrong: coverage is among the data sets that got an interval, and the share refused stands in a
column of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Intervals

LEVEL = 0.95
MEANS = (0.5, 1.0, 3.0, 10.0, 30.0)
BAND = np.geomspace(2 / 3, 3 / 2, 9)
"""The means of a line, as multiples of its number."""
_TOO_FEW = 0.005


@dataclass(frozen=True, slots=True)
class Share:
    """Of one setting: the share of the intervals that hold the truth, and of the data sets that were refused."""

    held: float
    refused: float = 0.0

    @classmethod
    def of(cls, found: Intervals, truth: float | NDArray[np.float64]) -> Share:
        """From simulated data sets of equal weight; nan where hardly any has an interval."""
        return cls.among((found.low <= truth) & (truth <= found.high), found.is_estimated)

    @classmethod
    def among(cls, held: NDArray[np.bool_], given: NDArray[np.bool_]) -> Share:
        """From whether each interval holds the truth, and whether there is one."""
        some = float(given.mean())
        return cls(float(held[given].mean()) if some > _TOO_FEW else math.nan, 1 - some)

    @classmethod
    def summed(cls, held: NDArray[np.bool_], given: NDArray[np.bool_], probability: NDArray[np.float64]) -> Share:
        """From every outcome and its probability."""
        whole = float(probability.sum())
        some = float((probability * given).sum()) / whole
        return cls(float((probability * (held & given)).sum()) / whole / some, 1 - some)


def told(settings: Iterable[Share]) -> str:
    """A cell: mean and least."""
    held = [one.held for one in settings if not math.isnan(one.held)]
    return f"{100 * np.mean(held):.1f} ({100 * min(held):.1f})" if held else "–"


def refused(settings: Iterable[Share]) -> str:
    """The mean share refused."""
    return f"{100 * np.mean([one.refused for one in settings]):.0f}"


def line(name: str, methods: Sequence[Sequence[Share]], *, each: bool = False) -> list[str]:
    """A line of a table: its name, a cell for each method and what was refused (of ``each`` method, or of the last)."""
    shares = [refused(method) for method in methods]
    return [name, *(told(method) for method in methods), *(shares if each else shares[-1:])]


def table(title: str, names: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Print a table in Markdown, each line as soon as it is there."""
    print(f"\n**{title}**\n")
    print("| " + " | ".join(names) + " |")
    print("|" + "---|" * len(names))
    for cells in lines:
        print("| " + " | ".join(cells) + " |", flush=True)
