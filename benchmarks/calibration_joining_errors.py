"""How often the errors that evalkit gives for staggered joining miss the truth: with effects, and in other worlds.

Panels as in ``calibration_staggered.py``, but only those that evalkit gives errors for are counted: panels are drawn
until there are so many, and ``given`` tells what share of all they are. ``jackknife`` and ``extended`` are the overall
averages of group-time effects and of the extended model, ``cells`` and ``ext. cells`` the share of their single cells,
and ``ext. honest`` honest bounds of the extended model (smooth, 0, first period); ``honest, known`` is the same without
widening for the covariance being estimated.

``again`` draws anew, with another seed, what stood out among few panels in the table of unlike sizes; ``effect`` has
joining multiply counts by 1.5; ``held-out`` has worlds that no rule was chosen on: other correlations, lengths, mean
counts, noise, groups and sizes.

    python benchmarks/calibration_joining_errors.py --table again --extended-draws 1000 --honest-draws 1000
    python benchmarks/calibration_joining_errors.py --table effect
    python benchmarks/calibration_joining_errors.py --table held-out
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evalkit.comparisons.event_coefficients import EventCoefficients
from evalkit.comparisons.honest import honest_bounds
from evalkit.inference import extended_twfe
from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average, plan_average
from evalkit.inference.group_time_jackknife import LeftOut
from evalkit.inference.joining_rule import Clusters
from evalkit.statements import Statement

ALPHA = 0.05
MOST_REFUSED = 20
"""Panels drawn for each that is wanted, before giving up."""
HEADS = ("jackknife", "cells", "extended", "ext. cells", "ext. honest", "honest, known")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How panels come about: ``dates`` of ``groups``, the last of which never joins."""

    dates: tuple[int, ...]
    groups: tuple[int, ...]
    sizes: float
    factor: float = 1.0
    periods: int = 12
    mean: float = 20.0
    noise: float = 0.3
    correlation: float = 0.5

    @property
    def words(self) -> str:
        """The first columns of its line."""
        groups = f"{sum(self.groups)}: {' '.join(map(str, self.groups[:-1]))}, {self.groups[-1]} never"
        return f"| {groups} | {self.periods} | {self.mean:g} | {self.noise} | {self.correlation} | {self.sizes} |"


THIRTY, FORTY = World(dates=(6,), groups=(10, 20), sizes=0.5), World(dates=(6,), groups=(20, 20), sizes=0.5)
TEN_EACH = World(dates=(4, 6, 8), groups=(10, 10, 10, 10), sizes=1.5)
SIXTY = World(dates=(4, 6, 8), groups=(10, 10, 10, 30), sizes=1.5)
TABLES = {
    "again": (SIXTY, TEN_EACH, THIRTY, replace(SIXTY, sizes=0.0), FORTY),
    "effect": tuple(
        replace(world, sizes=sizes, factor=1.5)
        for world in (World(dates=(4, 7), groups=(10, 10, 10), sizes=0.0), THIRTY, TEN_EACH, SIXTY)
        for sizes in (0.0, 1.5)
    ),
    "held-out": (
        World(dates=(3, 5), groups=(12, 11, 14), sizes=0.8, periods=8, correlation=0.3),
        World(dates=(3, 5), groups=(12, 11, 14), sizes=1.2, periods=8, correlation=0.7),
        World(dates=(3, 5), groups=(12, 11, 14), sizes=1.2, periods=8, correlation=0.7, mean=60.0, noise=0.5),
        World(dates=(5, 9, 13), groups=(10, 15, 11, 12), sizes=0.8, periods=18, correlation=0.7),
        World(dates=(5, 9, 13), groups=(10, 15, 11, 12), sizes=1.2, periods=18, correlation=0.3, mean=8.0),
        World(dates=(7,), groups=(12, 25), sizes=0.8, periods=10, correlation=0.7, mean=8.0, noise=0.2),
        World(dates=(7,), groups=(12, 25), sizes=1.2, periods=10, correlation=0.3, mean=60.0),
        World(dates=(2, 3), groups=(25, 18, 40), sizes=1.2, periods=6, correlation=0.7),
    ),
}


def draw(world: World, rng: np.random.Generator) -> JoiningPanel:
    """One panel, dates given to areas at random; the median area has ``mean`` events a period."""
    dates = rng.permutation(np.repeat([*world.dates, world.periods], world.groups)).astype(np.int64)
    exposure = np.repeat(np.exp(rng.normal(0, world.sizes, dates.size))[:, None], world.periods, axis=1) * world.mean
    deviation = rng.normal(0, world.noise, (dates.size, world.periods))
    kept = world.correlation
    for period in range(1, world.periods):
        deviation[:, period] = kept * deviation[:, period - 1] + math.sqrt(1 - kept**2) * deviation[:, period]
    logs = deviation + rng.normal(0, 0.3, (dates.size, 1)) + rng.normal(0, 0.1, world.periods)
    after = np.arange(world.periods) >= dates[:, None]
    counts = rng.poisson(exposure * np.exp(logs + math.log(world.factor) * after)).astype(float)
    return JoiningPanel(counts, exposure, dates, np.ones(dates.size), ratio=True)


