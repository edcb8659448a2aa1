"""Two exact tests of whether two proportions are the same: Fisher's, and Boschloo's which is never less powerful.

A two-sided p-value is twice the smaller one-sided, at most 1, as everywhere in evalkit. R's ``fisher.test`` adds up
every table no more probable than the observed one instead, and is then another test; the one-sided tails are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evalkit.inference import hypergeometric
from evalkit.inference.hypergeometric import Margins
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.method import Alternative

MOST_FOR_BOSCHLOO = 4000
"""So many on both sides together; the table of every outcome has then four million cells."""
_TIE = 1e-9
_SMALLEST_GRID, _GRID_PER_DEVIATION = 64, 16
_PEAKS, _ZOOMS, _ZOOM_POINTS = 3, 6, 9


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """P-values of many tests; nan where there is none, which is where a whole is 0 or too large for the test."""

    statistic: Floats
    p_value: Floats


def fisher(
    counts: ArrayLike,
    wholes: ArrayLike,
    counts_ref: ArrayLike,
    wholes_ref: ArrayLike,
    alternative: Alternative = Alternative.TWO_SIDED,
) -> Outcomes:
    """The test given both margins. The statistic is the number of the group that have the property.

    Source: Fisher 1935, Journal of the Royal Statistical Society 98:39-82.

    Examples
    --------
    >>> from evalkit.inference import proportion_tests
    >>> round(proportion_tests.fisher(7, 12, 1, 10, proportion_tests.Alternative.GREATER).p_value.item(), 6)
    0.026316
    """
    tables = _Tables.of(counts, wholes, counts_ref, wholes_ref)
    less, greater = np.full(tables.size, np.nan), np.full(tables.size, np.nan)
    part, whole, ref, whole_ref = tables.different
    told = (whole > 0) & (whole_ref > 0)
    if told.any():
        margins = Margins(marked=whole[told], others=whole_ref[told], drawn=(part + ref)[told])
        even = np.zeros(int(told.sum()))
        less[told], greater[told] = hypergeometric.tails(part[told], margins, even, share=1.0)
    return tables.outcomes(tables.different[0].astype(float), _chosen(less, greater, alternative))


def boschloo(
    counts: ArrayLike,
    wholes: ArrayLike,
    counts_ref: ArrayLike,
    wholes_ref: ArrayLike,
    alternative: Alternative = Alternative.TWO_SIDED,
) -> Outcomes:
    """Fisher's one-sided p-value as a statistic, its own probability at the worst common proportion.

    Given only how many were looked at on each side, not how many in all had the property. Tables whose Fisher
    p-values differ by less than one part in 10⁹ count as equal, which rounding cannot tell apart. The worst common
    proportion is sought on a grid finer than any peak can be and then ever closer around the three highest points.

    Source: Boschloo 1970, Statistica Neerlandica 24:1-35.

    Examples
    --------
    >>> from evalkit.inference import proportion_tests
    >>> round(proportion_tests.boschloo(7, 12, 1, 10, proportion_tests.Alternative.GREATER).p_value.item(), 6)
    0.010986
    """
    tables = _Tables.of(counts, wholes, counts_ref, wholes_ref)
    less, greater = np.full(tables.size, np.nan), np.full(tables.size, np.nan)
    for (whole, whole_ref), at in tables.by_wholes():
        if not whole or not whole_ref or whole + whole_ref > MOST_FOR_BOSCHLOO:
            continue
        part, ref = tables.different[0, at], tables.different[2, at]
        fisher_p = _fisher_greater(whole, whole_ref)
        if alternative is not Alternative.LESS:
            greater[at] = _worst(fisher_p, part, ref)
        if alternative is not Alternative.GREATER:
            # Fewer that have it are more that do not.
            less[at] = _worst(fisher_p, whole - part, whole_ref - ref)
    found = tables.outcomes(less, _chosen(less, greater, alternative))
    return Outcomes(fisher(counts, wholes, counts_ref, wholes_ref, alternative).p_value, found.p_value)


METHODS: dict[str, Callable[..., Outcomes]] = {"boschloo": boschloo, "fisher": fisher}


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """The different tables, shape ``(4, n)``, and the place of each given one among them."""

    different: Counts
    back: NDArray[np.intp]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, *columns: ArrayLike) -> _Tables:
        arrays = np.broadcast_arrays(*(np.asarray(column, dtype=np.int64) for column in columns))
        different, back = np.unique(np.stack([array.ravel() for array in arrays]), axis=1, return_inverse=True)
        return cls(different, back.ravel(), arrays[0].shape)

    @property
    def size(self) -> int:
        return int(self.different.shape[1])

    def by_wholes(self) -> Iterator[tuple[tuple[int, int], NDArray[np.intp]]]:
        wholes, belongs = np.unique(self.different[[1, 3]], axis=1, return_inverse=True)
        for at, (whole, whole_ref) in enumerate(wholes.T.tolist()):
            yield (whole, whole_ref), np.flatnonzero(belongs.ravel() == at)

    def outcomes(self, statistic: Floats, p_value: Floats) -> Outcomes:
        return Outcomes(statistic[self.back].reshape(self.shape), p_value[self.back].reshape(self.shape))


def _chosen(less: Floats, greater: Floats, alternative: Alternative) -> Floats:
    if alternative is Alternative.TWO_SIDED:
        return np.asarray(np.minimum(1.0, 2 * np.minimum(less, greater)))
    return np.asarray(np.minimum(1.0, greater if alternative is Alternative.GREATER else less))


def _fisher_greater(whole: int, whole_ref: int) -> Floats:
    """Fisher's p-value for a larger share in the group, for every table: shape ``(whole + 1, whole_ref + 1)``."""
    part, ref = np.arange(whole + 1), np.arange(whole_ref + 1)
    logs = _log_choose(whole, part)[:, None] + _log_choose(whole_ref, ref)
    logs -= _log_choose(whole + whole_ref, np.add.outer(part, ref))
    terms = np.exp(logs)
    # A diagonal has the tables with one total; its tail is summed from the far end, where the terms are small.
    for total in range(1, whole + whole_ref + 1):
        on = np.arange(max(0, total - whole_ref), min(whole, total) + 1)[::-1]
        terms[on, total - on] = np.cumsum(terms[on, total - on])
    return terms


