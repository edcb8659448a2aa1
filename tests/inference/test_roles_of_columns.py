"""Columns of a regression that are given in two roles: the answer would look sound and say something else."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({"exposure": "n"}, ["exposure"]),
        ({"contrast": "n"}, ["contrast"]),
        ({"covariates": ["n"]}, ["covariates"]),
        ({"covariates": ["t"]}, ["covariates"]),
        ({"covariates": ["side"]}, ["covariates"]),
        ({"covariates": ["x", "x"]}, ["covariates"]),
        ({"by": ["unit", "unit"]}, ["by"]),
        ({"by": "side"}, ["by"]),
        ({"by": "n", "exposure": "n"}, ["exposure", "by"]),
        ({"by": "x", "covariates": ["x"]}, ["by"]),
        ({"by": "unit", "cluster": "unit", "errors": "robust"}, ["cluster"]),
        ({"cluster": "side", "errors": "robust"}, ["cluster"]),
    ],
)
def test_a_column_in_two_roles_is_a_fault(options: dict[str, object], arguments: list[str]) -> None:
    frame = pl.DataFrame(
        {"n": [3, 4, 5, 9], "t": [1.0] * 4, "side": list("aabb"), "unit": ["u"] * 4, "x": [1, 2, 3, 5]}
    )
    with pytest.raises(EstimationError) as caught:
        ek.adjusted_rate_ratio(
            frame, **({"count": "n", "exposure": "t", "contrast": "side", "reference": "a"} | options)
        )
    assert [one.code for one in caught.value.problems] == ["column_twice"] * len(arguments)
    assert [one.place.key for one in caught.value.problems] == [f"argument {one}" for one in arguments]


def test_a_column_in_two_roles_is_told_in_full() -> None:
    frame = pl.DataFrame({"n": [3, 4], "side": list("ab")})
    with pytest.raises(EstimationError) as caught:
        ek.adjusted_rate_ratio(frame, count="n", exposure="n", contrast="side", reference="a")
    told = str(caught.value)
    assert "Samma kolumn används redan som count." in told
    assert "The same column is already used as count." in told
    assert "Ta bort den ur exposure, eller ange en annan kolumn." in told


def test_towns_may_have_a_level_of_their_own_and_depend_on_each_other() -> None:
    rng, place = np.random.default_rng(8), np.arange(80)
    frame = pl.DataFrame({"n": rng.poisson(9, 80), "t": 1.0, "side": place // 20 % 2, "town": (place % 20).astype(str)})
    found = ek.adjusted_rate_ratio(
        frame,
        count="n",
        exposure="t",
        contrast="side",
        reference=0,
        covariates=["town"],
        errors="robust",
        cluster="town",
    )
    assert found.is_estimated
