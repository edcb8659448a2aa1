"""How often the intervals for persons who come in cases hold the truth, by simulation.

Cases come by a Poisson distribution, each with a size by one of the distributions below. Nothing in the method was
chosen by them. What a line and a cell are: ``benchmarks/coverage_tables.py``; the settings of a line are the means
around it and, for the ratio, how much exposure the reference has. ``at_most`` is the largest size of the distribution,
or three times as much where a line says so. Beside the method stands what intervals for single persons do.

    python benchmarks/coverage_cases.py
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from coverage_tables import BAND, LEVEL, MEANS, Share, line, table

from evalkit.inference import clustered, rates
from evalkit.inference.clustered import CaseSums

UP_TO_20, UP_TO_60 = np.arange(1, 21), np.arange(1, 61)
SHAPES: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "all single": (np.array([1]), np.array([1.0])),
    "always 4": (np.array([4]), np.array([1.0])),
    "halving, to 20": (UP_TO_20, 0.5**UP_TO_20),
    "power 1.5, to 20": (UP_TO_20, UP_TO_20**-1.5),
    "even, 1-20": (UP_TO_20, np.ones(20)),
    "logarithmic 0.9, to 60": (UP_TO_60, 0.9**UP_TO_60 / UP_TO_60),
    "power 1.2, to 60": (UP_TO_60, UP_TO_60**-1.2),
    "1, one in five 10": (np.array([1, 10]), np.array([0.8, 0.2])),
    "2, three in ten 25": (np.array([2, 25]), np.array([0.7, 0.3])),
    "1, half 60": (np.array([1, 60]), np.array([0.5, 0.5])),
    "1, 20 % of 40": (np.array([1, 40]), np.array([0.8, 0.2])),
    "1, 10 % of 40": (np.array([1, 40]), np.array([0.9, 0.1])),
    "1, 2 % of 100": (np.array([1, 100]), np.array([0.98, 0.02])),
    "1, 0.5 % of 200": (np.array([1, 200]), np.array([0.995, 0.005])),
    "1, 15 % of 10, 5 % of 100": (np.array([1, 10, 100]), np.array([0.8, 0.15, 0.05])),
}
EXPOSURES = (1.0, 0.2, 5.0)
UNLIKE = (
    ("all single", "1, 15 % of 10, 5 % of 100"),
    ("1, 20 % of 40", "always 4"),
    ("always 4", "1, 10 % of 40"),
    ("1, 2 % of 100", "all single"),
    ("logarithmic 0.9, to 60", "1, half 60"),
    ("power 1.5, to 20", "halving, to 20"),
    ("1, 0.5 % of 200", "power 1.2, to 60"),
)
NEAREST, NEAREST_MEANS = ("always 4", "even, 1-20", "1, half 60", "2, three in ten 25"), (10.0, 30.0)
"""Where the ratio lies nearest to its level: many draws, so that its least is not chance."""
ALL_MEANS = (*MEANS, 100.0)
TIMES = 3
HEADS = ("sizes", *(f"{mean:g} cases" for mean in ALL_MEANS))


def draw(shape: str, mean: float, draws: int, rng: np.random.Generator) -> tuple[CaseSums, float, int]:
    """The sums of ``draws`` groups, the true number of persons and the largest size there is."""
    sizes, weights = SHAPES[shape]
    chance = weights / weights.sum()
    sums = CaseSums.tallied(rng.poisson(mean * chance, (draws, sizes.size)), sizes)
    return sums, mean * float(chance @ sizes), int(sizes.max())


def by_shape(draws: int, rng: np.random.Generator, times: int | None) -> Iterator[list[str]]:
    """The rate, distribution by distribution; without ``times`` nothing is said of the largest case."""
    for shape in SHAPES:
        cells = []
        for mean in ALL_MEANS:
            shares = []
            for around in BAND:
                sums, truth, largest = draw(shape, around * mean, draws, rng)
                known = None if times is None else times * largest
                shares.append(Share.of(clustered.rate(sums, 1.0, at_most=known), truth))
            cells.append(line("", [shares])[1])
        yield [shape, *cells]


def persons(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """What the exact interval for single persons does."""
    for shape in SHAPES:
        cells = []
        for mean in ALL_MEANS:
            shares = []
            for around in BAND:
                sums, truth, _ = draw(shape, around * mean, draws, rng)
                shares.append(Share.of(rates.exact(sums.persons, 1.0, LEVEL), truth))
            cells.append(line("", [shares])[1])
        yield [shape, *cells]


def widths(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """The median limits over the truth, with the largest size known."""
    for shape in SHAPES:
        cells = []
        for mean in ALL_MEANS:
            sums, truth, largest = draw(shape, mean, draws, rng)
            found = clustered.rate(sums, 1.0, at_most=largest)
            cells.append(f"{np.median(found.low) / truth:.2f}-{np.median(found.high) / truth:.2f}")
        yield [shape, *cells]


def ratio_lines(pairs: tuple[tuple[str, str], ...], draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for mean in MEANS:
        methods: list[list[Share]] = [[], []]
        for first, second in pairs:
            for around in BAND:
                for exposure in EXPOSURES:
                    group, truth, largest = draw(first, around * mean, draws, rng)
                    reference, truth_ref, largest_ref = draw(second, around * mean * exposure, draws, rng)
                    for shares, times in zip(methods, (1, TIMES), strict=True):
                        most = times * max(largest, largest_ref)
                        found = clustered.ratio(group, 1.0, reference, 1.0, at_most=most)
                        shares.append(Share.of(found, truth / truth_ref))
        yield line(f"{mean:g}", methods)


def nearest(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """The ratio with the largest size known, distribution by distribution."""
    for shape in NEAREST:
        cells = []
        for mean in NEAREST_MEANS:
            shares = []
            for around in BAND:
                for exposure in EXPOSURES:
                    group, truth, largest = draw(shape, around * mean, draws, rng)
                    reference, truth_ref, _ = draw(shape, around * mean * exposure, draws, rng)
                    shares.append(
                        Share.of(clustered.ratio(group, 1.0, reference, 1.0, at_most=largest), truth / truth_ref)
                    )
            cells.append(line("", [shares])[1])
        yield [shape, *cells]


def search(worlds: int, draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """The largest share of errors on one side among random worlds, and that of the worst few with many draws."""
    made = [_world(rng) for _ in range(2 * worlds)]
    pairs = list(zip(made[:worlds], made[worlds:], strict=True))
    for name, errors in (("rate", _rate_errors), ("ratio", _ratio_errors)):
        first = sorted(pairs, key=lambda pair, count=errors: count(pair, draws, rng), reverse=True)[:WORST]
        again = [errors(pair, 50 * draws, rng) for pair in first]
        yield [name, str(worlds), f"{100 * max(again):.2f}"]


World = tuple[np.ndarray, np.ndarray, float]
WORST = 8


def _world(rng: np.random.Generator) -> World:
    """One to four sizes up to 1,000, how many cases of each come on average, and the largest."""
    largest = int(10 ** rng.uniform(0.3, 3))
    sizes = np.unique(np.append(rng.integers(1, largest + 1, rng.integers(0, 4)), largest))
    return sizes, 10 ** rng.uniform(-0.3, 2) * rng.dirichlet(np.full(sizes.size, rng.choice([0.2, 1, 3]))), largest


def _sums(world: World, draws: int, rng: np.random.Generator) -> tuple[CaseSums, float]:
    sizes, means, _ = world
    return CaseSums.tallied(rng.poisson(means, (draws, sizes.size)), sizes), float(means @ sizes)


def _rate_errors(pair: tuple[World, World], draws: int, rng: np.random.Generator) -> float:
    sums, truth = _sums(pair[0], draws, rng)
    found = clustered.rate(sums, 1.0, at_most=pair[0][2])
    return float(max((found.low > truth).mean(), (found.high < truth).mean()))


def _ratio_errors(pair: tuple[World, World], draws: int, rng: np.random.Generator) -> float:
    (group, truth), (reference, truth_ref) = (_sums(world, draws, rng) for world in pair)
    found = clustered.ratio(group, 1.0, reference, 1.0, at_most=max(pair[0][2], pair[1][2]))
    given, ratio = found.is_estimated, truth / truth_ref
    return float(max((found.low > ratio)[given].mean(), (found.high < ratio)[given].mean()))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20261126)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    table("Rate, with the largest size as at_most", HEADS, by_shape(given.draws, rng, 1))
    table(f"Rate, with {TIMES} times the largest size as at_most", HEADS, by_shape(given.draws, rng, TIMES))
    table("Rate, without at_most (no upper limit)", HEADS, by_shape(given.draws, rng, None))
    table("Exact interval for single persons", HEADS, persons(given.draws, rng))
    table("Median limits over the truth", HEADS, widths(given.draws, rng))
    heads = ("expected cases", "`at_most` the largest size", f"{TIMES} times that", "refused")
    alike = tuple((shape, shape) for shape in SHAPES)
    table("Ratio, both sides with the same sizes", heads, ratio_lines(alike, given.draws // 10, rng))
    table("Ratio, sides with unlike sizes", heads, ratio_lines(UNLIKE, given.draws // 10, rng))
    heads = ("sizes", *(f"{mean:g} cases" for mean in NEAREST_MEANS))
    table("Ratio, nearest to its level", heads, nearest(given.draws, rng))
    heads = ("what", "random worlds", "most errors on one side, per cent")
    table("Search for the worst", heads, search(given.draws // 10, given.draws // 2, rng))


if __name__ == "__main__":
    main()
