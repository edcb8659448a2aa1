"""How far power claims hold, and how often the two one-sided tests err: the tables of docs/statistics/precision.md
and docs/statistics/equivalence.md.

Run: python benchmarks/coverage_precision.py [--draws 20000] [--seed 20261125]
Everything but the last two tables is exact summation over all outcomes.
"""

from __future__ import annotations

import argparse

import numpy as np
import polars as pl
from scipy import stats

import evalkit as ek
from evalkit.outlooks import Layout, Row, outlooks
from evalkit.vocabulary import DesignId

MEANS = (0.5, 1.0, 3.0, 10.0, 30.0, 100.0)
SHARES = (0.25, 0.5, 1.0, 2.0, 4.0)
METHODS = ("score", "midp", "exact")
MARGIN = (0.8, 1.25)


def claims() -> None:
    print("\nTrue power of the mid-p test of two rates at the ratio said to have 80 % power (exact summation)\n")
    print(
        "| events on each side | wald: ratio up | true | planned: ratio up | true | wald: ratio down | true "
        "| planned: ratio down | true |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for events in (10.0, 20.0, 30.0, 50.0, 100.0, 300.0):
        cells = []
        for direction in ("increase", "decrease"):
            for method in ("wald", "planned"):
                found = ek.smallest_detectable(events=events, events_ref=events, direction=direction, method=method)
                if found.ratio is None:
                    cells += ["none", "–"]
                    continue
                power = ek.power(found.ratio, events=events, events_ref=events, method="midp").power
                cells += [f"{found.ratio:.2f}", f"{power:.3f}"]
        print(f"| {events:g} | {' | '.join(cells)} |")


def outcomes(mean: float, mean_ref: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every pair of counts with any probability to speak of, and the probability."""
    first, second = (np.arange(int(m + 9 * np.sqrt(m) + 20)) for m in (mean, mean_ref))
    weight = stats.poisson.pmf(first, mean)[:, None] * stats.poisson.pmf(second, mean_ref)
    pairs = np.meshgrid(first, second, indexing="ij")
    return pairs[0].ravel(), pairs[1].ravel(), weight.ravel()


def both_rates(mean: float, share: float, ratio: float, method: str) -> tuple[float, float, float]:
    """Coverage of the 95 and the 90 % interval of the ratio, and how often "within the margin" is said."""
    first, second, weight = outcomes(mean * ratio, mean * share)
    found = ek.rate_equivalence(pl.Series(first), 1.0, pl.Series(second), share, MARGIN, method=method).numbers
    # No events at all refuse an interval. That is neither hit nor miss: coverage is among the outcomes that have one.
    said = found["conf_low"].is_not_null().to_numpy()
    low, high, inner_low, inner_high = (
        found[name].fill_null(0.0).to_numpy() for name in ("conf_low", "conf_high", "tost_low", "tost_high")
    )
    within = found["is_within"].to_numpy()
    tall = 1 + 1e-12
    wide = said & (low <= ratio * tall) & (ratio <= high * tall)
    narrow = said & (inner_low <= ratio * tall) & (ratio <= inner_high * tall)
    with_interval = weight[said].sum()
    cover = (float(weight[held].sum() / with_interval) for held in (wide, narrow))
    return *cover, float(weight[within].sum())


def intervals() -> None:
    print(
        f"\nIntervals of the ratio and TOST against {MARGIN}, by events on the first side; over reference exposures "
        f"{', '.join(f'{share:g}' for share in SHARES)}, mean (minimum). α = 0.05.\n"
    )
    print(
        "| events | method | cover of the 95 % interval, ratio 1 | cover of the 90 % interval, ratio 1 "
        "| “within” said at the upper margin, mean (maximum) |"
    )
    print("|---|---|---|---|---|")
    for mean in MEANS:
        for method in METHODS:
            alike = np.array([both_rates(mean, share, 1.0, method) for share in SHARES])
            edge = np.array([both_rates(mean, share, MARGIN[1], method)[2] for share in SHARES])
            cover = [f"{alike[:, place].mean():.1%} ({alike[:, place].min():.1%})" for place in (0, 1)]
            print(f"| {mean:g} | {method} | {cover[0]} | {cover[1]} | {edge.mean():.2%} ({edge.max():.2%}) |")


def many_events() -> None:
    print(f"\n“Within {MARGIN}” said at the upper margin when there are events enough to say it, exposures equal\n")
    print(f"| events | {' | '.join(METHODS)} |")
    print("|---|---|---|---|")
    for mean in (150.0, 300.0, 600.0):
        told = [f"{both_rates(mean, 1.0, MARGIN[1], method)[2]:.2%}" for method in METHODS]
        print(f"| {mean:g} | {' | '.join(told)} |")


def four_cells(draws: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    print(
        f"\n2x2 on counts, negative binomial with variance φ times the mean; {draws} draws of the Wald test of the "
        "log ratio of ratios with φ known, at the ratio said to have 80 % power\n"
    )
    print("| cell counts (own, other) | φ | ratio (wald) | rejected | simulation error |")
    print("|---|---|---|---|---|")
    error = 1.96 * np.sqrt(0.16 / draws)
    for own, other in ((20, 120), (40, 240), (108, 216)):
        counts = {"events": own, "events_before": own, "events_ref": other, "events_ref_before": other}
        for phi in (1.0, 2.0, 4.0):
            ratio = ek.smallest_detectable(**counts, dispersion=phi).ratio
            means = np.array([own * ratio, own, other, other], dtype=float)
            print(f"| {own}, {other} | {phi:g} | {ratio:.2f} | {rejected(rng, draws, means, phi):.3f} | ±{error:.3f} |")


def rejected(rng: np.random.Generator, draws: int, means: np.ndarray, phi: float) -> float:
    shape = (draws, 4)
    cells = rng.poisson(means, shape) if phi == 1 else rng.negative_binomial(means / (phi - 1), 1 / phi, shape)
    cells = np.maximum(cells, 0.5)
    log_ratio = np.log(cells) @ np.array([1, -1, -1, 1])
    return float((log_ratio / np.sqrt(phi * (1 / cells).sum(axis=1)) > stats.norm.isf(0.025)).mean())


def of_series(draws: int, seed: int) -> None:
    """How often the series' own model finds what the plan says it finds in 80 of 100."""
    rng = np.random.default_rng(seed)
    print(
        f"\nSeries: found by the model of D2-ITS or D2c at the change said to have 80 % power; {draws} draws a cell\n"
    )
    print("| design | months before, after | events a month | φ | ρ | ratio up | found | ratio down | found |")
    print("|---|---|---|---|---|---|---|---|---|")
    for design, before, after, monthly, phi, rho in SERIES:
        layout = Layout(design=design, months_after=after, months_before=before, autocorrelation=rho)
        other = monthly * BESIDE if layout.design.has_other_side else None
        (outlook,) = outlooks(layout, [Row(monthly=monthly, monthly_comparison=other, dispersion=phi)], 0.05)
        cells = []
        for found in (outlook.increase, outlook.decrease):
            if found.ratio is None:
                cells += ["none", "–"]
                continue
            hits = [
                found_in_series(rng, layout, ratio=found.ratio, monthly=monthly, phi=phi, rho=rho) for _ in range(draws)
            ]
            cells += [f"{found.ratio:.2f}", f"{np.mean(hits):.1%}"]
        print(
            f"| {design.value} | {before}, {after} | {monthly:g} | {phi:g} | {rho:g} | {' | '.join(cells)} |",
            flush=True,
        )


BESIDE = 3.0
"""Events of the other side for each of its own."""
SERIES = (
    (DesignId.D2_ITS, 24, 24, 40.0, 1.0, 0.0),
    (DesignId.D2_ITS, 36, 24, 9.0, 1.0, 0.0),
    (DesignId.D2_ITS, 36, 24, 20.0, 2.0, 0.0),
    (DesignId.D2_ITS, 48, 36, 20.0, 1.0, 0.0),
    (DesignId.D2_ITS, 48, 36, 20.0, 2.0, 0.15),
    (DesignId.D2_ITS, 48, 36, 20.0, 2.0, 0.3),
    (DesignId.D2_ITS, 72, 36, 40.0, 1.0, 0.3),
    (DesignId.D2_ITS, 72, 36, 40.0, 2.0, 0.5),
    (DesignId.D2_ITS, 72, 36, 40.0, 4.0, 0.0),
    (DesignId.D2C, 36, 24, 40.0, 1.0, 0.0),
    (DesignId.D2C, 48, 36, 20.0, 2.0, 0.0),
    (DesignId.D2C, 72, 36, 20.0, 2.0, 0.3),
)


def found_in_series(
    rng: np.random.Generator, layout: Layout, *, ratio: float, monthly: float, phi: float, rho: float
) -> bool:
    """Whether one drawn series, with a season of a fifth, shows the change in the right direction."""
    periods = (layout.months_before or 0) + layout.months_after
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(periods) / 12)
    changed = np.where(np.arange(periods) >= (layout.months_before or 0), ratio, 1.0)
    own = pl.Series(drawn(rng, monthly * season * changed, phi, rho))
    beside = (
        {"comparison": pl.Series(drawn(rng, BESIDE * monthly * season, phi, rho))}
        if layout.design.has_other_side
        else {}
    )
    start = f"{2020 + (layout.months_before or 0) // 12}-01"
    with_exposure = {"comparison_exposure": 1.0} if beside else {}
    found = ek.interrupted_time_series(own, 1.0, first="2020-01", start=start, **beside, **with_exposure).average
    if found.conf_low is None or found.conf_high is None:
        return False
    return found.conf_low > 1 if ratio > 1 else found.conf_high < 1


def drawn(rng: np.random.Generator, means: np.ndarray, phi: float, rho: float) -> np.ndarray:
    """Counts with variance φ times the mean (negative binomial) whose ranks have autocorrelation ρ."""
    noise = rng.standard_normal(means.size)
    for place in range(1, means.size):
        noise[place] = rho * noise[place - 1] + np.sqrt(1 - rho**2) * noise[place]
    places = stats.norm.cdf(noise)
    found = stats.poisson.ppf(places, means) if phi == 1 else stats.nbinom.ppf(places, means / (phi - 1), 1 / phi)
    return np.asarray(found).astype(np.int64)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--series-draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=20_261_125)
    given = parser.parse_args()
    claims()
    intervals()
    many_events()
    four_cells(given.draws, given.seed)
    of_series(given.series_draws, given.seed)


if __name__ == "__main__":
    main()
