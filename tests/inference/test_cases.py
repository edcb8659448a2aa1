"""Persons who come in cases: what must hold whatever the sizes, and what a person is told."""

from __future__ import annotations

import itertools
import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.errors import EstimationError

few = settings(max_examples=60, deadline=None)
sizes = st.lists(st.integers(1, 40) | st.integers(1, 10**6), min_size=1, max_size=30)
exposures = st.floats(1e-3, 1e6)
levels = st.floats(0.5, 0.999)


def decides(found: ek.Estimate) -> bool:
    alpha = 1 - found.conf_level
    outside = not found.conf_low <= found.null <= found.conf_high
    return math.isclose(found.p_value, alpha, rel_tol=1e-6) or outside == (found.p_value < alpha)


def inverse(value: float) -> float:
    return math.inf if value == 0 else 1 / value


@few
@given(sizes, exposures, levels, st.floats(0.2, 5.0), st.integers(0, 10**6))
def test_a_rate_lies_in_its_interval_and_agrees_with_its_p_value(
    cases: list[int], exposure: float, level: float, times: float, more: int
) -> None:
    null, most = times * sum(cases) / exposure, max(cases)
    found = ek.rate_by_cases(cases, exposure, conf_level=level, null=null, at_most=most + more)
    assert found.conf_low <= found.estimate <= found.conf_high < math.inf
    assert decides(found)
    assert found.events == sum(cases)
    narrower = ek.rate_by_cases(cases, exposure, conf_level=level, at_most=most)
    assert narrower.conf_low == found.conf_low
    assert narrower.conf_high <= found.conf_high * (1 + 1e-9) or level < 0.8


@few
@given(sizes, exposures, levels, st.floats(0.2, 5.0))
def test_without_knowing_how_large_a_case_can_be_there_is_no_upper_limit(
    cases: list[int], exposure: float, level: float, times: float
) -> None:
    null = times * sum(cases) / exposure
    found = ek.rate_by_cases(cases, exposure, conf_level=level, null=null)
    assert found.conf_high == math.inf
    assert found.conf_low == ek.rate_by_cases(cases, exposure, conf_level=level, at_most=10**6).conf_low
    assert decides(found)
    assert [said.code for said in found.assumptions] == ["no_upper_limit"]
    assert ek.rate_ratio_by_cases(cases, exposure, cases, 1.0).reason.code == "largest_case_unknown"


def test_what_was_said_of_the_largest_case_stands_beside_the_number() -> None:
    for found in (
        ek.rate_by_cases([1, 9], 1.0, at_most=1500),
        ek.rate_ratio_by_cases([1, 9], 1.0, [2], 1.0, at_most=1500),
    ):
        assert [said.code for said in found.assumptions] == ["no_case_larger"]
        assert "1500" in found.assumptions[0].text.sv


def test_no_case_at_all_is_an_answer_when_the_largest_is_known() -> None:
    found = ek.rate_by_cases([], 2.0, at_most=40)
    assert (found.estimate, found.conf_low) == (0.0, 0.0)
    assert found.conf_high == pytest.approx(40 * ek.rate(0, 2.0, method="exact").conf_high)
    assert ek.rate_by_cases([], 2.0).reason.code == "no_case_sizes"


@few
@given(sizes, st.integers(2, 50), st.integers(0, 1000))
def test_cases_twice_as_large_give_twice_the_rate_and_no_more_certainty(
    cases: list[int], times: int, more: int
) -> None:
    """Of more than one person each: those of one are the only ones that another case cannot be smaller than."""
    cases = [size + 1 for size in cases]
    most = max(cases) + more
    found = ek.rate_by_cases(cases, 1.0, at_most=most)
    other = ek.rate_by_cases([times * size for size in cases], 1.0, at_most=times * most)
    assert other.conf_low == pytest.approx(times * found.conf_low, rel=1e-9)
    assert other.conf_high == pytest.approx(times * found.conf_high, rel=1e-9)


