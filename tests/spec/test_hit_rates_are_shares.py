"""A visit has a finding or not: hit rates of a plan are shares, with intervals that end at every visit.

+----------+------+--------+----------+
| unit     | year | visits | findings |
+==========+======+========+==========+
| 0127     | 2022 |     40 |       10 |
| 0127     | 2023 |     40 |       10 |
| 0127     | 2024 |     40 |       38 |
| 0127     | 2025 |     40 |       39 |
| 0180     | 2022 |     80 |       20 |
| 0180     | 2023 |     80 |       20 |
| 0180     | 2024 |     80 |       30 |
| 0180     | 2025 |     80 |       31 |
+----------+------+--------+----------+
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit import wording
from evalkit.errors import PanelError
from evalkit.inference.difference import Spread, excess
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.inference.rates import exact
from evalkit.inference.summed import CellSeries, compare
from evalkit.policy import Policy, Rule

VISITS = {"0127": 40, "0180": 80}
FOUND = {"0127": (10, 10, 38, 39), "0180": (20, 20, 30, 31)}
YEARS = (2022, 2023, 2024, 2025)
COVERAGE = "unit_id | metric | covered_from | covered_to\n" + "\n".join(
    f"{unit} | F1 | 2022-01-01 | 2025-12-31" for unit in VISITS
)
ASKED = {"metric": "F1", "category": "konstaterad", "exposure": "N9"}
PARTS = {
    "D1": {"design": "D1", "comparison": None, "before": None},
    "D2": {"design": "D2", "comparison": None},
    "D3": {"design": "D3"},
}


def world(from_tables, found=FOUND, visits=VISITS):
    outcomes = "unit_id | period | metric | category | value\n" + "\n".join(
        f"{unit} | {year} | F1 | konstaterad | {count}"
        for unit, counts in found.items()
        for year, count in zip(YEARS, counts, strict=True)
    )
    exposure = "unit_id | period | exposure | value\n" + "\n".join(
        f"{unit} | {year} | N9 | {made}" for unit, made in visits.items() for year in YEARS
    )
    return from_tables(outcomes, exposure, COVERAGE, units=tuple(visits))


def test_a_level_is_wilsons_interval(from_tables, plan_of) -> None:
    found = ek.evaluate(plan_of(**ASKED, **PARTS["D1"]), world(from_tables)).get("E1")
    by_hand = ek.proportion(77, 80)
    assert (found.method, found.estimate) == ("wilson", 77 / 80)
    assert (found.conf_low, found.conf_high) == (by_hand.conf_low, by_hand.conf_high)
    assert found.conf_high < 1


def test_a_change_is_the_ratio_of_two_shares(from_tables, plan_of) -> None:
    found = ek.evaluate(plan_of(**ASKED, **PARTS["D2"]), world(from_tables)).get("E1")
    by_hand = ek.proportion_ratio(77, 80, 20, 80)
    assert (found.method, found.null) == ("miettinen_nurminen", 1.0)
    assert found.conf_low == pytest.approx(by_hand.conf_low, rel=1e-12)
    assert found.conf_high == pytest.approx(by_hand.conf_high, rel=1e-12)
    assert found.p_value == pytest.approx(by_hand.p_value, rel=1e-9)


def test_a_difference_in_development_recovers_the_limits_of_both_ratios(from_tables, plan_of) -> None:
    found = ek.evaluate(plan_of(**ASKED, **PARTS["D3"]), world(from_tables)).get("E1")
    own, other = ek.proportion_ratio(77, 80, 20, 80), ek.proportion_ratio(61, 160, 40, 160)
    a, low, high = (math.log(number) for number in (own.estimate, own.conf_low, own.conf_high))
    b, low_ref, high_ref = (math.log(number) for number in (other.estimate, other.conf_low, other.conf_high))
    assert found.method == "mover"
    assert math.log(found.estimate) == pytest.approx(a - b)
    assert math.log(found.conf_low) == pytest.approx(a - b - math.hypot(a - low, high_ref - b))
    assert math.log(found.conf_high) == pytest.approx(a - b + math.hypot(high - a, b - low_ref))


def test_the_interval_is_narrower_than_that_of_a_count(from_tables, plan_of) -> None:
    """Where nearly every visit has a finding, taking them for counts without a ceiling says far too little."""
    found = ek.evaluate(plan_of(**ASKED, **PARTS["D1"]), world(from_tables)).get("E1")
    counted = exact(77, 80.0).only()
    assert found.conf_high - found.conf_low < (counted.high - counted.low) / 3


@pytest.mark.parametrize("design", PARTS)
def test_shares_that_vary_more_than_chance_get_wider_limits(from_tables, plan_of, design: str) -> None:
    uneven = FOUND | {"0127": (4, 16, 22, 38)}
    found = ek.evaluate(plan_of(**ASKED, **PARTS[design]), world(from_tables, uneven)).get("E1")
    (even,) = (ek.evaluate(plan_of(**ASKED, **PARTS[design]), world(from_tables, FOUND | {"0127": (10, 10, 30, 30)})),)
    assert found.method == "quasi_binomial"
    assert found.dispersion > 1.5
    assert "overdispersed" in [statement.code for statement in found.assumptions]
    assert found.estimate == pytest.approx(even.get("E1").estimate)
    assert found.conf_low < even.get("E1").conf_low
    assert even.get("E1").conf_high < found.conf_high
    assert design != "D1" or found.conf_high < 1


def test_more_findings_than_visits_is_refused_and_named(from_tables, plan_of) -> None:
    found = ek.evaluate(plan_of(**ASKED), world(from_tables, FOUND | {"0127": (10, 10, 41, 39)})).get("E1")
    assert found.reason.code == "more_than_all"
    assert "Botkyrka" in found.reason.text.sv
    assert "efter" in found.reason.text.sv


def test_persons_are_no_share_of_visits(from_tables, plan_of) -> None:
    """Several victims may be found at one visit, so they are counted and not shared."""
    book = ek.MetricBook.load()
    assert book.metric("C1g").counted_once_per == ()
    assert book.metric("F1").counted_once_per == ("N9", "N10")


def test_rounding_for_release_stops_at_all_the_visits(from_tables, plan_of) -> None:
    """39 and 39 of 40 rounded to the nearest 50 would be 100 of 80 visits."""
    plan, data = plan_of(**ASKED, **PARTS["D1"]), world(from_tables, FOUND | {"0127": (10, 10, 39, 39)})
    policy = Policy(business=Rule(threshold=5, base=50))
    found = ek.release(ek.evaluate(plan, data), ek.panel(data, plan), plan, policy=policy).estimates.get("E1")
    assert (found.estimate, found.conf_high) == (1.0, 1.0)
    assert found.cells[0].events == 80


@pytest.mark.parametrize("design", PARTS)
def test_what_is_released_is_computed_from_what_is_shown(from_tables, plan_of, design: str) -> None:
    """With counts shown as they are only φ is coarser, so the limits are a little further out at most."""
    for counts in ((10, 10, 38, 39), (6, 14, 22, 38)):
        plan, data = plan_of(**ASKED, **PARTS[design]), world(from_tables, FOUND | {"0127": counts})
        before = ek.evaluate(plan, data)
        after = ek.release(before, ek.panel(data, plan), plan)
        one, other = before.get("E1"), after.estimates.get("E1")
        assert other.conf_low == pytest.approx(one.conf_low, rel=0.1)
        assert other.conf_high == pytest.approx(one.conf_high, rel=0.1)
        assert one.conf_low * (1 + 1e-9) >= other.conf_low
        assert after.series["rate"].max() <= 1
        assert after.series["conf_high"].max() <= 1


CELL = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(cells=st.one_of(*(st.lists(CELL, min_size=number, max_size=number) for number in (1, 2, 4))))
def test_limits_enclose_the_estimate_and_a_share_is_never_above_all(cells: list[list[tuple[int, int]]]) -> None:
    series = [
        CellSeries(np.array([part for part, _ in cell]), np.array([float(part + rest) for part, rest in cell]))
        for cell in cells
    ]
    found = compare(series, of_trials=True)
    if found.interval is None:
        assert found.reason.code in {"exposure_zero", "no_events", "empty_margin", "zero_and_overdispersed"}
        return
    low, estimate, high = found.interval.low, found.interval.estimate, found.interval.high
    assert low <= estimate * (1 + 1e-9)
    assert estimate <= high * (1 + 1e-9)
    if len(cells) == 1:
        assert low >= 0
        assert high <= 1
    elif found.method is not Method.EXACT:
        # The p-value and the interval give one verdict.
        assert (found.interval.p_value < 0.05 - 1e-9) <= (not low <= 1 <= high)
        assert (found.interval.p_value > 0.05 + 1e-9) <= (low <= 1 <= high)


def test_an_empty_cell_of_four_gets_the_exact_interval_for_counts() -> None:
    cells = [CellSeries(np.array([part]), np.array([20.0])) for part in (0, 6, 9, 8)]
    assert compare(cells, of_trials=True).method is Method.EXACT
    assert compare(cells, of_trials=True).interval == compare(cells).interval


def test_a_difference_in_findings_is_no_more_than_the_visits() -> None:
    """79 of 80 visits had a finding: no more than 80 could have, whatever the ratio's interval says."""
    ratio = Interval(estimate=2.0, low=1.6, high=2.5)
    counted, shared = excess(79, ratio, Spread()), excess(79, ratio, Spread(trials=80.0))
    assert shared.estimate == counted.estimate
    assert shared.low > counted.low


