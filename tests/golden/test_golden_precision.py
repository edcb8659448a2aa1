"""Power and TOST against R, against print, and against the table of the domain brief.

Tolerances: enumerated powers 1e-9 absolute (both sums drop tails below 1e-12 and R's tails are good to 1e-13);
power.prop.test 1e-12 (a closed form); one-sided binomial tails 1e-10 relative; printed numbers half a unit of the
last digit.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.inference import equivalence as tests
from evalkit.inference import precision
from evalkit.inference.method import Method

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_kind(kind: str) -> list[dict[str, str]]:
    return [row for row in rows("precision.csv") if row["kind"] == kind]


def columns(found: list[dict[str, str]], *names: str) -> list[pl.Series]:
    return [pl.Series(name, [float(row[name]) for row in found]) for name in names]


@pytest.mark.parametrize("method", ["exact", "midp"])
@pytest.mark.parametrize("alpha", ["0.05", "0.10"])
@pytest.mark.parametrize("kind", ["one_rate", "two_rates"])
def test_exact_power_agrees_with_enumeration_in_r(kind: str, alpha: str, method: str) -> None:
    found = [row for row in of_kind(kind) if row["method"] == method and float(row["alpha"]) == float(alpha)]
    events, ratio, value = columns(found, "events", "ratio", "value")
    beside = {} if kind == "one_rate" else {"events_ref": columns(found, "events_ref")[0]}
    power = ek.power(ratio, events=events, **beside, alpha=float(alpha), method=method).numbers["power"]
    assert len(found) >= 16
    assert np.abs(power.to_numpy() - value.to_numpy()).max() < 1e-9


def test_shares_agree_with_power_prop_test() -> None:
    for row in of_kind("shares"):
        events, of, ratio = (float(row[name]) for name in ("events", "events_ref", "ratio"))
        found = ek.power(ratio, events=events, of=of, events_ref=events, of_ref=of, alpha=float(row["alpha"]))
        assert abs(found.power - float(row["value"])) < 1e-12


@pytest.mark.parametrize("row", rows("equivalence.csv"), ids=lambda row: "-".join(list(row.values())[:6]))
@pytest.mark.parametrize("method", ["exact", "midp"])
def test_two_one_sided_tests_agree_with_binom_test(row: dict[str, str], method: str) -> None:
    count, count_ref = int(row["count"]), int(row["count_ref"])
    margin = (float(row["low"]), float(row["high"]))
    found = ek.rate_equivalence(
        count, float(row["exposure"]), count_ref, float(row["exposure_ref"]), margin, method=method
    )
    assert math.isclose(found.p_above_low, float(row[f"{method}_above"]), rel_tol=1e-10)
    assert math.isclose(found.p_below_high, float(row[f"{method}_below"]), rel_tol=1e-10)


def test_rate_1_margins_at_the_exact_limits_are_just_at_the_level() -> None:
    """Case RATE-1: with the exact 95 % limits of Gu's first example for margins both tests give 0.025."""
    limits = (1.339735721772650, 3.388365573616252)
    gu = tests.TwoRates(
        events=np.asarray(60),
        exposure=np.asarray(51477.5),
        events_ref=np.asarray(30),
        exposure_ref=np.asarray(54308.7),
    )
    above = tests.above(gu, limits[0], method=Method.EXACT)
    below = tests.below(gu, limits[1], method=Method.EXACT)
    assert abs(max(above, below) - 0.025) < 1e-9
    assert abs(min(above, below) - 0.025) < 1e-9
    found = ek.rate_equivalence(60, 51477.5, 30, 54308.7, (0.5, 2.0), method="exact", alpha=0.025)
    assert (round(found.tost_level, 12), found.conf_level) == (0.95, 0.975)
    assert math.isclose(found.tost_low, limits[0], rel_tol=1e-9)
    assert math.isclose(found.tost_high, limits[1], rel_tol=1e-9)


