"""Whether the self-test tells the truth of D4 and D5, by simulation.

A line is a kind of world. Worlds of that kind are drawn (36 months before, 24 after); the self-test learns from the
time before of each and tries the design on it. Areas differ in size (log-normal), have shocks of their own in every
month and one that all share. ``exchangeable`` worlds give the measure to areas drawn by lot, so that the designs are
right there: the self-test should report coverage about 95 per cent and false alarms of at most about 5. In ``unlike``
worlds the treated areas vary far more than the others, and a fair self-test reports that the design fails there;
``real`` is what new counts from the world itself, whose areas have the true spreads, give. Cells are means over the
worlds; ``least`` and ``most`` are those of a single world. D5 exchanges 199 dates here, not 999.

    python benchmarks/calibration_selftest.py [--worlds 40] [--draws 100] [--designs D4 D5] [--lines 1 7]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

import evalkit as ek
from evalkit import columns
from evalkit.designs import REGISTRY, staggered
from evalkit.inference.shocks import shocks
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.selftest.history import History, learn, looked_at
from evalkit.selftest.trials import Worlds, trial
from evalkit.selftest.worlds import world
from evalkit.vocabulary import DateBasis, DesignId, Frequency, Role

BEFORE, AFTER = 36, 24
MONTHS = [date(2020 + month // 12, month % 12 + 1, 1) for month in range(BEFORE + AFTER)]
SERIES = ek.Series("B2", "N1", DateBasis.BESLUT)
DESIGNS = {DesignId.D4: (1, 25), DesignId.D5: (6, 14)}
"""Areas of the group and of the comparison."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of world: the variance of the areas' own shocks, their correlation, the common one's variance."""

    name: str
    own: float
    lasting: float
    common: float
    sizes: float = 0.7
    treated_times: float = 1.0


KINDS = (
    Kind("exchangeable, Poisson", 0.0, 0.0, 0.0),
    Kind("exchangeable", 0.1, 0.0, 0.0),
    Kind("exchangeable, shared shocks", 0.1, 0.0, 0.05),
    Kind("exchangeable, lasting 0.5", 0.1, 0.5, 0.05),
    Kind("exchangeable, lasting 0.8", 0.1, 0.8, 0.05),
    Kind("exchangeable, sizes alike", 0.1, 0.5, 0.05, sizes=0.0),
    Kind("unlike: treated vary 8 times as much", 0.1, 0.5, 0.0, sizes=0.0, treated_times=8.0),
)


def asked(design: DesignId) -> ek.Estimand:
    """An estimand of the design over areas ``a0`` and up."""
    few, many = DESIGNS[design]
    names = [f"a{number:02}" for number in range(few + many)]
    joins = tuple((unit, MONTHS[BEFORE + 3 * place]) for place, unit in enumerate(names[:few]))
    return ek.Estimand(
        id="E1",
        question=Text("?", "?"),
        series=SERIES,
        design=design,
        role=Role.PRIMARY,
        group=ek.Group("med", Text("med", "with"), tuple(names[:few])),
        comparison=ek.Group("utan", Text("utan", "without"), tuple(names[few:])),
        before=ek.Window("fore", Text("före", "before"), MONTHS[0], date(2022, 12, 31)),
        after=ek.Window("efter", Text("efter", "after"), MONTHS[BEFORE], date(2024, 12, 31)),
        joined=joins if design is DesignId.D5 else (),
    )


