"""Power before any data are seen: from expected counts to the chance that a test finds a ratio of a given size.

Everything is for many plans at once. A :class:`Cells` holds the expected counts of a design *without* any effect;
the effect multiplies the first of them. A power counts findings in the right direction only, so without an effect
it is half of a two-sided ``alpha``.

Independent periods and units are taken for granted: counts that follow each other, or areas that differ by more
than ``dispersion`` tells, give less power than said here.

Source of the log-rate Wald power: Zhu and Lakkis 2014, Statistics in Medicine 33:376-387 (method 2, the true rates
in the variance); Zhu 2017, Statistics in Biopharmaceutical Research 9:107-115 (margins). For shares: Fleiss, Levin
and Paik 2003, Statistical Methods for Rates and Proportions, 4.2 (as R's ``power.prop.test``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evalkit.inference.intervals import Floats
from evalkit.inference.roots import crossings

LARGEST_RATIO = 1e6
MOST_MONTHS = 1200
_DEEPEST = 40.0
_HAIR = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """What a design expects to count, without any effect. All arrays fit together by numpy's rules.

    Attributes
    ----------
    changing
        Expected events where the effect would show.
    others
        Those of the other cells of the contrast: none for a rate against a fixed one, one for two rates or for
        before and after, three for two sides before and after.
    dispersion
        φ: the variance over the mean.
    of, of_other
        For shares: how many the events are out of. ``None`` for counts.
    shape
        For negative binomial counts: the shape of each cell's total, the variance being ``mean + mean² / shape``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.precision import Cells
    >>> float(Cells(changing=np.asarray(50.0), others=(np.asarray(50.0),)).log_variance(1.0))
    0.04
    """

    changing: Floats
    others: tuple[Floats, ...] = ()
    dispersion: Floats = field(default_factory=lambda: np.ones(()))
    of: Floats | None = None
    of_other: Floats | None = None
    shape: Floats | None = None

    def log_variance(self, ratio: ArrayLike) -> Floats:
        """The variance of the log of the estimated ratio when the true one is ``ratio``: φ·Σ1/N, and 1/shape a cell."""
        total = 1 / (np.asarray(ratio) * self.changing) + sum(1 / other for other in self.others)
        return np.asarray(self.dispersion * total + self._lasting)

    @property
    def _lasting(self) -> Floats:
        """What no number of events takes away: it comes from how units differ."""
        return np.zeros(()) if self.shape is None else (1 + len(self.others)) / self.shape

    @property
    def rest(self) -> Floats:
        """The log variance over φ without the changing cell."""
        return np.asarray(sum((1 / other for other in self.others), start=self._lasting / self.dispersion))


def normal_power(effect: ArrayLike, std_error: ArrayLike, alpha: ArrayLike) -> Floats:
    """The chance that an estimate around ``effect`` lies more than the critical value above 0.

    ``alpha`` is one-sided; half of it for a two-sided test.

    Examples
    --------
    >>> from evalkit.inference.precision import normal_power
    >>> round(float(normal_power(15 - 10, (15 / 6 + 10 / 8) ** 0.5, 0.05)), 5)
    0.82566
    """
    return np.asarray(special.ndtr(np.asarray(effect) / np.asarray(std_error) + special.ndtri(alpha)))


def equivalence_power(effect: ArrayLike, std_error: ArrayLike, low: ArrayLike, high: ArrayLike, alpha: float) -> Floats:
    """The chance that both one-sided tests are passed (TOST); all on the scale of the estimate.

    Examples
    --------
    >>> from math import log, sqrt
    >>> from evalkit.inference.precision import equivalence_power
    >>> error = sqrt((1 / 2.2 + 1 / 2.2) / (95 * 2.5))
    >>> round(float(equivalence_power(0.0, error, log(0.8), log(1.25), 0.025)), 5)
    0.90039
    """
    above = normal_power(np.asarray(effect) - np.asarray(low), std_error, alpha)
    below = normal_power(np.asarray(high) - np.asarray(effect), std_error, alpha)
    return np.asarray(np.maximum(above + below - 1, 0.0))


def wald(
    cells: Cells,
    ratio: ArrayLike,
    alpha: float,
    *,
    null: ArrayLike = 1.0,
    increase: ArrayLike | None = None,
    planned: bool = False,
) -> Floats:
    """Power of the test of the log ratio.

    Parameters
    ----------
    cells, ratio
        What is expected without an effect, and the effect.
    alpha
        One-sided.
    null
        The ratio tested against.
    increase
        Whether a ratio above ``null`` is looked for; left out, the side on which ``ratio`` lies.
    planned
        Whether the variance is that of the counts *without* the effect. That is quick to do by hand and the same
        for a ratio and its inverse, but it promises too little for an increase and too much for a decrease.
    """
    effect = np.log(np.asarray(ratio)) - np.log(null)
    effect = np.abs(effect) if increase is None else np.where(increase, effect, -effect)
    variance = cells.log_variance(1.0 if planned else ratio)
    return normal_power(effect, np.sqrt(variance), alpha)


def shares(cells: Cells, ratio: ArrayLike, alpha: float, *, increase: ArrayLike | None = None) -> Floats:
    """Power of the pooled z test of two shares, the first of which is ``ratio`` times what was expected.

    nan where the share would exceed 1.
    """
    if cells.of is None or cells.of_other is None:
        raise ValueError("shares need what they are out of")
    first, second = np.asarray(ratio) * cells.changing / cells.of, cells.others[0] / cells.of_other
    first, second = np.broadcast_arrays(np.where(first <= 1, first, np.nan), second)
    pooled = (first * cells.of + second * cells.of_other) / (cells.of + cells.of_other)
    null_error = np.sqrt(cells.dispersion * pooled * (1 - pooled) * (1 / cells.of + 1 / cells.of_other))
    true = first * (1 - first) / cells.of + second * (1 - second) / cells.of_other
    true_error = np.sqrt(cells.dispersion * true)
    difference = np.abs(first - second) if increase is None else np.where(increase, first - second, second - first)
    gap = difference + special.ndtri(alpha) * null_error
    with np.errstate(divide="ignore", invalid="ignore"):
        power = special.ndtr(gap / true_error)
    return np.asarray(np.where(true_error > 0, power, np.where(np.isnan(first), np.nan, 1.0 * (gap > 0))))


def detectable(cells: Cells, power: float, alpha: float, *, increase: bool, planned: bool = False) -> Floats:
    """The ratio nearest to 1 that is found with this power; nan where none of any size is.

    A decrease can be out of reach: with few events not even their disappearance would be told from chance.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.precision import Cells, detectable
    >>> year = Cells(changing=np.asarray(216.0), others=(np.asarray(216.0),))
    >>> round(float(detectable(year, 0.8, 0.025, increase=True, planned=True)), 2)
    1.31
    """
    if planned:
        step = (special.ndtri(power) - special.ndtri(alpha)) * np.sqrt(cells.log_variance(1.0))
        return np.asarray(np.exp(step if increase else -step))
    if cells.of is not None:
        # A hair short of all, or rounding would make the share more than all and the power unknown.
        most = np.maximum(np.log(cells.of / cells.changing) - _HAIR, 0.0)
        furthest = most if increase else np.full(cells.changing.shape, _DEEPEST)
        return nearest(lambda ratio: shares(cells, ratio, alpha), furthest, power, increase=increase)
    furthest = np.full(cells.log_variance(1.0).shape, np.log(LARGEST_RATIO)) if increase else _peak(cells)
    return nearest(lambda ratio: wald(cells, ratio, alpha), furthest, power, increase=increase)


def nearest(power_of: Callable[[Floats], Floats], furthest: Floats, power: float, *, increase: bool) -> Floats:
    """The ratio between 1 and ``exp(±furthest)`` at which a power that grows outwards is reached, or nan."""
    sign = 1.0 if increase else -1.0
    shape = np.broadcast_shapes(power_of(np.exp(sign * furthest)).shape, furthest.shape)
    ends = np.broadcast_to(furthest, shape).ravel()

    def gap(steps: Floats, places: Floats) -> Floats:
        # The search asks about some of the rows at a time; the others are put at no effect and not looked at.
        whole = np.zeros(ends.shape)
        whole[places.astype(int)] = steps
        found = power_of(np.exp(sign * whole.reshape(shape)))
        return np.asarray(np.broadcast_to(found, shape).ravel()[places.astype(int)] - power)

    places = np.arange(ends.size, dtype=float)
    steps = crossings(gap, np.zeros(ends.shape), ends, places)
    within = gap(ends, places) >= 0
    return np.asarray(np.where(within, np.exp(sign * steps), np.nan).reshape(shape))


def months(
    log_variance_at: Callable[[Floats], Floats], largest_variance: Floats, shape: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """The fewest whole months after which the log variance is small enough, by halving.

    Parameters
    ----------
    log_variance_at
        The log variance as a function of months from now, shape ``shape``; it only falls.
    largest_variance
        What it may be at most.

    Returns
    -------
    months, limit
        nan where :data:`MOST_MONTHS` are not enough; and the variance that no number of months gets below,
        by which what is rare can be told from what is impossible.
    """
    low, high = np.full(shape, -1.0), np.full(shape, float(MOST_MONTHS))
    reached = log_variance_at(high) <= largest_variance
    for _ in range(int(np.ceil(np.log2(MOST_MONTHS + 1)))):
        middle = np.floor((low + high) / 2)
        enough = log_variance_at(np.maximum(middle, 0.0)) <= largest_variance
        high, low = np.where(enough, np.maximum(middle, 0.0), high), np.where(enough, low, middle)
    return np.where(reached, high, np.nan), log_variance_at(np.full(shape, 1e15))


def _peak(cells: Cells) -> Floats:
    """How far down, in logs, the Wald power still grows: deeper, its variance grows faster than the effect."""
    return np.asarray(2 + special.lambertw(2 * cells.rest * cells.changing * np.exp(-2.0)).real)
