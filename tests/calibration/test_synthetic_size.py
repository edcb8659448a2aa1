"""How often placebo tests find what is not there; the tables are ``benchmarks/calibration_synthetic.py``.

All units of a panel take the treated one's place in turn. Sizes differ (standard deviation 1 on the log scale). With
150 panels the standard error of a share of 5 % at one place is 1.8 points, so 10.4 % is three of them above.
"""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.inference.synthetic_control import DonorPanel, every_unit

UNITS, BEFORE, AFTER, PANELS, MOST = 21, 12, 8, 150, 0.104


def largest(statistics: np.ndarray, place: int) -> bool:
    """Whether the unit at ``place`` is rejected: with 20 placebos, when its statistic is the largest."""
    return bool(statistics.argmax() == place)


@pytest.mark.slow
def test_by_expected_error_large_and_small_units_hold_the_level_and_by_the_bare_gap_small_ones_do_not() -> None:
    phi, rho, rng = 3.0, 0.5, np.random.default_rng([3, 20])
    hits = np.zeros((2, 2))
    for _ in range(PANELS):
        course = rng.normal(size=(UNITS, BEFORE + AFTER))
        for period in range(1, BEFORE + AFTER):
            course[:, period] = rho * course[:, period - 1] + np.sqrt(1 - rho**2) * course[:, period]
        size = 15 * np.exp(rng.normal(size=(UNITS, 1)))
        mean = size * np.exp(0.15 * course)
        counts = rng.poisson(rng.gamma(mean / (phi - 1), phi - 1))
        rates, order = counts / size, np.argsort(size[:, 0])
        # The first row is nobody's donor, so that all units are fitted alike.
        found = every_unit(DonorPanel(np.vstack([rates[:1], rates]), BEFORE), cap=0.5, demeaned=True)
        for row, one in enumerate((found.scaled_effect[1:], np.abs(found.effect[1:]))):
            hits[row] += largest(one, order[0]), largest(one, order[-3])
    scaled, gap = hits / PANELS
    assert scaled.max() <= MOST
    assert gap[0] > MOST
