"""Log-linear slopes against R's glm; E-values against the published ones."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import evalkit as ek
from evalkit.inference.e_value import e_value
from evalkit.inference.summed import CellSeries
from evalkit.inference.trend import slope

HERE = Path(__file__).parent
COUNTS = {
    "one": [12, 9, 14, 11, 15, 13, 18, 12, 20, 16, 19, 25, 17, 22, 21, 28],
    "two": [30, 34, 29, 25, 31, 36, 22, 30, 27, 33, 28, 24, 29, 31, 26, 30],
    "wild": [2, 25, 4, 18, 1, 30, 9, 16, 3, 40, 7, 12, 0, 35, 6, 21],
}
EXPOSURE = np.array([1.0] * 8 + [1.25] * 8)


def rows() -> list[dict[str, str]]:
    with (HERE / "trend.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["name"])
def test_slopes_agree_with_r(row: dict[str, str]) -> None:
    found = slope([CellSeries(np.array(COUNTS[name]), EXPOSURE) for name in row["name"].split("_")], step=1 / 12)
    assert found.df == int(row["df"])
    # Both iterate to a relative change of 1e-12; the rest is rounding.
    assert found.log_slope == pytest.approx(float(row["slope"]), rel=1e-8)
    assert found.std_error == pytest.approx(float(row["se"]), rel=1e-8)
    assert found.limits(0.95)[0] == pytest.approx(float(row["low"]), rel=1e-7)
    assert found.detectable(0.95) == pytest.approx(float(row["detectable"]), rel=1e-8)


@pytest.mark.parametrize("counts", [[0] * 16, [0] * 15 + [4], [5] + [0] * 15])
def test_a_series_without_a_slope_has_none(counts: list[int]) -> None:
    assert slope([CellSeries(np.array(counts), EXPOSURE)]) is None


@pytest.mark.parametrize(
    ("given", "estimate", "limit"),
    [((3.9, 1.8, 8.7), 7.26, 3.0), ((0.8, 0.71, 0.91), 1.81, 1.43), ((1.2, 0.9, 1.6), 1.69, 1.0)],
)
def test_e_values_are_the_published_ones(given: tuple[float, float, float], estimate: float, limit: float) -> None:
    of_ratio, of_limit = e_value(*given)
    # Two decimals are published; 3.0 with one.
    assert of_ratio == pytest.approx(estimate, abs=0.005)
    assert of_limit == pytest.approx(limit, abs=0.005)


def test_an_unbounded_ratio_has_an_unbounded_e_value() -> None:
    assert e_value(0.0, 0.0, 0.5)[0] == np.inf
    assert e_value(np.inf, 2.0, np.inf)[1] == pytest.approx(2 + 2**0.5)


@pytest.mark.parametrize("wrong", [ek.rate(10, 5.0), ek.rate_ratio(0, 1, 0, 1), ek.rate_difference(10, 5, 4, 5)])
def test_only_a_ratio_with_a_number_has_one(wrong: ek.Estimate) -> None:
    with pytest.raises(ek.EvalkitError) as caught:
        ek.e_value(wrong)
    assert caught.value.problems[0].code == "not_a_ratio"
