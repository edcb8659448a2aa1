"""Dispersion of many groups at once: the negative binomial of statsmodels group by group, and time that groups cost."""

from __future__ import annotations

import math
import time

import numpy as np
import polars as pl
import pytest
from scipy import special
from statsmodels.genmod.families import NegativeBinomial
from statsmodels.genmod.generalized_linear_model import GLM

import evalkit as ek
from evalkit.inference import loglinear
from evalkit.inference.loglinear import Model

pytestmark = pytest.mark.filterwarnings("error")


def panel(groups: int, rows: int, *, even: bool, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    exposure = np.ones(groups * rows) if even else rng.uniform(0.5, 20, groups * rows)
    means = exposure * rng.gamma(1.5, 2, groups).repeat(rows)
    shape = rng.choice([0.5, 3.0, 50.0], groups).repeat(rows)
    return pl.DataFrame(
        {
            "count": rng.poisson(rng.gamma(shape, means / shape)),
            "exposure": exposure,
            "unit": np.arange(groups).repeat(rows),
            "side": np.tile(np.arange(rows) % 2, groups),
        }
    )


def dispersions(frame: pl.DataFrame) -> ek.Variations:
    return ek.dispersion(frame["count"], frame["exposure"], cells=frame["side"], by=frame["unit"])


def model(frame: pl.DataFrame) -> Model | None:
    """The model of one unit, without cells that have no events."""
    kept = frame.filter(pl.col("count").sum().over("side") > 0)
    sides = np.unique(kept["side"].to_numpy())
    if not sides.size:
        return None
    matrix = (kept["side"].to_numpy()[:, None] == sides).astype(float)
    return Model(kept["count"].to_numpy(), matrix, np.log(kept["exposure"].to_numpy()))


def log_likelihood(rows: Model, alpha: float) -> float:
    found = GLM(rows.counts, rows.matrix, family=NegativeBinomial(alpha=alpha), offset=rows.offset).fit(tol=1e-12)
    return loglinear.log_likelihood(rows.counts, found.mu, alpha)


@pytest.mark.parametrize("even", [True, False])
def test_alpha_and_its_limits_are_those_of_statsmodels(even: bool) -> None:
    frame = panel(25, 18, even=even, seed=3)
    reach, bounded = special.chdtri(1, 0.05) / 2, 0
    for unit, item in enumerate(dispersions(frame)):
        rows = model(frame.filter(unit=unit))
        if rows is None or not item.alpha.is_estimated:
            assert item.alpha.reason is not None
            continue
        best = loglinear.negative_binomial(rows)
        # Both searches stop when log alpha moves less than 1e-11; the rest is the flatness of the likelihood.
        assert item.alpha.estimate == pytest.approx(best.alpha, rel=1e-7)
        chance = loglinear.poisson(rows).log_likelihood
        ratio = 2 * (best.log_likelihood - chance)
        assert item.alpha.tests[0].statistic == pytest.approx(ratio, rel=1e-9, abs=1e-9)
        assert log_likelihood(rows, item.alpha.conf_high) == pytest.approx(best.log_likelihood - reach, abs=1e-8)
        if item.alpha.conf_low > 0:
            bounded += 1
            assert log_likelihood(rows, item.alpha.conf_low) == pytest.approx(best.log_likelihood - reach, abs=1e-8)
        else:
            assert chance >= best.log_likelihood - reach
    assert bounded >= 5


def test_groups_of_every_kind_stand_beside_each_other() -> None:
    kinds = {"none": [0, 0, 0], "one": [4], "even": [5, 5, 5], "more": [1, 30, 2], "missing": [3, None, 4]}
    rows = [(kind, count) for kind, counts in kinds.items() for count in counts]
    frame = pl.DataFrame(rows, schema=["kind", "count"], orient="row")
    found = dict(zip(kinds, ek.dispersion(frame["count"], 1.0, by=frame["kind"]), strict=True))
    reasons = {kind: item.phi.reason.code for kind, item in found.items() if item.phi.reason is not None}
    assert reasons == {"none": "no_variation_to_measure", "one": "no_variation_to_measure", "missing": "value_missing"}
    assert (found["even"].phi.estimate, found["even"].alpha.estimate) == (0.0, 0.0)
    assert found["more"].alpha.conf_low > 0
    assert all(math.isfinite(found[kind].alpha.conf_high) for kind in ("even", "more"))
    assert found["more"] == ek.dispersion([1, 30, 2], 1.0)


def test_large_and_tiny_numbers_do_not_run_away() -> None:
    counts = [10**6, 3 * 10**6, 2 * 10**6, 0, 1, 0, 0, 9]
    found = ek.dispersion(counts, [1e-9] * 4 + [1e9] * 4, by=["a"] * 4 + ["b"] * 4)
    assert [item.alpha.is_estimated for item in found] == [True, True]
    assert all(item.alpha.conf_low < item.alpha.estimate < item.alpha.conf_high for item in found)


def test_a_thousand_groups_take_no_loop() -> None:
    frame = panel(1000, 24, even=True, seed=4)
    start = time.process_time()
    found = dispersions(frame)
    # It takes about 0.4 s of processor time; one after the other took three minutes.
    assert time.process_time() - start < 10
    assert len(found) == 1000
