"""How often the intervals for rates, their ratios and differences hold the truth, as Markdown tables.

Every outcome of two Poisson counts is listed and weighted by its probability, so that there is no simulation error.
Only the ratio of two rate ratios, which has four counts, is simulated. What a line and a cell are:
``benchmarks/coverage_tables.py``. Counts with probability below 1e-9 are left out.

    python benchmarks/coverage_rates.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from coverage_tables import BAND, LEVEL, MEANS, Share, line, table
from scipy import stats

from evalkit.inference import e_test, rate_differences, rates, ratios, two_by_two
from evalkit.inference.intervals import Intervals
from evalkit.inference.pairs import Pairs

EXPOSURE_RATIOS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
RATIOS = (0.5, 1.0, 2.0)
FINE_BAND = np.geomspace(2 / 3, 3 / 2, 201)
SETTINGS = tuple(product(EXPOSURE_RATIOS, RATIOS))

Cells = tuple[np.ndarray, np.ndarray, np.ndarray]


def one_rate() -> Iterator[list[str]]:
    """One count: 201 means a line."""
    counts = np.arange(200)
    for mean in MEANS:
        means = mean * FINE_BAND[:, None]
        probability = stats.poisson.pmf(counts, means)
        methods = []
        for method in (rates.score, rates.midp, rates.exact, rates.bayes):
            found = method(counts, 1.0, LEVEL)
            held = (found.low <= means) & (means <= found.high)
            methods.append([Share(float(covered)) for covered in (probability * held).sum(axis=1)])
        yield line(f"{mean:g}", methods)


def outcomes(mean: float, mean_ref: float) -> Cells:
    """Both counts and their joint probability."""
    count, other = (np.arange(int(stats.poisson.isf(1e-9, at)) + 2) for at in (mean, mean_ref))
    probability = np.outer(stats.poisson.pmf(count, mean), stats.poisson.pmf(other, mean_ref))
    return count[:, None], other[None, :], probability


def ratio_held(method: Callable[..., Intervals], exposure: float, truth: float, cells: Cells) -> np.ndarray:
    """Whether each outcome's interval holds the ratio."""
    found = method(cells[0], exposure, cells[1], 1.0, LEVEL)
    return (found.low <= truth) & (truth <= found.high)


def accepted(p_value: Callable[..., np.ndarray], exposure: float, truth: float, cells: Cells) -> np.ndarray:
    """Whether the E-test accepts the truth: its interval holds at least the values that the test does not reject."""
    pairs = Pairs.of(cells[0], exposure, cells[1], 1.0)
    found = p_value(pairs.ravelled(), np.full(pairs.events.size, truth))
    return found.reshape(pairs.events.shape) > 1 - LEVEL


def two_rates() -> Iterator[list[str]]:
    """The ratio; no event on either side is refused."""
    methods = (ratios.score, ratios.midp, ratios.exact, None, ratios.bayes)
    for mean in MEANS:
        shares: list[list[Share]] = [[] for _ in methods]
        for exposure, truth in SETTINGS:
            # The limits do not depend on the mean: the largest of the line has all of its outcomes.
            most = outcomes(BAND[-1] * mean * exposure * truth, BAND[-1] * mean)
            given = most[0] + most[1] > 0
            for place, method in enumerate(methods):
                if method:
                    held = ratio_held(method, exposure, truth, most)
                else:
                    held = accepted(e_test.ratio_p_value, exposure, truth * exposure, most)
                for times in BAND:
                    first = stats.poisson.pmf(most[0], times * mean * exposure * truth)
                    probability = first * stats.poisson.pmf(most[1], times * mean)
                    shares[place].append(Share.summed(held, given, probability))
        yield line(f"{mean:g}", shares)


def difference() -> Iterator[list[str]]:
    """The difference of two rates; it is never refused."""
    methods = (rate_differences.score, rate_differences.mover, None)
    for mean in MEANS:
        shares: list[list[Share]] = [[] for _ in methods]
        for (exposure, truth), times in product(SETTINGS, BAND[::4]):
            apart = times * mean * (truth - 1)
            cells = outcomes(times * mean * exposure * truth, times * mean)
            for place, method in enumerate(methods):
                if method:
                    found = method(cells[0], exposure, cells[1], 1.0, LEVEL)
                    held = (found.low <= apart) & (apart <= found.high)
                else:
                    held = accepted(e_test.difference_p_value, exposure, apart, cells)
                shares[place].append(Share.summed(held, np.ones(held.shape, dtype=bool), cells[2]))
        yield line(f"{mean:g}", shares)


def two_ratios(draws: int, seed: int) -> Iterator[list[str]]:
    """The ratio of rate ratios by simulation: the reference has the mean both before and after."""
    rng = np.random.default_rng(seed)
    methods = (two_by_two.score, two_by_two.midp, two_by_two.exact)
    for mean in MEANS:
        shares: list[list[Share]] = [[] for _ in methods]
        for (exposure, truth), times in product(SETTINGS, BAND):
            means = times * mean * np.array([exposure * truth, exposure, 1.0, 1.0])
            counts = rng.poisson(means[:, None], (4, draws))
            exposures = np.array([[exposure], [exposure], [1.0], [1.0]])
            for place, method in enumerate(methods):
                shares[place].append(Share.of(method(counts, exposures, LEVEL, null=None), truth))
        yield line(f"{mean:g}", shares)


def main() -> None:
    """Print the tables of docs/statistics/rates.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=20251125)
    given = parser.parse_args()
    start = ("expected events", "`score` (default)")
    table("One rate", (*start, "`midp`", "`exact`", "`bayes`", "refused"), one_rate())
    table("Ratio of two rates", (*start, "`midp`", "`exact`", "`e_test`", "`bayes`", "refused"), two_rates())
    title = f"Ratio of two rate ratios, {given.draws} draws per setting"
    table(title, (*start, "`midp`", "`exact`", "refused"), two_ratios(given.draws, given.seed))
    table("Difference of two rates", (*start, "`mover`", "`e_test`", "refused"), difference())


if __name__ == "__main__":
    main()
