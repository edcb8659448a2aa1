"""The public functions of extended two-way fixed effects and of what plain ones are made of."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError

NAMES = {"unit": "area", "period": "year", "count": "found", "exposure": "visits", "joined": "joined"}
GOLDEN = Path(__file__).parents[1] / "golden"
MANY = [2022] * 12 + [2023] * 12 + [None] * 12


def areas(joined: list[int | None], *, factor: float = 1.5, mean: float = 40.0, seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        {
            "area": number,
            "year": year,
            "joined": date,
            "found": int(rng.poisson(mean * (factor if date is not None and year >= date else 1))),
            "visits": 100.0 + number,
        }
        for number, date in enumerate(joined)
        for year in range(2020, 2025)
    ]
    return pl.DataFrame(rows, schema_overrides={"joined": pl.Int64})


def castle() -> pl.DataFrame:
    data = pl.read_csv(GOLDEN / "staggered_castle.csv")
    return data.with_columns(pl.when(pl.col("joined") > 0).then("joined").alias("joined"))


def test_the_average_is_that_of_its_cells_and_holds_the_truth() -> None:
    found = ek.extended_twfe(areas(MANY), **NAMES)
    cells = found.cells.to_frame()
    assert cells["since"].to_list() == (cells["period"] - cells["joined"]).to_list()
    log = (cells["estimate"].log() * cells["units"]).sum() / cells["units"].sum()
    assert found.overall.estimate == pytest.approx(np.exp(log))
    assert found.overall.conf_low < 1.5 < found.overall.conf_high
    assert (found.overall.method, found.pre_test) == ("jackknife", None)
    assert 11 - 1 <= found.overall.df <= 36 - 3
    first = found.by_time_since.to_frame().filter(pl.col("since") == 0)["estimate"].item()
    same = cells.filter(pl.col("since") == 0)["estimate"].log().mean()
    assert np.log(first) == pytest.approx(same)


def test_leads_are_told_and_tested() -> None:
    found = ek.extended_twfe(areas(MANY), **NAMES, leads=True)
    since = found.by_time_since.groups["since"].to_list()
    assert since == [-3, -2, 0, 1, 2]
    assert found.pre_test.df == 3
    assert 0 < found.pre_test.p_value <= 1


def test_small_groups_are_refused_and_a_missing_value_too() -> None:
    few = ek.extended_twfe(areas([2022] * 4 + [2023] * 4 + [None] * 6), **NAMES)
    assert few.overall.reason.code == "too_few_in_a_group"
    assert few.cells is None
    holed = areas(MANY).with_columns(pl.when(pl.int_range(pl.len()) > 0).then("found").alias("found"))
    assert ek.extended_twfe(holed, **NAMES).overall.reason.code == "value_missing"
    assert ek.extended_twfe(areas([None] * 30), **NAMES).overall.reason.code == "nobody_joins"
    assert ek.extended_twfe(areas([2022] * 30), **NAMES).overall.reason.code == "all_join_at_once"


def test_an_area_that_had_joined_from_the_start_is_left_out() -> None:
    frame = areas([*MANY, 2020, 2019])
    assert ek.extended_twfe(frame, **NAMES).overall == ek.extended_twfe(areas(MANY), **NAMES).overall


def test_clusters_of_areas_count_as_one() -> None:
    paired = areas([date for date in MANY for _ in range(2)]).with_columns(pair=pl.col("area") // 2)
    found = ek.extended_twfe(paired, **NAMES, cluster="pair")
    assert found.overall.n_units == 72
    assert 11 - 1 <= found.overall.df <= 36 - 3


def test_parts_sum_to_the_estimate_and_are_those_of_r() -> None:
    names = {"unit": "unit", "period": "period", "count": "count", "exposure": "exposure", "joined": "joined"}
    found = ek.goodman_bacon(castle(), **names)
    expected = pl.read_csv(GOLDEN / "staggered_bacon.csv")
    assert found.parts["weight"].sum() == pytest.approx(1)
    log = (found.parts["weight"] * found.parts["estimate"].log()).sum()
    assert found.estimate == pytest.approx(np.exp(log))
    earlier = expected.filter(pl.col("kind") == "earlier")["weight"].sum()
    assert found.share_joined == pytest.approx(earlier, rel=1e-9)
    assert sorted(found.parts["weight"]) == pytest.approx(sorted(expected["weight"]), rel=1e-9)
    assert found.by_kind["comparison"].to_list() == ["never", "later", "earlier"]
    assert found.parts.filter(pl.col("comparison") == "never")["other"].null_count() == 5
    assert "joined already" in repr(found)


def test_a_growing_effect_counts_against_itself_and_dates_are_labels() -> None:
    frame = pl.DataFrame(
        [
            {
                "area": number,
                "year": dt.date(year, 1, 1),
                "joined": dt.date(joined, 1, 1),
                "found": 100 + 20 * max(0, year - joined + 1),
                "visits": 10.0,
            }
            for number, joined in enumerate([2022, 2024])
            for year in range(2020, 2026)
        ]
    )
    found = ek.goodman_bacon(frame, **NAMES, scale="difference")
    assert found.by_kind.filter(pl.col("comparison") == "earlier")["estimate"].item() < 0
    assert found.parts["other"].dtype == pl.Date
    # The effect is 2 in the first year and grows, so that every average of it is above 2.
    assert found.estimate < 2


def test_zeros_and_panels_without_a_comparison_are_refused() -> None:
    zero = areas([2022, None], mean=1e-9)
    assert ek.goodman_bacon(zero, **NAMES).reason.code == "no_events_in_period"
    assert ek.goodman_bacon(zero, **NAMES, scale="difference").estimate == 0
    alike = ek.goodman_bacon(areas([None, None]), **NAMES)
    assert (alike.status.value, alike.reason.code) == ("not_estimable", "nothing_to_take_apart")
    assert "not estimable" in repr(alike)
    assert alike.to_frame().is_empty()


@pytest.mark.parametrize("function", [ek.extended_twfe, ek.goodman_bacon])
def test_all_faults_are_told_at_once(function) -> None:
    with pytest.raises(EstimationError) as raised:
        function(areas(MANY), **(NAMES | {"count": "no", "exposure": "nor"}))
    assert [problem.code for problem in raised.value.problems] == ["unknown_column"] * 2
