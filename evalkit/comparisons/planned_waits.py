"""How long a wait has to be: what is counted by then, what its uncertainty may be, and what no wait finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evalkit import refusals
from evalkit.comparisons.planned_counts import HALF_WIDTH, RATIO, Level, note
from evalkit.inference.arguments import LARGEST_POSITIVE
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.method import Alternative
from evalkit.language import Text, same

if TYPE_CHECKING:
    from evalkit.comparisons.planned_answer import Refusals
    from evalkit.comparisons.result import Numbers
    from evalkit.inference.intervals import Floats
    from evalkit.inference.precision import Cells


def after(flow: Cells, so_far: Floats, so_far_ref: Floats | None, months: Floats) -> Cells:
    """The counts without an effect after so many months; at none yet a hair above zero: infinitely uncertain."""
    from evalkit.inference.precision import Cells

    hair = 1 / LARGEST_POSITIVE
    changing = np.maximum(so_far + flow.changing * months, hair)
    others = flow.others
    if so_far_ref is not None:
        others = (np.maximum(so_far_ref + flow.others[0] * months, hair), *flow.others[1:])
    return Cells(changing=changing, others=others, dispersion=flow.dispersion)


def largest_variance(times: Floats | None, width: Floats | None, wanted: float, level: Level) -> Floats:
    """What the log variance may be at most: for the half width, or for the ratio to be found with the power."""
    from scipy import special

    critical = -special.ndtri(level.one_sided)
    if times is None:
        return np.asarray((np.log1p(np.asarray(width)) / critical) ** 2)
    return np.asarray((np.maximum(_looked_for(times, level), 0.0) / (critical + special.ndtri(wanted))) ** 2)


def refuse_no_effect(refused: Refusals, times: Floats, level: Level) -> None:
    """Refuse a ratio of 1, and one on the side that the test does not look at: no wait is long enough for either."""
    effect = _looked_for(times, level)
    refused.add(effect == 0, refusals.no_change_to_find())
    refused.add(effect < 0, refusals.change_not_looked_for())


def _looked_for(times: Floats, level: Level) -> Floats:
    """How far a ratio lies on the side that the test looks at, in logs; below 0 when it lies on the other side."""
    effect = np.log(times)
    if level.alternative is Alternative.TWO_SIDED:
        return np.asarray(np.abs(effect))
    return np.asarray(effect if level.alternative is Alternative.GREATER else -effect)


def what_is_wanted(
    given: ColumnArguments, ratio: Numbers | None, half_width: Numbers | None
) -> tuple[Floats | None, Floats | None]:
    """The ratio to be found or the half width, one of the two; giving both or none is noted as a fault."""
    if (ratio is None) == (half_width is None):
        what = Text("Ange antingen ratio eller half_width.", "Give either ratio or half_width.")
        note(given, "one_of_two", "ratio", what, same("ratio, half_width"))
        return np.ones(()), None
    if ratio is None:
        return None, given.positives("half_width", half_width, HALF_WIDTH)
    return given.positives("ratio", ratio, RATIO), None
