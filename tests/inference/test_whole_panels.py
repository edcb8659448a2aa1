"""Whole panels in one call: lists and pandas columns are columns, and a row of a series is the call for it alone."""

from __future__ import annotations

import math
from dataclasses import fields
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.estimates import Estimate, Estimates, Provenance, Tested
from evalkit.vocabulary import Role

pytestmark = pytest.mark.filterwarnings("error")
quick = settings(max_examples=6, deadline=None)
counts = st.integers(0, 12) | st.integers(0, 400) | st.none()
exposures = st.floats(0.5, 1e4) | st.none()
rates = st.lists(st.tuples(counts, exposures, counts, exposures), min_size=1, max_size=4)


def share(of: int | None) -> st.SearchStrategy[tuple[int | None, int | None]]:
    return st.tuples(st.none() if of is None else st.integers(0, of) | st.none(), st.just(of))


shares = st.lists(
    st.tuples(*[(st.integers(0, 40) | st.none()).flatmap(share)] * 2).map(lambda two: (*two[0], *two[1])),
    min_size=1,
    max_size=4,
)
OF_RATES = [
    (2, ek.rate),
    (2, partial(ek.rate, method="midp", null=1.0)),
    (2, partial(ek.rate, method="bayes")),
    (4, ek.rate_ratio),
    (4, ek.rate_difference),
    (4, ek.probability_exceeds),
    (4, partial(ek.rate_equivalence, margin=0.2)),
]
OF_SHARES = [
    (2, ek.proportion),
    (4, ek.proportion_difference),
    (4, ek.proportion_ratio),
    (4, ek.proportion_test),
    (4, partial(ek.proportion_test, method="fisher", alternative="less")),
]
KINDS = (pl.Series, tuple, lambda column: pd.Series(column, dtype="Float64"))


def same(one, other) -> None:
    """Alike in everything, numbers to the last digits: a sum of a wider matrix is added up in another order."""
    for field in fields(one):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if field.name == "tests":
            assert [test.name for test in mine] == [test.name for test in theirs]
            for test, its in zip(mine, theirs, strict=True):
                assert (test.statistic, test.p_value) == pytest.approx((its.statistic, its.p_value), rel=1e-10)
                assert test.df == its.df
        elif isinstance(mine, float) and isinstance(theirs, float):
            assert mine == pytest.approx(theirs, rel=1e-10), field.name
        else:
            assert mine == theirs, field.name


def each_is_the_single_call(takes: int, function, rows: list[tuple]) -> None:
    """Also that a tuple and a column of pandas say what a list says."""
    used = [row[:takes] for row in rows]
    columns = [list(column) for column in zip(*used, strict=True)]
    found = function(*columns)
    assert len(found) == len(rows)
    for one, row in zip(found, used, strict=True):
        if None in row:
            assert one.reason is not None
        else:
            same(one, function(*row))
    for kind in KINDS:
        assert function(*(kind(column) for column in columns)).to_frame().equals(found.to_frame())


@pytest.mark.parametrize(("takes", "function"), OF_RATES)
@quick
@given(rates)
def test_a_row_of_rates_is_the_single_call(takes: int, function, rows: list[tuple]) -> None:
    each_is_the_single_call(takes, function, rows)


@pytest.mark.parametrize(("takes", "function"), OF_SHARES)
@quick
@given(shares)
def test_a_row_of_shares_is_the_single_call(takes: int, function, rows: list[tuple]) -> None:
    each_is_the_single_call(takes, function, rows)


@pytest.mark.parametrize("method", ["midp", "exact"])
def test_a_row_of_tables_is_the_single_call(method: str) -> None:
    rows = [(0, 9, 15, 1), (0, 13, 13, 5), (3, 1, 1, 3), (40, 20, 0, 9), (0, 0, 4, 2), (400, 300, 200, 100)]
    parts = [value for column in zip(*rows, strict=True) for value in (list(column), 2.5)]
    for one, row in zip(ek.ratio_of_rate_ratios(*parts, method=method), rows, strict=True):
        same(one, ek.ratio_of_rate_ratios(*(value for count in row for value in (count, 2.5)), method=method))


