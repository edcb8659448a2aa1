"""How closely an outsider can bound a hidden count, and what else must be hidden until they cannot.

The outsider knows every number shown, which smaller parts each is the sum of, how it was rounded, that
no count is negative, and for what is counted once per visit that it cannot exceed the visits. What they
can work out from that is a linear programme: the least and the greatest value that a hidden count can
have. A release is safe when that span is at least the threshold (or all that was possible before
anything was shown, when that is less) for everything hidden, and for every small part that nobody
meant to show (the quarter that is left when one published sum is taken from another).

Source: Fischetti & Salazar 2001, Management Science 47:1008-1027, on cell suppression and the attacker's
problem; Hundepool et al. 2012, Statistical Disclosure Control, ch. 4.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 1e-6
_UNBOUNDED = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A count that could be shown.

    Attributes
    ----------
    parts
        Which of the smallest known counts it is the sum of.
    low, high
        What an outsider knows of it when it is shown; equal unless it is rounded.
    price
        What is lost by hiding it. Nothing dearer is hidden than what it takes.
    """

    parts: frozenset[int]
    low: int
    high: int
    price: tuple[int, ...]


def protect(
    counts: Sequence[int],
    numbers: Sequence[Number],
    *,
    hidden: Iterable[int],
    threshold: int,
    most: Sequence[float] | None = None,
) -> frozenset[int]:
    """The numbers to hide, by place: those given, and what else it takes.

    Parameters
    ----------
    counts
        The true count of each part.
    numbers
        Everything that could be shown.
    hidden
        The places in ``numbers`` of those that must be hidden.
    threshold
        The least span that an outsider may be left with.
    most
        What an outsider knows each part cannot exceed; by default nothing.

    Examples
    --------
    >>> from evalkit.protection import Number, protect
    >>> years = [Number(frozenset({year}), count, count, (0, count)) for year, count in enumerate((3, 8, 9))]
    >>> total = Number(frozenset({0, 1, 2}), 20, 20, (1,))
    >>> sorted(protect((3, 8, 9), [*years, total], hidden={0}, threshold=5))
    [0, 1]
    """
    found = set(hidden)
    for sums in _apart(counts, numbers, most or [math.inf] * len(counts)):
        sums.protect(found, threshold)
    return frozenset(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Numbers that hang together: ``matrix`` says which atoms each is the sum of.

    An atom is a set of parts that every number holds all of or none of, so nobody can tell them apart.
    What must not be known is the hidden numbers, and the atoms that are small.
    """

    places: tuple[int, ...]
    numbers: tuple[Number, ...]
    matrix: NDArray[np.float64]
    counts: NDArray[np.int64]
    most: NDArray[np.float64]

    def protect(self, hidden: set[int], threshold: int) -> None:
        """Add to ``hidden`` what it takes. Hiding more never narrows a span, so one round is enough."""
        own = dict(zip(self.places, self.matrix, strict=True))
        unit = np.eye(self.counts.size)
        targets = [own[place] for place in self.places if place in hidden]
        targets += [unit[atom] for atom in np.flatnonzero(self.counts < threshold)]
        for target in targets:
            # Nobody can be kept from knowing what was known before anything was shown.
            wanted = min(float(threshold), float(target[target > 0] @ self.most[target > 0]))
            if self._span(target, hidden) < wanted:
                added = self._cheapest_that_helps(target, hidden, wanted)
                hidden |= added
                targets += [own[place] for place in sorted(added)]  # what is hidden to protect must not be known either

    def _cheapest_that_helps(self, target: NDArray[np.float64], hidden: set[int], threshold: float) -> set[int]:
        """What to hide beside, so that nothing dearer than must be goes: all the cheapest, less those not needed."""
        prices = ((number.price, place) for place, number in zip(self.places, self.numbers, strict=True))
        added: list[int] = []
        for _, place in sorted(prices):
            if place in hidden:
                continue
            added.append(place)
            if self._span(target, hidden.union(added)) >= threshold:
                break
        for place in reversed(added[:-1]):
            kept = [other for other in added if other != place]
            if self._span(target, hidden.union(kept)) >= threshold:
                added = kept
        return set(added)

    def _span(self, target: NDArray[np.float64], hidden: set[int]) -> float:
        """The greatest value that the target can have, less the least; infinite when nothing at all bounds it."""
        shown = [row for row, place in enumerate(self.places) if place not in hidden]
        rows = self.matrix[shown]
        if ((rows.sum(axis=0) == 0) & np.isinf(self.most) & (target > 0)).any():
            return math.inf
        low = np.array([self.numbers[row].low for row in shown], dtype=float)
        high = np.array([self.numbers[row].high for row in shown], dtype=float)
        known = (np.vstack([rows, -rows]), np.concatenate([high, -low]), self.most)
        return _TOLERANCE - _least(target, *known) - _least(-target, *known)


def _least(
    weights: NDArray[np.float64], matrix: NDArray[np.float64], limits: NDArray[np.float64], most: NDArray[np.float64]
) -> float:
    """The least weighted sum that the shown numbers allow. A solver that fails makes the span empty."""
    from scipy.optimize import linprog

    bounds = np.column_stack([np.zeros_like(most), most])
    found = linprog(weights, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
    if found.status == _UNBOUNDED:
        return -math.inf
    return float(found.fun) if found.success else math.inf


def _apart(counts: Sequence[int], numbers: Sequence[Number], most: Sequence[float]) -> Iterator[_Sums]:
    """The numbers in sets without a part in common; each set can be treated by itself."""
    holders: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        for part in number.parts:
            holders[part].append(place)
    atoms: dict[tuple[int, ...], int] = defaultdict(int)
    bounds: dict[tuple[int, ...], float] = defaultdict(float)
    for part, places in holders.items():
        atoms[tuple(places)] += counts[part]
        bounds[tuple(places)] += most[part]
    for together in _joined(atoms):
        own = {signature: count for signature, count in atoms.items() if signature[0] in together}
        yield _Sums(
            places=together,
            numbers=tuple(numbers[place] for place in together),
            matrix=np.array([[float(place in signature) for signature in own] for place in together]),
            counts=np.array(list(own.values()), dtype=np.int64),
            most=np.array([bounds[signature] for signature in own]),
        )


def _joined(signatures: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Places that share an atom, directly or through others, put together."""
    sets: list[set[int]] = []
    for signature in signatures:
        touching = [found for found in sets if not found.isdisjoint(signature)]
        sets = [found for found in sets if found.isdisjoint(signature)]
        sets.append(set(signature).union(*touching))
    return sorted(tuple(sorted(found)) for found in sets)
