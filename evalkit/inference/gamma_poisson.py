"""The negative binomial with one rate per cell, for many groups at once: likelihood by alpha, the rates chosen best.

Each cell has one parameter, so the fit needs no matrix. Periods of one cell with one exposure have one mean and are
taken together; periods of one group with one count have the same binomial coefficient and are taken together too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.cells import CellRows
from evalkit.inference.intervals import Counts, Floats

_MOST_STEPS, _LONGEST_STEP, _ALIKE = 100, 2.0, 1e-12
_FAR_FROM_ANY_COUNT = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class _Alike:
    """Rows taken together: where they belong, the number they share, how many they are and their events."""

    at: NDArray[np.intp]
    shared: Floats
    rows: Floats
    events: Floats

    @classmethod
    def of(cls, at: NDArray[np.intp], shared: Floats, counts: Counts) -> _Alike:
        order = np.lexsort((shared, at))
        where, number = at[order], shared[order]
        new = np.ones(order.size, dtype=bool)
        new[1:] = (where[1:] != where[:-1]) | (number[1:] != number[:-1])
        begin = np.flatnonzero(new)
        rows = np.diff(np.append(begin, order.size)).astype(float)
        return cls(where[begin], number[begin], rows, np.add.reduceat(counts[order].astype(float), begin))

    def where(self, place: NDArray[np.intp]) -> _Alike:
        """Those whose new place is not negative, at that place."""
        new = place[self.at]
        kept = new >= 0
        if kept.all():
            return self
        return _Alike(new[kept], self.shared[kept], self.rows[kept], self.events[kept])


class CellLikelihood:
    """The log likelihood of each group at a given alpha with the rates chosen best, and its derivative by alpha.

    The variance is ``mean + alpha mean²``. It remembers the rates it found last, where the next search begins.

    Parameters
    ----------
    rows
        Rows with exposure, in cells with events.

    Source: Lawless 1987, Canadian Journal of Statistics 15:209-225.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.cells import CellRows
    >>> from evalkit.inference.gamma_poisson import CellLikelihood
    >>> from evalkit.inference.groups import Groups
    >>> rows = CellRows.of(np.array([2, 9, 4]), np.ones(3), Groups.single(3), Groups.single(3))
    >>> CellLikelihood(rows).value(np.array([0.0]), np.array([0])).round(4).tolist()
    [-8.1101]
    """

    def __init__(self, rows: CellRows) -> None:
        self._group = rows.group
        self._rates = np.log(rows.events / rows.exposed)
        owner = rows.group[rows.cell]
        self._means = _Alike.of(rows.cell, rows.exposures, rows.counts)
        self._counts = _Alike.of(owner, rows.counts.astype(float), rows.counts)
        means, counts = rows.means, rows.counts
        factorials = special.gammaln(counts + 1.0)
        self.poisson = rows.by_group(special.xlogy(counts, means) - means - factorials)
        """The log likelihood when alpha is 0, shape ``(groups,)``."""
        self.slope_at_zero = rows.by_group((counts - means) ** 2 - counts) / 2
        """Its derivative by alpha there."""
        self._largest = np.zeros(rows.groups)
        np.maximum.at(self._largest, owner, counts)

    def value(self, log_alpha: Floats, groups: NDArray[np.intp]) -> Floats:
        """The log likelihood of some groups, shape ``(groups,)``; nan where the rates are not found."""
        fit = self._fit(log_alpha, groups)
        spread = fit.alpha * fit.fitted
        tail = special.xlogy(fit.means.events, spread)
        tail -= (fit.means.events + fit.means.rows / fit.alpha) * np.log1p(spread)
        number, size, rows, at = fit.by_count()
        # betaln keeps the digits that the difference of two large gammaln would lose.
        choices = -special.betaln(number, size) - np.log(number)
        return fit.known(fit.total(tail) + np.bincount(at, weights=rows * choices, minlength=groups.size))

    def slope(self, log_alpha: Floats, groups: NDArray[np.intp]) -> Floats:
        """Its derivative by alpha, shape ``(groups,)``; nan where the rates are not found."""
        fit = self._fit(log_alpha, groups)
        means, size = fit.means, np.exp(-log_alpha)
        by_size = (means.rows * fit.fitted - means.events) / (1 / fit.alpha + fit.fitted)
        by_size -= means.rows * np.log1p(fit.alpha * fit.fitted)
        number, own, rows, at = fit.by_count()
        gained = special.digamma(number + own) - special.digamma(own)
        slope = -(size**2) * (fit.total(by_size) + np.bincount(at, weights=rows * gained, minlength=groups.size))
        # With so little alpha the differences of digamma functions have no digits left.
        flat = size > _FAR_FROM_ANY_COUNT * np.maximum(self._largest[groups], 1)
        return fit.known(np.where(flat, self.slope_at_zero[groups], slope))

    def _fit(self, log_alpha: Floats, groups: NDArray[np.intp]) -> _Fit:
        cell_place, group_place = self._places(groups)
        means, counts = self._means.where(cell_place), self._counts.where(group_place)
        cells = np.flatnonzero(cell_place >= 0)
        owner, alpha = group_place[self._group[cells]], np.exp(log_alpha)
        rates, found = _best_rates(self._rates[cells], means, alpha[owner])
        self._rates[cells] = np.where(found, rates, self._rates[cells])
        lost = np.bincount(owner, weights=~found, minlength=groups.size) > 0
        at = owner[means.at]
        return _Fit(means, counts, at, means.shared * np.exp(rates)[means.at], alpha[at], 1 / alpha, lost)

    def _places(self, groups: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The new places of cells and groups when only some groups are asked for; -1 for the others."""
        group_place = np.full(self._largest.size, -1, dtype=np.intp)
        group_place[groups] = np.arange(groups.size)
        asked = group_place[self._group] >= 0
        return np.where(asked, np.cumsum(asked) - 1, -1), group_place


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Means at the best rates and what a sum by group needs; ``at``, ``fitted`` and ``alpha`` go with ``means``."""

    means: _Alike
    counts: _Alike
    at: NDArray[np.intp]
    fitted: Floats
    alpha: Floats
    size: Floats
    lost: NDArray[np.bool_]

    def total(self, numbers: Floats) -> Floats:
        return np.asarray(np.bincount(self.at, weights=numbers, minlength=self.size.size))

    def by_count(self) -> tuple[Floats, Floats, Floats, NDArray[np.intp]]:
        """Counts above 0 with the size of their group, how many rows have them, and the group."""
        there = self.counts.shared > 0
        at = self.counts.at[there]
        return self.counts.shared[there], self.size[at], self.counts.rows[there], at

    def known(self, numbers: Floats) -> Floats:
        return np.where(self.lost, np.nan, numbers)


def _best_rates(start: Floats, means: _Alike, alpha: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The logarithm of each cell's rate at its alpha by Newton's steps, and where they ended."""
    rates, at, by_row = start.copy(), means.at, alpha[means.at]
    moved = np.full(rates.shape, np.inf)
    for _ in range(_MOST_STEPS):
        fitted = means.shared * np.exp(rates)[at]
        spread = 1 + by_row * fitted
        score = np.bincount(at, weights=(means.events - means.rows * fitted) / spread, minlength=rates.size)
        curve = fitted * (means.rows + by_row * means.events) / spread**2
        step = score / np.bincount(at, weights=curve, minlength=rates.size)
        step = np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        rates += step
        moved = np.abs(step)
        if (moved <= _ALIKE).all():
            break
    return rates, moved <= _ALIKE
