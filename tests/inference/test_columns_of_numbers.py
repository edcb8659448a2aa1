"""Whole columns in: the same numbers as one at a time, refusals by row, and faults told by row and never by value."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evalkit.comparisons as ek
from evalkit.errors import EstimationError
from evalkit.estimate_series import EstimateSeries
from evalkit.language import Language

COUNTS = pl.Series("count", [0, 3, 17, 250])
EXPOSURES = pl.Series("exposure", [2.0, 0.5, 100.0, 31.0])


@pytest.mark.parametrize("method", ["exact", "midp", "score", "bayes"])
def test_a_column_gives_what_single_numbers_give(method: str) -> None:
    found = ek.rate(COUNTS, EXPOSURES, method=method)
    single = [ek.rate(count, exposure, method=method) for count, exposure in zip(COUNTS, EXPOSURES, strict=True)]
    assert list(found) == single


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(1e-6, 1e6)), min_size=1, max_size=20), st.randoms())
def test_the_order_of_the_rows_changes_nothing(rows: list[tuple[int, float]], random) -> None:
    shuffled = random.sample(range(len(rows)), len(rows))
    straight = ek.rate(pl.Series([row[0] for row in rows]), pl.Series([row[1] for row in rows]), method="midp")
    mixed = ek.rate(
        pl.Series([rows[at][0] for at in shuffled]), pl.Series([rows[at][1] for at in shuffled]), method="midp"
    )
    assert mixed.numbers.equals(straight.numbers[shuffled])


def test_a_missing_number_refuses_its_row_only() -> None:
    found = ek.rate(pl.Series([3, None, 5]), pl.Series([1.0, 2.0, None]), null=1.0)
    assert [one.is_estimated for one in found] == [True, False, False]
    assert found[1].reason.code == found[2].reason.code == "value_missing"
    frame = found.to_frame()
    assert frame["status"].to_list() == ["estimated", "not_estimable", "not_estimable"]
    assert frame["estimate"].to_list() == [3.0, None, None]
    assert frame["events"].to_list() == [3, None, None]
    assert frame["reason_sv"].null_count() == 1


def test_one_number_goes_with_every_row() -> None:
    assert ek.rate(COUNTS, 10.0)[-1].exposure == 10.0
    assert [one.estimate for one in ek.rate(COUNTS, 10.0)] == [0.0, 0.3, 1.7, 25.0]


def test_a_numpy_vector_and_an_empty_column_are_columns() -> None:
    assert isinstance(ek.rate(np.array([1, 2]), 1.0), EstimateSeries)
    assert len(ek.rate(pl.Series([], dtype=pl.Int64), 1.0)) == 0


def test_faults_are_told_by_row_all_at_once_and_without_values() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(
            pl.Series([1.0, -4711.0, 2.5, -4712.0, 0.0]), pl.Series([1.0, -2.0, 1.0, 1.0, float("inf")]), method="x"
        )
    problems = {problem.code: problem.place.rows for problem in caught.value.problems}
    assert problems == {
        "count_negative": (2, 4),
        "count_not_whole": (3,),
        "exposure_not_positive": (2, 5),
        "unknown_method": (),
    }
    for language in Language:
        assert "471" not in caught.value.render(language)


def test_columns_of_different_length_and_of_text_are_faults() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(COUNTS, pl.Series([1.0, 2.0]))
    assert [problem.code for problem in caught.value.problems] == ["columns_differ_in_length"]
    with pytest.raises(EstimationError) as caught:
        ek.rate(pl.Series(["7", "8"]), 1.0)
    assert [problem.code for problem in caught.value.problems] == ["count_not_a_number"]


def test_a_series_shows_its_first_rows() -> None:
    assert "4 rader" in ek.rate(COUNTS, EXPOSURES)._repr_html_()
    assert repr(ek.rate(COUNTS, EXPOSURES)).startswith("EstimateSeries: 4 rate, 0 refused (95% CI, score)")
