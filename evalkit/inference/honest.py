"""How an effect stands when development before joining was not quite parallel: bounds by Rambachan and Roth.

An event study has coefficients ``beta = effect + trend``, where the effect is zero before joining and the trend (what
would have happened anyway) is zero in the last period before. Relative magnitudes: the trend moves after joining by
at most so many times its largest move between two periods before. Smoothness: its slope changes by at most so much
from one period to the next.

Source: Rambachan and Roth 2023, Review of Economic Studies 90:2555-2591, sections 2.4, 3 and 4; the conditional test:
Andrews, Roth and Pakes 2023, Review of Economic Studies 90:2763-2791, sections 5 and 6; fixed-length intervals:
Armstrong and Kolesár 2018, Econometrica 86:655-683.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from evalkit.inference.intervals import Floats

# The first stage of the hybrid test gets a tenth of the error, as the authors advise.
_FIRST_STAGE = 0.1
_DRAWS = 40_000
_GRID = 2_001
_HALVINGS = 30
_SMALL = 1e-10
# A tail that no longer counts in double precision.
_NO_TAIL = 1e-17


@dataclass(frozen=True, slots=True, eq=False)
class EventStudy:
    """Coefficients by time since joining, normally distributed.

    Attributes
    ----------
    before, after
        Shapes ``(K,)`` from the K-th but first period before the last one before, ascending, and ``(T,)``. The last
        period before is the base and has none.
    covariance
        Shape ``(K + T, K + T)``, in that order.
    weights
        Shape ``(T,)``: the effect asked for is the weighted sum of those after.
    """

    before: Floats
    after: Floats
    covariance: Floats
    weights: Floats

    @property
    def beta(self) -> Floats:
        """All coefficients, shape ``(K + T,)``."""
        return np.concatenate([self.before, self.after])

    @property
    def target(self) -> Floats:
        """The weights of all coefficients, zero before."""
        return np.concatenate([np.zeros(self.before.size), self.weights])

    @property
    def estimate(self) -> float:
        """The effect under parallel development."""
        return float(self.weights @ self.after)

    @property
    def std_error(self) -> float:
        """Of that estimate."""
        return float(np.sqrt(self.target @ self.covariance @ self.target))


def smooth(study: EventStudy, change: float, *, conf_level: float) -> tuple[float, float]:
    """The shortest fixed-length interval that holds the effect when the slope changes by at most ``change`` a step.

    The estimator is linear in all coefficients; among those that no straight line can mislead, the one with the
    shortest interval is taken, given its largest bias and its standard error.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import honest
    >>> study = honest.EventStudy(np.array([0.0, 0]), np.array([0.5]), np.eye(3) * 0.01, np.array([1.0]))
    >>> [round(end, 3) for end in honest.smooth(study, 0.1, conf_level=0.95)]
    [0.187, 0.813]
    """
    scale = study.std_error
    scaled = EventStudy(study.before / scale, study.after / scale, study.covariance / scale**2, study.weights)
    weights, half = _shortest(scaled, change / scale, conf_level)
    middle = float(weights @ scaled.before) + scaled.estimate
    return (middle - half) * scale, (middle + half) * scale


def _shortest(study: EventStudy, change: float, conf_level: float) -> tuple[Floats, float]:
    """Weights of the coefficients before, and half the length; a convex problem.

    The length ``s cv(b / s)`` grows in the bias b and the standard error s and is convex in both.
    """
    line, bends, after = _bias_parts(study)
    least = _least_variance(study, line)
    if change == 0:
        return least, _half(0.0, _error(study, least), conf_level)
    count, turns = study.before.size, len(bends)

    def length(x: Floats) -> tuple[float, Floats]:
        bias, error = change * (after + float(x[count:].sum())), _error(study, x[:count])
        critical, slope = _critical(bias / error, conf_level)
        by_error = (critical - bias / error * slope) / error
        return error * critical, np.concatenate(
            [by_error * _slope_of_variance(study, x[:count]), np.full(turns, change * slope)]
        )

    bounds = np.block([[-bends, np.eye(turns)], [bends, np.eye(turns)]])
    rules = [
        {
            "type": "eq",
            "fun": lambda x: -line @ x[:count] + _rise(study),
            "jac": lambda _: np.r_[-line, np.zeros(turns)],
        },
        {"type": "ineq", "fun": lambda x: bounds @ x, "jac": lambda _: bounds},
    ]
    found = []
    for start in (least, np.r_[np.zeros(count - 1), _rise(study)]):
        at = np.concatenate([start, np.abs(bends @ start)])
        solved = optimize.minimize(
            length, at, jac=True, method="SLSQP", constraints=rules, options={"ftol": 1e-13, "maxiter": 500}
        ).x[:count]
        # Put back on the line exactly, since the solver leaves a little of it.
        solved = solved + line * (_rise(study) - line @ solved) / (line @ line)
        bias = change * (after + float(np.abs(bends @ solved).sum()))
        found.append((solved, _half(bias, _error(study, solved), conf_level)))
    return min(found, key=lambda one: one[1])


def _bias_parts(study: EventStudy) -> tuple[Floats, Floats, float]:
    """How a trend misleads: the row for a straight line, those for its bends before, and the sum for those after.

    A trend is its slope just before joining times time, plus for each bend a line that starts there.
    """
    back = np.arange(study.before.size, 0, -1.0)
    bends = np.array([np.maximum(back - turn, 0) for turn in range(1, study.before.size)])
    ahead = np.arange(1.0, study.after.size + 1)
    after = sum(abs(float(study.weights @ np.maximum(ahead - turn, 0))) for turn in range(study.after.size))
    return back, bends.reshape(-1, study.before.size), after


def _rise(study: EventStudy) -> float:
    """By how much a line of slope 1 moves the effect."""
    return float(study.weights @ np.arange(1.0, study.after.size + 1))


def _least_variance(study: EventStudy, line: Floats) -> Floats:
    """Weights before that no line misleads, with the least variance."""
    count = study.before.size
    own, cross = study.covariance[:count, :count], study.covariance[:count, count:] @ study.weights
    system = np.block([[own, line[:, None]], [line[None, :], np.zeros((1, 1))]])
    return np.asarray(np.linalg.solve(system, np.r_[-cross, _rise(study)])[:count])


def _error(study: EventStudy, before: Floats) -> float:
    whole = np.concatenate([before, study.weights])
    return float(np.sqrt(whole @ study.covariance @ whole))


def _slope_of_variance(study: EventStudy, before: Floats) -> Floats:
    return np.asarray((study.covariance @ np.concatenate([before, study.weights]))[: before.size])


def _half(bias: float, error: float, conf_level: float) -> float:
    return error * _critical(bias / error, conf_level)[0]


def _critical(shift: float, conf_level: float) -> tuple[float, float]:
    """The quantile of the absolute value of a normal with mean ``shift`` and variance 1, and its slope."""
    high = shift + float(stats.norm.ppf((1 + conf_level) / 2)) + _SMALL
    low = shift + float(stats.norm.ppf(conf_level))
    if special.ndtr(-low - shift) < _NO_TAIL:
        return low, 1.0
    found = optimize.brentq(lambda at: special.ndtr(at - shift) - special.ndtr(-at - shift) - conf_level, low, high)
    one, two = math.exp(-((found - shift) ** 2) / 2), math.exp(-((found + shift) ** 2) / 2)
    return float(found), (one - two) / (one + two)


def errors(study: EventStudy, generator: np.random.Generator) -> Floats:
    """Drawn errors of the coefficients, shape ``(draws, K + T)``, for the least favourable test."""
    root = np.linalg.cholesky(study.covariance + np.eye(study.beta.size) * _SMALL * np.trace(study.covariance))
    return np.asarray(generator.standard_normal((_DRAWS, study.beta.size)) @ root.T)


def relative(study: EventStudy, times: float, *, conf_level: float, drawn: Floats) -> tuple[float, float]:
    """The least and largest effect that relative magnitudes leave.

    The trend moves after joining by at most ``times`` its largest move before. The hybrid of a conditional and a least
    favourable test (C-LF) is made for each move before taken as the largest, in either direction; an effect stands
    that any of them leaves.

    Parameters
    ----------
    drawn
        Of :func:`errors`.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import honest
    >>> drawn = np.random.default_rng(1).normal(size=(9999, 3)) * 0.001**0.5
    >>> study = honest.EventStudy(np.array([0.1, 0]), np.array([0.5]), np.eye(3) * 0.001, np.array([1.0]))
    >>> [round(end, 2) for end in honest.relative(study, 1.0, conf_level=0.95, drawn=drawn)]
    [0.31, 0.69]
    """
    tests = list(_tests(study, times, conf_level, drawn))
    reach = max(test.reach for test in tests)
    tried = study.estimate + np.linspace(-reach, reach, _GRID)
    kept = np.any([test.keeps(tried) for test in tests], axis=0)
    if not kept.any():
        return study.estimate, study.estimate
    ends = []
    for inner, outer in ((int(kept.argmax()), -1), (kept.size - 1 - int(kept[::-1].argmax()), 1)):
        beyond = min(max(inner + outer, 0), kept.size - 1)
        ends.append(_edge(tests, float(tried[inner]), float(tried[beyond])))
    return ends[0], ends[1]


def stands(study: EventStudy, times: float, effect: float, *, conf_level: float, drawn: Floats) -> bool:
    """Whether an effect is not rejected under relative magnitudes."""
    tried = np.array([effect])
    return any(bool(test.keeps(tried)[0]) for test in _tests(study, times, conf_level, drawn))


def _edge(tests: list[_HybridTest], inside: float, outside: float) -> float:
    for _ in range(_HALVINGS):
        middle = np.array([(inside + outside) / 2])
        if any(bool(test.keeps(middle)[0]) for test in tests):
            inside = float(middle[0])
        else:
            outside = float(middle[0])
    return inside


@dataclass(frozen=True, slots=True, eq=False)
class _HybridTest:
    """The C-LF test of one effect, given which move before is the largest and which way it goes.

    With the trend after free, the inequalities come to a handful of numbers that must not be above 0 (the vertices of
    the dual of a linear programme): that the effect is not too small, not too large, and that the move goes that way.

    Attributes
    ----------
    at_zero, by_effect
        Shape ``(numbers,)``: the numbers for no effect, and how they move with the effect.
    covariance
        Shape ``(numbers, numbers)``.
    least_favourable
        What the largest of them is above in the first stage's share of draws, at most.
    reach
        How far from the estimate limits can lie.
    """

    at_zero: Floats
    by_effect: Floats
    covariance: Floats
    least_favourable: float
    alpha: float
    reach: float

    def keeps(self, effects: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Shape ``(effects,)``: which are not rejected."""
        found = self.at_zero + effects[:, None] * self.by_effect
        most = found.argmax(axis=1)
        top = found[np.arange(most.size), most]
        error = np.sqrt(np.diag(self.covariance))[most]
        share = self.covariance[most] / error[:, None] ** 2
        left = found - share * top[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            edge = left / (1 - share)
        low = np.where(share < 1 - _SMALL, edge, -np.inf).max(axis=1)
        high = np.minimum(np.where(share > 1 + _SMALL, edge, np.inf).min(axis=1), self.least_favourable)
        p_value = _truncated_tail(top / error, low / error, high / error)
        second = (self.alpha - _FIRST_STAGE * self.alpha) / (1 - _FIRST_STAGE * self.alpha)
        return np.asarray((top <= self.least_favourable) & ((top <= 0) | (p_value >= second)))


def _truncated_tail(at: Floats, low: Floats, high: Floats) -> Floats:
    """How often a standard normal between two limits is above a number there, without loss in the far tail."""
    tail, most, least = (special.log_ndtr(-end) for end in (at, np.minimum(low, at), np.maximum(high, at)))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.exp(tail - most) * -np.expm1(least - tail) / -np.expm1(least - most)
    return np.where(np.isnan(found), 1.0, found)


def _tests(study: EventStudy, times: float, conf_level: float, drawn: Floats) -> Iterator[_HybridTest]:
    alpha = 1 - conf_level
    count, steps = study.before.size, _steps(study)
    sums = np.cumsum(study.weights[::-1])[::-1]
    for move in steps[:count]:
        for way in (1.0, -1.0):
            rows, by_effect = _vertices(study, times * way * move, steps[count:], sums)
            largest = (drawn @ rows.T).max(axis=1)
            size = abs(float(move @ study.beta)) + 6 * float(np.sqrt(move @ study.covariance @ move))
            yield _HybridTest(
                rows @ study.beta,
                by_effect,
                rows @ study.covariance @ rows.T,
                float(np.quantile(largest, 1 - _FIRST_STAGE * alpha)),
                alpha,
                times * size * float(np.abs(sums).sum()) + 10 * study.std_error,
            )


def _steps(study: EventStudy) -> Floats:
    """Moves from one period to the next as rows over the coefficients; the base has none."""
    size = study.before.size + study.after.size
    levels = np.insert(np.eye(size), study.before.size, 0.0, axis=0)
    return np.asarray(np.diff(levels, axis=0))


def _vertices(study: EventStudy, allowed: Floats, moves: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """Rows over the coefficients, and the part of the effect in each; scaled as the least favourable test is.

    A move after, up or down, less what is allowed must not be above 0. The effect is a sum of moves with the weights
    ``sums``, so the trend after drops out of two sums of these inequalities and of each pair of up and down.
    """
    up, down = moves - allowed, -moves - allowed
    error_up, error_down = (np.sqrt(np.einsum("ri,ij,rj->r", one, study.covariance, one)) for one in (up, down))
    size = np.abs(sums)
    positive = sums >= 0
    too_high = float(size @ np.where(positive, error_up, error_down))
    too_low = float(size @ np.where(positive, error_down, error_up))
    total = allowed * size.sum()
    rows = [(study.target - total) / too_high, (-study.target - total) / too_low]
    by_effect = [-1 / too_high, 1 / too_low]
    if np.abs(allowed).any():
        both = error_up + error_down
        rows += list(-2 * allowed / both[:, None])
        by_effect += [0.0] * both.size
    return np.array(rows), np.array(by_effect)