@few
@given(st.tuples(sizes, exposures, sizes | st.just([]), exposures), levels, st.floats(0.2, 5.0), st.floats(0.01, 100.0))
def test_a_ratio_agrees_with_its_p_value_inverts_and_knows_no_unit(
    sides: tuple[list[int], float, list[int], float], level: float, times: float, unit: float
) -> None:
    cases, exposure, ref, exposure_ref = sides
    null, most = times * (sum(cases) / exposure) / ((sum(ref) or 1) / exposure_ref), max(cases + ref)
    found = ek.rate_ratio_by_cases(cases, exposure, ref, exposure_ref, conf_level=level, null=null, at_most=most)
    assert found.conf_low <= found.estimate <= found.conf_high
    assert (found.conf_high == math.inf) == (not ref)
    assert decides(found)
    other = ek.rate_ratio_by_cases(ref, exposure_ref * unit, cases, exposure * unit, conf_level=level, at_most=most)
    assert inverse(other.conf_high) == pytest.approx(found.conf_low, rel=1e-9)
    assert inverse(other.conf_low) == pytest.approx(found.conf_high, rel=1e-9)


few_cases = sizes | st.lists(st.integers(1, 3), min_size=1, max_size=8)


@few
@given(few_cases, levels, st.integers(1, 200), st.integers(0, 10**6))
def test_a_further_case_of_one_person_never_lowers_a_limit(cases: list[int], level: float, n: int, more: int) -> None:
    most = max(cases) + more
    found = [ek.rate_by_cases(cases + [1] * k, 1.0, conf_level=level, at_most=most) for k in (0, 1, n, n + 1)]
    assert all(later.conf_high >= earlier.conf_high * (1 - 1e-9) for earlier, later in itertools.pairwise(found))
    assert all(later.conf_low >= earlier.conf_low * (1 - 1e-9) for earlier, later in itertools.pairwise(found))


@few
@given(few_cases, few_cases, levels, st.integers(1, 200), st.integers(0, 10**6))
def test_a_further_case_of_one_person_moves_a_ratio_the_way_it_should(
    cases: list[int], ref: list[int], level: float, n: int, more: int
) -> None:
    most = max(cases + ref) + more

    def limits(ones: int, ones_ref: int) -> tuple[float, float]:
        sides = (cases + [1] * ones, 1.0, ref + [1] * ones_ref, 1.0)
        found = ek.rate_ratio_by_cases(*sides, conf_level=level, at_most=most)
        return found.conf_low, found.conf_high

    for fewer, many in itertools.pairwise((0, 1, n, n + 1)):
        for before, after in ((limits(fewer, 0), limits(many, 0)), (limits(0, many), limits(0, fewer))):
            assert all(later >= earlier * (1 - 1e-9) for earlier, later in zip(before, after, strict=True))


@few
@given(few_cases, st.integers(1, 10**6), st.integers(0, 10**6), st.floats(0.5, 0.95))
def test_a_further_case_of_any_size_never_lowers_the_upper_limit_at_usual_levels(
    cases: list[int], size: int, more: int, level: float
) -> None:
    most = max(*cases, size) + more
    fewer, many = (ek.rate_by_cases(one, 1.0, conf_level=level, at_most=most) for one in (cases, [*cases, size]))
    assert many.conf_high >= fewer.conf_high * (1 - 1e-9)


