"""What must hold for ratios, differences and probabilities of two rates, whatever the counts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.comparisons.rate_differences import RATE_DIFFERENCE_METHODS
from evalkit.comparisons.rate_ratios import RATE_RATIO_METHODS, RATIO_OF_RATE_RATIOS_METHODS
from evalkit.errors import EstimationError
from evalkit.inference import e_test, rate_differences
from evalkit.inference.pairs import Pairs
from evalkit.language import Language
from evalkit.vocabulary import Scale

counts = st.integers(0, 60) | st.integers(0, 20_000)
small = st.integers(0, 12)
exposures = st.floats(0.01, 1e5)
few = settings(max_examples=50, deadline=None)
fewer = settings(max_examples=5, deadline=None)
Pair = tuple[int, float, int, float]
pairs = st.tuples(counts, exposures, counts, exposures)
small_pairs = st.tuples(small, st.floats(0.1, 10.0), small, st.floats(0.1, 10.0))
quick = st.sampled_from(["score", "mover"])
LARGE = 10**9


def contains(found: ek.Estimate) -> bool:
    return found.conf_low <= found.estimate <= found.conf_high


def mirrored(found: ek.Estimate, other: ek.Estimate) -> bool:
    """Whether one is the other with the groups in each other's place, on the scale of their widths."""
    room = 1e-7 * (found.conf_high - found.conf_low)
    return abs(found.conf_low + other.conf_high) <= room and abs(found.conf_high + other.conf_low) <= room


@few
@given(pairs, quick, st.floats(0.5, 0.9999))
@example((0, 1.0, 0, 1.0), "score", 0.95)
@example((0, 1.0, 0, 1.0), "mover", 0.95)
def test_a_difference_lies_in_its_interval(pair: Pair, method: str, level: float) -> None:
    found = ek.rate_difference(*pair, method=method, conf_level=level)
    assert contains(found)
    assert -math.inf < found.conf_low < found.conf_high < math.inf
    assert found.estimate == pair[0] / pair[1] - pair[2] / pair[3]


@few
@given(pairs, st.floats(0.5, 0.9999), st.floats(-3, 3))
def test_p_value_and_score_interval_of_a_difference_agree(pair: Pair, level: float, apart: float) -> None:
    width = math.sqrt(pair[0] + 1) / pair[1] + math.sqrt(pair[2] + 1) / pair[3]
    found = ek.rate_difference(*pair, conf_level=level, null=pair[0] / pair[1] - pair[2] / pair[3] + apart * width)
    outside = not found.conf_low <= found.null <= found.conf_high
    assert math.isclose(found.p_value, 1 - level, rel_tol=1e-6) or outside == (found.p_value < 1 - level)


@few
@given(pairs, quick)
def test_swapping_the_groups_negates_the_difference(pair: Pair, method: str) -> None:
    found = ek.rate_difference(*pair, method=method)
    other = ek.rate_difference(*pair[2:], *pair[:2], method=method)
    assert mirrored(found, other)
    assert found.p_value is None or math.isclose(found.p_value, other.p_value, rel_tol=1e-8, abs_tol=1e-290)


@few
@given(pairs, quick, st.floats(1e-6, 1e6))
def test_the_unit_of_exposure_scales_a_difference(pair: Pair, method: str, factor: float) -> None:
    found = ek.rate_difference(*pair, method=method)
    other = ek.rate_difference(pair[0], pair[1] * factor, pair[2], pair[3] * factor, method=method)
    room = 1e-7 * (found.conf_high - found.conf_low)
    assert abs(other.conf_low * factor - found.conf_low) <= room
    assert abs(other.conf_high * factor - found.conf_high) <= room


@few
@given(pairs, quick)
def test_more_events_raise_both_limits_of_a_difference(pair: Pair, method: str) -> None:
    found = ek.rate_difference(*pair, method=method)
    more = ek.rate_difference(pair[0] + 1, *pair[1:], method=method)
    room = 1e-9 * (found.conf_high - found.conf_low)
    assert more.conf_low >= found.conf_low - room
    assert more.conf_high >= found.conf_high - room


