"""How often interrupted time series find a change that is not there, and hold one that is.

Prints the Markdown tables of ``docs/statistics/series.md``. Series have a Poisson or negative binomial distribution
with first-order autocorrelation made by thinning (Al-Osh and Alzaid 1987; McKenzie 1986), so that the counts themselves
have the mean, φ and ρ of the table.

    python benchmarks/calibration_series.py --draws 1000
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import seasons, segmented
from evalkit.inference.interrupted import Interrupted
from evalkit.inference.method import Method
from evalkit.inference.segmented import Segmented
from evalkit.inference.segments import Break, design

SIDES = ((24, 24), (36, 36))
MEANS, RHOS, PHIS = (1.0, 3.0, 10.0, 30.0), (0.0, 0.2, 0.4), (1.0, 2.0)
NAMES = ("level", "slope", "average", "excess")
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Setting:
    """A series: points on each side, mean, φ, ρ and the ratio at the break."""

    sides: tuple[int, int]
    mean: float
    phi: float
    rho: float
    ratio: float = 1.0


def draw(setting: Setting, rng: np.random.Generator) -> NDArray[np.int64]:
    """One series: each point is what comes again of the last and what is new; both parts add up to its distribution."""
    before, after = setting.sides
    means = np.repeat([setting.mean, setting.mean * setting.ratio], [before, after])
    counts = np.empty(before + after, dtype=np.int64)
    counts[0] = new(means[0], setting.phi, rng)
    for at in range(1, before + after):
        again = kept(int(counts[at - 1]), means[at - 1], setting, rng)
        counts[at] = again + new(means[at] - setting.rho * means[at - 1], setting.phi, rng)
    return counts


def new(mean: float, phi: float, rng: np.random.Generator) -> int:
    """Events of this mean and φ."""
    return int(rng.poisson(mean if phi == 1 else rng.gamma(mean / (phi - 1), phi - 1)))


def kept(last: int, mean: float, setting: Setting, rng: np.random.Generator) -> int:
    """How many of the last point's events, which had this mean, come again."""
    if setting.rho == 0:
        return 0
    size = mean / (setting.phi - 1) if setting.phi > 1 else np.inf
    share = setting.rho if setting.phi == 1 else rng.beta(size * setting.rho, size * (1 - setting.rho))
    return int(rng.binomial(last, share))


def fitted(counts: NDArray[np.int64], start: int, *, form: seasons.Season | None = None) -> Segmented | None:
    """As the public function fits by default; ``None`` for a refusal."""
    time = np.arange(counts.size)
    form = seasons.suited(counts.size, 12) if form is None else form
    terms = design(time, np.zeros(counts.size, dtype=np.intp), Break(start, start), seasons.terms(form, time, 12))
    found = segmented.fit(terms, counts, np.zeros(counts.size))
    return found if isinstance(found, Segmented) and segmented.refused(found) is None else None


def p_values(found: Interrupted) -> list[float]:
    """Of level, slope, average and excess."""
    numbers = (found.level(), found.slope(), found.average(), found.excess())
    return [number.p_value for number in numbers if number is not None and number.p_value is not None]


def rejections(setting: Setting, draws: int, rng: np.random.Generator) -> Iterator[str]:
    """The cells of one row: each estimate with the default errors, then the others as they are and as refused."""
    hits, other, guarded, refusals = np.zeros(4), np.zeros((2, 4)), np.zeros((2, 4)), 0
    for _ in range(draws):
        fit = fitted(draw(setting, rng), setting.sides[0])
        if fit is None:
            refusals += 1
            continue
        hits += np.array(p_values(Interrupted(fit))) < ALPHA
        for place, errors in enumerate((Method.QUASI_POISSON, Method.NEWEY_WEST)):
            changed = replace(fit, errors=errors)
            rejected = np.array(p_values(Interrupted(changed))) < ALPHA
            other[place] += rejected
            guarded[place] += rejected & (segmented.refused(changed) is None)
    yield " / ".join(f"{share:.1%}" for share in hits / draws)
    yield f"{refusals / draws:.0%}"
    for place in range(2):
        yield f"{other[place].max() / draws:.0%} → {guarded[place].max() / draws:.1%}"


