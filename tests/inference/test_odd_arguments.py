"""No public function of the statistics answers an odd argument with a bare error of Python."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.language import Language

NONE = pl.DataFrame({"count": [], "exposure": [], "side": []}, schema={"count": int, "exposure": float, "side": str})


def codes(error: EstimationError) -> list[str]:
    return [problem.code for problem in error.problems]


@pytest.mark.parametrize(
    "call",
    [
        lambda: ek.decompose([], [], [], []),
        lambda: ek.stratified_rate_ratio([], [], [], []),
        lambda: ek.stratified_rate_difference([], [], [], [], by=[]),
        lambda: ek.standardised_rate([], [], []),
        lambda: ek.standardised_ratio([], []),
        lambda: ek.standardised_rate_ratio([], [], [], [], []),
        lambda: ek.dispersion([], []),
        lambda: ek.survival([], []),
        lambda: ek.bootstrap([]),
        lambda: ek.permutation_test([], []),
        lambda: ek.permutation_draws(pl.DataFrame({"a": []}, schema={"a": float}), []),
        lambda: ek.adjusted_rate_ratio(NONE, count="count", exposure="exposure", contrast="side", reference="a"),
    ],
)
def test_an_answer_made_of_all_rows_needs_some(call: Callable[[], object]) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    assert set(codes(caught.value)) == {"no_rows"}


def test_an_answer_for_each_of_no_rows_is_an_empty_series() -> None:
    for found in (ek.rate([], []), ek.rate_ratio([], 1, [], 1), ek.proportion([], []), ek.power([], events=5)):
        assert len(found) == found.to_frame().height == 0


@pytest.mark.parametrize("other", [1.2, None, "1.2", [1.2]])
def test_what_is_no_estimate_is_told(other: object) -> None:
    for call in (lambda: ek.equivalence(other, 0.2), lambda: ek.e_value(other)):
        with pytest.raises(EstimationError) as caught:
            call()
        assert codes(caught.value) == ["not_an_estimate"]


def test_e_values_of_a_series_are_those_of_its_rows() -> None:
    ratios = ek.rate_ratio([60, 20, 0, 10], 100, [20, 20, 0, 30], 100).labelled(["a", "b", "c", "d"])
    found = ek.e_value(ratios)
    assert [found[row] for row in (0, 1, -1)] == [ek.e_value(ratios[row]) for row in (0, 1, 3)]
    assert found[2].code == "no_events"
    assert found.to_frame()["status"].to_list() == ["estimated", "estimated", "not_estimable", "estimated"]
    assert "no_events" in repr(found)
    assert "E-värden: 4 rader" in found._repr_html_()


def test_numbers_that_are_words_are_told_by_romano_wolf_and_bootstrap() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.romano_wolf("ab", np.ones((4, 2)))
    assert codes(caught.value) == ["statistics_and_draws_do_not_fit"]
    with pytest.raises(EstimationError) as caught:
        ek.bootstrap([1.0, 2.0, 3.0], statistic="mean")
    assert codes(caught.value) == ["statistic_of_wrong_shape"]


def test_a_slice_of_a_series_is_a_series_of_those_rows() -> None:
    ratios = ek.rate_ratio([1, 2, 0], 1, [3, 5, 0], 1).labelled(["a", "b", "c"])
    assert ratios[1:].to_frame().equals(ratios.to_frame()[1:])
    alike = ek.equivalence(ratios, 0.2)
    assert alike[:2].to_frame().equals(alike.to_frame()[:2])
    planned = ek.power([1.5, 2.0, 3.0], events=5)
    assert planned[::2].to_frame().equals(planned.to_frame()[::2])
    curves = ek.survival([1, 2, 3], [1, 1, 1], by=["a", "b", "c"])
    for series in (ratios, alike, planned, curves, ek.e_value(ratios)):
        with pytest.raises(IndexError):
            series[99]
        with pytest.raises(IndexError):
            series[-4]


FLAGS = [True, False, False, False]


@pytest.mark.parametrize("values", [[9.0, 1, 2, 4], (9, 1, 2, 4), pd.Series([9.0, 1, 2, 4]), np.array([9, 1, 2, 4])])
@pytest.mark.parametrize("treated", [FLAGS, np.array(FLAGS), [1, 0, 0, 0], pd.Series(FLAGS), pl.Series([1.0, 0, 0, 0])])
def test_a_permutation_test_takes_columns_of_every_kind(values: object, treated: object) -> None:
    assert ek.permutation_test(values, treated).p_value == 0.25
    blocks = ek.permutation_test(values, treated, blocks=["a", "a", "b", "b"])
    assert blocks == ek.permutation_test(values, treated, blocks=pl.Series([1, 1, 2, 2]))


def test_pandas_tables_are_taken_and_two_columns_of_one_name_are_told() -> None:
    table = pd.DataFrame({"fines": [9.0, 1, 2, 4], "visits": [5.0, 3, 1, 4]})
    assert [one.metric for one in ek.permutation_test(table, FLAGS)] == ["fines", "visits"]
    with pytest.raises(EstimationError) as caught:
        ek.permutation_test(table.set_axis(["a", "a"], axis=1), FLAGS)
    assert codes(caught.value) == ["not_a_table"]


def test_a_fault_in_the_values_is_not_laid_on_treated_too() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.permutation_test(["a", "b"], [True, False])
    assert codes(caught.value) == ["values_not_numbers"]
    with pytest.raises(EstimationError) as caught:
        ek.permutation_test([1.0, 2.0], ["yes", "no"])
    assert codes(caught.value) == ["treated_not_true_or_false"]


def test_what_is_missing_refuses_a_permutation_test() -> None:
    masked = np.ma.array([9.0, 1, 2, 4], mask=[0, 0, 1, 0])
    assert ek.permutation_test(masked, FLAGS).reason.code == "value_missing"


def test_units_that_are_all_alike_are_told_to_be() -> None:
    found = ek.bootstrap([1.0] * 100)
    assert found.reason.code == "all_alike"
    assert "för få" not in str(found.reason)


@pytest.mark.parametrize("margin", [[0.8, 1.25], (0.8, 1.25), np.array([0.8, 1.25]), ek.Margin(low=0.8, high=1.25)])
def test_the_limits_of_a_margin_come_in_any_pair(margin: object) -> None:
    assert ek.equivalence(ek.rate_ratio(500, 1.0, 510, 1.0), margin).margin == ek.Margin(low=0.8, high=1.25)


@pytest.mark.parametrize(
    ("margin", "words"),
    [
        (None, "varken ett tal eller två"),
        ("0.2", "varken ett tal eller två"),
        (float("nan"), "varken ett tal eller två"),
        ([0.8, "x"], "varken ett tal eller två"),
        (-0.2, "inte ett tal större än 0"),
        ((1.1, 1.25), "1 för en kvot, 0 för en skillnad"),
    ],
)
def test_what_is_wrong_with_a_margin_is_told(margin: object, words: str) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.equivalence(ek.rate_ratio(500, 1.0, 510, 1.0), margin)
    assert words in caught.value.render(Language.SV)


@pytest.mark.parametrize("labels", [list("abc"), tuple("abc"), pd.Series(["a", "b", "c"]), np.array(list("abc"))])
def test_labels_of_every_kind_name_the_rows(labels: object) -> None:
    assert ek.rate([1, 2, 3], 1.0).labelled(labels).to_frame()["label"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize("labels", [["a", "b"], "abc", 3, ["a", 1, {}]])
def test_labels_that_do_not_fit_are_told_where(labels: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate([1, 2, 3], 1.0).labelled(labels)
    assert "evalkit.labelled(), argument labels" in caught.value.render(Language.SV)


def test_an_event_may_be_a_float() -> None:
    assert ek.survival([1, 2], [1.0, 0.0]).at(1).estimate == 0.5


@pytest.mark.parametrize(
    "p_values",
    [
        [np.nan, 0.1, 0.2],
        pl.Series([np.nan, 0.1, 0.2]),
        np.array([np.nan, 0.1, 0.2]),
        np.ma.array([0.3, 0.1, 0.2], mask=[1, 0, 0]),
    ],
)
def test_a_test_that_was_not_made_counts_however_it_is_written(p_values: object) -> None:
    assert np.array(ek.adjust(p_values)).round(3).tolist()[1:] == [0.3, 0.4]