@few
@given(pairs, st.sampled_from(["score", "exact", "midp", "bayes"]))
def test_more_events_raise_both_limits_of_a_ratio(pair: Pair, method: str) -> None:
    found = ek.rate_ratio(*pair, method=method)
    more = ek.rate_ratio(pair[0] + 1, *pair[1:], method=method)
    if found.is_estimated:
        assert contains(found)
        assert more.conf_low >= found.conf_low * (1 - 1e-9)
        assert more.conf_high >= found.conf_high * (1 - 1e-9)


@few
@given(pairs)
def test_swapping_the_groups_inverts_the_credible_ratio(pair: Pair) -> None:
    found = ek.rate_ratio(*pair, method="bayes")
    other = ek.rate_ratio(*pair[2:], *pair[:2], method="bayes")
    assert found.is_estimated == other.is_estimated == (pair[0] + pair[2] > 0)
    if found.is_estimated:
        inverse = math.inf if other.conf_high == 0 else 1 / other.conf_high
        assert found.conf_low == pytest.approx(inverse, rel=1e-9)
        assert found.p_value is None
        assert found.null is None


@fewer
@given(small_pairs)
def test_the_e_test_interval_holds_what_is_not_rejected(pair: Pair) -> None:
    ratio, difference = ek.rate_ratio(*pair, method="e_test"), ek.rate_difference(*pair, method="e_test")
    assert contains(difference)
    for beyond in (difference.conf_low - 1e-6, difference.conf_high + 1e-6):
        assert ek.rate_difference(*pair, method="e_test", null=beyond).p_value <= 0.05 + 1e-9
    assert ratio.is_estimated == (pair[0] + pair[2] > 0)
    if ratio.is_estimated:
        assert contains(ratio)
        assert math.isclose(ratio.p_value, difference.p_value, rel_tol=1e-8)
        for beyond in (ratio.conf_low / 1.000001, ratio.conf_high * 1.000001):
            if 0 < beyond < math.inf:
                assert ek.rate_ratio(*pair, method="e_test", null=beyond).p_value <= 0.05 + 1e-9


@pytest.mark.parametrize(
    ("pair", "level", "value"),
    [((0, 1.0, 0, 1.0), 0.95, 4.488), ((0, 1.0, 12, 1.0), 0.99, 0.5423)],
)
def test_a_piece_that_sticks_out_above_the_level_belongs_to_the_interval(
    pair: Pair, level: float, value: float
) -> None:
    compare = ek.rate_difference if value > 1 else ek.rate_ratio
    assert compare(*pair, method="e_test", null=value).p_value > 1 - level
    assert compare(*pair, method="e_test", conf_level=level).conf_high >= value


@pytest.mark.parametrize("kind", ["ratio", "difference"])
def test_the_e_test_interval_is_the_hull_of_what_is_not_rejected(kind: str) -> None:
    """Against a fine grid three standard errors out."""
    for first, second in itertools.combinations_with_replacement(range(3), 2):
        if first + second == 0 and kind == "ratio":
            continue
        grid = np.linspace(1e-6, 3.0, 500)
        if kind == "ratio":
            found = e_test.ratio(first, 1.0, second, 1.0).only()
            outside = found.high * np.exp(grid * np.sqrt(1 / (first + 0.5) + 1 / (second + 0.5)))
        else:
            found = e_test.difference(first, 1.0, second, 1.0).only()
            outside = found.high + grid * np.sqrt(first + second + 1)
        pairs = Pairs.of(np.full(500, first), 1.0, second, 1.0)
        p_value = e_test.ratio_p_value if kind == "ratio" else e_test.difference_p_value
        assert p_value(pairs, outside).max() <= 0.05


