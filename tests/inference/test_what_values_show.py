"""Each value that a public function gives can be read: in a console, in a notebook, and without codes of ours."""

from __future__ import annotations

import inspect

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.language import Language

# What is typed or caught, or holds other values, and is no result to look at.
NO_RESULTS = {
    "Estimand", "EstimationError", "EvalkitError", "Group", "Language", "Margin", "MetricBook", "Policy", "Series",
    "Simulation", "Statement", "Tested", "Window",
}  # fmt: skip
UNITS = ["a", "a", "b", "b"]


@pytest.mark.parametrize("name", [name for name in ek.__all__ if inspect.isclass(getattr(ek, name))])
def test_every_result_has_a_view(name: str) -> None:
    assert hasattr(getattr(ek, name), "_repr_html_") == (name not in NO_RESULTS)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (ek.equivalence(ek.rate_ratio(500, 1, 510, 1), 0.2), "equivalent within the margin"),
        (ek.equivalence(ek.rate_ratio(0, 1, 0, 1), 0.2), "cannot be determined"),
        (ek.rate_equivalence(500, 1, 510, 1, 0.2, good="lower"), "not worse"),
        (ek.power(2, events=5), "power 0.59"),
        (ek.smallest_detectable(events=1, direction="decrease"), "Så få händelser"),
        (ek.dispersion([3, 9, 1, 4], 1), "reported by quasi_poisson"),
        (ek.dispersion([3, 9, 1, 4], 1, by=UNITS), "Variations: 2 groups"),
        (ek.decompose(9, 4, 4, 1), "visits make up 58 %"),
        (ek.decompose([9, 8, 3, 2], [4, 5, 3, 3], [4, 5, 1, 0], [1, 2, 1, 1], by=UNITS), "2 groups"),
        (ek.decompose([9, 8], [4, 5], [4, 5], [1, 2], rows="comparisons"), "2 comparisons"),
        (ek.largest_case_share([5, 1, 1, 2]), "5 of 9 persons (56 %) in one of 4 cases"),
        (ek.largest_case_share([5, 1, 1, 2], by=UNITS), "2 groups"),
        (ek.leave_one_case_out([5, 1, 1, 2], 10.0, null=1.0), "without one case 0.4 to 0.8"),
        (ek.e_value(ek.rate_ratio(60, 100, 20, 100)), "E-value 5.4"),
        (ek.permutation_draws(np.eye(4)[:, :2], [1, 0, 0, 0]), "2 metrics"),
    ],
)
def test_values_are_read_without_their_fields(value: object, words: str) -> None:
    assert words in repr(value)
    assert "Estimate(" not in repr(value)
    assert "array(" not in repr(value)
    assert "<table>" in value._repr_html_()


def test_the_method_of_an_equivalence_is_a_word_whoever_made_it() -> None:
    found = [ek.equivalence(ek.rate_ratio(5, 1, 6, 1), 0.2), ek.rate_equivalence(5, 1, 6, 1, 0.2)]
    found += [ek.equivalence(ek.rate_ratio([5], 1, 6, 1), 0.2)[0], ek.rate_equivalence([5], 1, 6, 1, 0.2)[0]]
    assert {type(one.method) for one in found} == {str}


def test_a_view_has_words_of_swedish_and_no_codes() -> None:
    shown = ek.dispersion([3, 9, 1, 4], 1)._repr_html_()
    assert "spridning (φ)" in shown
    assert "Pearsons chi-två (ensidig)" in shown
    for code in ("chi_square", "chi-square", ">phi<", "nb2", "likelihood ratio"):
        assert code not in shown
    assert "1 rad<" in ek.power(2, events=5)._repr_html_()
    assert "2 rader<" in ek.power([2, 3], events=5)._repr_html_()


def test_large_numbers_in_sentences_have_thin_spaces() -> None:
    found = ek.proportion_test(300, 3000, 200, 3000, method="boschloo")
    assert "4\u00a0000 prövade fall" in str(found.reason)


def test_the_rows_without_a_label_are_told_and_nan_is_none() -> None:
    for by in ([1.0, float("nan")], [1.0, None], ["a", None]):
        with pytest.raises(EstimationError) as caught:
            ek.stratified_rate_ratio([1, 2], [1, 1], [2, 3], [1, 1], by=by)
        assert [(one.code, one.place.rows) for one in caught.value.problems] == [("label_missing", (2,))]
        assert "rad 2" in caught.value.render(Language.SV)


def test_what_is_missing_is_not_said_to_be_on_a_row_that_is_not_there() -> None:
    assert "raden" not in str(ek.stratified_rate_ratio([1, None], [1, 1], [2, 3], [1, 1]).reason)


def test_an_estimate_and_its_limits_are_told_apart() -> None:
    shown = repr(ek.rate_ratio(10**9, 1, 10**9, 1))
    assert "rate_ratio 1 (95% CI 0.99991 to 1.0001" in shown
    assert "100% CI" not in repr(ek.rate(10, 1, conf_level=1 - 1e-13))
    assert "rate_ratio 0.5 (95% CI" in repr(ek.rate_ratio(5, 1, 10, 1))


def test_an_infinite_covariate_is_not_called_missing() -> None:
    frame = {"found": [3, 5, 2, 8], "visits": [1.0] * 4, "side": list("abab"), "x": [1.0, float("inf"), 2.0, 3.0]}
    with pytest.raises(EstimationError) as caught:
        ek.adjusted_rate_ratio(
            pl.DataFrame(frame), count="found", exposure="visits", contrast="side", reference="a", covariates=["x"]
        )
    assert [(one.code, one.place.rows) for one in caught.value.problems] == [("covariate_not_finite", (2,))]
