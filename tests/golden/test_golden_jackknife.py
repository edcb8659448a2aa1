"""Leaving out one cluster at a time against R's refits (``jackknife.R``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evalkit.inference import fixed_effects
from evalkit.inference.absorbing import Effects
from evalkit.inference.cluster_jackknife import Jackknifed, jackknifed

HERE = Path(__file__).parent
# Both sides solve the same equations in double precision; R's file holds 15 digits.
SAME = 1e-9


def fitted(model: str) -> tuple[pl.DataFrame, fixed_effects.Fit]:
    data = pl.read_csv(HERE / "jackknife_data.csv")
    effects = Effects.of(data["unit"].to_numpy(), data["period"].to_numpy())
    matrix = data.select("treated", "x").to_numpy().astype(float)
    if model == "linear":
        return data, fixed_effects.linear(data["value"].to_numpy(), matrix, effects)
    return data, fixed_effects.poisson(data["count"].to_numpy(), matrix, effects)


@pytest.mark.parametrize("model", ["linear", "poisson"])
@pytest.mark.parametrize("term", ["treated", "x"])
def test_the_errors_are_those_of_refits(model: str, term: str) -> None:
    data, fit = fitted(model)
    row = pl.read_csv(HERE / "jackknife.csv").row(
        by_predicate=(pl.col("model") == model) & (pl.col("term") == term), named=True
    )
    found = jackknifed(fit, ["treated", "x"].index(term), data["unit"].to_numpy(), data["treated"].to_numpy() == 1)
    assert isinstance(found, Jackknifed)
    for name in ("estimate", "std_error", "low", "high", "p_value", "df"):
        assert getattr(found, name) == pytest.approx(row[name], rel=SAME, abs=SAME), name


@pytest.mark.parametrize("model", ["linear", "poisson"])
def test_the_coefficient_without_each_cluster_is_that_of_a_refit(model: str) -> None:
    data, fit = fitted(model)
    want = pl.read_csv(HERE / "jackknife_without.csv").filter(model=model)["without"].to_numpy()
    found = jackknifed(fit, 0, data["unit"].to_numpy(), data["treated"].to_numpy() == 1)
    assert isinstance(found, Jackknifed)
    np.testing.assert_allclose(found.without, want, rtol=SAME, atol=SAME)
