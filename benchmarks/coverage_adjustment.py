"""How often the intervals over strata, of standardised rates, of φ, of adjusted ratios and of a decomposition hold the
truth.

Prints the Markdown tables of ``docs/statistics/adjustment.md``; what a line and a cell are:
``benchmarks/coverage_tables.py``. All draws of a setting are one call, with the draw as the group, but for
decompositions. Strata: four with rates 1 to 4 times each other and opposite mixes on the two sides.

    python benchmarks/coverage_adjustment.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import TypeVar

import numpy as np
import polars as pl
from coverage_tables import BAND, LEVEL, MEANS, Share, line, table
from numpy.typing import NDArray
from scipy import stats

import evalkit as ek
from evalkit.inference import standardised, stratified
from evalkit.inference.groups import Groups
from evalkit.inference.method import Method
from evalkit.inference.strata import Strata

EXPOSURE_RATIOS = (0.2, 1.0, 5.0)
RATIOS = (0.5, 1.0, 2.0)
STRATA = 4
SPREAD = np.array([0.4, 0.8, 1.2, 1.6])
MIX = np.array([0.5, 0.2, 0.2, 0.1])
STANDARDS = (np.ones(STRATA), MIX, MIX[::-1], np.array([1.0, 2, 4, 8]))
ERRORS = ("quasi", "model", "robust", "nb2")
UNLIKE_SIDES = ((2, 10), (3, 10), (4, 10), (5, 10), (2, 20), (3, 20), (4, 20), (5, 20), (10, 20))
UNLIKE_SIDES += ((2, 40), (4, 40), (5, 40), (10, 40), (2, 100), (4, 100), (5, 100), (10, 100))
ROWS_PER_CLUSTER = 6
SKEWED = (0.1, 0.3, 1.0)
FINE_BAND = np.geomspace(2 / 3, 3 / 2, 201)

Shares = Iterator[Share]
T = TypeVar("T")


def draw(mean: float, times: float, ratio: float, draws: int, rng: np.random.Generator) -> Strata:
    """Strata of both sides with ``mean`` expected events in all on the reference's; rates and mixes differ."""
    exposed_ref = np.tile(MIX, draws)
    exposed = np.tile(MIX[::-1] * times, draws)
    rates = np.tile(SPREAD, draws) * mean / float(MIX @ SPREAD)
    return Strata(rng.poisson(rates * exposed * ratio), exposed, rng.poisson(rates * exposed_ref), exposed_ref)


def rows_of(draws: int) -> Groups:
    """One group per draw."""
    return Groups(np.repeat(np.arange(draws), STRATA), draws)


def ratio_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Shares:
    for times, ratio in product(EXPOSURE_RATIOS, RATIOS):
        sides = draw(mean, times, ratio, draws, rng)
        yield Share.of(stratified.ratio(sides, rows_of(draws), LEVEL, method=method).intervals, ratio)


def difference_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Shares:
    rate = mean / float(MIX @ SPREAD)
    for times, added in product(EXPOSURE_RATIOS, (0.0, 1.0)):
        exposed_ref, exposed = np.tile(MIX, draws), np.tile(MIX[::-1] * times, draws)
        rates = np.tile(SPREAD * rate, draws)
        first, second = rng.poisson((rates + added * rate) * exposed), rng.poisson(rates * exposed_ref)
        sides = Strata(first, exposed, second, exposed_ref)
        found = stratified.difference(sides, rows_of(draws), LEVEL, method=method, null=0.0).intervals
        yield Share.of(found, added * rate)


def rate_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Shares:
    for weights in STANDARDS:
        rates = SPREAD * mean / float(MIX @ SPREAD)
        counts = rng.poisson(np.tile(rates * MIX, draws))
        truth = float(rates @ weights / weights.sum())
        given = (counts, np.tile(MIX, draws), np.tile(weights, draws), rows_of(draws))
        yield Share.of(standardised.rate(*given, LEVEL, method=method), truth)


def rate_ratio_coverage(method: Method, mean: float, draws: int, rng: np.random.Generator) -> Shares:
    for times, ratio in product(EXPOSURE_RATIOS, RATIOS):
        sides = draw(mean, times, ratio, draws, rng)
        both = ((sides.events, sides.exposed), (sides.events_ref, sides.exposed_ref))
        found = standardised.rate_ratio(both, np.ones(draws * STRATA), rows_of(draws), LEVEL, method=method)
        yield Share.of(found, ratio)


