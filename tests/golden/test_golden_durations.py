"""Curves, quantiles, means and tests of waits against R and against print; tolerances are argued in README.md."""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import evalkit as ek
from evalkit.inference import mean_durations

HERE = Path(__file__).parent
DIGITS = 1e-9
DATA = pl.read_csv(HERE / "durations_data.csv", schema_overrides={"days": pl.Float64})


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def part(name: str, side: str = "all") -> pl.DataFrame:
    found = DATA.filter(pl.col("set") == name)
    return found if side == "all" else found.filter(pl.col("side") == side)


def same(value: float, golden: str) -> bool:
    return math.isclose(value, float(golden), rel_tol=DIGITS, abs_tol=1e-12)


def limit(value: str, none: float) -> float:
    return none if value == "NA" else float(value)


@pytest.mark.parametrize("name", ["few", "ties", "many", "lung", "gehan"])
def test_curves_quantiles_and_means_agree_with_r(name: str) -> None:
    for row in (row for row in rows("durations.csv") if row["set"] == name):
        data = part(name, row["side"])
        level = float(row["conf_level"])
        curve = ek.survival(data["days"], data["cause"] > 0, method=row["method"], conf_level=level)
        check_share(curve.at(float(row["day"])), row)
        known = mean_durations.means(curve.waiting, float(row["day"]))
        assert same(known.mean[0], row["rmst"])
        assert same(known.error[0], row["rmst_se"])
        for done, words in ((0.25, "quarter"), (0.5, "median")):
            check_quantile(curve.quantile(done), row, words)


def check_share(found: ek.Estimate, row: dict[str, str]) -> None:
    assert same(found.estimate, row["share"])
    if found.estimate in {0, 1}:
        # R's limits are missing or have no width there; ours are exact and one-sided.
        assert row["low"] in {"NA", "1"}
        assert found.conf_low < found.conf_high
        assert found.estimate in {found.conf_low, found.conf_high}
    else:
        assert same(found.conf_low, row["low"])
        assert same(found.conf_high, row["high"])


def check_quantile(found: ek.Estimate, row: dict[str, str], words: str) -> None:
    if row[words] == "NA":
        assert found.reason.code in {"share_not_reached", "all_censored"}
        return
    assert found.estimate == float(row[words])
    low, high = limit(row[f"{words}_low"], math.inf), limit(row[f"{words}_high"], math.inf)
    if row["set"] == "few":
        # Ten units: before the first event and after the last one R's curve has no limits. Ours are exact there: the
        # lower limit can be day 0, and the upper one the day on which the last unit ended.
        assert found.conf_low in {low, 0.0}
        assert found.conf_high == high or (high == math.inf and found.conf_high == part("few")["days"].max())
    else:
        assert (found.conf_low, found.conf_high) == (low, high)


@pytest.mark.parametrize("row", rows("durations_sides.csv"), ids=lambda row: f"{row['set']}-{row['horizon']}")
def test_two_sides_agree_with_r(row: dict[str, str]) -> None:
    data = part(row["set"])
    asked = (data["days"], data["cause"] > 0, data["side"], "b")
    given = {"horizon": float(row["horizon"]), "method": "greenwood"}
    gap = ek.rmst_difference(*asked, **given)
    if (row["set"], row["horizon"]) == ("few", "3"):
        # Nobody on side b ended before day 3, so that R's formula takes its mean as certain.
        assert gap.reason.code == "no_variation"
        return
    for value, golden in ((gap.estimate, "gap"), (gap.conf_low, "gap_low"), (gap.conf_high, "gap_high")):
        assert same(value, row[golden])
    assert same(gap.p_value, row["gap_p"])
    ratio = ek.rmst_ratio(*asked, strata=data["stratum"], **given)
    for value, golden in ((ratio.estimate, "ratio"), (ratio.conf_low, "ratio_low"), (ratio.conf_high, "ratio_high")):
        assert same(value, row[golden])
    assert same(gap.tests[0].statistic, row["log_rank"])
    assert same(gap.tests[0].p_value, row["log_rank_p"])
    assert same(ratio.tests[0].statistic, row["stratified"])
    assert same(ratio.tests[0].p_value, row["stratified_p"])


@pytest.mark.parametrize("name", ["few", "ties", "many"])
@pytest.mark.parametrize("cause", ["1", "2"])
def test_competing_ends_agree_with_r(name: str, cause: str) -> None:
    data = part(name)
    curve = ek.cumulative_incidence(data["days"], data["cause"].cast(pl.String), of=cause, censored="0")
    golden = [row for row in rows("durations_competing.csv") if row["set"] == name and row["cause"] == cause]
    frame = curve.to_frame()
    assert frame["day"].to_list() == [float(row["day"]) for row in golden]
    errors = curve.incidence.variance**0.5
    for row, share, error in zip(golden, frame["estimate"], errors, strict=True):
        assert same(share, row["share"])
        # The recursion over matrices and the closed sum lose different digits of small differences.
        assert error == pytest.approx(float(row["se"]), rel=1e-6, abs=1e-9)


def test_the_published_lung_median_and_log_rank() -> None:
    # SURV-1 of the published cases: median 310 (285-363), limits on the log scale; log-rank 10.3267 between the sexes.
    lung = part("lung")
    median = ek.survival(lung["days"], lung["cause"] > 0, method="log").median()
    assert (median.estimate, median.conf_low, median.conf_high) == (310, 285, 363)
    found = ek.rmst_difference(lung["days"], lung["cause"] > 0, lung["side"], "a", horizon=500)
    assert found.tests[0].statistic == pytest.approx(10.3267, abs=5e-5)


def test_the_published_gehan_medians_and_log_rank() -> None:
    # SURV-1: medians 8 and 23, log-rank 16.79.
    gehan = part("gehan")
    assert ek.survival(gehan["days"], gehan["cause"], by=gehan["side"]).median().numbers["estimate"].to_list() == [
        8,
        23,
    ]
    found = ek.rmst_difference(gehan["days"], gehan["cause"], gehan["side"], "a", horizon=20)
    assert found.tests[0].statistic == pytest.approx(16.79, abs=5e-3)


@pytest.mark.parametrize("row", rows("durations_gray.csv"), ids=lambda row: f"{row['set']}-{row['by']}-{row['cause']}")
def test_grays_test_agrees_with_cmprsk(row: dict[str, str]) -> None:
    data = part(row["set"])
    shares = ek.cumulative_incidence(
        data["days"], data["cause"].cast(str), of=row["cause"], censored="0", by=data[row["by"]]
    )
    (found,) = shares.tests
    assert (found.name, found.df) == ("gray", float(row["df"]))
    assert same(found.statistic, row["statistic"])
    assert same(found.p_value, row["p_value"])
