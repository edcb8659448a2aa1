"""Robust errors of adjusted ratios: what they are, when they are refused, and how often they are right."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.inference import cluster_jackknife, fixed_effects
from evalkit.inference.absorbing import Effects

pytestmark = pytest.mark.filterwarnings("error")
ASKED = {"count": "count", "exposure": "exposure", "contrast": "side", "reference": 0, "errors": "robust"}
DRAWS = 1000
# Three standard errors of a share of 1000 draws at 5 %.
ERROR = 3 * (0.05 * 0.95 / DRAWS) ** 0.5


def towns(many: int, treated: int, *, rows: int = 6, draws: int = 1, seed: int = 1) -> pl.DataFrame:
    """Counts of towns whose rates differ (gamma, variance 0.1), no difference between the sides."""
    rng = np.random.default_rng(seed)
    town = np.tile(np.arange(many).repeat(rows), draws)
    rates = rng.gamma(10.0, 0.1, (draws, many)).repeat(rows, axis=1).ravel()
    return pl.DataFrame(
        {
            "draw": np.arange(draws).repeat(many * rows),
            "town": town,
            "side": (town < treated).astype(int),
            "count": rng.poisson(20 * rates).astype(np.int64),
            "exposure": 1.0,
        }
    )


def lone_rows(treated: int, others: int, *, draws: int = 1, seed: int = 2) -> pl.DataFrame:
    """Rows of their own with the variance three times the mean, no difference between the sides."""
    size = treated + others
    counts = np.random.default_rng(seed).negative_binomial(10, 1 / 3, size * draws).astype(np.int64)
    side = np.tile(np.arange(size) < treated, draws).astype(int)
    return pl.DataFrame({"draw": np.arange(draws).repeat(size), "side": side, "count": counts, "exposure": 1.0})


def held(found: ek.EstimateSeries) -> float:
    given = found.to_frame().filter(status="estimated")
    assert given.height > DRAWS / 2
    return float(((given["conf_low"] <= 1) & (given["conf_high"] >= 1)).mean())


@pytest.mark.parametrize(("many", "treated"), [(10, 2), (10, 3), (20, 3), (100, 2)])
def test_a_side_of_few_clusters_is_refused(many: int, treated: int) -> None:
    found = ek.adjusted_rate_ratio(towns(many, treated), **ASKED, cluster="town")
    assert found.reason.code == "side_worth_too_little"
    assert found.std_error is None


@pytest.mark.parametrize(("treated", "others"), [(2, 30), (3, 30), (2, 100), (30, 3)])
def test_a_side_of_few_rows_is_refused(treated: int, others: int) -> None:
    assert ek.adjusted_rate_ratio(lone_rows(treated, others), **ASKED).reason.code == "side_worth_too_little"


def test_clusters_of_unlike_size_count_as_fewer() -> None:
    frame = towns(20, 5)
    large = pl.when(pl.col("town") == 0).then(50.0).otherwise(1.0)
    found = ek.adjusted_rate_ratio(
        frame.with_columns(exposure=large, count=pl.col("count") * large.cast(int)), **ASKED, cluster="town"
    )
    assert ek.adjusted_rate_ratio(frame, **ASKED, cluster="town").is_estimated
    assert found.reason.code == "side_worth_too_little"


@pytest.mark.parametrize(("many", "treated"), [(10, 4), (20, 5), (40, 4), (100, 10)])
def test_limits_by_cluster_hold_the_truth(many: int, treated: int) -> None:
    found = ek.adjusted_rate_ratio(towns(many, treated, draws=DRAWS), **ASKED, cluster="town", by="draw")
    assert 0.94 - ERROR <= held(found) <= 0.985


@pytest.mark.parametrize(("treated", "others"), [(4, 6), (5, 30), (5, 100), (10, 10)])
def test_limits_of_lone_rows_hold_the_truth(treated: int, others: int) -> None:
    found = ek.adjusted_rate_ratio(lone_rows(treated, others, draws=DRAWS), **ASKED, by="draw")
    assert 0.94 - ERROR <= held(found) <= 0.985


def test_the_error_is_that_of_the_kernel_for_one_regression() -> None:
    frame = towns(16, 6)
    found = ek.adjusted_rate_ratio(frame, **ASKED, cluster="town")
    side = frame["side"].to_numpy()
    fit = fixed_effects.poisson(frame["count"].to_numpy(), side[:, None].astype(float), Effects.constant(side.size))
    alone = cluster_jackknife.jackknifed(fit, 0, frame["town"].to_numpy(), side > 0)
    assert math.log(found.estimate) == pytest.approx(alone.estimate, abs=1e-9)
    assert found.std_error == pytest.approx(alone.std_error, rel=1e-9)
    # The kernel has the degrees of freedom of the smaller side alone; those of both are more.
    assert alone.low < math.log(found.conf_low) < math.log(found.conf_high) < alone.high


def test_clusters_with_rows_of_both_sides_are_left_out_whole() -> None:
    frame = towns(12, 0).with_columns(side=pl.int_range(pl.len()) % 2)
    found = ek.adjusted_rate_ratio(frame, **ASKED, cluster="town")
    counts, side, town = (frame[name].to_numpy() for name in ("count", "side", "town"))
    # Without covariates the means are the sides', and one step without a town has a closed form.
    total = np.array([counts[side == one].sum() for one in (0, 1)])
    mean = total / 36
    changes = []
    for one in range(12):
        left = [counts[(town == one) & (side == which)].sum() - 3 * mean[which] for which in (0, 1)]
        changes.append(left[0] / (33 * mean[0]) - left[1] / (33 * mean[1]))
    assert found.std_error == pytest.approx(math.sqrt(11 / 12 * np.sum(np.square(changes))), rel=1e-9)
    reach = math.log(found.conf_high / found.estimate) / found.std_error
    assert reach == pytest.approx(2.200985, abs=1e-6)  # Student's t with 11 degrees of freedom


def test_a_label_of_one_row_takes_nothing_from_the_error() -> None:
    frame = lone_rows(8, 12).with_columns(sector=pl.lit("food"))
    odd = frame.head(1).with_columns(sector=pl.lit("building"), count=pl.lit(7, pl.Int64))
    alone = ek.adjusted_rate_ratio(frame, **ASKED, covariates=["sector"])
    beside = ek.adjusted_rate_ratio(pl.concat([frame, odd]), **ASKED, covariates=["sector"])
    assert beside.std_error == pytest.approx(alone.std_error * math.sqrt(20 / 21 * 20 / 19), rel=1e-9)


def test_counts_that_vary_not_at_all_have_no_robust_error() -> None:
    frame = pl.DataFrame({"count": [4] * 8 + [6] * 8, "side": [0] * 8 + [1] * 8, "exposure": 1.0})
    assert ek.adjusted_rate_ratio(frame, **ASKED).reason.code == "all_as_expected"


def test_many_groups_have_each_its_own_answer() -> None:
    frame = pl.concat([towns(20, 3), towns(20, 8, seed=3).with_columns(draw=pl.lit(1, pl.Int64))])
    few, many = ek.adjusted_rate_ratio(frame, **ASKED, cluster="town", by="draw")
    assert few.reason.code == "side_worth_too_little"
    alone = ek.adjusted_rate_ratio(frame.filter(draw=1), **ASKED, cluster="town")
    assert (many.std_error, many.conf_low) == pytest.approx((alone.std_error, alone.conf_low), rel=1e-12)
