"""Adjusted ratios of many groups at once: statsmodels group by group, refusals group by group, and what groups cost."""

from __future__ import annotations

import math
import time
import warnings

import numpy as np
import polars as pl
import pytest
from scipy import special
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM, GLMResults
from statsmodels.tools.sm_exceptions import ConvergenceWarning

import evalkit as ek
from evalkit.inference import loglinear, stacks
from evalkit.inference.loglinear import Model
from evalkit.inference.profiles import Profiles
from evalkit.inference.stacks import Stack

pytestmark = pytest.mark.filterwarnings("error")
ASKED = {
    "count": "count",
    "exposure": "exposure",
    "contrast": "side",
    "reference": "b",
    "covariates": ["sector", "size"],
}


def panel(groups: int, rows: int, seed: int, *, even: bool = False) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    total = groups * rows
    exposure = rng.uniform(0.5, 10, total)
    means = exposure * rng.gamma(2.0, 1.0, groups).repeat(rows)
    return pl.DataFrame(
        {
            "count": rng.poisson(means if even else means * rng.gamma(2.0, 0.5, total)),
            "exposure": exposure,
            "unit": np.arange(groups).repeat(rows),
            "side": np.where(rng.random(total) < 0.5, "a", "b"),
            "sector": rng.choice(["food", "building", "alcohol"], total),
            "size": rng.normal(size=total),
            "area": rng.integers(0, 12, total),
        }
    )


def regression(frame: pl.DataFrame, sectors: list[str]) -> GLM:
    terms = [np.ones(frame.height), (frame["side"] == "a").to_numpy(), frame["size"].to_numpy()]
    matrix = np.column_stack([*terms, *((frame["sector"] == one).to_numpy() for one in sectors[1:])]).astype(float)
    return GLM(frame["count"].to_numpy(), matrix, family=Poisson(), offset=np.log(frame["exposure"].to_numpy()))


def reference(frame: pl.DataFrame) -> GLMResults:
    """By statsmodels, iterated until nothing changes."""
    given = regression(frame, frame["sector"].unique(maintain_order=True).to_list())
    # Its covariance is that of the step before the last; begun from the answer both are the answer's.
    return given.fit(start_params=given.fit(tol=1e-13).params, tol=1e-13)


def jackknifed(frame: pl.DataFrame, start: np.ndarray) -> float:
    """The error from leaving out one area at a time, by one step of statsmodels' iteration on the other rows."""
    sectors, areas = frame["sector"].unique(maintain_order=True).to_list(), frame["area"].unique()
    changes = []
    for area in areas:
        rest = regression(frame.filter(pl.col("area") != area), sectors)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            changes.append(rest.fit(start_params=start, maxiter=1).params[1] - start[1])
    return math.sqrt((areas.len() - 1) / areas.len() * float(np.sum(np.square(changes))))


@pytest.mark.parametrize("errors", ["model", "robust"])
def test_estimate_and_error_are_those_of_statsmodels(errors: str) -> None:
    # Rows by themselves are held against R's sandwich: HC3 of statsmodels takes the leverages of another regression.
    frame, compared = panel(20, 60, 5, even=errors == "model"), 0
    cluster = "area" if errors == "robust" else None
    for unit, one in enumerate(ek.adjusted_rate_ratio(frame, **ASKED, errors=errors, cluster=cluster, by="unit")):
        if one.reason is not None:
            assert (errors, one.reason.code) == ("model", "more_than_chance")
            continue
        compared += 1
        rows = frame.filter(unit=unit)
        found = reference(rows)
        assert math.log(one.estimate) == pytest.approx(found.params[1], abs=1e-9)
        std_error = found.bse[1] if errors == "model" else jackknifed(rows, found.params)
        assert one.std_error == pytest.approx(std_error, rel=1e-6)
    assert compared >= 10


