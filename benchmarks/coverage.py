"""How often the interval rule is wrong, by simulation.

Four cells (two sides, before and after) of equally many periods are drawn with a known ratio of rate
ratios, from Poisson or from a negative binomial distribution with variance φ times the mean, and put
through ``evalkit.inference.summed.compare``. Beside it stands what a Poisson interval would have done.

    python benchmarks/coverage.py --draws 4000
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from evalkit.inference import two_by_two
from evalkit.inference.summed import CellSeries, Outcome, compare

LEVEL = 0.95
PHIS = (1.0, 2.0, 4.0)
PERIODS = (3, 6, 36)
MEANS = (10.0, 40.0)
EFFECT = 1.5


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table: true variance over mean, periods per cell, expected events per period."""

    phi: float
    periods: int
    mean: float


@dataclass(frozen=True, slots=True)
class Share:
    """What came out of one setting, as shares of the draws."""

    false_positive: float
    false_positive_poisson: float
    coverage: float
    refused: float


def settings() -> Iterator[Setting]:
    """Every line of the table."""
    return (Setting(*line) for line in product(PHIS, PERIODS, MEANS))


def draw(setting: Setting, ratio: float, rng: np.random.Generator) -> list[CellSeries]:
    """Four cells whose ratio of rate ratios is ``ratio``."""
    means = (setting.mean * ratio, setting.mean, setting.mean, setting.mean)
    return [CellSeries(_counts(setting, mean, rng), np.ones(setting.periods)) for mean in means]


def _counts(setting: Setting, mean: float, rng: np.random.Generator) -> np.ndarray:
    if setting.phi == 1:
        return rng.poisson(mean, setting.periods)
    return rng.negative_binomial(mean / (setting.phi - 1), 1 / setting.phi, setting.periods)


def poisson_p_value(cells: list[CellSeries]) -> float:
    """The p-value of the exact Poisson method, whatever the dispersion."""
    totals = [cell.total for cell in cells]
    found = two_by_two.exact([total.events for total in totals], [total.exposure for total in totals])
    return float(np.nan_to_num(found.p_value, nan=1.0))


def measure(setting: Setting, draws: int, seed: int) -> Share:
    """Shares of ``draws`` data sets without effect and as many with one."""
    rng = np.random.default_rng(seed)
    null = [draw(setting, 1.0, rng) for _ in range(draws)]
    effect = [draw(setting, EFFECT, rng) for _ in range(draws)]
    found_null = [compare(cells, conf_level=LEVEL) for cells in null]
    found_effect = [compare(cells, conf_level=LEVEL) for cells in effect]
    return Share(
        false_positive=1 - _covered(found_null, 1.0),
        false_positive_poisson=float(np.mean([poisson_p_value(cells) < 1 - LEVEL for cells in null])),
        coverage=_covered(found_effect, EFFECT),
        refused=float(np.mean([found.interval is None for found in found_null])),
    )


def _covered(found: list[Outcome], truth: float) -> float:
    """The share of the intervals that hold the truth; a refusal is neither right nor wrong."""
    given = [one.interval for one in found if one.interval is not None]
    return float(np.mean([one.low <= truth <= one.high for one in given]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20250905)
    given = parser.parse_args()
    error = math.sqrt(0.05 * 0.95 / given.draws)
    print(f"{given.draws} draws per line, seed {given.seed}; simulation error about ±{2 * error:.1%}")
    print(
        "\n| φ | periods | events a period | false positive | same, Poisson | coverage | refused |\n" + "|---" * 7 + "|"
    )
    for at, setting in enumerate(settings()):
        share = measure(setting, given.draws, given.seed + at)
        print(
            f"| {setting.phi:.0f} | {setting.periods} | {setting.mean:.0f} | {share.false_positive:.1%}"
            f" | {share.false_positive_poisson:.1%} | {share.coverage:.1%} | {share.refused:.1%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
