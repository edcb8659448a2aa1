"""Which other assignments there could have been, and how extreme the observed one is among them.

A plan of assignments is a matrix of weights, one row per assignment and one column per unit, so that a difference
in means of every metric at once is a product of matrices: assignments × units @ units × metrics.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.multiplicity import TIE

Floats = NDArray[np.float64]

# Weights held at one time: 16 MB of float64.
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Permuted:
    """What a permutation test found, metric by metric.

    Attributes
    ----------
    difference, p_value
        Shape ``(metrics,)``.
    attainable
        The smallest p-value that the test can give.
    assignments
        How many assignments the observed one was compared with; all of them include itself.
    exact
        Whether they are all that exist.
    low, high
        Shape ``(metrics,)``: limits of an effect that is the same for all; infinite when there are too few
        assignments to reject anything at the level.
    reached
        Shape ``(metrics,)``: what abs(difference) must reach to be as extreme: the observed, less room for rounding.
    draws
        Shape ``(assignments, metrics)``: abs(difference) in each but the observed assignment itself.
    """

    difference: Floats
    low: Floats
    high: Floats
    p_value: Floats
    attainable: float
    assignments: int
    exact: bool
    reached: Floats
    draws: Floats


class Assignments(Protocol):
    """The other ways in which units could have been treated."""

    @property
    def treated(self) -> NDArray[np.bool_]:
        """As it was, shape ``(units,)``."""

    @property
    def block(self) -> NDArray[np.int64]:
        """Of each unit, shape ``(units,)``; every assignment has the same number treated in a block."""

    @property
    def number(self) -> int:
        """How many different assignments there are."""

    @property
    def always_extreme(self) -> int:
        """How many assignments are as extreme as the observed one whatever the values."""

    def enumerated(self) -> Iterator[NDArray[np.bool_]]:
        """Every assignment, in chunks of shape ``(assignments, units)``."""

    def drawn(self, draws: int, generator: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
        """Random assignments, in chunks."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Units in blocks, of which so many in each block are treated; an assignment permutes within blocks only."""

    treated: NDArray[np.bool_]
    block: NDArray[np.int64]

    @property
    def places(self) -> tuple[NDArray[np.int64], ...]:
        """The units of each block that has both treated and untreated; others cannot be assigned otherwise."""
        found = (np.flatnonzero(self.block == block) for block in np.unique(self.block))
        return tuple(at for at in found if 0 < self.treated[at].sum() < at.size)

    @property
    def number(self) -> int:
        """How many assignments there are: the product of C(n, k) over blocks."""
        return math.prod(math.comb(at.size, int(self.treated[at].sum())) for at in self.places)

    @property
    def always_extreme(self) -> int:
        """The observed assignment, and its mirror image where treated and others can all change places."""
        places = self.places
        balanced = all(2 * int(self.treated[at].sum()) == at.size for at in places)
        return 2 if balanced and sum(at.size for at in places) == self.treated.size else 1

    def enumerated(self) -> Iterator[NDArray[np.bool_]]:
        """Every assignment, in chunks of shape ``(assignments, units)``."""
        places = self.places
        within = [list(combinations(at.tolist(), int(self.treated[at].sum()))) for at in places]
        fixed = self.treated.copy()
        fixed[np.concatenate(places)] = False
        chosen_together = product(*within)
        while chunk := list(islice(chosen_together, _rows(self.treated.size))):
            chosen = np.array([[unit for block in one for unit in block] for one in chunk])
            assigned = np.tile(fixed, (len(chunk), 1))
            assigned[np.arange(len(chunk))[:, np.newaxis], chosen] = True
            yield assigned

    def drawn(self, draws: int, generator: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
        """Random assignments, in chunks: in each block those with the smallest of as many random numbers."""
        for size in _sizes(draws, self.treated.size):
            assigned = np.tile(self.treated, (size, 1))
            for at in self.places:
                count = int(self.treated[at].sum())
                order = np.argpartition(generator.random((size, at.size)), count - 1, axis=1)[:, :count]
                assigned[:, at] = False
                assigned[np.arange(size)[:, np.newaxis], at[order]] = True
            yield assigned


def two_groups(
    values: Floats,
    assignments: Assignments,
    *,
    draws: int,
    most_exact: int,
    generator: np.random.Generator,
    conf_level: float = 0.95,
) -> Permuted:
    """The difference in means between treated and others, within blocks, against all or some assignments.

    All of them when there are at most ``most_exact``: then p is the share of assignments at least as extreme, the
    observed one included. Otherwise p = (1 + b)/(1 + draws) (Phipson and Smyth 2010). Two-sided in abs(difference).

    Parameters
    ----------
    values
        Shape ``(units, metrics)``.
    assignments
        Who is treated and who could have been; at least one other assignment must exist.
    """
    exact = assignments.number <= most_exact
    treated = assignments.treated
    beside = _Within.of(np.column_stack([values, treated]), assignments)
    chunks = assignments.enumerated() if exact else assignments.drawn(draws, generator)
    centred, observed = beside.values[:, :-1], beside.contrast(treated[np.newaxis])[:, :-1]
    contrasts = np.concatenate([beside.contrast(chunk) for chunk in chunks])
    always = assignments.always_extreme if exact else 1
    return _compared(observed[0], contrasts, centred, conf_level, exact=exact, always=always)


def sign_flips(
    values: Floats, *, draws: int, most_exact: int, generator: np.random.Generator, conf_level: float = 0.95
) -> Permuted:
    """The mean of paired differences, against all or some of the 2^n ways to swap within pairs.

    Parameters
    ----------
    values
        Shape ``(pairs, metrics)``: one side less the other.
    """
    pairs = values.shape[0]
    exact = 2**pairs <= most_exact
    chunks = _all_signs(pairs) if exact else _drawn_signs(pairs, draws, generator)
    beside = np.column_stack([values, np.ones(pairs)])
    contrasts = np.concatenate([(chunk @ beside) / pairs for chunk in chunks])
    return _compared(values.mean(axis=0), contrasts, values, conf_level, exact=exact, always=2 if exact else 1)


def _compared(
    observed: Floats, contrasts: Floats, values: Floats, conf_level: float, *, exact: bool, always: int
) -> Permuted:
    """P-values and limits from the contrast of each metric and, last, of the effect itself in each assignment."""
    drawn, share = contrasts[:, :-1], contrasts[:, [-1]]
    room = TIE * np.maximum(np.abs(observed), np.abs(values).max(axis=0))
    reached = np.maximum(np.abs(observed) - room, 0.0)
    sizes = np.abs(drawn)
    extreme = (sizes >= reached).sum(axis=0)
    together = len(contrasts) + (not exact)
    low, high = _limits(observed, drawn, share, together - len(contrasts), conf_level)
    return Permuted(
        difference=observed,
        low=low,
        high=high,
        p_value=(extreme + (not exact)) / together,
        attainable=always / together,
        assignments=len(contrasts),
        exact=exact,
        reached=reached,
        # Of all assignments the observed one is the one whose contrast holds the whole of its own effect.
        draws=np.delete(sizes, int(share.argmax()), axis=0) if exact else sizes,
    )


def _limits(observed: Floats, drawn: Floats, share: Floats, extra: int, conf_level: float) -> tuple[Floats, Floats]:
    """The effects that the test does not reject, under an effect that is the same for all (Ernst 2004).

    With the effect δ taken away, an assignment that puts the share c of the effect in its contrast is at least as
    extreme as the observed one where abs(D - δc) ≥ abs(D_obs - δ): between (D_obs - D)/(1 - c) and
    (D_obs + D)/(1 + c). So p falls away from the estimate in steps, and the limits are order statistics.
    """
    level = 1 - conf_level
    unlike, alike = 1 - share > TIE, 1 + share > TIE
    ends = np.stack(
        [
            np.where(unlike, (observed - drawn) / np.where(unlike, 1 - share, 1.0), observed),
            np.where(alike, (observed + drawn) / np.where(alike, 1 + share, 1.0), observed),
        ]
    )
    # The observed assignment and its mirror image are as extreme whatever the effect.
    always = ~(unlike & alike)
    lows = np.where(always, -np.inf, np.minimum(ends.min(axis=0), observed))
    highs = np.where(always, np.inf, np.maximum(ends.max(axis=0), observed))
    place = math.floor(level * (len(drawn) + extra) * (1 + TIE)) - extra
    if place < 0:
        return np.full_like(observed, -np.inf), np.full_like(observed, np.inf)
    low: Floats = np.partition(lows, place, axis=0)[place]
    high: Floats = -np.partition(-highs, place, axis=0)[place]
    return low, high


@dataclass(frozen=True, slots=True, eq=False)
class _Within:
    """Values less the mean of their block, and the sum over blocks of ``treated × others / units``.

    With so many treated in each block whatever the assignment, the sum of the assigned values over that number is the
    mean of the differences within blocks, each weighed by ``treated × others / units``: with one block the difference
    in means. Blocks that differ in level then add nothing to it.
    """

    values: Floats
    weight: float

    @classmethod
    def of(cls, values: Floats, assignments: Assignments) -> _Within:
        """Centre the values, shape ``(units, metrics)``, by block."""
        place = np.unique(assignments.block, return_inverse=True)[1].ravel()
        units = np.bincount(place)
        treated = np.bincount(place, weights=assignments.treated)
        sums = np.zeros((units.size, values.shape[1]))
        np.add.at(sums, place, values)
        centred = values - (sums / units[:, np.newaxis])[place]
        return cls(centred, float(np.sum(treated * (units - treated) / units)))

    def contrast(self, assigned: NDArray[np.bool_]) -> Floats:
        """The mean difference within blocks of each assignment, shape ``(assignments, metrics)``."""
        return np.asarray(assigned.astype(np.float64) @ self.values / self.weight)


def _all_signs(pairs: int) -> Iterator[Floats]:
    for start in range(0, 2**pairs, _rows(pairs)):
        numbers = np.arange(start, min(2**pairs, start + _rows(pairs)))
        flipped = (numbers[:, np.newaxis] >> np.arange(pairs)) & 1
        yield (1 - 2 * flipped).astype(np.float64)


def _drawn_signs(pairs: int, draws: int, generator: np.random.Generator) -> Iterator[Floats]:
    for size in _sizes(draws, pairs):
        yield (1 - 2 * generator.integers(0, 2, size=(size, pairs))).astype(np.float64)


def _rows(columns: int) -> int:
    return max(1, _CHUNK // columns)


def _sizes(draws: int, columns: int) -> Iterator[int]:
    rows = _rows(columns)
    yield from (min(rows, draws - start) for start in range(0, draws, rows))
