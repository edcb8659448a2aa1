"""How often errors by cluster reject what is true, by simulation: few treated areas, areas of unlike size.

Areas counted over 12 periods, half of them after the start; counts vary more than chance (log-normal, standard
deviation 0.25, correlated 0.5 from one period to the next) around a level of each area (equal, or log-normal with
standard deviation 1, drawn anew for each panel). Two-way fixed effects for counts, no effect. ``sandwich`` is CR1 with
Student's t on G - 1, ``jackknife`` CV3 with the same, both whatever the numbers; ``evalkit`` is the jackknife with the
degrees of freedom of its smaller side where it is not refused, and ``given`` in what share of panels that is.

``--table wild`` puts the restricted wild bootstrap of the scores (Rademacher, 399 draws) in their place, overall and
among the panels that the jackknife is refused for (``where refused``) or not; ``low`` and ``high`` are the shares
rejected with an estimate below and above the truth.

    python benchmarks/calibration_clusters.py --draws 2000
    python benchmarks/calibration_clusters.py --table wild --draws 300
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from unittest import mock

import numpy as np
from scipy import stats

from evalkit.inference import cluster_jackknife, cluster_robust, fixed_effects, wild_cluster
from evalkit.inference.absorbing import Effects
from evalkit.statements import Statement

PERIODS = 12
ALPHA = 0.05
SIDES = ((10, 3), (10, 5), (20, 2), (20, 4), (20, 5), (20, 10), (40, 5), (40, 8), (40, 20))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Shares of panels in which no effect was rejected, and in which evalkit gives a number."""

    sandwich: float
    jackknife: float
    evalkit: float
    given: float


def counts(areas: int, rng: np.random.Generator, *, unlike: bool, mean: float = 10.0) -> np.ndarray:
    """One panel, shape ``(areas * PERIODS,)``, area by area."""
    noise = rng.standard_normal((areas, PERIODS))
    for period in range(1, PERIODS):
        noise[:, period] = 0.5 * noise[:, period - 1] + math.sqrt(0.75) * noise[:, period]
    sizes = np.exp(rng.standard_normal(areas)) if unlike else np.ones(areas)
    return rng.poisson(mean * sizes[:, None] * np.exp(0.25 * noise)).ravel()


def measure(areas: int, treated: int, draws: int, seed: int, *, unlike: bool) -> Calibrated:
    """One line of the table."""
    rng = np.random.default_rng(seed)
    unit, period = np.repeat(np.arange(areas), PERIODS), np.tile(np.arange(PERIODS), areas)
    on = (unit < treated) & (period >= PERIODS // 2)
    effects = Effects.of(unit, period)
    sandwich, jackknife, ours = [], [], []
    for _ in range(draws):
        fit = fixed_effects.poisson(counts(areas, rng, unlike=unlike), on[:, None].astype(float), effects)
        plain = cluster_robust.clustered(fit, 0, unit, on)
        with mock.patch.object(cluster_jackknife, "LEAST_EFFECTIVE", 1.0):
            bare = cluster_jackknife.jackknifed(fit, 0, unit, on)
        if isinstance(plain, Statement) or isinstance(bare, Statement):
            continue
        sandwich.append(plain.p_value <= ALPHA)
        jackknife.append(2 * stats.t.sf(abs(bare.estimate / bare.std_error), areas - 1) <= ALPHA)
        found = cluster_jackknife.jackknifed(fit, 0, unit, on)
        if not isinstance(found, Statement):
            ours.append(found.p_value <= ALPHA)
    given = len(ours) / draws
    return Calibrated(np.mean(sandwich), np.mean(jackknife), np.mean(ours) if ours else math.nan, given)


def measure_wild(areas: int, treated: int, draws: int, seed: int, *, unlike: bool) -> list[float]:
    """One line of the table of the wild bootstrap: rejected, low, high, where refused, where given, given."""
    rng = np.random.default_rng(seed)
    unit, period = np.repeat(np.arange(areas), PERIODS), np.tile(np.arange(PERIODS), areas)
    on = (unit < treated) & (period >= PERIODS // 2)
    effects, matrix = Effects.of(unit, period), on[:, None].astype(float)
    rejected, above, refused = [], [], []
    for number in range(draws):
        scheme = wild_cluster.Scheme(draws=399, seed=number, interval=False)
        numbers = counts(areas, rng, unlike=unlike)
        found = wild_cluster.poisson(numbers, matrix, effects, term=0, clusters=unit, treated=on, scheme=scheme)
        if isinstance(found, Statement):
            continue
        rejected.append(found.p_value <= ALPHA)
        above.append(found.estimate > 0)
        fit = fixed_effects.poisson(numbers, matrix, effects)
        refused.append(isinstance(cluster_jackknife.jackknifed(fit, 0, unit, on), Statement))
    told, high, none = (np.array(each, dtype=bool) for each in (rejected, above, refused))
    parts = (told, told & ~high, told & high, told[none], told[~none], ~none)
    return [float(part.mean()) if part.size else math.nan for part in parts]


def table_wild(draws: int) -> None:
    """The wild bootstrap."""
    print("| areas | treated | sizes | wild | low | high | where refused | where given | given |")
    print("|---" * 9 + "|")
    for areas, treated in SIDES:
        for unlike in (False, True):
            told = measure_wild(areas, treated, draws, seed=100 * areas + 2 * treated + unlike, unlike=unlike)
            cells = " | ".join("–" if math.isnan(share) else f"{100 * share:.1f}" for share in told)
            print(f"| {areas} | {treated} | {'unlike' if unlike else 'equal'} | {cells} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--table", choices=("errors", "wild"), default="errors")
    given = parser.parse_args()
    if given.table == "wild":
        table_wild(given.draws)
        return
    print("| areas | treated | sizes | sandwich | jackknife | evalkit | given |")
    print("|---|---|---|---|---|---|---|")
    for areas, treated in SIDES:
        for unlike in (False, True):
            told = measure(areas, treated, given.draws, seed=100 * areas + 2 * treated + unlike, unlike=unlike)
            shares = (getattr(told, name) for name in told.__slots__)
            cells = " | ".join("refused" if math.isnan(share) else f"{100 * share:.1f}" for share in shares)
            print(f"| {areas} | {treated} | {'unlike' if unlike else 'equal'} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
