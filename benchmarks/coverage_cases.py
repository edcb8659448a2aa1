"""How often the intervals for persons who come in cases hold the truth, by simulation.

Cases come by a Poisson distribution, with sizes from 1 to 20 by nine distributions: five on which the first form of the
method was chosen, and four others; and with rare very large cases by four more. What a line and a cell are:
``benchmarks/coverage_tables.py``; the settings of a line are the
distributions, and for the ratio also how much exposure the reference has. Beside the method stands what it would do
with a gamma in place of the F, and what intervals for single persons do.

    python benchmarks/coverage_cases.py
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from coverage_tables import BAND, LEVEL, MEANS, Share, line, table
from scipy import special

from evalkit.inference import clustered, rates
from evalkit.inference.clustered import CaseSums
from evalkit.inference.intervals import Intervals

SIZES = np.arange(1, 21)
CHOSEN_ON = {
    "all single": (SIZES == 1) * 1.0,
    "halving": 0.5**SIZES,
    "power 2": SIZES**-2.0,
    "power 1.5": SIZES**-1.5,
    "1-3, one in ten 20": np.array([0.3] * 3 + [0.0] * 16 + [0.1]),
}
OTHERS = {
    "always 4": (SIZES == 4) * 1.0,  # noqa: PLR2004
    "even 1-20": np.ones(20),
    "geometric, mean 4": 0.75**SIZES,
    "1, one in five 10": (SIZES == 1) * 0.8 + (SIZES == 10) * 0.2,  # noqa: PLR2004
}
SHAPES = CHOSEN_ON | OTHERS
RARE = {
    "1, 2 % of 100": (0.02, 100),
    "1, 2 % of 40": (0.02, 40),
    "1, 10 % of 40": (0.1, 40),
    "1, 20 % of 40": (0.2, 40),
}
EXPOSURES = (1.0, 0.2, 5.0)
UNLIKE = (("all single", "power 1.5"), ("power 1.5", "halving"), ("always 4", "1-3, one in ten 20"))


def draw(shape: str, mean: float, draws: int, rng: np.random.Generator) -> tuple[CaseSums, float]:
    """The sums of ``draws`` groups, and the true number of persons."""
    chance = SHAPES[shape] / SHAPES[shape].sum()
    counts = rng.poisson(mean * chance, (draws, SIZES.size))
    sums = CaseSums.tallied(counts, SIZES)
    return sums, mean * float(chance @ SIZES)


def without_f(sums: CaseSums, found: Intervals) -> Intervals:
    """The rate with a gamma for its upper limit, as if φ were known."""
    high = sums.size * special.gammainccinv(sums.equivalent + 0.5, (1 - LEVEL) / 2)
    return replace(found, high=np.where(found.is_estimated, np.maximum(high, found.estimate), np.nan))


def rate_lines(shapes: Mapping[str, object], draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for mean in MEANS:
        methods: list[list[Share]] = [[], [], []]
        for shape in shapes:
            for times in BAND:
                sums, truth = draw(shape, times * mean, draws, rng)
                found = clustered.rate(sums, 1.0)
                persons = rates.exact(sums.persons, 1.0, LEVEL)
                given = found.is_estimated
                held = (persons.low <= truth) & (truth <= persons.high)
                methods[0].append(Share.of(found, truth))
                methods[1].append(Share.of(without_f(sums, found), truth))
                methods[2].append(Share.among(held, given))
        yield line(f"{mean:g}", methods)


def by_shape(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """The rate, distribution by distribution."""
    for shape in SHAPES:
        cells = []
        for mean in MEANS:
            shares = [Share.of(clustered.rate(sums, 1.0), truth) for sums, truth in drawn(shape, mean, draws, rng)]
            cells.append(line("", [shares])[1])
        yield [shape, *cells]


def rare_lines(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """Single persons and now and then a very large case: from the sizes seen, and with the largest known."""
    for name, (chance, size) in RARE.items():
        for known in (None, size):
            cells = []
            for mean in (*MEANS, 100.0):
                shares = []
                for times in BAND:
                    counts = rng.poisson(times * mean * np.array([1 - chance, chance]), (draws, 2))
                    truth = times * mean * (1 - chance + chance * size)
                    found = clustered.rate(CaseSums.tallied(counts, np.array([1, size])), 1.0, at_most=known)
                    shares.append(Share.of(found, truth))
                cells.append(line("", [shares])[1])
            yield [name, "seen" if known is None else f"`at_most={known}`", *cells]


def drawn(shape: str, mean: float, draws: int, rng: np.random.Generator) -> Iterator[tuple[CaseSums, float]]:
    for times in BAND:
        yield draw(shape, times * mean, draws, rng)


def ratio_lines(pairs: tuple[tuple[str, str], ...], draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for mean in MEANS:
        shares = []
        for first, second in pairs:
            for times in BAND:
                for exposure in EXPOSURES:
                    group, persons = draw(first, times * mean, draws, rng)
                    reference, persons_ref = draw(second, times * mean * exposure, draws, rng)
                    shares.append(Share.of(clustered.ratio(group, 1.0, reference, 1.0), persons / persons_ref))
        yield line(f"{mean:g}", [shares])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20250905)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    heads = ("expected cases", "rate", "with a gamma for the F", "exact, for persons", "refused")
    for name, shapes in (("the sizes it was chosen on", CHOSEN_ON), ("other sizes", OTHERS), ("all sizes", SHAPES)):
        table(f"Rate, {name}", heads, rate_lines(shapes, given.draws, rng))
    table("Rate, by distribution", ("sizes", *(f"{mean:g} cases" for mean in MEANS)), by_shape(given.draws, rng))
    heads = ("sizes", "largest", *(f"{mean:g} cases" for mean in (*MEANS, 100.0)))
    table("Rate, with rare very large cases", heads, rare_lines(given.draws, rng))
    heads = ("expected cases", "ratio", "refused")
    alike = tuple((shape, shape) for shape in SHAPES)
    table("Ratio, both sides with the same sizes", heads, ratio_lines(alike, given.draws // 20, rng))
    table("Ratio, sides with unlike sizes", heads, ratio_lines(UNLIKE, given.draws // 20, rng))


if __name__ == "__main__":
    main()
