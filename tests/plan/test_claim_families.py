"""What a plan may say of how many questions it asks; a plan that says nothing is the plan it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalkit.claim_families import ClaimFamily, claim_families
from evalkit.errors import PlanError
from evalkit.plan import Plan
from evalkit.vocabulary import Multiplicity


def made(content: dict[str, Any], **keys: Any) -> Plan:
    return Plan.from_mapping(content | keys, folder=Path("liten"))


def codes(content: dict[str, Any]) -> list[tuple[str, str | None]]:
    with pytest.raises(PlanError) as caught:
        made(content)
    return [(problem.code, problem.place.key) for problem in caught.value.problems]


def asked(content: dict[str, Any], *changes: dict[str, Any]) -> dict[str, Any]:
    """The plan with one estimand for each set of changes; the second on are secondary unless they say otherwise."""
    first = content["estimands"][0]
    entries = [
        {**first, "id": f"E{number}"} | ({"role": "secondary"} if number > 1 else {}) | change
        for number, change in enumerate(changes, start=1)
    ]
    kept = [{key: value for key, value in entry.items() if value is not None} for entry in entries]
    return content | {"estimands": kept}


LEVEL = {"design": "D1", "comparison": None, "before": None}


def test_a_plan_without_the_keys_has_the_digest_it_had_before_they_existed(plan_content) -> None:
    """The digest was taken before the keys; each of them is part of the plan once it is said."""
    digest = made(plan_content).digest
    assert digest == "49b907e540be7a82e387309298bfbd34c2709fa34e10d6f49aa6f63d5637f4f1"
    said = [made(plan_content, multiplicity=word).digest for word in ("holm", "none")]
    said.append(made(asked(plan_content, {"family": "a"})).digest)
    assert len({digest, *said}) == 4


def test_a_plan_that_does_not_say_gets_holm(plan_content) -> None:
    assert made(plan_content).multiplicity is Multiplicity.HOLM
    for word in Multiplicity:
        assert made(plan_content, multiplicity=word.value).multiplicity is word


def test_a_method_that_is_none_is_told_with_those_there_are(plan_content) -> None:
    with pytest.raises(PlanError) as caught:
        made(plan_content, multiplicity="bonferoni")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.key) == ("plan_enum", "multiplicity")
    assert problem.accepted.sv == "holm, hochberg, benjamini_hochberg, gatekeeping, none"


def test_questions_without_a_family_are_one_family(plan_content) -> None:
    plan = made(asked(plan_content, {}, {"family": "b"}, {}, {"family": "b"}))
    assert claim_families(plan) == (ClaimFamily(None, ("E1", "E3")), ClaimFamily("b", ("E2", "E4")))


def test_levels_and_descriptions_are_tested_against_nothing(plan_content) -> None:
    plan = made(asked(plan_content, {}, {"role": "descriptive"}, LEVEL, {"family": "b"} | LEVEL))
    assert claim_families(plan) == (ClaimFamily(None, ("E1",)),)


def test_a_family_has_one_primary_and_all_faults_are_told_at_once(plan_content) -> None:
    content = asked(
        plan_content,
        {},
        {"role": "primary"},
        {"family": "b", "role": "primary"},
        {"family": "c", "role": "primary"},
        {"family": "b", "role": "primary", "group": "okand"},
        {"family": "b", "role": "primary"},
    )
    assert codes(content) == [
        ("plan_reference", "estimands.E5.group"),
        ("plan_two_primary", "estimands.E2.family"),
        ("plan_two_primary", "estimands.E5.family"),
    ]


def test_two_primary_levels_of_one_claim_are_two_as_well(plan_content) -> None:
    assert codes(asked(plan_content, LEVEL, LEVEL | {"role": "primary"})) == [
        ("plan_two_primary", "estimands.E2.family")
    ]


def test_one_primary_for_each_family_is_sound(plan_content) -> None:
    made(asked(plan_content, {"family": "a"}, {"family": "b", "role": "primary"}, {"role": "primary"}))
