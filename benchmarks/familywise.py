"""The risk of any false finding, and the power, of ten tests at 5 %, by simulation.

    python benchmarks/familywise.py

The second table tests ten metrics of 20 units by permutation, half of them treated: Holm on the p-values of the
metrics, and Romano and Wolf on the same draws.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy import special

import evalkit as ek

FAMILIES, TESTS, TRUE, SHIFT, LEVEL, WOLF = 20_000, 10, 3, 3.0, 0.05, 4000
METHODS = ("bonferroni", "holm", "hochberg", "bh")
UNITS, ASSIGNMENTS, PANELS, APART = 20, 999, 3000, 1.6


def correlated(generator: np.random.Generator, rows: int, rho: float) -> np.ndarray:
    """Normal statistics that hang together by the correlation ``rho``."""
    return np.sqrt(rho) * generator.normal(size=(rows, 1)) + np.sqrt(1 - rho) * generator.normal(size=(rows, TESTS))


def permuted(generator: np.random.Generator) -> None:
    """Write one line per correlation and kind of metric, as :func:`normal`, for permutation draws."""
    treated = np.arange(UNITS) < UNITS // 2
    for rho in (0.0, 0.5, 0.9):
        for skewed in (False, True):
            for true in (0, TRUE):
                found: dict[str, list[np.ndarray]] = {"holm": [], "romano_wolf": []}
                for panel in range(PANELS):
                    z = correlated(generator, UNITS, rho)
                    values = (np.exp(z) if skewed else z) + APART * np.outer(treated, np.arange(TESTS) < true)
                    tested = ek.permutation_draws(values, treated, draws=ASSIGNMENTS, seed=panel)
                    p = np.array([item.p_value for item in tested.estimates])
                    found["holm"].append(ek.adjust(p, method="holm") <= LEVEL)
                    found["romano_wolf"].append(ek.romano_wolf(tested.statistics, tested.draws) <= LEVEL)
                told = [shares(np.array(rejected), true) for rejected in found.values()]
                sys.stdout.write(f"| {rho} | {'skewed' if skewed else 'normal'} | {true} | {' | '.join(told)} |\n")
                sys.stdout.flush()


def shares(rejected: np.ndarray, true: int) -> str:
    """Any false finding, and findings among the first, in per cent."""
    return f"{100 * rejected[:, true:].any(axis=1).mean():.1f} / {100 * rejected[:, :TRUE].mean():.1f}"


def normal(generator: np.random.Generator) -> None:
    """Write one line per correlation: any false finding with none true, with three true, and the power then."""
    for rho in (0.0, 0.5, 0.9):
        z = correlated(generator, FAMILIES, rho)
        draws = np.abs(correlated(generator, 1999, rho))
        for true in (0, TRUE):
            shifted = z + SHIFT * (np.arange(TESTS) < true)
            p = 2 * special.ndtr(-np.abs(shifted))
            found = {method: ek.adjust(p, method=method) <= LEVEL for method in METHODS}
            found["romano_wolf"] = np.array([ek.romano_wolf(row, draws) <= LEVEL for row in np.abs(shifted[:WOLF])])
            told = [shares(rejected, true) for rejected in found.values()]
            sys.stdout.write(f"| {rho} | {true} | {' | '.join(told)} |\n")


def main() -> None:
    """Write both tables, one line per correlation: with none true, with three true, and the power then."""
    normal(np.random.default_rng(20))
    sys.stdout.write("\n")
    permuted(np.random.default_rng(21))


if __name__ == "__main__":
    main()