@pytest.mark.parametrize("errors", ["quasi", "model", "robust", "nb2"])
def test_a_group_among_others_is_the_group_alone(errors: str) -> None:
    few = pl.when(pl.col("unit") % 3 == 0).then(pl.col("count") // 9).otherwise("count")
    frame = panel(30, 14, 6).with_columns(few.alias("count"))
    found = ek.adjusted_rate_ratio(frame, **ASKED, errors=errors, by="unit")
    for unit, one in enumerate(found):
        alone = ek.adjusted_rate_ratio(frame.filter(unit=unit), **ASKED, errors=errors)
        assert one.reason == alone.reason
        for name in ("estimate", "conf_low", "conf_high", "p_value", "std_error", "dispersion"):
            if one.reason is None:
                assert getattr(one, name) == pytest.approx(getattr(alone, name), rel=1e-9), name
    assert {"separated"} <= {one.reason.code for one in found if one.reason is not None}


def test_negative_binomials_side_by_side_are_those_of_statsmodels_one_by_one() -> None:
    frame = panel(12, 24, 11)
    found = ek.adjusted_rate_ratio(frame, **ASKED, errors="nb2", by="unit")
    wider = 0
    for unit, one in enumerate(found):
        rows = frame.filter(unit=unit)
        sectors = sorted(rows["sector"].unique())[1:]
        terms = [np.ones(rows.height), (rows["side"] == "a").to_numpy(), rows["size"].to_numpy()]
        matrix = np.column_stack([*terms, *((rows["sector"] == each).to_numpy() for each in sectors)]).astype(float)
        model = Model(rows["count"].to_numpy(), matrix, np.log(rows["exposure"].to_numpy()))
        alone = loglinear.negative_binomial(model)
        wider += alone.alpha > 0
        assert abs(math.log(one.estimate)) == pytest.approx(abs(alone.coefficients[1]), rel=1e-6)
        assert one.std_error == pytest.approx(math.sqrt(alone.covariance[1, 1]), rel=1e-6)
    assert wider >= 6


def test_profile_limits_lie_where_the_deviance_says() -> None:
    rng = np.random.default_rng(7)
    matrix = np.stack([np.column_stack([np.ones(20), np.arange(20) % 2, rng.normal(size=20)]) for _ in range(15)])
    stack = Stack(matrix, rng.poisson(3.0, (15, 20)).astype(float), np.zeros((15, 20)))
    fit, phi = stacks.fitted(stack), rng.uniform(1, 3, 15)
    error = np.sqrt(phi * fit.covariance(stack)[:, 1, 1])
    steps = -special.stdtrit(np.full(15, 17.0), 0.025)
    low, high = Profiles(stack, fit, 1, phi).limits(steps, error)
    for at in range(15):
        for limit in (low[at], high[at]):
            offset = limit * matrix[at][:, 1]
            held = GLM(stack.counts[at], matrix[at][:, [0, 2]], family=Poisson(), offset=offset).fit(tol=1e-13)
            free = GLM(stack.counts[at], matrix[at], family=Poisson()).fit(tol=1e-13)
            assert (held.deviance - free.deviance) / phi[at] == pytest.approx(steps[at] ** 2, rel=1e-8)
    assert (low < fit.coefficients[:, 1]).all()
    assert (fit.coefficients[:, 1] < high).all()


def test_far_from_the_answer_the_search_does_not_run_away() -> None:
    # With one degree of freedom the limits lie where means are e to the 40 apart.
    frame = pl.DataFrame({"count": [2, 4, 1, 1, 0], "exposure": 1.0, "side": list("baaba"), "sector": list("xyzzz")})
    found = ek.adjusted_rate_ratio(frame, **ASKED | {"covariates": ["sector"]})
    assert found.df == 1
    assert 0 < found.conf_low < 1e-15
    assert 1e15 < found.conf_high < math.inf


def test_huge_counts_and_exposures_are_fitted() -> None:
    frame = panel(3, 40, 8).with_columns(pl.col("count") * 10**7, pl.col("exposure") * 1e12)
    found = ek.adjusted_rate_ratio(frame, **ASKED, by="unit")
    small = ek.adjusted_rate_ratio(frame.with_columns(pl.col("count") // 10**7), **ASKED, by="unit")
    for one, beside in zip(found, small, strict=True):
        assert one.estimate == pytest.approx(beside.estimate, rel=1e-9)


@pytest.mark.parametrize("errors", ["quasi", "nb2"])
def test_a_thousand_groups_take_no_loop(errors: str) -> None:
    frame = panel(1000, 24, 9)
    start = time.process_time()
    found = ek.adjusted_rate_ratio(frame, **ASKED, errors=errors, by="unit")
    # It takes about 0.6 s of processor time; one after the other took twelve.
    assert time.process_time() - start < 6
    assert len(found) == 1000
