"""Faults of form in a plan file, each with its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import PlanError, Problem
from evalkit.language import Language
from evalkit.plan import PLAN_VERSION, Plan


def problems(content: dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(PlanError) as caught:
        Plan.from_mapping(content, folder=Path("liten"))
    return caught.value.problems


def only(content: dict[str, Any]) -> Problem:
    (problem,) = problems(content)
    return problem


def test_a_missing_key(plan_content) -> None:
    del plan_content["estimands"][0]["metric"]
    assert only(plan_content).render(Language.SV) == (
        "Nyckeln saknas.\n"
        "  Var:        plan.yaml, estimands.E1.metric\n"
        "  Godtas:     nyckeln med ett värde\n"
        "  Gör så här: Rätta ”estimands.E1.metric” i planen."
    )


def test_an_unknown_key_with_the_nearest_known(plan_content) -> None:
    plan_content["estimands"][0]["metrik"] = "P1"
    problem = only(plan_content)
    assert problem.code == "plan_extra_forbidden"
    assert problem.place.key == "estimands.E1.metrik"
    assert problem.accepted.sv.startswith("menade du ”metric”?")


def test_strata_are_refused_with_the_reason_and_a_way_out(plan_content) -> None:
    plan_content["estimands"][0]["strata"] = "category"
    problem = only(plan_content)
    assert problem.code == "plan_extra_forbidden"
    assert "exponering per kategori" in problem.accepted.sv
    assert "stratified_rate_ratio" in problem.accepted.en
    assert "exposure of each category" in problem.what.en


@pytest.mark.parametrize(
    ("path", "value", "code", "accepted"),
    [
        (("frequency",), "week", "plan_enum", "month, quarter, year"),
        (("plan_version",), 2, "plan_literal_error", str(PLAN_VERSION)),
        (("data", "kind"), "web", "plan_literal_error", "files, simulation"),
        (("data", "seed"), -1, "plan_greater_than_equal", "0 eller större"),
        (("data", "seed"), "många", "plan_int_parsing", "ett tal"),
        (("conf_level",), 1, "plan_less_than", "mindre än 1.0"),
        (("conf_level",), 0.5, "plan_greater_than", "större än 0.5"),
        (("conf_level",), "hög", "plan_float_parsing", "ett tal"),
        (("written",), "i går", "plan_date_from_datetime_parsing", "ett datum som 2026-11-23"),
        (("title",), "Titel", "plan_model_type", "sv, en"),
        (("title", "sv"), " ", "plan_string_too_short", "text"),
        (("groups",), "alla", "plan_tuple_type", "en lista"),
        (("estimands",), [], "plan_too_short", "minst en post"),
        (("window", "first"), None, "plan_string_type", "2024, 2024-Q1 eller 2024-03"),
    ],
)
def test_a_value_of_the_wrong_form(
    plan_content, path: tuple[str, ...], value: object, code: str, accepted: str
) -> None:
    part = plan_content
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    problem = only(plan_content)
    assert (problem.code, problem.accepted.sv, problem.place.key) == (code, accepted, ".".join(path))
    assert problem.what.sv != problem.what.en
    assert "Input should" not in problem.render(Language.EN)


def test_a_unit_code_that_yaml_read_as_a_number_is_told_to_be_quoted(plan_content) -> None:
    plan_content["groups"][0]["units"] = [87]
    problem = only(plan_content)
    assert problem.place.key == "groups.botkyrka.units.1"
    assert "inom citattecken" in problem.accepted.sv


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("metric", "../P1"),
        ("exposure", "N1/N2"),
        ("category", "a b"),
        ("model", "Otto"),
        ("model", "../otto"),
        ("id", ""),
    ],
)
def test_no_code_can_leave_its_folder_or_break_an_anchor(plan_content, key: str, value: str) -> None:
    """Codes become file names and anchors."""
    plan_content["estimands"][0][key] = value
    assert only(plan_content).code == "plan_string_pattern_mismatch"


def test_all_faults_of_form_are_told_at_once(plan_content) -> None:
    del plan_content["title"]
    plan_content["frequency"] = "week"
    plan_content["groups"][1]["unitz"] = []
    found = [(problem.code, problem.place.key) for problem in problems(plan_content)]
    assert found == [
        ("plan_missing", "title"),
        ("plan_enum", "frequency"),
        ("plan_extra_forbidden", "groups.stockholm.unitz"),
    ]


def test_an_entry_without_an_id_is_numbered_from_one(plan_content) -> None:
    del plan_content["windows"][1]["id"]
    assert only(plan_content).place.key == "windows.2.id"


@pytest.mark.parametrize(
    ("content", "code", "rows"),
    [
        (b"title: [1, 2\nplan_version: 1\n", "plan_not_yaml", (2,)),
        ("title: Övrigt".encode("latin-1"), "plan_not_yaml", ()),
        (b"", "plan_empty", ()),
        (b"- title\n", "plan_empty", ()),
        (b"1: title\n", "plan_empty", ()),
        (b"written: 2026-13-40\n", "plan_impossible_date", ()),
        (b"slug: a\nslug: b\n", "plan_key_twice", (2,)),
        (b"title:\n  sv: a\n  sv: b\n", "plan_key_twice", (3,)),
    ],
)
def test_a_file_that_is_no_plan(tmp_path: Path, content: bytes, code: str, rows: tuple[int, ...]) -> None:
    (tmp_path / "plan.yaml").write_bytes(content)
    with pytest.raises(PlanError) as caught:
        Plan.load(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.rows) == (code, rows)
    assert problem.place.file == "plan.yaml"


def test_a_folder_without_a_plan(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        Plan.load(tmp_path)
    (problem,) = caught.value.problems
    assert problem.code == "plan_missing"
    assert str(tmp_path.parent) not in problem.render()


def test_a_plan_that_is_a_folder_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").mkdir()
    with pytest.raises(PlanError) as caught:
        Plan.load(tmp_path)
    assert caught.value.problems[0].code == "plan_unreadable"
