"""§5.3 Refusal is a value: a status, and a reason that a politician can read."""

from __future__ import annotations

import pytest

import evalkit as ek
from evalkit.language import Language
from evalkit.vocabulary import EstimateStatus

EXPOSURE = """
    unit_id | period | exposure | value
    0127    | 2022   | N1       | 1000
    0127    | 2023   | N1       | 1000
    0127    | 2024   | N1       | 1000
    0127    | 2025   | N1       | 1000
    0180    | 2022   | N1       | 10000
    0180    | 2023   | N1       | 10000
    0180    | 2024   | N1       | 10000
    0180    | 2025   | N1       | 10000
"""
COVERAGE = """
    unit_id | metric | covered_from | covered_to
    0127    | P1     | 2022-01-01   | 2025-12-31
    0180    | P1     | 2022-01-01   | 2025-12-31
"""
OUTCOMES = """
    unit_id | period | metric | value
    0127    | 2022   | P1     | 4
    0127    | 2023   | P1     | 6
    0127    | 2024   | P1     | 9
    0127    | 2025   | P1     | 11
    0180    | 2022   | P1     | 40
    0180    | 2023   | P1     | 44
    0180    | 2024   | P1     | 41
    0180    | 2025   | P1     | 43
"""


def refused(plan, data):
    found = ek.evaluate(plan, data).get("E1")
    assert found.status is EstimateStatus.NOT_ESTIMABLE
    assert (found.estimate, found.conf_low, found.conf_high, found.p_value, found.events, found.cells) == (
        *(None,) * 5,
        (),
    )
    row = ek.evaluate(plan, data).to_frame().row(0, named=True)
    assert (row["status"], row["reason_sv"]) == ("not_estimable", found.reason.text.sv)
    return found.reason.code, found.reason.text.sv, found.reason.text.en


