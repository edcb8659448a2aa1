"""Areas that join at different times: the public function, and the kernels under it."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference import bacon, extended_twfe, join_dates
from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average, plan_average
from evalkit.inference.group_time_spread import spreads
from evalkit.inference.multiplier_bootstrap import all_zero, by_cluster, critical_value, std_error
from evalkit.statements import Statement
from evalkit.vocabulary import Scale

NAMES = {"unit": "area", "period": "year", "count": "found", "exposure": "visits", "joined": "joined"}


def areas(
    joined: list[int | None], *, years: int = 5, factor: float = 1.5, seed: int = 1, mean: float = 40.0
) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        {
            "area": f"area {number:03}",
            "year": 2020 + year,
            "found": int(rng.poisson(mean * (factor if date is not None and 2020 + year >= date else 1))),
            "visits": 100.0 + number,
            "joined": date,
        }
        for number, date in enumerate(joined)
        for year in range(years)
    ]
    return pl.DataFrame(rows, schema_overrides={"joined": pl.Int64})


# 7!/(2! 3!) = 420 ways.
FEW = [2022, 2022, 2023, 2024, None, None, None]
MANY = [2022] * 12 + [2023] * 12 + [None] * 15


@pytest.mark.parametrize("scale", ["ratio", "difference"])
def test_few_areas_have_their_dates_exchanged_and_many_have_errors(scale: str) -> None:
    few = ek.group_time_effects(areas(FEW), **NAMES, scale=scale, draws=199)
    many = ek.group_time_effects(areas(MANY), **NAMES, scale=scale)
    assert (few.overall.method, many.overall.method) == ("permutation", "jackknife")
    assert few.overall.std_error is None
    assert few.bands is None
    assert few.overall.p_value >= 1 / 420
    assert [said.code for said in few.overall.assumptions] == [
        "parallel_development",
        "all_assignments",
        "join_dates_by_chance",
    ]
    truth = 1.5 if scale == "ratio" else 0.4 * 0.5
    for found in (few, many):
        assert found.overall.conf_low < found.overall.estimate < found.overall.conf_high
        assert found.overall.conf_low < truth < found.overall.conf_high
        assert found.overall.scale is (Scale.RATIO_OF_RATE_RATIOS if scale == "ratio" else Scale.RATE_DIFFERENCE)
        assert found.by_time_since.groups["since"].to_list() == sorted(found.by_time_since.groups["since"].to_list())
    # Between those of the smallest group alone and those of all groups together.
    assert 11 - 1 <= many.overall.df <= 39 - 3


def test_cells_have_labels_of_the_frame_and_averages_are_of_cells() -> None:
    found = ek.group_time_effects(areas(FEW), **NAMES, scale="difference", base="universal", draws=99)
    cells = found.cells.to_frame()
    assert cells.columns[:5] == ["joined", "period", "base", "since", "units"]
    assert (cells["base"] == cells["joined"] - 1).all()
    after = cells.filter(pl.col("since") >= 0)
    by_group = after.group_by("joined", "units", maintain_order=True).agg(pl.col("estimate").mean())
    assert found.by_group.numbers["estimate"].to_list() == pytest.approx(by_group["estimate"].to_list())
    expected = (by_group["estimate"] * by_group["units"]).sum() / by_group["units"].sum()
    assert found.overall.estimate == pytest.approx(expected)
    year = after.filter(pl.col("period") == 2023)
    weighted = (year["estimate"] * year["units"]).sum() / year["units"].sum()
    told = found.by_period.to_frame().filter(pl.col("period") == 2023)
    assert told["estimate"].item() == pytest.approx(weighted)


def test_many_ways_are_drawn_and_the_seed_is_told() -> None:
    frame = areas([2022, 2022, 2023, 2023, 2024, 2024, None, None, None, None, None])
    found = ek.group_time_effects(frame, **NAMES, draws=99, seed=7)
    assert (
        found.overall.assumptions[1] == ek.group_time_effects(frame, **NAMES, draws=99, seed=7).overall.assumptions[1]
    )
    assert found.overall.assumptions[1].code == "drawn_assignments"
    assert found.overall.p_value >= 1 / 100


def test_the_order_of_rows_and_the_kind_of_periods_do_not_matter() -> None:
    frame = areas(FEW)
    dates = frame.with_columns(pl.date("year", 1, 1).alias("year"), pl.date("joined", 1, 1).alias("joined"))
    first = ek.group_time_effects(frame, **NAMES, draws=99)
    second = ek.group_time_effects(dates.sample(fraction=1, shuffle=True, seed=2), **NAMES, draws=99)
    assert second.overall.estimate == first.overall.estimate
    assert (second.overall.conf_low, second.overall.p_value) == (first.overall.conf_low, first.overall.p_value)
    assert second.cells.groups["joined"][0] == dt.date(2022, 1, 1)


def test_bands_are_wider_than_single_limits_and_a_pre_test_is_told() -> None:
    later = areas([None if date is None else date + 2 for date in MANY], years=7)
    found = ek.group_time_effects(later, **NAMES)
    single = found.by_time_since.numbers
    assert (found.bands["conf_low"] < single["conf_low"]).all()
    assert (found.bands["conf_high"] > single["conf_high"]).all()
    assert found.pre_test.name.startswith("largest")
    assert 0 < found.pre_test.p_value < 1
    more = ek.group_time_effects(areas([2022] * 20 + [2023] * 20 + [None] * 20), **NAMES)
    assert (more.pre_test.name, more.pre_test.df) == ("Wald, differences before joining", 3)
    few = ek.group_time_effects(areas(FEW), **NAMES, draws=99)
    assert 0 < few.pre_test.p_value <= 1


def test_an_area_that_had_joined_from_the_start_is_in_no_comparison() -> None:
    without = ek.group_time_effects(areas(FEW), **NAMES, draws=99)
    early = areas(FEW).filter(pl.col("area") == "area 000").with_columns(area=pl.lit("zz"), joined=pl.lit(2020))
    found = ek.group_time_effects(pl.concat([areas(FEW), early.cast({"joined": pl.Int64})]), **NAMES, draws=99)
    assert found.overall == without.overall


def test_anticipation_moves_the_base_back() -> None:
    found = ek.group_time_effects(areas(FEW), **NAMES, anticipation=1, draws=99)
    after = found.cells.to_frame().filter(pl.col("since") >= 0)
    assert (after["base"] == after["joined"] - 2).all()


REFUSED = {
    "nobody_joins": ([None] * 4, {}),
    "no_never_joined": ([2022, 2022, 2023, 2023], {"control": "never"}),
    "all_join_at_once": ([2022] * 4, {}),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_compared_is_refused_in_words(code: str) -> None:
    joined, options = REFUSED[code]
    found = ek.group_time_effects(areas(joined), **NAMES, **options)
    assert found.overall.reason.code == code
    assert found.cells is None


def test_no_period_before_anyone_joins_is_refused() -> None:
    found = ek.group_time_effects(areas([2020, 2020, None]), **NAMES)
    assert found.overall.reason.code == "nobody_joins"


def test_a_missing_count_and_few_clusters_are_refused() -> None:
    hole = areas(FEW).with_columns(found=pl.when(pl.int_range(pl.len()) == 3).then(None).otherwise(pl.col("found")))
    assert ek.group_time_effects(hole, **NAMES).overall.reason.code == "value_missing"
    clustered = areas(MANY).with_columns(block=pl.col("area").str.slice(5, 2))
    found = ek.group_time_effects(clustered, **NAMES, cluster="block")
    assert found.overall.reason.code == "too_few_clusters"


def test_a_period_without_events_is_refused_as_a_ratio_and_told_as_a_difference() -> None:
    frame = areas(FEW).with_columns(found=pl.when(pl.col("area") == "area 003").then(0).otherwise(pl.col("found")))
    ratio = ek.group_time_effects(frame, **NAMES, draws=99)
    assert ratio.overall.reason.code == "no_events_in_period"
    assert ratio.by_group[0].is_estimated
    assert not ratio.by_group[2].is_estimated
    assert ek.group_time_effects(frame, **NAMES, scale="difference", draws=99).overall.is_estimated


def test_all_that_is_wrong_is_told_at_once_and_no_value() -> None:
    frame = areas(FEW)
    with pytest.raises(EstimationError) as caught:
        ek.group_time_effects(frame.drop("visits"), **NAMES, control="all", draws=0)
    assert {problem.code for problem in caught.value.problems} == {"unknown_word", "number_not_whole", "unknown_column"}
    changing = frame.with_columns(joined=pl.col("joined") + (pl.col("year") == 2020).cast(pl.Int64))
    broken = changing.with_columns(found=-pl.col("found"))[1:]
    with pytest.raises(EstimationError) as caught:
        ek.group_time_effects(broken, **NAMES)
    assert {problem.code for problem in caught.value.problems} == {
        "count_negative",
        "panel_not_balanced",
        "not_constant_in_unit",
    }
    text = frame.with_columns(joined=pl.lit("in May"))
    with pytest.raises(EstimationError) as caught:
        ek.group_time_effects(text, **NAMES)
    assert [problem.code for problem in caught.value.problems] == ["joined_not_a_period"]
    assert "in May" not in str(caught.value)
    with pytest.raises(EstimationError):
        ek.group_time_effects({"area": [1]}, **NAMES)


def small(seed: int = 3, *, ratio: bool = False) -> JoiningPanel:
    rng = np.random.default_rng(seed)
    joined = np.array([1, 2, 2, 4, 4, 4])
    return JoiningPanel(
        rng.poisson(30, (6, 4)).astype(float), rng.uniform(0.9, 1.1, (6, 4)), joined, np.ones(6), ratio=ratio
    )


@pytest.mark.parametrize("ratio", [False, True])
def test_a_p_value_is_the_share_of_all_exchanges_worked_out_one_by_one(*, ratio: bool) -> None:
    panel = small(ratio=ratio)
    plan = plan_cells(panel.joined, 4, never_only=False)
    row = plan_average(plan, Average.GROUP).overall_coefficients[None, :]
    every = join_dates.assignments(panel.joined, most_exact=60, draws=9, generator=np.random.default_rng(1))
    assert (len(every.joined), every.exact, join_dates.number(panel.joined)) == (60, True, 60)
    found = join_dates.randomised(panel, plan, row, every)

    def one(joined: np.ndarray, effect: float) -> float:
        on = panel.treated * effect
        top, bottom = (panel.top, panel.bottom * np.exp(on)) if ratio else (panel.top - on * panel.bottom, panel.bottom)
        given = JoiningPanel(top, bottom, joined, np.ones(6), ratio=ratio)
        return average(effects(given, plan_cells(joined, 4, never_only=False)), Average.GROUP).overall

    def p_value(effect: float) -> float:
        moved = replace(panel, bottom=panel.bottom * np.exp(effect * panel.treated)) if ratio else panel
        ways = every.joined
        over = np.array([one(joined, effect) for joined in ways]) / spreads(moved, plan, row, ways)[:, :, 0]
        return float(np.mean(np.abs(over) >= np.abs(over[:, :1]) * (1 - 1e-9), axis=1).max())

    assert {tuple(joined) for joined in every.joined.tolist()} == set(permutations(panel.joined.tolist()))
    assert found.p_value[0] == pytest.approx(p_value(0.0))
    # A limit is where the p-value falls to the level or below; ratios are interpolated, to half a per cent.
    near = 5e-3 if ratio else 1e-3
    for limit, sign in ((found.low[0], -1), (found.high[0], 1)):
        assert math.isfinite(limit)
        assert p_value(limit - sign * near) > 0.05 >= p_value(limit + sign * near) - 1e-12


def test_so_few_ways_that_nothing_could_be_unusual_are_refused() -> None:
    found = ek.group_time_effects(areas([2022, *[None] * 7]), **NAMES)
    assert (found.overall.reason.code, found.cells, found.by_group) == ("too_few_ways_to_join", None, None)
    assert ek.group_time_effects(areas([2022, *[None] * 7]), **NAMES, conf_level=0.8).overall.is_estimated
    few = ek.group_time_effects(areas(FEW), **NAMES, draws=99)
    assert few.overall.is_estimated


def test_too_few_exchanges_reject_nothing() -> None:
    values = np.array([[1.0, 9, 9], [1, 1, 1], [1, 2, 1]])
    panel = JoiningPanel.of_values(values, np.array([1, 3, 3]))
    plan = plan_cells(panel.joined, 3, never_only=True)
    every = join_dates.assignments(panel.joined, most_exact=60, draws=9, generator=np.random.default_rng(1))
    found = join_dates.randomised(panel, plan, np.ones((1, 2)), every)
    assert found.p_value[0] >= 1 / 3
    assert (found.low[0], found.high[0]) == (-math.inf, math.inf)


def test_leads_and_lags_with_two_way_effects_are_the_cells_against_never_joined() -> None:
    rng = np.random.default_rng(4)
    joined = np.repeat([2, 3, 5], 4)
    values = rng.normal(size=(12, 5))
    cells = effects(JoiningPanel.of_values(values, joined), plan_cells(joined, 5, never_only=True, universal=True))
    assert extended_twfe.linear(values, joined, leads=True) == pytest.approx(cells.estimate, abs=1e-12)


def test_terms_after_joining_are_what_was_imputed_from_all_before() -> None:
    """Without leads the linear model's effects are values less those of two-way effects fitted to the untreated."""
    rng = np.random.default_rng(5)
    joined = np.repeat([2, 3, 5], 4)
    values = rng.normal(size=(12, 5))
    treated = np.arange(5) >= joined[:, None]
    unit, period = np.repeat(np.eye(12), 5, axis=0), np.tile(np.eye(5), (12, 1))
    dummies = np.column_stack([unit, period[:, 1:]])
    untreated = ~treated.ravel()
    fitted = dummies @ np.linalg.lstsq(dummies[untreated], values.ravel()[untreated], rcond=None)[0]
    left = (values.ravel() - fitted).reshape(12, 5)
    terms = extended_twfe.cohort_terms(joined, 5)
    imputed = [left[joined == group, at].mean() for group, at in zip(terms.group, terms.period, strict=True)]
    assert extended_twfe.linear(values, joined) == pytest.approx(imputed, abs=1e-10)


