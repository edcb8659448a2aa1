"""D2-ITS and D2c on panels with a known break: what comes out, what is refused, what may leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit import columns
from evalkit.designs import REGISTRY
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.policy import Policy
from evalkit.retelling import coarsened
from evalkit.vocabulary import DateBasis, DesignId, Frequency, Role

SERIES = ek.Series("B2", "N1", DateBasis.BESLUT)
MONTHS = [date(2019 + month // 12, month % 12 + 1, 1) for month in range(84)]
BEFORE = ek.Window("fore", Text("2019–2021", "2019–2021"), date(2019, 1, 1), date(2021, 12, 31))
AFTER = ek.Window("efter", Text("2022-07–2025", "2022-07–2025"), date(2022, 7, 1), date(2025, 12, 31))
FACTOR = 1.5


def panel(*, factors: dict[str, float], mean: float = 20.0, trend: float = 1.0, seed: int = 5) -> Panel:
    rng = np.random.default_rng(seed)
    frames = []
    for unit, factor in factors.items():
        months = np.arange(len(MONTHS))
        started = np.array([month >= AFTER.first for month in MONTHS])
        means = mean * trend ** (months / 12) * np.where(started, factor, 1.0)
        frames.append(
            pl.DataFrame(
                {
                    "series": SERIES.key,
                    "metric": "B2",
                    "category": None,
                    "unit_id": unit,
                    "period": MONTHS,
                    "count": rng.poisson(means),
                    "cases": None,
                    "largest_case": None,
                    "status": "value",
                    "qualifier": "exact",
                    "exposure": 1000.0,
                    "exposure_status": "value",
                    "exposure_qualifier": "exact",
                },
                schema=columns.PANEL,
                strict=False,
            )
        )
    return Panel(pl.concat(frames), Frequency.MONTH, (SERIES,), tuple((unit, unit) for unit in factors), synthetic=True)


def estimand(design: DesignId, **changes: object) -> ek.Estimand:
    other = ek.Group("b", Text("B", "B"), ("b1", "b2")) if design is DesignId.D2C else None
    plain = ek.Estimand(
        id="E1",
        question=Text("?", "?"),
        series=SERIES,
        design=design,
        role=Role.PRIMARY,
        group=ek.Group("a", Text("A", "A"), ("a",)),
        comparison=other,
        before=BEFORE,
        after=AFTER,
    )
    return replace(plain, **changes)


def estimated(item: ek.Estimand, grid: Panel) -> ek.Estimate:
    return REGISTRY[item.design].estimate(item, grid, 0.95)


@pytest.fixture(scope="module")
def grid() -> Panel:
    return panel(factors={"a": FACTOR, "b1": 1.0, "b2": 1.0})


@pytest.mark.parametrize("design", [DesignId.D2_ITS, DesignId.D2C])
def test_the_break_is_found_and_the_cells_are_the_windows(grid: Panel, design: DesignId) -> None:
    found = estimated(estimand(design), grid)
    assert found.conf_low is not None
    assert found.conf_low < FACTOR < found.conf_high
    windows = [cell.window for cell in found.cells]
    assert windows == ["efter", "fore"] * (2 if design is DesignId.D2C else 1)
    own = grid.cells(SERIES, ("a",), AFTER.first, AFTER.last)["count"].sum()
    assert found.cells[0].events == own
    assert [test.name for test in found.tests] == ["level", "slope"]


def test_the_time_between_the_windows_is_not_fitted(grid: Panel) -> None:
    wild = replace(
        grid,
        frame=grid.frame.with_columns(
            pl.when((pl.col("period") > BEFORE.last) & (pl.col("period") < AFTER.first))
            .then(5000)
            .otherwise(pl.col("count"))
            .alias("count")
        ),
    )
    item = estimand(DesignId.D2_ITS)
    assert estimated(item, wild).estimate == estimated(item, grid).estimate


def test_a_time_left_out_is_not_fitted_either(grid: Panel) -> None:
    item = estimand(DesignId.D2_ITS)
    out = ek.Window("covid", Text("covid", "covid"), date(2020, 3, 1), date(2020, 12, 31))
    without = estimated(replace(item, without=(out,)), grid)
    assert without.is_estimated
    assert without.estimate != estimated(item, grid).estimate
    assert without.n_periods == estimated(item, grid).n_periods - 10


def test_fewer_than_twelve_points_a_side_are_refused(grid: Panel) -> None:
    short = replace(BEFORE, first=date(2021, 2, 1))
    found = estimated(estimand(DesignId.D2_ITS, before=short), grid)
    assert not found.is_estimated
    assert found.reason.code == "too_few_points"
    assert found.cells == ()


def test_a_gap_is_refused_and_not_read_as_zero(grid: Panel) -> None:
    gap = pl.col("period").is_between(date(2020, 5, 1), date(2020, 6, 1)) & (pl.col("unit_id") == "a")
    frame = grid.frame.with_columns(
        pl.when(gap).then(pl.lit("missing")).otherwise(pl.col("status")).alias("status"),
        pl.when(gap).then(None).otherwise(pl.col("count")).alias("count"),
    )
    found = estimated(estimand(DesignId.D2_ITS), replace(grid, frame=frame))
    assert found.reason.code == "partly_missing"


def test_a_step_of_the_law_is_taken_into_account() -> None:
    """Half the rise came with a law in the time before: with the step the break is smaller than without."""
    grid = panel(factors={"a": 1.0}, mean=40)
    law = date(2020, 7, 1)
    frame = grid.frame.with_columns(
        pl.when(pl.col("period") >= law).then(pl.col("count") * 2).otherwise(pl.col("count")).alias("count")
    )
    stepped = replace(grid, frame=frame)
    item = estimand(DesignId.D2_ITS)
    plain, told = estimated(item, stepped), estimated(replace(item, steps=(law,)), stepped)
    assert plain.estimate < 0.7
    assert told.conf_low < 1 < told.conf_high


def test_neither_may_be_called_an_effect() -> None:
    assert not REGISTRY[DesignId.D2_ITS].may_claim_effect
    assert not REGISTRY[DesignId.D2C].may_claim_effect


def test_what_is_made_of_months_leaves_with_three_digits_or_not_at_all(grid: Panel) -> None:
    found = estimated(estimand(DesignId.D2_ITS), grid)
    business = coarsened(found, Policy().business)
    assert business.estimate == float(f"{found.estimate:.3g}")
    assert business.tests == ()
    person = coarsened(found, Policy().person)
    assert not person.is_estimated
    assert person.reason.code == "rests_on_protected_periods"