PANEL = pl.DataFrame(
    {
        "unit": ["a", "b"] * 8 + ["c"] * 4 + ["d"] * 4,
        "side": ["x", "x", "y", "y"] * 4 + ["x", "x", "y", "y"] + ["x"] * 4,
        "sector": [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 1, 2, 1, 2, 1, 2, 3, 4],
        "count": [9, 0, 4, 1, 12, 3, 7, 9, 0, 5, 1, 2, 8, 0, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8],
        "exposure": [10.0, 4, 9, 8, 20, 5, 11, 9, 3, 7, 6, 5, 8, 0, 4, 9, 1, 1, 1, 1, 2, 2, 2, 2],
    }
)


@pytest.mark.parametrize("errors", ["quasi", "model", "robust", "nb2"])
def test_an_adjusted_ratio_of_every_unit_is_that_of_the_unit_alone(errors: str) -> None:
    asked = {"count": "count", "exposure": "exposure", "contrast": "side", "reference": "x", "covariates": ["sector"]}
    found = ek.adjusted_rate_ratio(PANEL, **asked, errors=errors, by="unit")
    assert found.to_frame()["unit"].to_list() == ["a", "b", "c", "d"]
    for unit, one in zip("abc", found, strict=False):
        same(one, ek.adjusted_rate_ratio(PANEL.filter(unit=unit), **asked, errors=errors))
    assert (found[2].reason.code, found[3].reason.code) == ("no_events", "no_shared_stratum")


def test_rows_without_a_say_are_told_for_their_group_only() -> None:
    one = pl.DataFrame({"side": ["x", "x", "y", "y", "x"], "sector": ["m", "n", "m", "n", "o"], "exposure": [1.0] * 5})
    panel = pl.concat(
        [
            one.with_columns(unit=pl.lit("a"), count=pl.Series([3, 4, 6, 9, 0])),
            one.with_columns(unit=pl.lit("b"), count=pl.Series([3, 4, 6, 9, 1])),
        ]
    )
    asked = {"count": "count", "exposure": "exposure", "contrast": "side", "reference": "x", "covariates": ["sector"]}
    found = ek.adjusted_rate_ratio(panel, **asked, by=["unit"])
    assert [[said.code for said in item.assumptions] for item in found] == [["rows_without_events_left_out"], []]
    same(found[0], ek.adjusted_rate_ratio(panel.filter(unit="a"), **asked))


def test_the_dispersion_of_every_unit_is_that_of_the_unit_alone() -> None:
    found = ek.dispersion(PANEL["count"], PANEL["exposure"], cells=PANEL["side"], by=PANEL["unit"])
    for unit, one in zip("abcd", found, strict=True):
        alone = PANEL.filter(unit=unit)
        assert one == ek.dispersion(alone["count"], alone["exposure"], cells=alone["side"])
    frame = found.to_frame()
    assert frame.select("unit", "metric").rows()[:3] == [("a", "phi"), ("a", "alpha"), ("b", "phi")]
    assert "spridning (φ)" in found._repr_html_()
    assert "spridning (φ)" in found[0]._repr_html_()
    assert found[0].to_frame()["metric"].to_list() == ["phi", "alpha"]


@quick
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 99), st.integers(0, 99)), min_size=1),
    st.sampled_from(["poisson", "binomial"]),
)
def test_a_row_of_decompositions_is_the_single_call(rows: list[tuple], kind: str) -> None:
    calls = [(found + v1, found_before + v0, found, found_before) for v1, v0, found, found_before in rows]
    many = ek.decompose(*map(list, zip(*calls, strict=True)), exposure_after=2.0, findings=kind, rows="comparisons")
    assert list(many) == [ek.decompose(*call, exposure_after=2.0, findings=kind) for call in calls]
    assert many.to_frame().height == 3 * len(rows)
    assert "fynd per besök" in many._repr_html_()


def test_the_periods_of_each_group_are_decomposed_as_if_it_were_alone() -> None:
    after = pl.DataFrame({"unit": list("abab"), "visits": [9, 3, 8, 2], "found": [4, 1, 15, 0]})
    before = pl.DataFrame({"unit": list("bbbaa"), "visits": [3, 3, 4, 4, 5], "found": [1, 1, 1, 1, 9]})
    columns = [frame[name] for name in ("visits", "found") for frame in (after, before)]
    for kind in ("poisson", "binomial"):
        if kind == "binomial":
            columns = [*columns[:2], *(one.clip(upper_bound=2) for one in columns[2:])]
        many = ek.decompose(*columns, findings=kind, by=after["unit"], by_before=before["unit"])
        for place, unit in enumerate("ab"):
            own = [
                column.filter(frame["unit"] == unit) for column, frame in zip(columns, [after, before] * 2, strict=True)
            ]
            assert many[place] == ek.decompose(*own, findings=kind)
    frame = many.to_frame()
    assert frame["unit"].to_list() == list("aaabbb")
    assert frame["metric"].to_list() == ["findings", "visits", "hit_rate"] * 2
    assert "6 rader" in many._repr_html_()
    assert len(list(many)) == 2


