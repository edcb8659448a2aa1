"""Synthetic difference in differences: weights for units and for periods, and the difference of differences in them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.simplex import on_simplex

Numbers = NDArray[np.float64]

_TIME_RIDGE = 1e-6
_BLOCKS = 4
"""Stretches of the time before the start, each left out in turn when the error to expect is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticDid:
    """The estimate and its weights.

    Attributes
    ----------
    effect
        Mean effect on the treated units from the start on, in the unit of the outcome.
    unit_weights
        Shape ``(donors,)``, sums to 1.
    time_weights
        Shape ``(before,)``, sums to 1.
    """

    effect: float
    unit_weights: Numbers
    time_weights: Numbers


def estimate(outcomes: Numbers, *, donors: int, before: int, cap: float = 1.0) -> SyntheticDid:
    """Synthetic difference in differences for treated units that start together.

    Parameters
    ----------
    outcomes
        Shape ``(units, periods)``; the donors are the first rows.
    donors, before
        How many units are donors, and how many periods come before the start.
    cap
        The largest weight of one donor, at least ``1/donors``. The paper has none (1).

    Notes
    -----
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021, American Economic Review 111:4088, algorithm 1: ridge
    ``ζ = (N₁T₁)^¼ σ`` for units, with ``σ`` the standard deviation of donors' first differences before the start, and
    1e-6 σ for periods. Their R program stops its search early and drops small weights; here the minimum is exact.

    Examples
    --------
    >>> import numpy as np
    >>> outcomes = np.array([[1.0, 2, 1, 2], [3.0, 4, 3, 4], [2.0, 3, 2, 9]])
    >>> found = estimate(outcomes, donors=2, before=3)
    >>> round(found.effect, 6), found.unit_weights.round(6).tolist()
    (6.0, [0.5, 0.5])
    """
    early = outcomes[:, :before]
    noise = _noise(outcomes, donors, before)
    ridge = _ridge(outcomes, donors, before)
    units = _weights(early[:donors].T, early[donors:].mean(axis=0), ridge, cap)
    after = outcomes[:donors, before:].mean(axis=1)
    times = _weights(outcomes[:donors, :before], after, _TIME_RIDGE * noise, 1.0)
    return SyntheticDid(_contrast(outcomes, units, times), units, times)


def expected_error(outcomes: Numbers, *, donors: int, before: int, cap: float = 1.0) -> float:
    """The root of the mean squared gap before the start, in periods that the weights were not fitted to.

    Each of four stretches of the time before is left out in turn: units are weighed on the other stretches, and the gap
    is measured from its mean there. The error of a unit with few events is large, that of a large unit small; an effect
    divided by it can be ranked among others.

    Parameters
    ----------
    outcomes, donors, before, cap
        As for :func:`estimate`; at least two periods before.

    Examples
    --------
    >>> import numpy as np
    >>> outcomes = np.array([[1.0, 2, 1, 2, 2], [3.0, 4, 3, 5, 4], [2.0, 3, 2, 3, 9]])
    >>> round(expected_error(outcomes, donors=2, before=4), 3)
    0.284
    """
    early, ridge = np.arange(before), _ridge(outcomes, donors, before)
    aim = outcomes[donors:].mean(axis=0)
    gaps = np.empty(before)
    for left_out in np.array_split(early, min(_BLOCKS, before)):
        others = np.setdiff1d(early, left_out)
        gap = aim - _weights(outcomes[:donors, others].T, aim[others], ridge, cap) @ outcomes[:donors]
        gaps[left_out] = gap[left_out] - gap[others].mean()
    return math.sqrt(float((gaps**2).mean()))


def placebos(outcomes: Numbers, *, before: int, cap: float = 1.0) -> tuple[Numbers, Numbers]:
    """The estimate, and the error to expect, for each donor in turn as if it were the one treated unit.

    Parameters
    ----------
    outcomes
        Of the donors only, shape ``(donors, periods)``.
    before, cap
        As for :func:`estimate`.

    Returns
    -------
    Two arrays of shape ``(donors,)``.

    Source: Arkhangelsky et al. 2021, algorithm 4, with every donor instead of draws.

    Examples
    --------
    >>> import numpy as np
    >>> outcomes = np.array([[1.0, 2, 1, 2], [3.0, 4, 3, 4], [2.0, 3, 2, 3]])
    >>> [found.round(6).tolist() for found in placebos(outcomes, before=3)]
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    last, donors = len(outcomes) - 1, np.arange(len(outcomes))
    panels = [outcomes[np.append(np.delete(donors, row), row)] for row in donors]
    effects = [estimate(panel, donors=last, before=before, cap=cap).effect for panel in panels]
    errors = [expected_error(panel, donors=last, before=before, cap=cap) for panel in panels]
    return np.array(effects), np.array(errors)


def jackknife_error(outcomes: Numbers, found: SyntheticDid, *, donors: int) -> float:
    """Standard error from leaving out each unit with the weights held; ``nan`` when it cannot be had.

    It cannot with one treated unit, or with one donor that has all the weight.

    Source: Arkhangelsky et al. 2021, algorithm 3.

    Examples
    --------
    >>> import numpy as np
    >>> outcomes = np.array([[1.0, 2, 1, 2], [3.0, 4, 3, 5], [2.0, 3, 2, 9]])
    >>> jackknife_error(outcomes, estimate(outcomes, donors=2, before=3), donors=2)
    nan
    """
    if len(outcomes) - donors < 2 or (found.unit_weights > 0).sum() < 2:  # noqa: PLR2004
        return math.nan
    effects = np.array([_without(outcomes, found, donors, row) for row in range(len(outcomes))])
    return math.sqrt((len(effects) - 1) / len(effects) * float(((effects - effects.mean()) ** 2).sum()))


def _without(outcomes: Numbers, found: SyntheticDid, donors: int, row: int) -> float:
    kept = np.delete(outcomes, row, axis=0)
    units = found.unit_weights if row >= donors else np.delete(found.unit_weights, row)
    return _contrast(kept, units / units.sum(), found.time_weights)


def _noise(outcomes: Numbers, donors: int, before: int) -> float:
    """The standard deviation of donors' first differences before the start."""
    return float(np.diff(outcomes[:donors, :before], axis=1).std(ddof=1))


def _ridge(outcomes: Numbers, donors: int, before: int) -> float:
    treated, after = len(outcomes) - donors, outcomes.shape[1] - before
    return float((treated * after) ** 0.25) * _noise(outcomes, donors, before)


def _weights(terms: Numbers, aim: Numbers, ridge: float, cap: float) -> Numbers:
    """Weights of the columns of ``terms`` that come closest to ``aim`` up to a constant, with a ridge."""
    centred = terms - terms.mean(axis=0)
    gram = centred.T @ centred + len(terms) * ridge**2 * np.eye(terms.shape[1])
    linear = (aim - aim.mean()) @ centred
    return np.asarray(on_simplex(gram, linear[None, :], np.full((1, terms.shape[1]), cap)).weights[0])


def _contrast(outcomes: Numbers, units: Numbers, times: Numbers) -> float:
    donors, before = len(units), len(times)
    change = outcomes[:, before:].mean(axis=1) - outcomes[:, :before] @ times
    return float(change[donors:].mean() - units @ change[:donors])
