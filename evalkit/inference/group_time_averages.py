"""Averages of group-time effects: all together, by group, by time since joining, by calendar period.

An average is ``sum a m x / sum a m`` over cells x, with fixed coefficients a and the weight m of the cell's group. The
weights of groups are estimated as well, and their part in the error is counted. An overall average by group weighs
groups; those by time since and by period are plain means of their rows.

Source: Callaway and Sant'Anna 2021, Journal of Econometrics 225:200-230, section 3 and corollary 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from evalkit.inference.group_time import CellPlan, GroupTime, Whole
from evalkit.inference.intervals import Floats


class Average(StrEnum):
    """What cells are averaged over."""

    SIMPLE = "simple"
    GROUP = "group"
    SINCE = "since"
    PERIOD = "period"


@dataclass(frozen=True, slots=True, eq=False)
class AveragePlan:
    """Rows of averages and one overall.

    Attributes
    ----------
    label
        Shape ``(rows,)``: the group's date, periods since joining, or the period; one zero for ``simple``.
    coefficients
        Shape ``(rows, cells)``: a in the formula of this module.
    overall
        Shape ``(rows,)`` for a mean of rows, or ``None`` when ``overall_coefficients`` average cells directly.
    overall_coefficients
        Shape ``(cells,)``.
    """

    label: Whole
    coefficients: Floats
    overall: Floats | None
    overall_coefficients: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Averages with the part of each unit in their errors.

    ``label`` and ``estimate`` have shape ``(rows,)``, ``influence`` ``(units, rows)``; ``overall`` is one number with
    ``overall_influence`` of shape ``(units,)``. The sum of squares over units is the variance.
    """

    label: Whole
    estimate: Floats
    influence: Floats
    overall: float
    overall_influence: Floats


def plan_average(plan: CellPlan, kind: Average) -> AveragePlan:
    """Which cells go into which row. Cells before joining are told by time since only, and never in an overall."""
    after = plan.since >= 0
    labels = {
        Average.SIMPLE: np.zeros(plan.kind.size, dtype=np.int64),
        Average.GROUP: plan.group,
        Average.SINCE: plan.since,
        Average.PERIOD: plan.period,
    }[kind]
    shown = np.ones_like(after) if kind is Average.SINCE else after
    label = np.unique(labels[shown])
    rows = ((labels == label[:, None]) & shown).astype(float)
    overall = None
    direct = after.astype(float)
    if kind is Average.GROUP:
        direct = np.where(after, 1 / np.maximum((rows.T @ rows).sum(axis=0), 1), 0.0)
    elif kind is not Average.SIMPLE:
        counted = (label >= 0 if kind is Average.SINCE else np.ones(label.size)).astype(float)
        overall = counted / max(counted.sum(), 1)
    return AveragePlan(label, rows, overall, direct)


def averaged(coefficients: Floats, estimate: Floats, mass: Floats) -> Floats:
    """Rows of averages.

    Parameters
    ----------
    coefficients
        Shape ``(rows, cells)``.
    estimate, mass
        Shape ``(…, cells)``: the cells, and the weights of their groups.

    Returns
    -------
    ndarray
        Shape ``(…, rows)``; nan where a cell that counts is nan.
    """
    unknown = np.isnan(estimate)
    known = np.where(unknown, 0.0, estimate)
    found = ((mass * known) @ coefficients.T) / (mass @ coefficients.T)
    return np.where(unknown.astype(float) @ coefficients.T > 0, np.nan, found)


def average(found: GroupTime, kind: Average) -> Averages:
    """Average cells, with errors.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
    >>> from evalkit.inference.group_time_averages import Average, average
    >>> values = np.array([[1.0, 5, 6], [2, 6, 8], [1, 2, 2], [3, 4, 5]])
    >>> panel = JoiningPanel.of_values(values, np.array([1, 1, 3, 3]))
    >>> found = average(effects(panel, plan_cells(panel.joined, 3, never_only=True)), Average.SINCE)
    >>> found.label.tolist(), found.estimate.tolist(), found.overall
    ([0, 1], [3.0, 4.0], 3.5)
    """
    plan = plan_average(found.plan, kind)
    estimate, influence = _rows(found, plan.coefficients)
    if plan.overall is None:
        overall, part = _rows(found, plan.overall_coefficients[None, :])
        return Averages(plan.label, estimate, influence, float(overall[0]), part[:, 0])
    counted = plan.overall > 0
    overall_part = influence[:, counted] @ plan.overall[counted]
    return Averages(plan.label, estimate, influence, float(estimate[counted] @ plan.overall[counted]), overall_part)


def influence(found: GroupTime, coefficients: Floats) -> Floats:
    """Each unit's part in the error of averages of cells, shape ``(units, rows)``; the estimates are :func:`averaged`.

    Parameters
    ----------
    coefficients
        Shape ``(rows, cells)``.
    """
    return _rows(found, coefficients)[1]


def _rows(found: GroupTime, coefficients: Floats) -> tuple[Floats, Floats]:
    kind = found.plan.kind
    mass = found.mass[kind]
    estimate = averaged(coefficients, found.estimate, mass)
    weighed = coefficients * mass
    total = weighed.sum(axis=1)
    apart = np.where(coefficients > 0, found.estimate - estimate[:, None], 0.0) * coefficients
    by_cell = np.where(np.isfinite(found.influence), found.influence, 0.0)
    unknown = ~np.isfinite(estimate)
    influence = (by_cell @ weighed.T + found.mass_parts[:, kind] @ apart.T) / total
    influence[:, unknown] = np.nan
    return estimate, np.asarray(influence)
