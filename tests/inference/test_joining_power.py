"""What areas that join can show: the power planned for is what new panels give."""

from __future__ import annotations

from math import log

import numpy as np
from scipy import stats

from evalkit.inference import join_dates, not_yet_joined
from evalkit.inference.group_time import JoiningPanel
from evalkit.inference.joining_power import PlannedPanel, smallest_found
from evalkit.inference.not_yet_joined import Looked

JOINED = np.array([4] * 3 + [6] * 3 + [10] * 6)
MEAN = np.full((12, 10), 15.0)


def planned(**changes) -> float | None:
    given = {"decrease": False, "power": 0.8, "alpha": 0.05, "panels": 60, "seed": 1} | changes
    return smallest_found(PlannedPanel(MEAN, JOINED, 1.0, 0.0), **given)


def test_planned_power_is_reached_in_panels_drawn_otherwise() -> None:
    ratio = planned()
    rng = np.random.default_rng(99)
    looked = Looked.of(JOINED, 10)
    given = join_dates.assignments(JOINED, most_exact=99, draws=199, generator=rng)
    means = MEAN * np.where(np.arange(10) >= JOINED[:, None], ratio, 1.0)
    found = [
        join_dates.p_value(
            not_yet_joined.measured(
                JoiningPanel(rng.poisson(means).astype(float), np.ones_like(MEAN), JOINED, np.ones(12), ratio=True),
                looked,
                given,
            )
        )
        <= 0.05
        for _ in range(100)
    ]
    low, high = stats.binom.interval(0.99, 100, 0.8)
    assert low - 5 <= sum(found) <= high + 5


def test_what_no_panel_could_show_is_none() -> None:
    """Eleven ways to give the only date to another: p is never below 1 in 12."""
    alone = PlannedPanel(MEAN, np.array([4] + [10] * 11), 1.0, 0.0)
    assert smallest_found(alone, decrease=False, power=0.8, alpha=0.05, panels=2, seed=1) is None


def test_a_decrease_is_below_one_and_the_seed_decides() -> None:
    one, same = (planned(decrease=True, panels=10) for _ in range(2))
    assert one == same
    assert abs(log(one)) < log(2)
