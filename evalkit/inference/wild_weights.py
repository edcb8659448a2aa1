"""The random multipliers of a wild bootstrap: every one of them when they are few, otherwise drawn."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

_CELLS = 4_000_000
"""Multipliers held at one time: 32 MB."""


class Weights(StrEnum):
    """``RADEMACHER``: 1 or -1. ``WEBB``: six values, ±√½, ±1 and ±√1½, for fewer than about a dozen clusters.

    Source: Webb 2023, Canadian Journal of Economics 56:839-858, for the six points.
    """

    RADEMACHER = "rademacher"
    WEBB = "webb"


POINTS: dict[Weights, Floats] = {
    Weights.RADEMACHER: np.array([1.0, -1.0]),
    Weights.WEBB: np.array([1.0, -1.0, np.sqrt(0.5), -np.sqrt(0.5), np.sqrt(1.5), -np.sqrt(1.5)]),
}


def number(weights: Weights, clusters: int) -> int:
    """How many different sets of multipliers there are."""
    return int(POINTS[weights].size ** clusters)


def enumerated(weights: Weights, clusters: int) -> Iterator[Floats]:
    """Every set, in chunks of shape ``(sets, clusters)``; the first one changes nothing.

    Examples
    --------
    >>> from evalkit.inference.wild_weights import Weights, enumerated
    >>> [chunk.tolist() for chunk in enumerated(Weights.RADEMACHER, 2)]
    [[[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]]
    """
    points = POINTS[weights]
    places = points.size ** np.arange(clusters - 1, -1, -1, dtype=np.int64)
    total, rows = number(weights, clusters), max(1, _CELLS // clusters)
    for start in range(0, total, rows):
        numbers: NDArray[np.int64] = np.arange(start, min(total, start + rows))
        yield points[numbers[:, None] // places % points.size]


def drawn(weights: Weights, clusters: int, draws: int, generator: np.random.Generator) -> Iterator[Floats]:
    """Random sets, in chunks of shape ``(sets, clusters)``."""
    points, rows = POINTS[weights], max(1, _CELLS // clusters)
    for start in range(0, draws, rows):
        yield points[generator.integers(0, points.size, size=(min(rows, draws - start), clusters))]
