"""How often standardised rates and their ratio hold the truth when one stratum has most of the weight.

Two strata; the heavy one has few events, so that they and not the total decide the rate. The ratio compares such a
side with one of the same exposures, of ten times as much, and with a side whose rates are a third.

    python benchmarks/coverage_standards.py
"""

from __future__ import annotations

import argparse
from itertools import product

import numpy as np
from coverage_tables import LEVEL, Share, line, table

from evalkit.inference import standardised
from evalkit.inference.groups import Groups
from evalkit.inference.method import Method

METHODS = (Method.SCORE, Method.MIDP, Method.GAMMA)
LIGHT = ((50.0, 0.2), (1000.0, 0.1))
"""Exposure and rate of the light stratum; the heavy one has the rate 1."""
HEAVY = (0.5, 1.0, 2.0, 3.0, 4.0, 10.0)
WEIGHTS = (0.5, 0.9)
SIDES = ((1.0, 1.0), (10.0, 1.0), (1.0, 3.0))
"""Times the exposure, and the ratio, of the side compared with."""


def shares(heavy: float, draws: int, rng: np.random.Generator) -> dict[str, list[list[Share]]]:
    """By method, for the rate and for the ratio, at one expected number in the heavy stratum."""
    groups = Groups(np.repeat(np.arange(draws), 2), draws)
    found: dict[str, list[list[Share]]] = {"rate": [[] for _ in METHODS], "ratio": [[] for _ in METHODS]}
    for (exposure, rate), weight in product(LIGHT, WEIGHTS):
        exposed, rates = np.array([exposure, heavy]), np.array([rate, 1.0])
        weights = np.array([1 - weight, weight])
        counts, truth = rng.poisson(np.tile(exposed * rates, draws)), float(rates @ weights)
        for place, method in enumerate(METHODS):
            given = (counts, np.tile(exposed, draws), np.tile(weights, draws), groups, LEVEL)
            found["rate"][place].append(Share.of(standardised.rate(*given, method=method), truth))
        for times, ratio in SIDES:
            counts_ref = rng.poisson(np.tile(exposed * rates * times / ratio, draws))
            both = ((counts, np.tile(exposed, draws)), (counts_ref, np.tile(exposed * times, draws)))
            for place, method in enumerate(METHODS):
                limits = standardised.rate_ratio(both, np.tile(weights, draws), groups, LEVEL, method=method)
                found["ratio"][place].append(Share.of(limits, ratio))
    return found


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20261126)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    made = {heavy: shares(heavy, given.draws, rng) for heavy in HEAVY}
    heads = ("expected events in the heavy stratum", *(f"`{method}`" for method in METHODS), "refused")
    for name, title in (("rate", "Standardised rate"), ("ratio", "Ratio of standardised rates")):
        rows = (line(f"{heavy:g}", made[heavy][name]) for heavy in HEAVY)
        table(f"{title}, one heavy stratum, {given.draws} draws per setting", heads, rows)


if __name__ == "__main__":
    main()
