"""How often the placebo tests reject when nothing happened: synthetic control and synthetic difference in differences.

Units have a level, a shared season and an autocorrelated (AR(1)) course of their own (standard deviation 0.2 on the log
scale); counts vary φ times as much as chance around it. ``sizes`` is the standard deviation of the units' log sizes;
the mean is that of the median unit in a period. There are 12 periods after the start. Nothing happens to anyone, so
every rejection is false. Limits hold an effect if and only if it is not rejected once it is taken away, so their
coverage is 100 less the figure.

Each unit in turn is the treated one. ``any`` is a unit drawn by lot, ``low`` and ``top`` are the quarters with the
fewest and the most events, all among those that evalkit tests; ``untested`` are those that it does not test because
they are too large. ``ratio`` and ``gap`` are the published statistics (mean squared gap after to before, and mean gap)
for the smallest and the largest unit. Per cent at 5 %; refused is the share of all units without a test.

    python benchmarks/calibration_synthetic.py [panels] [--methods control] [--donors 20]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from evalkit.comparisons.synthetic import FEWEST_EVENTS, placebo_statements, too_large
from evalkit.inference import synthetic_did
from evalkit.inference.placebo import place
from evalkit.inference.synthetic_control import DonorPanel, every_unit

SPREAD, LEVELS, CAP, AFTER = 0.2, 0.4, 0.5, 12
ALPHA, FEW = 0.05, 20
NOISE = ((1.0, 0.0), (2.0, 0.4), (4.0, 0.6), (1.0, 0.8))
PLACES = ("any", "low", "top", "untested")

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table."""

    donors: int
    before: int
    mean: float
    phi: float
    rho: float
    sizes: float


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Rates of shape ``(units, periods)``, and the events of each unit before the start."""

    rates: Numbers
    events: Numbers


def null_panel(setting: Setting, rng: np.random.Generator) -> Drawn:
    """A panel where nothing happens to any unit."""
    units, periods = setting.donors + 1, setting.before + AFTER
    course = rng.normal(size=(units, periods))
    for period in range(1, periods):
        fresh = np.sqrt(1 - setting.rho**2) * course[:, period]
        course[:, period] = setting.rho * course[:, period - 1] + fresh
    season = 0.2 * np.sin(2 * np.pi * np.arange(periods) / 12)
    level = rng.normal(scale=LEVELS, size=(units, 1))
    size = setting.mean * np.exp(rng.normal(scale=setting.sizes, size=(units, 1)))
    mean = size * np.exp(level + season + SPREAD * course - SPREAD**2 / 2)
    drawn = mean if setting.phi == 1 else rng.gamma(mean / (setting.phi - 1), setting.phi - 1)
    counts = rng.poisson(drawn)
    return Drawn(counts / size, counts[:, : setting.before].sum(axis=1))


def tested(panel: Drawn, before: int, *, demeaned: bool) -> NDArray[np.bool_]:
    """Which units evalkit would test, if they are not too large."""
    means = panel.rates[:, :before].mean(axis=1)
    inside = (means > means.min()) & (means < means.max())
    return np.asarray((inside | demeaned) & (panel.events >= FEWEST_EVENTS))


def rejected(statistics: Numbers) -> NDArray[np.bool_]:
    """For each unit whether its statistic is extreme among the others'."""
    others = [np.delete(statistics, row) for row in range(len(statistics))]
    ranks = [place(float(own), rest) for own, rest in zip(statistics, others, strict=True)]
    return np.array(ranks) <= ALPHA * len(statistics) + 1e-9


def statistics_of(rates: Numbers, before: int, *, demeaned: bool) -> dict[str, Numbers]:
    """The three statistics of every unit.

    A row that nobody may have as a donor is put first and left out, so that all units are fitted alike: from all the
    others. That a donor is in truth fitted without the treated unit changes the figures by less than half a point.
    """
    found = every_unit(DonorPanel(np.vstack([rates[:1], rates]), before), cap=CAP, demeaned=demeaned)
    return {
        "evalkit": found.scaled_effect[1:],
        "ratio": found.ratio[1:],
        "gap": np.abs(found.effect[1:]),
    }