@fewer
@given(small_pairs)
def test_the_e_test_does_not_mind_which_group_comes_first(pair: Pair) -> None:
    found, other = (ek.rate_difference(*sides, method="e_test") for sides in (pair, (*pair[2:], *pair[:2])))
    assert mirrored(found, other)
    if pair[0] and pair[2]:
        first, second = (ek.rate_ratio(*sides, method="e_test") for sides in (pair, (*pair[2:], *pair[:2])))
        assert math.isclose(first.conf_low, 1 / second.conf_high, rel_tol=1e-6)


def test_the_score_statistic_falls_with_the_count_of_the_reference() -> None:
    # The E-test finds its outcomes by halving, which needs this.
    events, reference = np.arange(40)[:, None, None], np.arange(40)[None, :, None]
    apart = np.array([-8.0, -1.0, -0.01, 0.0, 0.3, 5.0])
    statistic = rate_differences.score_statistic(Pairs.of(events, 2.5, reference, np.full(6, 0.7)), apart)
    assert (np.diff(statistic, axis=1) <= 1e-12).all()
    assert (np.diff(statistic, axis=0) >= -1e-12).all()


@few
@given(pairs, st.floats(0.05, 20.0))
def test_the_probability_of_exceeding_agrees_with_the_credible_interval(pair: Pair, factor: float) -> None:
    found = ek.probability_exceeds(*pair, factor=factor)
    assert found.scale is Scale.PROBABILITY
    assert 0 <= found.estimate <= 1
    assert found.conf_low is found.conf_high is None
    other = ek.probability_exceeds(*pair[2:], *pair[:2], factor=1 / factor)
    assert math.isclose(found.estimate + other.estimate, 1.0, rel_tol=1e-9)
    more = ek.probability_exceeds(pair[0] + 1, *pair[1:], factor=factor)
    assert more.estimate >= found.estimate - 1e-12
    ratio = ek.rate_ratio(*pair, method="bayes")
    if ratio.is_estimated and 0 < ratio.conf_low < ratio.estimate:
        assert ek.probability_exceeds(*pair, factor=ratio.conf_low).estimate == pytest.approx(0.975, abs=1e-6)


def test_a_probability_is_shown_without_an_interval() -> None:
    one, rows = ek.probability_exceeds(11, 800.0, 21, 3011.0), ek.probability_exceeds(*COLUMNS)
    assert repr(one) == "probability 0.9628 (bayes)"
    assert repr(rows[1]).endswith("(bayes)")
    assert "CI" not in repr(rows)
    assert rows.to_frame()["conf_low"].null_count() == 5
    for shown in (one._repr_html_(), rows._repr_html_()):
        assert " till " not in shown
        assert "går inte att beräkna" not in shown.replace("0 går inte att beräkna", "")


def test_a_prior_of_ones_own_moves_the_median_and_needs_no_event() -> None:
    none = ek.rate_ratio(0, 5.0, 0, 5.0, method="bayes", prior=(2.0, 1.0))
    assert none.is_estimated
    assert math.isclose(none.estimate, 1.0, rel_tol=1e-9)
    assert ek.probability_exceeds(0, 5.0, 0, 5.0).estimate == pytest.approx(0.5)
    weak, strong = (ek.rate_ratio(9, 1.0, 3, 1.0, method="bayes", prior=(at, at)) for at in (0.5, 100.0))
    assert 1 < strong.estimate < weak.estimate < 3


# The E-test of two huge counts takes seconds; one such case stands by itself below.
EXTREMES = ((0, 1e-50, 0, 1e50), (0, 1e-50, 1, 1e50), (LARGE, 1e50, 0, 1e-50), (1, 1e-6, LARGE, 1e6))
COLUMNS = (
    pl.Series([0, 3, 0, 17, 250]),
    pl.Series([2.0, 0.5, 1.0, 100.0, 31.0]),
    pl.Series([4, 0, 0, 9, 260]),
    pl.Series([1.0, 2.5, 1.0, 50.0, 30.0]),
)


