"""§5.12 Every problem at once, in the reader's words."""

from __future__ import annotations

import pytest

import evalkit as ek
from evalkit.errors import PanelError, PlanError
from evalkit.language import Language


def test_a_plan_tells_all_that_makes_no_sense(plan_content) -> None:
    """A window that cuts a year, a design without its parts, an unknown group: three problems, one message."""
    plan_content["windows"][1]["last"] = "2025-06"
    entry = plan_content["estimands"][0]
    entry["comparison"] = "stokholm"
    del entry["before"]
    with pytest.raises(PlanError) as caught:
        ek.Plan.from_mapping(plan_content, folder=None)
    assert caught.value.render(Language.SV) == (
        "Analysplanen är inte giltig (3 fel)\n"
        "”stokholm” är inte definierat i planen.\n"
        "  Var:        plan.yaml, estimands.E1.comparison\n"
        "  Godtas:     menade du ”stockholm”? Andra: botkyrka\n"
        "  Gör så här: Rätta beteckningen eller definiera den.\n"
        "Upplägget D3 kräver ”before”.\n"
        "  Var:        plan.yaml, estimands.E1\n"
        "  Godtas:     before, comparison, group, after\n"
        "  Gör så här: Lägg till det.\n"
        "Tidsfönstret består inte av hela år, som är planens periodlängd.\n"
        "  Var:        plan.yaml, windows.efter\n"
        "  Godtas:     hela år, till exempel 2024 till 2025\n"
        "  Gör så här: Ändra fönstret, eller frequency."
    )


def test_a_panel_tells_all_that_plan_and_data_disagree_on(from_tables, plan_content) -> None:
    """Every message names the plan and the estimand or the group that asked."""
    first = plan_content["estimands"][0] | {"role": "secondary"}
    plan_content["groups"][0]["units"] = ["127"]
    plan_content["estimands"] = [
        {**first, "metric": "P99"},
        {**first, "id": "E2", "exposure": "N99"},
        {**first, "id": "E3", "metric": "T1", "category": "varing", "date_basis": "beslut"},
        {**first, "id": "E4", "metric": "B2"},
        {**first, "id": "E5", "metric": "P3", "category": "nagon", "exposure": "N1"},
    ]
    plan_content["wanted"] = [{"metric": "P98", "units": ["0181"]}]
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    with pytest.raises(PanelError) as caught:
        ek.evaluate(plan, from_tables("", "", "", units=("0127", "0180")))
    told = [(problem.code, problem.place.key) for problem in caught.value.problems]
    assert told == [
        ("panel_unknown_unit", "groups.botkyrka.units"),
        ("panel_unknown_metric", "estimands.E1.metric"),
        ("panel_unknown_exposure", "estimands.E2.exposure"),
        ("panel_unknown_category", "estimands.E3.category"),
        ("panel_unknown_date_basis", "estimands.E4.date_basis"),
        ("panel_not_a_count", "estimands.E5.metric"),
        ("panel_unknown_metric", "wanted"),
        ("panel_unknown_unit", "wanted"),
    ]
    assert {problem.place.file for problem in caught.value.problems} == {"liten/plan.yaml"}
    assert caught.value.problems[0].render(Language.EN) == (
        "There is no unit '127'.\n"
        "  Where:    liten/plan.yaml, groups.botkyrka.units\n"
        "  Accepted: did you mean '0127'? Others: 0180\n"
        "  Next:     Correct the code."
    )


def test_two_estimands_that_ask_for_one_unknown_thing_are_told_once(from_tables, plan_content) -> None:
    first = plan_content["estimands"][0]
    plan_content["estimands"] = [{**first, "id": id_, "metric": "P99", "family": id_} for id_ in ("E1", "E2")]
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    with pytest.raises(PanelError) as caught:
        ek.panel(from_tables("", "", "", units=("0127", "0180")), plan)
    (problem,) = caught.value.problems
    assert problem.place.key == "estimands.E1.metric, estimands.E2.metric"


def test_the_same_time_at_two_lengths_would_be_counted_twice(from_tables, plan_of) -> None:
    """A year beside its own January, among the counts and among the exposures: both are told."""
    data = from_tables(
        outcomes="""
            unit_id | period  | metric | value
            0127    | 2024    | P1     | 12
            0127    | 2024-01 | P1     | 1
        """,
        exposure="""
            unit_id | period  | exposure | value
            0127    | 2024    | N1       | 1000
            0127    | 2024-Q1 | N1       | 1000
        """,
        units=("0127", "0180"),
    )
    with pytest.raises(PanelError) as caught:
        ek.panel(data, plan_of())
    assert [(problem.code, problem.place.file) for problem in caught.value.problems] == [
        ("panel_two_frequencies", "outcomes"),
        ("panel_two_frequencies", "exposure"),
    ]
