"""Permutation draws for a whole panel in one call, against scipy in the same run.

300 units × 120 periods × 40 metrics, summed by unit, and 10,000 draws of who was treated. scipy is given the same
statistic, vectorised, for one metric and the time is multiplied by the number of metrics.

    python benchmarks/resampling.py
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy import stats

import evalkit as ek

UNITS, PERIODS, METRICS, DRAWS, RUNS = 300, 120, 40, 9_999, 3


def difference(treated: np.ndarray, others: np.ndarray, axis: int = -1) -> np.ndarray:
    """The statistic in the form that scipy takes."""
    return treated.mean(axis=axis) - others.mean(axis=axis)


def main() -> None:
    """Time both and write the figures."""
    panel = np.random.default_rng(1).poisson(3, size=(UNITS, PERIODS, METRICS))
    totals = panel.sum(axis=1)
    treated = np.arange(UNITS) < UNITS // 3
    ours, theirs = [], []
    for _ in range(RUNS):
        start = time.perf_counter()
        ek.permutation_test(totals, treated, draws=DRAWS)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        stats.permutation_test(
            (totals[treated, 0], totals[~treated, 0]), difference, n_resamples=DRAWS, vectorized=True, rng=1
        )
        theirs.append((time.perf_counter() - start) * METRICS)
    best, peer = min(ours), min(theirs)
    sys.stdout.write(f"evalkit {best:.2f} s, scipy {peer:.2f} s for {METRICS} metrics: ratio {peer / best:.1f}\n")


if __name__ == "__main__":
    main()
