"""An estimate holds a number or a reason, never both, never neither; and estimates keep the plan's order."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest

from evalkit import columns, refusals
from evalkit.errors import EstimationError
from evalkit.estimates import Cell, Estimate, Estimates, Provenance, refusal
from evalkit.vocabulary import DesignId, EstimateStatus, Role, Scale

NUMBER: dict[str, Any] = {
    "scale": Scale.RATE_RATIO,
    "status": EstimateStatus.ESTIMATED,
    "estimate": 2.0,
    "conf_low": 1.0,
    "conf_high": 3.0,
}
REFUSED: dict[str, Any] = {
    "scale": Scale.RATE,
    "status": EstimateStatus.NOT_ESTIMABLE,
    "reason": refusals.no_events(),
}


@pytest.mark.parametrize(
    "parts",
    [
        {**NUMBER, "estimate": None},
        {**NUMBER, "conf_low": None},
        {**NUMBER, "estimate": math.nan},
        {**NUMBER, "conf_high": math.nan},
        {**NUMBER, "conf_low": 4.0},
        {**NUMBER, "reason": refusals.no_events()},
        {**REFUSED, "reason": None},
        {**REFUSED, "status": EstimateStatus.NOT_ATTEMPTED, "reason": None},
        {**REFUSED, "estimate": 1.0},
        {**REFUSED, "conf_low": 1.0},
        {**REFUSED, "std_error": 1.0},
        {**REFUSED, "p_value": 0.5},
        {**REFUSED, "events": 3},
        {**REFUSED, "cells": (Cell("a", "b", 3, 1.0),)},
    ],
)
def test_a_contradiction_cannot_be_made(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Estimate(**parts)


def test_an_unbounded_side_is_a_number() -> None:
    found = Estimate(**{**NUMBER, "estimate": math.inf, "conf_high": math.inf})
    assert found.is_estimated


def test_withholding_leaves_no_trace_of_the_number() -> None:
    found = Estimate(
        **NUMBER,
        events=7,
        exposure=3.0,
        cells=(Cell("a", "b", 7, 3.0),),
        dispersion=2.0,
        df=3,
        p_value=0.2,
        method="exact",
    )
    held = found.refused(refusals.small_count(10))
    numbers = ("estimate", "conf_low", "conf_high", "std_error", "p_value", "dispersion", "df", "events", "exposure")
    assert {getattr(held, name) for name in (*numbers, "method")} == {None}
    assert held.cells == ()
    assert held.reason.code == "small_count"


def test_the_written_form_names_the_level_as_it_is() -> None:
    found = Estimate(**NUMBER, conf_level=0.975, method="exact").named(
        estimand_id="E1", metric="P1", contrast="Botkyrka", design=DesignId.D2, role=Role.PRIMARY
    )
    assert repr(found) == "E1 P1 Botkyrka rate_ratio 2 (97.5% CI 1 to 3, exact)"
    assert "not_estimable: Inga händelser" in repr(Estimate(**REFUSED))


def estimates() -> Estimates:
    items = tuple(
        Estimate(**parts).named(estimand_id=id_, metric="P1", contrast="x", design=DesignId.D2, role=role)
        for id_, parts, role in (
            ("E1", NUMBER, Role.PRIMARY),
            ("E2", REFUSED, Role.PRIMARY),
            ("E3", NUMBER, Role.SECONDARY),
        )
    )
    return Estimates(items, Provenance("p", "d", "1", 4))


def test_estimates_are_looked_up_filtered_and_written() -> None:
    found = estimates()
    assert len(found) == 3
    assert found.get("E3").role is Role.SECONDARY
    assert [item.estimand_id for item in found.primary] == ["E1", "E2"]
    assert [item.estimand_id for item in found.refused] == ["E2"]
    frame = found.to_frame()
    assert dict(frame.schema) == columns.ESTIMATES
    assert frame["reason_code"].to_list() == [None, "no_events", None]
    assert frame["estimate"].to_list() == [2.0, None, 2.0]
    assert repr(found).splitlines()[0] == "Estimates: 3 estimands, 1 refused"


def test_an_unknown_estimand_is_told_with_those_there_are() -> None:
    with pytest.raises(EstimationError) as caught:
        estimates().get("E33")
    assert caught.value.problems[0].code == "unknown_estimand"
    assert "E1" in str(caught.value)


def test_values_can_be_compared_and_stored() -> None:
    assert estimates() == estimates()
    assert pickle.loads(pickle.dumps(estimates())) == estimates()  # noqa: S301 - our own bytes


def test_a_refusal_keeps_what_would_have_been_assumed() -> None:
    found = refusal(Scale.RATE, refusals.no_events(), conf_level=0.9)
    assert (found.conf_level, found.status) == (0.9, EstimateStatus.NOT_ESTIMABLE)
