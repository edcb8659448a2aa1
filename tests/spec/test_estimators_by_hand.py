"""The three designs worked by hand: a table in, the numbers out."""

from __future__ import annotations

import math

import pytest
from scipy import stats

import evalkit as ek

COVERAGE = """
    unit_id | metric | covered_from | covered_to
    0127    | P1     | 2022-01-01   | 2025-12-31
    0180    | P1     | 2022-01-01   | 2025-12-31
"""
EXPOSURE = """
    unit_id | period | exposure | value
    0127    | 2022   | N1       | 1000
    0127    | 2023   | N1       | 1000
    0127    | 2024   | N1       | 2000
    0127    | 2025   | N1       | 2000
    0180    | 2022   | N1       | 5000
    0180    | 2023   | N1       | 5000
    0180    | 2024   | N1       | 5000
    0180    | 2025   | N1       | 5000
"""
OUTCOMES = """
    unit_id | period | metric | value
    0127    | 2022   | P1     | 10
    0127    | 2023   | P1     | 10
    0127    | 2024   | P1     | 30
    0127    | 2025   | P1     | 30
    0180    | 2022   | P1     | 25
    0180    | 2023   | P1     | 25
    0180    | 2024   | P1     | 50
    0180    | 2025   | P1     | 50
"""


def test_d1_is_events_over_exposure_with_garwoods_limits(from_tables, plan_of) -> None:
    """60 events in 4 000 person-years: 0.015. Garwood: χ²(0.025; 120)/2 and χ²(0.975; 122)/2 over 4 000."""
    plan = plan_of(design="D1", comparison=None, before=None)
    found = ek.evaluate(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    assert (found.estimate, found.events, found.exposure) == (0.015, 60, 4000.0)
    assert math.isclose(found.conf_low, stats.chi2.ppf(0.025, 120) / 2 / 4000)
    assert math.isclose(found.conf_high, stats.chi2.ppf(0.975, 122) / 2 / 4000)
    assert (found.null, found.p_value, found.n_units, found.n_periods) == (None, None, 1, 2)


def test_d2_is_the_rate_after_over_the_rate_before(from_tables, plan_of) -> None:
    """(60/4 000) / (20/2 000) = 1.5. Given 80 events in all, 60 is binomial with odds 1.5 × 4 000/2 000."""
    found = ek.evaluate(plan_of(design="D2", comparison=None), from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    assert math.isclose(found.estimate, 1.5)
    low, high = stats.beta.ppf(0.025, 60, 21), stats.beta.ppf(0.975, 61, 20)
    assert math.isclose(found.conf_low, low / (1 - low) / 2, rel_tol=1e-9)
    assert math.isclose(found.conf_high, high / (1 - high) / 2, rel_tol=1e-9)
    assert [(cell.window, cell.events, cell.exposure) for cell in found.cells] == [
        ("efter", 60, 4000.0),
        ("fore", 20, 2000.0),
    ]
    assert (found.n_units, found.n_periods, found.null) == (1, 4, 1.0)


def test_d3_is_the_ratio_of_the_two_rate_ratios(from_tables, plan_of) -> None:
    """Botkyrka 1.5, Stockholm (100/10 000)/(50/10 000) = 2: their quotient is 0.75.

    Botkyrka's counts trebled and Stockholm's doubled, but Botkyrka's exposure doubled too.
    """
    found = ek.evaluate(plan_of(), from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    assert math.isclose(found.estimate, 0.75)
    odds = stats.contingency.odds_ratio([[60, 20], [100, 50]], kind="conditional").confidence_interval(0.95)
    assert math.isclose(found.conf_low, odds.low / 2, rel_tol=1e-6)
    assert math.isclose(found.conf_high, odds.high / 2, rel_tol=1e-6)
    assert (found.n_units, found.n_periods, found.events) == (2, 4, 230)


def test_counts_that_swing_get_a_wider_interval_and_say_so(from_tables, plan_of) -> None:
    """10 and 50 have the same sum as 30 and 30. φ = [(10-30)²/30 + (50-30)²/30] / 1 = 26.67.

    The standard error of the log rate is √(φ/60), and Student's t has one degree of freedom.
    """
    plan = plan_of(design="D1", comparison=None, before=None)
    swinging = OUTCOMES.replace("2024   | P1     | 30", "2024   | P1     | 10").replace(
        "2025   | P1     | 30", "2025   | P1     | 50"
    )
    even = ek.evaluate(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    found = ek.evaluate(plan, from_tables(swinging, EXPOSURE, COVERAGE)).get("E1")
    assert math.isclose(found.estimate, even.estimate)
    assert math.isclose(found.dispersion, 2 * 400 / 30)
    assert math.isclose(found.std_error, math.sqrt(found.dispersion / 60))
    assert math.isclose(found.conf_high, 0.015 * math.exp(stats.t.ppf(0.975, 1) * found.std_error))
    assert (found.method, even.method) == ("quasi_poisson", "exact")
    assert "overdispersed" in {item.code for item in found.assumptions}
    assert not {"overdispersed", "dispersion_unknown"} & {item.code for item in even.assumptions}


def test_an_even_spread_of_counts_that_is_just_chance_is_not_said_to_swing(from_tables, plan_of) -> None:
    """(24, 36): φ = 2·36/30 / 1 = 2.4 swings; (26, 34): φ = 2·16/30 = 1.07 swings; (27, 33): 0.6 does not."""
    plan = plan_of(design="D1", comparison=None, before=None)
    for first, last, swings in ((24, 36, True), (26, 34, True), (27, 33, False)):
        counts = OUTCOMES.replace("2024   | P1     | 30", f"2024   | P1     | {first}").replace(
            "2025   | P1     | 30", f"2025   | P1     | {last}"
        )
        found = ek.evaluate(plan, from_tables(counts, EXPOSURE, COVERAGE)).get("E1")
        assert (found.method == "quasi_poisson") is swings
        assert ("overdispersed" in {item.code for item in found.assumptions}) is swings


def test_one_period_a_side_cannot_show_whether_counts_swing(from_tables, plan_of) -> None:
    plan = plan_of(fore=("2023", "2023"), efter=("2024", "2024"))
    found = ek.evaluate(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    assert (found.dispersion, found.method) == (None, "exact")
    assert "dispersion_unknown" in {item.code for item in found.assumptions}


def test_several_units_are_pooled_into_one_side(from_tables, plan_content) -> None:
    """Two areas with 10 and 20 events on 1 000 and 3 000 inhabitants are 30 on 4 000, not the mean of two rates."""
    plan_content["groups"][0] |= {"units": ["0127", "0188"], "model": None}
    entry = plan_content["estimands"][0]
    entry |= {"design": "D1"}
    del entry["comparison"], entry["before"]
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    data = from_tables(
        outcomes="""
            unit_id | period | metric | value
            0127    | 2024   | P1     | 10
            0188    | 2025   | P1     | 20
        """,
        exposure="""
            unit_id | period | exposure | value
            0127    | 2024   | N1       | 500
            0127    | 2025   | N1       | 500
            0188    | 2024   | N1       | 1500
            0188    | 2025   | N1       | 1500
        """,
        coverage="""
            unit_id | metric | covered_from | covered_to
            0127    | P1     | 2024-01-01   | 2025-12-31
            0188    | P1     | 2024-01-01   | 2025-12-31
        """,
        units=("0127", "0188", "0180"),
    )
    found = ek.evaluate(plan, data).get("E1")
    assert math.isclose(found.estimate, 30 / 4000)
    assert (found.events, found.exposure, found.n_units, found.n_periods) == (30, 4000.0, 2, 2)


@pytest.mark.parametrize(
    ("counts", "estimate"),
    [
        (((0, 0), (6, 6), (25, 25), (25, 25)), math.inf),
        (((6, 6), (0, 0), (25, 25), (25, 25)), 0.0),
        (((6, 6), (6, 6), (0, 0), (25, 25)), 0.0),
    ],
)
def test_an_empty_cell_gives_a_one_sided_interval(from_tables, plan_of, counts, estimate: float) -> None:
    """No event before: no upper limit. No event after: the lower limit is 0. A limit is no failure."""
    years = (2022, 2023, 2024, 2025)
    sides = ((*counts[0], *counts[1]), (*counts[2], *counts[3]))
    outcomes = "unit_id | period | metric | value\n" + "\n".join(
        f"{unit} | {year} | P1 | {count}"
        for unit, side in zip(("0127", "0180"), sides, strict=True)
        for year, count in zip(years, side, strict=True)
    )
    found = ek.evaluate(plan_of(), from_tables(outcomes, EXPOSURE, COVERAGE)).get("E1")
    assert found.estimate == estimate
    if estimate == 0:
        assert found.conf_low == 0 < found.conf_high < 1
    else:
        assert 1 < found.conf_low < found.conf_high == math.inf
