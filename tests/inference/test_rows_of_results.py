"""The rows of a series of results: one frame whatever the method, labels, statuses, and what is printed of them."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

import evalkit as ek
from evalkit import columns
from evalkit.errors import EstimationError

DATA = pl.DataFrame(
    {
        "unit": ["a", "b", "c", "d"],
        "count": [10, 3, None, 7],
        "exposure": [100.0, 50.0, 20.0, 0.0],
        "count_ref": [5, 3, 2, 9],
        "exposure_ref": [90.0, 50.0, 20.0, 40.0],
    }
)
COUNT, EXPOSURE, COUNT_REF, EXPOSURE_REF = DATA.get_columns()[1:]
PAIR = (COUNT, EXPOSURE, COUNT_REF, EXPOSURE_REF)
CASES = pl.DataFrame({"unit": list("aaabbb"), "persons": [1, 2, 1, 3, 1, 1]})
LENGTHS = pl.DataFrame({"unit": ["a", "b", "c"], "exposure": [1.0, 2.0, 0.0]})


def every_series() -> list[ek.EstimateSeries]:
    twice = pl.concat([DATA, DATA])
    curves = ek.survival(pl.Series([3, 5, 8, 8, 13, 21]), pl.Series([1, 1, 1, 0, 1, 0]), by=CASES["unit"])
    both = [twice["count"], twice["exposure"] + 1, twice["count_ref"], twice["exposure_ref"]]
    return [
        ek.rate(COUNT, EXPOSURE, method="bayes"),
        ek.rate(COUNT, EXPOSURE, null=0.1),
        ek.rate_ratio(*PAIR),
        ek.adjust(ek.rate_ratio(*PAIR), method="holm"),
        ek.rate_difference(*PAIR),
        ek.probability_exceeds(*PAIR),
        ek.proportion(COUNT, 100),
        ek.proportion_test(COUNT, 100, COUNT_REF, 90),
        ek.stratified_rate_ratio(*both, by=twice["unit"]),
        ek.rate_by_cases(CASES, LENGTHS),
        curves.at(7),
        curves.rmst(10),
    ]


def test_frames_of_every_method_have_one_schema_and_stack() -> None:
    frames = [series.to_frame() for series in every_series()]
    schema = columns.SERIES
    assert {frame.select(*schema).schema == pl.Schema(schema) for frame in frames} == {True}
    assert pl.concat([frame.select(*schema) for frame in frames]).height == sum(frame.height for frame in frames)
    assert pl.concat([ek.rate(pl.Series([], dtype=pl.Int64), 1.0).to_frame(), frames[0]]).height == 4


def test_a_row_of_the_frame_is_the_estimate_of_that_row() -> None:
    for series in every_series():
        for row, one in zip(series.to_frame().iter_rows(named=True), series, strict=True):
            assert (row["status"], row["scale"], row["method"]) == (one.status.value, one.scale.value, one.method)
            assert (row["estimate"], row["p_value"], row["null"]) == (one.estimate, one.p_value, one.null)
            assert (row["p_adjusted"], row["multiplicity"]) == (one.p_adjusted, one.multiplicity)
            assert row["reason_code"] == (one.reason.code if one.reason else None)
            assert [row["test_p_value"]] == [test.p_value for test in one.tests] or not one.tests
            assert row["test"] == (one.tests[0].name if one.tests else None)


def test_the_three_kinds_of_series_have_a_status_and_stack_with_their_single_values() -> None:
    held = ek.equivalence(ek.rate_ratio(*PAIR), 0.2)
    tested = ek.rate_equivalence(*PAIR, 0.2, method="midp")
    stacked = pl.concat([held.to_frame(), tested.to_frame(), held[0].to_frame(), held[3].to_frame()])
    assert stacked.schema == pl.Schema(columns.EQUIVALENCES)
    assert "".join(one[0] for one in stacked["status"]) == "eenn" + "eenn" + "en"
    assert held.to_frame()["reason_code"].to_list() == tested.to_frame()["reason_code"].to_list()
    assert tested[3].reason.code == "nothing_to_divide_by"
    planned = ek.power(1.5, events=pl.Series([30, None]), events_ref=20)
    answers = [
        planned.to_frame(),
        planned[0].to_frame(),
        planned[1].to_frame(),
        ek.smallest_detectable(events=1).to_frame(),
        ek.months_needed(1.5, monthly=pl.Series([9.0]), events_before=216).to_frame(),
        ek.months_needed(half_width=0.5, monthly=9, events_before=216).to_frame(),
    ]
    stacked = pl.concat(answers)
    assert stacked.schema == pl.Schema(columns.PRECISIONS)
    assert stacked["status"].to_list()[:4] == ["estimated", "not_estimable"] * 2


def test_labels_follow_the_rows() -> None:
    ratio = ek.rate_ratio(*PAIR).labelled(DATA["unit"])
    held = ek.equivalence(ratio, 0.2)
    planned = ek.power(1.5, events=pl.Series([30, 20]), events_ref=20).labelled(pl.DataFrame({"unit": ["x", "y"]}))
    assert ratio.to_frame()["unit"].to_list() == held.to_frame()["unit"].to_list() == ["a", "b", "c", "d"]
    assert planned.to_frame()["unit"].to_list() == ["x", "y"]
    assert ek.adjust(ratio, method="holm").to_frame()["unit"].to_list() == ["a", "b", "c", "d"]
    assert ek.rate_by_cases(CASES, LENGTHS).to_frame()["unit"].to_list() == ["a", "b", "c"]
    for series in (ratio, held, ek.power(1.5, events=pl.Series([30] * 4))):
        with pytest.raises(EstimationError) as caught:
            series.labelled(DATA["unit"][:3])
        assert caught.value.problems[0].code == "labels_do_not_fit"


def test_what_is_printed_has_labels_p_values_and_tests_where_there_are_any() -> None:
    shown = repr(ek.adjust(ek.rate_ratio(*PAIR).labelled(DATA["unit"]), method="holm"))
    assert all(word in shown for word in ("unit", "p_value", "p_adjusted", "value_missing", "nothing_to_divide_by"))
    assert "p_value" not in repr(ek.rate(pl.Series([1, 2]), 1.0))
    assert "reason_code" not in repr(ek.rate(pl.Series([1, 2]), 1.0))
    tested = ek.proportion_test(COUNT, 100, COUNT_REF, 90)
    assert "test: boschloo" in repr(tested)
    assert "test_p_value" in repr(tested)
    assert repr(tested[0]).endswith("miettinen_nurminen), p = 0.318; boschloo: p = 0.318")
    assert "p = 0.02" in repr(ek.rate_ratio(20, 1.0, 8, 1.0))
    held = repr(ek.equivalence(ek.rate_ratio(*PAIR).labelled(DATA["unit"]), 0.2))
    assert held.startswith("EquivalenceSeries: 4 rate_ratio, 2 refused (margin 0.833333 to 1.2, score)")
    assert "unit" in held
    assert "undetermined" in held
    planned = repr(ek.power(1.5, events=pl.Series([30, None]), events_ref=20))
    assert planned.startswith("PrecisionSeries: 2 answers, 1 refused (alpha 0.05, two-sided, wald)")


def test_the_curve_of_a_group_is_that_of_its_units_alone() -> None:
    days, side = pl.Series([1, 2, 3, 4, 5, 6, 7, 8]), pl.Series("side", list("aaaabbbb"))
    outcome = pl.Series(["event", "event", "lost", "event", "lost", "censored", "event", "lost"])
    curves = ek.survival(days, outcome == "event", by=side)
    shares = ek.cumulative_incidence(days, outcome, of="event", by=side)
    assert len(list(curves)) == len(list(shares)) == len(curves) == len(shares) == 2
    for place in (0, 1):
        own = slice(4 * place, 4 * place + 4)
        alone = ek.survival(days[own], outcome[own] == "event")
        assert curves[place].to_frame().equals(alone.to_frame())
        assert curves[place - 2].at(3) == curves.at(3)[place]
        alone = ek.cumulative_incidence(days[own], outcome[own], of="event")
        assert shares[place].to_frame().equals(alone.to_frame())
        assert shares[place].at(5) == shares.at(5)[place]
    for many in (curves, shares):
        with pytest.raises(IndexError):
            many[2]


@pytest.mark.parametrize("kind", [list, np.array, pl.Series, pd.Series])
def test_an_exposure_of_zero_or_nan_refuses_its_row_only(kind) -> None:
    found = ek.rate(kind([3, 4, 5, 0]), kind([1.0, 0.0, float("nan"), 0.0]))
    assert [one.reason and one.reason.code for one in found] == [
        None,
        "nothing_to_divide_by",
        "value_missing",
        "nothing_to_divide_by",
    ]
    four = ek.ratio_of_rate_ratios(kind([30, 3]), 1.0, 10, 1.0, 20, kind([0.0, 1.0]), 9, 1.0)
    assert [one.is_estimated for one in four] == [False, True]
    with pytest.raises(EstimationError):
        ek.rate(kind([3, 4]), kind([1.0, -1.0]))
    with pytest.raises(EstimationError):
        ek.rate(3, 0.0)


def test_zero_lengths_elsewhere_refuse_their_rows_too() -> None:
    many = ek.decompose([3, 4], [4, 4], [2, 2], [1, 1], exposure_after=[1.0, 0.0], rows="comparisons")
    assert [one.visits.is_estimated for one in many] == [True, False]
    assert many[1].findings.reason.code == "nothing_to_divide_by"
    assert [one.is_estimated for one in ek.rate_by_cases(CASES, LENGTHS)] == [True, True, False]
    left_out = ek.leave_one_case_out(CASES, LENGTHS.with_columns(exposure=pl.Series([None, 0.0, 1.0])))
    assert left_out.to_frame()["reason_code"].to_list() == ["value_missing", "nothing_to_divide_by", "no_case_sizes"]


ASKED = [date(2024, 3, 1), date(2024, 3, 5), date(2024, 4, 2)]
ANSWERED = [date(2024, 3, 9), None, date(2024, 4, 2)]
DATES = pl.DataFrame({"asked": ASKED, "answered": ANSWERED})
DAYS = [8, 56, 0]


@pytest.mark.parametrize(
    "table",
    [
        DATES,
        DATES.cast(pl.Datetime("us")),
        DATES.cast(pl.Datetime("ms")).with_columns(pl.all().dt.replace_time_zone("Europe/Stockholm")),
        DATES.cast(pl.String),
        DATES.cast(pl.Datetime).select(pl.all().dt.to_string("%Y-%m-%dT%H:%M:%S")),
        pd.DataFrame({"asked": ASKED, "answered": ANSWERED}),
        pd.DataFrame({"asked": pd.to_datetime(ASKED), "answered": pd.to_datetime(ANSWERED)}),
        pd.DataFrame({"asked": [str(one) for one in ASKED], "answered": ["2024-03-09", None, "2024-04-02"]}),
    ],
)
@pytest.mark.parametrize("extracted", [date(2024, 4, 30), datetime(2024, 4, 30, 23, 59), "2024-04-30"])
def test_dates_of_every_kind_give_the_same_spans(table, extracted) -> None:
    found = ek.spans(table, start="asked", end="answered", censored_at=extracted)
    assert found["days"].to_list() == DAYS
    assert found["event"].to_list() == [True, False, True]


def test_a_text_that_is_no_date_is_told_by_row_and_never_by_value() -> None:
    wrong = pl.DataFrame({"asked": ["2024-03-01", "2024-02-30", "19810101-2384", None], "answered": [None] * 4})
    with pytest.raises(EstimationError) as caught:
        ek.spans(wrong, start="asked", end="answered", censored_at="2024-04-30")
    assert [(problem.code, problem.place.rows) for problem in caught.value.problems] == [("not_a_date", (2, 3))]
    assert "2384" not in str(caught.value)
    with pytest.raises(EstimationError) as caught:
        ek.spans(wrong, start="asked", end="answered", censored_at="2024-04-31")
    assert caught.value.problems[0].code == "censored_at_not_a_date"
    with pytest.raises(EstimationError) as caught:
        ek.spans({"asked": []}, start="asked", end="answered", censored_at="2024-04-30")
    assert caught.value.problems[0].code == "not_a_table"


def test_a_pandas_frame_gives_the_same_adjusted_ratio() -> None:
    told = {
        "found": [9, 14, 5, 6, 11, 20, 4, 9],
        "visits": [40, 55, 60, 70, 42, 60, 40, 75],
        "model": ["otto", "otto", "ordinary", "ordinary"] * 2,
        "sector": ["food"] * 4 + ["building"] * 4,
    }
    asked = {"count": "found", "exposure": "visits", "contrast": "model", "reference": "ordinary"}
    ours = ek.adjusted_rate_ratio(pl.DataFrame(told), **asked, covariates=["sector"])
    theirs = ek.adjusted_rate_ratio(pd.DataFrame(told).astype({"sector": "category"}), **asked, covariates=["sector"])
    assert ours == theirs


def test_one_set_of_words_for_alternatives_and_other_spellings_of_methods() -> None:
    two = ek.proportion_test(7, 12, 1, 10)
    for word in ("two-sided", "two_sided", "Two.Sided"):
        assert ek.proportion_test(7, 12, 1, 10, alternative=word) == two
        assert ek.power(1.5, events=30, events_ref=30, alternative=word).alternative == "two-sided"
    for word, other in (("greater", "larger"), ("less", "smaller")):
        told = ek.power(1.5, events=30, events_ref=30, alternative=other)
        assert told == ek.power(1.5, events=30, events_ref=30, alternative=word)
        assert told.alternative == word
        assert ek.proportion_test(7, 12, 1, 10, alternative=other).tests[0].name == f"boschloo, {word}"
    for function in (
        lambda: ek.power(1.5, events=3, alternative="both"),
        lambda: ek.proportion_test(1, 2, 1, 2, alternative="both"),
    ):
        with pytest.raises(EstimationError) as caught:
            function()
        assert str(caught.value.problems[0].accepted) == (
            "two-sided = two_tailed = twosided; greater = larger = higher = upper = increase; "
            "less = smaller = lower = decrease"
        )
    assert ek.rate_ratio(3, 10, 4, 10, method="E-test") == ek.rate_ratio(3, 10, 4, 10, method="e_test")
    assert ek.rate(3, 10, method="Jeffreys") == ek.rate(3, 10, method="bayes")
    assert list(ek.adjust([0.01, 0.02], method="FDR")) == list(ek.adjust([0.01, 0.02], method="bh"))
    with pytest.raises(EstimationError) as caught:
        ek.rate(3, 10, method="wald")
    assert str(caught.value.problems[0].accepted) == "bayes, exact, midp, score"
