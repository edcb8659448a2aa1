"""Synthetic difference in differences: weights for units and for periods, and the difference of differences in them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.simplex import on_simplex

Numbers = NDArray[np.float64]

_TIME_RIDGE = 1e-6


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
    noise = float(np.diff(early[:donors], axis=1).std(ddof=1))
    ridge = ((len(outcomes) - donors) * (outcomes.shape[1] - before)) ** 0.25 * noise
    units = _weights(early[:donors].T, early[donors:].mean(axis=0), ridge, cap)
    after = outcomes[:donors, before:].mean(axis=1)
    times = _weights(outcomes[:donors, :before], after, _TIME_RIDGE * noise, 1.0)
    return SyntheticDid(_contrast(outcomes, units, times), units, times)


def placebo_effects(outcomes: Numbers, *, before: int, cap: float = 1.0) -> Numbers:
    """The estimate for each donor in turn as if it were the one treated unit: shape ``(donors,)``.

    Parameters
    ----------
    outcomes
        Of the donors only, shape ``(donors, periods)``.
    before, cap
        As for :func:`estimate`.

    Source: Arkhangelsky et al. 2021, algorithm 4, with every donor instead of draws.

    Examples
    --------
    >>> import numpy as np
    >>> outcomes = np.array([[1.0, 2, 1, 2], [3.0, 4, 3, 4], [2.0, 3, 2, 3]])
    >>> placebo_effects(outcomes, before=3).round(6).tolist()
    [0.0, 0.0, 0.0]
    """
    rows = np.arange(len(outcomes))
    orders = [np.append(np.delete(rows, row), row) for row in rows]
    return np.array(
        [estimate(outcomes[order], donors=len(rows) - 1, before=before, cap=cap).effect for order in orders]
    )


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
