"""Fixed effects and cluster errors against Cheng and Hoekstra 2013 (castle doctrine) and enumeration by hand."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evalkit.inference import cluster_robust, fixed_effects, wild_cluster
from evalkit.inference.absorbing import Effects
from evalkit.inference.cluster_robust import Counted

DATA = pl.read_csv(Path(__file__).parent / "castle.csv")
STATE, YEAR = DATA["sid"].to_numpy(), DATA["year"].to_numpy()
BY_YEAR, BY_REGION = Effects.of(STATE, YEAR), Effects.of(STATE, YEAR, DATA["region"].to_numpy())
WEIGHTS = DATA["popwt"].to_numpy().astype(float)
COVARIATES = (
    *("l_police", "unemployrt", "poverty", "l_income", "l_prisoner", "l_lagprisoner"),
    *("blackm_15_24", "whitem_15_24", "blackm_25_44", "whitem_25_44", "l_exp_subsidy", "l_exp_pubwelfare"),
)
TRENDS = (STATE[:, None] == np.unique(STATE)) * (YEAR - 2005.0)[:, None]
EVER = DATA["cdl"].to_numpy() > 0


def terms(*names: str) -> np.ndarray:
    return DATA.select("cdl", *names).to_numpy().astype(float)


COLUMNS = [
    (terms(), BY_YEAR),
    (terms(), BY_REGION),
    (terms(*COVARIATES), BY_REGION),
    (terms("pre2_cdl", *COVARIATES), BY_REGION),
    (terms(*COVARIATES, "l_larceny", "l_motor"), BY_REGION),
    (np.column_stack([terms(*COVARIATES), TRENDS]), BY_REGION),
]
WEIGHTED = [(0.0801, 0.0342), (0.0946, 0.0279), (0.0937, 0.0290), (0.0955, 0.0367), (0.0985, 0.0299), (0.100, 0.0388)]
UNWEIGHTED = [(0.0877, 0.0638), (0.0811, 0.0769), (0.0600, 0.0684)]
NEGATIVE_BINOMIAL = [(0.0565, 0.0331), (0.0734, 0.0305), (0.0879, 0.0313)]
OFFSET, HOMICIDES = np.log(DATA["population"].to_numpy().astype(float)), DATA["homicide_c"].to_numpy()


@pytest.mark.parametrize(
    ("column", "weights", "published"),
    [
        *((column, WEIGHTS, printed) for column, printed in zip(COLUMNS, WEIGHTED, strict=True)),
        *((column, None, printed) for column, printed in zip(COLUMNS[:3], UNWEIGHTED, strict=True)),
    ],
)
def test_the_linear_columns_come_out_with_their_errors(column, weights, published) -> None:
    matrix, effects = column
    fit = fixed_effects.linear(DATA["l_homicide"].to_numpy(), matrix, effects, weights=weights)
    found = cluster_robust.clustered(fit, 0, STATE, EVER)
    assert found.estimate == pytest.approx(published[0], abs=5e-4 if published[0] == 0.100 else 5e-5)
    assert found.std_error == pytest.approx(published[1], abs=1e-4)


@pytest.mark.parametrize(("column", "published"), list(zip(COLUMNS[:3], NEGATIVE_BINOMIAL, strict=True)))
def test_the_negative_binomial_columns_come_out(column, published) -> None:
    fit = fixed_effects.negative_binomial(HOMICIDES, *column, offset=OFFSET)
    found = cluster_robust.clustered(fit, 0, STATE, EVER, rule=Counted.NONE)
    assert found.estimate == pytest.approx(published[0], abs=5e-5)
    assert found.std_error == pytest.approx(published[1], abs=6e-4)


@pytest.mark.parametrize(
    ("rule", "error"),
    [(Counted.NESTED_LEFT_OUT, 0.0324259), (Counted.NONE, 0.0320994), (Counted.ALL, 0.0340117)],
)
def test_the_three_factors_are_those_of_three_programs(rule, error) -> None:
    """fixest; HC0 times 50/49; statsmodels."""
    fit = fixed_effects.poisson(HOMICIDES, terms(), BY_YEAR, offset=OFFSET)
    found = cluster_robust.clustered(fit, 0, STATE, EVER, rule=rule)
    assert found.estimate == pytest.approx(0.0834635, abs=5e-8)
    assert found.std_error == pytest.approx(error, abs=5e-8)


def refitted(dummies: np.ndarray, values: np.ndarray, weights: np.ndarray, unit: np.ndarray) -> tuple:
    """Least squares with every dummy in place: residuals, and the first coefficient with its CR1 error."""
    bread = np.linalg.inv(dummies.T @ (weights[:, None] * dummies))
    coefficients = bread @ dummies.T @ (weights * values)
    left = values - dummies @ coefficients
    sums = np.array([(dummies * (weights * left)[:, None])[unit == one].sum(axis=0) for one in np.unique(unit)])
    return left, coefficients[0], np.sqrt((bread @ sums.T @ sums @ bread)[0, 0] * len(sums) / (len(sums) - 1))


def test_the_wild_bootstrap_is_that_of_refitting_every_draw() -> None:
    generator = np.random.default_rng(1)
    unit, period = np.repeat(np.arange(8), 6), np.tile(np.arange(6), 8)
    treated = (unit < 3) & (period >= 3)
    matrix = np.column_stack([treated, generator.normal(size=48)]).astype(float)
    values, weights = generator.normal(size=48) + 0.5 * treated, generator.uniform(1, 2, 48)
    fit = fixed_effects.linear(values, matrix, Effects.of(unit, period), weights=weights)
    found = wild_cluster.linear(fit, 0, unit, treated, null=0.2)
    dummies = np.column_stack([matrix, unit[:, None] == np.arange(8), period[:, None] == np.arange(1, 6)]).astype(float)
    _, estimate, error = refitted(dummies, values, weights, unit)
    under, _, _ = refitted(dummies[:, 1:], values - 0.2 * matrix[:, 0], weights, unit)
    drawn = []
    for signs in itertools.product([1, -1], repeat=8):
        _, one, spread = refitted(dummies, values - under + np.array(signs)[unit] * under, weights, unit)
        drawn.append(abs((one - 0.2) / spread))
    observed = abs((estimate - 0.2) / error)
    assert found.t == pytest.approx((estimate - 0.2) / error, rel=1e-9)
    assert found.p_value == np.mean(np.array(drawn) >= observed - 1e-9)
    assert found.p_without_ties == np.mean(np.array(drawn) > observed + 1e-9)
