"""Limits for weighted sums of independent Poisson counts: a directly standardised rate is one.

The sum ``Y = Σ w·count`` has the variance estimate ``V = Σ w²·count``. For one weight it is a scaled Poisson
count, and every limit here is then the Poisson one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.groups import Groups, Index
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.method import Method
from evalkit.inference.roots import crossings

_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSum:
    """What the limits depend on, each of shape ``(groups,)``.

    Attributes
    ----------
    value, variance
        ``Σ w·count`` and ``Σ w²·count``.
    largest_weight
        The largest weight of a group: what one more event could add at most.
    """

    value: Floats
    variance: Floats
    largest_weight: Floats

    @classmethod
    def of(cls, counts: Counts, weights: Floats, groups: Groups) -> WeightedSum:
        """The sums by group of ``counts`` and ``weights``, both of shape ``(rows,)``; weights from 0."""
        return cls(
            value=groups.total(weights * counts),
            variance=groups.total(weights**2 * counts),
            largest_weight=groups.largest(weights),
        )

    def at(self, places: Index) -> WeightedSum:
        """Those of some groups."""
        return WeightedSum(self.value[places], self.variance[places], self.largest_weight[places])


Limits = Callable[[WeightedSum, "float | NDArray[np.float64]"], tuple[Floats, Floats]]


def gamma(total: WeightedSum, alpha: float | NDArray[np.float64]) -> tuple[Floats, Floats]:
    """The gamma interval: below, the moments of the sum; above, those with one more event of the largest weight.

    Parameters
    ----------
    total
        The sums, shape ``(groups,)``.
    alpha
        One less the confidence level, a number or of shape ``(groups,)``.

    Source: Fay and Feuer 1997, Statistics in Medicine 16:791-801. No case of it covering less than its level is known.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.groups import Groups
    >>> from evalkit.inference.weighted_sums import WeightedSum, gamma
    >>> low, high = gamma(WeightedSum.of(np.array([10]), np.ones(1), Groups.single(1)), 0.05)
    >>> round(low.item(), 6), round(high.item(), 6)
    (4.795389, 18.390356)
    """
    below, above = _below(total), _above(total)
    return below.quantile(np.asarray(alpha) / 2), above.quantile_above(np.asarray(alpha) / 2)


def midp(total: WeightedSum, alpha: float | NDArray[np.float64]) -> tuple[Floats, Floats]:
    """The mid-p gamma interval: quantiles of an even mixture of the two gamma distributions of :func:`gamma`.

    Source: Fay and Kim 2017, Biometrical Journal 59:377-387.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.groups import Groups
    >>> from evalkit.inference.weighted_sums import WeightedSum, midp
    >>> low, high = midp(WeightedSum.of(np.array([10]), np.ones(1), Groups.single(1)), 0.05)
    >>> round(low.item(), 6), round(high.item(), 6)
    (5.079522, 17.824854)
    """
    tail = np.broadcast_to(np.asarray(alpha, dtype=float) / 2, total.value.shape)
    below, above = _below(total), _above(total)
    some = total.value > 0
    parts = (below.shape, below.scale, above.shape, above.scale, tail)
    high = crossings(_high_gap, *_between(below.quantile_above(tail), above.quantile_above(tail)), *parts)
    high = np.where(some, np.exp(high), above.quantile_above(np.minimum(2 * tail, 1.0)))
    return midp_low(total, alpha), high


def midp_low(total: WeightedSum, alpha: float | NDArray[np.float64]) -> Floats:
    """The lower of the two limits of :func:`midp`."""
    tail = np.broadcast_to(np.asarray(alpha, dtype=float) / 2, total.value.shape)
    below, above = _below(total), _above(total)
    parts = (below.shape, below.scale, above.shape, above.scale, tail)
    # A quantile of a mixture lies between those of its parts, of which either may be the lower: one more event of
    # a large weight adds more spread than mean.
    low = crossings(_low_gap, *_between(below.quantile(tail), above.quantile(tail)), *parts)
    return np.where(total.value > 0, np.exp(low), 0.0)


def score(total: WeightedSum, alpha: float | NDArray[np.float64]) -> tuple[Floats, Floats]:
    """The score interval of one Poisson count that stands for the weighted sum.

    It has events of the weight ``(V + w²) / (Y + w)``, ``w`` being the largest weight: mean and variance with one more
    event of it, as in the upper limit of :func:`gamma`, so that a heavy stratum without events is not forgotten.

    An event of a light weight lowers that mean weight. So that it never lowers the upper limit too, this is at least
    the limit that the variance alone gives as ``V / w²`` events of the largest weight.

    Like every score interval of a Poisson count it covers up to four points too little at some means when the events
    that matter, ``Y² / V`` of them, are fewer than about five.

    Source: the approximation by one count of Dobson, Kuulasmaa, Eberle and Scherer 1991, Statistics in Medicine
    10:457-462; the one more event of Fay and Feuer 1997, Statistics in Medicine 16:791-801; the score interval of
    Barker 2002, The American Statistician 56:85-89. Their combination is our own.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.groups import Groups
    >>> from evalkit.inference.weighted_sums import WeightedSum, score
    >>> low, high = score(WeightedSum.of(np.array([10]), np.ones(1), Groups.single(1)), 0.05)
    >>> round(low.item(), 6), round(high.item(), 6)
    (5.431986, 18.409473)
    """
    largest = total.largest_weight
    some = largest > 0
    weight = np.divide(total.variance + largest**2, total.value + largest, out=np.zeros_like(largest), where=some)
    events = np.divide(total.value, weight, out=np.zeros_like(largest), where=some)
    z = -special.ndtri(np.asarray(alpha) / 2)
    high = _score_above(events, z)
    # As a quotient: the difference would lose the digits of a small count.
    low = np.divide(events**2, high, out=np.zeros_like(largest), where=high > 0)
    heavy = np.divide(total.variance, largest**2, out=np.zeros_like(largest), where=some)
    return low * weight, np.maximum(high * weight, _score_above(heavy, z) * largest)


def _score_above(events: Floats, z: Floats) -> Floats:
    return np.asarray(events + z**2 / 2 + z * np.sqrt(events + z**2 / 4))


LIMITS: MappingProxyType[Method, Limits] = MappingProxyType(
    {Method.GAMMA: gamma, Method.MIDP: midp, Method.SCORE: score}
)
"""The methods by their words."""


@dataclass(frozen=True, slots=True, eq=False)
class _Gamma:
    """Gamma distributions, shape ``(groups,)``; a point at 0 where ``scale`` is 0."""

    shape: Floats
    scale: Floats

    def quantile(self, tail: Floats) -> Floats:
        return np.where(self.scale > 0, self.scale * special.gammaincinv(self.shape, tail), 0.0)

    def quantile_above(self, tail: Floats) -> Floats:
        return np.where(self.scale > 0, self.scale * special.gammainccinv(self.shape, tail), 0.0)


def _below(total: WeightedSum) -> _Gamma:
    return _from_moments(total.value, total.variance)


def _above(total: WeightedSum) -> _Gamma:
    return _from_moments(total.value + total.largest_weight, total.variance + total.largest_weight**2)


def _from_moments(mean: Floats, variance: Floats) -> _Gamma:
    some = mean > 0
    scale = np.divide(variance, mean, out=np.zeros_like(mean), where=some)
    # (mean / scale) and not mean² / variance, which leaves the range of a float for small weights.
    return _Gamma(shape=np.divide(mean, scale, out=np.ones_like(mean), where=scale > 0), scale=scale)


def _between(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    logs = np.log(np.maximum(np.array([first, second]), _SMALLEST))
    return logs.min(axis=0), logs.max(axis=0)


def _low_gap(  # noqa: PLR0917 - the root search cuts plain arrays to the elements still open
    log_value: Floats, below: Floats, below_scale: Floats, above: Floats, above_scale: Floats, tail: Floats
) -> Floats:
    at = np.exp(log_value)
    cumulated = (_cdf(below, below_scale, at) + _cdf(above, above_scale, at)) / 2
    return np.asarray(np.log(np.maximum(cumulated, _SMALLEST) / tail))


def _high_gap(  # noqa: PLR0917
    log_value: Floats, below: Floats, below_scale: Floats, above: Floats, above_scale: Floats, tail: Floats
) -> Floats:
    at = np.exp(log_value)
    left = (_sf(below, below_scale, at) + _sf(above, above_scale, at)) / 2
    return np.asarray(np.log(np.maximum(left, _SMALLEST) / tail))


def _cdf(shape: Floats, scale: Floats, at: Floats) -> Floats:
    return np.where(scale > 0, special.gammainc(shape, at / np.where(scale > 0, scale, 1.0)), 1.0)


def _sf(shape: Floats, scale: Floats, at: Floats) -> Floats:
    return np.where(scale > 0, special.gammaincc(shape, at / np.where(scale > 0, scale, 1.0)), 0.0)
