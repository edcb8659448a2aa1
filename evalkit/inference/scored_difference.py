"""The score interval of a rate difference that strata have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.groups import Groups, Index
from evalkit.inference.intervals import Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.roots import crossings
from evalkit.inference.strata import Strata

_MOST_DOUBLINGS = 200


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
        rate, rate_ref = self.rates(difference)
        # w² (rate / T1 + rate_ref / T0) with w = T1 T0 / (T1 + T0)
        parts = (rate * side.share_ref + rate_ref * side.share) * side.exposed * side.share_ref
        scaled = parts / np.where(self.whole > 0, self.whole, 1.0)[self.groups.at]
        return self.groups.total(np.where(self._shared, scaled, 0.0)) / np.where(self.whole > 0, self.whole, 1.0)

    def rates(self, difference: Floats) -> tuple[Floats, Floats]:
        """The likeliest rates of both sides in each stratum, shape ``(strata,)``, if they differ by ``difference``."""
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

    @property
    def _shared(self) -> NDArray[np.bool_]:
        return (self.strata.exposed > 0) & (self.strata.exposed_ref > 0)

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


def _divided(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.zeros(under.shape), where=under > 0)