def measure(world: World, draws: tuple[int, int, int], seed: int) -> dict[str, tuple[float, int]]:
    """By column, the share of panels that miss the truth, and of how many; ``given`` last.

    ``draws`` are panels with errors, for group-time effects, the extended model and honest bounds: the first so many.
    """
    rng, truth = np.random.default_rng(seed), math.log(world.factor)
    told: dict[str, list[float]] = {head: [] for head in HEADS}
    wanted, tried, found = max(draws), 0, 0
    while found < wanted and tried < MOST_REFUSED * wanted:
        panel = draw(world, rng)
        clusters = Clusters.of(panel.joined, world.periods, sizes=panel.top.sum(axis=1))
        tried += 1
        if not clusters.enough:
            continue
        missed = _jackknife(panel, clusters, truth) if found < draws[0] else {}
        missed |= _extended(panel, truth) if found < draws[1] else {}
        missed |= _honest(panel, truth) if found < draws[2] else {}
        found += 1
        for head, share in missed.items():
            if not math.isnan(share):
                told[head].append(share)
    shares = {head: (float(np.mean(each)) if each else math.nan, len(each)) for head, each in told.items()}
    return shares | {"given": (found / tried, tried)}


def _jackknife(panel: JoiningPanel, clusters: Clusters, truth: float) -> dict[str, float]:
    """Of group-time effects, overall and by cell after joining."""
    plan = plan_cells(panel.joined, panel.periods, never_only=False)
    whole = effects(panel, plan)
    left = LeftOut.of(panel, whole)
    overall = average(whole, Average.GROUP).overall
    if math.isnan(overall):
        return {}
    parts = left.parts(plan_average(plan, Average.GROUP).overall_coefficients[None, :])
    after = ~plan.before
    cells = left.parts(np.eye(plan.kind.size))[:, after]
    return {
        "jackknife": _missed(np.array([overall]) - truth, np.linalg.norm(parts, axis=0), clusters.degrees(parts)),
        "cells": _missed(whole.estimate[after] - truth, np.linalg.norm(cells, axis=0), clusters.degrees(cells)),
    }


def _extended(panel: JoiningPanel, truth: float) -> dict[str, float]:
    """Of the extended model, overall and by cell."""
    found = extended_twfe.counts(panel)
    if isinstance(found, Statement):
        return {}
    after = (found.terms.since >= 0) * found.weight
    df = found.degrees((after / after.sum())[None, :])
    error = np.sqrt(np.diag(found.covariance))
    return {
        "extended": _missed(np.array([found.average - truth]), np.array([found.std_error]), df),
        "ext. cells": _missed(found.estimate - truth, error, found.degrees(np.eye(error.size))),
    }


def _honest(panel: JoiningPanel, truth: float) -> dict[str, float]:
    """Whether straight lines ahead, continued, leave another effect than there is."""
    led = extended_twfe.counts(panel, leads=True)
    if isinstance(led, Statement):
        return {}
    since = np.unique(led.terms.since)
    weight = (led.terms.since == since[:, None]) * led.weight
    weight = weight / weight.sum(axis=1, keepdims=True)
    covariance, df = weight @ led.covariance @ weight.T, int(led.degrees(weight).min())
    # Against the truth, so that the search for a breakdown ends at once where the limits hold.
    estimate, told = weight @ led.estimate - truth * (since >= 0), {}
    for head, known in (("ext. honest", led.clusters.covariance_df), ("honest, known", None)):
        study = EventCoefficients(since, estimate, covariance, ratio=True, df=df, covariance_df=known)
        bounds = honest_bounds(study, m=[], over="first", restriction="smooth", conf_level=1 - ALPHA).bounds
        if not bounds.is_empty():
            told[head] = float(not bounds["conf_low"][0] <= 1 <= bounds["conf_high"][0])
    return told


def _missed(away: NDArray[np.float64], error: NDArray[np.float64], df: NDArray[np.float64]) -> float:
    return float(np.nanmean(np.abs(away) > stats.t.ppf(1 - ALPHA / 2, df) * error))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=tuple(TABLES), action="append", help="all when left out")
    parser.add_argument("--draws", type=int, default=1000, help="panels with errors")
    parser.add_argument("--extended-draws", type=int, default=200, help="of them, for the extended model")
    parser.add_argument("--honest-draws", type=int, default=100, help="of them, for honest bounds")
    parser.add_argument("--line", type=int, help="only this line, from 0")
    given = parser.parse_args()
    heads, draws = (*HEADS, "given"), (given.draws, given.extended_draws, given.honest_draws)
    print(f"| areas | periods | mean | noise | correlation | sizes | {' | '.join(heads)} |")
    print("|---" * (6 + len(heads)) + "|")
    for table in given.table or TABLES:
        print(f"| **{table}** |" + " |" * (5 + len(heads)))
        for line, world in enumerate(TABLES[table]):
            if given.line in {None, line}:
                told = measure(world, draws, seed=1000 + line)
                cells = (f"{100 * share:.1f} ({of})" if of else "–" for share, of in (told[head] for head in heads))
                print(f"{world.words} {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
