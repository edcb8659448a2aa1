"""How often the defaults hold the truth in settings that no rule was chosen on, as one Markdown table.

The tables of the other ``coverage_*`` scripts were looked at while the defaults were chosen. Here everything is
another: expected numbers, exposure ratios, true values, group sizes, strata, φ, shapes of waits, shares censored and
seeds. Rates, pairs of rates and proportions are summed over every outcome; the rest is simulated. What a line, a cell
and a refusal are: ``benchmarks/coverage_tables.py``; the least setting of what is simulated has the luck of the draw
in it.

    python benchmarks/coverage_held_out.py
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
from coverage_adjustment import counted
from coverage_proportions import limits, pair, single
from coverage_rates import outcomes
from coverage_tables import LEVEL, Share
from numpy.typing import NDArray
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from evalkit.inference import (
    competing,
    durations,
    mean_durations,
    proportion_pairs,
    rate_differences,
    rates,
    ratios,
    standardised,
    stratified,
    two_by_two,
)
from evalkit.inference.groups import Groups
from evalkit.inference.intervals import Intervals
from evalkit.inference.method import Method
from evalkit.inference.risk_sets import RiskSets, gather
from evalkit.inference.strata import Strata
from evalkit.inference.summed import CellSeries, compare

MEANS = (0.8, 1.7, 5.5, 17.0, 60.0)
BAND = (0.85, 0.97, 1.12, 1.3)
EXPOSURE_RATIOS = (0.03, 0.15, 0.7, 1.6, 7.0, 30.0)
RATIOS = (0.35, 0.8, 1.3, 3.0)
DEVELOPMENTS = (0.7, 1.5)
SIZES = (13, 35, 120, 700)
PAIRS_OF_SIZES = ((15, 130), (80, 35), (45, 45))
SHARE_RATIOS = (0.4, 0.85, 1.0)
UNEVEN = (1.5, 3.0, 6.0)
PERIODS = ((4, 7), (10, 5), (20, 30))
UNITS = (7, 18, 70)
CENSORED = (0.15, 0.6)
WAITS = (stats.lognorm(0.9, scale=25), stats.weibull_min(1.4, scale=40), stats.gamma(0.5, scale=60))
QUANTILES = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85)
OF_CAUSE = 0.35

Rng = np.random.Generator
Line = list[Share]


def of_rates(mean: float) -> Iterator[Share]:
    counts = np.arange(int(3 * mean + 60))
    found = rates.score(counts, 1.0, LEVEL)
    for true in mean * np.geomspace(0.8, 1.3, 101):
        held = (found.low <= true) & (true <= found.high)
        yield Share(float((stats.poisson.pmf(counts, true) * held).sum()))


def of_pairs(method: Callable[..., Intervals], mean: float, *, is_ratio: bool) -> Iterator[Share]:
    for exposure, ratio, times in product(EXPOSURE_RATIOS, RATIOS, BAND):
        base = mean * times
        first, second, probability = outcomes(base * exposure * ratio, base)
        found = method(first, exposure, second, 1.0, LEVEL)
        truth = ratio if is_ratio else base * (ratio - 1)
        yield Share.summed((found.low <= truth) & (truth <= found.high), found.is_estimated, probability)


def of_two_ratios(mean: float, draws: int, rng: Rng) -> Iterator[Share]:
    for exposure, ratio, development, after in product((0.2, 0.7, 5.0), RATIOS, DEVELOPMENTS, (0.5, 2.5)):
        exposures = np.array([exposure * after, exposure, after, 1.0])
        true = mean * exposures * np.array([ratio * development, 1.0, development, 1.0])
        counts = rng.poisson(true[:, None], (4, draws))
        yield Share.of(two_by_two.score(counts, exposures[:, None], LEVEL, null=None), ratio)


def of_proportions(mean: float) -> Iterator[Share]:
    for size in SIZES:
        true = mean * np.geomspace(0.8, 1.3, 41) / size
        yield from (Share(float(one)) for one in single("wilson", size, true[true < 1]))


def of_two_proportions(method: str, mean: float) -> Iterator[Share]:
    for size, size_ref in PAIRS_OF_SIZES:
        true = mean * np.array(BAND) / size_ref
        if true.max() >= 1:
            continue
        table = limits(getattr(proportion_pairs, method), size, size_ref)
        for times in SHARE_RATIOS:
            held, refused = pair(method, table, times, true)
            yield from (Share(float(one), float(none)) for one, none in zip(held, refused, strict=True))


class Shapes:
    """Strata as they come: seven of random mixes on the sides and log-normal rates."""

    strata = 7

    def __init__(self, mean: float, rng: Rng) -> None:
        self.mix, self.mix_ref, self.weights = rng.dirichlet(np.full(self.strata, 0.8), 3)
        rates = rng.lognormal(0, 0.8, self.strata)
        self.rates = rates * mean / float(self.mix_ref @ rates)


def of_strata(name: str, mean: float, draws: int, rng: Rng) -> Iterator[Share]:
    for exposure, ratio, _ in product((0.15, 0.6, 3.0), RATIOS, range(2)):
        shape = Shapes(mean, rng)
        groups = Groups(np.repeat(np.arange(draws), shape.strata), draws)
        exposed, exposed_ref = np.tile(shape.mix * exposure, draws), np.tile(shape.mix_ref, draws)
        rate, weights = np.tile(shape.rates, draws), np.tile(shape.weights, draws)
        added = (ratio - 1) * mean if name == "difference" and ratio > 1 else 0.0
        own = rate + added if name == "difference" else ratio * rate
        first, second = rng.poisson(own * exposed), rng.poisson(rate * exposed_ref)
        sides = Strata(first, exposed, second, exposed_ref)
        if name == "ratio":
            yield Share.of(stratified.ratio(sides, groups, LEVEL, method=Method.SCORE).intervals, ratio)
        elif name == "difference":
            found = stratified.difference(sides, groups, LEVEL, method=Method.SCORE, null=0.0).intervals
            yield Share.of(found, added)
        elif name == "standardised ratio":
            both = ((first, exposed), (second, exposed_ref))
            yield Share.of(standardised.rate_ratio(both, weights, groups, LEVEL, method=Method.MIDP), ratio)
        else:
            found = standardised.rate(second, exposed_ref, weights, groups, LEVEL, method=Method.SCORE)
            yield Share.of(found, float(shape.rates @ shape.weights / shape.weights.sum()))


def of_plan(cells: int, mean: float, draws: int, rng: Rng) -> Iterator[Share]:
    """The plan's rule; ``mean`` is that of a period. The sides differ in periods and in level."""
    for phi, periods, ratio in product(UNEVEN, PERIODS, (0.6, 1.0)):
        levels = np.array([ratio, 1.0, 2.2, 2.2])[:cells] * mean
        lengths = (*periods, *periods)[:cells]
        held, given = np.zeros(draws, bool), np.zeros(draws, bool)
        for at in range(draws):
            series = [
                CellSeries(counted(np.full(length, level), phi, rng), np.ones(length))
                for length, level in zip(lengths, levels, strict=True)
            ]
            found = compare(series, conf_level=LEVEL).interval
            given[at] = found is not None
            held[at] = found is not None and found.low <= ratio <= found.high
        yield Share.among(held, given)


