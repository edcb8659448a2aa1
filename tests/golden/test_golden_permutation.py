"""Exact permutation tests against coin and against enumeration in R. Tolerances are argued in README.md."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import evalkit as ek

HERE = Path(__file__).parent
DATA = pl.read_csv(HERE / "permutation.csv")
SHIFTED, SHIFT_P = pl.read_csv(HERE / "permutation_shifts.csv"), pl.read_csv(HERE / "permutation_shifts_p.csv")
METRICS, METRIC_P = pl.read_csv(HERE / "permutation_metrics.csv"), pl.read_csv(HERE / "permutation_metrics_p.csv")
FOUND = pl.read_csv(HERE / "permutation_p.csv", null_values="NA", infer_schema_length=None)


@pytest.mark.parametrize("case", FOUND["case"].to_list())
def test_the_p_value_is_that_of_all_assignments_in_r(case: str) -> None:
    data = DATA.filter(pl.col("case") == case)
    expected = FOUND.filter(pl.col("case") == case).row(0, named=True)
    treated = None if case == "pairs" else data["treated"] == 1
    blocks = None if case == "pairs" else data["block"]
    found = ek.permutation_test(data["y"], treated, blocks=blocks, conf_level=0.8)
    assert found.p_value == pytest.approx(expected["p"], rel=1e-12)
    assert found.assumptions[0].code == "all_assignments"
    if case != "pairs":
        assert found.conf_low == pytest.approx(float(expected["low"]), abs=2e-9)
        assert found.conf_high == pytest.approx(float(expected["high"]), abs=2e-9)


@pytest.mark.parametrize("case", SHIFT_P["case"].to_list())
def test_shifts_in_time_are_those_of_enumeration_in_r(case: str) -> None:
    data = SHIFTED.filter(pl.col("case") == case)
    expected = SHIFT_P.filter(pl.col("case") == case).row(0, named=True)
    found = ek.permutation_test(data["y"], data["treated"] == 1, blocks=data["area"], shifts=True)
    assert found.estimate == pytest.approx(expected["difference"], rel=1e-12)
    assert found.p_value == pytest.approx(expected["p"], rel=1e-12)
    assert f" {expected['attainable']:.4g}." in found.assumptions[0].text.en
    assert found.assumptions[1].code == "moved_in_time"


def test_the_step_down_over_metrics_is_that_of_enumeration_in_r_and_near_coins_draws() -> None:
    found = ek.permutation_draws(METRICS.drop("treated"), METRICS["treated"] == 1)
    assert [item.p_value for item in found.estimates] == pytest.approx(METRIC_P["p"].to_list(), rel=1e-12)
    adjusted = [item.p_adjusted for item in found.adjusted()]
    assert adjusted == pytest.approx(METRIC_P["adjusted"].to_list(), rel=1e-12)
    # 200,000 draws: the standard error of a share is at most 0.0011.
    assert adjusted == pytest.approx(METRIC_P["coin"].to_list(), abs=0.005)
    assert ek.romano_wolf(found.statistics, found.draws).tolist() == adjusted
