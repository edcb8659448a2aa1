"""Event studies of counts: against R, against their own definition, what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference.randomisation import Changes, placebo

GOLDEN = Path(__file__).parents[1] / "golden"
COLUMNS = {"unit": "unit", "period": "period", "count": "count", "exposure": "exposure"}


def panel() -> pl.DataFrame:
    return pl.read_csv(GOLDEN / "panel_events_data.csv")


def larger() -> pl.DataFrame:
    """With twelve more that were not treated: permutation asks for 40 units when several are."""
    more = panel().filter(pl.col("unit") > 20).with_columns(unit=pl.col("unit") + 100)
    return pl.concat([panel(), more])


def studied(frame: pl.DataFrame, **how) -> ek.EventStudy:
    return ek.event_study(frame, **{**COLUMNS, "treated": list(range(1, 13)), "start": 5, **how})


def test_robust_ratios_and_errors_are_those_of_r_with_dummies() -> None:
    """1e-6: glm's iteration ends at about 1e-9 and errors are squares of sums of it."""
    found, expected = studied(panel(), method="robust"), pl.read_csv(GOLDEN / "panel_events.csv")
    frame = found.effects.to_frame()
    assert frame["since"].to_list() == expected["since"].to_list()
    assert frame["estimate"].to_list() == pytest.approx(expected["estimate"].exp().to_list(), rel=1e-6)
    assert frame["std_error"].to_list() == pytest.approx(expected["std_error"].to_list(), rel=1e-6)


def test_spread_by_size_is_that_of_r() -> None:
    """1e-7: sums of glm's fitted values."""
    expected = pl.read_csv(GOLDEN / "panel_spread.csv").row(0, named=True)
    counts, exposure = (panel()[name].cast(pl.Float64).to_numpy().reshape(32, 8) for name in ("count", "exposure"))
    changes = Changes(*(grid[:, at].sum(axis=1) for grid in (counts, exposure) for at in (slice(4), slice(4, 8))))
    treated = np.isin(np.arange(32), [1, 4])
    found = placebo(changes, treated, draws=9, most_exact=999, generator=np.random.default_rng(1))
    assert expected["growth"] > 0
    assert found.statistic == pytest.approx(expected["statistic"], rel=1e-7)
    assert found.p_value == pytest.approx(expected["p"], rel=1e-12)


def test_both_methods_give_one_ratio_and_that_of_the_placebo_test() -> None:
    by_chance, robust = studied(larger(), draws=999), studied(larger(), method="robust")
    for one, other in zip(by_chance.effects, robust.effects, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-6)
        assert one.conf_low < one.estimate < one.conf_high
    alone = ek.placebo_test(larger(), **COLUMNS, treated=list(range(1, 13)), start=5, left_out=[(1, 3), (6, 8)])
    assert by_chance.effects[3].estimate == pytest.approx(alone.effect.estimate, rel=1e-10)


def test_limits_for_all_are_wider_than_for_one_and_the_base_has_no_row() -> None:
    found = studied(panel(), method="robust")
    joined = found.effects.to_frame().join(found.bands, on="since", suffix="_all")
    assert joined.height == 7
    assert (joined["conf_low_all"] < joined["conf_low"]).all()
    assert (joined["conf_high_all"] > joined["conf_high"]).all()
    assert 0 < found.pre_test.p_value <= 1
    assert studied(panel()).bands is None


def test_bins_are_counted_from_the_start() -> None:
    found = studied(panel(), width=3, method="robust").effects.groups
    assert found.rows() == [(-2, 1, 1), (0, 5, 7), (1, 8, 8)]


def test_the_test_before_the_start_sees_a_deviation_and_not_what_comes_after() -> None:
    frame = larger()
    odd = frame.with_columns(
        count=pl.when(pl.col("treated"), pl.col("period") == 2).then(pl.col("count") * 4).otherwise("count")
    )
    after = frame.with_columns(count=pl.when(pl.col("period") >= 5).then(7).otherwise("count"))
    assert studied(odd, draws=499).pre_test.p_value == pytest.approx(1 / 500)
    assert studied(odd, method="robust").pre_test.p_value < 0.02
    assert studied(after, draws=499).pre_test == studied(frame, draws=499).pre_test
    assert studied(frame, start=2).pre_test is None


def test_few_units_have_no_robust_errors_and_fewer_have_nothing() -> None:
    assert studied(panel(), treated=[1], method="robust").reason.code == "too_few_treated_clusters"
    few = panel().filter(pl.col("unit") > 6)
    assert studied(few, treated=list(range(7, 18)), method="robust").reason.code == "too_few_clusters"
    fewest = panel().filter(pl.col("unit") < 10)
    refused = studied(fewest, treated=1)
    assert (refused.reason.code, refused.effects, refused.bands) == ("too_few_to_stand_out", None, None)
    assert "20" in repr(refused)


@pytest.mark.parametrize("method", ["permutation", "robust"])
def test_a_bin_without_events_is_refused_alone(method: str) -> None:
    frame = larger().with_columns(count=pl.when(pl.col("treated"), pl.col("period") == 7).then(0).otherwise("count"))
    found = studied(frame, method=method, draws=99)
    assert [one.is_estimated for one in found.effects] == [True] * 5 + [False, True]
    others = [one.estimate for one in found.effects if one.is_estimated]
    assert all(math.isfinite(one) for one in others)


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(EstimationError) as told:
        studied(panel(), width=0, method="placebo")
    assert len(told.value.problems) == 2
