"""The score interval of a rate difference that strata have in common, and the score test that they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.groups import Groups, Index
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.roots import crossings
from evalkit.inference.strata import Strata

_MOST_DOUBLINGS = 200
# Of the largest difference in a group: what is so small is no difference.
_NO_DIFFERENCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ScoredDifference:
    """Strata with their Mantel–Haenszel weights, whose sum by group is ``whole``.

    Source: Miettinen and Nurminen 1985, Statistics in Medicine 4:213-226, section on rates, without their factor
    ``N / (N - 1)``, which has no counterpart for Poisson counts.
    """

    strata: Strata
    groups: Groups
    whole: Floats

    def variance(self, difference: Floats) -> Floats:
        """Of the weighted difference of rates, if they truly differ by ``difference``; both of shape ``(groups,)``."""
        side = self.strata
        shared = (side.exposed > 0) & (side.exposed_ref > 0)
        rate, rate_ref = self._likeliest(difference)
        # w² (rate / T1 + rate_ref / T0) with w = T1 T0 / (T1 + T0)
        parts = (rate * side.share_ref + rate_ref * side.share) * side.exposed * side.share_ref
        scaled = parts / np.where(self.whole > 0, self.whole, 1.0)[self.groups.at]
        return self.groups.total(np.where(shared, scaled, 0.0)) / np.where(self.whole > 0, self.whole, 1.0)

    def _likeliest(self, difference: Floats) -> tuple[Floats, Floats]:
        """The likeliest rates of both sides of every stratum if each group's strata differ by ``difference``."""
        gap = difference[self.groups.at]
        side = self.strata
        both = side.exposed + side.exposed_ref
        lower = np.where(gap > 0, side.events_ref, side.events)
        mean = _divided((side.events + side.events_ref).astype(float), both)
        # The likeliest smaller rate solves r² + (|gap| - mean) r = |gap| lower / both.
        half = (np.abs(gap) - mean) / 2
        root = np.hypot(half, np.sqrt(np.abs(gap) * _divided(lower, both)))
        other = np.where(half > 0, half + root, 1.0)
        smaller = np.where(half > 0, np.abs(gap) * _divided(lower, both) / other, root - half)
        return smaller + np.maximum(gap, 0.0), smaller + np.maximum(-gap, 0.0)

    def disagreement(self) -> Floats:
        """How far the strata of each group are from one difference: Rao's score statistic, shape ``(groups,)``.

        ``Σ (d - δ)² / V(δ)`` at the likeliest common ``δ``, where ``Σ (d - δ) / V(δ) = 0``, with the variances that
        the likeliest rates under ``δ`` give. Cochran's weights, made of the counts themselves, reject up to half of
        all true common differences when a stratum has few events on its small side; a stratum without events has a
        variance here whenever the sides differ at all.

        Source: Rao 1948, Proceedings of the Cambridge Philosophical Society 44:50-57; the rates as in the interval.
        """
        told = self.without_unit()
        away, spread = told.away_from(told.likeliest_difference())
        return told.groups.total(_divided(away, np.sqrt(spread)) ** 2)

    def likeliest_difference(self) -> Floats:
        """Where the derivative of the likelihood, which falls all the way, changes its sign."""
        low, high = self._ends()
        places = np.arange(low.size)

        def pull(tried: Floats, at: Index) -> Floats:
            differences = np.zeros(low.size)
            differences[at] = tried
            away, spread = self.away_from(differences)
            return self.groups.total(_divided(away, spread))[at]

        # Strata without events pull to 0 from both sides, so that the derivative may jump past its zero there.
        near = _NO_DIFFERENCE * np.maximum(np.abs(low), np.abs(high))
        rises, falls = pull(near, places) > 0, pull(-near, places) < 0
        low = np.where(rises, near, np.where(falls, low, 0.0))
        high = np.where(falls, -near, np.where(rises, high, 0.0))
        return crossings(pull, low, high, places)

    def without_unit(self) -> Self:
        """The same with exposures as parts of the group's whole, so that no square leaves the range of a float."""
        unit, side = np.where(self.whole > 0, self.whole, 1.0)[self.groups.at], self.strata
        strata = Strata(side.events, side.exposed / unit, side.events_ref, side.exposed_ref / unit)
        return type(self)(strata, self.groups, np.where(self.whole > 0, 1.0, 0.0))

    def _ends(self) -> tuple[Floats, Floats]:
        """The least and the largest difference among the strata of each group; 0 where no stratum has both sides."""
        found, shared = self._observed()
        low, high = np.full(self.groups.count, np.inf), np.full(self.groups.count, -np.inf)
        np.minimum.at(low, self.groups.at[shared], found[shared])
        np.maximum.at(high, self.groups.at[shared], found[shared])
        return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)

    def _observed(self) -> tuple[Floats, NDArray[np.bool_]]:
        """The difference in each stratum, and which strata have both sides."""
        side = self.strata
        shared = (side.exposed > 0) & (side.exposed_ref > 0)
        rate, rate_ref = _divided(side.events, side.exposed), _divided(side.events_ref, side.exposed_ref)
        return np.where(shared, rate - rate_ref, 0.0), shared

    def away_from(self, difference: Floats) -> tuple[Floats, Floats]:
        """How far each stratum is from its group's difference, and the variance under it; 0 without both sides."""
        found, shared = self._observed()
        rate, rate_ref = self._likeliest(difference)
        spread = _divided(rate, self.strata.exposed) + _divided(rate_ref, self.strata.exposed_ref)
        return np.where(shared, found - difference[self.groups.at], 0.0), np.where(shared, spread, 0.0)

    def interval(self, estimate: Floats, conf_level: float, null: float) -> Intervals:
        """Every difference that is not rejected; it needs no event on any side."""
        z = normal_quantile(conf_level)
        low, high = (self._limit(estimate, z, sign) for sign in (-1.0, 1.0))
        under_null = np.sqrt(self.variance(np.full(estimate.shape, null)))
        away = np.abs(estimate - null)
        score = np.divide(away, under_null, out=np.where(away > 0, np.inf, 0.0), where=under_null > 0)
        return Intervals(estimate=estimate, low=low, high=high, p_value=2 * special.ndtr(-score))

    def _limit(self, estimate: Floats, z: float, sign: float) -> Floats:
        places = np.arange(estimate.size)
        unit = 1 / np.where(self.whole > 0, self.whole, 1.0)
        reach = z * np.sqrt(self.variance(estimate)) + z * z * unit

        def gap(distance: Floats, at: Index) -> Floats:
            # Only some groups are still open; the sums over strata are of all of them.
            tried = estimate.copy()
            tried[at] += sign * distance
            return (distance - z * np.sqrt(self.variance(tried)[at])) / unit[at]

        for _ in range(_MOST_DOUBLINGS):
            short = gap(reach, places) < 0
            if not short.any():
                break
            reach = np.where(short, 2 * reach, reach)
        return np.asarray(estimate + sign * crossings(gap, unit * 1e-12, reach, places))


def _divided(over: Floats | Counts, under: Floats) -> Floats:
    return np.divide(over, under, out=np.zeros(under.shape), where=under > 0)
