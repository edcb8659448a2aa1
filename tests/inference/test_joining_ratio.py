"""Counted over expected after joining: against R's glm, by hand, and how often the truth is rejected."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.inference import join_dates, not_yet_joined
from evalkit.inference.group_time import JoiningPanel
from evalkit.inference.not_yet_joined import Looked

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = {"unit": "area", "period": "year", "count": "found", "exposure": "visits", "joined": "joined"}
CASES = {"after": {}, "gap": {"gap": 1}, "earlier": {"earlier": 2}}


@pytest.mark.parametrize("case", CASES)
def test_what_is_expected_is_that_of_glm(case: str) -> None:
    data = pl.read_csv(GOLDEN / "staggered_castle.csv").sort("unit", "period")
    count, people, joined = (data[name].to_numpy().reshape(-1, 11) for name in ("count", "exposure", "joined"))
    place = np.where(joined[:, 0] <= 0, 11, joined[:, 0] - 2000)
    panel = JoiningPanel(count.astype(float), people.astype(float), place, np.ones(len(place)), ratio=True)
    looked = Looked.of(place, 11, **CASES[case])
    found = not_yet_joined.expected(panel, looked)
    since = np.arange(11) - looked.dates[:, None]
    for name, counted, expected in (
        pl.read_csv(GOLDEN / "not_yet_joined.csv", schema_overrides={"since": pl.String})
        .filter(pl.col("case") == case)
        .select("since", "counted", "expected")
        .iter_rows()
    ):
        at = looked.seen & (name == "all" or since == int(name if name != "all" else 0))
        assert found.counted[at].sum() == counted
        assert found.expected[at].sum() == pytest.approx(expected, rel=1e-8)


def areas(joined: list[int | None], *, factor: float = 1.5, mean: float = 20.0, seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        {
            "area": number,
            "year": year,
            "joined": date,
            "found": int(rng.poisson(mean * (factor if date is not None and year >= date else 1))),
            "visits": 100.0,
        }
        for number, date in enumerate(joined)
        for year in range(2018, 2025)
    ]
    return pl.DataFrame(rows, schema_overrides={"joined": pl.Int64})


FEW = [2021, 2021, 2022, 2023, None, None, None, None]


def test_the_truth_lies_in_the_limits_and_the_rows_add_up() -> None:
    found = ek.joining_ratio(areas(FEW, seed=3), **NAMES, draws=199)
    assert found.overall.conf_low < 1.5 < found.overall.conf_high
    assert found.earlier.conf_low < 1 < found.earlier.conf_high
    rows = found.by_time_since
    assert rows["since"].to_list() == [0, 1, 2, 3]
    assert found.overall.estimate == pytest.approx(rows["counted"].sum() / rows["expected"].sum())
    assert found.overall.assumptions[0].code == "parallel_development"
    assert 1 / 840 <= found.overall.p_value <= 0.05


def test_so_few_ways_that_nothing_could_be_unusual_are_refused() -> None:
    assert ek.joining_ratio(areas(FEW), **NAMES, draws=199, conf_level=0.9).overall.is_estimated
    for joined, draws in (([2021, *[None] * 9], 99), ([2021, 2021, 2022, *[None] * 30], 18)):
        found = ek.joining_ratio(areas(joined), **NAMES, draws=draws)
        assert found.overall.reason.code == "too_few_ways_to_join"
        assert "20" in found.overall.reason.text.sv
        assert found.by_time_since.is_empty()
    assert ek.joining_ratio(areas([2021, *[None] * 9]), **NAMES, conf_level=0.9).overall.is_estimated


def test_the_limits_are_the_factors_that_the_test_itself_does_not_reject() -> None:
    rng = np.random.default_rng(3)
    joined = np.array([3, 3, 5, 8, 8, 8, 8, 8, 8])
    level = np.geomspace(5, 200, 9)[:, None] * np.exp(rng.normal(0, 0.2, (9, 8)))
    panel = JoiningPanel(rng.poisson(level).astype(float), np.ones((9, 8)), joined, np.ones(9), ratio=True)
    looked = Looked.of(joined, 8)
    drawn = join_dates.assignments(joined, most_exact=500, draws=99, generator=rng)
    found = not_yet_joined.exchanged(panel, looked, drawn, conf_level=0.9)

    def p_value(effect: float) -> float:
        return join_dates.p_value(not_yet_joined._Shifted(panel, looked, drawn).at(effect))

    assert found.low < found.estimate < found.high
    for limit, outwards in ((found.low, -1), (found.high, 1)):
        assert p_value(limit - outwards * 1e-3) > 0.1 >= p_value(limit + outwards * 1e-3)


def test_zeros_are_borne_and_nothing_at_all_is_refused() -> None:
    zero = areas(FEW).with_columns(pl.when(pl.col("area") == 0).then(0).otherwise(pl.col("found")).alias("found"))
    assert ek.group_time_effects(zero, **NAMES, draws=99).overall.is_estimated
    assert ek.joining_ratio(zero, **NAMES, draws=99).overall.is_estimated
    none = ek.joining_ratio(areas(FEW, mean=1e-9), **NAMES, draws=99)
    assert none.overall.reason.code == "none_counted_or_expected"
    assert none.by_time_since.is_empty()
    assert ek.joining_ratio(areas([None] * 4), **NAMES).overall.reason.code == "nobody_joins"
    assert ek.joining_ratio(areas([2021] * 4), **NAMES).overall.reason.code == "all_join_at_once"


def test_periods_without_anyone_left_are_not_told() -> None:
    found = ek.joining_ratio(areas([2021, 2021, 2023, 2023]), **NAMES, conf_level=0.8)
    assert found.by_time_since["since"].to_list() == [0, 1]


def test_exchanged_dates_hold_their_level_with_small_unequal_counts() -> None:
    """The standard error of a share of 5 % in 200 draws is 1.5 points."""
    rng = np.random.default_rng(4)
    dates = np.array([4, 4, 6, 6, 8, 12, 12, 12, 12, 12])
    hits = 0
    for _ in range(200):
        joined = rng.permutation(dates)
        level = 2 * np.exp(rng.normal(0, 0.8, 10))[:, None] * np.exp(np.cumsum(rng.normal(0, 0.2, (10, 12)), axis=1))
        panel = JoiningPanel(rng.poisson(level).astype(float), np.ones((10, 12)), joined, np.ones(10), ratio=True)
        drawn = join_dates.assignments(joined, most_exact=99, draws=99, generator=rng)
        looked = Looked.of(joined, 12)
        hits += join_dates.p_value(not_yet_joined._Shifted(panel, looked, drawn).at(0.0)) <= 0.05
    assert hits <= 200 * 0.05 + 3 * math.sqrt(200 * 0.05 * 0.95)