def _log_choose(of: int, many: Counts) -> Floats:
    return np.asarray(special.gammaln(of + 1) - special.gammaln(many + 1) - special.gammaln(of - many + 1))


def _worst(fisher_p: Floats, part: Counts, ref: Counts) -> Floats:
    """For each observed table the largest probability of one at least as extreme, over the common proportion."""
    whole, whole_ref = (side - 1 for side in fisher_p.shape)
    # Tables with a given number in the group are extreme up to some number in the reference.
    last = np.stack(
        [(fisher_p <= fisher_p[one, other] * (1 + _TIE)).sum(axis=1) - 1 for one, other in zip(part, ref, strict=True)]
    )
    # Even steps of the angle are even steps in standard deviations, also where the proportion is near 0 or 1.
    angles = np.linspace(0, np.pi / 2, _SMALLEST_GRID + int(_GRID_PER_DEVIATION * np.sqrt(whole + whole_ref)))
    spots = np.sin(angles) ** 2
    at_most = _at_most(whole_ref, spots)
    exactly = _exactly(whole, spots)
    return np.array([_peak(angles, _probability(exactly, at_most, one), one, whole, whole_ref) for one in last])


def _peak(angles: Floats, seen: Floats, last: Counts, whole: int, whole_ref: int) -> float:
    higher = np.flatnonzero((seen[1:-1] >= seen[:-2]) & (seen[1:-1] >= seen[2:])) + 1
    best = float(seen.max())
    for at in higher[np.argsort(seen[higher])[-_PEAKS:]]:
        low, high = angles[at - 1], angles[at + 1]
        for _ in range(_ZOOMS):
            near = np.linspace(low, high, _ZOOM_POINTS)
            spots = np.sin(near) ** 2
            values = _probability(_exactly(whole, spots), _at_most(whole_ref, spots), last)
            top = int(values.argmax())
            best = max(best, float(values[top]))
            low, high = near[max(top - 1, 0)], near[min(top + 1, _ZOOM_POINTS - 1)]
    return best


def _probability(exactly: Floats, at_most: Floats, last: Counts) -> Floats:
    # ``at_most`` has a column of zeros first, for the numbers in the group that are never extreme.
    return np.asarray(np.einsum("ij,ij->i", exactly, at_most[:, last + 1]))


def _exactly(whole: int, spots: Floats) -> Floats:
    part = np.arange(whole + 1)
    logs = special.xlogy(part, spots[:, None]) + special.xlog1py(whole - part, -spots[:, None])
    return np.asarray(np.exp(_log_choose(whole, part) + logs))


def _at_most(whole: int, spots: Floats) -> Floats:
    sums = np.cumsum(_exactly(whole, spots), axis=1)
    return np.concatenate([np.zeros((spots.size, 1)), np.minimum(sums, 1.0)], axis=1)
