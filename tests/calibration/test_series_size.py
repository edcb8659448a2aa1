"""How often an interrupted time series finds a change that is not there; the full tables are in the docs.

The same series as ``benchmarks/calibration_series.py``, with fewer draws.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evalkit.inference import seasons, segmented
from evalkit.inference.interrupted import Interrupted
from evalkit.inference.method import Method
from evalkit.inference.segmented import Segmented
from evalkit.inference.segments import Break, design

DRAWS, POINTS = 80, 48
# Three standard errors of a share of so many draws at 5 %.
ERROR = 3 * (0.05 * 0.95 / DRAWS) ** 0.5


def drawn(mean: float, phi: float, rho: float, seed: int) -> np.ndarray:
    """Negative binomial series with autocorrelation ρ by thinning (McKenzie 1986), shape ``(draws, points)``."""
    rng = np.random.default_rng(seed)
    size = mean / (phi - 1)

    def new(share: float) -> np.ndarray:
        return rng.poisson(rng.gamma(size * share, phi - 1, DRAWS))

    columns = [new(1.0)]
    for _ in range(POINTS - 1):
        kept = rng.binomial(columns[-1], rng.beta(size * rho, size * (1 - rho), DRAWS)) if rho else 0
        columns.append(kept + new(1 - rho))
    return np.column_stack(columns)


def fitted(counts: np.ndarray) -> Segmented:
    time = np.arange(POINTS)
    season = seasons.terms(seasons.Season.TWO_WAVES, time, 12)
    terms = design(time, np.zeros(POINTS, dtype=np.intp), Break(24, 24), season)
    found = segmented.fit(terms, counts, np.zeros(POINTS))
    assert isinstance(found, Segmented)
    return found


def rejections(fits: list[Segmented]) -> np.ndarray:
    """The share of series with p below 5 % for level, slope, average and excess."""
    both = [Interrupted(one) for one in fits]
    p = [(one.level().p_value, one.slope().p_value, one.average().p_value, one.excess().p_value) for one in both]
    return np.mean(np.array(p) < 0.05, axis=0)


def test_the_default_does_not_find_what_is_not_there() -> None:
    fits = [fitted(counts) for counts in drawn(10.0, 2.0, 0.4, 8)]
    assert max(rejections(fits)) <= 0.05 + ERROR
    # The same series deceive the errors that take neighbours as independent; those are then refused.
    independent = [replace(one, errors=Method.QUASI_POISSON) for one in fits]
    assert max(rejections(independent)) > 0.05 + ERROR
    allowed = [one for one in independent if segmented.refused(one) is None]
    assert len(allowed) < DRAWS / 4
    told = rejections(allowed) * len(allowed) / DRAWS if allowed else np.zeros(4)
    assert max(told) <= 0.05


def test_limits_hold_a_change_that_is_there() -> None:
    counts = drawn(10.0, 2.0, 0.2, 9)
    counts[:, 24:] *= 2
    found = [Interrupted(fitted(one)) for one in counts]
    held = [one.level().low <= 2 <= one.level().high for one in found]
    assert np.mean(held) >= 0.95 - ERROR
    # It is not an interval that holds everything.
    assert np.mean([one.average().low > 1 for one in found]) > 0.1
