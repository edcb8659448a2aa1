"""How often the intervals of waits hold the truth, by simulation, as Markdown tables.

Waits are exponential with mean 30 days, or Weibull with a falling or a rising hazard and the same mean. Units start
evenly over a time before the data are extracted, so long that the stated share is censored. Every data set is one
group, and all of them are done in one call. What a cell is: ``benchmarks/coverage_tables.py``; the settings of a line
are 19 days (or the distributions), and "all" is among all intervals given, whatever the horizon.

    python benchmarks/coverage_durations.py --draws 8000
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from coverage_tables import LEVEL, Share, line, refused, table, told
from numpy.typing import NDArray
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from evalkit.inference import competing, durations, mean_durations
from evalkit.inference.intervals import Intervals
from evalkit.inference.method import Method
from evalkit.inference.risk_sets import RiskSets, gather

MEAN = 30.0
SIZES = (5, 10, 30)
CENSORED = (0.0, 0.25, 0.5)
GRID = tuple(product(SIZES, CENSORED))
PAIRS = tuple(product(((5, 5), (10, 10), (10, 30), (30, 30)), CENSORED))
SHARES = tuple(np.arange(1, 20) / 20)
HORIZONS = (10.0, 20.0, 40.0, 60.0)
OF_CAUSE = 0.7
HAZARDS = {shape: stats.weibull_min(shape, scale=MEAN / math.gamma(1 + 1 / shape)) for shape in (1.0, 0.7, 2.0)}
"""By the shape of the Weibull distribution; 1 is exponential."""
UNLIKE = (0.7, 2.0)


def waits(
    size: int, censored: float, draws: int, rng: np.random.Generator, shape: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Days seen and whether the end was seen, ``draws`` data sets of ``size`` units one after the other."""
    hazard = HAZARDS[shape]
    full = hazard.rvs(size * draws, random_state=rng)
    if not censored:
        return full, np.ones(full.size, dtype=np.int64)
    longest = brentq(lambda last: quad(hazard.sf, 0, last)[0] / last - censored, 1, 1e4)
    follow_up = rng.uniform(0, longest, full.size)
    return np.minimum(full, follow_up), (full <= follow_up).astype(np.int64)


def sets(size: int, censored: float, draws: int, rng: np.random.Generator, shape: float = 1.0) -> RiskSets:
    days, event = waits(size, censored, draws, rng, shape)
    return gather(days, event, np.repeat(np.arange(draws), size))


def held(found: Intervals, truth: float) -> NDArray[np.bool_]:
    return (found.low <= truth) & (truth <= found.high)


def curve_lines(draws: int, rng: np.random.Generator, shape: float) -> Iterator[list[str]]:
    for size, censored in GRID:
        waiting = durations.kaplan_meier(sets(size, censored, draws, rng, shape))
        methods = [
            [
                Share.of(durations.at(waiting, float(HAZARDS[shape].isf(share)), LEVEL, method), share)
                for share in SHARES
            ]
            for method in durations.METHODS
        ]
        yield line(f"{size}, {censored:.0%}", methods)


def median_lines(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for size, censored in GRID:
        methods: list[list[Share]] = [[] for _ in durations.METHODS]
        for shape, hazard in HAZARDS.items():
            waiting = durations.kaplan_meier(sets(size, censored, draws, rng, shape))
            for place, method in enumerate(durations.METHODS):
                found = durations.quantile(waiting, 0.5, LEVEL, method)
                methods[place].append(Share.of(found, float(hazard.median())))
        yield line(f"{size}, {censored:.0%}", methods)


def mean_lines(draws: int, rng: np.random.Generator, method: Method, shape: float) -> Iterator[list[str]]:
    for size, censored in GRID:
        waiting = durations.kaplan_meier(sets(size, censored, draws, rng, shape))
        cells, right, given = [], 0.0, 0.0
        for day in HORIZONS:
            found = mean_durations.mean(waiting, day, LEVEL, method)
            inside = held(found, quad(HAZARDS[shape].sf, 0, day)[0])
            share = Share.among(inside, found.is_estimated)
            right, given = right + float(inside[found.is_estimated].sum()), given + float(found.is_estimated.sum())
            cells.append(f"{100 * share.held:.1f} [{100 * share.refused:.0f}]")
        yield [f"{size}, {censored:.0%}", *cells, f"{100 * right / given:.1f}"]


def difference_lines(draws: int, rng: np.random.Generator, shape: float) -> Iterator[list[str]]:
    """Two sides with the same waits, up to 20 and to 40 days."""
    for sizes, censored in PAIRS:
        every: list[list[Share]] = [[] for _ in range(4)]
        for day in (20.0, 40.0):
            sides = [
                mean_durations.means(durations.kaplan_meier(sets(size, censored, draws, rng, shape)), day)
                for size in sizes
            ]
            for place, method in enumerate(mean_durations.TWO_SIDES):
                every[place].append(Share.of(mean_durations.difference(*sides, LEVEL, method), 0.0))
                every[place + 2].append(Share.of(mean_durations.ratio(*sides, LEVEL, method), 1.0))
        alone = [f"{100 * one.held:.1f} [{100 * one.refused:.0f}]" for one in every[0]]
        yield [
            f"{sizes[0]} and {sizes[1]}, {censored:.0%}",
            *alone,
            *(told(one) for one in every[1:]),
            refused(every[0]),
        ]


def incidence_lines(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for size, censored in GRID:
        days, event = waits(size, censored, draws, rng)
        cause = event * np.where(rng.random(days.size) < OF_CAUSE, 1, 2)
        found = competing.aalen_johansen(gather(days, cause, np.repeat(np.arange(draws), size), causes=2), 1)
        shares = [
            Share.of(competing.at(found, -MEAN * math.log(share), LEVEL), OF_CAUSE * (1 - share)) for share in SHARES
        ]
        yield line(f"{size}, {censored:.0%}", [shares])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=20250905)
    given = parser.parse_args()
    rng, draws = np.random.default_rng(given.seed), given.draws
    print(f"{draws} data sets per setting, seed {given.seed}; error about ±{2 * math.sqrt(0.0475 / draws):.1%}")
    words = [f"`{method.value}`" for method in durations.METHODS]
    start = "units, censored"
    table("Share still waiting, over 19 days", (start, *words, "refused"), curve_lines(draws, rng, 1.0))
    for shape in UNLIKE:
        title = f"Share still waiting, over 19 days, Weibull {shape:g}"
        table(title, (start, *words, "refused"), curve_lines(draws // 2, rng, shape))
    table("Median, over three distributions", (start, *words, "refused"), median_lines(draws, rng))
    for shape in HAZARDS:
        for method in mean_durations.ONE_SIDE if shape == 1 else mean_durations.ONE_SIDE[:1]:
            title = f"Mean up to a horizon [refused], `{method.value}`, Weibull {shape:g}"
            heads = (start, *(f"{day:g} d" for day in HORIZONS), "all")
            table(title, heads, mean_lines(draws, rng, method, shape))
    heads = (start, "`mover` 20 d", "`mover` 40 d", "`greenwood`", "`mover` ratio", "`greenwood` ratio", "refused")
    for shape in HAZARDS:
        table(f"Two sides, 20 and 40 days, Weibull {shape:g}", heads, difference_lines(draws // 2, rng, shape))
    heads = (start, "`log_log`", "refused")
    table("Share that ended in one of two ways, over 19 days", heads, incidence_lines(draws, rng))


if __name__ == "__main__":
    main()
