"""Proportions, their differences, ratios and tests against R and print. Tolerances: README.md of this folder."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

import evalkit as ek
from evalkit.inference import proportion_pairs, proportion_tests, proportions
from evalkit.inference.method import Method
from evalkit.inference.proportion_tests import Alternative

HERE = Path(__file__).parent
DIGITS = 1e-10
SOLVED_DIGITS = 1e-9
P_DIGITS = 1e-8


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def same(value: float, golden: str, digits: float = DIGITS, least: float = 0.0) -> bool:
    return value == float(golden) or math.isclose(value, float(golden), rel_tol=digits, abs_tol=least)


def identity(row: dict[str, str]) -> str:
    return "-".join(list(row.values())[:6])


def table(row: dict[str, str]) -> tuple[int, int, int, int]:
    return int(row["count"]), int(row["of"]), int(row["count_ref"]), int(row["of_ref"])


@pytest.mark.parametrize("row", rows("proportions.csv"), ids=identity)
def test_one_proportion_agrees_with_r(row: dict[str, str]) -> None:
    count, of, level, null = int(row["count"]), int(row["of"]), float(row["conf_level"]), float(row["null"])
    for method, function in proportions.TESTED.items():
        found = function(count, of, level, null=null).only()
        digits = SOLVED_DIGITS if method is Method.MIDP else DIGITS
        assert same(found.low, row[f"{method}_low"], digits), method
        assert same(found.high, row[f"{method}_high"], digits), method
        # R's tails of a binomial with a million trials carry about ten digits; below 1e-290 nothing is compared.
        assert same(found.p_value, row[f"{method}_p"], P_DIGITS, least=1e-290), method
    credible = proportions.bayes(count, of, level).only()
    assert same(credible.low, row["bayes_low"])
    assert same(credible.high, row["bayes_high"])


@pytest.mark.parametrize("row", rows("proportion_pairs.csv"), ids=identity)
def test_two_proportions_agree_with_r(row: dict[str, str]) -> None:
    level = float(row["conf_level"])
    newcombe = proportion_pairs.newcombe(*table(row), level).only()
    score = proportion_pairs.miettinen_nurminen(*table(row), level).only()
    for found, name in ((newcombe, "newcombe"), (score, "mn")):
        # A limit may lie at 0, where only the absolute error says anything.
        assert same(found.low, row[f"{name}_low"], SOLVED_DIGITS, least=1e-11), name
        assert same(found.high, row[f"{name}_high"], SOLVED_DIGITS, least=1e-11), name
    tenth = proportion_pairs.miettinen_nurminen(*table(row), level, null=0.1).only()
    assert same(score.p_value, row["mn_p"], P_DIGITS)
    assert same(tenth.p_value, row["mn_p_tenth"], P_DIGITS)


@pytest.mark.parametrize("row", rows("proportion_pairs.csv"), ids=identity)
def test_a_ratio_of_proportions_agrees_with_r(row: dict[str, str]) -> None:
    found = ek.proportion_ratio(*table(row), conf_level=float(row["conf_level"]), null=2.0)
    if row["ratio_low"] == "NA":
        assert found.reason.code == "no_events"
        return
    assert same(found.conf_low, row["ratio_low"], SOLVED_DIGITS)
    assert same(found.conf_high, row["ratio_high"], SOLVED_DIGITS)
    assert same(found.p_value, row["ratio_p_two"], P_DIGITS)


@pytest.mark.parametrize("row", rows("proportion_tests.csv"), ids=identity)
def test_exact_tests_agree_with_r(row: dict[str, str]) -> None:
    for method, function in proportion_tests.METHODS.items():
        one_sided = [float(row[f"{method}_less"]), float(row[f"{method}_greater"])]
        for alternative, golden in (
            (Alternative.LESS, one_sided[0]),
            (Alternative.GREATER, one_sided[1]),
            (Alternative.TWO_SIDED, min(1.0, 2 * min(one_sided))),
        ):
            assert function(*table(row), alternative).p_value.item() == pytest.approx(golden, rel=P_DIGITS), method


def test_the_two_sided_p_value_is_not_that_of_fisher_test_in_r() -> None:
    (row,) = (row for row in rows("proportion_tests.csv") if table(row) == (7, 12, 1, 10))
    assert ek.proportion_test(*table(row), method="fisher").p_value == pytest.approx(2 * float(row["fisher_greater"]))
    assert float(row["fisher_minlike"]) < 2 * float(row["fisher_greater"])


@pytest.mark.parametrize("row", rows("published_proportions.csv"), ids=identity)
def test_published_intervals(row: dict[str, str]) -> None:
    if row["function"] == "proportion":
        found = ek.proportion(int(row["count"]), int(row["of"]), method=row["method"])
    else:
        found = ek.proportion_difference(*table(row), method=row["method"])
    assert found.conf_low == pytest.approx(float(row["low"]), abs=5.0001e-5)
    assert found.conf_high == pytest.approx(float(row["high"]), abs=5.0001e-5)
