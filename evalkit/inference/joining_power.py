"""What areas that join at different times can show, by drawing panels as a plan describes them.

Counts vary φ times as much as chance: means are multiplied by log-normal deviations that correlate ρ from one period
to the next within an area. Each drawn panel is put to the very test of the design, dates exchanged, with the same
draws for every effect tried; the smallest effect found in so many panels in a hundred is what can be shown.

Source: Arnold, Hogan, Colford and Hubbard 2011, BMC Medical Research Methodology 11:94, for power by drawing panels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from evalkit.inference import join_dates, not_yet_joined
from evalkit.inference.group_time import JoiningPanel, Whole
from evalkit.inference.intervals import Floats
from evalkit.inference.not_yet_joined import Looked

EXCHANGES = 199
MOST_EXACT = 1_000
_TRIED = np.log(np.geomspace(1.03, 8.0, 64))
"""Effects, as logarithms: 3.3 per cent from one to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class PlannedPanel:
    """Areas as a plan has them.

    Attributes
    ----------
    mean
        Expected counts without an effect, shape ``(units, periods)``.
    joined
        Shape ``(units,)``: the place of the first period after joining; the number of periods for never.
    dispersion, lasting
        φ, at least 1, and ρ.
    """

    mean: Floats
    joined: Whole
    dispersion: float
    lasting: float


def smallest_found(
    planned: PlannedPanel, *, decrease: bool, power: float, alpha: float, panels: int, seed: int
) -> float | None:
    """The smallest ratio that is found in ``power`` of the panels; ``None`` where that takes more than eight times.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.joining_power import PlannedPanel, smallest_found
    >>> joined = np.array([3] * 3 + [5] * 3 + [8] * 6)
    >>> few, many = (
    ...     smallest_found(
    ...         PlannedPanel(np.full((12, 8), mean), joined, 1.0, 0.0),
    ...         decrease=False, power=0.8, alpha=0.05, panels=10, seed=1,
    ...     )
    ...     for mean in (2.0, 50.0)
    ... )
    >>> few > many > 1
    True
    """
    generator = np.random.default_rng(seed)
    given = join_dates.assignments(planned.joined, most_exact=MOST_EXACT, draws=EXCHANGES, generator=generator)
    looked = Looked.of(planned.joined, planned.mean.shape[1])
    if given.least(1 - alpha) is not None or not looked.seen.any():
        return None
    after = np.arange(planned.mean.shape[1]) >= planned.joined[:, None]
    least = []
    for _ in range(panels):
        mean, drawn = planned.mean * _deviations(planned, generator), generator.random(planned.mean.shape)
        panel = JoiningPanel(drawn, np.ones_like(drawn), planned.joined, np.ones(len(drawn)), ratio=True)

        def found(effect: float, panel: JoiningPanel = panel, mean: Floats = mean, drawn: Floats = drawn) -> bool:
            lifted = mean * np.exp((-effect if decrease else effect) * after)
            counted = replace(panel, top=stats.poisson.ppf(drawn, lifted))
            ratio = not_yet_joined.expected(counted, looked).log_ratio
            if math.isnan(ratio) or (ratio < 0) is not decrease:
                return False
            return join_dates.p_value(not_yet_joined.measured(counted, looked, given)) <= alpha * (1 + 1e-9)

        least.append(_first(found))
    needed = sorted(least)[math.ceil(power * panels) - 1]
    if needed == _TRIED.size:
        return None
    effect = float(_TRIED[needed])
    return math.exp(-effect if decrease else effect)


def _first(found: Callable[[float], bool]) -> int:
    """The place of the least effect that is found, by halving; as many as there are when none is."""
    low, high = -1, _TRIED.size
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if found(float(_TRIED[middle])) else (middle, high)
    return high


def _deviations(planned: PlannedPanel, generator: np.random.Generator) -> Floats:
    """Log-normal, with mean 1, that make the variance of a count φ times its mean."""
    drawn = generator.standard_normal(planned.mean.shape)
    for period in range(1, drawn.shape[1]):
        fresh = math.sqrt(1 - planned.lasting**2) * drawn[:, period]
        drawn[:, period] = planned.lasting * drawn[:, period - 1] + fresh
    spread = np.sqrt(np.log1p((planned.dispersion - 1) / planned.mean))
    return np.asarray(np.exp(spread * drawn - spread**2 / 2))
