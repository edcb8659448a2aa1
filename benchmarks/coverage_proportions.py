"""How often the intervals of proportions hold the truth, by summing over every outcome.

A row is a number of expected events m; its columns are sizes of the group. In each the true proportion goes through
21 values from 2/3 to 3/2 times m expected events, because coverage jumps from one value to the next. The differences
and ratios have the same m in the reference and as many, or four times as many, looked at in the group, at the null and
at half of it. A refusal (0 and 0 in a ratio) is neither right nor wrong; its share stands in a column of its own.

    python benchmarks/coverage_proportions.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evalkit.inference import proportion_pairs, proportions

Limits: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]

LEVEL = 0.95
MEANS = (0.5, 1.0, 3.0, 10.0, 30.0)
SIZES = (20, 50, 200, 1000)
SETTINGS = ((1, 1.0), (4, 1.0), (1, 0.5), (4, 0.5))
NONE = np.zeros(0)
SPREAD = np.geomspace(2 / 3, 3 / 2, 21)


def single(method: str, size: int, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The coverage at each true share."""
    counts = np.arange(size + 1)
    found = getattr(proportions, method)(counts, size, LEVEL)
    held = (found.low <= shares[:, None]) & (shares[:, None] <= found.high)
    return np.asarray((stats.binom.pmf(counts, size, shares[:, None]) * held).sum(axis=1))


def limits(function: Callable[..., proportion_pairs.Intervals], size: int, size_ref: int) -> Limits:
    """Limits of every table, nan where there is a refusal."""
    part, ref = np.meshgrid(np.arange(size + 1), np.arange(size_ref + 1), indexing="ij")
    found = function(part, size, ref, size_ref, LEVEL)
    return found.low, found.high


def pair(
    method: str, limits: Limits, times: float, shares: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage, and the share refused, at each true share of the reference when the group's is ``times`` as large."""
    low, high = limits
    size, size_ref = (side - 1 for side in low.shape)
    covered, refused = [], []
    there = ~np.isnan(low)
    for share in shares:
        truth = times if method == "ratio" else (times - 1) * share
        held = (low <= truth + 1e-12) & (truth - 1e-12 <= high)
        probable = stats.binom.pmf(np.arange(size + 1), size, times * share)
        beside = stats.binom.pmf(np.arange(size_ref + 1), size_ref, share)
        given = float(probable @ there @ beside)
        covered.append(float(probable @ held @ beside) / given)
        refused.append(1 - given)
    return np.array(covered), np.array(refused)


Row: TypeAlias = tuple[str, float, list[NDArray[np.float64]], float]


def table(rows: Iterator[Row], heads: tuple[str, ...]) -> Iterator[str]:
    """The lines of a Markdown table: the mean of each cell, and the mean and minimum of each row."""
    yield f"| method | expected events | {' | '.join(heads)} | mean | minimum | refused |"
    yield "|---" * (len(heads) + 5) + "|"
    for method, mean, cells, refused in rows:
        told = " | ".join(f"{cell.mean():.1%}" if cell.size else "–" for cell in cells)
        every = np.concatenate(cells)
        yield f"| `{method}` | {mean:g} | {told} | {every.mean():.1%} | {every.min():.1%} | {refused:.0%} |"


def singles() -> Iterator[Row]:
    """Every row of the table of one proportion."""
    for method in ("midp", "wilson", "clopper_pearson", "bayes"):
        for mean in MEANS:
            possible = (mean * SPREAD.max() < size for size in SIZES)
            cells = zip(SIZES, possible, strict=True)
            shares = [single(method, size, mean * SPREAD / size) if fits else NONE for size, fits in cells]
            yield method, mean, shares, 0.0


def pairs(size: int) -> Iterator[Row]:
    """Every row of the tables of two proportions, the reference having ``size``."""
    for method in ("miettinen_nurminen", "newcombe", "ratio"):
        function = getattr(proportion_pairs, method)
        every = {times: limits(function, times * size, size) for times in {one for one, _ in SETTINGS}}
        for mean in MEANS:
            if mean * SPREAD.max() >= size:
                continue
            found = [pair(method, every[one], ratio, mean * SPREAD / size) for one, ratio in SETTINGS]
            yield method, mean, [held for held, _ in found], float(np.mean([refused for _, refused in found]))


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print("One proportion, by how many were looked at\n")
    print(*table(singles(), tuple(f"of {size}" for size in SIZES)), sep="\n")
    heads = tuple(f"{times}:1, ratio {ratio:g}" for times, ratio in SETTINGS)
    print("\nTwo proportions, 100 in the reference\n")
    print(*table(pairs(100), heads), sep="\n")


if __name__ == "__main__":
    main()