@pytest.mark.parametrize("most", [8, 0, "x", math.nan, math.inf])
def test_a_largest_size_below_one_that_is_there_is_a_fault(most: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate_by_cases([1, 9], 1.0, at_most=most)
    assert [problem.code for problem in caught.value.problems] == ["at_most_below_largest"]


def test_one_large_case_among_as_many_persons_makes_a_wider_interval() -> None:
    even, uneven = (ek.rate_by_cases(cases, 1.0, at_most=25) for cases in ([3] * 10, [1] * 9 + [21]))
    assert even.estimate == uneven.estimate
    assert uneven.conf_low < even.conf_low
    assert uneven.conf_high > even.conf_high


def test_single_persons_give_the_exact_intervals() -> None:
    found, exact = ek.rate_by_cases([1] * 12, 2.0, at_most=1, null=4.0), ek.rate(12, 2.0, method="exact", null=4.0)
    assert (found.conf_low, found.conf_high) == pytest.approx((exact.conf_low, exact.conf_high), rel=1e-9)
    ratio = ek.rate_ratio_by_cases([1] * 12, 2.0, [1] * 5, 3.0, at_most=1, null=1.3)
    exact = ek.rate_ratio(12, 2.0, 5, 3.0, method="exact", null=1.3)
    assert (ratio.conf_low, ratio.conf_high) == pytest.approx((exact.conf_low, exact.conf_high), rel=1e-9)


CASES = pl.DataFrame({"unit": ["B", "A", "A", "B", "C"], "period": [1, 1, 1, 1, 1], "persons": [4, 2, 1, 9, None]})
EXPOSURES = pl.DataFrame(
    {"unit": ["A", "B", "C", "D"], "period": [1, 1, 1, 1], "exposure": [2.0, 1.0, 3.0, 4.0], "exposure_ref": [1.0] * 4}
)


def test_a_panel_gives_what_its_groups_give() -> None:
    found = ek.rate_by_cases(CASES, EXPOSURES.drop("exposure_ref"))
    assert found[0] == ek.rate_by_cases(pl.Series([2, 1]), 2.0)
    assert found[1] == ek.rate_by_cases(pl.Series([4, 9]), 1.0)
    assert [one.reason and one.reason.code for one in found] == [None, None, "value_missing", "no_case_sizes"]
    ref = pl.DataFrame({"unit": ["A", "D"], "period": [1, 1], "persons": [5, 1]})
    ratios = ek.rate_ratio_by_cases(CASES.drop_nulls(), EXPOSURES, ref, at_most=20)
    assert ratios[0] == ek.rate_ratio_by_cases([2, 1], 2.0, [5], 1.0, at_most=20)
    assert ratios[1] == ek.rate_ratio_by_cases([4, 9], 1.0, [], 1.0, at_most=20)
    assert [one.reason and one.reason.code for one in ratios] == [None, None, "no_events", None]


def test_a_missing_size_refuses_its_group() -> None:
    beside = pl.concat([CASES, pl.DataFrame({"unit": ["C"], "period": [1], "persons": [7]})])
    assert ek.rate_by_cases(beside, EXPOSURES.drop("exposure_ref"))[2].reason.code == "value_missing"
    assert ek.rate_by_cases(pl.Series([1, None]), 1.0).reason.code == "value_missing"
    assert ek.largest_case_share(pl.Series([1, None])).code == "value_missing"


@pytest.mark.parametrize(
    ("cases", "exposure", "codes"),
    [
        (CASES.drop("persons"), EXPOSURES, ["frame_lacks_columns"]),
        (CASES.rename({"unit": "area"}), EXPOSURES, ["frame_lacks_columns"]),
        (CASES.with_columns(pl.col("period").cast(pl.String)), EXPOSURES, ["group_types_differ"]),
        (CASES, pl.concat([EXPOSURES, EXPOSURES]), ["groups_not_distinct"]),
        (CASES, EXPOSURES.head(1), ["case_without_exposure"]),
        (CASES, EXPOSURES.with_columns(exposure=-1.0), ["exposure_not_positive"]),
        (CASES.with_columns(persons=-1), EXPOSURES, ["count_negative"]),
        (CASES, 2.0, ["frames_and_columns_mixed"]),
        (pl.Series(["a"]), 2.0, ["count_not_a_number"]),
        (pl.Series([1]), 0.0, ["exposure_not_positive"]),
        (62, 1.0, ["case_sizes_not_a_column"]),
    ],
)
def test_what_has_no_meaning_is_a_fault(cases, exposure, codes: list[str]) -> None:
    if isinstance(exposure, pl.DataFrame):
        exposure = exposure.drop("exposure_ref")
    with pytest.raises(EstimationError) as caught:
        ek.rate_by_cases(cases, exposure)
    assert [problem.code for problem in caught.value.problems] == codes


def test_more_than_a_quarter_in_one_case_moves_the_headline() -> None:
    quarter, more = ek.largest_case_share(pl.Series([1, 1, 1, 1])), ek.largest_case_share(pl.Series([2, 2, 2, 3, 0]))
    assert (quarter.headline, quarter.caveat) == ("persons", None)
    assert (more.headline, more.cases, more.largest, more.persons) == ("cases", 4, 3, 9)
    assert more.caveat.code == "one_case_dominates"
    assert "33 procent" in str(more.caveat)
    assert ek.largest_case_share(pl.Series([], dtype=pl.Int64)).code == "no_case_sizes"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=12), st.lists(st.integers(1, 30), min_size=2, max_size=8))
