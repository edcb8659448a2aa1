"""Persons who come in cases: intervals for the number of persons when one case may hold many.

Cases are taken to come by chance only (Poisson), each with a size of its own; the number of persons is then compound
Poisson, which is a weighted sum of Poisson counts, one for each size. With y = Σ size and v = Σ size² the lower limit
is a quantile of the gamma with mean y and variance v, the upper one of that with mean y + m and variance v + m², m
being the most persons that a case can hold: the gamma interval of Fay and Feuer, where m is the largest weight. Without
such an m no interval has an upper limit (Bahadur and Savage), and there is none here.

A ratio puts two sides together by melding: the upper limit is a quantile of the quotient of the group's upper gamma and
the reference's lower one, an F up to its scale. With single persons and m = 1 these are the exact interval of a rate
and the exact conditional one of a ratio.

Sources: Fay and Feuer 1997, Statistics in Medicine 16:791-801, for the gamma interval of a weighted sum of Poisson
counts; Fay, Proschan and Brittain 2015, Biometrics 71:146-156, for melding; Bahadur and Savage 1956, Annals of
Mathematical Statistics 27:1115-1122, for what no interval can do. No case of either covering less than its level is
known; ``docs/statistics/cases.md`` has the measured coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import inverse_beta
from evalkit.inference.intervals import Counts, Floats, Intervals


@dataclass(frozen=True, slots=True, eq=False)
class CaseSums:
    """What the sizes of the cases of each group add up to: all that the intervals need.

    Attributes
    ----------
    cases, persons, squares
        Per group the number of cases with at least one person, Σ size and Σ size²; all have one shape.
    largest
        The largest size, 0 where there is no case.
    singles
        Cases of one person.
    """

    cases: Counts
    persons: Counts
    squares: Floats
    largest: Counts
    singles: Counts

    @classmethod
    def of(cls, sizes: ArrayLike, groups: NDArray[np.int64] | None = None, count: int | None = None) -> CaseSums:
        """The sums by group.

        Parameters
        ----------
        sizes
            Persons in each case, whole numbers from 0, shape ``(cases,)``. A case of none adds nothing.
        groups
            The place of each case's group, from 0, shape ``(cases,)``; left out there is one group and the
            sums have the shape ``()``.
        count
            The number of groups.

        Examples
        --------
        >>> import numpy as np
        >>> from evalkit.inference.clustered import CaseSums
        >>> CaseSums.of([3, 1, 4], np.array([0, 0, 2]), 3).persons.tolist()
        [4, 0, 4]
        """
        persons = np.asarray(sizes, dtype=np.int64)
        if groups is None:
            return cls.of(persons, np.zeros(persons.shape, dtype=np.int64), 1).each(lambda sums: sums.reshape(()))
        many = int(count or 0)
        sums, squares = np.zeros(many, dtype=np.int64), np.zeros(many)
        np.add.at(sums, groups, persons)
        np.add.at(squares, groups, persons.astype(float) ** 2)
        largest = np.zeros(many, dtype=np.int64)
        np.maximum.at(largest, groups, persons)
        cases, singles = (np.bincount(groups[kept], minlength=many) for kept in (persons > 0, persons == 1))
        return cls(cases, sums, squares, largest, singles)

    @classmethod
    def tallied(cls, counts: Counts, sizes: Counts) -> CaseSums:
        """The sums from how many cases there are of each size.

        Parameters
        ----------
        counts
            Cases of each size, shape ``(groups, sizes)``.
        sizes
            The sizes, growing and all above 0, shape ``(sizes,)``.

        Examples
        --------
        >>> import numpy as np
        >>> from evalkit.inference.clustered import CaseSums
        >>> sums = CaseSums.tallied(np.array([[2, 0, 1]]), np.array([1, 4, 9]))
        >>> sums.persons.item(), sums.largest.item()
        (11, 9)
        """
        return cls(
            cases=counts.sum(axis=1),
            persons=counts @ sizes,
            squares=(counts @ sizes**2).astype(float),
            largest=np.where(counts > 0, sizes, 0).max(axis=1),
            singles=counts[:, sizes == 1].sum(axis=1),
        )

    def each(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> CaseSums:
        """With every array changed alike."""
        return CaseSums(*(change(getattr(self, part.name)) for part in fields(self)))

    def reshaped(self) -> CaseSums:
        """A single group as a vector of one; many stay as they are."""
        return self.each(np.atleast_1d)

    def at(self, places: NDArray[np.int64]) -> CaseSums:
        """Those of the groups at the given places."""
        return self.each(lambda sums: sums[places])

    def without(self, size: Counts) -> CaseSums:
        """The sums when one case of each ``size`` is left out, shape of ``size``; the largest stays that of all."""
        return CaseSums(
            cases=self.cases - (size > 0),
            persons=self.persons - size,
            squares=self.squares - size.astype(float) ** 2,
            largest=self.largest,
            singles=self.singles - (size == 1),
        )

    def without_singles(self) -> CaseSums:
        """The sums without any case of one person; the largest stays that of all."""
        gone = self.singles
        none = np.zeros_like(gone)
        return CaseSums(self.cases - gone, self.persons - gone, self.squares - gone, self.largest, none)


def rate(
    sums: CaseSums,
    exposures: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = None,
    at_most: float | None = None,
) -> Intervals:
    """Persons per unit of exposure.

    ``at_most`` is the most persons that a case can hold, at least as many as the largest seen holds. Without it there
    is no upper limit, and a group without any case is refused.

    Examples
    --------
    >>> from evalkit.inference.clustered import CaseSums, rate
    >>> found = rate(CaseSums.of([1, 1, 2, 12]), 1.0, at_most=50).only()
    >>> round(found.low, 2), round(found.high, 2)
    (1.48, 198.31)
    """
    exposed = np.asarray(exposures, dtype=float)
    outer = (1 - conf_level) / 2
    estimate = np.asarray(sums.persons / exposed)
    below, above = _Below.of(sums), _Above.of(sums, at_most)
    p_value = None
    if null is not None:
        at = np.asarray(null * exposed)
        p_value = np.asarray(np.minimum(1.0, 2 * np.minimum(below.tail(at), above.tail(at))))
    found = Intervals(
        estimate=estimate,
        low=np.minimum(below.lower(outer) / exposed, estimate),
        high=np.maximum(above.upper(outer) / exposed, estimate),
        p_value=p_value,
    )
    return found if at_most is not None else found.refuse(np.asarray(sums.cases == 0), refusals.no_case_sizes())


def ratio(
    sums: CaseSums,
    exposures: ArrayLike,
    sums_ref: CaseSums,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float = 1.0,
    at_most: float | None = None,
) -> Intervals:
    """The ratio of two rates of persons, the second being the reference.

    ``at_most`` holds for both sides; without it either limit would rest on a side that has no upper limit, and there is
    a refusal. A side without any case leaves the interval one-sided; without any on either side there is a refusal.

    Examples
    --------
    >>> from evalkit.inference.clustered import CaseSums, ratio
    >>> found = ratio(CaseSums.of([2, 1, 3, 2, 1, 2]), 1.0, CaseSums.of([1, 3, 2]), 1.0, at_most=5).only()
    >>> round(found.estimate, 3), found.low < 1 < found.high
    (1.833, True)
    """
    longer = np.asarray(exposures_ref, dtype=float) / np.asarray(exposures, dtype=float)
    outer = (1 - conf_level) / 2
    below, above = _Below.of(sums), _Above.of(sums, at_most)
    below_ref, above_ref = _Below.of(sums_ref), _Above.of(sums_ref, at_most)
    with np.errstate(divide="ignore", invalid="ignore"):
        # None on one side is a ratio of 0 or infinity; none on both is refused below.
        quotient = sums.persons / sums_ref.persons * longer
        low = longer / above_ref.upper_over(below, outer)
    estimate = np.asarray(np.nan_to_num(quotient, nan=1.0, posinf=np.inf))
    high = longer * above.upper_over(below_ref, outer)
    at = np.asarray(null / longer)
    tails = np.minimum(above_ref.tail_over(below, 1 / at), above.tail_over(below_ref, at))
    found = Intervals(
        estimate=estimate,
        low=np.minimum(low, estimate),
        high=np.maximum(high, estimate),
        p_value=np.asarray(np.minimum(1.0, 2 * tails)),
    )
    found = found.refuse(np.asarray(sums.cases + sums_ref.cases == 0), refusals.no_events())
    unknown = np.full(estimate.shape, at_most is None)
    return found.refuse(unknown, refusals.largest_case_unknown())


@dataclass(frozen=True, slots=True, eq=False)
class _Gamma:
    """Gammas by their shape and scale."""

    shape: Floats
    scale: Floats

    @classmethod
    def of(cls, mean: Floats, variance: Floats) -> _Gamma:
        scale = np.asarray(variance / mean)
        return cls(np.asarray(mean / scale), scale)


@dataclass(frozen=True, slots=True, eq=False)
class _Below:
    """What the lower limit rests on: the persons and their variance; ``none`` where there is no case."""

    persons: _Gamma
    none: NDArray[np.bool_]

    @classmethod
    def of(cls, sums: CaseSums) -> _Below:
        # Where there is no case a single one stands in, and its limit is never used.
        return cls(_Gamma.of(np.maximum(sums.persons, 1.0), np.maximum(sums.squares, 1.0)), np.asarray(sums.cases == 0))

    def lower(self, outer: float) -> Floats:
        found = self.persons.scale * special.gammaincinv(self.persons.shape, outer)
        return np.where(self.none, 0.0, found)

    def tail(self, persons: Floats) -> Floats:
        return np.where(self.none, 1.0, special.gammainc(self.persons.shape, persons / self.persons.scale))


@dataclass(frozen=True, slots=True, eq=False)
class _Above:
    """What the upper limit rests on: one more case, as large as a case can be; no gamma where that is not known.

    It is taken with all cases, and without those of one person where that is further out: at levels above 95 per cent
    they would, beside a very large one, make the gamma's tail shorter and so lower a limit that they should raise.
    """

    ways: tuple[_Gamma, ...]

    @classmethod
    def of(cls, sums: CaseSums, at_most: float | None) -> _Above:
        if at_most is None:
            return cls(())
        most = float(at_most)
        counted = (sums, sums.without_singles())
        return cls(
            tuple(_Gamma.of(np.asarray(one.persons + most), np.asarray(one.squares + most**2)) for one in counted)
        )

    def upper(self, outer: float) -> Floats:
        return _furthest([way.scale * special.gammainccinv(way.shape, outer) for way in self.ways], np.inf)

    def tail(self, persons: Floats) -> Floats:
        return _furthest([special.gammaincc(way.shape, persons / way.scale) for way in self.ways], 1.0)

    def upper_over(self, other: _Below, outer: float) -> Floats:
        """The upper limit of this side over the other; infinity where that has no case."""
        under = other.persons
        # The quotient of two gammas is the odds of a beta; from its small tail no digit is lost.
        found = [way.scale / under.scale / inverse_beta.odds(under.shape, way.shape, outer) for way in self.ways]
        return np.where(other.none, np.inf, _furthest(found, np.inf))

    def tail_over(self, other: _Below, quotient: Floats) -> Floats:
        under = other.persons
        found = [
            special.betainc(under.shape, way.shape, special.expit(np.log(way.scale / under.scale / quotient)))
            for way in self.ways
        ]
        return np.where(other.none, 1.0, _furthest(found, 1.0))


def _furthest(found: list[Floats], otherwise: float) -> Floats:
    return np.maximum.reduce(found) if found else np.asarray(otherwise)
