"""How far averages of group-time effects wander by themselves when the dates of joining go to some units.

An average is a weighted sum of how units differ from levels times factors, with weights that follow from the levels of
groups. As in :mod:`evalkit.inference.exchanged_spread` each assignment is measured against its own spread, so that
small units that join are not unusual by chance alone.

Source: MacKinnon and Webb 2020, Journal of Econometrics 218:435-450, for exchanging t rather than the coefficient;
Callaway and Sant'Anna 2021, Journal of Econometrics 225:200-230, theorem 2, for the weights.
"""

from __future__ import annotations

import numpy as np

from evalkit.inference.exchanged_spread import Quiet, beyond_chance
from evalkit.inference.group_time import CellPlan, JoiningPanel, Whole, members
from evalkit.inference.intervals import Floats
from evalkit.inference.level_factors import quiet

_CHUNK = 4_000_000


def spreads(panel: JoiningPanel, plan: CellPlan, rows: Floats, joined: Whole) -> Floats:
    """The standard deviation of each average under each assignment, with spread growing least and most with size.

    Parameters
    ----------
    panel
        Counts and exposures, with any effect taken away.
    rows
        Coefficients of cells, shape ``(rows, cells)``.
    joined
        Shape ``(assignments, units)``.

    Returns
    -------
    ndarray
        Shape ``(2, assignments, rows)``; 0 or nan where nothing can vary.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.group_time import JoiningPanel, plan_cells
    >>> from evalkit.inference.group_time_spread import spreads
    >>> counts = np.array([[8.0, 12], [12, 8], [96, 84], [84, 96]])
    >>> exposure = np.repeat([[1.0], [1], [9], [9]], 2, axis=1)
    >>> panel = JoiningPanel(counts, exposure, np.array([1, 2, 2, 2]), np.ones(4), ratio=True)
    >>> plan = plan_cells(panel.joined, 2, never_only=False)
    >>> small, large = spreads(panel, plan, np.ones((1, 1)), np.array([[1, 2, 2, 2], [2, 2, 1, 2]]))[0, :, 0]
    >>> bool(small > 1.5 * large)
    True
    """
    used = np.ones(panel.top.shape, dtype=bool)
    still = Quiet(*quiet(panel.top, panel.bottom, used))
    size = still.mean.sum(axis=1)
    everyone = np.stack([members(one, plan.dates) for one in joined]).mean(axis=0)[None]
    typical = _weights(panel, plan, rows, everyone, still.mean)[0]
    told = [beyond_chance(still, weight, size) for weight in typical]
    scale, slope = (np.stack(part, axis=1) for part in zip(*told, strict=True))
    step = max(1, _CHUNK // (rows.shape[0] * plan.dates.size * panel.periods))
    found = []
    for start in range(0, len(joined), step):
        member = members(joined[start : start + step], plan.dates)
        weight = _weights(panel, plan, rows, member, still.mean)
        chance = np.einsum("ardt,adt->ard", weight**2, member @ still.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            joint = np.nan_to_num((member @ size**2) / (member @ size))
        grown = 1 + slope[:, None, :, None] * joint[:, None, :]
        found.append(np.sqrt((chance * scale[:, None] * grown).sum(axis=3)))
    return np.concatenate(found, axis=1)


def _weights(panel: JoiningPanel, plan: CellPlan, rows: Floats, member: Floats, mean: Floats) -> Floats:
    """By how much each average changes with each count, shape ``(assignments, rows, dates, periods)``."""
    below = member @ (mean if panel.ratio else panel.bottom)
    mass = (member @ panel.weights)[:, plan.kind]
    share = rows * mass[:, None, :]
    share /= share.sum(axis=2, keepdims=True)
    found = np.zeros((len(member), len(rows), plan.dates.size, panel.periods))
    for cell, (kind, period, base) in enumerate(zip(plan.kind, plan.period, plan.base, strict=True)):
        here, others = np.flatnonzero(rows[:, cell]), np.flatnonzero(plan.controls[cell])
        for at, sign in ((period, 1.0), (base, -1.0)):
            part = sign * share[:, here, cell]
            with np.errstate(divide="ignore", invalid="ignore"):
                own, other = part / below[:, [kind], at], part / below[:, others, at].sum(axis=1, keepdims=True)
            found[:, here, kind, at] += own
            found[:, here[:, None], others, at] -= other[:, :, None]
    return found