def test_the_same_data_without_a_gap_give_a_number(from_tables, plan_of) -> None:
    """(20/2000)/(10/2000) ÷ (84/20000)/(84/20000) = 2: the case that the refusals below take pieces from."""
    found = ek.evaluate(plan_of(), from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    assert found.status is EstimateStatus.ESTIMATED
    assert found.estimate == 2.0
    assert found.reason is None


def test_nothing_reported_is_told_with_who_and_when(from_tables, plan_of) -> None:
    """Botkyrka reported only from 2024, so the time before is missing."""
    late = COVERAGE.replace("0127    | P1     | 2022-01-01", "0127    | P1     | 2024-01-01")
    outcomes = "\n".join(
        line for line in OUTCOMES.splitlines() if "0127    | 2022" not in line and "0127    | 2023" not in line
    )
    code, sv, en = refused(plan_of(), from_tables(outcomes, EXPOSURE, late))
    assert code == "data_missing"
    assert sv == "Uppgifter saknas för Botkyrka under fore. Saknade uppgifter är inte noll."
    assert en == "Data are missing for Botkyrka (en) in fore (en). Missing data are not zero."


def test_a_gap_is_told_with_its_size(from_tables, plan_of) -> None:
    """One of the two years before is there. Its count alone would be half of what it is compared with."""
    late = COVERAGE.replace("0127    | P1     | 2022-01-01", "0127    | P1     | 2023-01-01")
    outcomes = "\n".join(line for line in OUTCOMES.splitlines() if "0127    | 2022" not in line)
    code, sv, _ = refused(plan_of(), from_tables(outcomes, EXPOSURE, late))
    assert code == "partly_missing"
    assert sv.startswith("Uppgifterna för Botkyrka täcker bara 1 av 2 perioder under fore.")


@pytest.mark.parametrize(
    ("status", "code"),
    [("suppressed", "suppressed"), ("not_yet_reported", "not_yet_reported"), ("not_applicable", "not_applicable")],
)
def test_each_status_has_a_reason_of_its_own(from_tables, plan_of, status: str, code: str) -> None:
    outcomes = OUTCOMES.replace("value\n", "value | status\n", 1).replace("| 9\n", f"|  | {status}\n")
    outcomes = "\n".join(
        line if line.count("|") in (0, 4) else f"{line} | value" for line in outcomes.splitlines() if line.strip()
    )
    assert refused(plan_of(), from_tables(outcomes, EXPOSURE, COVERAGE))[0] == code


def test_both_sides_and_both_times_are_named_when_all_lack(from_tables, plan_of) -> None:
    code, sv, _ = refused(plan_of(), from_tables("", EXPOSURE, ""))
    assert code == "data_missing"
    assert sv == "Uppgifter saknas för Botkyrka och Stockholm under fore och efter. Saknade uppgifter är inte noll."


def test_the_unit_that_lacks_is_named_within_its_group(from_tables, plan_content) -> None:
    """Of three comparison areas one has not reported; it, not the group, is said to lack."""
    plan_content["groups"][1] |= {"units": ["0180", "0188", "0191"], "model": None}
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    more = "\n".join(f"0191 | {year} | P1 | 5" for year in range(2022, 2026))
    exposed = "\n".join(f"{unit} | {year} | N1 | 500" for unit in ("0188", "0191") for year in range(2022, 2026))
    data = from_tables(
        f"{OUTCOMES.rstrip()}\n{more}",
        f"{EXPOSURE.rstrip()}\n{exposed}",
        f"{COVERAGE.rstrip()}\n0191 | P1 | 2022-01-01 | 2025-12-31",
    )
    _, sv, _ = refused(plan, data)
    assert sv.startswith("Uppgifter saknas för Område 0188 (i Stockholm) under fore och efter.")


def test_a_count_with_nothing_to_divide_it_by(from_tables, plan_of) -> None:
    short = "\n".join(line for line in EXPOSURE.splitlines() if "0180    | 2025" not in line)
    code, sv, _ = refused(plan_of(), from_tables(OUTCOMES, short, COVERAGE))
    assert code == "exposure_missing"
    assert "för Stockholm under efter" in sv


def test_events_without_exposure_and_no_exposure_at_all_are_two_reasons(from_tables, plan_of) -> None:
    """Eleven findings in a year without visits: one of the figures is wrong. No visits in any year: no rate."""
    events = EXPOSURE.replace("0127    | 2025   | N1       | 1000", "0127    | 2025   | N1       | 0")
    assert refused(plan_of(), from_tables(OUTCOMES, events, COVERAGE))[0] == "events_without_exposure"
    none = OUTCOMES.replace("| 9\n", "| 0\n").replace("| 11\n", "| 0\n")
    nothing = events.replace("0127    | 2024   | N1       | 1000", "0127    | 2024   | N1       | 0")
    assert refused(plan_of(), from_tables(none, nothing, COVERAGE))[0] == "exposure_zero"


def test_no_events_have_no_ratio(from_tables, plan_of) -> None:
    plan = plan_of(design="D2", comparison=None)
    code, sv, _ = refused(plan, from_tables("", EXPOSURE, COVERAGE))
    assert code == "no_events"
    assert "Noll registrerade betyder inte noll utsatta" in sv


def test_a_window_that_the_panel_does_not_hold_is_refused_not_shortened(from_tables, plan_of) -> None:
    """A panel of 2024 only, or a panel of years against a window of months, must not give a smaller sum."""
    from datetime import date

    from evalkit.evaluation import evaluate_panel

    data = from_tables(OUTCOMES, EXPOSURE, COVERAGE)
    plan, book = plan_of(design="D1", comparison=None, before=None), ek.MetricBook.load()
    short = ek.panel(data, plan, first=date(2024, 1, 1), last=date(2024, 12, 31))
    found = evaluate_panel(plan, short, data_digest="", book=book).get("E1")
    assert found.reason.code == "partly_missing"
    alone = {"design": "D1", "comparison": None, "before": None}
    cut = plan_of(**alone, frequency="month", fore=("2022-01", "2022-12"), efter=("2024-04", "2025-12"))
    years = ek.panel(data, plan)
    assert evaluate_panel(cut, years, data_digest="", book=book).get("E1").reason.code == "window_cut"


def test_no_standard_error_comes_from_one_or_two_clusters(from_tables, plan_of) -> None:
    """One area a side: the interval is for chance in the counts, never for two clusters, and says so."""
    found = ek.evaluate(plan_of(), from_tables(OUTCOMES, EXPOSURE, COVERAGE)).get("E1")
    assert found.std_error is None
    assert found.method == "exact"
    assert "one_area_per_side" in [statement.code for statement in found.assumptions]


def test_every_estimand_of_the_plan_comes_out_the_refused_ones_too(from_tables, plan_content) -> None:
    """Three questions, one answer: three rows, in the order of the plan."""
    first = plan_content["estimands"][0]
    other = {**first, "role": "secondary"}
    plan_content["estimands"] += [{**other, "id": "E2", "metric": "P7", "exposure": "N12"}, {**other, "id": "E3"}]
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    found = ek.evaluate(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE))
    assert [(item.estimand_id, item.status.value) for item in found] == [
        ("E1", "estimated"),
        ("E2", "not_estimable"),
        ("E3", "estimated"),
    ]
    assert len(found.refused) == 1
    assert found.to_frame().height == 3
    for item in found.refused:
        assert item.reason.text.in_language(Language.EN)


def test_a_sum_beyond_any_count_is_refused_and_not_an_internal_fault(from_tables, plan_of) -> None:
    """Two amounts of 900 million in the column of counts: no number of visits is so large."""
    outcomes = "unit_id | period | metric | value\n" + "\n".join(
        f"{unit} | {year} | P1 | 900000000" for unit in ("0127", "0180") for year in range(2022, 2026)
    )
    exposure = "unit_id | period | exposure | value\n" + "\n".join(
        f"{unit} | {year} | N1 | 1000" for unit in ("0127", "0180") for year in range(2022, 2026)
    )
    coverage = "unit_id | metric | covered_from | covered_to\n" + "\n".join(
        f"{unit} | P1 | 2022-01-01 | 2025-12-31" for unit in ("0127", "0180")
    )
    found = ek.evaluate(plan_of(), from_tables(outcomes, exposure, coverage)).get("E1")
    assert found.reason.code == "implausible_count"
    assert "mer än en miljard" in found.reason.text.sv