def test_a_missing_period_refuses_its_group_and_groups_that_do_not_fit_are_a_fault() -> None:
    many = ek.decompose([9, None, 3], [4, 4, 4], [1, 1, 1], [1, 1, 1], by=["a", "b", "c"])
    assert [one.visits.is_estimated for one in many] == [True, False, True]
    for sides in (
        {"by": ["a", "b"]},
        {"by": ["a", "b", "c"], "by_before": ["a", "b", "d"]},
        {"by_before": ["a", "b", "c"]},
        {"by": ["a", "b", "c"], "rows": "comparisons"},
    ):
        with pytest.raises(EstimationError) as caught:
            ek.decompose([9, 2, 3], [4, 4, 4], [1, 1, 1], [1, 1, 1], **sides)
        assert {problem.code for problem in caught.value.problems} == {"groups_do_not_fit"}


def test_a_missing_number_and_more_findings_than_visits_in_a_row_of_decompositions() -> None:
    many = ek.decompose([3, None], [4, 4], [2, 9], [1, 1], findings="binomial", rows="comparisons")
    assert many[1].hit_rate.reason.code == many[1].visits.reason.code == "value_missing"
    with pytest.raises(EstimationError) as caught:
        ek.decompose([3], [4], [5], [1], findings="binomial", rows="comparisons")
    assert [problem.code for problem in caught.value.problems] == ["more_findings_than_visits"]
    frame = ek.decompose(120, 60, 45, 15).to_frame()
    assert frame["metric"].to_list() == ["findings", "visits", "hit_rate"]


CASES = pl.DataFrame({"unit": list("aaabbbbc"), "persons": [2, 9, 1, 1, 1, 12, 0, 4]})
REFS = pl.DataFrame({"unit": list("aabbd"), "persons": [1, 2, 3, 1, 1]})
LENGTHS = pl.DataFrame({"unit": list("abcd"), "exposure": [1.0, 2.0, 1.0, 1.0], "exposure_ref": [2.0, 1.0, 1.0, 3.0]})


def test_leaving_out_each_case_of_a_panel_is_doing_so_unit_by_unit() -> None:
    found = ek.leave_one_case_out(CASES, LENGTHS, REFS, at_most=12)
    for place, unit in enumerate("abcd"):
        own, ref = (frame.with_row_index("row").filter(unit=unit) for frame in (CASES, REFS))
        length = LENGTHS.row(place, named=True)
        sides = (own["persons"], length["exposure"], ref["persons"], length["exposure_ref"])
        alone = ek.leave_one_case_out(*sides, at_most=12)
        one = found[place]
        if place > 1:
            assert one.code == alone.code == "single_case"
            continue
        assert (one.whole, one.lowest, one.highest) == (alone.whole, alone.lowest, alone.highest)
        rows = tuple(
            tuple(frame["row"][at - 1] + 1 for at in side)
            for frame, side in zip((own, ref), alone.changes, strict=True)
        )
        assert one.changes == rows
    assert found.to_frame()["reason_code"].to_list() == [None, None, "single_case", "single_case"]
    assert "ärende" in found._repr_html_()


def test_the_largest_case_of_every_unit() -> None:
    found = ek.largest_case_share(CASES["persons"], by=CASES["unit"])
    alone = [ek.largest_case_share(CASES.filter(unit=unit)["persons"]) for unit in "abc"]
    assert list(found) == alone
    assert found.to_frame()["headline"].to_list() == [one.headline for one in alone]
    assert ek.largest_case_share([0, None, 0], by=["a", "b", "a"]).to_frame()["reason_code"].to_list() == [
        "no_case_sizes",
        "value_missing",
    ]


