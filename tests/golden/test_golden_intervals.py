"""Limits and p-values against R and against print. Tolerances are argued in README.md of this folder."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import evalkit.comparisons as ek
from evalkit.inference import rates, ratios, two_by_two
from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, compare

HERE = Path(__file__).parent
DIGITS = 1e-10
P_DIGITS = 1e-9


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text)


def same(value: float, golden: str, *, digits: float = DIGITS) -> bool:
    return value == number(golden) or math.isclose(value, number(golden), rel_tol=digits)


def identity(row: dict[str, str]) -> str:
    return "-".join(list(row.values())[:6])


@pytest.mark.parametrize("row", rows("rates.csv"), ids=identity)
def test_one_rate_agrees_with_r(row: dict[str, str]) -> None:
    count, exposure, level = int(row["count"]), number(row["exposure"]), number(row["conf_level"])
    null = None if row["null"] == "NA" else number(row["null"])
    for method, function in rates.TESTED.items():
        found = function(count, exposure, level, null=null).only()
        assert same(found.low, row[f"{method}_low"]), method
        assert same(found.high, row[f"{method}_high"]), method
        assert (found.p_value is None) == (null is None)
        if found.p_value is not None:
            assert same(found.p_value, row[f"{method}_p"], digits=P_DIGITS), method
    credible = rates.bayes(count, exposure, level).only()
    assert same(credible.low, row["bayes_low"])
    assert same(credible.high, row["bayes_high"])


@pytest.mark.parametrize("row", rows("ratios.csv"), ids=identity)
def test_a_ratio_agrees_with_r(row: dict[str, str]) -> None:
    sides = int(row["count"]), number(row["exposure"]), int(row["count_ref"]), number(row["exposure_ref"])
    for method, function in ratios.TESTED.items():
        found = function(*sides, number(row["conf_level"]), null=number(row["null"])).only()
        assert same(found.low, row[f"{method}_low"]), method
        assert same(found.high, row[f"{method}_high"]), method
        assert same(found.p_value, row[f"{method}_p"], digits=P_DIGITS), method


ONES = (1.0, 1.0, 1.0, 1.0)


def table(row: dict[str, str]) -> list[int]:
    return [int(row[name]) for name in ("after", "before", "ref_after", "ref_before")]


@pytest.mark.parametrize("row", rows("two_by_two.csv"), ids=identity)
def test_a_ratio_of_ratios_agrees_with_r(row: dict[str, str]) -> None:
    level, null = number(row["conf_level"]), number(row["null"])
    exact = two_by_two.exact(table(row), ONES, level, null=null).only()
    midp = two_by_two.midp(table(row), ONES, level, null=null).only()
    score = two_by_two.score(table(row), ONES, level, null=null).only()
    assert same(score.low, row["score_low"], digits=1e-9)
    assert same(score.high, row["score_high"], digits=1e-9)
    assert same(score.p_value, row["score_p"], digits=1e-8)
    assert same(exact.low, row["exact_low"], digits=1e-9)
    assert same(exact.high, row["exact_high"], digits=1e-9)
    assert same(midp.low, row["midp_low"], digits=1e-9)
    assert same(midp.high, row["midp_high"], digits=1e-9)
    doubled = min(1.0, 2 * min(number(row["p_less"]), number(row["p_greater"])))
    assert math.isclose(exact.p_value, doubled, rel_tol=1e-8)
    assert math.isclose(midp.p_value, number(row["midp_p"]), rel_tol=1e-8)


@pytest.mark.parametrize("row", rows("two_by_two.csv"), ids=identity)
def test_fisher_test_is_near(row: dict[str, str]) -> None:
    # fisher.test works on the reciprocal above 1, with an absolute tolerance of 1.2e-4.
    exact = two_by_two.exact(table(row), ONES, number(row["conf_level"])).only()
    for value, golden in ((exact.low, number(row["fisher_low"])), (exact.high, number(row["fisher_high"]))):
        if math.isinf(golden) or golden == 0:
            assert value == golden
        elif golden < 1:
            assert abs(value - golden) < 1.3e-4
        else:
            assert abs(1 / value - 1 / golden) < 1.3e-4


def test_exposures_scale_the_odds_ratio() -> None:
    row = next(row for row in rows("two_by_two.csv") if row["after"] == "30" and row["conf_level"].startswith("0.949"))
    found = two_by_two.exact(table(row), (2.0, 3.0, 5.0, 7.0)).only()
    factor = (3.0 * 5.0) / (2.0 * 7.0)
    assert same(found.low / factor, row["exact_low"], digits=1e-9)
    assert same(found.high / factor, row["exact_high"], digits=1e-9)
    assert math.isclose(found.estimate, factor * 30 * 38 / (10 * 40))


def series(case: str) -> list[CellSeries]:
    found = [row for row in rows("quasi_series.csv") if row["case"] == case]
    names = dict.fromkeys(row["cell"] for row in found)
    return [
        CellSeries(
            np.array([int(row["count"]) for row in found if row["cell"] == name]),
            np.array([number(row["exposure"]) for row in found if row["cell"] == name]),
        )
        for name in names
    ]


@pytest.mark.parametrize("row", rows("quasi.csv"), ids=lambda row: row["case"])
def test_quasi_poisson_agrees_with_glm(row: dict[str, str]) -> None:
    cells = series(row["case"])
    found = compare(cells, null=number(row["null"]))
    assert found.method is Method.QUASI_POISSON
    assert found.df == int(row["df"])
    assert same(found.dispersion, row["dispersion"], digits=1e-8)
    assert same(math.log(found.interval.estimate), row["log_estimate"], digits=1e-8)
    assert same(found.interval.std_error, row["std_error"], digits=1e-8)
    assert same(found.interval.low, row["low95"], digits=1e-8)
    assert same(found.interval.high, row["high95"], digits=1e-8)
    assert same(found.interval.p_value, row["p_value"], digits=1e-8)
    wider = compare(cells, conf_level=0.8).interval
    assert same(wider.low, row["low80"], digits=1e-8)
    assert same(wider.high, row["high80"], digits=1e-8)


def test_the_rise_in_exploitation_offences_is_less_certain_than_poisson_says() -> None:
    cells = series("exploitation")
    found = compare(cells)
    totals = [cell.total for cell in cells]
    events, exposures = [total.events for total in totals], [total.exposure for total in totals]
    poisson = two_by_two.exact(events, exposures).only()
    assert found.dispersion > 2
    assert found.interval.low < poisson.low
    assert found.interval.high > poisson.high


@pytest.mark.parametrize("row", rows("cohen_yang.csv"), ids=lambda row: row["x"])
def test_the_published_table_of_poisson_limits(row: dict[str, str]) -> None:
    for percent in ("90", "95", "99"):
        exact = rates.exact(int(row["x"]), 1.0, int(percent) / 100).only()
        midp = rates.midp(int(row["x"]), 1.0, int(percent) / 100).only()
        for found, name, tolerance in ((exact, "garwood", 6e-7), (midp, "midp", 4e-5)):
            assert abs(found.low - number(row[f"{name}{percent}_lo"])) <= tolerance
            assert abs(found.high - number(row[f"{name}{percent}_hi"])) <= tolerance


@pytest.mark.parametrize("row", rows("published.csv"), ids=lambda row: f"{row['case']}-{row['method']}-{row['source']}")
def test_published_numbers(row: dict[str, str]) -> None:
    names = ("count", "exposure", "count_ref", "exposure_ref")
    numbers = {name: number(row[name]) for name in names if row[name]}
    found = getattr(ek, row["function"])(
        **numbers, method=row["method"], conf_level=number(row["conf_level"]), null=number(row["null"])
    )
    printed = {name: row[name] for name in ("estimate", "conf_low", "conf_high", "p_value") if row[name]}
    assert printed
    for name, value in printed.items():
        assert abs(getattr(found, name) - number(value)) <= number(row["tolerance"]), name
