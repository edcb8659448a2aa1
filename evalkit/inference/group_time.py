"""Effects of joining at different times, one for each group that joined together and each period.

A cell (g, t) compares how the level of those who joined at g changed from a base period to t with how the level of
those who had not joined changed. Levels are sums over sums: weighted means of values, or counts over exposures. On the
ratio scale the logarithm of each level is taken, so a cell is the logarithm of a ratio of ratios.

Source: Callaway and Sant'Anna 2021, Journal of Econometrics 225:200-230, section 2 and (without covariates) theorem 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class JoiningPanel:
    """A balanced panel of units that join, each at most once and for good.

    Attributes
    ----------
    top, bottom
        Shape ``(units, periods)``: what is summed over units and divided. Counts and exposures; or values times
        weights, and weights.
    joined
        Shape ``(units,)``: the place of the first period in which a unit had joined; ``periods`` for one that never
        did.
    weights
        Shape ``(units,)``: what a unit weighs when cells are averaged.
    ratio
        Whether effects are logarithms of ratios, or differences.
    """

    top: Floats
    bottom: Floats
    joined: Whole
    weights: Floats
    ratio: bool

    @classmethod
    def of_values(cls, values: Floats, joined: Whole, weights: Floats | None = None) -> Self:
        """A panel of numbers compared by their (weighted) means.

        Parameters
        ----------
        values
            Shape ``(units, periods)``.
        joined, weights
            Shape ``(units,)``; weights above 0, all 1 when left out.
        """
        weighed = np.ones(len(values)) if weights is None else weights
        bottom = np.repeat(weighed[:, None], values.shape[1], axis=1)
        return cls(values * bottom, bottom, joined, weighed, ratio=False)

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.top.shape[0])

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return int(self.top.shape[1])

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Shape ``(units, periods)``: who had joined when."""
        return np.asarray(np.arange(self.periods) >= self.joined[:, None])


@dataclass(frozen=True, eq=False)
class CellPlan:
    """Which comparison each cell is; the same whoever joined when, as long as as many joined each time.

    Attributes
    ----------
    dates
        The distinct places of joining, ascending; a unit's *kind* is the place of its date among them.
    kind, period, base
        Shape ``(cells,)``: who is looked at, when, and against when.
    controls
        Shape ``(cells, dates)``: which kinds are the comparison.
    anticipation
        So many periods before joining may already be affected.
    """

    dates: Whole
    kind: Whole
    period: Whole
    base: Whole
    controls: NDArray[np.bool_]
    anticipation: int = 0

    @cached_property
    def group(self) -> Whole:
        """The date of joining of each cell, shape ``(cells,)``."""
        return self.dates[self.kind]

    @property
    def since(self) -> Whole:
        """Periods since joining, shape ``(cells,)``; negative before."""
        return self.period - self.group

    @property
    def before(self) -> NDArray[np.bool_]:
        """Cells that should be zero: before joining, and before it could be anticipated."""
        return np.asarray(self.since < -self.anticipation)


def plan_cells(
    joined: Whole, periods: int, *, never_only: bool, universal: bool = False, anticipation: int = 0
) -> CellPlan:
    """The cells that a panel can tell.

    Parameters
    ----------
    joined
        Shape ``(units,)``, as in :class:`JoiningPanel`.
    never_only
        Compare with those who never join; otherwise with all who had not joined by either period.
    universal
        Every cell against the last period before joining, which has none of its own; otherwise cells before joining
        against the period before.
    anticipation
        Periods before joining that may be affected: the base lies before them, and controls must be so far from
        joining.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.group_time import plan_cells
    >>> plan = plan_cells(np.array([1, 2, 3, 3]), 3, never_only=True)
    >>> plan.group.tolist(), plan.period.tolist(), plan.base.tolist()
    ([1, 1, 2, 2], [1, 2, 1, 2], [0, 0, 0, 1])
    """
    dates: Whole = np.unique(np.minimum(joined, periods))
    cells = []
    for kind, date in enumerate(dates.tolist()):
        last = date - 1 - anticipation
        if last < 0 or date >= periods:
            continue
        for period in range(periods):
            base = last if universal or period >= date else period - 1
            controls = dates >= periods
            if not never_only:
                controls = controls | (dates > max(period, base) + anticipation)
            controls &= dates != date
            if 0 <= base != period and controls.any():
                cells.append((kind, period, base, controls))
    if not cells:
        none = np.zeros(0, dtype=np.int64)
        return CellPlan(dates, none, none, none, np.zeros((0, dates.size), dtype=bool), anticipation)
    kinds, when, against, others = (np.array(part) for part in zip(*cells, strict=True))
    return CellPlan(dates, kinds, when, against, others, anticipation)


