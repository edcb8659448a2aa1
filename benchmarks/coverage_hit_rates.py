"""How often the intervals of hit rates hold the truth, by simulation.

Visits by period, 25 on average. The share of each period is beta-binomial, so that the variance is about φ times
the binomial one; φ = 1 is chance alone. One share, a ratio of two and a ratio of two ratios, through the functions
that a plan uses.

    python benchmarks/coverage_hit_rates.py --draws 1000
"""

from __future__ import annotations

import argparse

import numpy as np

from evalkit.inference import dispersion, shares
from evalkit.inference.totals import Total

VISITS = 25
PHIS = (1.0, 2.0, 4.0)
PERIODS = (3, 6, 36)
SETTINGS = ((0.2,), (0.9,), (0.45, 0.3), (0.9, 0.6), (0.45, 0.3, 0.3, 0.3), (0.9, 0.6, 0.6, 0.6))


def draw(share: float, periods: int, phi: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Findings and visits of one cell."""
    visits = rng.poisson(VISITS - 1, periods) + 1
    if phi == 1:
        return rng.binomial(visits, share), visits
    size = (VISITS - 1) / (phi - 1) - 1
    return rng.binomial(visits, rng.beta(share * size, (1 - share) * size, periods)), visits


def coverage(cells: tuple[float, ...], periods: int, phi: float, draws: int, rng: np.random.Generator) -> float:
    """The share of draws whose interval holds the truth, of those in which every cell has a finding."""
    truth = cells[0] if len(cells) == 1 else cells[0] / cells[1]
    at = np.repeat(np.arange(len(cells)), periods)
    held = told = 0
    for _ in range(draws):
        drawn = [draw(share, periods, phi, rng) for share in cells]
        totals = [Total(int(found.sum()), float(visits.sum())) for found, visits in drawn]
        if any(total.events == 0 for total in totals):
            continue
        found, visits = (np.concatenate(side) for side in zip(*drawn, strict=True))
        interval = shares.interval(totals, dispersion.pearson_of_shares(found, visits.astype(float), at))
        told += 1
        held += interval.low <= truth <= interval.high
    return held / told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=1000)
    draws = parser.parse_args().draws
    rng = np.random.default_rng(5)
    print("φ periods shares coverage")
    for phi in PHIS:
        for periods in PERIODS:
            for cells in SETTINGS:
                print(f"{phi:g} {periods} {cells} {coverage(cells, periods, phi, draws, rng):.3f}", flush=True)


if __name__ == "__main__":
    main()
