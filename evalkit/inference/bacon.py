"""What a plain two-way fixed effects estimate is made of when units join at different times.

It is a weighted average of all comparisons of two groups in two spans of time. Some of them take units that have
already joined as the comparison, so that an effect that grows counts against itself.

Source: Goodman-Bacon 2021, Journal of Econometrics 225:254-277, theorem 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from evalkit.inference.group_time import Whole
from evalkit.inference.intervals import Floats


class Comparison(StrEnum):
    """Who those who join are compared with. The last two have joined already."""

    NEVER = "never"
    LATER = "later"
    EARLIER = "earlier"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison of two groups: those who join at ``joined`` with those of ``other``, its weight and estimate."""

    comparison: Comparison
    joined: int
    other: int
    weight: float
    estimate: float


@dataclass(frozen=True, slots=True)
class Decomposed:
    """The two-way fixed effects estimate and its parts, whose weights sum to 1."""

    estimate: float
    parts: tuple[Part, ...]

    def weight(self, comparison: Comparison) -> float:
        """The weight of all comparisons of a kind together."""
        return sum(part.weight for part in self.parts if part.comparison is comparison)


def decompose(values: Floats, joined: Whole) -> Decomposed | None:
    """Take a two-way fixed effects estimate apart; ``None`` when nothing joins while something else has not.

    Parameters
    ----------
    values
        Shape ``(units, periods)``, every unit the same weight.
    joined
        Shape ``(units,)``: the place of the first period in which a unit had joined; ``periods`` for never, 0 for
        always.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.bacon import decompose
    >>> values = np.array([[0.0, 4, 4, 4], [0, 0, 0, 8], [1, 1, 1, 1]])
    >>> found = decompose(values, np.array([1, 3, 4]))
    >>> round(sum(part.weight for part in found.parts), 12), round(found.estimate, 3)
    (1.0, 6.0)
    """
    periods = values.shape[1]
    dates, kind, sizes = np.unique(np.minimum(joined, periods), return_inverse=True, return_counts=True)
    treated = (np.arange(periods) >= np.minimum(joined, periods)[:, None]).astype(float)
    left = treated - treated.mean(axis=1, keepdims=True) - treated.mean(axis=0) + treated.mean()
    variance = float((left**2).sum())
    if variance <= 1e-12 * treated.size:
        return None
    means = np.array([values[kind == place].mean(axis=0) for place in range(dates.size)])
    share = sizes / joined.size
    parts = []
    for one in range(dates.size):
        for two in range(one + 1, dates.size):
            parts += list(_pair(means, share, dates, (one, two)))
    scale = variance / treated.size
    found = tuple(Part(part.comparison, part.joined, part.other, part.weight / scale, part.estimate) for part in parts)
    return Decomposed(float((left * values).sum()) / variance, found)


def _pair(means: Floats, share: Floats, dates: Whole, pair: tuple[int, int]) -> Iterator[Part]:
    """What two groups, the first joining before the second, add; weights not yet divided by the variance."""
    (one, two), periods = pair, means.shape[1]
    early, late = int(dates[one]), int(dates[two])
    both = float(share[one] * share[two])
    # Shares of time after joining; weights of formula 10 (e, g) written out.
    after_early, after_late = 1 - early / periods, 1 - late / periods
    if early == 0 and late == periods:
        return
    if late == periods:
        weight = both * after_early * (1 - after_early)
        yield Part(Comparison.NEVER, early, late, weight, _two_by_two(means, one, two, early, (0, periods)))
    elif early == 0:
        weight = both * after_late * (1 - after_late)
        yield Part(Comparison.ALWAYS, late, early, weight, _two_by_two(means, two, one, late, (0, periods)))
    else:
        weight = both * (after_early - after_late) * (1 - after_early)
        yield Part(Comparison.LATER, early, late, weight, _two_by_two(means, one, two, early, (0, late)))
        weight = both * after_late * (after_early - after_late)
        yield Part(Comparison.EARLIER, late, early, weight, _two_by_two(means, two, one, late, (early, periods)))


def _two_by_two(means: Floats, own: int, other: int, at: int, span: tuple[int, int]) -> float:
    start, end = span
    apart = means[own] - means[other]
    return float(apart[at:end].mean() - apart[start:at].mean())