@pytest.mark.parametrize(
    ("function", "methods"), [(ek.rate_ratio, RATE_RATIO_METHODS), (ek.rate_difference, RATE_DIFFERENCE_METHODS)]
)
def test_columns_give_what_single_numbers_give(function: Callable, methods: tuple) -> None:
    for method in methods:
        found = list(function(*COLUMNS, method=method.value))
        single = [function(*row, method=method.value) for row in zip(*COLUMNS, strict=True)]
        for one, other in zip(found, single, strict=True):
            assert one.is_estimated == other.is_estimated
            assert (one.estimate, one.events, one.exposure) == (other.estimate, other.events, other.exposure)
            if one.is_estimated:
                assert one.conf_low == pytest.approx(other.conf_low, rel=1e-9)
                assert one.conf_high == pytest.approx(other.conf_high, rel=1e-9)


def test_columns_of_tables_and_probabilities_give_what_single_numbers_give() -> None:
    columns = (*COLUMNS, pl.Series([5, 0, 6, 1000, 7]), 3.0, pl.Series([1, 8, 0, 900, None]), 2.0)
    for method in RATIO_OF_RATE_RATIOS_METHODS:
        found = ek.ratio_of_rate_ratios(*columns, method=method.value)
        rows = [[column[at] if isinstance(column, pl.Series) else column for column in columns] for at in range(4)]
        for one, row in zip(found, rows, strict=False):
            other = ek.ratio_of_rate_ratios(*row, method=method.value)
            assert one.is_estimated == other.is_estimated
            assert one.reason == other.reason
            if one.is_estimated:
                assert one.conf_low == pytest.approx(other.conf_low, rel=1e-9)
                assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
        assert found[4].reason.code == "value_missing"
    sure = ek.probability_exceeds(*COLUMNS)
    assert [one.estimate for one in sure] == [
        ek.probability_exceeds(*row).estimate for row in zip(*COLUMNS, strict=True)
    ]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", [method.value for method in RATE_DIFFERENCE_METHODS])
def test_extremes_of_a_difference_warn_of_nothing(method: str) -> None:
    for pair in EXTREMES if method == "e_test" else (*EXTREMES, (LARGE, 1.0, LARGE, 1.0)):
        assert contains(ek.rate_difference(*pair, method=method))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", [method.value for method in RATE_RATIO_METHODS])
def test_extremes_of_a_ratio_warn_of_nothing(method: str) -> None:
    for pair in EXTREMES[1:] if method == "e_test" else (*EXTREMES[1:], (LARGE, 1.0, LARGE, 1.0)):
        found = ek.rate_ratio(*pair, method=method)
        assert contains(found)
        if method not in {"bayes", "e_test"}:
            assert 0 <= ek.rate_ratio(*pair, method=method, null=1e-40).p_value <= 1


def test_the_faults_of_pairs_are_told_at_once_and_without_values() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate_difference(pl.Series([-4711, 2]), 1.0, 2.5, 0, method="mover", null=math.inf, conf_level=2)
    assert [problem.code for problem in caught.value.problems] == [
        "count_negative",
        "count_not_whole",
        "exposure_not_positive",
        "conf_level_outside",
        "difference_not_finite",
        "null_without_test",
    ]
    for language in Language:
        assert "4711" not in caught.value.render(language)


@pytest.mark.parametrize("prior", [0.5, "12", (0.5,), (0, 1), (1, -1), (1, math.nan), (1, 1, 1), (True, 1)])
def test_what_is_not_a_prior(prior: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.probability_exceeds(1, 1.0, 1, 1.0, prior=prior)
    assert [problem.code for problem in caught.value.problems] == ["prior_not_two_numbers"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: ek.rate_ratio(1, 1.0, 1, 1.0, method="bayes", null=2.0), "null_without_test"),
        (lambda: ek.rate_ratio(1, 1.0, 1, 1.0, method="exact", prior=(1, 1)), "prior_without_bayes"),
        (lambda: ek.probability_exceeds(1, 1.0, 1, 1.0, factor=0), "factor_not_positive"),
        (lambda: ek.rate_difference(1, 1.0, 1, 1.0, null="0"), "difference_not_a_number"),
    ],
)
def test_options_that_have_no_meaning(call: Callable, code: str) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    assert [problem.code for problem in caught.value.problems] == [code]


