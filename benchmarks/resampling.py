"""Permutation draws for a whole panel in one call, against scipy and R in the same run.

    python benchmarks/resampling.py

The panel has 300 units, 120 periods and 40 metrics, of which 100 units are treated throughout. The statistic is the
difference between treated and other units in the mean of each metric's total over the 120 periods: 40 statistics, each
in 9,999 random assignments of 100 among the 300 units, with the observed one 10,000. Every peer gets the 300 × 40
totals.

* evalkit: ``ek.permutation_test`` of all metrics on the same assignments, with intervals.
* scipy: ``stats.permutation_test``, vectorised, metric by metric; it is timed on four metrics and multiplied.
* base R: ``sample`` and one product of matrices for all metrics, p-values alone.
* coin: ``independence_test`` of all 40 metrics together, ``approximate(nresample = 9999)``, step-down p-values, against
  ``ek.permutation_draws(...).adjusted()``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import stats

import evalkit as ek

UNITS, PERIODS, METRICS, DRAWS, RUNS, OF_SCIPY = 300, 120, 40, 9_999, 3, 4

R_SCRIPT = """
totals <- as.matrix(read.csv(commandArgs(TRUE)[1], header = FALSE)); n <- nrow(totals); k <- n %/% 3
treated <- seq_len(n) <= k; draws <- 9999
base <- function() {
  at <- replicate(draws, sample.int(n, k))
  w <- matrix(-1 / (n - k), draws, n); w[cbind(rep(seq_len(draws), each = k), as.vector(at))] <- 1 / k
  observed <- abs(colMeans(totals[treated, ]) - colMeans(totals[!treated, ]))
  (1 + colSums(t(t(abs(w %*% totals)) >= observed - 1e-9))) / (1 + draws)
}
cat("base", min(replicate(3, system.time(base())["elapsed"])), "\\n")
if (requireNamespace("coin", quietly = TRUE)) {
  d <- data.frame(totals, g = factor(treated))
  f <- reformulate("g", paste(names(d)[seq_len(ncol(totals))], collapse = "+"))
  joint <- function() coin::pvalue(coin::independence_test(f, data = d, teststat = "maximum",
                                   distribution = coin::approximate(nresample = draws)), method = "step-down")
  cat("coin", min(replicate(3, system.time(joint())["elapsed"])), "\\n")
}
"""


def difference(treated: np.ndarray, others: np.ndarray, axis: int = -1) -> np.ndarray:
    """The statistic in the form that scipy takes."""
    return treated.mean(axis=axis) - others.mean(axis=axis)


def best(call: Callable[[], object], runs: int = RUNS) -> float:
    """The least of some runs, in seconds."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def by_r(totals: np.ndarray) -> dict[str, float]:
    """Seconds inside R, without its start; empty when there is no R."""
    if shutil.which("Rscript") is None:
        sys.stdout.write("no Rscript here: R is skipped\n")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "totals.csv", Path(folder) / "peer.R"
        np.savetxt(data, totals, delimiter=",", fmt="%d")
        script.write_text(R_SCRIPT, "utf-8")
        done = subprocess.run(["Rscript", str(script), str(data)], capture_output=True, text=True, check=True)
    return {name: float(seconds) for name, seconds in (line.split() for line in done.stdout.splitlines())}


def by_scipy(totals: np.ndarray, treated: np.ndarray) -> float:
    def metrics() -> None:
        for metric in range(OF_SCIPY):
            sides = totals[treated, metric], totals[~treated, metric]
            stats.permutation_test(sides, difference, n_resamples=DRAWS, vectorized=True, rng=1)

    return best(metrics, 1) * METRICS / OF_SCIPY


def main() -> None:
    """Time all and write the figures."""
    panel = np.random.default_rng(1).poisson(3, size=(UNITS, PERIODS, METRICS))
    totals, treated = panel.sum(axis=1), np.arange(UNITS) < UNITS // 3
    ours = best(lambda: ek.permutation_test(totals, treated, draws=DRAWS))
    stepped = best(lambda: ek.permutation_draws(totals, treated, draws=DRAWS).adjusted())
    peers = {"scipy": by_scipy(totals, treated), **by_r(totals)}
    sys.stdout.write(f"evalkit {ours:.2f} s, with the step-down over the metrics {stepped:.2f} s\n")
    for name, seconds in peers.items():
        against = stepped if name == "coin" else ours
        sys.stdout.write(f"{name} {seconds:.2f} s: {seconds / against:.1f} times evalkit\n")


if __name__ == "__main__":
    main()
