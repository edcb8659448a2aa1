"""How often ``joining_ratio`` finds what is not there, and holds what is, when areas are of unlike size.

Areas have log-normal sizes and levels of their own; the smallest, the middle or the largest of them join. ``chance`` is
Poisson's variation, ``counts`` a variance of three times the mean, ``levels`` log-normal deviations (standard deviation
0.3) that correlate from one period to the next. Joining multiplies by a constant. ``dates`` are 3 areas on a date each,
5 on two dates, or 8 on three; 12 periods, 199 exchanges.

    python benchmarks/calibration_joining_ratio.py --draws 400
    python benchmarks/calibration_joining_ratio.py --again --draws 1000

A cell is the per cent of panels without effect whose p is at most 0.05, and after the stroke how often the 95 per cent
limits hold a factor of 1.5. ``raw`` ranks the logarithm of the ratio as it is, without regard to size. ``D5`` rows go
through :func:`evalkit.joining_ratio` on frames, refusals and all, as the design does. ``--again`` draws four of the
highest cells anew, with another seed.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

import evalkit as ek
from evalkit.inference import join_dates
from evalkit.inference.group_time import JoiningPanel, members, plan_cells
from evalkit.inference.group_time_averages import Average, plan_average
from evalkit.inference.level_factors import fitted
from evalkit.inference.not_yet_joined import Looked, _Shifted

PERIODS, EXCHANGES, ALPHA, DRIFT = 12, 199, 0.05, 0.3
DATES = {3: (4, 6, 8), 5: (4, 4, 8, 8, 8), 8: (4, 4, 4, 6, 6, 6, 8, 8)}
PLACES = ("smallest", "middle", "largest")
AGAIN = (
    (20, 3, 1.0, "chance", "smallest"),
    (20, 3, 1.0, "levels .8", "middle"),
    (20, 8, 1.5, "chance", "smallest"),
    (20, 5, 1.5, "levels .8", "middle"),
)
NOISE = {"chance": 0.0, "counts": 0.0, "levels .0": 0.0, "levels .5": 0.5, "levels .8": 0.8}


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    areas: int
    joining: int
    sizes: float
    noise: str
    mean: float = 20.0


def draw(setting: Setting, place: str, factor: float, rng: np.random.Generator) -> JoiningPanel:
    """One panel; ``mean`` events per period in an area of median size."""
    number, joining = setting.areas, setting.joining
    size = np.sort(np.exp(rng.normal(0, setting.sizes, number)))
    first = {"smallest": 0, "middle": (number - joining) // 2, "largest": number - joining}[place]
    joined = np.full(number, PERIODS, dtype=np.int64)
    joined[first : first + joining] = rng.permutation(DATES[joining])
    exposure = np.repeat(size[:, None], PERIODS, axis=1) * setting.mean
    logs = rng.normal(0, 0.3, (number, 1)) + rng.normal(0, 0.1, PERIODS)
    mean = exposure * np.exp(logs) * np.where(np.arange(PERIODS) >= joined[:, None], factor, 1.0)
    counts = rng.poisson(_varied(setting.noise, mean, rng)).astype(float)
    return JoiningPanel(counts, exposure, joined, np.ones(number), ratio=True)


def _varied(noise: str, mean: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    if noise == "chance":
        return mean
    if noise == "counts":
        return rng.gamma(mean / 2, 2)
    lasting = NOISE[noise]
    drift = rng.normal(0, DRIFT, mean.shape)
    for period in range(1, PERIODS):
        drift[:, period] = lasting * drift[:, period - 1] + math.sqrt(1 - lasting**2) * drift[:, period]
    return mean * np.exp(drift)


def p_values(panel: JoiningPanel, effect: float, rng: np.random.Generator) -> tuple[float, float]:
    """p of an effect, over its spread and raw."""
    given = join_dates.assignments(panel.joined, most_exact=EXCHANGES, draws=EXCHANGES, generator=rng)
    looked = Looked.of(panel.joined, PERIODS)
    found = _Shifted(panel, looked, given).at(effect)
    if effect:
        return join_dates.p_value(found), math.nan
    member = members(given.joined, looked.dates)
    top, bottom = member @ panel.top, member @ panel.bottom
    level, factor = fitted(top, bottom, looked.base, close=1e-6)
    means = bottom * level[:, :, None] * factor[:, None, :]
    with np.errstate(divide="ignore"):
        raw = np.log((top * looked.seen).sum(axis=(1, 2)) / (means * looked.seen).sum(axis=(1, 2)))
    return join_dates.p_value(found), join_dates.p_value(raw[None])


def cell(setting: Setting, place: str, draws: int, *seed: int) -> str:
    """False findings, and coverage: a factor is held when its p is above the level."""
    rng = np.random.default_rng([setting.areas, setting.joining, int(10 * setting.sizes), PLACES.index(place), *seed])
    p = np.array([p_values(draw(setting, place, 1.0, rng), 0.0, rng) for _ in range(draws)])
    held = [p_values(draw(setting, place, 1.5, rng), math.log(1.5), rng)[0] > ALPHA for _ in range(draws)]
    own, raw = 100 * np.mean(p <= ALPHA, axis=0)
    return f"{own:.1f} / {100 * np.mean(held):.1f} | {raw:.1f}"


def by_cells(setting: Setting, place: str, draws: int) -> str:
    """The overall average of :func:`evalkit.group_time_effects` with exchanged dates, the same shares; zeros apart."""
    rng = np.random.default_rng([setting.areas, setting.joining, int(10 * setting.sizes), PLACES.index(place)])
    shares = []
    for factor in (1.0, 1.5):
        found = []
        for _ in range(draws):
            panel = draw(setting, place, factor, rng)
            moved = replace(panel, bottom=panel.bottom * np.where(panel.treated, factor, 1.0))
            plan = plan_cells(panel.joined, PERIODS, never_only=False)
            row = plan_average(plan, Average.GROUP).overall_coefficients[None, :]
            given = join_dates.assignments(panel.joined, most_exact=EXCHANGES, draws=EXCHANGES, generator=rng)
            found.append(float(join_dates.p_values(moved, plan, row, given)[0]))
        told = np.array(found)[~np.isnan(found)]
        shares.append(100 * float(np.mean(told <= ALPHA)) if told.size else math.nan)
    return f"{shares[0]:.1f} / {100 - shares[1]:.1f}"


def public(setting: Setting, place: str, draws: int) -> tuple[float, float, float]:
    """What the function that D5 calls does: false findings, coverage of a factor of 1.5, and refusals, per cent."""
    rng = np.random.default_rng(7)
    false, held, refused = [], [], []
    for factor in (1.0, 1.5):
        for _ in range(draws):
            found = ek.joining_ratio(
                _frame(draw(setting, place, factor, rng)),
                unit="unit",
                period="period",
                count="count",
                exposure="exposure",
                joined="joined",
                draws=EXCHANGES,
            ).overall
            refused.append(not found.is_estimated)
            if found.p_value is None or found.conf_low is None or found.conf_high is None:
                continue
            if factor == 1.0:
                false.append(found.p_value <= ALPHA)
            else:
                held.append(found.conf_low <= factor <= found.conf_high)
    return tuple(100 * float(np.mean(each)) if each else math.nan for each in (false, held, refused))  # type: ignore[return-value]


def _frame(panel: JoiningPanel) -> pl.DataFrame:
    unit, period = (place.ravel() for place in np.indices(panel.top.shape))
    joined = pl.Series(panel.joined[unit])
    return pl.DataFrame(
        {"unit": unit, "period": period, "count": panel.top.ravel().astype(int), "exposure": panel.bottom.ravel()}
    ).with_columns(joined=pl.when(joined < PERIODS).then(joined))


def table_again(draws: int, mean: float) -> None:
    """Four of the highest cells with another seed."""
    print("| areas | joining | sizes | noise | which | told | raw |\n|---|---|---|---|---|---|---|")
    for areas, joining, sizes, noise, place in AGAIN:
        told = cell(Setting(areas, joining, sizes, noise, mean), place, draws, 1)
        print(f"| {areas} | {joining} | {sizes} | {noise} | {place} | {told} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--mean", type=float, default=20.0)
    parser.add_argument("--again", action="store_true", help="only four of the highest cells, with another seed")
    given = parser.parse_args()
    if given.again:
        table_again(given.draws, given.mean)
        return
    print("| areas | joining | sizes | noise | smallest | raw | middle | raw | largest | raw |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for areas, joining in ((20, 3), (20, 5), (20, 8), (40, 3), (40, 8)):
        for sizes in (1.0, 1.5):
            for noise in NOISE:
                setting = Setting(areas, joining, sizes, noise, given.mean)
                cells = " | ".join(cell(setting, place, given.draws) for place in PLACES)
                print(f"| {areas} | {joining} | {sizes} | {noise} | {cells} |", flush=True)
    print("\n| group_time_effects | sizes | noise | smallest | middle | largest |\n|---|---|---|---|---|---|")
    for areas, joining in ((20, 3), (20, 8), (40, 8)):
        for sizes in (1.0, 1.5):
            for noise in ("chance", "levels .0", "levels .8"):
                setting = Setting(areas, joining, sizes, noise, given.mean)
                cells = " | ".join(by_cells(setting, place, given.draws) for place in PLACES)
                print(f"| {areas}, {joining} joining | {sizes} | {noise} | {cells} |", flush=True)
    print("\n| D5 | which join | false findings | holds 1.5 | refused |\n|---|---|---|---|---|")
    for place in PLACES:
        told = public(Setting(20, 3, 1.0, "levels .5", given.mean), place, max(given.draws // 4, 1))
        print(f"| 20, 3 joining | {place} | " + " | ".join(f"{one:.1f}" for one in told) + " |", flush=True)


if __name__ == "__main__":
    main()