def waits(hazard: object, size: int, censored: float, draws: int, rng: Rng) -> tuple[NDArray[np.float64], NDArray]:
    """Days seen and whether the end was seen; units start evenly over so long a time that the share is censored."""
    full = hazard.rvs(size * draws, random_state=rng)
    longest = brentq(lambda last: quad(hazard.sf, 0, last)[0] / last - censored, 1, 1e5)
    follow_up = rng.uniform(0, longest, full.size)
    return np.minimum(full, follow_up), (full <= follow_up).astype(np.int64)


def sets(hazard: object, size: int, censored: float, draws: int, rng: Rng) -> RiskSets:
    days, event = waits(hazard, size, censored, draws, rng)
    return gather(days, event, np.repeat(np.arange(draws), size))


def of_waits(name: str, size: int, draws: int, rng: Rng) -> Iterator[Share]:
    for hazard, censored in product(WAITS, CENSORED):
        waiting = durations.kaplan_meier(sets(hazard, size, censored, draws, rng))
        if name == "survival":
            for share in QUANTILES:
                day = float(hazard.isf(share))
                yield Share.of(durations.at(waiting, day, LEVEL, Method.LOG_LOG), share)
        elif name == "median":
            yield Share.of(durations.quantile(waiting, 0.5, LEVEL, Method.LOG_LOG), float(hazard.median()))
        else:
            yield from of_means(name, waiting, (hazard, 2 * size, censored), draws, rng)