def test_leaving_a_case_out_is_the_estimate_without_it(cases: list[int], ref: list[int]) -> None:
    found = ek.leave_one_case_out(pl.Series(cases), 1.0, pl.Series(ref), 2.0, at_most=30)
    one_out = [
        ek.rate_ratio_by_cases(pl.Series(cases[:at] + cases[at + 1 :]), 1.0, pl.Series(ref), 2.0, at_most=30)
        for at in range(len(cases))
    ]
    ref_out = [
        ek.rate_ratio_by_cases(pl.Series(cases), 1.0, pl.Series(ref[:at] + ref[at + 1 :]), 2.0, at_most=30)
        for at in range(len(ref))
    ]
    every = [one.estimate for one in one_out + ref_out]
    assert (found.lowest, found.highest) == pytest.approx((min(every), max(every)))
    held = found.whole.low <= 1 <= found.whole.high
    for side, left in zip(found.changes, (one_out, ref_out), strict=True):
        moved = [at for at, one in enumerate(left, 1) if (one.conf_low <= 1 <= one.conf_high) != held]
        assert list(side) == moved


def test_the_case_that_decides_is_named() -> None:
    found = ek.leave_one_case_out(pl.Series([2, 3, 2, 2, 3, 2, 2, 12, 3, 2]), 1.0, null=67.0, at_most=12)
    assert found.changes == ((8,),)
    assert (found.whole.estimate, found.lowest, found.highest) == (33.0, 21.0, 31.0)
    assert ek.leave_one_case_out(pl.Series([3]), 1.0).code == "single_case"
    assert ek.leave_one_case_out(pl.Series([3, None]), 1.0).code == "value_missing"


def test_a_rate_has_no_value_of_its_own_to_be_held_against() -> None:
    sizes = pl.Series([5, 1, 1, 2])
    found = [ek.leave_one_case_out(sizes, exposure) for exposure in (1.0, 4.0, 1000.0)]
    # Whether a case decides may not depend on the unit that the exposure is counted in.
    assert [one.changes for one in found] == [None] * 3
    assert [one.to_frame()["deciding_cases"].to_list() for one in found] == [[None]] * 3
    assert found[0].highest == pytest.approx(1000 * found[2].highest)
    units = [ek.leave_one_case_out(sizes, exposure, null=10.5 / exposure).changes for exposure in (1.0, 4.0, 1000.0)]
    assert units[0] == units[1] == units[2]
    assert units[0] is not None


def test_a_ratio_is_held_against_one_when_nothing_is_asked_for() -> None:
    given = pl.Series([2, 3, 12, 2]), 1.0, pl.Series([1, 2, 3, 2]), 1.0
    found = ek.leave_one_case_out(*given, at_most=20)
    assert found.changes is not None
    assert found.changes == ek.leave_one_case_out(*given, at_most=20, null=1.0).changes
    panel = pl.DataFrame({"unit": list("aab"), "persons": [2, 9, 1]})
    many = ek.leave_one_case_out(panel, pl.DataFrame({"unit": list("ab"), "exposure": [1.0, 2.0]}))
    assert many.changes is None
    assert many[0].changes is None
    assert many.to_frame()["deciding_cases"].to_list() == [None, None]
