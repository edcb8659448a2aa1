"""How often tests of staggered joining reject what is true, and what limits hold, by simulation.

Areas have sizes and levels of their own, counts vary more than chance (log-normal, standard deviation 0.3, correlated
0.5 from one period to the next), all share a development over time, and joining multiplies counts by a constant. The
numbers are of the overall average (by group) on the ratio scale, not-yet-joined as comparison. ``exchanged`` exchanges
dates; ``influence`` takes the errors of influence functions whatever the numbers of areas, ``extended`` those of the
extended two-way model: first with normal quantiles, then with Student's t as evalkit has it. A share of draws without a
number is told as ``none``. What evalkit would do is in the last column.

The second table has areas of unlike size (log-normal) under no effect: the classical errors beside those of leaving out
one area at a time, of group-time effects and of the extended model; then single cells, the test before joining, bands
for all periods since, and honest bounds at 0, all among the panels that are given errors at all (``given``).

    python benchmarks/calibration_staggered.py --draws 1000
    python benchmarks/calibration_staggered.py --draws 1000 --table unlike
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evalkit.comparisons.event_coefficients import EventCoefficients
from evalkit.comparisons.honest import honest_bounds
from evalkit.inference import extended_twfe, join_dates, multiplier_bootstrap
from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average, plan_average
from evalkit.inference.group_time_jackknife import LeftOut
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
UNLIKE = {
    "30: 10 10, 10 never": ((4, 7, NEVER), (10, 10, 10)),
    "30: 10, 20 never": ((6, NEVER), (10, 20)),
    "40: 10 each": ((4, 6, 8, NEVER), (10, 10, 10, 10)),
    "40: 20, 20 never": ((6, NEVER), (20, 20)),
    "60: 10 10 10, 30 never": ((4, 6, 8, NEVER), (10, 10, 10, 30)),
    "60: 20 20 20, none never": ((4, 6, 8), (20, 20, 20)),
}
SPREADS = (0.0, 0.5, 1.0, 1.5)
HEADS = (
    "influence",
    "jackknife",
    "robust",
    "extended",
    "cells",
    "ext. cells",
    "before",
    "bands",
    "ext. honest",
    "given",
)


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
    dates, sizes = (DESIGNS | UNLIKE)[design]
    return rng.permutation(np.repeat(dates, sizes)).astype(np.int64)


def draw(design: str, mean: float, effect: float, rng: np.random.Generator, *, unlike: float = 0.5) -> JoiningPanel:
    """One panel; ``mean`` events per area and period, ``effect`` the logarithm of the factor."""
    dates = joined(design, rng)
    exposure = np.repeat(np.exp(rng.normal(0, unlike, dates.size))[:, None], PERIODS, axis=1) * mean
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
        told = extended_twfe.counts(panel, few=True, classical=True)
        if not isinstance(told, Statement):
            rejected["extended"].append(abs(told.average - effect) > normal * told.std_error)
            if clusters.df > 0:
                rejected["extended_t"].append(abs(told.average - effect) > student * told.std_error)
    return Calibrated(*(float(np.mean(each)) if each else math.nan for each in rejected.values()), none / draws)


def measure_unlike(
    design: str, mean: float, unlike: float, draws: int, seed: int, *, extended_draws: int
) -> list[float]:
    """One line of the second table, in the order of ``HEADS``; the extended model for the first panels only."""
    rng = np.random.default_rng(seed)
    told: dict[str, list[float]] = {head: [] for head in HEADS}
    for number in range(draws):
        panel = draw(design, mean, 0.0, rng, unlike=unlike)
        clusters = Clusters.of(panel.joined, PERIODS, sizes=panel.top.sum(axis=1))
        told["given"].append(clusters.enough)
        found = one_panel(panel, clusters, rng, extended=number < extended_draws)
        for head, rejected in found.items():
            if clusters.enough or head in {"influence", "robust"}:
                told[head].append(rejected)
    return [float(np.nanmean(each)) if each else math.nan for each in told.values()]


def one_panel(panel: JoiningPanel, clusters: Clusters, rng: np.random.Generator, *, extended: bool) -> dict[str, float]:
    """Whether each of the errors rejects what is true of one panel; for cells, the share rejected."""
    plan = plan_cells(panel.joined, PERIODS, never_only=False)
    whole = effects(panel, plan)
    found, since = average(whole, Average.GROUP), average(whole, Average.SINCE)
    left = LeftOut.of(panel, whole)
    error = float(np.linalg.norm(found.overall_influence))
    told = {"influence": _rejects(np.array([found.overall]), np.array([error]), np.array([clusters.df]))}
    rows = {
        "jackknife": (plan_average(plan, Average.GROUP).overall_coefficients[None, :], np.array([found.overall])),
        "cells": (np.eye(plan.kind.size), whole.estimate),
    }
    for head, (row, estimate) in rows.items():
        parts = left.parts(row)
        told[head] = _rejects(estimate, np.linalg.norm(parts, axis=0), clusters.degrees(parts))
    parts = left.parts(np.eye(plan.kind.size))[:, plan.before]
    df = clusters.degrees(parts)
    before = multiplier_bootstrap.largest_zero(whole.estimate[plan.before], parts, 299, rng, df=df)
    told["before"] = before is not None and before[1] <= ALPHA
    parts = left.parts(plan_average(plan, Average.SINCE).coefficients)
    critical = multiplier_bootstrap.critical_value(parts, 1 - ALPHA, 299, rng)
    reach = multiplier_bootstrap.widened(critical, clusters.degrees(parts)) * np.linalg.norm(parts, axis=0)
    told["bands"] = bool((np.abs(since.estimate) > reach).any())
    return told | (_extended(panel) if extended else {})


def _extended(panel: JoiningPanel) -> dict[str, float]:
    """Of the extended model: both errors, single cells, and honest bounds that allow nothing."""
    robust, found = (extended_twfe.counts(panel, few=True, classical=one) for one in (True, False))
    if isinstance(robust, Statement) or isinstance(found, Statement):
        return {}
    after = (found.terms.since >= 0) * found.weight
    df = found.degrees((after / after.sum())[None, :])
    cells = found.degrees(np.eye(found.estimate.size))
    error = np.array([robust.std_error])
    return {
        "robust": _rejects(np.array([robust.average]), error, np.array([robust.clusters.df])),
        "extended": _rejects(np.array([found.average]), np.array([found.std_error]), df),
        "ext. cells": _rejects(found.estimate, np.sqrt(np.diag(found.covariance)), cells),
        "ext. honest": _honest(panel),
    }


def _honest(panel: JoiningPanel) -> float:
    """Whether straight lines ahead, continued, leave an effect where there is none."""
    led = extended_twfe.counts(panel, few=True, leads=True)
    if isinstance(led, Statement):
        return math.nan
    since = np.unique(led.terms.since)
    weight = (led.terms.since == since[:, None]) * led.weight
    weight = weight / weight.sum(axis=1, keepdims=True)
    covariance, df = weight @ led.covariance @ weight.T, int(led.degrees(weight).min())
    study = EventCoefficients(
        since, weight @ led.estimate, covariance, ratio=True, df=df, covariance_df=led.clusters.covariance_df
    )
    bounds = honest_bounds(study, m=[], over="first", restriction="smooth", conf_level=1 - ALPHA).bounds
    return math.nan if bounds.is_empty() else float(not bounds["conf_low"][0] <= 1 <= bounds["conf_high"][0])


def _rejects(estimate: NDArray[np.float64], error: NDArray[np.float64], df: NDArray[np.float64]) -> float:
    return float(np.mean(np.abs(estimate) > stats.t.ppf(1 - ALPHA / 2, df) * error))


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
    parser.add_argument("--table", choices=("joining", "unlike"), default="joining")
    parser.add_argument("--extended-draws", type=int, default=1000, help="panels for the extended model")
    given = parser.parse_args()
    (table if given.table == "joining" else table_unlike)(given)


def table_unlike(given: argparse.Namespace) -> None:
    """Areas of unlike size."""
    print(f"| areas | sizes | {' | '.join(HEADS)} |")
    print("|---|---|" + "---|" * len(HEADS))
    for design in UNLIKE:
        for unlike in SPREADS:
            shares = measure_unlike(
                design, given.mean, unlike, given.draws, seed=len(design), extended_draws=given.extended_draws
            )
            cells = " | ".join("–" if math.isnan(share) else f"{100 * share:.1f}" for share in shares)
            print(f"| {design} | {unlike} | {cells} |", flush=True)


def table(given: argparse.Namespace) -> None:
    """Errors beside exchanged dates."""
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