def indirect_lines() -> Iterator[list[str]]:
    """Observed over expected, by summation over every count; the line is the true mean, 201 of them."""
    counts = np.arange(200)
    for mean in MEANS:
        methods = []
        for method in ("score", "midp", "exact"):
            shares = []
            for truth in RATIOS:
                expected = mean * FINE_BAND / truth
                found = ek.standardised_ratio(pl.Series(counts), np.ones(200), by=pl.Series(counts), method=method)
                low, high = (found.numbers[name].to_numpy()[:, None] for name in ("conf_low", "conf_high"))
                held = (low <= truth * expected) & (truth * expected <= high)
                probability = stats.poisson.pmf(counts[:, None], truth * expected)
                shares += [Share(float(one)) for one in (probability * held).sum(axis=0)]
            methods.append(shares)
        yield line(f"{mean:g}", methods)


def adjusted_coverage(errors: str, mean: float, draws: int, rng: np.random.Generator) -> Shares:
    """Two sides of ten rows, ``mean`` expected events a row, one covariate; Poisson, then variance twice the mean."""
    side, covariate = np.repeat([0, 1], 10), np.tile(np.linspace(-1, 1, 10), 2)
    rows = {"draw": np.repeat(np.arange(draws), 20), "side": np.tile(side, draws), "x": np.tile(covariate, draws)}
    for phi, ratio in product((1.0, 2.0), (1.0, 2.0)):
        means = np.tile(mean * np.exp(np.log(ratio) * side + 0.3 * covariate), draws)
        frame = pl.DataFrame({**rows, "count": counted(means, phi, rng), "exposure": 1.0})
        found = ek.adjusted_rate_ratio(
            frame,
            count="count",
            exposure="exposure",
            contrast="side",
            reference=0,
            covariates=["x"],
            errors=errors,
            by="draw",
        )
        yield within([(one.conf_low, one.conf_high) if one.is_estimated else None for one in found], ratio)


def unlike_coverage(
    sides: tuple[int, int], draws: int, rng: np.random.Generator, *, clustered: bool, spread: float, errors: str
) -> Shares:
    """So many of so many on one side, 20 expected events a row, ratios 1 and 2; sizes are log-normal by ``spread``.

    Clusters have six rows and rates that differ (gamma, variance 0.1 and 0.3); rows by themselves have φ 1.5 and 3.
    """
    treated, many = sides
    rows = ROWS_PER_CLUSTER if clustered else 1
    side = (np.tile(np.arange(many).repeat(rows), draws) < treated).astype(int)
    cluster = np.tile(np.arange(many).repeat(rows), draws)
    for variation, ratio in product((0.1, 0.3) if clustered else (1.5, 3.0), (1.0, 2.0)):
        sizes = np.exp(spread * rng.standard_normal((draws, many))).repeat(rows, axis=1).ravel()
        means = 20 * sizes * ratio**side
        if clustered:
            means *= rng.gamma(1 / variation, variation, (draws, many)).repeat(rows, axis=1).ravel()
        frame = pl.DataFrame(
            {
                "draw": np.arange(draws).repeat(many * rows),
                "side": side,
                "cluster": cluster,
                "count": counted(means, 1.0 if clustered else variation, rng),
                "exposure": sizes,
            }
        )
        found = ek.adjusted_rate_ratio(
            frame,
            count="count",
            exposure="exposure",
            contrast="side",
            reference=0,
            errors=errors,
            cluster="cluster" if clustered else None,
            by="draw",
        )
        yield within([(one.conf_low, one.conf_high) if one.is_estimated else None for one in found], ratio)


def unlike_lines(draws: int, rng: np.random.Generator, *, clustered: bool) -> Iterator[list[str]]:
    """Coverage and refusals with equal and with unlike sizes."""
    kinds = ("robust",) if clustered else ("robust", "quasi")
    for sides in UNLIKE_SIDES:
        shares = [
            list(unlike_coverage(sides, draws, rng, clustered=clustered, spread=spread, errors=errors))
            for errors in kinds
            for spread in (0.0, 1.0)
        ]
        yield line(f"{sides[0]} of {sides[1]}", shares, each=True)