def test_the_words_tell_a_share_of_the_visits(from_tables, plan_of) -> None:
    plan = plan_of(**ASKED, **PARTS["D1"])
    reading = wording.Reading.of(
        ek.evaluate(plan, world(from_tables)).get("E1"), plan.estimands[0], ek.MetricBook.load()
    )
    assert "Det är 96 per 100 besök (osäkerhet från 90 till 99)." in wording.headline(reading)


def test_a_share_of_the_code_book_can_be_planned_over_what_it_is_a_share_of(from_tables, plan_of) -> None:
    """28 + 32 of 160 visits begin outside office hours: 37.5 per cent."""
    outcomes = "unit_id | period | metric | value\n0127 | 2024 | P5 | 28\n0127 | 2025 | P5 | 32"
    exposure = "unit_id | period | exposure | value\n0127 | 2024 | N9 | 80\n0127 | 2025 | N9 | 80"
    coverage = "unit_id | metric | covered_from | covered_to\n0127 | P5 | 2022-01-01 | 2025-12-31"
    data = from_tables(outcomes, exposure, coverage, units=("0127", "0180"))
    plan = plan_of(metric="P5", exposure="N9", **PARTS["D1"])
    found = ek.evaluate(plan, data).get("E1")
    assert (found.method, found.conf_high) == ("wilson", ek.proportion(60, 160).conf_high)
    told = wording.headline(wording.Reading.of(found, plan.estimands[0], ek.MetricBook.load()))
    assert told.startswith(
        "I Botkyrka registrerades 60 besök utanför kontorstid av 160 besök under efter. Det är 38 per"
    )
    with pytest.raises(PanelError) as caught:
        ek.evaluate(plan_of(metric="P5", exposure="N1", **PARTS["D1"]), data)
    assert [problem.code for problem in caught.value.problems] == ["panel_not_a_count"]
