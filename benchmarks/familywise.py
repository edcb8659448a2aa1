"""The risk of any false finding, and the power, of ten tests at 5 %, by simulation.

python benchmarks/familywise.py
"""

from __future__ import annotations

import sys

import numpy as np
from scipy import special

import evalkit as ek

FAMILIES, TESTS, TRUE, SHIFT, LEVEL, WOLF = 20_000, 10, 3, 3.0, 0.05, 4000
METHODS = ("bonferroni", "holm", "hochberg", "bh")


def correlated(generator: np.random.Generator, rows: int, rho: float) -> np.ndarray:
    """Normal statistics that hang together by the correlation ``rho``."""
    return np.sqrt(rho) * generator.normal(size=(rows, 1)) + np.sqrt(1 - rho) * generator.normal(size=(rows, TESTS))


def main() -> None:
    """Write one line per correlation: any false finding with none true, with three true, and the power then."""
    generator = np.random.default_rng(20)
    for rho in (0.0, 0.5, 0.9):
        z = correlated(generator, FAMILIES, rho)
        draws = np.abs(correlated(generator, 1999, rho))
        for true in (0, TRUE):
            shifted = z + SHIFT * (np.arange(TESTS) < true)
            p = 2 * special.ndtr(-np.abs(shifted))
            found = {method: ek.adjust(p, method=method) <= LEVEL for method in METHODS}
            found["romano_wolf"] = np.array([ek.romano_wolf(row, draws) <= LEVEL for row in np.abs(shifted[:WOLF])])
            told = [
                f"{100 * r[:, true:].any(axis=1).mean():.1f} / {100 * r[:, :TRUE].mean():.1f}" for r in found.values()
            ]
            sys.stdout.write(f"| {rho} | {true} | {' | '.join(told)} |\n")


if __name__ == "__main__":
    main()
