"""How often the placebo test of one treated area finds what is not there, and what its limits hold, by simulation.

Areas differ in size (log-normal, standard deviation 1) and have 24 periods, the start in the middle; nothing happens.
The treated is the smallest, the median or the largest area. φ is that of an average area's period: with ``counts`` the
variance is φ times the mean in every area; with ``levels`` areas wander in per cent, correlated 0.4 from one period to
the next, so that φ grows with size. ``poisson`` is the same test with Poisson's spread instead of the one estimated by
size. At 5 per cent, with 10 areas at 10 per cent, the least there can be; evalkit refuses 10 areas at 95 per cent.

    python benchmarks/calibration_panel.py [panels [events]]    with ``events`` only the robust event study
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import event_study
from evalkit.inference.randomisation import Changes, placebo
from evalkit.statements import Statement

PERIODS, MEAN, CORRELATION, ALPHA = 24, 5.0, 0.4, 0.05
LARGE, TREATED = 300, 30
PLACES = {"smallest": 0.0, "median": 0.5, "largest": 1.0}


def sizes(rng: np.random.Generator, units: int, place: str, spread: float = 1.0) -> NDArray[np.float64]:
    """Events expected per period of each area, the treated first."""
    drawn = np.sort(MEAN * np.exp(rng.normal(-(spread**2) / 2, spread, units)))
    at = round(PLACES[place] * (units - 1))
    return np.r_[drawn[at], np.delete(drawn, at)]


def quiet(rng: np.random.Generator, expected: NDArray[np.float64], kind: str, phi: float) -> NDArray[np.float64]:
    """Counts, shape (areas, periods)."""
    means = np.repeat(expected[:, None], PERIODS, axis=1)
    if phi == 1:
        return rng.poisson(means).astype(float)
    if kind == "counts":
        return rng.negative_binomial(means / (phi - 1), 1 / phi).astype(float)
    noise = rng.normal(size=means.shape)
    for period in range(1, PERIODS):
        noise[:, period] = CORRELATION * noise[:, period - 1] + np.sqrt(1 - CORRELATION**2) * noise[:, period]
    spread = np.log1p((phi - 1) / MEAN)
    return rng.poisson(means * np.exp(np.sqrt(spread) * noise - spread / 2)).astype(float)


def changes(counts: NDArray[np.float64], ratio: float = 1.0) -> Changes:
    """Sums before and after; a ratio other than 1 is taken out of the treated's exposure."""
    ones = np.ones(len(counts))
    after = np.r_[ratio, ones[1:]]
    return Changes(counts[:, : PERIODS // 2].sum(axis=1), counts[:, PERIODS // 2 :].sum(axis=1), ones, after)


def rejects(rng: np.random.Generator, found: Changes, level: float, *, by_size: bool, treated: int = 1) -> bool | None:
    """Whether p is at most the level; ``None`` for a refusal."""
    chosen = np.arange(found.before.size) < treated
    told = placebo(found, chosen, draws=999, most_exact=999, generator=rng, conf_level=1 - 1e-9, by_size=by_size)
    return None if isinstance(told, Statement) else told.p_value <= level * (1 + 1e-9)


def line(panels: int, units: int, kind: str, phi: float) -> str:
    """Per cent rejected by place of the treated, then the largest with Poisson's spread, power, and refusals."""
    rng = np.random.default_rng([units, int(phi), len(kind)])
    level = max(ALPHA, 1 / units)
    told: dict[str, list[bool | None]] = {name: [] for name in (*PLACES, "poisson", "double")}
    for _ in range(panels):
        for place in PLACES:
            counts = quiet(rng, sizes(rng, units, place), kind, phi)
            told[place].append(rejects(rng, changes(counts), level, by_size=True))
        told["poisson"].append(rejects(rng, changes(counts), level, by_size=False))
        twice = quiet(rng, sizes(rng, units, "median"), kind, phi)
        twice[0, PERIODS // 2 :] += quiet(rng, sizes(rng, units, "median"), kind, phi)[0, PERIODS // 2 :]
        told["double"].append(rejects(rng, changes(twice), level, by_size=True))
    shares = [100 * np.mean([one for one in found if one is not None]) for found in told.values()]
    refused = 100 * np.mean([one is None for found in told.values() for one in found])
    cells = " | ".join(f"{share:.1f}" for share in shares)
    return f"| {units} | {100 * level:.0f} % | {kind if phi > 1 else '–'} | {phi:g} | {cells} | {refused:.1f} |"


def several_line(panels: int, units: int, treated: int, kind: str, phi: float) -> str:
    """Per cent rejected at 5 per cent with several treated: the smallest, those in the middle, the largest, by lot."""
    rng = np.random.default_rng([units, treated, int(phi), len(kind)])
    told: dict[str, list[bool | None]] = {name: [] for name in (*PLACES, "by lot")}
    for _ in range(panels):
        for place, found in told.items():
            expected = np.sort(sizes(rng, units, "median"))
            first = rng.permutation(units) if place == "by lot" else np.arange(units)
            begin = 0 if place == "by lot" else round(PLACES[place] * (units - treated))
            chosen = first[begin : begin + treated]
            expected = np.r_[expected[chosen], np.delete(expected, chosen)]
            found.append(rejects(rng, changes(quiet(rng, expected, kind, phi)), ALPHA, by_size=True, treated=treated))
    shares = [100 * np.mean([one for one in found if one is not None]) for found in told.values()]
    refused = 100 * np.mean([one is None for found in told.values() for one in found])
    cells = " | ".join(f"{share:.1f}" for share in shares)
    return f"| {units} | {treated} | {kind if phi > 1 else '–'} | {phi:g} | {cells} | {refused:.1f} |"


def held_line(panels: int, units: int, ratio: float, kind: str, phi: float) -> str:
    """Per cent of panels with a known effect whose 95 per cent limits hold it, by place of the treated."""
    rng = np.random.default_rng([units, int(10 * ratio), int(phi), len(kind)])
    told: dict[str, list[bool | None]] = {name: [] for name in PLACES}
    for _ in range(panels):
        for place in PLACES:
            expected = sizes(rng, units, place)
            counts = quiet(rng, expected, kind, phi)
            with_effect = quiet(rng, expected * ratio, kind, phi)
            counts[0, PERIODS // 2 :] = with_effect[0, PERIODS // 2 :]
            told[place].append(rejects(rng, changes(counts, ratio), ALPHA, by_size=True))
    shares = [100 - 100 * np.mean([one for one in found if one is not None]) for found in told.values()]
    refused = 100 * np.mean([one is None for found in told.values() for one in found])
    cells = " | ".join(f"{share:.1f}" for share in shares)
    return f"| {units} | {ratio:g} | {kind if phi > 1 else '–'} | {phi:g} | {cells} | {refused:.1f} |"


def event_line(panels: int, units: int, treated: int, spread: float) -> str:
    """Per cent of quiet panels: a bin rejected, a bin outside the bands, a bin before found to deviate."""
    rng = np.random.default_rng([units, treated, int(10 * spread)])
    found = []
    for _ in range(panels):
        counts = quiet(rng, 4 * sizes(rng, units, "median", spread)[rng.permutation(units)], "levels", 2.0)
        since = event_study.bins(PERIODS, PERIODS // 2, 3)
        told = event_study.clustered(counts, np.ones_like(counts), np.arange(units) < treated, since, conf_level=0.95)
        if isinstance(told, Statement):
            continue
        beyond = np.abs(told.estimate) > told.band * told.std_error
        found.append(
            (np.mean(told.p_value <= ALPHA), beyond.any(), told.before is not None and told.before[1] <= ALPHA)
        )
    shares = " | ".join(f"{100 * share:.1f}" for share in np.mean(found, axis=0))
    return f"| {units} | {treated} | {spread} | {shares} | {100 * (1 - len(found) / panels):.1f} |"


def timed() -> str:
    """Seconds for 9,999 draws with limits on 300 areas × 120 periods, 30 of them treated."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(3.0, size=(300, 120)).astype(float)
    start = perf_counter()
    sums = Changes(counts[:, :60].sum(axis=1), counts[:, 60:].sum(axis=1), np.full(300, 60.0), np.full(300, 60.0))
    placebo(sums, np.arange(LARGE) < TREATED, draws=9_999, most_exact=50_000, generator=rng)
    return f"{perf_counter() - start:.2f} s for 9,999 draws with limits, 300 areas × 120 periods"


def main() -> None:
    """Write the tables."""
    panels = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    if sys.argv[2:] != ["events"]:
        placebos(panels)
    events(panels)


def placebos(panels: int) -> None:
    """The placebo test."""
    write = sys.stdout.write
    heads = ("areas", "level", "variation", "φ", *PLACES, "largest, poisson", "doubled, median", "refused")
    write(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for units in (10, 20, 60):
        for kind, phi in (("counts", 1.0), ("counts", 2.0), ("counts", 4.0), ("levels", 2.0), ("levels", 4.0)):
            write(line(panels, units, kind, phi) + "\n")
            sys.stdout.flush()
    heads = ("areas", "treated", "variation", "φ", *PLACES, "by lot", "refused")
    write(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for units, treated in ((7, 2), (10, 2), (10, 3), (14, 2), (14, 5), (20, 2), (20, 5), (40, 3), (40, 10)):
        for kind, phi in (("counts", 1.0), ("counts", 4.0), ("levels", 2.0), ("levels", 4.0)):
            write(several_line(panels, units, treated, kind, phi) + "\n")
            sys.stdout.flush()
    heads = ("areas", "effect", "variation", "φ", *PLACES, "refused")
    write(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for units in (20, 60):
        for ratio in (0.5, 1.5, 3.0):
            for kind, phi in (("counts", 1.0), ("counts", 4.0), ("levels", 2.0), ("levels", 4.0)):
                write(held_line(panels, units, ratio, kind, phi) + "\n")
                sys.stdout.flush()
    write(f"\n{timed()}\n")


def events(panels: int) -> None:
    """The robust event study."""
    write = sys.stdout.write
    heads = ("areas", "treated", "sizes", "one bin", "any bin outside the bands", "a bin before", "refused")
    write(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for units, treated in ((30, 10), (40, 20), (60, 10)):
        for spread in (0.0, 0.5, 1.0, 1.5):
            write(event_line(max(panels // 4, 1), units, treated, spread) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
