"""How often tests of staggered joining reject what is true, and what limits hold, by simulation.

Areas have sizes and levels of their own, counts vary more than chance (log-normal, standard deviation 0.3, correlated
0.5 from one period to the next), all share a development over time, and joining multiplies counts by a constant. The
numbers are of the overall average (by group) on the ratio scale, not-yet-joined as comparison. ``exchanged`` exchanges
dates; ``influence`` takes the errors of influence functions whatever the numbers of areas, ``extended`` those of the
extended two-way model: first with normal quantiles, then with Student's t as evalkit has it. A share of draws without a
number is told as ``none``. What evalkit would do is in the last column.

    python benchmarks/calibration_staggered.py --draws 1000
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evalkit.inference import extended_twfe, join_dates
from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average, plan_average
from evalkit.inference.joining_rule import Clusters
from evalkit.statements import Statement

PERIODS = 12
NEVER = PERIODS
ALPHA = 0.05
DESIGNS = {
    "8: 2 2 2, 2 never": ((4, 6, 8, NEVER), (2, 2, 2, 2)),
    "8: one a time, 4 never": ((4, 6, 8, 9, NEVER), (1, 1, 1, 1, 4)),
    "8: 2 3 3, none never": ((4, 6, 8), (2, 3, 3)),
    "14: 4 3 3, 4 never": ((4, 6, 8, NEVER), (4, 3, 3, 4)),
    "14: one a time, 7 never": ((3, 4, 5, 6, 7, 8, 9, NEVER), (1, 1, 1, 1, 1, 1, 1, 7)),
    "30: 5 5 5, 15 never": ((4, 6, 8, NEVER), (5, 5, 5, 15)),
    "40: 10 each": ((4, 6, 8, NEVER), (10, 10, 10, 10)),
    "100: 5 3 2, 90 never": ((4, 6, 8, NEVER), (5, 3, 2, 90)),
    "100: 25 each": ((4, 6, 8, NEVER), (25, 25, 25, 25)),
}


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Shares of draws in which the truth was rejected, and in which there was no number."""

    exchanged: float
    influence: float
    influence_t: float
    extended: float
    extended_t: float
    none: float


def joined(design: str, rng: np.random.Generator) -> NDArray[np.int64]:
    """The dates of a design, given to areas at random."""
    dates, sizes = DESIGNS[design]
    return rng.permutation(np.repeat(dates, sizes)).astype(np.int64)


def draw(design: str, mean: float, effect: float, rng: np.random.Generator) -> JoiningPanel:
    """One panel; ``mean`` events per area and period, ``effect`` the logarithm of the factor."""
    dates = joined(design, rng)
    exposure = np.repeat(np.exp(rng.normal(0, 0.5, dates.size))[:, None], PERIODS, axis=1) * mean
    deviation = rng.normal(0, 0.3, (dates.size, PERIODS))
    for period in range(1, PERIODS):
        deviation[:, period] = 0.5 * deviation[:, period - 1] + math.sqrt(0.75) * deviation[:, period]
    logs = deviation + rng.normal(0, 0.3, (dates.size, 1)) + rng.normal(0, 0.1, PERIODS)
    after = np.arange(PERIODS) >= dates[:, None]
    counts = rng.poisson(exposure * np.exp(logs + effect * after)).astype(float)
    return JoiningPanel(counts, exposure, dates, np.ones(dates.size), ratio=True)


def measure(design: str, mean: float, effect: float, draws: int, seed: int, *, exchanges: int = 199) -> Calibrated:
    """One line of the table: how often the true effect is rejected."""
    rng = np.random.default_rng(seed)
    rejected: dict[str, list[bool]] = {name: [] for name in ("exchanged", "normal", "t", "extended", "extended_t")}
    none = 0
    for _ in range(draws):
        panel = draw(design, mean, effect, rng)
        plan = plan_cells(panel.joined, PERIODS, never_only=False)
        found = average(effects(panel, plan), Average.GROUP)
        none += math.isnan(found.overall)
        if math.isnan(found.overall):
            continue
        error = float(np.sqrt(found.overall_influence @ found.overall_influence))
        clusters = Clusters.of(panel.joined, PERIODS)
        normal, student = stats.norm.ppf(1 - ALPHA / 2), stats.t.ppf(1 - ALPHA / 2, clusters.df)
        rejected["exchanged"].append(p_of(panel, effect, exchanges, rng) <= ALPHA)
        rejected["normal"].append(abs(found.overall - effect) > normal * error)
        if clusters.df > 0:
            rejected["t"].append(abs(found.overall - effect) > student * error)
        told = extended_twfe.counts(panel, few=True)
        if not isinstance(told, Statement):
            rejected["extended"].append(abs(told.average - effect) > normal * told.std_error)
            if clusters.df > 0:
                rejected["extended_t"].append(abs(told.average - effect) > student * told.std_error)
    return Calibrated(*(float(np.mean(each)) if each else math.nan for each in rejected.values()), none / draws)


def p_of(panel: JoiningPanel, effect: float, exchanges: int, rng: np.random.Generator) -> float:
    """The p-value of the true effect when dates are exchanged."""
    bottom = panel.bottom * np.exp(effect * panel.treated)
    without = JoiningPanel(panel.top, bottom, panel.joined, panel.weights, ratio=True)
    plan = plan_cells(panel.joined, PERIODS, never_only=False)
    rows = plan_average(plan, Average.GROUP).overall_coefficients[None, :]
    drawn = join_dates.assignments(panel.joined, most_exact=exchanges, draws=exchanges, generator=rng)
    return float(join_dates.p_values(without, plan, rows, drawn)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--mean", type=float, default=20.0)
    given = parser.parse_args()
    print("| areas | factor | exchanged | influence | influence, t | extended | extended, t | none | evalkit |")
    print("|---|---|---|---|---|---|---|---|---|")
    for design in DESIGNS:
        enough = Clusters.of(joined(design, np.random.default_rng(1)), PERIODS).enough
        does = "influence, t" if enough else "exchanged"
        for factor in (1.0, 1.5):
            told = measure(design, given.mean, math.log(factor), given.draws, seed=len(design) + int(10 * factor))
            shares = (getattr(told, name) for name in told.__slots__)
            cells = " | ".join("–" if math.isnan(share) else f"{100 * share:.1f}" for share in shares)
            print(f"| {design} | {factor} | {cells} | {does} |", flush=True)


if __name__ == "__main__":
    main()
