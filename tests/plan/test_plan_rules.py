"""What a plan must fulfil beyond its form."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import PlanError
from evalkit.plan import Plan
from evalkit.vocabulary import DesignId


def codes(content: dict[str, Any]) -> list[tuple[str, str | None]]:
    with pytest.raises(PlanError) as caught:
        Plan.from_mapping(content, folder=Path("liten"))
    return [(problem.code, problem.place.key) for problem in caught.value.problems]


def test_a_sound_plan_is_resolved(plan_content) -> None:
    plan = Plan.from_mapping(plan_content, folder=Path("liten"))
    (item,) = plan.estimands
    assert (item.id, item.design, item.series.key) == ("E1", DesignId.D3, "P1-handelse-N1")
    assert (item.group.id, item.comparison.id) == ("botkyrka", "stockholm")
    assert (item.before.first, item.before.last) == (date(2022, 1, 1), date(2023, 12, 31))
    assert (item.after.first, item.after.last) == (date(2024, 1, 1), date(2025, 12, 31))
    assert (plan.window.first, plan.window.last) == (date(2022, 1, 1), date(2025, 12, 31))
    assert plan.units == ("0127", "0180")
    assert plan.series == (item.series,)


@pytest.mark.parametrize("key", ["groups", "windows", "estimands"])
def test_an_id_is_used_once(plan_content, key: str) -> None:
    plan_content[key].append(dict(plan_content[key][0]))
    assert ("plan_duplicate_id", key) in codes(plan_content)


def test_a_unit_is_in_a_group_once(plan_content) -> None:
    plan_content["groups"][0]["units"] = ["0127", "0127"]
    assert codes(plan_content) == [("plan_duplicate_unit", "groups.botkyrka.units")]


@pytest.mark.parametrize("part", ["group", "comparison", "before", "after"])
def test_every_reference_is_defined(plan_content, part: str) -> None:
    plan_content["estimands"][0][part] = "okand"
    assert codes(plan_content) == [("plan_reference", f"estimands.E1.{part}")]


@pytest.mark.parametrize(
    ("design", "without", "expected"),
    [
        ("D1", (), 2),
        ("D1", ("before",), 1),
        ("D2", (), 1),
        ("D2", ("before", "comparison"), 1),
        ("D3", ("before",), 1),
        ("D3", ("before", "comparison"), 2),
    ],
)
def test_a_design_gets_what_it_needs_and_nothing_else(
    plan_content, design: str, without: tuple[str, ...], expected: int
) -> None:
    entry = plan_content["estimands"][0]
    entry["design"] = design
    for part in without:
        del entry[part]
    assert codes(plan_content) == [("plan_design_parts", "estimands.E1")] * expected


def test_the_sides_share_no_unit(plan_content) -> None:
    plan_content["groups"][1]["units"] = ["0180", "0127"]
    assert codes(plan_content) == [("plan_sides_overlap", "estimands.E1")]


def test_before_ends_before_after_begins(plan_content) -> None:
    plan_content["windows"][0]["last"] = "2024"
    assert codes(plan_content) == [("plan_windows_overlap", "estimands.E1")]


def test_a_window_runs_forwards(plan_content) -> None:
    plan_content["windows"][0] |= {"first": "2023", "last": "2022"}
    assert codes(plan_content) == [("plan_window_backwards", "windows.fore")]


def test_a_window_lies_within_the_whole_time(plan_content) -> None:
    plan_content["window"]["first"] = "2023"
    assert codes(plan_content) == [("plan_outside_window", "windows.fore")]


def test_a_period_can_be_read_and_the_other_rules_wait_until_it_can(plan_content) -> None:
    plan_content["windows"][0]["first"] = "våren 2022"
    plan_content["marks"] = [{"at": "2023-13", "name": {"sv": "start", "en": "start"}}]
    assert codes(plan_content) == [("plan_period", "windows.fore.first"), ("plan_period", "marks.1.at")]


@pytest.mark.parametrize(
    ("frequency", "first", "last", "sound"),
    [
        ("year", "2022", "2025", True),
        ("year", "2022-01", "2025-12", True),
        ("year", "2022-Q1", "2025-Q4", True),
        ("year", "2022-04", "2025-12", False),
        ("year", "2022", "2025-06", False),
        ("year", "2023-04", "2023-12", False),
        ("quarter", "2022-04", "2025-06", True),
        ("quarter", "2022-05", "2025-06", False),
        ("month", "2022-05", "2025-06", True),
    ],
)
def test_a_window_consists_of_whole_periods(
    plan_content, frequency: str, first: str, last: str, *, sound: bool
) -> None:
    """Otherwise the figures of the periods that it cuts would be left out without a word."""
    plan_content["frequency"] = frequency
    plan_content["window"] |= {"first": first, "last": last}
    plan_content["windows"] = [{"id": "efter", "name": plan_content["title"], "first": first, "last": last}]
    entry = plan_content["estimands"][0]
    entry |= {"design": "D1", "after": "efter"}
    del entry["before"], entry["comparison"]
    if sound:
        assert Plan.from_mapping(plan_content, folder=Path("liten")).estimands
    else:
        assert codes(plan_content) == [
            ("plan_window_cuts_period", "window"),
            ("plan_window_cuts_period", "windows.efter"),
        ]


def test_what_is_accepted_for_a_cut_window_is_the_whole_periods_around_it(plan_content) -> None:
    plan_content["windows"][1] |= {"first": "2024-04", "last": "2025-06"}
    with pytest.raises(PlanError) as caught:
        Plan.from_mapping(plan_content, folder=Path("liten"))
    assert str(caught.value.problems[0].accepted) == "hela år, till exempel 2024 till 2025"


def test_figures_are_not_finer_than_the_counts(plan_content) -> None:
    plan_content["display_frequency"] = "month"
    assert codes(plan_content) == [("plan_display_finer", "display_frequency")]


def test_a_mark_outside_the_time_is_told_for_it_would_not_be_drawn(plan_content) -> None:
    plan_content["marks"] = [{"at": "2019", "name": {"sv": "start", "en": "start"}}]
    assert codes(plan_content) == [("plan_mark_outside", "marks.1.at")]


def test_simulated_data_need_a_seed(plan_content) -> None:
    plan_content["data"] = {"kind": "simulation"}
    assert codes(plan_content) == [("plan_seed", "data.seed")]


def test_years_may_be_written_as_numbers(plan_content) -> None:
    """YAML reads ``first: 2022`` as a number; it is the same plan."""
    text = Plan.from_mapping(plan_content, folder=Path("liten"))
    plan_content["windows"][0] |= {"first": 2022, "last": 2023}
    assert Plan.from_mapping(plan_content, folder=Path("liten")).digest == text.digest


def test_an_identity_number_in_a_text_of_the_plan_stops_it_and_is_not_repeated(plan_content) -> None:
    plan_content["metric_notes"] = [{"metric": "P1", "sv": "Om 811218-9876.", "en": "x"}]
    plan_content["cannot_say"][0]["en"] = "About 19811218 9876."
    with pytest.raises(PlanError) as caught:
        Plan.from_mapping(plan_content, folder=None)
    assert {(item.code, item.place.key) for item in caught.value.problems} == {
        ("personal_identity", "metric_notes.1.sv"),
        ("personal_identity", "cannot_say.1.en"),
    }
    assert "9876" not in str(caught.value)


def test_true_values_are_of_comparisons_that_the_plan_makes(plan_content) -> None:
    plan_content["data"] = {"kind": "files", "true_values": {"E1": 1.5, "E9": 2.0}}
    assert codes(plan_content) == [("plan_true_value_of_nothing", "data.true_values.E9")]


def test_a_level_has_no_true_value_to_tell(plan_content) -> None:
    entry = plan_content["estimands"][0]
    entry |= {"design": "D1"}
    for key in ("comparison", "before"):
        entry.pop(key, None)
    plan_content["data"] = {"kind": "files", "true_values": {"E1": 1.5}}
    assert ("plan_true_value_of_nothing", "data.true_values.E1") in codes(plan_content)


def test_simulated_data_bring_their_true_values(plan_content) -> None:
    plan_content["data"] = {"kind": "simulation", "seed": 1, "true_values": {"E1": 1.5}}
    assert codes(plan_content) == [("plan_true_values_simulated", "data.true_values")]


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_true_value_is_a_positive_number(plan_content, value: float) -> None:
    plan_content["data"] = {"kind": "files", "true_values": {"E1": value}}
    assert [key for _, key in codes(plan_content)] == ["data.true_values.E1"]


def test_a_plan_without_true_values_keeps_its_digest(plan_content) -> None:
    plain = Plan.from_mapping(plan_content, folder=Path("liten"))
    assert "true_values" not in plain.document.model_dump()["data"]
    plan_content["data"] = {"kind": "files", "true_values": {"E1": 1.5}}
    assert Plan.from_mapping(plan_content, folder=Path("liten")).digest != plain.digest
