"""Differences, E-tests and posteriors of two rates against R and against print. Tolerances are argued in README.md."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

import evalkit as ek
from evalkit.inference import e_test, rate_differences, ratios

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sides(row: dict[str, str]) -> tuple[int, float, int, float]:
    return int(row["count"]), float(row["exposure"]), int(row["count_ref"]), float(row["exposure_ref"])


def same(value: float, golden: str, digits: float) -> bool:
    return value == float(golden) or math.isclose(value, float(golden), rel_tol=digits)


def identity(row: dict[str, str]) -> str:
    return "-".join(list(row.values())[:6])


@pytest.mark.parametrize("row", rows("rate_differences.csv"), ids=identity)
def test_a_difference_agrees_with_r(row: dict[str, str]) -> None:
    level = float(row["conf_level"])
    score = rate_differences.score(*sides(row), level, null=float(row["null"])).only()
    assert same(score.low, row["score_low"], 1e-8)
    assert same(score.high, row["score_high"], 1e-8)
    assert same(score.p_value, row["score_p"], 1e-8)
    mover = rate_differences.mover(*sides(row), level).only()
    assert same(mover.low, row["mover_low"], 1e-10)
    assert same(mover.high, row["mover_high"], 1e-10)


@pytest.mark.parametrize("row", rows("e_test.csv"), ids=identity)
def test_the_e_test_agrees_with_the_plain_double_sum(row: dict[str, str]) -> None:
    level = float(row["conf_level"])
    ratio = e_test.ratio(*sides(row), level, null=float(row["null_ratio"])).only()
    assert same(ratio.p_value, row["ratio_p"], 1e-9)
    assert same(ratio.low, row["ratio_low"], 1e-7)
    assert same(ratio.high, row["ratio_high"], 1e-7)
    difference = e_test.difference(*sides(row), level, null=float(row["null_difference"])).only()
    assert same(difference.p_value, row["difference_p"], 1e-9)
    assert same(difference.low, row["difference_low"], 1e-7)
    assert same(difference.high, row["difference_high"], 1e-7)


@pytest.mark.parametrize("row", rows("posteriors.csv"), ids=identity)
def test_a_posterior_agrees_with_r(row: dict[str, str]) -> None:
    prior = float(row["prior_events"]), float(row["prior_exposure"])
    found = ratios.bayes(*sides(row), float(row["conf_level"]), prior=prior).only()
    assert same(found.low, row["low"], 1e-9)
    assert same(found.estimate, row["median"], 1e-9)
    assert same(found.high, row["high"], 1e-9)
    sure = ratios.exceeds(*sides(row), factor=float(row["factor"]), prior=prior).only()
    assert same(sure.estimate, row["exceeds"], 1e-9)


@pytest.mark.parametrize("row", rows("published_rate_pairs.csv"), ids=identity)
def test_a_published_case_of_two_rates(row: dict[str, str]) -> None:
    found = getattr(ek, row["function"])(*sides(row), method=row["method"], null=float(row["null"]))
    # The sources print the one-sided p-value of a statistic whose sign is known.
    value = found.p_value / 2 if row["tail"] == "one" else found.p_value
    assert abs(value - float(row["p_value"])) <= float(row["tolerance"])
