"""How often the intervals for rates, their ratios and differences hold the truth, as Markdown tables.

Every outcome of two Poisson counts is listed and weighted by its probability, so that there is no simulation error.
Only the ratio of two rate ratios, which has four counts, is simulated. A cell is "mean (minimum)" over the exposure
ratios and true ratios named below, in per cent, at level 95 %. Counts with probability below 1e-9 are left out.

    python benchmarks/coverage_rates.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from scipy import stats

from evalkit.inference import e_test, rate_differences, rates, ratios, two_by_two
from evalkit.inference.intervals import Intervals
from evalkit.inference.pairs import Pairs

LEVEL = 0.95
MEANS = (0.5, 1.0, 3.0, 10.0, 30.0)
EXPOSURE_RATIOS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
RATIOS = (0.5, 1.0, 2.0)
BAND = np.geomspace(2 / 3, 3 / 2, 201)

Row = list[str]


def one_rate() -> Iterator[Row]:
    """Coverage averaged over a band around each mean; at a single mean it is one tooth of a saw."""
    counts = np.arange(200)
    methods = (rates.score, rates.midp, rates.exact, rates.bayes)
    for mean in MEANS:
        means = mean * BAND
        probability = stats.poisson.pmf(counts, means[:, None])
        covered = []
        for method in methods:
            found = method(counts, 1.0, LEVEL)
            held = (found.low <= means[:, None]) & (means[:, None] <= found.high)
            covered.append((probability * held).sum(axis=1))
        yield [f"{mean:g}", *(told(coverage) for coverage in covered)]


def outcomes(mean: float, mean_ref: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both counts and their joint probability."""
    count, other = (np.arange(int(stats.poisson.isf(1e-9, at)) + 2) for at in (mean, mean_ref))
    probability = np.outer(stats.poisson.pmf(count, mean), stats.poisson.pmf(other, mean_ref))
    return count[:, None], other[None, :], probability


def ratio_held(method: Callable[..., Intervals], exposure: float, truth: float, cells: tuple) -> np.ndarray:
    count, other, _ = cells
    found = method(count, exposure, other, 1.0, LEVEL)
    return (found.low <= truth) & (truth <= found.high)


def ratio_accepted(exposure: float, truth: float, cells: tuple) -> np.ndarray:
    """Whether the E-test accepts the truth: its interval holds at least the values that the test does not reject."""
    count, other, _ = cells
    pairs = Pairs.of(count, exposure, other, 1.0)
    p_value = e_test.ratio_p_value(pairs.ravelled(), np.full(pairs.events.size, truth * exposure))
    return p_value.reshape(pairs.events.shape) > 1 - LEVEL


def difference_accepted(exposure: float, truth: float, cells: tuple) -> np.ndarray:
    count, other, _ = cells
    pairs = Pairs.of(count, exposure, other, 1.0)
    p_value = e_test.difference_p_value(pairs.ravelled(), np.full(pairs.events.size, truth))
    return p_value.reshape(pairs.events.shape) > 1 - LEVEL


def two_rates(*, refusals_count: bool) -> Iterator[Row]:
    """The ratio, among the outcomes with an interval or with a refusal taken as no wrong claim."""
    methods = (ratios.score, ratios.midp, ratios.exact, None, ratios.bayes)
    for mean in MEANS:
        covered: list[list[float]] = [[] for _ in methods]
        for exposure, truth in product(EXPOSURE_RATIOS, RATIOS):
            cells = outcomes(mean * exposure * truth, mean)
            probability = cells[2]
            empty = probability[0, 0]
            for place, method in enumerate(methods):
                held = ratio_held(method, exposure, truth, cells) if method else ratio_accepted(exposure, truth, cells)
                held[0, 0] = False
                share = float((probability * held).sum())
                covered[place].append(share + empty if refusals_count else share / (1 - empty))
        yield [f"{mean:g}", *(told(coverage) for coverage in covered)]


def difference() -> Iterator[Row]:
    """The difference of two rates; it is never refused."""
    methods = (rate_differences.score, rate_differences.mover, None)
    for mean in MEANS:
        covered: list[list[float]] = [[] for _ in methods]
        for exposure, truth in product(EXPOSURE_RATIOS, RATIOS):
            apart = mean * (truth - 1)
            cells = outcomes(mean * exposure * truth, mean)
            for place, method in enumerate(methods):
                if method:
                    found = method(cells[0], exposure, cells[1], 1.0, LEVEL)
                    held = (found.low <= apart) & (apart <= found.high)
                else:
                    held = difference_accepted(exposure, apart, cells)
                covered[place].append(float((cells[2] * held).sum()))
        yield [f"{mean:g}", *(told(coverage) for coverage in covered)]


def two_ratios(draws: int, seed: int) -> Iterator[Row]:
    """The ratio of rate ratios by simulation: the reference has ``mean`` events before and after."""
    rng = np.random.default_rng(seed)
    for mean in MEANS:
        covered: list[list[float]] = [[], []]
        for exposure, truth in product(EXPOSURE_RATIOS, RATIOS):
            means = mean * np.array([exposure * truth, exposure, 1.0, 1.0])
            counts = rng.poisson(means[:, None], (4, draws))
            exposures = np.array([[exposure], [exposure], [1.0], [1.0]])
            for place, method in enumerate((two_by_two.midp, two_by_two.exact)):
                found = method(counts, exposures, LEVEL, null=None)
                held = (found.low <= truth) & (truth <= found.high)
                covered[place].append(float(held.sum() / found.is_estimated.sum()))
        yield [f"{mean:g}", *(told(coverage) for coverage in covered)]


def told(coverage: np.ndarray | list[float]) -> str:
    return f"{100 * np.mean(coverage):.1f} ({100 * np.min(coverage):.1f})"


def table(title: str, names: tuple[str, ...], rows: Iterator[Row]) -> None:
    print(f"\n{title}\n")
    print("| " + " | ".join(("expected events", *names)) + " |")
    print("|" + "---:|" * (len(names) + 1))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def main() -> None:
    """Print the tables of docs/statistics/rates.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20251125)
    given = parser.parse_args()
    table("One rate", ("score (default)", "midp", "exact", "bayes"), one_rate())
    names = ("score (default)", "midp", "exact", "e_test", "bayes")
    table("Ratio of two rates, a refusal taken as no wrong claim", names, two_rates(refusals_count=True))
    table("Ratio of two rates, only outcomes with an interval", names, two_rates(refusals_count=False))
    table("Difference of two rates", ("score (default)", "mover", "e_test"), difference())
    title = f"Ratio of two rate ratios, only draws with an interval; {given.draws} draws per setting"
    table(title, ("midp (default)", "exact"), two_ratios(given.draws, given.seed))


if __name__ == "__main__":
    main()
