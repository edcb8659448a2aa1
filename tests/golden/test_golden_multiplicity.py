"""Adjusted p-values against R and against print. Tolerances are argued in README.md of this folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import evalkit as ek

HERE = Path(__file__).parent
METHODS = ("bonferroni", "holm", "hochberg", "bh", "by")
FAMILIES = pl.read_csv(HERE / "multiplicity.csv").partition_by("family")
BH1995 = pl.read_csv(HERE / "bh1995.csv").rename({"BH": "bh", "BY": "by"})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", [*FAMILIES, BH1995], ids=lambda frame: f"{frame.height}-hypotheses")
def test_adjusted_p_values_are_those_of_r(family: pl.DataFrame, method: str) -> None:
    adjusted = ek.adjust(family["p"].cast(pl.Float64), method=method)
    np.testing.assert_allclose(adjusted.to_numpy(), family[method].cast(pl.Float64).to_numpy(), rtol=1e-13)


def test_the_fifteen_hypotheses_of_benjamini_and_hochberg() -> None:
    """Benjamini and Hochberg 1995, section 4.1: Bonferroni rejects three hypotheses and theirs four."""
    rejected = {method: int((ek.adjust(BH1995["p"], method=method) <= 0.05).sum()) for method in METHODS}
    assert rejected["bonferroni"] == 3
    assert rejected["bh"] == 4


def test_romano_wolf_is_the_definition_written_out_in_r() -> None:
    table = pl.read_csv(HERE / "romano_wolf.csv")
    observed, p_value, draws = (
        table.filter(pl.col("row") == row).drop("row").to_numpy() for row in ("observed", "p", "draw")
    )
    np.testing.assert_allclose(ek.romano_wolf(observed[0], draws), p_value[0], rtol=1e-13)


def test_romano_wolf_reaches_the_published_example() -> None:
    """The README of the R package wildrwolf: one regressor in eight models, 9,999 draws with its own random numbers.

    Ours are other random numbers: at 4,999 draws a p-value of 0.74 has a standard error of 0.006.
    """
    data = pl.read_csv(HERE / "wildrwolf.csv")
    signs = np.random.default_rng(7).choice(np.array([-1.0, 1.0], dtype=np.float32), size=(4999, data.height))
    outcomes = data.select("Y1", "Y2", "Y3", "Y4").to_numpy()
    found = [
        _wild_t(outcome, data.select(regressors).to_numpy(), signs)
        for outcome in outcomes.T
        for regressors in (["X1"], ["X1", "X2"])
    ]
    adjusted = ek.romano_wolf(np.array([t for t, _ in found]), np.stack([draws for _, draws in found], axis=1))
    expected = np.array([0.0001] * 8)
    expected[np.argsort([t for t, _ in found])[:4]] = np.array([0.9786, 0.9786, 0.9112, 0.7402])
    np.testing.assert_allclose(adjusted, expected, atol=0.015)


def _wild_t(
    outcome: NDArray[np.float64], regressors: NDArray[np.float64], signs: NDArray[np.float32]
) -> tuple[float, NDArray[np.float64]]:
    """abs(t) of the first regressor with HC1 errors, and the same in each draw with no effect of it imposed."""
    design = np.column_stack([np.ones(len(outcome)), regressors])
    kept = np.delete(design, 1, axis=1)
    fitted = kept @ np.linalg.lstsq(kept, outcome, rcond=None)[0]
    drawn = (fitted + (outcome - fitted) * signs).astype(np.float32)
    return float(_hc1_t(outcome[np.newaxis], design)[0]), _hc1_t(drawn, design)


def _hc1_t(outcomes: NDArray[np.floating], design: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = design.shape
    weights = np.linalg.pinv(design).astype(outcomes.dtype)
    coefficients = outcomes @ weights.T
    residuals = outcomes - coefficients @ design.T.astype(outcomes.dtype)
    variance = residuals**2 @ weights[1] ** 2 * rows / (rows - columns)
    return np.abs(coefficients[:, 1] / np.sqrt(variance)).astype(np.float64)