def coverage(setting: Setting, draws: int, rng: np.random.Generator) -> Iterator[str]:
    """How often the limits hold the true level and average ratio, and the width of the average's as a factor."""
    held, widths = np.zeros(2), []
    for _ in range(draws):
        fit = fitted(draw(setting, rng), setting.sides[0])
        if fit is None:
            held += 1
            continue
        found = Interrupted(fit)
        both = (found.level(), found.average())
        held += [one.low <= setting.ratio <= one.high for one in both]
        widths.append(np.log(both[1].high / both[1].low))
    yield " / ".join(f"{share:.1%}" for share in held / draws)
    yield f"{np.exp(np.median(widths) / 2):.2f}"


def compared(setting: Setting, draws: int, rng: np.random.Generator) -> Iterator[str]:
    """Rejections beside one comparison series of three times the mean, both changing alike at the break."""
    there = replace(setting, mean=3 * setting.mean)
    hits = np.zeros(4)
    for _ in range(draws):
        own, other = fitted(draw(setting, rng), setting.sides[0]), fitted(draw(there, rng), setting.sides[0])
        if own is not None and other is not None:
            hits += np.array(p_values(Interrupted(own, other))) < ALPHA
    yield " / ".join(f"{share:.1%}" for share in hits / draws)


def table(title: str, head: str, rows: Iterator[tuple[str, Iterator[str]]]) -> None:
    print(f"\n{title}\n\n| {head} |\n" + "|---" * (head.count("|") + 1) + "|")
    for name, cells in rows:
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def named(setting: Setting) -> str:
    before, after = setting.sides
    return f"{before}+{after} | {setting.mean:g} | {setting.phi:g} | {setting.rho:g}"


GRID = tuple(Setting(s, m, p, r) for s in SIDES for m in MEANS for p in PHIS for r in RHOS)
BEYOND = (
    Setting((12, 12), 1.0, 2.0, 0.4),
    Setting((12, 12), 30.0, 2.0, 0.4),
    Setting((36, 12), 3.0, 2.0, 0.4),
    Setting((24, 24), 0.3, 1.0, 0.2),
    Setting((24, 24), 10.0, 4.0, 0.4),
    Setting((36, 36), 10.0, 4.0, 0.4),
    Setting((24, 24), 10.0, 2.0, 0.6),
    Setting((36, 36), 10.0, 2.0, 0.6),
    Setting((24, 24), 10.0, 2.0, 0.8),
    Setting((36, 36), 10.0, 2.0, 0.8),
    Setting((120, 60), 10.0, 2.0, 0.4),
)
CHANGED = tuple(replace(one, ratio=1.5) for one in GRID if one.mean in {1.0, 10.0})
BESIDE = tuple(replace(one, ratio=1.5) for one in GRID if one.mean in {3.0, 30.0} and one.phi > 1)
FIRST = "points | mean | φ | ρ | "
ALL = FIRST + " / ".join(NAMES)
ERRORS = ALL + " | refused | quasi: bare → refused | newey_west: bare → refused"
TABLES = (
    ("False positives at 5 %, 24+24 points", ERRORS, GRID[: len(GRID) // 2], rejections, 1.0),
    ("False positives at 5 %, 36+36 points", ERRORS, GRID[len(GRID) // 2 :], rejections, 1.0),
    ("Beyond the grid", ERRORS, BEYOND, rejections, 1.0),
    ("Coverage of a ratio of 1.5", FIRST + "level / average held | half width, factor", CHANGED, coverage, 0.5),
    ("False positives beside a comparison series that changes alike", ALL, BESIDE, compared, 0.5),
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20250905)
    parser.add_argument("--tables", nargs="*", type=int, default=[0, 1, 2, 3, 4], help="which, from 0")
    given = parser.parse_args()
    for number in given.tables:
        title, head, settings, cells, share = TABLES[number]
        # Each row has a seed of its own, so that a table can be made in parts.
        seeded = ((one, np.random.default_rng([given.seed, number, row])) for row, one in enumerate(settings))
        table(title, head, ((named(one), cells(one, int(given.draws * share), rng)) for one, rng in seeded))


if __name__ == "__main__":
    main()
