"""Persons who come in cases: intervals for the number of persons when one case may hold many.

Cases are taken to come by chance only (Poisson), each with a size of its own; the number of persons is then compound
Poisson, with the variance Σ size² and not Σ size. With k = (Σ size)² / Σ size² the persons say as much as k cases of
one size φ = Σ size² / Σ size would. The lower limit is φ times the mid-p limit of k events.

The upper limit adds one more case as large as the largest, as Fay and Feuer do. The persons are then
y = Σ size + largest, with the variance v = Σ size² + largest² and k′ = y²/v, and the limit is y times a quantile of
an F with 2k′ and 2k′ + 3 degrees of freedom. The second of them, in place of infinitely many, is because the sizes
are themselves only seen in so many cases. A further case of one person never lowers the limit: it is at least what it
is without any such case. Where the most persons that a case can hold is known it takes the place of the largest seen,
and a gamma that of the F.

In a ratio each side's upper limit takes φ times a gamma with shape k + 1/2 (Jeffreys' prior for k events), divided by
a chi-square with 2n + 3 degrees of freedom from n cases.

Sources: Fay and Feuer 1997, Statistics in Medicine 16:791-801, for the gamma interval of a weighted sum of Poisson
counts, and Fay and Kim 2017, Biometrical Journal 59:377-387, for its mid-p form; Brown, Cai and DasGupta 2003,
Statistica Sinica 13:19-49, for Jeffreys' prior. The F's are our own; ``docs/statistics/cases.md`` has
the measured coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import inverse_beta, weighted_sums
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.roots import crossings
from evalkit.inference.weighted_sums import WeightedSum

_LEAST_P = 1e-12
_MORE_FREEDOM = 3
"""Chosen from 1 to 4 in ``benchmarks/coverage_cases.py``; with 1 the limit of three cases is far too wide."""


@dataclass(frozen=True, slots=True, eq=False)
class CaseSums:
    """What the sizes of the cases of each group add up to: all that the intervals need.

    Attributes
    ----------
    cases, persons, squares
        Per group the number of cases with at least one person, Σ size and Σ size²; all have one shape.
    largest, second
        The largest size and the next, which is the same where two cases are as large; 0 where there is none.
    singles
        Cases of one person.
    """

    cases: Counts
    persons: Counts
    squares: Floats
    largest: Counts
    second: Counts
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
        largest, second = _two_largest(persons, groups, many)
        cases, singles = (np.bincount(groups[kept], minlength=many) for kept in (persons > 0, persons == 1))
        return cls(cases, sums, squares, largest, second, singles)

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
        >>> sums.persons.item(), sums.largest.item(), sums.second.item()
        (11, 9, 1)
        """
        largest = np.where(counts > 0, sizes, 0).max(axis=1)
        left = counts - ((sizes == largest[:, None]) & (counts > 0))
        return cls(
            cases=counts.sum(axis=1),
            persons=counts @ sizes,
            squares=(counts @ sizes**2).astype(float),
            largest=largest,
            second=np.where(left > 0, sizes, 0).max(axis=1),
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
        """The sums when one case of each ``size`` is left out, shape of ``size``, but for the second largest."""
        return CaseSums(
            cases=self.cases - (size > 0),
            persons=self.persons - size,
            squares=self.squares - size.astype(float) ** 2,
            largest=np.where(size == self.largest, self.second, self.largest),
            second=np.zeros_like(size),
            singles=self.singles - (size == 1),
        )

    def without_singles(self) -> CaseSums:
        """The sums without any case of one person; where there are no others, with a single one."""
        kept = np.asarray((self.cases > 0) & (self.cases == self.singles)).astype(np.int64)
        gone = self.singles - kept
        return CaseSums(self.cases - gone, self.persons - gone, self.squares - gone, self.largest, self.second, kept)

    @property
    def size(self) -> Floats:
        """φ: persons per equivalent case; 1 where there is no case."""
        return np.asarray(np.where(self.persons > 0, self.squares / np.maximum(self.persons, 1), 1.0))

    @property
    def equivalent(self) -> Floats:
        """k: as many cases of one size would say as much."""
        return np.asarray(self.persons / self.size)


def rate(
    sums: CaseSums,
    exposures: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float | None = None,
    at_most: float | None = None,
) -> Intervals:
    """Persons per unit of exposure; a group without any case is refused.

    ``at_most`` is the most persons that a case can hold, at least as many as the largest seen holds.

    Examples
    --------
    >>> from evalkit.inference.clustered import CaseSums, rate
    >>> found = rate(CaseSums.of([1, 1, 2, 12]), 1.0).only()
    >>> round(found.low, 2), round(found.high, 2)
    (2.18, 131.24)
    """
    exposed = np.asarray(exposures, dtype=float)
    size, equivalent = sums.size, sums.equivalent
    outer = (1 - conf_level) / 2
    low, high = size * _lower(equivalent, outer), _widest(sums, at_most).upper(outer)
    estimate = np.asarray(sums.persons / exposed)
    p_value = None
    if null is not None:
        scaled = null * exposed / size
        some = np.maximum(equivalent, 1.0)
        above = (special.gammainc(some, scaled) + special.gammainc(some + 1, scaled)) / 2
        below = _widest(sums, at_most).tail(null * exposed)
        p_value = np.asarray(np.minimum(1.0, 2 * np.minimum(above, below)))
    found = Intervals(
        estimate=estimate,
        low=np.minimum(low / exposed, estimate),
        high=np.maximum(high / exposed, estimate),
        p_value=p_value,
    )
    return found.refuse(np.asarray(sums.cases == 0), refusals.no_case_sizes())


@dataclass(frozen=True, slots=True, eq=False)
class _Above:
    """What the upper limit rests on: the persons with one more case, and how many of one size would say as much."""

    persons: Floats
    equivalent: Floats
    known: bool

    @classmethod
    def of(cls, sums: CaseSums, at_most: float | None) -> _Above:
        largest = np.maximum(sums.largest, 1).astype(float) if at_most is None else np.full(sums.largest.shape, at_most)
        persons = np.asarray(sums.persons + largest)
        return cls(persons, np.asarray(persons**2 / (sums.squares + largest**2)), at_most is not None)

    def upper(self, outer: float) -> Floats:
        if self.known:
            return np.asarray(self.persons / self.equivalent * special.gammainccinv(self.equivalent, outer))
        return self.persons / self.equivalent * _upper(self.equivalent, 2 * self.equivalent + _MORE_FREEDOM, outer)

    def tail(self, persons: Floats) -> Floats:
        if self.known:
            return np.asarray(special.gammaincc(self.equivalent, self.equivalent * persons / self.persons))
        shape = 2 * self.equivalent
        return np.asarray(special.fdtrc(shape, shape + _MORE_FREEDOM, persons / self.persons))


@dataclass(frozen=True, slots=True, eq=False)
class _Widest:
    """The upper limit with all cases, or without those of one person where that is further out."""

    ways: tuple[_Above, ...]

    def upper(self, outer: float) -> Floats:
        return np.asarray(np.maximum.reduce([way.upper(outer) for way in self.ways]))

    def tail(self, persons: Floats) -> Floats:
        return np.asarray(np.maximum.reduce([way.tail(persons) for way in self.ways]))


def _widest(sums: CaseSums, at_most: float | None) -> _Widest:
    if at_most is not None:
        return _Widest((_Above.of(sums, at_most),))
    return _Widest((_Above.of(sums, None), _Above.of(sums.without_singles(), None)))


def ratio(
    sums: CaseSums,
    exposures: ArrayLike,
    sums_ref: CaseSums,
    exposures_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float = 1.0,
) -> Intervals:
    """The ratio of two rates of persons, the second being the reference.

    The limits of two rates are put together on the log scale (MOVER), with the upper limit that the module names for
    ratios. A side without any case takes the sizes of the other side, and the interval is one-sided; without any case
    on either side there is a refusal. The p-value is one minus the level at which the limit meets ``null``, not below
    10⁻¹².

    Source: Donner and Zou 2012, Statistical Methods in Medical Research 21:347-359, for the combination.

    Examples
    --------
    >>> from evalkit.inference.clustered import CaseSums, ratio
    >>> found = ratio(CaseSums.of([2, 1, 3, 2, 1, 2]), 1.0, CaseSums.of([1, 3, 2]), 1.0).only()
    >>> round(found.estimate, 3), found.low < 1 < found.high
    (1.833, True)
    """
    exposed, exposed_ref = np.asarray(exposures, dtype=float), np.asarray(exposures_ref, dtype=float)
    group, reference = _Side.of(sums, sums_ref), _Side.of(sums_ref, sums)
    outer = np.asarray((1 - conf_level) / 2)
    centre = np.log(group.mean / reference.mean * exposed_ref / exposed)
    log_low, log_high = centre - _reach(reference, group, outer), centre + _reach(group, reference, outer)
    with np.errstate(divide="ignore", invalid="ignore"):
        # None on one side is a ratio of 0 or infinity; none on both is refused below.
        quotient = (sums.persons / exposed) / (sums_ref.persons / exposed_ref)
    estimate = np.nan_to_num(quotient, nan=1.0, posinf=np.inf)
    low = np.where(sums.cases == 0, 0.0, np.minimum(np.exp(log_low), estimate))
    high = np.where(sums_ref.cases == 0, np.inf, np.maximum(np.exp(log_high), estimate))
    p_value = np.where(
        np.log(null) < centre,
        _meeting(reference, group, centre - np.log(null), blocked=sums.cases == 0),
        _meeting(group, reference, np.log(null) - centre, blocked=sums_ref.cases == 0),
    )
    found = Intervals(estimate=np.asarray(estimate), low=low, high=high, p_value=p_value)
    return found.refuse(np.asarray(sums.cases + sums_ref.cases == 0), refusals.no_events())


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side's k, the degrees of freedom behind its φ, and the number of persons at its centre, φ(k + 1/2)."""

    equivalent: Floats
    freedom: Floats
    mean: Floats

    @classmethod
    def of(cls, own: CaseSums, other: CaseSums) -> _Side:
        none = own.cases == 0
        cases = np.where(none, other.cases, own.cases)
        size = np.where(none, other.size, own.size)
        return cls(own.equivalent, 2.0 * cases + _MORE_FREEDOM, size * (own.equivalent + 0.5))


def _two_largest(sizes: Counts, groups: NDArray[np.int64], count: int) -> tuple[Counts, Counts]:
    order = np.lexsort((sizes, groups))
    sizes, groups = sizes[order], groups[order]
    largest, second = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    last = np.flatnonzero(np.append(groups[1:] != groups[:-1], True)) if groups.size else np.zeros(0, dtype=np.int64)
    largest[groups[last]] = sizes[last]
    several = last[(last > 0) & (groups[last - 1] == groups[last])]
    second[groups[several]] = sizes[several - 1]
    return largest, second


def _lower(equivalent: Floats, outer: ArrayLike) -> Floats:
    """The lower limit in cases of one size, by mid-p; of no case, whose limit is never used, that of a single one."""
    events, tail = np.broadcast_arrays(np.maximum(equivalent, 1.0), np.asarray(outer, dtype=float))
    flat = events.ravel()
    found = weighted_sums.midp_low(WeightedSum(flat, flat, np.ones(flat.shape)), 2 * tail.ravel())
    return found.reshape(events.shape)


def _upper(shape: Floats, freedom: Floats, outer: ArrayLike) -> Floats:
    """The upper limit in cases of one size, by an F with ``2 * shape`` and ``freedom`` degrees of freedom."""
    # The F is the odds of a beta; from its small tail no digit is lost.
    return np.asarray(freedom / 2 / inverse_beta.odds(freedom / 2, shape, outer))


def _reach(upwards: _Side, downwards: _Side, outer: Floats) -> Floats:
    """How far the log of the ratio may lie from its centre, by one side's upper limit and the other's lower."""
    shape = np.asarray(upwards.equivalent + 0.5)
    up = np.log(_upper(shape, upwards.freedom, outer) / shape)
    down = np.log((downwards.equivalent + 0.5) / _lower(downwards.equivalent, outer))
    return np.asarray(np.hypot(np.maximum(up, 0.0), np.maximum(down, 0.0)))


def _meeting(upwards: _Side, downwards: _Side, distance: Floats, *, blocked: NDArray[np.bool_]) -> Floats:
    """Twice the outer tail at which the reach is ``distance``; 1 where that side has no limit."""
    parts = (upwards.equivalent, upwards.freedom, downwards.equivalent, downwards.freedom, distance)
    flat = [np.asarray(part, dtype=float).ravel() for part in np.broadcast_arrays(*parts)]
    ends = np.full(flat[0].shape, np.log(_LEAST_P / 2)), np.full(flat[0].shape, np.log(0.5))
    found = np.exp(crossings(_reach_gap, *ends, *flat)).reshape(np.shape(distance))
    return np.where(blocked, 1.0, np.minimum(1.0, 2 * found))


def _reach_gap(log_outer: Floats, *sides_and_distance: Floats) -> Floats:
    up, freedom, down, freedom_down, distance = sides_and_distance
    return _reach(_Side(up, freedom, up), _Side(down, freedom_down, down), np.exp(log_outer)) - distance