@pytest.mark.parametrize("sizes", [(9, 10, 10), (9, 20, 20)])
def test_extended_effects_refuse_few_clusters(sizes: tuple[int, ...]) -> None:
    joined = np.repeat([1, 2, 4], sizes)
    counts = np.random.default_rng(1).poisson(20, (joined.size, 4)).astype(float)
    found = extended_twfe.counts(JoiningPanel(counts, np.ones(counts.shape), joined, np.ones(joined.size), ratio=True))
    assert isinstance(found, Statement)
    assert found.code == "too_few_in_a_group"


def test_a_decomposition_with_always_and_never_joined_sums_to_the_estimate() -> None:
    joined = np.array([0, 0, 2, 2, 4, 6, 6])
    values = np.random.default_rng(2).normal(size=(7, 6)) + (np.arange(6) >= joined[:, None])
    found = bacon.decompose(values, joined)
    assert sum(part.weight for part in found.parts) == pytest.approx(1, abs=1e-12)
    assert sum(part.weight * part.estimate for part in found.parts) == pytest.approx(found.estimate, abs=1e-10)
    assert found.weight(bacon.Comparison.ALWAYS) > 0
    assert bacon.decompose(values, np.zeros(7, dtype=int)) is None


def test_an_effect_that_grows_counts_against_itself_in_the_plain_estimate() -> None:
    joined = np.repeat([2, 6], 5)
    grown = np.maximum(np.arange(8) - joined[:, None] + 1, 0).astype(float)
    plain = bacon.decompose(grown, joined)
    assert plain.weight(bacon.Comparison.EARLIER) > 0
    assert min(part.estimate for part in plain.parts if part.comparison is bacon.Comparison.EARLIER) < 0
    cells = effects(JoiningPanel.of_values(grown, joined), plan_cells(joined, 8, never_only=False))
    after = cells.plan.since >= 0
    assert cells.estimate[after] == pytest.approx(cells.plan.since[after] + 1.0)


def test_clusters_are_added_up_and_joint_limits_are_wider() -> None:
    influence = np.random.default_rng(3).normal(size=(40, 6))
    doubled = by_cluster(np.repeat(influence, 2, axis=0), np.repeat(np.arange(40), 2))
    assert std_error(doubled) == pytest.approx(2 * std_error(influence))
    assert critical_value(influence, 0.95, 999, np.random.default_rng(1)) > 2.3
    assert all_zero(np.zeros(0), influence[:, :0]) is None
    assert all_zero(np.ones(2), influence[:, [0, 0]]) is None
