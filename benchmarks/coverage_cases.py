"""How often the intervals for persons who come in cases hold the truth, by simulation.

Cases come by a Poisson distribution around m, spread evenly in logarithm from m/√2 to m·√2, with sizes from 1 to 20
by one of five distributions. A refusal (no case at all) makes no claim and counts as holding the truth;
beside it stands the coverage among those that got an interval, and what intervals for single persons would do.

    python benchmarks/coverage_cases.py --draws 10000
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import clustered, rates
from evalkit.inference.clustered import CaseSums
from evalkit.inference.intervals import Intervals

MEANS = (0.5, 1.0, 3.0, 10.0, 30.0)
SIZES = np.arange(1, 21)
SHAPES = {
    "all single": (SIZES == 1) * 1.0,
    "halving": 0.5**SIZES,
    "power 2": SIZES**-2.0,
    "power 1.5": SIZES**-1.5,
    "1-3, one in ten 20": np.array([0.3] * 3 + [0.0] * 16 + [0.1]),
}
EXPOSURES = (1.0, 0.2)


@dataclass(frozen=True, slots=True)
class Covered:
    """Shares of the draws that hold the truth: the rate, the same where given, that of single persons, the ratios."""

    rate: float
    given: float
    persons: float
    ratios: tuple[float, ...]


def draw(shape: str, means: NDArray[np.float64], rng: np.random.Generator) -> tuple[CaseSums, float]:
    """The sums of as many groups as there are means, and the mean size of a case."""
    chance = SHAPES[shape] / SHAPES[shape].sum()
    counts = rng.poisson(means[:, None] * chance)
    sums = CaseSums(
        cases=counts.sum(axis=1),
        persons=counts @ SIZES,
        squares=(counts @ SIZES**2).astype(float),
        largest=np.where(counts > 0, SIZES, 0).max(axis=1),
    )
    return sums, float(chance @ SIZES)


def measure(shape: str, mean: float, draws: int, seed: int) -> Covered:
    """One line of the table."""
    rng = np.random.default_rng(seed)
    means = mean * np.exp(rng.uniform(-0.5, 0.5, draws) * np.log(2))
    group, size = draw(shape, means, rng)
    found = clustered.rate(group, means)
    ratios = []
    for exposure in EXPOSURES:
        reference, _ = draw(shape, means * exposure, rng)
        ratios.append(held(clustered.ratio(group, means, reference, means * exposure), 1.0))
    return Covered(
        rate=held(found, size).mean(),
        given=held(found, size)[found.is_estimated].mean(),
        persons=held(rates.exact(group.persons, means), size).mean(),
        ratios=tuple(each.mean() for each in ratios),
    )


def held(found: Intervals, truth: float) -> NDArray[np.bool_]:
    """Whether each interval holds the truth; a refusal does."""
    return ~found.is_estimated | ((found.low <= truth) & (truth <= found.high))


def lines(draws: int, seed: int) -> Iterator[str]:
    """The table in Markdown, a row for each mean and shape and one for their average."""
    heads = " | ".join(f"ratio, reference {exposure:g} times" for exposure in EXPOSURES)
    yield f"| expected cases | sizes | rate | rate, where given | exact, for persons | {heads} |"
    yield "|---" * (5 + len(EXPOSURES)) + "|"
    for mean in MEANS:
        every = []
        for at, shape in enumerate(SHAPES):
            one = measure(shape, mean, draws, seed + at)
            every.append([one.rate, one.given, one.persons, *one.ratios])
            yield row(mean, shape, every[-1])
        yield row(mean, "**mean**", np.mean(every, axis=0).tolist())
        yield row(mean, "**minimum**", np.min(every, axis=0).tolist())


def row(mean: float, name: str, shares: list[float]) -> str:
    """One row of the table."""
    return f"| {mean:g} | {name} | {' | '.join(f'{share:.1%}' for share in shares)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=20250905)
    given = parser.parse_args()
    print(*lines(given.draws, given.seed), sep="\n")


if __name__ == "__main__":
    main()
