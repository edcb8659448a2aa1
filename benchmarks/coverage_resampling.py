"""How often bootstrap intervals hold the truth when there is little to draw from.

    python benchmarks/coverage_resampling.py [--sets 1000] [--draws 499] [--only units counts cases series]

Prints Markdown tables for docs/statistics/resampling.md: units, counts over exposure, clusters and series.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference import rates, resampling
from evalkit.inference.block_length import politis_white
from evalkit.inference.method import Method
from evalkit.inference.sampling_schemes import Clusters, Scheme, Series, Units

Floats = NDArray[np.float64]
LEVEL = 0.95
ALL = (Method.PERCENTILE, Method.BASIC, Method.BCA, Method.STUDENTISED)
OF_SERIES = (Method.PERCENTILE, Method.BASIC, Method.STUDENTISED)
MEANS = (0.5, 1.0, 3.0, 10.0, 30.0)


def mean(samples: Floats) -> Floats:
    return np.asarray(samples[:, :, 0].mean(axis=1))


def mean_error(samples: Floats) -> Floats:
    """What the jackknife of each sample gives for a mean, without its cost."""
    return np.asarray(samples[:, :, 0].std(axis=1, ddof=1) / math.sqrt(samples.shape[1]))


def rate(samples: Floats) -> Floats:
    return np.asarray(samples[:, :, 0].sum(axis=1) / samples[:, :, 1].sum(axis=1))


def held(
    data: Floats,
    statistic: resampling.Statistic,
    scheme: Scheme,
    truth: float,
    *,
    rng: np.random.Generator,
    draws: int,
    methods: tuple[Method, ...] = ALL,
    std_error: resampling.Statistic | None = None,
) -> list[float]:
    """Whether each method's interval holds the truth; nan where it is refused."""
    sampled = resampling.Sampled(data, statistic, scheme, std_error)
    with np.errstate(all="ignore"):
        plain = sampled.bootstrap(draws=draws, generator=rng, studentised=True)
    found = []
    for method in methods:
        with_errors = method is Method.STUDENTISED
        usable = plain.is_usable if with_errors else _without_errors(plain).is_usable
        low, high = resampling.LIMITS[method](plain, LEVEL) if usable else (math.nan, math.nan)
        found.append(float(low <= truth <= high) if usable else math.nan)
    return found


def _without_errors(found: resampling.Bootstrapped) -> resampling.Bootstrapped:
    return resampling.Bootstrapped(found.estimate, found.draws, found.left_out, found.shares)


def line(name: str, found: Iterator[list[float]]) -> str:
    """Per cent held of the data sets with an interval, and refused in brackets when any were."""
    table = np.array(list(found))
    refused = np.isnan(table).mean(axis=0)
    cells = []
    for column, gone in zip(table.T, refused, strict=True):
        told = f"{100 * np.nanmean(column):.1f}" if gone < 1 else "–"
        cells.append(told + (f" ({100 * gone:.0f})" if gone >= 0.005 else ""))  # noqa: PLR2004
    return f"| {name} | {' | '.join(cells)} |"


def units_lines(sets: int, draws: int, rng: np.random.Generator) -> Iterator[str]:
    shapes: dict[str, tuple[Callable[[int], Floats], float]] = {
        "normal": (lambda size: rng.normal(size=size), 0.0),
        "exponential": (lambda size: rng.exponential(size=size), 1.0),
        "lognormal": (lambda size: rng.lognormal(size=size), math.exp(0.5)),
    }
    for name, (drawn, truth) in shapes.items():
        for size in (5, 10, 20, 50):

            def one(size: int = size, drawn: Callable[[int], Floats] = drawn, truth: float = truth) -> list[float]:
                data = drawn(size)[:, np.newaxis]
                found = held(data, mean, Units(size), truth, rng=rng, draws=draws, std_error=mean_error)
                error = float(data.std(ddof=1)) / math.sqrt(size)
                half = float(special.stdtrit(size - 1, (1 + LEVEL) / 2)) * error
                return [*found, float(abs(float(data.mean()) - truth) <= half)]

            yield line(f"{name} | {size}", (one() for _ in range(sets)))


