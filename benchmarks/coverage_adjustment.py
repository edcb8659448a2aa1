"""How often the intervals over strata, of standardised rates, of φ and of adjusted ratios hold the truth.

Prints the Markdown tables of ``docs/statistics/adjustment.md``. Every draw is a data set; all draws of a setting are
one call, with the draw as the group, except for the regressions.

    python benchmarks/coverage_adjustment.py --draws 20000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np

from evalkit.inference import adjusted, overdispersion, standardised, stratified
from evalkit.inference.groups import Groups
from evalkit.inference.intervals import Intervals
from evalkit.inference.loglinear import Model
from evalkit.inference.method import Method
from evalkit.inference.strata import Strata
from evalkit.statements import Statement

LEVEL = 0.95
MEANS = (0.5, 1.0, 3.0, 10.0, 30.0)
EXPOSURE_RATIOS = (0.2, 1.0, 5.0)
RATIOS = (0.5, 1.0, 2.0)
STRATA = 4
SPREAD = np.array([0.4, 0.8, 1.2, 1.6])
MIX = np.array([0.5, 0.2, 0.2, 0.1])


def held(found: Intervals, truth: float) -> float:
    """The share of intervals that hold the truth; one that was refused claims nothing that could be wrong."""
    return float(np.mean(~found.is_estimated | ((found.low <= truth) & (truth <= found.high))))


def draw(mean: float, times: float, ratio: float, draws: int, rng: np.random.Generator) -> Strata:
    """Strata of both sides with ``mean`` expected events in all on the reference's; rates and mixes differ."""
    exposed_ref = np.tile(MIX, draws)
    exposed = np.tile(MIX[::-1] * times, draws)
    rates = np.tile(SPREAD, draws) * mean / float(MIX @ SPREAD)
    return Strata(rng.poisson(rates * exposed * ratio), exposed, rng.poisson(rates * exposed_ref), exposed_ref)


def rows_of(draws: int) -> Groups:
    """One group per draw."""
    return Groups(np.repeat(np.arange(draws), STRATA), draws)


def ratio_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Iterator[float]:
    for times in EXPOSURE_RATIOS:
        for ratio in RATIOS:
            sides = draw(mean, times, ratio, draws, rng)
            yield held(stratified.ratio(sides, rows_of(draws), LEVEL, method=method).intervals, ratio)


def difference_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Iterator[float]:
    rate = mean / float(MIX @ SPREAD)
    for times in EXPOSURE_RATIOS:
        for added in (0.0, 1.0):
            exposed_ref, exposed = np.tile(MIX, draws), np.tile(MIX[::-1] * times, draws)
            rates = np.tile(SPREAD * rate, draws)
            first, second = rng.poisson((rates + added * rate) * exposed), rng.poisson(rates * exposed_ref)
            sides = Strata(first, exposed, second, exposed_ref)
            found = stratified.difference(sides, rows_of(draws), LEVEL, method=method, null=0.0).intervals
            yield held(found, added * rate)


def rate_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Iterator[float]:
    for weights in (np.ones(STRATA), MIX, MIX[::-1], np.array([1.0, 2, 4, 8])):
        rates = SPREAD * mean / float(MIX @ SPREAD)
        counts = rng.poisson(np.tile(rates * MIX, draws))
        truth = float(rates @ weights / weights.sum())
        found = standardised.rate(
            counts, np.tile(MIX, draws), np.tile(weights, draws), rows_of(draws), LEVEL, method=method
        )
        yield held(found, truth)


def rate_ratio_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Iterator[float]:
    for times in EXPOSURE_RATIOS:
        for ratio in RATIOS:
            sides = draw(mean, times, ratio, draws, rng)
            both = ((sides.events, sides.exposed), (sides.events_ref, sides.exposed_ref))
            found = standardised.rate_ratio(both, np.ones(draws * STRATA), rows_of(draws), LEVEL, method=method)
            yield held(found, ratio)


def adjusted_coverage(errors: Method, mean: float, draws: int, rng: np.random.Generator) -> Iterator[float]:
    """Two sides of ten rows, ``mean`` expected events a row, one covariate; Poisson, then variance twice the mean."""
    side = np.repeat([0.0, 1.0], 10)
    covariate = np.tile(np.linspace(-1, 1, 10), 2)
    matrix = np.column_stack([np.ones(20), side, covariate])
    for phi in (1.0, 2.0):
        for ratio in (1.0, 2.0):
            means = mean * np.exp(np.log(ratio) * side + 0.3 * covariate)
            inside = 0
            for _ in range(draws):
                counts = rng.poisson(means) if phi == 1 else rng.negative_binomial(means / (phi - 1), 1 / phi)
                found = adjusted.ratio(Model(counts, matrix, np.zeros(20)), np.arange(20), LEVEL, errors=errors).found
                inside += isinstance(found, Statement) or found.low <= ratio <= found.high
            yield inside / draws


def phi_coverage(mean: float, draws: int, rng: np.random.Generator) -> Iterator[float]:
    for phi in (1.0, 2.0, 4.0):
        for periods in (6, 24):
            cells = np.repeat([0, 1], periods)
            inside = 0
            for _ in range(draws):
                size = 2 * periods
                counts = rng.poisson(mean, size) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi, size)
                found = overdispersion.phi(counts, np.ones(size), cells, LEVEL)
                inside += isinstance(found, Statement) or found.interval.low <= phi <= found.interval.high
            yield inside / draws


def line(name: str, cover: Callable[[float], Iterator[float]], means: tuple[float, ...] = MEANS) -> str:
    cells = []
    for mean in means:
        found = list(cover(mean))
        cells.append(f"{np.mean(found):.1%} ({min(found):.1%})")
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20250905)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    fewer = max(given.draws // 20, 50)
    print("| interval (mean, and least in brackets) | " + " | ".join(f"{mean:g}" for mean in MEANS) + " |")
    print("|---" * (len(MEANS) + 1) + "|")
    families = (
        ("stratified ratio", ratio_coverage, stratified.RATIO_METHODS),
        ("stratified difference", difference_coverage, stratified.DIFFERENCE_METHODS),
        ("standardised rate", rate_coverage, (Method.MIDP, Method.GAMMA)),
        ("ratio of standardised rates", rate_ratio_coverage, (Method.SCORE, Method.MIDP, Method.GAMMA)),
    )
    for name, cover, methods in families:
        for method in methods:
            print(line(f"{name}, `{method}`", lambda mean, m=method, c=cover: c(m, mean, given.draws, rng)), flush=True)
    for errors in (Method.QUASI_POISSON, Method.POISSON, Method.ROBUST, Method.NB2):
        told = f"adjusted ratio, `{errors}`"
        print(line(told, lambda mean, e=errors: adjusted_coverage(e, mean, fewer // 2, rng)), flush=True)
    print(line("φ", lambda mean: phi_coverage(mean, fewer, rng)), flush=True)


if __name__ == "__main__":
    main()
