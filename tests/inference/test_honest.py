"""Bounds of effects when development before joining need not have been parallel."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference import honest

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = {"unit": "area", "period": "year", "count": "found", "exposure": "visits", "joined": "joined"}


def ehec() -> ek.EventCoefficients:
    data = pl.read_csv(GOLDEN / "honest_ehec.csv")
    since = data["term"].str.slice(1).cast(pl.Int64) - 2014
    return ek.EventCoefficients(since.to_numpy(), data["beta"].to_numpy(), data[:, 2:].to_numpy(), ratio=False)


@pytest.mark.parametrize("restriction", ["smooth", "relative"])
def test_the_published_limits(restriction: str) -> None:
    expected = pl.read_csv(GOLDEN / "honest.csv").filter(pl.col("restriction") == restriction)
    amounts = expected["m"].unique(maintain_order=True).to_list()
    found = ek.honest_bounds(ehec(), restriction=restriction, m=amounts, over="first").bounds
    limits = {row["m"]: (row["conf_low"], row["conf_high"]) for row in found.iter_rows(named=True)}
    for m, low, high, room in expected.select("m", "low", "high", "room").iter_rows():
        assert limits[m] == pytest.approx((low, high), abs=room)


def test_the_shortest_interval_is_that_of_a_search() -> None:
    covariance = np.array([[0.02, 0.004, 0.003], [0.004, 0.01, 0.002], [0.003, 0.002, 0.015]])
    study = honest.EventStudy(np.array([0.1, 0.05]), np.array([0.5]), covariance, np.array([1.0]))
    for change in (0.0, 0.02, 0.1, 1.0):
        # A line misleads by 2a + b - 1 = 0; the bends by change (1 + abs(a)).
        lengths = []
        for a in np.linspace(-1, 1, 401):
            weights = np.array([a, 1 - 2 * a, 1.0])
            error = math.sqrt(weights @ covariance @ weights)
            lengths.append(2 * honest._half(change * (1 + abs(a)), error, 0.9))
        low, high = honest.smooth(study, change, conf_level=0.9)
        assert high - low == pytest.approx(min(lengths), rel=1e-4)


def test_one_move_before_is_the_bound_by_hand() -> None:
    """With hardly any error the limits are the estimate give or take the largest move times m and the periods."""
    covariance = np.eye(4) * 1e-10
    study = ek.EventCoefficients([-3, -2, 0, 1], [0.3, 0.1, 1.0, 2.0], covariance, ratio=False)
    first = ek.honest_bounds(study, m=[1.0], over="first").bounds.row(1, named=True)
    assert (first["conf_low"], first["conf_high"]) == pytest.approx((0.8, 1.2), abs=1e-3)
    mean = ek.honest_bounds(study, m=[1.0]).bounds.row(1, named=True)
    assert (mean["conf_low"], mean["conf_high"]) == pytest.approx((1.5 - 0.3, 1.5 + 0.3), abs=1e-3)
    assert ek.honest_bounds(study, m=[1.0], over="first").breakdown == pytest.approx(5, rel=0.01)


def test_a_straight_line_is_taken_away_by_smoothness_and_not_by_size() -> None:
    line = np.array([-2, -1, 1, 2]) * 0.2
    study = ek.EventCoefficients([-3, -2, 0, 1], line, np.eye(4) * 1e-8, ratio=False)
    assert ek.honest_bounds(study, restriction="smooth", m=[0.0]).breakdown == 0
    assert ek.honest_bounds(study, m=[]).breakdown == pytest.approx(1, abs=0.02)


def test_the_average_is_another_effect_than_the_first() -> None:
    found = [ek.honest_bounds(ehec(), restriction="smooth", m=[], over=over).estimate for over in ("first", "average")]
    assert found == pytest.approx([0.0464468541599461, (0.0464468541599461 + 0.0692061754790222) / 2])


def test_limits_grow_with_the_amount_and_hold_no_effect_from_the_breakdown() -> None:
    for restriction in ("relative", "smooth"):
        found = ek.honest_bounds(ehec(), restriction=restriction, over="first")
        bounds = found.bounds
        assert bounds["m"][0] == 0
        assert bounds.height == 5
        assert (bounds["conf_low"].diff().drop_nulls() < 1e-6).all()
        assert (bounds["conf_high"].diff().drop_nulls() > -1e-6).all()
        around = [found.breakdown * 0.98, found.breakdown * 1.02]
        first = ek.honest_bounds(ehec(), restriction=restriction, m=around, over="first").bounds
        assert first["conf_low"][1] > 0 > first["conf_low"][2]


def test_no_effect_needs_no_amount() -> None:
    null = ek.EventCoefficients([-2, 0], [0.01, 0.02], np.eye(2) * 0.01, ratio=True, df=5)
    found = ek.honest_bounds(null)
    assert found.breakdown == 0
    assert found.bounds["conf_low"][0] < 1 < found.bounds["conf_high"][0]
    normal = ek.honest_bounds(ek.EventCoefficients([-2, 0], [0.01, 0.02], np.eye(2) * 0.01, ratio=True))
    assert found.bounds["conf_high"][0] > normal.bounds["conf_high"][0]


def areas(joined: list[int | None]) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    rows = [
        {
            "area": number,
            "year": year,
            "joined": date,
            "found": int(rng.poisson(60 * (2 if date is not None and year >= date else 1))),
            "visits": 100.0,
        }
        for number, date in enumerate(joined)
        for year in range(2020, 2025)
    ]
    return pl.DataFrame(rows, schema_overrides={"joined": pl.Int64})


MANY = [2022] * 12 + [2023] * 12 + [None] * 12


def test_what_the_staggered_functions_give_is_taken() -> None:
    cells = ek.group_time_effects(areas(MANY), **NAMES, base="universal")
    extended = ek.extended_twfe(areas(MANY), **NAMES, leads=True)
    for found in (cells, extended):
        bounds = ek.honest_bounds(found, m=[])
        assert 1.8 < bounds.estimate < 2.2
        assert bounds.breakdown > 1
        assert "HonestBounds" in repr(bounds)
    alone = cells.by_time_since.to_frame().filter(pl.col("since") == 0)
    smooth = ek.honest_bounds(cells, restriction="smooth", over="first")
    assert smooth.estimate == pytest.approx(alone["estimate"].item())


def test_what_cannot_be_bounded_is_refused_in_words() -> None:
    exchanged = ek.group_time_effects(areas([2022, 2023, 2023, None, None]), **NAMES, base="universal", draws=99)
    assert ek.honest_bounds(exchanged).reason.code == "no_covariance"
    nobody = ek.extended_twfe(areas([None] * 30), **NAMES, leads=True)
    assert ek.honest_bounds(nobody).reason.code == "nobody_joins"
    alone = ek.EventCoefficients([0, 1], [0.1, 0.2], np.eye(2), ratio=True)
    refused = ek.honest_bounds(alone)
    assert (refused.reason.code, refused.status.value) == ("nothing_before_to_judge_by", "not_estimable")
    assert "not estimable" in repr(refused)
    same = ek.EventCoefficients([-2, 0, 1], [0.1, 0.2, 0.2], np.ones((3, 3)), ratio=True)
    assert ek.honest_bounds(same).reason.code == "periods_go_together"
    for found in (ek.group_time_effects(areas(MANY), **NAMES), ek.extended_twfe(areas(MANY), **NAMES), None):
        with pytest.raises(EstimationError, match="koefficienter"):
            ek.honest_bounds(found)


WRONG = {
    "event_shapes": ([-2, 0], [0.1], np.eye(2)),
    "event_not_numbers": ([-2, 0], [0.1, float("nan")], np.eye(2)),
    "event_gaps": ([-3, 0], [0.1, 0.2], np.eye(2)),
    "event_covariance": ([-2, 0], [0.1, 0.2], np.array([[1.0, 2.0], [2.0, 1.0]])),
}


@pytest.mark.parametrize("code", WRONG)
def test_numbers_that_are_no_event_study_are_told(code: str) -> None:
    with pytest.raises(EstimationError) as raised:
        ek.EventCoefficients(*WRONG[code], ratio=False)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_words_that_mean_nothing_are_told_at_once() -> None:
    with pytest.raises(EstimationError) as raised:
        ek.honest_bounds(ehec(), restriction="no", over="last", m=[-1.0])
    assert len(raised.value.problems) == 3
