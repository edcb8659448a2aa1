"""§5.5 More found may only mean more visits."""

from __future__ import annotations

import math

import pytest

import evalkit as ek
from evalkit import tables, wording
from evalkit.errors import PanelError

# Twice the visits, twice the findings, the same share of visits with a finding.
OUTCOMES = """
    unit_id | period | metric | category    | value
    0127    | 2022   | F1     | konstaterad | 10
    0127    | 2023   | F1     | konstaterad | 10
    0127    | 2024   | F1     | konstaterad | 20
    0127    | 2025   | F1     | konstaterad | 20
    0180    | 2022   | F1     | konstaterad | 30
    0180    | 2023   | F1     | konstaterad | 30
    0180    | 2024   | F1     | konstaterad | 30
    0180    | 2025   | F1     | konstaterad | 30
"""
EXPOSURE = """
    unit_id | period | exposure | value
    0127    | 2022   | N9       | 40
    0127    | 2023   | N9       | 40
    0127    | 2024   | N9       | 80
    0127    | 2025   | N9       | 80
    0180    | 2022   | N9       | 90
    0180    | 2023   | N9       | 90
    0180    | 2024   | N9       | 90
    0180    | 2025   | N9       | 90
"""
COVERAGE = """
    unit_id | metric | covered_from | covered_to
    0127    | F1     | 2022-01-01   | 2025-12-31
    0180    | F1     | 2022-01-01   | 2025-12-31
"""


