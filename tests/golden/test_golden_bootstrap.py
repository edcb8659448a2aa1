"""The bootstrap against print and against R's boot. Tolerances are argued in README.md of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import evalkit as ek
from evalkit.inference import resampling
from evalkit.inference.block_length import politis_white
from evalkit.inference.method import Method
from evalkit.inference.sampling_schemes import Clusters, Scheme, Series, Units

HERE = Path(__file__).parent
LAW = pl.read_csv(HERE / "boot_law.csv")
LIMITS = pl.read_csv(HERE / "boot.csv")
CASES, CHOICES = pl.read_csv(HERE / "boot_cases.csv"), pl.read_csv(HERE / "boot_choices.csv")
SAME = pl.read_csv(HERE / "boot_limits.csv")
BLOCKS, BLOCK_LIMITS = (
    pl.read_csv(HERE / f"{name}.csv", schema_overrides={"circular": pl.String})
    for name in ("boot_blocks", "boot_blocks_limits")
)
SERIES, OF_SERIES = pl.read_csv(HERE / "boot_series.csv"), pl.read_csv(HERE / "boot_series_found.csv")


def correlation(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    apart = samples - samples.mean(axis=1, keepdims=True)
    x, y = apart[:, :, 0], apart[:, :, 1]
    with np.errstate(invalid="ignore"):
        return np.asarray((x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1)))


def test_the_law_schools_of_efron_and_tibshirani() -> None:
    """An introduction to the bootstrap (1993): correlation .776, bootstrap error .13, jackknife error .143."""
    sampled = resampling.Sampled(LAW.to_numpy(), correlation, Units(LAW.height))
    found = sampled.bootstrap(draws=20_000, generator=np.random.default_rng(1))
    assert found.estimate == pytest.approx(0.776, abs=0.0005)
    assert found.std_error == pytest.approx(0.13, abs=0.005)
    assert found.jackknife_error == pytest.approx(0.143, abs=0.0005)


@pytest.mark.parametrize("method", ["percentile", "basic", "bca"])
def test_the_limits_are_those_of_boot(method: str) -> None:
    found = ek.bootstrap(LAW, correlation, method=method, draws=100_000, conf_level=0.9)
    low, high = LIMITS.filter(pl.col("method") == method).row(0)[1:]
    assert found.conf_low == pytest.approx(low, abs=0.01)
    assert found.conf_high == pytest.approx(high, abs=0.01)


@dataclass(frozen=True)
class Written:
    """A scheme whose draws are those that R wrote down."""

    scheme: Scheme
    choices: NDArray[np.int64]

    def drawn(self, draws: int, generator: np.random.Generator) -> NDArray[np.int64]:
        assert draws == len(self.choices)
        return self.choices

    def __getattr__(self, name: str) -> object:
        return getattr(self.scheme, name)


def written(case: str) -> resampling.Sampled:
    of = CHOICES.filter(pl.col("case") == case)
    choices = of.sort("draw", "part")["choice"].to_numpy().reshape(of["draw"].n_unique(), -1)
    if case == "law":
        return resampling.Sampled(LAW.to_numpy(), correlation, Written(Units(LAW.height), choices))
    scheme = Clusters(CASES["case"].to_numpy() - 1)
    return resampling.Sampled(
        CASES.select("days").to_numpy().astype(float),
        lambda samples: samples[:, :, 0].mean(axis=1),
        Written(scheme, choices),
    )


@pytest.mark.parametrize("case", ["law", "cases"])
def test_the_same_draws_give_the_limits_of_boot(case: str) -> None:
    sampled = written(case)
    found = sampled.bootstrap(draws=499, generator=np.random.default_rng(0), studentised=True)
    for row in SAME.filter(pl.col("case") == case).iter_rows(named=True):
        limits = resampling.LIMITS[Method(row["method"])](found, row["conf_level"])
        assert limits == pytest.approx((row["low"], row["high"]), rel=1e-9), row


@pytest.mark.parametrize("circular", [True, False])
def test_blocks_are_laid_out_as_by_tsboot(circular: bool) -> None:
    of = BLOCKS.filter(pl.col("circular") == str(circular).upper()).sort("draw", "place")
    rows = of["row"].to_numpy().reshape(99, 48)
    scheme = Series(48, 5, circular)
    ((_, ours),) = scheme.rows(rows[:, ::5])
    np.testing.assert_array_equal(ours, rows)
    # Every place where a block can begin is drawn from, and no other: the first and the last in the two.
    drawn = scheme.drawn(2000, np.random.default_rng(1))
    assert (drawn.min(), drawn.max()) == (0, 47 if circular else 43)
    series = SERIES.filter(pl.col("series") == "lh").select("value").to_numpy()
    sampled = resampling.Sampled(series, lambda s: s[:, :, 0].mean(axis=1), Written(scheme, rows[:, ::5]))
    found = sampled.bootstrap(draws=99, generator=np.random.default_rng(0))
    for row in BLOCK_LIMITS.filter(pl.col("circular") == str(circular).upper()).iter_rows(named=True):
        limits = resampling.LIMITS[Method(row["method"])](found, 0.9)
        assert limits == pytest.approx((row["low"], row["high"]), rel=1e-9)


@pytest.mark.parametrize("name", OF_SERIES.filter(pl.col("what") == "block_length")["series"].to_list())
def test_the_length_of_blocks_is_that_of_politis_and_white(name: str) -> None:
    series = SERIES.filter(pl.col("series") == name)["value"].to_numpy()
    expected = OF_SERIES.filter((pl.col("series") == name) & (pl.col("what") == "block_length"))["value"].item()
    assert politis_white(series) == pytest.approx(expected, rel=1e-9)


def test_the_jackknife_of_unequal_parts_is_that_of_busing() -> None:
    series = SERIES.filter(pl.col("series") == "lh").select("value").to_numpy()
    sampled = resampling.Sampled(series, lambda s: s[:, :, 0].std(axis=1, ddof=1), Series(48, 5, circular=True))
    found = sampled.bootstrap(draws=100, generator=np.random.default_rng(0))
    expected = OF_SERIES.filter(pl.col("what") == "busing_error_of_sd")["value"].item()
    assert found.jackknife_error == pytest.approx(expected, rel=1e-9)