def skewed_lines(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """Clusters of one size whose rates vary more, and are the more skewed, on the side with few; ratio 1."""
    for treated, many in ((4, 10), (5, 20), (10, 20), (10, 40), (10, 100)):
        side = np.tile(np.arange(many) < treated, draws).astype(int)
        methods = []
        for variation in SKEWED:
            spread = np.where(side > 0, 4 * variation, variation)
            means = 20 * ROWS_PER_CLUSTER * rng.gamma(1 / spread, spread)
            columns = {"draw": np.arange(draws).repeat(many), "side": side, "count": rng.poisson(means)}
            frame = pl.DataFrame(columns).with_columns(exposure=1.0)
            asked = {"count": "count", "exposure": "exposure", "contrast": "side", "reference": 0, "by": "draw"}
            found = ek.adjusted_rate_ratio(frame, **asked, errors="robust")
            methods.append(
                [within([(one.conf_low, one.conf_high) if one.is_estimated else None for one in found], 1.0)]
            )
        yield line(f"{treated} of {many}", methods)


def counted(means: NDArray[np.float64], phi: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Counts with the variance φ times the mean."""
    return rng.poisson(means) if phi == 1 else rng.negative_binomial(means / (phi - 1), 1 / phi)


def within(limits: list[tuple[float, float] | None], truth: float) -> Share:
    """From limits, a refusal being None."""
    return among([None if one is None else one[0] <= truth <= one[1] for one in limits])


def among(held: list[bool | None]) -> Share:
    """A share of data sets one by one, a refusal being None."""
    return Share.among(np.array([bool(one) for one in held]), np.array([one is not None for one in held]))


def phi_coverage(mean: float, draws: int, rng: np.random.Generator) -> Iterator[tuple[Share, float]]:
    """The share, and how often there is no upper limit."""
    for phi, periods in product((1.0, 2.0, 4.0), (6, 24)):
        size = 2 * periods
        cells, by = (
            pl.Series(one) for one in (np.tile(np.repeat([0, 1], periods), draws), np.arange(draws).repeat(size))
        )
        found = ek.dispersion(counted(np.full(size * draws, mean), phi, rng), 1.0, cells=cells, by=by)
        limits = [(one.phi.conf_low, one.phi.conf_high) if one.phi.is_estimated else None for one in found]
        yield within(limits, phi), sum(one is not None and np.isinf(one[1]) for one in limits) / draws


def phi_lines(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for mean in MEANS:
        found = [one for times in BAND for one in phi_coverage(times * mean, draws, rng)]
        cells = line(f"{mean:g}", [[share for share, _ in found]])
        yield [*cells, f"{100 * np.mean([part for _, part in found]):.0f}"]


PARTS = ("findings", "hit_rate")
VISITS = ((120, 60), (100, 100), (60, 120))


@cache
def decomposed(after: int, before: int, visits: tuple[int, int], kind: str) -> tuple[tuple[float, float] | None, ...]:
    """Limits of the change in findings and of that in findings per visit, of two totals."""
    found = ek.decompose(visits[0], visits[1], after, before, findings=kind)
    parts = (getattr(found, part) for part in PARTS)
    return tuple((part.conf_low, part.conf_high) if part.is_estimated else None for part in parts)


def decomposition_coverage(kind: str, mean: float, draws: int, rng: np.random.Generator) -> Iterator[list[Share]]:
    """Totals: ``mean`` findings before; the visits are given, the hit rate changes by 0.5, 1 or 2."""
    for visits, times in product(VISITS, RATIOS):
        if kind == "binomial" and mean * max(times, 1) > min(visits):
            continue
        chance = mean / visits[1]
        if kind == "binomial":
            after, before = (
                rng.binomial(visits[0], min(times * chance, 1.0), draws),
                rng.binomial(visits[1], chance, draws),
            )
        else:
            after, before = rng.poisson(visits[0] * times * chance, draws), rng.poisson(mean, draws)
        found = [decomposed(int(a), int(b), visits, kind) for a, b in zip(after, before, strict=True)]
        truths = (times * visits[0] / visits[1], times)
        yield [
            among([None if one[place] is None else one[place][0] <= truth <= one[place][1] for one in found])
            for place, truth in enumerate(truths)
        ]


def series_coverage(mean: float, draws: int, rng: np.random.Generator) -> Shares:
    """By month, twelve before and after: the change in findings per visit with ``mean`` findings before, φ 1 and 2."""
    visits = (np.full(12, 10), np.full(12, 5))
    for phi, times in product((1.0, 2.0), RATIOS):
        held: list[bool | None] = []
        for _ in range(draws):
            after, before = (
                rng.poisson(at, 12) if phi == 1 else rng.negative_binomial(at / (phi - 1), 1 / phi, 12)
                for at in (2 * times * mean / 12, mean / 12)
            )
            columns = (pl.Series(part) for part in (*visits, after, before))
            found = ek.decompose(*columns).hit_rate
            held.append(found.conf_low <= times <= found.conf_high if found.is_estimated else None)
        yield among(held)


def decomposition_lines(draws: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for mean in MEANS:
        totals: dict[str, list[list[Share]]] = {}
        for kind in ("poisson", "binomial"):
            totals[kind] = [one for by in BAND for one in decomposition_coverage(kind, by * mean, draws, rng)]
        series = [one for by in BAND for one in series_coverage(by * mean, max(draws // 60, 10), rng)]
        both = totals["poisson"]
        methods = [[one[0] for one in both], [one[1] for one in both], [one[1] for one in totals["binomial"]], series]
        yield line(f"{mean:g}", methods, each=True)


def lines(
    cover: Callable[[T, float, int, np.random.Generator], Shares],
    methods: tuple[T, ...],
    draws: int,
    rng: np.random.Generator,
    *,
    each: bool = False,
) -> Iterator[list[str]]:
    for mean in MEANS:
        shares = [[one for by in BAND for one in cover(method, by * mean, draws, rng)] for method in methods]
        yield line(f"{mean:g}", shares, each=each)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20250905)
    given = parser.parse_args()
    fewer = max(2 * given.draws // 5, 10)
    families = (
        ("Stratified ratio", ratio_coverage, stratified.RATIO_METHODS),
        ("Stratified difference", difference_coverage, stratified.DIFFERENCE_METHODS),
        ("Standardised rate", rate_coverage, (Method.SCORE, Method.MIDP, Method.GAMMA)),
        ("Ratio of standardised rates", rate_ratio_coverage, (Method.MIDP, Method.SCORE, Method.GAMMA)),
    )

    def fresh() -> np.random.Generator:
        """Each table begins with the same seed, so that it can be made by itself."""
        return np.random.default_rng(given.seed)

    for name, cover, methods in families:
        heads = ("expected events", *(f"`{method}`" for method in methods), "refused")
        table(f"{name}, {given.draws} draws per setting", heads, lines(cover, methods, given.draws, fresh()))
    heads = ("expected events", "`score`", "`midp`", "`exact`", "refused")
    table("Observed over expected (indirect standardisation), by summation", heads, indirect_lines())
    heads = (
        "expected findings before",
        "findings",
        "findings per visit",
        "the same as shares",
        "the same by month",
        *(f"refused {at}" for at in (1, 2, 3, 4)),
    )
    table(f"Decomposition, {given.draws} draws per setting", heads, decomposition_lines(given.draws, fresh()))
    heads = ("expected events a period", "φ", "refused", "no upper limit")
    table(f"Dispersion, {fewer} draws per setting", heads, phi_lines(fewer, fresh()))
    heads = ("expected events a row", *(f"`{name}`" for name in ERRORS), *(f"refused `{name}`" for name in ERRORS))
    made = lines(adjusted_coverage, ERRORS, fewer, fresh(), each=True)
    table(f"Adjusted ratio, {fewer} draws per setting", heads, made)
    unlike_tables(2 * given.draws, given.seed)


def unlike_tables(draws: int, seed: int) -> None:
    """Robust errors with few on a side: clusters, then rows by themselves with ``quasi`` beside."""
    rng = np.random.default_rng(seed)
    heads = ("clusters", "equal", "unlike", "refused, equal", "unlike")
    table(f"Adjusted ratio, `robust` by cluster, {draws} draws", heads, unlike_lines(draws, rng, clustered=True))
    heads = ("clusters", *(f"variance {one:g} against {4 * one:g}" for one in SKEWED), "refused")
    title = f"Adjusted ratio, `robust` where the rates of the side with few vary four times as much, {4 * draws} draws"
    table(title, heads, skewed_lines(4 * draws, np.random.default_rng(seed)))
    names = [f"`{errors}`, {sizes}" for errors in ("robust", "quasi") for sizes in ("equal", "unlike")]
    heads = ("rows", *names, *(f"refused {name}" for name in names))
    table(f"Adjusted ratio, rows by themselves, {draws} draws", heads, unlike_lines(draws, rng, clustered=False))


if __name__ == "__main__":
    main()
