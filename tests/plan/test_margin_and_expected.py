"""What a plan may say of margins and expected counts; a plan that says nothing is the plan it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import evalkit as ek
from evalkit.errors import PlanError
from evalkit.estimands import Margin
from evalkit.inference import rule_power
from evalkit.plan import Plan
from evalkit.planning import planned_power

SOURCE = {"sv": "Påhittat.", "en": "Made up."}


def codes(content: dict[str, Any]) -> list[tuple[str, str | None]]:
    with pytest.raises(PlanError) as caught:
        Plan.from_mapping(content, folder=Path("liten"))
    return [(problem.code, problem.place.key) for problem in caught.value.problems]


def test_a_plan_without_them_has_the_digest_it_had_before_they_existed(plan_content) -> None:
    """The digest was taken with the release before the keys; a locked plan must stay the one that was locked."""
    digest = Plan.from_mapping(plan_content, folder=Path()).digest
    assert digest == "49b907e540be7a82e387309298bfbd34c2709fa34e10d6f49aa6f63d5637f4f1"
    plan_content["estimands"][0]["margin"] = {"within": 0.2}
    changed = Plan.from_mapping(plan_content, folder=Path()).digest
    plan_content["estimands"][0]["margin"] = {"within": 0.3}
    assert len({digest, changed, Plan.from_mapping(plan_content, folder=Path()).digest}) == 3


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        ({"within": 0.2}, Margin(low=1 / 1.2, high=1.2)),
        ({"within": 0.2, "reciprocal": False}, Margin(low=0.8, high=1.2)),
        ({"low": 0.8, "high": 1.25}, Margin(low=0.8, high=1.25)),
    ],
)
def test_a_margin_is_a_share_or_two_limits(plan_of, margin, expected) -> None:
    assert plan_of(margin=margin).estimands[0].margin == expected


@pytest.mark.parametrize(
    "margin",
    [
        {},
        {"low": 0.8},
        {"low": 1.1, "high": 1.2},
        {"within": 0.2, "high": 1.2},
        {"within": 1.5, "reciprocal": False},
    ],
)
def test_a_margin_that_is_none(plan_content, margin) -> None:
    plan_content["estimands"][0]["margin"] = margin
    assert codes(plan_content) == [("plan_margin", "estimands.E1.margin")]


def test_a_level_has_no_margin(plan_content) -> None:
    entry = plan_content["estimands"][0]
    del entry["comparison"], entry["before"]
    entry |= {"design": "D1", "margin": {"within": 0.2}}
    assert codes(plan_content) == [("plan_margin", "estimands.E1.margin")]


def test_faults_of_form_are_told_together(plan_content) -> None:
    entry = plan_content["estimands"][0]
    entry["margin"] = {"within": "mycket", "reciprocal": "kanske", "marginal": 1}
    entry["expected"] = {"monthly": 0, "monthly_comparison": float("inf")}
    found = {key.removeprefix("estimands.E1."): code for code, key in codes(plan_content)}
    assert found == {
        "margin.within": "plan_float_parsing",
        "margin.reciprocal": "plan_bool_parsing",
        "margin.marginal": "plan_extra_forbidden",
        "expected.monthly": "plan_greater_than",
        "expected.monthly_comparison": "plan_finite_number",
        "expected.source": "plan_missing",
    }


@pytest.mark.parametrize(
    ("design", "comparison"), [("D3", None), ("D2", 3.0)], ids=["a side is missing", "a side too many"]
)
def test_what_is_expected_has_the_sides_of_the_design(plan_content, design, comparison) -> None:
    entry = plan_content["estimands"][0]
    entry["design"] = design
    if design == "D2":
        del entry["comparison"]
    entry["expected"] = {"monthly": 3, "source": SOURCE}
    if comparison:
        entry["expected"]["monthly_comparison"] = comparison
    assert codes(plan_content) == [("plan_expected", "estimands.E1.expected")]


def test_the_plan_uses_the_public_functions(plan_of) -> None:
    """Two years before and two after: 480 events a year against 960 make 960 and 1,920 in each window.

    Two sides of four years have four degrees of freedom for φ, and the level is that much smaller.
    """
    expected = {"monthly": 40, "monthly_comparison": 80, "dispersion": 3, "source": SOURCE}
    found = planned_power(plan_of(expected=expected))
    (item,) = found.items
    assert found.tables == {}
    assert [outlook.dispersion for outlook in item.outlooks] == [1, 2, 3, 4]
    counts = {"events": 960, "events_before": 960, "events_ref": 1920, "events_ref_before": 1920}
    assert item.layout.df == 4
    for outlook in item.outlooks:
        level = rule_power.level(1 - 0.95, 0.8, outlook.dispersion, 4)
        up = ek.smallest_detectable(**counts, dispersion=outlook.dispersion, alpha=level)
        assert (outlook.increase.alpha, level < 0.01) == (1 - 0.95, True)
        assert outlook.increase.ratio == pytest.approx(up.ratio, rel=1e-12)
        wait = ek.months_needed(
            2.0,
            monthly=40,
            monthly_ref=80,
            events_before=960,
            events_ref_before=1920,
            dispersion=outlook.dispersion,
            alpha=level,
        )
        # A longer time has more years to know φ from than the plan's own.
        found = outlook.months[1].months
        assert wait.months is None or found <= wait.months
        assert found is None or found <= 24 or wait.months != found


def test_the_only_public_figure_is_what_the_real_plan_expects() -> None:
    plan = Plan.load(ek.resources.analyses() / "samordnad-tillsyn-otto")
    given = {item.id: item.expected for item in plan.estimands if item.expected}
    assert list(given) == ["E1"]
    assert given["E1"].monthly * 12 == 108
    assert "KS 2025/364" in given["E1"].source.sv
    found = planned_power(plan)
    assert {item.estimand.id for item in found.items if not item.outlooks} == {f"E{n}" for n in range(2, 20)}
    assert len(found.tables) == len({item.layout for item in found.items if not item.outlooks})