@dataclass(frozen=True, slots=True, eq=False)
class GroupTime:
    """Cells with the part that each unit has in their error.

    Attributes
    ----------
    plan
        What each cell is.
    estimate
        Shape ``(cells,)``: differences, or logarithms of ratios; nan where a level is zero on the ratio scale.
    influence
        Shape ``(units, cells)``, scaled so that the sum of squares over units is the variance.
    mass
        Shape ``(dates,)``: the weight of each kind.
    mass_parts
        Shape ``(units, dates)``: each unit's part in it.
    """

    plan: CellPlan
    estimate: Floats
    influence: Floats
    mass: Floats
    mass_parts: Floats

    @property
    def std_error(self) -> Floats:
        """Shape ``(cells,)``, units being independent."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=0)))


def effects(panel: JoiningPanel, plan: CellPlan) -> GroupTime:
    """Every cell of a plan, with its influence function.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
    >>> values = np.array([[1.0, 5, 6], [2, 6, 8], [1, 2, 2], [3, 4, 5]])
    >>> panel = JoiningPanel.of_values(values, np.array([1, 1, 3, 3]))
    >>> found = effects(panel, plan_cells(panel.joined, 3, never_only=True))
    >>> found.estimate.tolist(), found.std_error.round(3).tolist()
    ([3.0, 4.0], [0.0, 0.5])
    """
    member = members(panel.joined, plan.dates)
    mass_parts = member.T * panel.weights[:, None]
    estimate = contrasts(plan, member @ panel.top, member @ panel.bottom, ratio=panel.ratio)
    influence = np.zeros((panel.units, plan.kind.size))
    for cell, (kind, period, base) in enumerate(zip(plan.kind, plan.period, plan.base, strict=True)):
        own, other = member[kind], plan.controls[cell] @ member
        for side, sign in ((own, 1.0), (other, -1.0)):
            influence[:, cell] += sign * (_part(panel, side, period) - _part(panel, side, base))
    return GroupTime(plan, estimate, influence, mass_parts.sum(axis=0), mass_parts)


def members(joined: Whole, dates: Whole) -> Floats:
    """Who is of which kind: shape ``(…, dates, units)`` for ``joined`` of shape ``(…, units)``."""
    return np.asarray(
        np.minimum(joined, dates.max())[..., None, :] == dates[:, None],
        dtype=float,
    )


def contrasts(plan: CellPlan, top: Floats, bottom: Floats, *, ratio: bool) -> Floats:
    """The cells from sums by kind and period.

    Parameters
    ----------
    top, bottom
        Shape ``(…, dates, periods)``.

    Returns
    -------
    ndarray
        Shape ``(…, cells)``; nan where a level cannot be told.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _change(plan, top, bottom, ratio=ratio)
    return np.where(np.isfinite(found), found, np.nan)


def _change(plan: CellPlan, top: Floats, bottom: Floats, *, ratio: bool) -> Floats:
    sides = []
    for at in (plan.period, plan.base):
        own = top[..., plan.kind, at] / bottom[..., plan.kind, at]
        # Shape (…, dates, cells): the kinds that a cell is compared with are added up.
        weigh = plan.controls.T.astype(float)
        other = np.einsum("...dc,dc->...c", top[..., at], weigh) / np.einsum("...dc,dc->...c", bottom[..., at], weigh)
        sides.append(np.log(own) - np.log(other) if ratio else own - other)
    return np.asarray(sides[0] - sides[1])


def _part(panel: JoiningPanel, side: Floats, period: int) -> Floats:
    """Each unit's part in the error of a level: of a ratio of sums, or of its logarithm."""
    top, bottom = side * panel.top[:, period], side * panel.bottom[:, period]
    with np.errstate(divide="ignore", invalid="ignore"):
        level = top.sum() / bottom.sum()
        part = (top - level * bottom) / bottom.sum()
        return np.asarray(part / level if panel.ratio else part)
