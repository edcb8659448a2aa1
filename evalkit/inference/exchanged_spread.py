"""How far what is counted wanders from what is expected by itself when the dates of joining go to some units.

Small units that join give a noisy ratio and large ones a steady one. Were ratios compared as they are, small joining
units would look unusual by chance alone in a third of panels. So each assignment is measured against its own spread.

The difference is taken as a weighted sum of how units differ from levels times factors: one in the cells looked at,
and in the base what the Poisson fit makes of them. Spread beyond chance is estimated from all units
and does not depend on who joined (:mod:`evalkit.inference.growth`).

Source: MacKinnon and Webb 2020, Journal of Econometrics 218:435-450, for exchanging t rather than the coefficient;
Ferman and Pinto 2019, Review of Economics and Statistics 101:452-467, for spread by size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.growth import growth
from evalkit.inference.intervals import Floats

_RIDGE = 1e-9
_WITHIN = 1.0
"""One standard error of κ to either side. With the most likely alone, small units are found in up to 9 % of panels."""


@dataclass(frozen=True, slots=True, eq=False)
class Quiet:
    """Units as if nobody's joining had changed anything, shape ``(units, periods)``.

    Attributes
    ----------
    mean
        Level times factor times exposure.
    residual
        Counts less means; 0 in cells that tell nothing.
    """

    mean: Floats
    residual: Floats


def spread(quiet: Quiet, member: Floats, base: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Floats:
    """The standard deviation of counted less expected under each assignment, with spread growing least and most.

    Parameters
    ----------
    quiet
        The units.
    member
        Shape ``(assignments, dates, units)``: who has which date.
    base, seen
        Shape ``(dates, periods)``: cells that levels and factors are fitted to, and those after joining.

    Returns
    -------
    ndarray
        Shape ``(2, assignments)``: at both ends of how spread may grow with size; 0 or nan where nothing can vary.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.exchanged_spread import Quiet, spread
    >>> mean = np.repeat([[10.0], [10], [90], [90]], 2, axis=1)
    >>> quiet = Quiet(mean, np.array([[-2.0, 2], [2, -2], [6, -6], [-6, 6]]))
    >>> member = np.array([[[1.0, 0, 0, 0], [0, 1, 1, 1]], [[0, 0, 1, 0], [1, 1, 0, 1]]])
    >>> base = np.array([[True, False], [True, True]])
    >>> small, large = spread(quiet, member, base, ~base)[0]
    >>> bool(small / 10 > 1.5 * large / 90)
    True
    """
    means = member @ quiet.mean
    weight = _weights(means * base, means * seen) - seen
    size = quiet.mean.sum(axis=1)
    scale, slope = beyond_chance(quiet, weight.mean(axis=0), size)
    with np.errstate(divide="ignore", invalid="ignore"):
        joint = np.nan_to_num((member @ size**2) / (member @ size))
        chance = (weight**2 * means).sum(axis=2)
        grown = 1 + slope[:, None, None] * joint
        variance = (chance * scale[:, None, :] * grown).sum(axis=2)
        return np.asarray(np.sqrt(variance))


def _weights(base: Floats, seen: Floats) -> Floats:
    """By how much what is expected changes with each count of the base, shape ``(assignments, dates, periods)``."""
    by_period = base.sum(axis=1)
    inverse = np.divide(1.0, by_period, out=np.zeros_like(by_period), where=by_period > 0)
    turned = np.swapaxes(base, 1, 2)
    left = -(base * inverse[:, None, :]) @ turned
    by_group = base.sum(axis=2)
    place = np.arange(base.shape[1])
    # One level can be moved against all factors: the ridge picks one answer and leaves their sum alone.
    left[:, place, place] += by_group + _RIDGE * np.maximum(by_group.max(axis=1), _RIDGE)[:, None]
    right = seen.sum(axis=2) - (base @ (seen.sum(axis=1) * inverse)[:, :, None])[:, :, 0]
    level = np.linalg.solve(left, right[:, :, None])
    factor = (seen.sum(axis=1) - (turned @ level)[:, :, 0]) * inverse
    return np.asarray(np.where(base > 0, level + factor[:, None, :], 0.0))


def beyond_chance(quiet: Quiet, weight: Floats, size: Floats) -> tuple[Floats, Floats]:
    """φ of each date and κ, from what every unit would have given had it had that date.

    Parameters
    ----------
    quiet
        The units.
    weight
        Shape ``(dates, periods)``: what a count weighs in the statistic.
    size
        Shape ``(units,)``: all that is expected of a unit.

    Returns
    -------
    tuple
        As of :func:`evalkit.inference.growth.growth`: shapes ``(2, dates)`` and ``(2,)``.
    """
    given = quiet.residual @ weight.T
    # What is common to units takes from each its part of the whole.
    chance = (quiet.mean @ (weight**2).T) * (1 - size / size.sum())[:, None]
    squared = np.full_like(given, np.nan)
    np.divide(given**2, chance, out=squared, where=chance > 0)
    return growth(squared.T, size, within=_WITHIN)