def of_means(
    name: str, waiting: durations.Waiting, beside: tuple[object, int, float], draws: int, rng: Rng
) -> Iterator[Share]:
    """Up to 15 and 35 days; the other side has twice as many units and the same waits."""
    other = durations.kaplan_meier(sets(*beside, draws, rng)) if name == "difference of means" else None
    for day in (15.0, 35.0):
        if other is None:
            truth = quad(beside[0].sf, 0, day)[0]
            yield Share.of(mean_durations.mean(waiting, day, LEVEL, Method.LOGIT), truth)
        else:
            sides = [mean_durations.means(side, day) for side in (waiting, other)]
            yield Share.of(mean_durations.difference(*sides, LEVEL, Method.MOVER), 0.0)


def of_causes(size: int, draws: int, rng: Rng) -> Iterator[Share]:
    for hazard, censored in product(WAITS, CENSORED):
        days, event = waits(hazard, size, censored, draws, rng)
        cause = event * np.where(rng.random(days.size) < OF_CAUSE, 1, 2)
        found = competing.aalen_johansen(gather(days, cause, np.repeat(np.arange(draws), size), causes=2), 1)
        for share in QUANTILES:
            yield Share.of(competing.at(found, float(hazard.isf(share)), LEVEL), OF_CAUSE * (1 - share))


def row(name: str, unit: str, places: Sequence[float], cover: Callable[[float], Iterator[Share]]) -> str:
    """Of one default: the mean of every line with the least setting in brackets, and what was refused, line by line."""
    cells, nothing = [], []
    for place in places:
        found = list(cover(place))
        held = [one.held for one in found if not math.isnan(one.held)]
        cells.append(f"{100 * np.mean(held):.1f} ({100 * min(held):.1f})" if held else "–")
        nothing.append(f"{abs(100 * np.mean([one.refused for one in found])):.0f}" if found else "–")
    return f"| {name} | {unit} | {' · '.join(cells)} | {' · '.join(nothing)} |"


def rows(draws: int, rng: Rng) -> Iterator[str]:
    """Every row of the table."""
    few = max(draws // 5, 50)
    events = (f"events {', '.join(f'{mean:g}' for mean in MEANS)}", MEANS)
    yield row("`rate` score", *events, of_rates)
    yield row("`rate_ratio` score", *events, lambda mean: of_pairs(ratios.score, mean, is_ratio=True))
    yield row("`rate_difference` score", *events, lambda mean: of_pairs(rate_differences.score, mean, is_ratio=False))
    yield row("`ratio_of_rate_ratios` score", *events, lambda mean: of_two_ratios(mean, draws, rng))
    yield row("`proportion` wilson", *events, of_proportions)
    for name, method in (("difference", "miettinen_nurminen"), ("ratio", "ratio")):
        yield row(f"`proportion_{name}`", *events, lambda mean, of=method: of_two_proportions(of, mean))
    for told, name in (
        ("`stratified_rate_ratio` score", "ratio"),
        ("`stratified_rate_difference` score", "difference"),
        ("`standardised_rate` score", "standardised rate"),
        ("`standardised_rate_ratio` midp", "standardised ratio"),
    ):
        yield row(told, *events, lambda mean, of=name: of_strata(of, mean, draws, rng))
    periods = "events a period 1.7, 5.5, 17", MEANS[1:4]
    for told, cells in (("a plan's ratio", 2), ("a plan's ratio of ratios", 4)):
        yield row(f"{told}, φ 1.5–6", *periods, lambda mean, of=cells: of_plan(of, mean, few, rng))
    units = (f"units {', '.join(f'{size}' for size in UNITS)}", UNITS)
    for told, name in (
        ("`survival` log_log", "survival"),
        ("median", "median"),
        ("`rmst` logit", "mean"),
        ("`rmst_difference` mover", "difference of means"),
    ):
        yield row(told, *units, lambda size, of=name: of_waits(of, int(size), draws, rng))
    yield row("`cumulative_incidence`", *units, lambda size: of_causes(int(size), draws, rng))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7_300_411)
    given = parser.parse_args()
    print("| default | lines | coverage of each line, mean (least setting) | refused, % |\n|---|---|---|---|")
    for told in rows(given.draws, np.random.default_rng(given.seed)):
        print(told, flush=True)


if __name__ == "__main__":
    main()
