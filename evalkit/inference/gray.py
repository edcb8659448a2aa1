"""Whether groups end in one way equally often when other ways of ending compete: Gray's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.inference.intervals import Floats
from evalkit.inference.risk_sets import RiskSets

# Numbers held at one time in one matrix of days × groups × groups: 8 MB of float64.
_MOST_CELLS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Gray:
    """Gray's test of all groups at once.

    Attributes
    ----------
    score, variance
        Shape ``(groups,)`` and ``(groups, groups)``: events beyond those expected were the groups alike.
    statistic, df, p_value
        Chi-square. nan with no degrees of freedom where nothing could have differed.
    """

    score: Floats
    variance: Floats
    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Each day on which a wait ended, shape ``(days, groups)``: who was at risk and how many ended in either way."""

    at_risk: Floats
    of_cause: Floats
    otherwise: Floats

    @property
    def waiting(self) -> tuple[Floats, Floats]:
        """Kaplan and Meier's share of each group just before and just after each day."""
        ended = self.of_cause + self.otherwise
        after = np.asarray(np.cumprod(1 - ended / np.maximum(self.at_risk, 1.0), axis=0), dtype=np.float64)
        return _before(after, 1.0), after

    @property
    def weight(self) -> Floats:
        """How many of each group would be at risk, had nobody ended otherwise or been lost."""
        before, _ = self.waiting
        return np.where(self.at_risk > 0, self.at_risk / np.where(before > 0, before, 1.0), 0.0)


def gray(sets: RiskSets, cause: int = 1) -> Gray:
    """Compare the cumulative incidence of one cause between groups, every day weighing alike (Gray's ρ = 0).

    Parameters
    ----------
    sets
        The risk sets of the groups, with every kind of event.
    cause
        The number of the cause asked for, from 1; all others compete with it.

    Source: Gray 1988, Annals of Statistics 16:1141-1154. The variance has the factors for ties of the R package
    cmprsk, which is by the same author.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.gray import gray
    >>> from evalkit.inference.risk_sets import gather
    >>> days, group = np.array([1.0, 2, 3, 4, 5, 6, 7, 8]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> found = gray(gather(days, np.array([1, 1, 2, 1, 2, 0, 1, 2]), group, causes=2))
    >>> round(found.statistic, 3), found.df
    (3.774, 1)
    """
    seen = _counted(sets, cause)
    (before, _), weight = seen.waiting, seen.weight
    total = weight.sum(axis=1)
    together = seen.of_cause.sum(axis=1)
    # Were the groups alike, this would be the share of all of them.
    common = np.cumsum(together / total)
    left_before, left = 1 - _before(common[:, np.newaxis], 0.0)[:, 0], 1 - common
    share = _before(np.cumsum(before * seen.of_cause / np.maximum(seen.at_risk, 1.0), axis=0), 0.0)
    exposed = weight * (1 - share)
    expected = together[:, np.newaxis] * exposed / exposed.sum(axis=1, keepdims=True)
    score = np.asarray((seen.of_cause - np.where(together[:, np.newaxis] > 0, expected, 0.0)).sum(axis=0))
    hazard = np.where(together > 0, together / (total * np.where(left_before > 0, left_before, 1.0)), 0.0)
    return _tested(score, _variance(seen, hazard, left))


def _counted(sets: RiskSets, cause: int) -> _Days:
    ended = sets.any_event > 0
    on = np.unique(sets.day[ended])
    shape = (on.size, sets.units.size)
    place = np.searchsorted(on, sets.day[ended]), sets.group[ended]
    of_cause, otherwise = np.zeros(shape), np.zeros(shape)
    of_cause[place] = sets.events[ended, cause - 1]
    otherwise[place] = sets.any_event[ended] - of_cause[place]
    at_risk = np.zeros(shape)
    for group, (first, last) in enumerate(zip(sets.first, sets.last, strict=True)):
        row = first + np.searchsorted(sets.day[first : last + 1], on)
        at_risk[:, group] = np.where(row <= last, sets.at_risk[np.minimum(row, last)], 0)
    return _Days(at_risk, of_cause, otherwise)


def _variance(seen: _Days, hazard: Floats, left: Floats) -> Floats:
    """The covariance of the scores, as a sum of squares over days and over the group k that a jump happens in.

    A jump in group k moves score i at once by ``a[i, k]``, and later through the estimated shares by what is still
    to come of ``Σ a[i, k]·hazard``.
    """
    (before, after), weight = seen.waiting, seen.weight
    groups, total = weight.shape[1], weight.sum(axis=1, keepdims=True)
    of_cause, otherwise = _jumps(seen, before, weight)
    # How far a jump carries over: the common share still to come over those of the group who still wait.
    carried = np.where(after > 0, left[:, np.newaxis] / np.where(after > 0, after, 1.0), 0.0)
    at_once = np.where(after > 0, 1 - carried, 1.0)
    scaled = weight * hazard[:, np.newaxis]
    to_come = np.diag(scaled.sum(axis=0)) - (scaled / total).T @ weight
    found = np.zeros((groups, groups))
    rows = max(1, _MOST_CELLS // groups**2)
    for start in range(0, len(weight), rows):
        part = slice(start, start + rows)
        moved = weight[part, np.newaxis, :] * (np.eye(groups) - (weight[part] / total[part])[:, :, np.newaxis])
        rest = to_come - np.cumsum(moved * hazard[part, np.newaxis, np.newaxis], axis=0)
        own = moved + at_once[part, np.newaxis, :] * rest
        later = carried[part, np.newaxis, :] * rest
        for effect, jump in ((own, of_cause), (later, otherwise)):
            found += np.tensordot(effect * jump[part, np.newaxis, :], effect, axes=((0, 2), (0, 2)))
        to_come = rest[-1]
    return found


def _jumps(seen: _Days, before: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """The variance of each group's jump on each day: by the way asked for under one common incidence, and otherwise."""
    at_risk = np.where(seen.at_risk > 0, seen.at_risk, 1.0)
    together = seen.of_cause.sum(axis=1, keepdims=True)
    total = weight.sum(axis=1, keepdims=True)
    spare = total * before - 1
    untied = np.where(together > 1, 1 - (together - 1) / np.where(spare != 0, spare, 1.0), 1.0)
    of_cause = untied * before * together / (total * at_risk)
    apart = np.where(seen.otherwise > 1, 1 - (seen.otherwise - 1) / np.maximum(at_risk - 1, 1.0), 1.0)
    otherwise = apart * before**2 * seen.otherwise / at_risk**2
    there = seen.at_risk > 0
    return np.where(there, of_cause, 0.0), np.where(there, otherwise, 0.0)


def _tested(score: Floats, variance: Floats) -> Gray:
    """The quadratic form without the last group, whose score is what the others leave."""
    scores, covariance = score[:-1], variance[:-1, :-1]
    df = int(np.linalg.matrix_rank(covariance)) if scores.size else 0
    if df < max(scores.size, 1):
        return Gray(score, variance, float("nan"), 0, float("nan"))
    statistic = float(scores @ np.linalg.solve(covariance, scores))
    return Gray(score, variance, statistic, df, float(special.chdtrc(df, statistic)))


def _before(values: Floats, start: float) -> Floats:
    """The values one day earlier."""
    return np.vstack([np.full((1, values.shape[1]), start), values[:-1]])