def means(kind: Kind, units: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Events expected a month of each area, about 10."""
    return 10 * np.exp(rng.normal(-(kind.sizes**2) / 2, kind.sizes, units))


def counts(kind: Kind, expected: NDArray[np.float64], treated: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Shape (areas, months); without an effect."""
    ones = np.ones(len(MONTHS))

    def factor(variance: float) -> NDArray[np.float64]:
        # With means of 1 a variance v is the dispersion 1 + v.
        return shocks(100 * ones, 1 + 100 * variance, kind.lasting * 100 * variance / (1 + 100 * variance), rng)

    together = factor(kind.common)
    own = [factor(kind.own * (kind.treated_times if at < treated else 1.0)) for at in range(expected.size)]
    return rng.poisson(expected[:, None] * together * np.array(own))


def panel(drawn: NDArray[np.int64], expected: NDArray[np.float64]) -> Panel:
    """The counts as evalkit takes them."""
    names = [f"a{number:02}" for number in range(len(drawn))]
    frame = pl.DataFrame(
        {
            "series": SERIES.key,
            "metric": "B2",
            "category": None,
            "unit_id": np.repeat(names, len(MONTHS)),
            "period": MONTHS * len(drawn),
            "count": drawn.ravel(),
            "cases": None,
            "largest_case": None,
            "status": "value",
            "qualifier": "exact",
            "exposure": np.repeat(100 * expected, len(MONTHS)),
            "exposure_status": "value",
            "exposure_qualifier": "exact",
        },
        schema=columns.PANEL,
        strict=False,
    )
    return Panel(frame, Frequency.MONTH, (SERIES,), tuple((name, name) for name in names), synthetic=True)


def told(item: ek.Estimand, grid: Panel, draws: int, factor: float, seed: int) -> tuple[float, float, float] | None:
    """Coverage, share that excludes 1, and the middle of the estimates, as the self-test reports them."""
    before = item.before
    if before is None:
        return None
    item = looked_at(item, grid, before)
    history = learn(item, grid, before)
    if not isinstance(history, History):
        return None
    drawn = Worlds(world(item, grid, history, before), draws, np.random.default_rng(seed))
    found = trial(item, drawn, factor, 0.95)
    if found.coverage is None or found.excludes_one is None or found.median is None:
        return None
    return found.coverage, found.excludes_one, found.median


def real(kind: Kind, item: ek.Estimand, worlds: int, rng: np.random.Generator) -> float:
    """The share of false alarms of the design in new worlds of this kind."""
    few = len(item.group.units)
    alarms = []
    for _ in range(worlds):
        expected = means(kind, sum(DESIGNS[item.design]), rng)
        found = REGISTRY[item.design].estimate(item, panel(counts(kind, expected, few, rng), expected), 0.95)
        if found.conf_low is not None and found.conf_high is not None:
            alarms.append(found.conf_low > 1 or found.conf_high < 1)
    return float(np.mean(alarms))


def line(kind: Kind, design: DesignId, worlds: int, draws: int) -> str:
    """One line of the table."""
    item, few = asked(design), DESIGNS[design][0]
    rng = np.random.default_rng([KINDS.index(kind), few])
    quiet, doubled = [], []
    for number in range(worlds):
        expected = means(kind, sum(DESIGNS[design]), rng)
        grid = panel(counts(kind, expected, few, rng), expected)
        for factor, kept in ((1.0, quiet), (2.0, doubled)):
            one = told(item, grid, draws, factor, number)
            if one is not None:
                kept.append(one)
    none, two = 100 * np.array(quiet), 100 * np.array(doubled)
    cells = (
        f"{none[:, 0].mean():.1f} ({none[:, 0].min():.0f})",
        f"{none[:, 1].mean():.1f} ({none[:, 1].max():.0f})",
        f"{100 * real(kind, item, 10 * worlds, rng):.1f}",
        f"{two[:, 0].mean():.1f} ({two[:, 0].min():.0f})",
        f"{two[:, 1].mean():.0f}",
        f"{two[:, 2].mean() / 100:.2f}",
    )
    return f"| {design} | {kind.name} | {' | '.join(cells)} |"


def main() -> None:
    """Write the table."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--worlds", type=int, default=40)
    given.add_argument("--draws", type=int, default=100)
    given.add_argument("--designs", nargs="+", default=[design.value for design in DESIGNS])
    given.add_argument("--lines", type=int, nargs="+", default=list(range(1, len(KINDS) + 1)), help="kinds, from 1")
    chosen = given.parse_args()
    staggered.DRAWS = 199
    write = sys.stdout.write
    heads = ("design", "worlds", "coverage, no effect (least)", "false alarms (most)", "real false alarms")
    heads += ("coverage, doubled (least)", "seen, doubled", "median, doubled")
    write(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for design in chosen.designs:
        for number in chosen.lines:
            write(line(KINDS[number - 1], DesignId(design), chosen.worlds, chosen.draws) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