def did_statistics(rates: Numbers, before: int) -> dict[str, Numbers]:
    """Effects over their errors, and bare effects, of every unit by synthetic difference in differences."""
    effects, errors = synthetic_did.placebos(rates, before=before, cap=CAP)
    return {"evalkit": np.abs(effects) / errors, "gap": np.abs(effects)}


@dataclass(frozen=True, slots=True)
class Shares:
    """Per cent rejected by place, the published statistics for the smallest and largest, per cent without a test."""

    places: dict[str, float]
    published: dict[str, tuple[float, float]]
    refused: float


def measure(setting: Setting, panels: int, rng: np.random.Generator, method: str) -> Shares:
    """One line of the table."""
    places: dict[str, list[bool]] = {name: [] for name in PLACES}
    published: dict[str, list[tuple[bool, bool]]] = {}
    without = 0.0
    for _ in range(panels):
        panel = null_panel(setting, rng)
        found = (
            did_statistics(panel.rates, setting.before)
            if method == "did"
            else statistics_of(panel.rates, setting.before, demeaned=method == "demeaned")
        )
        order, last = np.argsort(np.argsort(panel.events, kind="stable")), len(panel.events) - 1
        may = tested(panel, setting.before, demeaned=method != "control")
        large = np.array([too_large(own, np.delete(panel.events, row)) for row, own in enumerate(panel.events)])
        without += 1 - (may & ~large).mean()
        hit = rejected(found.pop("evalkit"))
        groups = (order <= last, order < len(order) // 4, order > last * 3 // 4)
        for name, group in zip(PLACES, (*(one & ~large for one in groups), large), strict=True):
            places[name].extend(hit[group & may])
        for name, values in found.items():
            both = rejected(values)
            published.setdefault(name, []).append((both[order.argmin()], both[order.argmax()]))
    told = {name: 100 * float(np.mean(hits)) if hits else float("nan") for name, hits in places.items()}
    others = {name: (100 * np.mean(hits, axis=0)).tolist() for name, hits in published.items()}
    return Shares(told, {name: (low, high) for name, (low, high) in others.items()}, 100 * without / panels)


def settings(method: str, donors: int) -> Iterator[Setting]:
    """The lines: all of them for synthetic control beside 20 donors, fewer where they take longer."""
    lengths = (12, 36) if method == "control" else (12,)
    for before, mean, (phi, rho) in product(lengths, (3.0, 20.0), NOISE):
        if donors == FEW or (method == "control" and mean > 3):  # noqa: PLR2004
            yield Setting(donors, before, mean, phi, rho, 1.0)
    if method == "control":
        yield from (Setting(donors, before, 20.0, 4.0, 0.6, 0.0) for before in lengths)


def table(method: str, panels: int, wanted: list[int]) -> None:
    """Print one table."""
    others = ("gap",) if method == "did" else ("ratio", "gap")
    heads = (
        "donors",
        "before",
        "mean",
        "φ",
        "ρ",
        "sizes",
        *PLACES,
        *(f"{name}: smallest / largest" for name in others),
    )
    print(f"\n{method}\n\n| {' | '.join(heads)} | refused |\n" + "|---" * (len(heads) + 1) + "|")
    lines = (one for donors in wanted for one in settings(method, donors))
    for at, setting in enumerate(lines):
        told = measure(setting, panels, np.random.default_rng([20251126, setting.donors, at]), method)
        line = [f"{value:g}" for value in (setting.donors, setting.before, setting.mean, setting.phi, setting.rho)]
        cells = [f"{told.places[name]:.1f}" for name in PLACES]
        pairs = ["{:.1f} / {:.1f}".format(*told.published[name]) for name in others]
        print(f"| {' | '.join([*line, f'{setting.sizes:g}', *cells, *pairs])} | {told.refused:.0f} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("panels", nargs="?", type=int, default=400)
    parser.add_argument("--methods", nargs="*", default=["control", "demeaned", "did"])
    parser.add_argument("--donors", nargs="*", type=int, default=[FEW, 60])
    given = parser.parse_args()
    assert placebo_statements(10, ALPHA), "ten donors are refused a test, so they have no line"  # noqa: S101
    for method in given.methods:
        table(method, given.panels, given.donors)


if __name__ == "__main__":
    main()
