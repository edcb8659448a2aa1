"""Exact intervals for every cell of a panel in one call, beside scipy, statsmodels and R, in one run.

The panel has 300 units × 120 periods × 40 metrics: 1.44 million cells with a mean of three events that differs from
cell to cell. The same counts go to everyone. A peer that has no function for columns (R's ``poisson.test``) is called
in a loop over a sample, and its time is scaled to all cells; the table says so. Each time is the shortest of the
repetitions, without the making of the data; R's own start is left out.

    python benchmarks/intervals.py
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats
from statsmodels.stats.rates import confint_poisson

import evalkit as ek

UNITS, PERIODS, METRICS = 300, 120, 40
CELLS = UNITS * PERIODS * METRICS
LOOP_SAMPLE = 2000

R_PROGRAM = """
arguments <- commandArgs(TRUE)
cells <- as.integer(arguments[2]); sample <- as.integer(arguments[3]); repeats <- as.integer(arguments[4])
columns <- lapply(1:4, function(i) readBin(file.path(arguments[1], i), "double", cells))
x <- columns[[1]]; t <- columns[[2]]; y <- columns[[3]]; s <- columns[[4]]
shortest <- function(run) min(replicate(repeats, system.time(run())[["elapsed"]]))
rate <- function() {
  low <- qgamma(0.025, x) / t; high <- qgamma(0.025, x + 1, lower.tail = FALSE) / t
}
ratio <- function() {
  p <- qbeta(0.025, x, y + 1); q <- qbeta(0.025, x + 1, y, lower.tail = FALSE)
  low <- p / (1 - p) * s / t; high <- q / (1 - q) * s / t
}
rate_loop <- function() for (i in 1:sample) poisson.test(x[i], t[i])$conf.int
ratio_loop <- function() for (i in 1:sample) if (x[i] + y[i] > 0) poisson.test(c(x[i], y[i]), c(t[i], s[i]))$conf.int
cat(shortest(rate), shortest(rate_loop), shortest(ratio), shortest(ratio_loop))
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts and exposures of a group and of its reference, one row per cell."""

    count: np.ndarray
    exposure: np.ndarray
    count_ref: np.ndarray
    exposure_ref: np.ndarray

    @property
    def columns(self) -> tuple[np.ndarray, ...]:
        return self.count, self.exposure, self.count_ref, self.exposure_ref


def made(cells: int, seed: int) -> Panel:
    rng = np.random.default_rng(seed)
    exposure, exposure_ref = rng.uniform(1.0, 10.0, (2, cells))
    count, count_ref = rng.poisson(rng.gamma(1.0, 3.0, (2, cells)))
    return Panel(count, exposure, count_ref, exposure_ref)


def seconds(run: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def scipy_rate(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    low = stats.chi2.ppf(0.025, 2 * panel.count) / 2 / panel.exposure
    return low, stats.chi2.isf(0.025, 2 * panel.count + 2) / 2 / panel.exposure


def statsmodels_rate(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    return confint_poisson(panel.count, panel.exposure, method="exact-c")


def scipy_ratio(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    per_odds = panel.exposure_ref / panel.exposure
    low = stats.beta.ppf(0.025, panel.count, panel.count_ref + 1)
    high = stats.beta.isf(0.025, panel.count + 1, panel.count_ref)
    return per_odds * low / (1 - low), per_odds * high / (1 - high)


def r_times(panel: Panel, repeats: int) -> list[float] | None:
    """Seconds in R: rates by columns, by loop; ratios by columns, by loop (the loops for the sample only)."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for at, column in enumerate(panel.columns, start=1):
            (Path(folder) / str(at)).write_bytes(column.astype("<f8").tobytes())
        program = Path(folder) / "times.R"
        program.write_text(R_PROGRAM, encoding="utf-8")
        call = ["Rscript", str(program), folder, str(panel.count.size), str(LOOP_SAMPLE), str(repeats)]
        told = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    return [float(number) for number in told.split()]


def agree(panel: Panel) -> None:
    """Everyone must give the same limits; where the count is zero the peers give nan for the lower one."""
    columns = tuple(pl.Series(column) for column in panel.columns)
    rate = ek.rate(*columns[:2], method="exact").numbers
    np.testing.assert_allclose(rate["conf_high"], scipy_rate(panel)[1], rtol=1e-9)
    ratio = ek.rate_ratio(*columns, method="exact").numbers
    inside = (panel.count > 0) & (panel.count_ref > 0)
    for ours, theirs in zip((ratio["conf_low"], ratio["conf_high"]), scipy_ratio(panel), strict=True):
        np.testing.assert_allclose(ours.to_numpy()[inside], theirs[inside], rtol=1e-7)


def main() -> None:
    """Print the times and how many times longer the peers take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20251125)
    given = parser.parse_args()
    panel = made(given.cells, given.seed)
    agree(panel)
    columns = tuple(pl.Series(column) for column in panel.columns)
    scale = given.cells / LOOP_SAMPLE
    r = r_times(panel, given.repeats)
    rows = [
        ("exact rates", "evalkit", seconds(lambda: ek.rate(*columns[:2], method="exact"), given.repeats)),
        ("exact rates", "scipy chi2", seconds(lambda: scipy_rate(panel), given.repeats)),
        ("exact rates", "statsmodels", seconds(lambda: statsmodels_rate(panel), given.repeats)),
        *([("exact rates", "R qgamma", r[0]), ("exact rates", "R poisson.test, scaled", r[1] * scale)] if r else []),
        (
            "exact ratios",
            "evalkit, with p-values",
            seconds(lambda: ek.rate_ratio(*columns, method="exact"), given.repeats),
        ),
        ("exact ratios", "scipy beta", seconds(lambda: scipy_ratio(panel), given.repeats)),
        *([("exact ratios", "R qbeta", r[2]), ("exact ratios", "R poisson.test, scaled", r[3] * scale)] if r else []),
    ]
    print(f"{given.cells} cells; R's loops are timed on {LOOP_SAMPLE} of them and multiplied by {scale:g}")
    ours = {what: took for what, who, took in rows if who.startswith("evalkit")}
    print("| what | who | seconds | times evalkit's |\n|---|---|---:|---:|")
    for what, who, took in rows:
        print(f"| {what} | {who} | {took:.2f} | {took / ours[what]:.1f} |")


if __name__ == "__main__":
    main()
