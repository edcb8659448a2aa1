"""What a plan of areas that join at different times can show, before any data are seen: panels are drawn.

Areas are taken to be of like size, those of the comparison with as many events each as those that join. Where counts
vary more than chance they are taken to correlate :data:`LASTING` from one period to the next within an area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalkit import periods
from evalkit.estimands import Estimand
from evalkit.inference.joining_power import PlannedPanel, smallest_found
from evalkit.outlooks import POWER
from evalkit.vocabulary import Frequency

DRAWS, SEED, LASTING = 40, 1, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOutlook:
    """What can be shown at one unevenness.

    Attributes
    ----------
    increase, decrease
        The smallest ratios found in 8 panels of 10; ``None`` where that takes more than eight times.
    draws, lasting
        Panels drawn, and the correlation between neighbouring periods of an area.
    """

    dispersion: float
    lasting: float
    increase: float | None
    decrease: float | None
    draws: int


def area_outlooks(
    estimand: Estimand, frequency: Frequency, dispersions: Sequence[float], alpha: float, *, draws: int = DRAWS
) -> tuple[AreaOutlook, ...]:
    """One for each unevenness; none where the plan has no dates, no expected count or no time before."""
    if estimand.expected is None or estimand.before is None or not estimand.joined:
        return ()
    mean, joined = _panel(estimand, frequency)
    found = []
    for dispersion in dispersions:
        planned = PlannedPanel(mean, joined, dispersion, LASTING if dispersion > 1 else 0.0)
        up, down = (
            smallest_found(planned, decrease=decrease, power=POWER, alpha=alpha, panels=draws, seed=SEED)
            for decrease in (False, True)
        )
        found.append(
            AreaOutlook(dispersion=dispersion, lasting=planned.lasting, increase=up, decrease=down, draws=draws)
        )
    return tuple(found)


def _panel(estimand: Estimand, frequency: Frequency) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts of areas and periods, and the places of joining."""
    windows = [window for window in (estimand.before, estimand.after) if window is not None]
    days = [day for window in windows for day in periods.between(window.first, window.last, frequency)]
    waiting = 0 if estimand.comparison is None else len(estimand.comparison.units)
    places = [sum(day < date for day in days) for _, date in estimand.joined] + [len(days)] * waiting
    each = 0.0 if estimand.expected is None else estimand.expected.monthly * frequency.months / len(estimand.joined)
    return np.full((len(places), len(days)), each), np.array(places, dtype=np.int64)
