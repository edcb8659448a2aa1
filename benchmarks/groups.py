"""Adjusted ratios, dispersion, equivalence and the E-test for a whole panel in one call, beside a loop, in one run.

Regressions: 12,000 groups (300 units × 40 metrics) of 24 periods, with a contrast, a sector and a number. The peers
fit a sample one after another: statsmodels' ``GLM`` with its own errors, without limits by profile, and
``NegativeBinomial``, whose alpha has no profile limits either; their times are multiplied up to all groups, and the
table says so. Equivalence and the E-test: pairs of counts, all with exposures of their own; the peer is called for one
pair at a time, on a sample.

    python benchmarks/groups.py
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import polars as pl
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.rates import test_poisson_2indep

import evalkit as ek

GROUPS, PERIODS, SAMPLE, PAIRS = 12_000, 24, 200, 1_440_000
ASKED = {
    "count": "count",
    "exposure": "exposure",
    "contrast": "side",
    "reference": "b",
    "covariates": ["sector", "size"],
}


def panel(groups: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = groups * PERIODS
    exposure = rng.uniform(0.5, 10, rows)
    means = exposure * rng.gamma(2.0, 1.0, groups).repeat(PERIODS) * rng.gamma(4.0, 0.25, rows)
    return pl.DataFrame(
        {
            "group": np.arange(groups).repeat(PERIODS),
            "count": rng.poisson(means),
            "exposure": exposure,
            "side": rng.choice(["a", "b"], rows),
            "sector": rng.choice(["food", "building", "alcohol"], rows),
            "size": rng.normal(size=rows),
        }
    )


def models(frame: pl.DataFrame) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Counts, terms and log exposures of each group."""
    found = []
    for part in frame.partition_by("group"):
        sectors = part["sector"].unique(maintain_order=True).to_list()[1:]
        terms = [np.ones(part.height), part["side"] == "a", part["size"], *(part["sector"] == one for one in sectors)]
        matrix = np.column_stack([np.asarray(term, dtype=float) for term in terms])
        found.append((part["count"].to_numpy(), matrix, np.log(part["exposure"].to_numpy())))
    return found


def seconds(run: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def regressions(frame: pl.DataFrame, repeats: int) -> list[tuple[str, str, float]]:
    few = frame.filter(pl.col("group") < SAMPLE)
    scale, parts = frame["group"].n_unique() / SAMPLE, models(few)
    sides = [np.column_stack([matrix[:, 1], 1 - matrix[:, 1]]) for _, matrix, _ in parts]

    def glm(**options: object) -> None:
        for counts, matrix, offset in parts:
            GLM(counts, matrix, family=Poisson(), offset=offset).fit(**options)

    def nb2() -> None:
        for (counts, _, offset), matrix in zip(parts, sides, strict=True):
            NegativeBinomial(counts, matrix, offset=offset).fit(disp=0)

    def adjusted(errors: str, rows: pl.DataFrame = frame) -> object:
        return ek.adjusted_rate_ratio(rows, **ASKED, errors=errors, by="group")

    def dispersion() -> object:
        return ek.dispersion(frame["count"], frame["exposure"], cells=frame["side"], by=frame["group"])

    return [
        ("adjusted, quasi", "evalkit, limits by profile", seconds(lambda: adjusted("quasi"), repeats)),
        ("adjusted, quasi", "statsmodels GLM, scaled", seconds(lambda: glm(scale="X2"), repeats) * scale),
        ("adjusted, model", "evalkit", seconds(lambda: adjusted("model"), repeats)),
        ("adjusted, model", "statsmodels GLM, scaled", seconds(glm, repeats) * scale),
        ("adjusted, robust", "evalkit, a row left out at a time", seconds(lambda: adjusted("robust"), repeats)),
        ("adjusted, robust", "statsmodels GLM, HC1, scaled", seconds(lambda: glm(cov_type="HC1"), repeats) * scale),
        ("dispersion", "evalkit, φ and alpha with limits", seconds(dispersion, repeats)),
        ("dispersion", "statsmodels NegativeBinomial, alpha alone, scaled", seconds(nb2, repeats) * scale),
    ]


def pairs(number: int, mean: float, repeats: int, seed: int) -> list[tuple[str, str, float]]:
    rng = np.random.default_rng(seed)
    exposure, exposure_ref = rng.uniform(1.0, 10.0, (2, number))
    count, count_ref = rng.poisson(rng.gamma(3.0, mean / 3, (2, number)))
    columns = [pl.Series(one) for one in (count, exposure, count_ref, exposure_ref)]
    scale = number / SAMPLE

    def loop(method: str) -> None:
        for row in range(SAMPLE):
            test_poisson_2indep(
                count[row], exposure[row], count_ref[row], exposure_ref[row], method=method, compare="ratio"
            )

    what = f"mean {mean:g}"
    told = [
        (
            f"equivalence {method}, {what}",
            "evalkit",
            seconds(lambda m=method: ek.rate_equivalence(*columns, 0.2, method=m), repeats),
        )
        for method in ("score", "midp", "exact")
    ]
    if mean > SMALL:
        return told
    return [
        *told,
        (f"E-test, {what}", "evalkit, with limits", seconds(lambda: ek.rate_ratio(*columns, method="e_test"), 1)),
        (f"E-test, {what}", "statsmodels, p-values alone, scaled", seconds(lambda: loop("etest-score"), 1) * scale),
    ]


SMALL = 10


def main() -> None:
    """Print the times and, where there is a peer, how many times longer it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=GROUPS)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20251125)
    given = parser.parse_args()
    with warnings.catch_warnings():
        # A peer that warns of its own data still does its work.
        warnings.simplefilter("ignore")
        rows = regressions(panel(given.groups, given.seed), given.repeats)
        rows += [row for mean in (3.0, 600.0) for row in pairs(given.pairs, mean, given.repeats, given.seed)]
    print(f"{given.groups} groups, {given.pairs} pairs; peers on {SAMPLE} of them, multiplied up")
    ours = {what: took for what, who, took in rows if who.startswith("evalkit")}
    print("| what | who | seconds | times evalkit's |\n|---|---|---:|---:|")
    for what, who, took in rows:
        print(f"| {what} | {who} | {took:.2f} | {took / ours[what]:.1f} |")


if __name__ == "__main__":
    main()
