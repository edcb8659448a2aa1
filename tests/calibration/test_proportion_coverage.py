"""How often the intervals of proportions hold the truth, by summing over every outcome.

The whole table, which ``docs/statistics/proportions.md`` quotes, is ``benchmarks/coverage_proportions.py``.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy import stats

from evalkit.inference import proportion_pairs, proportions

LEVEL = 0.95
SPREAD = np.exp(np.linspace(-0.5, 0.5, 15) * np.log(2))
SIZES = (20, 50, 200)
SIZE, SIZE_REF = 80, 40


def single(method: str, mean: float) -> np.ndarray:
    covered = []
    for size in (size for size in SIZES if mean * SPREAD.max() < size):
        counts, shares = np.arange(size + 1), mean * SPREAD[:, None] / size
        found = getattr(proportions, method)(counts, size, LEVEL)
        held = (found.low <= shares) & (shares <= found.high)
        covered.append((stats.binom.pmf(counts, size, shares) * held).sum(axis=1))
    return np.concatenate(covered)


@pytest.mark.parametrize("mean", [0.5, 1.0, 3.0, 10.0, 30.0])
def test_the_exact_proportion_never_covers_less_than_its_level(mean: float) -> None:
    assert single("clopper_pearson", mean).min() >= LEVEL - 1e-9


@pytest.mark.parametrize(("mean", "least"), [(0.5, 0.89), (1.0, 0.91), (3.0, 0.92), (10.0, 0.92), (30.0, 0.92)])
def test_the_default_proportion_covers_its_level_on_average(mean: float, least: float) -> None:
    coverage = single("wilson", mean)
    assert 0.94 <= coverage.mean() <= 0.975
    assert least <= coverage.min() < LEVEL


@functools.cache
def limits(method: str) -> tuple[np.ndarray, np.ndarray]:
    part, ref = np.meshgrid(np.arange(SIZE + 1), np.arange(SIZE_REF + 1), indexing="ij")
    found = getattr(proportion_pairs, method)(part, SIZE, ref, SIZE_REF, LEVEL)
    return np.nan_to_num(found.low, nan=-np.inf), np.nan_to_num(found.high, nan=np.inf, posinf=np.inf)


@pytest.mark.parametrize("times", [0.5, 1.0])
@pytest.mark.parametrize("method", ["miettinen_nurminen", "newcombe", "ratio"])
def test_two_proportions_cover(method: str, times: float) -> None:
    low, high = limits(method)
    covered = []
    for share in np.linspace(0.05, 0.95, 25):
        truth = times if method == "ratio" else (times - 1) * share
        held = (low <= truth + 1e-12) & (truth - 1e-12 <= high)
        probable = stats.binom.pmf(np.arange(SIZE + 1), SIZE, times * share)
        covered.append(probable @ held @ stats.binom.pmf(np.arange(SIZE_REF + 1), SIZE_REF, share))
    assert 0.94 <= np.mean(covered) <= 0.975
    assert min(covered) >= 0.92