def rate_lines(sets: int, draws: int, rng: np.random.Generator) -> Iterator[str]:
    """Poisson counts of units with unequal exposure, so many expected in all."""
    for size in (8, 20):
        exposure = np.linspace(0.5, 1.5, size)
        for expected in MEANS:

            def one(size: int = size, exposure: Floats = exposure, expected: float = expected) -> list[float]:
                truth = expected / size
                data = np.column_stack([rng.poisson(truth * exposure), exposure])
                found = held(data, rate, Units(size), truth, rng=rng, draws=draws)
                midp = rates.midp(data[:, 0].sum(keepdims=True).astype(np.int64), np.array([float(size)]), LEVEL)
                return [*found, float(midp.low[0] <= truth <= midp.high[0])]

            yield line(f"{size} | {expected:g}", (one() for _ in range(sets)))


def cluster_lines(sets: int, draws: int, rng: np.random.Generator) -> Iterator[str]:
    """Persons in cases of 1 to about 10, half of the variance between cases."""
    for number in (5, 10, 20, 40):

        def one(number: int = number) -> list[float]:
            cluster = np.repeat(np.arange(number), rng.geometric(0.35, size=number))
            data = (rng.exponential(size=number)[cluster] + rng.exponential(size=cluster.size))[:, np.newaxis]
            found = held(data, mean, Clusters(cluster), 2.0, rng=rng, draws=draws)
            alone = held(
                data, mean, Units(cluster.size), 2.0, rng=rng, draws=draws, methods=(Method.BCA,), std_error=mean_error
            )
            return [*found, *alone]

        yield line(str(number), (one() for _ in range(sets)))


def series_lines(sets: int, draws: int, rng: np.random.Generator) -> Iterator[str]:
    """Autoregressive series, blocks by Politis and White's rule and of a tenth of the length, circular."""
    for periods in (24, 60, 120):
        for rho in (0.0, 0.3, 0.6):

            def one(periods: int = periods, rho: float = rho) -> list[float]:
                noise = rng.normal(size=periods + 50)
                for at in range(1, noise.size):
                    noise[at] += rho * noise[at - 1]
                data = noise[50:, np.newaxis]
                found: list[float] = []
                for length in (round(politis_white(data[:, 0])), max(2, periods // 10)):
                    scheme = Series(periods, length, circular=True)
                    found += held(data, mean, scheme, 0.0, rng=rng, draws=draws, methods=OF_SERIES)
                return [
                    *found,
                    *held(
                        data,
                        mean,
                        Units(periods),
                        0.0,
                        rng=rng,
                        draws=draws,
                        methods=(Method.PERCENTILE,),
                        std_error=mean_error,
                    ),
                ]

            yield line(f"{periods} | {rho}", (one() for _ in range(sets)))


def table(title: str, head: str, lines: Iterator[str]) -> None:
    print(f"\n**{title}**\n\n{head}\n{'| --- ' * (head.count('|') - 1)}|")
    for one in lines:
        print(one, flush=True)


def main() -> None:
    """Print the tables."""
    words = " | ".join(method.value for method in ALL)
    of_series = " | ".join(f"{method.value}, {how}" for how in ("rule", "tenth") for method in OF_SERIES)
    tables = {
        "Mean of units": (f"| shape | units | {words} | Student's t |", units_lines),
        "Counts over exposure": (f"| units | expected events | {words} | mid-p rate |", rate_lines),
        "Mean over persons in cases": (f"| cases | {words} | persons drawn singly |", cluster_lines),
        "Mean of a series": (f"| periods | correlation | {of_series} | single periods |", series_lines),
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=1000, help="data sets a line")
    parser.add_argument("--draws", type=int, default=499)
    parser.add_argument("--seed", type=int, default=20250906)
    parser.add_argument("--only", choices=["units", "counts", "cases", "series"], nargs="*", default=None)
    given = parser.parse_args()
    print(
        f"{given.sets} data sets a line, {given.draws} draws; error ±{200 * math.sqrt(0.0475 / given.sets):.1f} points"
    )
    for word, (number, (title, (head, lines))) in zip(
        ("units", "counts", "cases", "series"), enumerate(tables.items()), strict=True
    ):
        if given.only is None or word in given.only:
            table(title, head, lines(given.sets, given.draws, np.random.default_rng([given.seed, number])))


if __name__ == "__main__":
    main()
