"""What a finding may be, what it withholds, and what of it leaves under disclosure control."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import evalkit as ek
from evalkit import checks
from evalkit.designs import REGISTRY
from evalkit.estimates import refusal
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.metrics import MetricBook
from evalkit.retelling import less_told
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, FindingStatus, Scale, Withheld

SEEN = Statement("seen", Text("sett", "seen"))


def finding(**given: object) -> Finding:
    return Finding(**{"check": CheckId.DISPERSION, "status": FindingStatus.OK, "reason": SEEN, **given})


def blocking(what: Withheld) -> Finding:
    return finding(check=CheckId.LARGEST_CASE, status=FindingStatus.BLOCK, withholds=what, statistic=0.4)


def test_only_a_block_withholds_and_every_block_does():
    with pytest.raises(ValueError, match="withholds"):
        finding(status=FindingStatus.BLOCK)
    with pytest.raises(ValueError, match="withholds"):
        finding(status=FindingStatus.WARN, withholds=Withheld.ESTIMATE)


def test_a_finding_has_no_nan():
    with pytest.raises(ValueError, match="numbers"):
        finding(statistic=math.nan)


def test_a_block_on_the_estimate_takes_the_number_and_gives_its_reason():
    found = ek.rate(108, 9.956).examined((finding(), blocking(Withheld.ESTIMATE)))
    assert not found.is_estimated
    assert found.reason == SEEN
    assert [item.check for item in found.findings] == [CheckId.DISPERSION, CheckId.LARGEST_CASE]


def test_a_block_on_the_label_leaves_the_number_but_not_the_word():
    plain = ek.rate(108, 9.956)
    found = plain.examined((blocking(Withheld.EFFECT_LABEL),))
    assert found.estimate == plain.estimate
    assert plain.may_be_called_effect
    assert not found.may_be_called_effect


def test_a_refusal_keeps_its_own_reason():
    refused = refusal(Scale.RATE, Statement("first", Text("först", "first")))
    assert refused.examined((blocking(Withheld.ESTIMATE),)).reason.code == "first"


def test_details_from_counts_do_not_leave_with_a_protected_number():
    found = less_told(ek.rate(108, 9.956).examined((finding(statistic=2.0), finding(statistic=1, from_counts=False))))
    assert [item.statistic for item in found.findings] == [None, 1]
    assert [item.reason.code for item in found.findings] == ["detail_protected", "seen"]


def test_nothing_from_counts_leaves_with_a_withheld_number():
    hidden = refusal(Scale.RATE, SEEN).examined((finding(statistic=2.0), finding(statistic=1, from_counts=False)))
    assert [item.statistic for item in less_told(hidden).findings] == [1]


@pytest.fixture(scope="module")
def estimates():
    folder = ek.resources.analyses() / "manniskoexploatering"
    return ek.evaluate(ek.Plan.load(folder), ek.load(folder))


def test_no_design_of_two_municipalities_may_call_its_number_an_effect(estimates):
    assert {item.design for item in estimates} <= {DesignId.D1, DesignId.D2, DesignId.D3}
    assert not any(item.may_be_called_effect for item in estimates)
    ceilings = [found for item in estimates for found in item.findings if found.check is CheckId.DESIGN_CEILING]
    assert len(ceilings) == len(estimates)
    assert {found.withholds for found in ceilings} == {Withheld.EFFECT_LABEL}


def test_the_frame_has_a_row_for_each_finding(estimates):
    frame = estimates.findings_frame()
    assert frame.height == sum(len(item.findings) for item in estimates) > len(estimates)
    assert frame.filter(check="design_ceiling")["threshold"].unique().to_list() == [3.0]


def test_every_check_of_every_design_exists():
    asked = {check for design in REGISTRY.values() for check in design.checks}
    assert asked <= set(CheckId)
    assert set(checks.CHECKS) <= asked


def test_one_area_a_side_is_few_and_ten_are_enough(estimates):
    folder = ek.resources.analyses() / "manniskoexploatering"
    plan, dataset = ek.Plan.load(folder), ek.load(folder)
    item = next(item for item in plan.estimands if item.design is DesignId.D3)
    design = REGISTRY[item.design]
    panel = ek.panel(dataset, plan)
    few = checks.Situation(item, panel, design, estimates.get(item.id), MetricBook.load(), 0.95)
    units = tuple(f"{number:04d}" for number in range(12))
    many = replace(
        few,
        estimand=replace(
            item, group=replace(item.group, units=units[:4]), comparison=replace(item.comparison, units=units[4:])
        ),
    )
    status = {
        name: next(found.status for found in checks.examine(case) if found.check is CheckId.CLUSTERS)
        for name, case in {"few": few, "many": many}.items()
    }
    assert status == {"few": FindingStatus.WARN, "many": FindingStatus.OK}
