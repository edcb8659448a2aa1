"""Each check on panels made by hand: nothing to look at, nothing to remark, to bear in mind, withheld."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import evalkit as ek
from evalkit.checks import examine
from evalkit.codebooks.entries import LawChange, Precision
from evalkit.estimates import Estimate
from evalkit.language import Language, Text
from evalkit.retelling import less_told
from evalkit.vocabulary import CheckId, FindingStatus, Withheld
from tests.wording.conftest import faults

OK, WARN, BLOCK = FindingStatus.OK, FindingStatus.WARN, FindingStatus.BLOCK
FLAT = [20, 21, 19, 20, 22, 18] * 12
RISE = [20, 21, 19, 20, 22, 18] * 6 + [40, 41, 39, 40, 42, 38] * 6
HALF = 36


def noisy(mean: float, months: int = 72, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).poisson(mean, months).tolist()


def change(start: date, end: date | None = None, **given: object) -> LawChange:
    parts = {
        "id": "lag",
        "start": start,
        "end": end,
        "precision": Precision.DAY,
        "change": Text("ny lag", "a new act"),
        "short": Text("ny lag", "new act"),
        "hits": ("all",),
        "law": None,
        "verified": True,
        "verify_note": None,
    }
    return LawChange(**{**parts, **given})


# ---- exposure


def test_twice_the_visits_and_half_again_as_many_hits_a_visit(judge, case) -> None:
    """60 visits a month became 120; 20 findings became 60: 3 = 2 × 1.5."""
    visits = {"0127": [60.0] * HALF + [120.0] * HALF}
    made = case({"0127": [20] * HALF + [60] * HALF}, HALF, metric="F1", exposure_code="N9", exposure=visits)
    found = judge(CheckId.EXPOSURE_CHANGE, made)
    assert (found.status, found.statistic, found.threshold) == (WARN, pytest.approx(2.0), pytest.approx(1.2))
    assert "område a 2,00 gånger (antalet 3,00, per besök 1,50)" in str(found.reason)


def test_a_longer_window_is_no_change_of_exposure(judge, case) -> None:
    found = judge(CheckId.EXPOSURE_CHANGE, case({"0127": FLAT}, 24))
    assert (found.status, found.statistic) == (OK, pytest.approx(1.0))


def test_an_exposure_that_shrinks_is_warned_for_as_well(judge, case) -> None:
    found = judge(CheckId.EXPOSURE_CHANGE, case({"0127": FLAT}, HALF, exposure={"0127": [4.0] * HALF + [3.0] * HALF}))
    assert (found.status, found.statistic) == (WARN, pytest.approx(0.75))
    assert found.threshold == pytest.approx(1 / 1.2)
    assert "0,75 gånger" in str(found.reason)
    assert "per besök" not in str(found.reason)


# ---- recording


def test_all_reported(judge, case) -> None:
    found = judge(CheckId.RECORDING, case({"0127": FLAT, "0180": FLAT}, HALF))
    assert (found.status, found.statistic, found.from_counts) == (OK, 1.0, False)


@pytest.mark.parametrize(("began", "status"), [(25, BLOCK), (24, WARN)])
def test_recording_that_begins_within_a_year_of_the_start_takes_the_label(judge, case, began, status) -> None:
    late = [None] * began + FLAT[began:]
    found = judge(CheckId.RECORDING, case({"0127": FLAT, "0180": late}, HALF))
    assert found.status is status
    assert found.statistic == pytest.approx((HALF - began) / HALF)
    assert (found.reason.code == "recording_began_with_start") == (status is BLOCK)


def test_a_group_that_began_after_the_others(judge, case) -> None:
    late = [None] * 6 + FLAT[6:]
    found = judge(CheckId.RECORDING, case({"0127": late, "0180": FLAT}, HALF, first=12))
    assert (found.status, found.withholds, found.reason.code) == (
        BLOCK,
        Withheld.EFFECT_LABEL,
        "recording_began_later",
    )
    both = judge(CheckId.RECORDING, case({"0127": late, "0180": late}, HALF, first=12))
    assert both.status is OK


def test_a_gap_is_told_by_its_share_and_nothing_at_all_as_that(judge, case) -> None:
    gap = [*FLAT[:9], *[None] * 9, *FLAT[18:]]
    found = judge(CheckId.RECORDING, case({"0127": gap, "0180": FLAT}, HALF))
    assert (found.status, found.statistic) == (WARN, 0.75)
    assert "område a 75 procent före och 100 efter" in str(found.reason)
    assert judge(CheckId.RECORDING, case({"0127": [None] * 72}, HALF)).reason.code == "recording_never"


# ---- dependence between periods


def test_runs_of_high_and_low_months_follow_each_other(judge, case) -> None:
    waves = ([20] * 6 + [40] * 6) * 6
    found = judge(CheckId.AUTOCORRELATION, case({"0127": waves}, HALF))
    assert found.status is WARN
    assert found.threshold == pytest.approx(2 / math.sqrt(72))
    worth = round(72 * (1 - found.statistic) / (1 + found.statistic))
    assert f"72 säger lika mycket som {worth} oberoende" in str(found.reason)
    assert worth < 36


def test_independent_months_do_not(judge, case) -> None:
    found = judge(CheckId.AUTOCORRELATION, case({"0127": noisy(20), "0180": noisy(20, seed=2)}, HALF))
    assert found.status is OK
    assert abs(found.statistic) < found.threshold


def test_months_that_alternate_are_told_as_such(judge, case) -> None:
    found = judge(CheckId.AUTOCORRELATION, case({"0127": [20, 40] * 36}, HALF))
    assert (found.status, found.reason.code) == (WARN, "periods_unlike")
    assert found.statistic < -0.9


def test_below_twelve_months_dependence_is_not_judged(judge, case) -> None:
    found = judge(CheckId.AUTOCORRELATION, case({"0127": FLAT}, 11))
    assert (found.status, found.statistic) == (WARN, None)
    assert "färre än 12 perioder" in str(found.reason)
    assert judge(CheckId.AUTOCORRELATION, case({"0127": [0] * 72}, HALF)).reason.code == (
        "events_too_few_for_dependence"
    )


# ---- development before


def test_a_group_that_doubled_every_year_before_takes_the_label(judge, case) -> None:
    doubling = [round(100 * 2 ** (place / 12)) for place in range(72)]
    found = judge(CheckId.PRE_TREND, case({"0127": doubling, "0180": [100] * 72}, HALF))
    assert (found.status, found.withholds) == (BLOCK, Withheld.EFFECT_LABEL)
    assert found.statistic == pytest.approx(100, abs=0.5)
    alone = judge(CheckId.PRE_TREND, case({"0127": doubling}, HALF))
    assert (alone.status, alone.statistic) == (BLOCK, pytest.approx(100, abs=0.5))
    assert "fanns en förändring" in str(alone.reason)


def test_no_difference_before_is_never_found_to_be_fine(judge, case) -> None:
    found = judge(CheckId.PRE_TREND, case({"0127": FLAT, "0180": FLAT}, HALF))
    assert (found.status, found.statistic) == (WARN, pytest.approx(0, abs=1e-6))
    # Two flat series of 20 a month over 36 months, φ floored at 1: SE = √(2 / (20 Σ t²)) with t in years.
    error = math.sqrt(2 / (20 * sum((place - 17.5) ** 2 for place in range(36)))) * 12
    t_high, t_power = 1.9955, 0.8470  # Student's t with 68 degrees of freedom
    assert f"upp till {round(math.expm1(t_high * error) * 100)} procent per år" in str(found.reason)
    assert f"{round(math.expm1((t_high + t_power) * error) * 100)} procent hade" in str(found.reason)


@pytest.mark.parametrize(("counts", "start", "code"), [(FLAT, 11, "too_short"), ([0] * 72, HALF, "too_few")])
def test_what_cannot_be_judged_before_is_said(judge, case, counts, start, code) -> None:
    found = judge(CheckId.PRE_TREND, case({"0127": counts}, start))
    assert (found.status, found.reason.code) == (WARN, f"trend_before_{code}")


# ---- invented starts and what began early


def test_a_jump_before_the_start_is_found_by_invented_starts(judge, case) -> None:
    jump = [20] * 18 + [60] * 54
    found = judge(CheckId.PLACEBO_DATES, case({"0127": jump}, HALF))
    # 36 months with twelve a side: the starts after 12, 18 and 24.
    assert (found.status, found.statistic) == (WARN, 3)
    assert "Av 3 påhittade startdatum i tiden före gav 3" in str(found.reason)


def test_flat_months_answer_no_invented_start(judge, case) -> None:
    found = judge(CheckId.PLACEBO_DATES, case({"0127": FLAT, "0180": FLAT}, HALF))
    assert (found.status, found.statistic) == (OK, 0)
    assert judge(CheckId.PLACEBO_DATES, case({"0127": FLAT}, 23)) is None


def test_one_of_three_by_a_hair_is_no_more_than_chance(judge, case) -> None:
    """A ratio whose interval excludes 1 at 95 per cent but not at 98.3, which three tries call for."""
    slight = [20] * 18 + [23, 24, 23] * 18
    found = judge(CheckId.PLACEBO_DATES, case({"0127": slight}, HALF))
    assert found.status is OK
    assert found.statistic > 0


def test_a_last_quarter_that_had_already_risen(judge, case) -> None:
    early = [20] * 27 + [40] * 45
    found = judge(CheckId.ANTICIPATION, case({"0127": early}, HALF))
    # 40 against (27·20 + 9·40)/36 = 25 becomes 40 against 20: ln 1.25 against √(1/1440 + 1/900).
    assert found.status is WARN
    assert found.statistic == pytest.approx(math.log(1.25) / 0.0425, rel=0.35)
    assert found.statistic > found.threshold
    assert judge(CheckId.ANTICIPATION, case({"0127": RISE}, HALF)).status is OK


# ---- the pandemic and the law


def test_an_answer_made_by_the_pandemic(judge, case) -> None:
    """March 2020 to April 2022 are months 50 to 75: quiet then, and equal in ordinary times."""
    months = [20] * 50 + [5] * 26 + [20] * 30
    found = judge(CheckId.COVID, case({"0127": months}, 76))
    assert (found.status, found.reason.code) == (WARN, "other_without_pandemic")
    assert found.statistic == pytest.approx(1.0)


def test_an_answer_that_stands_without_it(judge, case) -> None:
    found = judge(CheckId.COVID, case({"0127": [20] * 50 + [5] * 26 + [40] * 30}, 76))
    assert (found.status, found.statistic) == (OK, pytest.approx(2.0))
    assert judge(CheckId.COVID, case({"0127": FLAT[:48]}, 24)) is None


def test_a_time_before_that_is_nothing_but_pandemic(judge, case) -> None:
    found = judge(CheckId.COVID, case({"0127": [20] * 106}, 70, first=50))
    assert (found.status, found.reason.code) == (WARN, "window_in_pandemic")


def test_an_answer_that_a_definition_decides(judge, case) -> None:
    """The law came in January 2018 (month 24) and is all of the rise."""
    months = [20] * 24 + [40] * 48
    at_law = (change(date(2018, 1, 1)),)
    found = judge(CheckId.LAW_BREAKS, case({"0127": months}, HALF), law_changes=at_law)
    assert (found.status, found.statistic, found.reason.code) == (WARN, 1, "decided_by_definition")
    assert "ny lag" in str(found.reason)
    steady = judge(CheckId.LAW_BREAKS, case({"0127": RISE}, HALF), law_changes=at_law)
    assert (steady.status, steady.statistic) == (OK, 0)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"start": date(2019, 1, 1)}, WARN),  # the very start: nothing to cut
        ({"start": date(2019, 2, 1)}, WARN),  # one month of after would be left
        ({"start": date(2020, 2, 1)}, OK),  # thirteen would
        ({"start": date(2018, 3, 1), "end": date(2018, 5, 31)}, OK),
        ({"start": date(2018, 3, 1), "verified": False}, None),
        ({"start": date(2018, 1, 1), "precision": Precision.YEAR}, None),
    ],
)
def test_breaks_that_can_and_cannot_be_cut_away(judge, case, parts, status) -> None:
    found = judge(CheckId.LAW_BREAKS, case({"0127": RISE}, HALF), law_changes=(change(**parts),))
    assert (found and found.status) is status


# ---- other areas and metrics


def test_one_area_of_the_comparison_decides(judge, case) -> None:
    """Without 9901, which fell, the group rose no more than the others."""
    fell = [60] * HALF + [10] * HALF
    found = judge(CheckId.LEAVE_ONE_OUT, case({"0127": FLAT, "9901": fell, "9902": FLAT}, HALF))
    assert (found.status, found.statistic) == (WARN, 1)
    assert "utan 9901" in str(found.reason)
    alike = judge(CheckId.LEAVE_ONE_OUT, case({"0127": RISE, "9901": FLAT, "9902": FLAT}, HALF))
    assert (alike.status, alike.statistic) == (OK, 0)
    assert judge(CheckId.LEAVE_ONE_OUT, case({"0127": RISE, "9901": FLAT}, HALF)) is None


@pytest.mark.parametrize(
    ("neighbour", "status"), [(FLAT, OK), (RISE, WARN), ([40] * HALF + [20] * HALF, WARN), ([None] * 72, WARN)]
)
def test_neighbours_that_moved(judge, case, neighbour, status) -> None:
    found = judge(CheckId.SPILLOVER, case({"0127": RISE, "0180": FLAT}, HALF, neighbours={"0126": neighbour}))
    assert found.status is status
    assert judge(CheckId.SPILLOVER, case({"0127": RISE}, HALF)) is None


def test_a_metric_that_should_not_move(judge, case) -> None:
    def made(own: list[int | None], **parts: object) -> object:
        control = {"0127": own, "0180": FLAT}
        return judge(CheckId.NEGATIVE_CONTROL, case({"0127": RISE, "0180": FLAT}, HALF, control=control, **parts))

    moved = made(RISE)
    assert (moved.status, moved.withholds, moved.statistic) == (BLOCK, Withheld.EFFECT_LABEL, pytest.approx(2.0))
    assert made(FLAT).status is OK
    assert made([None] * 72).reason.code == "control_unknown"
    protected = made(RISE, control_metric="C1a")
    assert (protected.status, protected.statistic, protected.reason.code) == (BLOCK, None, "detail_protected")


# ---- hidden causes and single cases


def test_the_e_value_of_the_nearer_limit(judge, case) -> None:
    found = judge(CheckId.E_VALUE, case({"0127": RISE}, HALF))
    situation = case({"0127": RISE}, HALF).situation(ek.MetricBook.load())
    assert found.status is OK
    assert found.statistic == ek.e_value(situation.estimate).limit
    low = situation.estimate.conf_low
    assert found.statistic == pytest.approx(low + math.sqrt(low * (low - 1)))
    none = judge(CheckId.E_VALUE, case({"0127": FLAT}, HALF))
    assert (none.status, none.statistic) == (WARN, 1)


@pytest.mark.parametrize(
    ("cases", "status"), [([0] * 71 + [3], BLOCK), ([0] * 71 + [4], WARN), ([0] * 71 + [None], WARN)]
)
def test_three_cases_surely_hold_more_than_a_quarter_in_one(judge, case, metric_book, cases, status) -> None:
    persons = [4] * HALF + [0] * 35 + [30]
    known = [1 if count else 0 for count in persons[:HALF]] + cases[HALF:]
    made = case({"0127": persons}, HALF, metric="C1a", cases={"0127": known})
    found = judge(CheckId.LARGEST_CASE, made)
    assert found.status is status
    if status is BLOCK:
        assert found.statistic == pytest.approx(1 / 3)
        assert "område a efter: 3" in str(found.reason)
        situation = made.situation(metric_book)
        refused = situation.estimate.examined(examine(situation))
        assert (refused.is_estimated, refused.reason.code) == (False, "largest_case")


@pytest.mark.parametrize(("largest", "status", "share"), [(16, BLOCK, 16 / 60), (15, OK, 0.25), (None, WARN, 1 / 36)])
def test_the_largest_case_is_judged_where_it_is_told(judge, case, largest, status, share) -> None:
    """60 persons after the start in 36 cases or more; a quarter is 15."""
    persons = [2] * HALF + [1] * 20 + [40] + [0] * 15
    told = {"0127": [1] * HALF + [1] * 20 + [largest] + [0] * 15}
    cases = {"0127": [1] * HALF + [1] * 20 + [25] + [0] * 15}
    found = judge(CheckId.LARGEST_CASE, case({"0127": persons}, HALF, metric="C1a", cases=cases, largest=told))
    assert (found.status, found.statistic) == (status, pytest.approx(share))


def test_cases_are_asked_for_only_where_persons_are_counted(judge, case) -> None:
    assert judge(CheckId.LARGEST_CASE, case({"0127": RISE}, HALF)) is None


# ---- all together

MADE = {
    "steady": {"counts": {"0127": FLAT, "0180": FLAT, "9901": FLAT}, "start": HALF},
    "rise": {"counts": {"0127": RISE}, "start": HALF},
    "nothing": {"counts": {"0127": [0] * 72, "0180": [0] * 72}, "start": HALF},
    "missing": {"counts": {"0127": [None] * 72, "0180": FLAT}, "start": HALF},
    "short": {"counts": {"0127": FLAT[:4], "0180": FLAT[:4]}, "start": 2},
    "one event": {"counts": {"0127": [0] * 71 + [1], "0180": [0] * 72}, "start": HALF},
    "persons": {"counts": {"0127": RISE}, "start": HALF, "metric": "C1a", "cases": {"0127": [1] * 72}},
}


def examined(case, book, name: str) -> Estimate:
    situation = case(**MADE[name]).situation(book)
    return situation.estimate.examined(examine(situation))


@pytest.mark.parametrize("name", MADE)
def test_whatever_the_data_every_check_speaks_in_sentences(case, metric_book, name) -> None:
    found = examined(case, metric_book, name)
    assert found.findings
    for item in found.findings:
        for language in Language:
            text = item.reason.text.in_language(language)
            assert faults(text, language) == [], text
            assert not {"passed", "godkän"} & set(text.lower().split())
            assert len(text) < 260, text


@pytest.mark.parametrize("name", ["rise", "persons", "nothing"])
def test_what_rests_on_protected_counts_is_not_told(case, metric_book, name) -> None:
    told = less_told(examined(case, metric_book, name))
    resting = [item for item in told.findings if item.from_counts]
    assert {item.reason.code for item in resting} <= {"detail_protected"}
    assert {item.statistic for item in resting} <= {None}
    assert all(
        item.check in {CheckId.DESIGN_CEILING, CheckId.RECORDING, CheckId.CLUSTERS, *(i.check for i in resting)}
        for item in told.findings
    )


def test_every_check_of_a_design_is_made(case, metric_book) -> None:
    situation = case(**MADE["steady"]).situation(metric_book)
    made = replace(situation.estimand, neighbours=situation.estimand.comparison)
    seen = {item.check for item in examine(replace(situation, estimand=made))}
    expected = set(situation.design.checks) - {CheckId.LARGEST_CASE, CheckId.NEGATIVE_CONTROL, CheckId.COVID}
    assert seen >= expected - {CheckId.LAW_BREAKS}
