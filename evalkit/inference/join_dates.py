"""Randomisation inference for staggered joining: the dates that were, against the same dates given to other units.

The hypothesis is sharp: joining changes every unit by the same amount (or factor), zero to begin with. When the dates
could as well have gone to other units the test holds its level with any number of units, one per date included.

Source: Roth and Sant'Anna 2023, Journal of Political Economy Microeconomics 1:669-709, for random timing; Rambachan and
Roth 2025 (arXiv:2008.00602) for the view by design; Phipson and Smyth 2010 for the p-value of draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import group_time_spread
from evalkit.inference.group_time import CellPlan, JoiningPanel, Whole, contrasts, members
from evalkit.inference.group_time_averages import averaged
from evalkit.inference.intervals import Floats

# Ties count as extreme within this share of the observed statistic.
_TIE = 1e-9
_NEAR = 1e-4
_CHUNK = 2_000_000
# Effects tried on the ratio scale, as logarithms from the estimate; between them statistics are smooth.
_STEPS = np.geomspace(0.02, 8, 14)
_TRIED = np.concatenate([-_STEPS[::-1], [0.0], _STEPS])
_NARROWINGS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Assignments:
    """Which dates the units could have had.

    Attributes
    ----------
    joined
        Shape ``(assignments, units)``; the first is what was.
    exact
        Whether they are all that exist.
    """

    joined: Whole
    exact: bool

    def least(self, conf_level: float) -> int | None:
        """How many there must be for a p as small as ``1 - conf_level``, or ``None`` when there are as many.

        Examples
        --------
        >>> import numpy as np
        >>> from evalkit.inference.join_dates import Assignments
        >>> Assignments(np.zeros((19, 4), dtype=np.int64), exact=True).least(0.95)
        20
        """
        needed = least_ways(conf_level)
        return None if len(self.joined) >= needed else needed


def least_ways(conf_level: float) -> int:
    """How many ways to give out the dates it takes for a p as small as ``1 - conf_level``."""
    return math.ceil(1 / (1 - conf_level) * (1 - 1e-9))


@dataclass(frozen=True, slots=True, eq=False)
class Randomised:
    """Limits and p-values of averages, shape ``(rows,)``; a limit is infinite where no effect can be rejected."""

    estimate: Floats
    low: Floats
    high: Floats
    p_value: Floats


def assignments(joined: Whole, *, most_exact: int, draws: int, generator: np.random.Generator) -> Assignments:
    """All ways to give the dates to units when there are at most ``most_exact``, otherwise ``draws`` random ones.

    Parameters
    ----------
    joined
        Shape ``(units,)``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.join_dates import assignments
    >>> found = assignments(np.array([1, 2, 3, 3]), most_exact=100, draws=9, generator=np.random.default_rng(1))
    >>> found.joined.shape, found.exact
    ((12, 4), True)
    """
    if number(joined) <= most_exact:
        every = np.array(list(_distinct(tuple(sorted(joined.tolist())))), dtype=np.int64)
        same = (every == joined).all(axis=1)
        return Assignments(np.concatenate([joined[None, :], every[~same]]), exact=True)
    order = np.argsort(generator.random((draws, joined.size)), axis=1)
    return Assignments(np.concatenate([joined[None, :], joined[order]]), exact=False)


def number(joined: Whole) -> int:
    """How many different ways there are: a multinomial coefficient."""
    sizes = np.unique(joined, return_counts=True)[1].tolist()
    return math.factorial(joined.size) // math.prod(math.factorial(size) for size in sizes)


def _distinct(left: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    if not left:
        yield ()
    for value in sorted(set(left)):
        at = left.index(value)
        for rest in _distinct(left[:at] + left[at + 1 :]):
            yield (value, *rest)


def statistics(panel: JoiningPanel, plan: CellPlan, rows: Floats, given: Assignments) -> Floats:
    """The averages under every assignment, shape ``(assignments, rows)``.

    Parameters
    ----------
    rows
        Coefficients of cells, shape ``(rows, cells)``, as in :mod:`evalkit.inference.group_time_averages`; a row's
        sign does not matter for a test of cells before joining.
    """
    size = max(1, _CHUNK // max(1, plan.dates.size * max(panel.units, plan.kind.size, rows.shape[0])))
    found = []
    for start in range(0, len(given.joined), size):
        member = members(given.joined[start : start + size], plan.dates)
        cells = contrasts(plan, member @ panel.top, member @ panel.bottom, ratio=panel.ratio)
        mass = (member @ panel.weights)[:, plan.kind]
        found.append(averaged(rows, cells, mass))
    return np.concatenate(found)


def randomised(
    panel: JoiningPanel, plan: CellPlan, rows: Floats, given: Assignments, *, conf_level: float = 0.95
) -> Randomised:
    """Each average with its two-sided p-value, and the effects that are not rejected.

    The statistic of an assignment is the average over its own spread, so that small units that join are not unusual by
    chance alone; p is the larger with spread growing least and most with size. On the scale of differences the spread
    is that without an effect. A statistic that cannot be worked out under some assignment counts as extreme there.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import join_dates
    >>> from evalkit.inference.group_time import JoiningPanel, plan_cells
    >>> values = np.array([[1.0, 5, 6], [2, 6, 8], [1, 2, 2], [3, 4, 5]])
    >>> panel = JoiningPanel.of_values(values, np.array([1, 1, 3, 3]))
    >>> plan = plan_cells(panel.joined, 3, never_only=True)
    >>> every = join_dates.assignments(panel.joined, most_exact=99, draws=9, generator=np.random.default_rng(1))
    >>> join_dates.randomised(panel, plan, np.ones((1, 2)), every).p_value.round(3).tolist()
    [0.333]
    """
    found = statistics(panel, plan, rows, given)
    spread = group_time_spread.spreads(panel, plan, rows, given.joined)
    if panel.ratio:
        low, high = _log_limits(panel, plan, rows, given, observed=found[0], alpha=1 - conf_level)
    else:
        own = _over(spread[:, :1], spread)
        low, high = _limits(panel, plan, rows, given, found=found, own=own, alpha=1 - conf_level)
    unknown = np.isnan(found[0])
    p_value = np.where(unknown, np.nan, _share(_over(found, spread)))
    return Randomised(found[0], np.where(unknown, np.nan, low), np.where(unknown, np.nan, high), p_value)


def _over(found: Floats, spread: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        over = found / spread
    return np.where(np.isfinite(over), over, np.nan)


def _share(found: Floats) -> Floats:
    """The share of assignments as extreme as the first, the largest over ways to measure: from axes 0 and 1."""
    return np.asarray(_extreme(found, found[:, :1]).mean(axis=1).max(axis=0))


def p_values(panel: JoiningPanel, plan: CellPlan, rows: Floats, given: Assignments) -> Floats:
    """The p-values of :func:`randomised` without limits, shape ``(rows,)``; nan where an average cannot be told."""
    found = _measured(panel, plan, rows, given)
    return np.where(np.isnan(found[:, 0]).all(axis=0), np.nan, _share(found))


def largest(panel: JoiningPanel, plan: CellPlan, rows: Floats, given: Assignments) -> tuple[float, float] | None:
    """The largest of several averages (or cells) over its spread, and how unusual that is."""
    found = _measured(panel, plan, rows, given)
    common = np.sqrt(np.nanmean(found**2, axis=1))
    used = np.isfinite(found[:, 0]).all(axis=0) & (common > 0).all(axis=0)
    if not used.any():
        return None
    apart = np.abs(np.where(np.isnan(found), np.inf, found)[:, :, used]) / common[:, None, used]
    most = apart.max(axis=2)
    return float(most[0, 0]), float(_share(most))


def _extreme(found: Floats, observed: Floats | float) -> NDArray[np.bool_]:
    return np.asarray(np.isnan(found) | (np.abs(found) >= np.abs(observed) * (1 - _TIE)))


def _limits(
    panel: JoiningPanel,
    plan: CellPlan,
    rows: Floats,
    given: Assignments,
    *,
    found: Floats,
    own: Floats,
    alpha: float,
) -> tuple[Floats, Floats]:
    """By inversion. With an effect d taken away the statistics are a - d b, and b of what was is 1; both over spread.

    An assignment is as extreme as what was for d between (a0 - a)/(1 - b) and (a0 + a)/(1 + b), which lie on both
    sides of a0 or at it when abs(b) < 1. So each limit is a quantile over assignments.
    """
    effect = JoiningPanel(panel.treated * panel.bottom, panel.bottom, panel.joined, panel.weights, ratio=False)
    share = statistics(effect, plan, rows, given)
    observed = found[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        found, share = found * own, share * own
        ends = np.stack([(observed - found) / (1 - share), (observed + found) / (1 + share)])
    # Where the slope is 1 the mirror image goes with d: it is as extreme throughout, to be on the safe side.
    always = np.isnan(ends).any(axis=0) | (np.abs(share) >= 1 - _TIE)
    low = np.where(always, -np.inf, ends.min(axis=0))
    high = np.where(always, np.inf, ends.max(axis=0))
    # The limit is where so many assignments are left as extreme that p is still above alpha.
    need = math.floor(alpha * found.shape[1] + 1e-9) + 1
    return np.sort(low, axis=1)[:, need - 1].min(axis=0), np.sort(high, axis=1)[:, -need].max(axis=0)


def _log_limits(
    panel: JoiningPanel,
    plan: CellPlan,
    rows: Floats,
    given: Assignments,
    *,
    observed: Floats,
    alpha: float,
) -> tuple[Floats, Floats]:
    """By inversion, on the ratio scale: exposures after joining are multiplied by the factor tried."""
    low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
    known = np.flatnonzero(np.isfinite(observed))
    if not known.size:
        return low, high
    tried = float(np.median(observed[known])) + _TRIED
    drawn = np.stack([_measured(_without(panel, effect), plan, rows[known], given) for effect in tried])
    for place, row in enumerate(known):
        low[row], high[row] = _both(tried, drawn[..., place], float(observed[row]), alpha)
    return low, high


def log_limits(statistic: Callable[[float], Floats], estimate: float, alpha: float) -> tuple[float, float]:
    """The least and largest effect, as logarithms, that are not rejected.

    Parameters
    ----------
    statistic
        What every assignment gives, shape ``(ways to measure, assignments)``, when an effect has been taken away; the
        first is what was. An effect is rejected when each way to measure does so.
    estimate
        The effect that leaves nothing of the first.
    """
    if not np.isfinite(estimate):
        return -math.inf, math.inf
    return _end(statistic, estimate, -1, alpha), _end(statistic, estimate, 1, alpha)


def p_value(found: Floats) -> float:
    """The share of assignments as extreme as the first, the largest over ways to measure.

    Parameters
    ----------
    found
        Shape ``(ways to measure, assignments)``, in standard errors; nan counts as extreme. Fits are not exact, so
        those that are nearly as far out as the first count too.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.join_dates import p_value
    >>> p_value(np.array([[-2.0, 1, 2, 0], [2, 1, 1, 0]]))
    0.5
    """
    size = np.abs(found)
    return float((np.isnan(found) | (size >= size[:, :1] - _NEAR)).mean(axis=1).max())


def _end(statistic: Callable[[float], Floats], estimate: float, side: int, alpha: float) -> float:
    """The first effect rejected going outwards."""
    inside = estimate
    for step in _STEPS:
        outside = estimate + side * float(step)
        if p_value(statistic(outside)) <= alpha * (1 + 1e-9):
            break
        inside = outside
    else:
        return side * math.inf
    for _ in range(_NARROWINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_value(statistic(middle)) > alpha * (1 + 1e-9) else (inside, middle)
    return outside


def _both(tried: Floats, drawn: Floats, estimate: float, alpha: float) -> tuple[float, float]:
    low = -_outermost(-tried[::-1], drawn[::-1], -estimate, alpha)
    return low, _outermost(tried, drawn, estimate, alpha)


def _without(panel: JoiningPanel, effect: float) -> JoiningPanel:
    return replace(panel, bottom=panel.bottom * np.exp(effect * panel.treated))


def _measured(panel: JoiningPanel, plan: CellPlan, rows: Floats, given: Assignments) -> Floats:
    """Averages over their spread, shape ``(2, assignments, rows)``."""
    spread = group_time_spread.spreads(panel, plan, rows, given.joined)
    return _over(statistics(panel, plan, rows, given), spread)


def _outermost(tried: Floats, drawn: Floats, estimate: float, alpha: float) -> float:
    """The first effect rejected going up from the estimate, whose own statistic is zero there.

    Statistics, shape ``(tried, 2, assignments)``, are taken as parabolas between the effects tried.
    """
    at = int(np.searchsorted(tried, estimate, side="right"))
    for outer in range(max(at, 2), tried.size):
        if _kept(drawn[outer], alpha):
            continue
        inside, outside = max(estimate, float(tried[outer - 1])), float(tried[outer])
        for _ in range(40):
            middle = (inside + outside) / 2
            kept = _kept(_parabola(tried[outer - 2 : outer + 1], drawn[outer - 2 : outer + 1], middle), alpha)
            inside, outside = (middle, outside) if kept else (inside, middle)
        return outside
    return math.inf


def _parabola(at: Floats, values: Floats, place: float) -> Floats:
    """Through three points, for every column of ``values``."""
    a, b, c = place - at
    one, two, three = at
    return np.asarray(
        values[0] * b * c / ((one - two) * (one - three))
        + values[1] * a * c / ((two - one) * (two - three))
        + values[2] * a * b / ((three - one) * (three - two))
    )


def _kept(drawn: Floats, alpha: float) -> bool:
    return bool(_share(drawn) > alpha)