def test_large_counts_of_the_e_test_are_close_to_the_score_test() -> None:
    found = e_test.ratio(10**6, 1.0, 10**6 + 3000, 1.0, null=None).only()
    score = ek.rate_ratio(10**6, 1.0, 10**6 + 3000, 1.0)
    assert math.isclose(found.low, score.conf_low, rel_tol=1e-6)
    assert math.isclose(found.high, score.conf_high, rel_tol=1e-6)


cells = st.tuples(*[st.integers(0, 12) | st.integers(0, 20_000)] * 4)


@few
@given(cells, st.floats(0.5, 0.9999), st.floats(0.01, 100.0))
@example((1, 0, 1, 1), 0.95, 0.5)
def test_the_score_interval_of_a_ratio_of_ratios_and_its_p_value_agree(
    table: tuple[int, ...], level: float, null: float
) -> None:
    numbers = [number for cell in table for number in (cell, 2.0)]
    found = ek.ratio_of_rate_ratios(*numbers, conf_level=level, null=null)
    if not found.is_estimated:
        return
    assert contains(found)
    outside = not found.conf_low <= null <= found.conf_high
    assert math.isclose(found.p_value, 1 - level, rel_tol=1e-6) or outside == (found.p_value < 1 - level)
    other = ek.ratio_of_rate_ratios(*numbers[2:4], *numbers[:2], *numbers[6:], *numbers[4:6], conf_level=level)
    inverse = math.inf if other.conf_high == 0 else 1 / other.conf_high
    assert found.conf_low == pytest.approx(inverse, rel=1e-8)
    more = ek.ratio_of_rate_ratios(table[0] + 1, *numbers[1:], conf_level=level)
    assert more.conf_low >= found.conf_low * (1 - 1e-9)
    assert more.conf_high >= found.conf_high * (1 - 1e-9)


def test_a_single_event_has_the_mid_p_limit_and_no_better_one_beside_more_events() -> None:
    alone, midp = ek.rate_ratio(1, 2.0, 0, 3.0), ek.rate_ratio(1, 2.0, 0, 3.0, method="midp")
    assert (alone.conf_low, alone.conf_high) == (pytest.approx(midp.conf_low, rel=1e-12), math.inf)
    assert alone.p_value == pytest.approx(midp.p_value, rel=1e-12)
    lower = [ek.rate_ratio(1, 2.0, count, 3.0).conf_low for count in range(6)]
    assert lower[0] == lower[1] == lower[2] > lower[3] > lower[4] > lower[5]
    for table in ((1, 2.0, 1, 3.0), (1, 2.0, 0, 3.0), (0, 2.0, 1, 3.0), (4, 1.0, 1, 2.0)):
        found = ek.rate_ratio(*table)
        for limit in (found.conf_low, found.conf_high):
            if 0 < limit < math.inf:
                assert ek.rate_ratio(*table, null=limit).p_value == pytest.approx(0.05, rel=1e-9)


@pytest.mark.parametrize("compare", [ek.rate_ratio, ek.rate_difference])
def test_an_e_test_in_a_series_is_to_the_last_digit_the_one_alone(compare: Callable[..., ek.Estimate]) -> None:
    rows = [(0, 1.0, 3, 2.5), (7, 3.0, 2, 1.1), (40, 2.0, 61, 2.2), (700, 1.0, 611, 1.3), (90_000, 5.0, 41_000, 2.0)]
    together = compare(*(pl.Series(column) for column in zip(*rows, strict=True)), method="e_test")
    for row, found in zip(rows, together, strict=True):
        alone = compare(*row, method="e_test")
        limits = (found.conf_low, found.conf_high, found.p_value)
        assert limits == (alone.conf_low, alone.conf_high, alone.p_value)