def test_waits_by_group_keep_their_test_and_their_units() -> None:
    days, event = [2, 4, 6, 9, 3, 8, 11, 14] * 2, [1, 1, 1, 1, 1, 1, 1, 0] * 2
    side, unit = list("aaaabbbb") * 2, ["u"] * 8 + ["v"] * 8
    for function in (ek.rmst_difference, ek.rmst_ratio):
        alone = function(days[:8], event[:8], side[:8], "b", horizon=12)
        assert alone.tests[0].name == "log_rank"
        assert alone.n_units == 8
        assert list(function(days, event, side, "b", horizon=12, by=unit)) == [alone, alone]
    curve, curves = ek.survival(days[:8], event[:8]), ek.survival(days, event, by=unit)
    assert curves.at(5)[1] == curve.at(5)
    assert curves.median()[0] == curve.median()
    assert curves.rmst(10)[0] == curve.rmst(10)


def test_a_test_of_shares_has_the_interval_of_the_difference_and_says_that_they_may_differ() -> None:
    found = ek.proportion_test(7, 12, 1, 10)
    beside = ek.proportion_difference(7, 12, 1, 10)
    assert (found.estimate, found.conf_low, found.conf_high) == (beside.estimate, beside.conf_low, beside.conf_high)
    assert found.tests == (Tested("boschloo", pytest.approx(0.0526, abs=1e-4), found.p_value),)
    assert [said.code for said in found.assumptions] == ["test_beside_interval"]


def test_a_series_is_adjusted_and_held_against_a_margin_row_by_row() -> None:
    wide = ek.rate_ratio([500, 30, 0, None, 7], 1.0, [510, 3, 0, 3, 0], 1.0)
    adjusted = ek.adjust(wide)
    assert [one.p_adjusted for one in adjusted][2:4] == [None, None]
    assert adjusted[1].p_adjusted == pytest.approx(5 * wide[1].p_value)
    assert adjusted[1].multiplicity == "holm"
    assert ek.adjust(wide[1]).p_adjusted == pytest.approx(wide[1].p_value)
    assert ek.adjust([0.01, None, 0.03]).tolist() == pytest.approx([0.03, math.nan, 0.06], nan_ok=True)
    narrow = ek.rate_ratio([500, 30, 0, None, 7], 1.0, [510, 3, 0, 3, 0], 1.0, conf_level=0.9)
    for beside in (None, narrow):
        held = ek.equivalence(wide, 0.2, narrower=beside)
        alone = [ek.equivalence(one, 0.2, narrower=beside and beside[at]) for at, one in enumerate(wide)]
        assert list(held) == alone
    with pytest.raises(EstimationError):
        ek.equivalence(wide, 0.2, narrower=narrow[0])
    plan = Estimates((wide[0], wide[1]), Provenance("", "", ""))
    assert ek.equivalence(plan, 0.2) == (ek.equivalence(wide[0], 0.2), ek.equivalence(wide[1], 0.2))


@pytest.mark.parametrize(
    ("bad", "code", "rows"),
    [
        ([3, "x"], "count_not_a_number", (2,)),
        ([[3], [4]], "count_not_a_number", (1, 2)),
        ([True, 2], "count_not_a_number", (1,)),
        (np.array([1, "x"], dtype=object), "count_not_a_number", (2,)),
        ([10**400, 1], "count_too_large", (1,)),
        (None, "count_not_a_number", ()),
        (pd.Series(["a", "b"]), "count_not_a_number", (1, 2)),
    ],
)
def test_a_list_that_is_no_column_of_numbers_is_told_by_row(bad: object, code: str, rows: tuple[int, ...]) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(bad, 1.0)
    assert [(problem.code, problem.place.rows) for problem in caught.value.problems] == [(code, rows)]


def test_labels_may_be_lists_and_must_be_of_one_kind() -> None:
    numbers = ([12, 5], [40, 60], [9, 8], [60, 180])
    assert ek.stratified_rate_ratio(*numbers, by=["a", "b"]).groups["by"].to_list() == ["a", "b"]
    assert len(ek.stratified_rate_ratio(*numbers, by=[["a", "a"], ["x", "y"]])) == 2
    assert ek.stratified_rate_ratio(*numbers, by=pd.Series(["a", "b"], name="unit")).groups.columns == ["unit"]
    for bad in (["a", 1], "unit", [], [["a", "b"], "c"]):
        with pytest.raises(EstimationError) as caught:
            ek.stratified_rate_ratio(*numbers, by=bad)
        assert caught.value.problems[0].code in {"labels_not_columns", "columns_differ_in_length"}


def test_a_refused_estimate_stays_refused_when_adjusted() -> None:
    gone = ek.rate_ratio(0, 1.0, 0, 1.0)
    assert isinstance(gone, Estimate)
    assert ek.adjust(gone) == gone
    assert gone.role is Role.DESCRIPTIVE