def test_findings_are_told_per_visit(from_tables, plan_of) -> None:
    """40 findings in 160 visits after, 20 in 80 before: 25 in 100 both times, so no change at all."""
    plan = plan_of(metric="F1", category="konstaterad", exposure="N9", design="D2", comparison=None)
    found = ek.evaluate(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    assert [(cell.events, cell.exposure) for cell in found.cells] == [(40, 160.0), (20, 80.0)]
    assert found.estimate == 1.0
    assert found.conf_low < 1 < found.conf_high


def test_findings_are_visits_times_share_with_a_finding(from_tables, plan_of) -> None:
    """log(found after / found before) = log(visits) + log(share): 2 = 2 × 1, with nothing left over."""
    data = from_tables(OUTCOMES, EXPOSURE, COVERAGE)
    plan = plan_of(metric="F1", category="konstaterad", exposure="N9", design="D2", comparison=None)
    after, before = ek.evaluate(plan, data).get("E1").cells
    found = math.log(after.events / before.events)
    visits = math.log(after.exposure / before.exposure)
    share = math.log((after.events / after.exposure) / (before.events / before.exposure))
    assert math.isclose(found, visits + share)
    assert math.isclose(share, 0, abs_tol=1e-12)


@pytest.mark.parametrize(("metric", "category"), [("F1", "konstaterad"), ("C1g", None), ("C6", None)])
def test_a_plan_that_counts_findings_or_victims_per_inhabitant_is_stopped(
    from_tables, plan_of, metric: str, category: str | None
) -> None:
    plan = plan_of(metric=metric, category=category, exposure="N1")
    data = from_tables("", "", "", units=("0127", "0180"))
    with pytest.raises(PanelError) as caught:
        ek.panel(data, plan)
    (problem,) = caught.value.problems
    assert problem.code == "panel_not_per_visit"
    assert problem.place.file == "liten/plan.yaml"
    assert problem.place.key == "estimands.E1.exposure"
    assert (
        "fler kontroller ser ut som fler fel" in problem.what.sv or "fler kontroller ut som fler fel" in problem.what.sv
    )


def test_every_number_that_follows_the_effort_says_so(from_tables, plan_of) -> None:
    plan = plan_of(metric="F1", category="konstaterad", exposure="N9")
    found = ek.evaluate(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    (said,) = [item for item in found.assumptions if item.code == "detection_driven"]
    assert str(said) == "Antalet styrs av hur mycket som kontrolleras. Fler funna kan betyda fler besök, inte fler fel."


def test_persons_are_said_to_come_in_cases(from_tables, plan_of) -> None:
    """Forty persons may be one case, so a count of victims says that it is not a count of cases."""
    outcomes = "unit_id | period | metric | value\n" + "\n".join(
        f"{unit} | {year} | C1g | 12" for unit in ("0127", "0180") for year in range(2022, 2026)
    )
    exposure = EXPOSURE.replace("N9 ", "N10")
    data = from_tables(outcomes, exposure, COVERAGE.replace("F1 ", "C1g"))
    found = ek.evaluate(plan_of(metric="C1g", exposure="N10"), data).get("E1")
    assert {"detection_driven", "persons_in_cases"} <= {item.code for item in found.assumptions}


def test_zero_found_in_no_screened_visits_is_no_zero(from_tables, plan_of) -> None:
    """Without the number of screened visits a count of victims has no meaning, whether it is 0 or 12."""
    coverage = COVERAGE.replace("F1 ", "C1g")
    found = ek.evaluate(plan_of(metric="C1g", exposure="N10"), from_tables("", "", coverage)).get("E1")
    assert found.reason.code == "exposure_missing"


def persons(n_cases: str) -> str:
    return "unit_id | period | metric | value | n_cases\n" + "\n".join(
        f"{unit} | {year} | C1g | 12 | {n_cases}" for unit in ("0127", "0180") for year in range(2022, 2026)
    )


@pytest.mark.parametrize(("n_cases", "behind"), [("7", 14), ("", None)])
def test_persons_carry_their_number_of_cases(from_tables, plan_of, n_cases: str, behind: int | None) -> None:
    """Seven cases a year for two years; where a row does not tell, the number is not known and never guessed."""
    data = from_tables(persons(n_cases), EXPOSURE.replace("N9 ", "N10"), COVERAGE.replace("F1 ", "C1g"))
    found = ek.evaluate(plan_of(metric="C1g", exposure="N10"), data).get("E1")
    assert [cell.cases for cell in found.cells] == [behind] * 4


def test_a_victim_metric_is_shown_as_visits_times_hit_rate_with_its_cases(from_tables, plan_of) -> None:
    """24 persons in 14 cases at 160 screened visits: 15 per 100 visits; rounded for release to 25 and 15."""
    plan = plan_of(metric="C1g", exposure="N10")
    data = from_tables(persons("7"), EXPOSURE.replace("N9 ", "N10"), COVERAGE.replace("F1 ", "C1g"))
    released = ek.release(ek.evaluate(plan, data), ek.panel(data, plan), plan)
    book = ek.MetricBook.load()
    table = tables.found(released, plan, plan.series[0], book)
    assert [column.header for column in table.columns] == [
        "Område och tid",
        "Besök med screening",
        "Per 100 besök med screening",
        "Hittade",
        "Antal ärenden, högst",
    ]
    assert table.rows[0] == ("Botkyrka, efter", "160", "16", "25", "15")
    assert table.rows[1] == ("Botkyrka, fore", "80", "31", "25", "15")
    assert any("avrundade till närmaste 5-tal" in note for note in table.notes)


def test_a_level_of_findings_names_the_visits(from_tables, plan_of) -> None:
    data = from_tables(OUTCOMES, EXPOSURE, COVERAGE)
    plan = plan_of(metric="F1", category="konstaterad", exposure="N9", design="D1", comparison=None, before=None)
    reading = wording.Reading.of(ek.evaluate(plan, data).get("E1"), plan.estimands[0], ek.MetricBook.load())
    assert wording.headline(reading).startswith(
        "I Botkyrka registrerades 40 fynd av olovligt boende (konstaterat) vid 160 besök under efter. "
        "Det är 25 per 100 besök"
    )


def test_a_share_of_visits_never_goes_beyond_all_of_them(from_tables, plan_of) -> None:
    """44 of 46 visits: Wilson's limits are 85.5 and 98.8 per cent; Garwood's upper would be 128 per 100 visits."""
    outcomes = "unit_id | period | metric | category | value\n" + "\n".join(
        f"0127 | {year} | F1 | konstaterad | 22" for year in (2024, 2025)
    )
    exposure = "unit_id | period | exposure | value\n0127 | 2024 | N9 | 23\n0127 | 2025 | N9 | 23"
    data = from_tables(outcomes, exposure, COVERAGE, units=("0127", "0180"))
    plan = plan_of(metric="F1", category="konstaterad", exposure="N9", design="D1", comparison=None, before=None)
    reading = wording.Reading.of(ek.evaluate(plan, data).get("E1"), plan.estimands[0], ek.MetricBook.load())
    assert "Det är 96 per 100 besök (osäkerhet från 85 till 99)." in wording.headline(reading)
