"""Exact permutation tests against coin and against enumeration in R. Tolerances are argued in README.md."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import evalkit as ek

HERE = Path(__file__).parent
DATA = pl.read_csv(HERE / "permutation.csv")
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
