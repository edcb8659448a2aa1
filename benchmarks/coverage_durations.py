"""How often the intervals of waits hold the truth, by simulation, as Markdown tables.

Waits are exponential with mean 30 days. Units start evenly over a time before the data are extracted, so long that
the stated share is censored. Every data set is one group, and all of them are done in one call. A refusal makes no
claim: it is left out of the coverage, and its share is printed.

    python benchmarks/coverage_durations.py --draws 20000
"""

from __future__ import annotations

import argparse
import math
from itertools import product

import numpy as np
from scipy.optimize import brentq

from evalkit.inference import competing, durations, mean_durations
from evalkit.inference.intervals import Intervals
from evalkit.inference.risk_sets import RiskSets, gather

LEVEL = 0.95
MEAN = 30.0
SIZES = (5, 10, 30)
CENSORED = (0.0, 0.25, 0.5)
SHARES = tuple(np.arange(1, 20) / 20)
HORIZONS = (10.0, 20.0, 40.0, 60.0)
OF_CAUSE = 0.7


def waits(size: int, censored: float, draws: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Days seen and whether the end was seen, ``draws`` data sets of ``size`` units one after the other."""
    full = rng.exponential(MEAN, size * draws)
    if not censored:
        return full, np.ones(full.size, dtype=int)
    longest = brentq(lambda last: MEAN / last * (1 - math.exp(-last / MEAN)) - censored, 1, 1e5)
    follow_up = rng.uniform(0, longest, full.size)
    return np.minimum(full, follow_up), (full <= follow_up).astype(int)


def sets(size: int, censored: float, draws: int, rng: np.random.Generator) -> RiskSets:
    days, event = waits(size, censored, draws, rng)
    return gather(days, event, np.repeat(np.arange(draws), size))


def coverage(found: Intervals, truth: float) -> tuple[float, float]:
    """The share of intervals that hold the truth, and of data sets refused; nan where nearly all are refused."""
    there = found.is_estimated
    refused = 1 - float(there.mean())
    if there.mean() < 0.01:  # noqa: PLR2004
        return math.nan, refused
    return float(((found.low <= truth) & (truth <= found.high))[there].mean()), refused


def curve_line(size: int, censored: float, draws: int, rng: np.random.Generator) -> str:
    waiting = durations.kaplan_meier(sets(size, censored, draws, rng))
    cells = []
    refused = 0.0
    for method in durations.METHODS:
        shares = [coverage(durations.at(waiting, -MEAN * math.log(share), LEVEL, method), share) for share in SHARES]
        covered = [share for share, _ in shares]
        refused = float(np.mean([one for _, one in shares]))
        cells.append(f"{np.nanmean(covered):.1%} ({np.nanmin(covered):.1%})")
    return row(size, censored, *cells, f"{refused:.0%}")


def median_line(size: int, censored: float, draws: int, rng: np.random.Generator) -> str:
    waiting = durations.kaplan_meier(sets(size, censored, draws, rng))
    shares = [
        coverage(durations.quantile(waiting, 0.5, LEVEL, method), MEAN * math.log(2)) for method in durations.METHODS
    ]
    return row(size, censored, *(f"{covered:.1%}" for covered, _ in shares), f"{shares[0][1]:.0%}")


def mean_line(size: int, censored: float, draws: int, rng: np.random.Generator) -> str:
    waiting = durations.kaplan_meier(sets(size, censored, draws, rng))
    cells = []
    for method in mean_durations.ONE_SIDE:
        found = [
            coverage(mean_durations.mean(waiting, day, LEVEL, method), MEAN * (1 - math.exp(-day / MEAN)))
            for day in HORIZONS
        ]
        cells += [f"{covered:.1%} [{refused:.0%}]" for covered, refused in found]
    return row(size, censored, *cells)


def difference_line(sizes: tuple[int, int], censored: float, draws: int, rng: np.random.Generator) -> str:
    """Two sides with the same waits, up to 20 days."""
    sides = [mean_durations.means(durations.kaplan_meier(sets(size, censored, draws, rng)), 20.0) for size in sizes]
    cells = []
    for method in mean_durations.TWO_SIDES:
        covered, refused = coverage(mean_durations.difference(*sides, LEVEL, method), 0.0)
        ratio, _ = coverage(mean_durations.ratio(*sides, LEVEL, method), 1.0)
        cells += [f"{covered:.1%}", f"{ratio:.1%}", f"{refused:.0%}"]
    return row(f"{sizes[0]}, {sizes[1]}", censored, *cells)


def incidence_line(size: int, censored: float, draws: int, rng: np.random.Generator) -> str:
    days, event = waits(size, censored, draws, rng)
    cause = event * np.where(rng.random(days.size) < OF_CAUSE, 1, 2)
    found = competing.aalen_johansen(gather(days, cause, np.repeat(np.arange(draws), size), causes=2), 1)
    shares = [coverage(competing.at(found, -MEAN * math.log(share), LEVEL), OF_CAUSE * (1 - share)) for share in SHARES]
    covered = [share for share, _ in shares]
    refused = float(np.mean([one for _, one in shares]))
    return row(size, censored, f"{np.nanmean(covered):.1%} ({np.nanmin(covered):.1%})", f"{refused:.0%}")


def row(*cells: object) -> str:
    return "| " + " | ".join(f"{cell:.0%}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def table(title: str, head: tuple[str, ...], lines: list[str]) -> None:
    print(f"\n**{title}**\n\n{row(*head)}\n{row(*['---'] * len(head))}")
    print("\n".join(lines))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=20250905)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    print(
        f"{given.draws} data sets per line, seed {given.seed}; error about ±{2 * math.sqrt(0.0475 / given.draws):.1%}"
    )
    grid = list(product(SIZES, CENSORED))
    words = [method.value for method in durations.METHODS]
    start = ("units", "censored")
    table(
        "Share still waiting: mean over 19 days (least)",
        (*start, *words, "refused"),
        [curve_line(*cell, given.draws, rng) for cell in grid],
    )
    table("Median", (*start, *words, "refused"), [median_line(*cell, given.draws, rng) for cell in grid])
    days = [f"{method.value} {day:g} d" for method in mean_durations.ONE_SIDE for day in HORIZONS]
    table("Mean up to a horizon [refused]", (*start, *days), [mean_line(*cell, given.draws, rng) for cell in grid])
    two = [
        f"{method.value} {what}" for method in mean_durations.TWO_SIDES for what in ("difference", "ratio", "refused")
    ]
    pairs = list(product(((5, 5), (10, 10), (10, 30), (30, 30)), CENSORED))
    table("Two sides up to 20 days", (*start, *two), [difference_line(*cell, given.draws, rng) for cell in pairs])
    table(
        "Share that ended in one of two ways: mean over 19 days (least)",
        (*start, "log_log", "refused"),
        [incidence_line(*cell, given.draws, rng) for cell in grid],
    )


if __name__ == "__main__":
    main()
