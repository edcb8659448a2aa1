"""Weights that sum to one, each between 0 and a cap, which minimise a quadratic; many problems in one call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_STEPS = 40
# A step that moves no weight further has found which of them are at a bound, or is as good a start as any.
_STILL = 1e-6
# A slope within this share of the quadratic's own size counts as zero while searching, and when the answer is checked.
_TOLERANCE = 1e-9
_ACCEPTED = 1e-7
# Chooses one of several equally good answers, and leaves the others' value alone to some ten digits.
_TIE_BREAK = 1e-10


class NoOptimumError(ArithmeticError):
    """The conditions for a minimum do not hold at the weights found. A fault in evalkit, never in the data."""


@dataclass(frozen=True, slots=True, eq=False)
class SimplexWeights:
    """The minimisers of ``½ w'Gw - c'w``.

    Attributes
    ----------
    weights
        Shape ``(problems, units)``; each row sums to 1.
    violation
        Shape ``(problems,)``: by how much the Karush–Kuhn–Tucker conditions fail, relative to the mean of G's diagonal.
    """

    weights: Numbers
    violation: Numbers


def on_simplex(gram: Numbers, linear: Numbers, upper: Numbers, *, start: Numbers | None = None) -> SimplexWeights:
    """Minimise ``½ w'Gw - c'w`` over ``Σw = 1``, ``0 ≤ w ≤ upper``, for many ``c`` and ``upper`` that share ``G``.

    Parameters
    ----------
    gram
        ``G``, shape ``(units, units)``, positive semidefinite. A ridge is added to its diagonal by the caller.
    linear
        ``c``, shape ``(problems, units)``.
    upper
        Largest weights, shape ``(problems, units)``; 0 leaves a unit out. Each row must sum to at least 1.
    start
        Weights to begin from, which must themselves be allowed; saves time when they are nearly right.

    Raises
    ------
    ValueError
        When a row of ``upper`` sums to less than 1, so that no weights exist.
    NoOptimumError
        When the answer fails its own check.

    Notes
    -----
    Accelerated projected gradient with restart (Beck and Teboulle 2009, SIAM J. Imaging Sciences 2:183; O'Donoghue and
    Candès 2015) finds which weights are at a bound; a primal active-set method (Nocedal and Wright 2006, Numerical
    Optimization, algorithm 16.3) then makes each answer exact. Where several weights are equally good, the even ones
    are preferred.

    Examples
    --------
    >>> import numpy as np
    >>> donors, target = np.array([[1.0, 3.0, 9.0]]), np.array([2.0])
    >>> gram, linear = donors.T @ donors, (target @ donors)[None, :]
    >>> found = on_simplex(gram, linear, np.array([[1.0, 1.0, 0.0]]))
    >>> found.weights.round(6).tolist()
    [[0.5, 0.5, 0.0]]
    """
    if (upper.sum(axis=1) < 1 - 1e-12).any():
        raise ValueError("the upper bounds leave no weights that sum to one")
    solved = gram + np.eye(len(gram)) * max(_size(gram) * _TIE_BREAK, np.finfo(float).tiny)
    begun = _descent(solved, linear, upper) if start is None else start
    weights = np.array([_active_set(solved, c, u, w) for c, u, w in zip(linear, upper, begun, strict=True)])
    violation = _violation(solved, linear, upper, weights)
    if (violation > _ACCEPTED).any():
        raise NoOptimumError(f"the conditions for a minimum fail by {violation.max():.1e}")
    return SimplexWeights(weights, violation)


def project(points: Numbers, upper: Numbers) -> Numbers:
    """The nearest points with ``Σw = 1`` and ``0 ≤ w ≤ upper``; rows are points, shape ``(problems, units)``.

    The sum of ``clip(point - shift, 0, upper)`` falls in straight pieces as the shift grows, and bends where a weight
    meets a bound: the bends are sorted, and the piece that holds 1 is solved (Wang and Lu 2015, arXiv:1503.01002).

    Examples
    --------
    >>> import numpy as np
    >>> project(np.array([[0.9, 0.5, 0.0]]), np.full((1, 3), 0.6)).round(6).tolist()
    [[0.6, 0.4, 0.0]]
    """
    bends = np.concatenate((points - upper, points), axis=1)
    order = bends.argsort(axis=1)
    sorted_bends = np.take_along_axis(bends, order, axis=1)
    # Below its first bend a weight is at its upper bound, above its second at zero; between them it falls with slope 1.
    falling = np.where(order < points.shape[1], 1, -1).cumsum(axis=1)[:, :-1]
    lost = np.cumsum(falling * np.diff(sorted_bends, axis=1), axis=1)
    excess = upper.sum(axis=1, keepdims=True) - 1
    piece = np.minimum((lost < excess).sum(axis=1, keepdims=True), lost.shape[1] - 1)
    before = np.where(piece > 0, np.take_along_axis(lost, np.maximum(piece - 1, 0), axis=1), 0.0)
    slope = np.maximum(np.take_along_axis(falling, piece, axis=1), 1)
    shift = np.take_along_axis(sorted_bends, piece, axis=1) + (excess - before) / slope
    return np.asarray(np.clip(points - shift, 0, upper))


def _descent(gram: Numbers, linear: Numbers, upper: Numbers) -> Numbers:
    """Accelerated projected gradient: near the minimum, with most of the bounds right."""
    step = 1.0 / float(np.linalg.eigvalsh(gram)[-1])
    now = project(upper / upper.sum(axis=1, keepdims=True), upper)
    ahead, momentum = now, np.ones((len(now), 1))
    for _ in range(_STEPS):
        slope = ahead @ gram - linear
        new = project(ahead - step * slope, upper)
        turned = ((ahead - new) * (new - now)).sum(axis=1, keepdims=True) > 0
        momentum = np.where(turned, 1.0, momentum)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + np.where(turned, 0.0, (momentum - 1) / following) * (new - now)
        moved = float(np.abs(new - now).max())
        now, momentum = new, following
        if moved < _STILL:
            break
    return now


def _active_set(gram: Numbers, linear: Numbers, upper: Numbers, start: Numbers) -> Numbers:
    """The exact minimum from a feasible start, one bound at a time."""
    weights = start.copy()
    free = (weights > 0) & (weights < upper)
    for _ in range(20 * len(weights) + 100):
        aim = _among_free(gram, linear, weights, free)
        share, blocking = _room(weights, aim, upper, free)
        weights = weights + share * (aim - weights)
        if blocking is not None:
            weights[blocking] = 0.0 if aim[blocking] < weights[blocking] else upper[blocking]
            free[blocking] = False
            continue
        released = _to_release(gram @ weights - linear, weights, upper, free, _size(gram))
        if released is None:
            break
        free[released] = True
    return weights


def _among_free(gram: Numbers, linear: Numbers, weights: Numbers, free: NDArray[np.bool_]) -> Numbers:
    """The minimum over the free weights, the others held, the sum kept."""
    at = np.flatnonzero(free)
    if at.size == 0:
        return weights
    held = np.where(free, 0.0, weights)
    system = np.ones((at.size + 1, at.size + 1))
    # Scaled so that the row of the sum and the quadratic are of one size.
    scale = float(np.abs(gram[at, at]).max()) or 1.0
    system[:-1, :-1] = gram[np.ix_(at, at)] / scale
    system[-1, -1] = 0.0
    right = np.append((linear[at] - gram[at] @ held) / scale, 1 - held.sum())
    aim = weights.copy()
    aim[at] = np.linalg.solve(system, right)[:-1]
    return aim


def _room(weights: Numbers, aim: Numbers, upper: Numbers, free: NDArray[np.bool_]) -> tuple[float, int | None]:
    """How much of the way to ``aim`` can be gone, and the weight that meets its bound first."""
    way = np.where(free, aim - weights, 0.0)
    limit = np.where(way < 0, 0.0, upper)
    going = way != 0
    shares = np.full(len(weights), np.inf)
    shares[going] = (limit[going] - weights[going]) / way[going]
    first = int(shares.argmin())
    return (float(shares[first]), first) if shares[first] < 1 else (1.0, None)


def _to_release(slope: Numbers, weights: Numbers, upper: Numbers, free: NDArray[np.bool_], size: float) -> int | None:
    """The held weight whose move would gain the most, if any would."""
    level = _level(slope, weights, upper, free)
    allowed = upper > 0
    gain = np.where(weights <= 0, level - slope, slope - level)
    gain = np.where(free | ~allowed, -np.inf, gain)
    best = int(gain.argmax())
    return best if gain[best] > _TOLERANCE * size else None


def _level(slope: Numbers, weights: Numbers, upper: Numbers, free: NDArray[np.bool_]) -> float:
    """The multiplier of the sum: the slope shared by the free weights, or one between those at the bounds."""
    if free.any():
        return float(slope[free].mean())
    raised, lowered = slope[weights > 0], slope[(weights <= 0) & (upper > 0)]
    return float((raised.max() + lowered.min()) / 2) if lowered.size else float(raised.max())


def _size(gram: Numbers) -> float:
    return float(np.trace(gram)) / len(gram) or 1.0


def _violation(gram: Numbers, linear: Numbers, upper: Numbers, weights: Numbers) -> Numbers:
    """How far the slope at each weight is from what a minimum demands."""
    slopes = weights @ gram - linear
    found = np.zeros(len(weights))
    for row, (slope, w, u) in enumerate(zip(slopes, weights, upper, strict=True)):
        free = (w > 0) & (w < u)
        level = _level(slope, w, u, free)
        wrong = np.where(free, np.abs(slope - level), np.where(w <= 0, level - slope, slope - level))
        wrong = np.where(u > 0, wrong, 0.0)
        found[row] = max(float(wrong.max()), 0.0) / _size(gram)
    return found
