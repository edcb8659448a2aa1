"""The bootstrap against print and against R's boot. Tolerances are argued in README.md of this folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import evalkit as ek
from evalkit.inference import resampling

HERE = Path(__file__).parent
LAW = pl.read_csv(HERE / "boot_law.csv")
LIMITS = pl.read_csv(HERE / "boot.csv")


def correlation(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    apart = samples - samples.mean(axis=1, keepdims=True)
    x, y = apart[:, :, 0], apart[:, :, 1]
    with np.errstate(invalid="ignore"):
        return np.asarray((x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1)))


def test_the_law_schools_of_efron_and_tibshirani() -> None:
    """An introduction to the bootstrap (1993): correlation .776, bootstrap error .13, jackknife error .143."""
    found = resampling.bootstrap(LAW.to_numpy(), correlation, draws=20_000, generator=np.random.default_rng(1))
    assert found.estimate == pytest.approx(0.776, abs=0.0005)
    assert found.std_error == pytest.approx(0.13, abs=0.005)
    assert found.jackknife_error == pytest.approx(0.143, abs=0.0005)


@pytest.mark.parametrize("method", ["percentile", "basic", "bca"])
def test_the_limits_are_those_of_boot(method: str) -> None:
    found = ek.bootstrap(LAW, correlation, method=method, draws=100_000, conf_level=0.9)
    low, high = LIMITS.filter(pl.col("method") == method).row(0)[1:]
    assert found.conf_low == pytest.approx(low, abs=0.01)
    assert found.conf_high == pytest.approx(high, abs=0.01)