@pytest.mark.parametrize("row", rows("power_published.csv"), ids=lambda row: f"{row['source']}-{row['rate1']}")
def test_published_power(row: dict[str, str]) -> None:
    given = {name: float(row[name]) for name in ("rate1", "rate2", "exposure", "nb_k", "alpha_one_sided")}
    ratio, published = given["rate1"] / given["rate2"], float(row["published"])
    if row["kind"] == "nb_size":
        size = size_for(given, ratio, row["source"])
        # Table I is printed as a whole number of subjects, Table III with five decimals.
        assert math.ceil(size) == published or abs(size - published) <= 5e-6
        return
    n = float(row["n"])
    if row["kind"] == "difference":
        # n is 6 on the first side and 8 on the other; the test is of the difference, at the true rates.
        error = math.sqrt(given["rate1"] / 6 + given["rate2"] / 8)
        found = precision.normal_power(given["rate1"] - given["rate2"], error, given["alpha_one_sided"])
        assert abs(float(found) - published) <= 5e-6
        return
    base = given["rate2"] * n * given["exposure"]
    # n subjects with the shape 1/k each; without k none at all.
    beside = {"shape": n / given["nb_k"]} if given["nb_k"] else {}
    if row["kind"] == "noninferiority":
        beside |= {"null": float(row["high"]), "alternative": "smaller"}
    else:
        beside |= {"margin": (float(row["low"]), float(row["high"]))}
    found = ek.power(ratio, events=base, events_ref=base, alpha=given["alpha_one_sided"], **beside).power
    assert abs(found - published) <= 5e-6


def size_for(given: dict[str, float], ratio: float, source: str) -> float:
    """Subjects a side for 80 per cent power, by which rates make the variance of the test: Zhu and Lakkis' methods."""
    rates = (given["rate1"], given["rate2"])
    middle = sum(rates) / 2
    tested = {"method 1": (rates[0],) * 2, "method 2": rates, "method 3": (middle,) * 2}[
        source[source.index("method") :][:8]
    ]

    def each(pair: tuple[float, ...]) -> float:
        return (1 / pair[0] + 1 / pair[1]) / given["exposure"] + 2 * given["nb_k"]

    if tested == rates:
        # The public function at the two whole numbers around the size, and between them the same formula.
        low, high = 1.0, 1e6
        for _ in range(200):
            size = (low + high) / 2
            events = given["exposure"] * size * rates[0]
            reached = ek.power(1 / ratio, events=events, events_ref=events, shape=size / given["nb_k"]).power >= 0.8
            low, high = (low, size) if reached else (size, high)
        return high
    quantiles = (1.959963984540054, 0.8416212335729143)
    return ((quantiles[0] * each(tested) ** 0.5 + quantiles[1] * each(rates) ** 0.5) / math.log(ratio)) ** 2


def series(monthly: float) -> dict[str, float]:
    return {"events": 24 * monthly, "events_before": 24 * monthly}


def four_cells(own: float, other: float) -> dict[str, float]:
    return {"events": 2 * own, "events_before": 2 * own, "events_ref": 2 * other, "events_ref_before": 2 * other}


BRIEF = [
    ("One series, 9 a month, 24+24", series(9), (1.31, 1.46, 1.71)),
    ("One series, 5 a month", series(5), (1.44, 1.67, 2.06)),
    ("One series, 1 a month", series(1), (2.25, 3.14, 5.04)),
    ("2x2, 54 against 108 a year, 2+2 years", four_cells(54, 108), (1.60, 1.94, 2.54)),
    ("2x2, 20 against 120", four_cells(20, 120), (1.97, 2.60, 3.87)),
    ("2x2, 10 against 60", four_cells(10, 60), (2.60, 3.87, 6.78)),
]


@pytest.mark.parametrize(("counts", "printed"), [row[1:] for row in BRIEF], ids=[row[0] for row in BRIEF])
def test_the_table_of_the_domain_brief(counts: dict[str, float], printed: tuple[float, ...]) -> None:
    found = ek.smallest_detectable(**counts, dispersion=pl.Series([1.0, 2.0, 4.0]), method="planned")
    assert [round(one.ratio, 2) for one in found] == list(printed)
