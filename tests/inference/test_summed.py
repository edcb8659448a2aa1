"""From series of periods to one comparison, its refusals included."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.inference import quasi, rates, ratios, regression, two_by_two
from evalkit.inference.difference import Spread, excess
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, Outcome, compare
from evalkit.inference.totals import LARGEST_COUNT


def cell(counts: list[int], exposures: list[float] | None = None) -> CellSeries:
    return CellSeries(np.array(counts), np.array(exposures or [1.0] * len(counts)))


EVEN = cell([10, 11, 10])
UNEVEN = cell([2, 30, 9])
EMPTY = cell([0, 0, 0])


def test_even_counts_get_the_exact_interval() -> None:
    found = compare([EVEN, cell([20, 19, 21])])
    assert found.method is Method.EXACT
    assert found.interval == ratios.exact(31, 3.0, 60, 3.0).only()
    assert found.dispersion is not None
    assert found.dispersion < 1
    assert found.df == 4


def test_one_period_per_cell_has_no_dispersion_and_gets_the_exact_interval() -> None:
    found = compare([cell([10]), cell([20]), cell([30]), cell([40])])
    assert (found.method, found.dispersion, found.df) == (Method.EXACT, None, None)
    assert found.interval == two_by_two.exact([10, 20, 30, 40], [1.0, 1.0, 1.0, 1.0]).only()
    assert math.isclose(found.interval.estimate, (10 / 20) / (30 / 40))


def test_uneven_counts_never_get_a_poisson_standard_error() -> None:
    found = compare([UNEVEN, EVEN, EVEN, EVEN])
    assert found.method is Method.QUASI_POISSON
    poisson = math.sqrt(1 / 41 + 3 / 31)
    assert math.isclose(found.interval.std_error, poisson * math.sqrt(found.dispersion))
    assert found.interval.std_error > poisson


def test_a_single_rate_is_tested_only_against_a_given_rate() -> None:
    assert compare([EVEN]).interval == rates.exact(31, 3.0).only()
    assert compare([EVEN]).interval.p_value is None
    assert compare([EVEN], null=10.0).interval == rates.exact(31, 3.0, null=10.0).only()
    assert compare([UNEVEN]).interval.p_value is None
    assert 0 < compare([UNEVEN], null=10.0).interval.p_value < 1


def test_no_event_in_a_single_series_is_a_rate_of_zero() -> None:
    found = compare([EMPTY])
    assert found.interval == rates.exact(0, 3.0).only()
    assert found.interval.estimate == 0


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([EMPTY, EMPTY], "no_events"),
        ([EMPTY, EMPTY, EMPTY, EMPTY], "no_events"),
        ([EMPTY, EMPTY, EVEN, EVEN], "empty_margin"),
        ([EVEN, EVEN, EMPTY, EMPTY], "empty_margin"),
        ([EMPTY, EVEN, EMPTY, EVEN], "empty_margin"),
        ([UNEVEN, EMPTY, UNEVEN, EMPTY], "empty_margin"),
        ([UNEVEN, EMPTY], "zero_and_overdispersed"),
        ([EMPTY, UNEVEN, EVEN, EVEN], "zero_and_overdispersed"),
        ([cell([3, 1], [1.0, 0.0]), EVEN], "exposure_zero"),
        ([EVEN, cell([0, 0], [0.0, 0.0])], "exposure_zero"),
    ],
)
def test_refusals(cells: list[CellSeries], code: str) -> None:
    found = compare(cells)
    assert found.interval is None
    assert found.method is None
    assert found.reason is not None
    assert found.reason.code == code


def test_a_refusal_for_dispersion_tells_the_dispersion() -> None:
    found = compare([UNEVEN, EMPTY])
    assert found.dispersion is not None
    assert found.dispersion > 1
    assert found.df == 2


@pytest.mark.parametrize(("cells", "low", "high"), [([EMPTY, EVEN], 0.0, None), ([EVEN, EMPTY], None, math.inf)])
def test_zero_on_one_side_of_even_counts_is_one_sided(
    cells: list[CellSeries], low: float | None, high: float | None
) -> None:
    found = compare(cells)
    assert found.method is Method.EXACT
    assert low is None or (found.interval.low, found.interval.estimate) == (low, low)
    assert high is None or (found.interval.high, found.interval.estimate) == (high, high)
    assert 0 < (found.interval.high if low == 0 else found.interval.low) < math.inf


@pytest.mark.parametrize(
    "make",
    [
        lambda: compare([EVEN, EVEN, EVEN]),
        lambda: compare([]),
        lambda: cell([-1, 2]),
        lambda: CellSeries(np.array([1.5]), np.array([1.0])),
        lambda: CellSeries(np.array([1, 2]), np.array([1.0])),
        lambda: CellSeries(np.array([], dtype=int), np.array([])),
        lambda: CellSeries(np.array([[1]]), np.array([[1.0]])),
        lambda: cell([1], [-1.0]),
        lambda: cell([1], [math.nan]),
        lambda: cell([1], [math.inf]),
        lambda: cell([LARGEST_COUNT, 1]),
        lambda: Outcome(interval=None, reason=None, method=None, dispersion=None, df=None),
        lambda: Interval(math.nan, 0.0, 1.0),
        lambda: Interval(1.0, 0.0, 2.0, p_value=math.nan),
        lambda: Interval(1.0, 2.0, 0.5),
    ],
)
def test_faults_of_the_caller_are_value_errors(make) -> None:
    with pytest.raises(ValueError, match=r".+"):
        make()


def quasi_ratio(first: list[int], second: list[int], **options) -> Interval:
    cells = np.repeat([0, 1], [len(first), len(second)])
    found = quasi.interval(np.array(first + second), np.ones(len(cells)), cells, **options)
    assert isinstance(found, Interval)
    return found


def test_phi_is_floored_at_one_in_the_quasi_interval() -> None:
    even = quasi_ratio([10, 10, 10, 10], [5, 5, 5, 5])
    assert math.isclose(even.std_error, math.sqrt(1 / 40 + 1 / 20))
    assert quasi_ratio([4, 16, 4, 16], [1, 9, 1, 9]).std_error > even.std_error


def test_quasi_poisson_is_the_closed_form_of_one_rate_per_cell() -> None:
    # With one rate per cell the regression has a closed form: var(log ratio) = phi * (1/a + 1/b).
    found = quasi_ratio([14, 26, 8], [6, 14, 25])
    phi = sum((y - 16) ** 2 / 16 for y in (14, 26, 8)) + sum((y - 15) ** 2 / 15 for y in (6, 14, 25))
    assert math.isclose(found.std_error, math.sqrt(phi / 4 * (1 / 48 + 1 / 45)), rel_tol=1e-10)
    assert math.isclose(found.estimate, 48 / 45, rel_tol=1e-12)


def test_periods_without_exposure_do_not_count_in_the_regression() -> None:
    with_gap = regression.fit(np.array([4, 0, 8, 3, 5]), np.array([1.0, 0, 2, 1, 1]), np.array([0, 0, 0, 1, 1]))
    without = regression.fit(np.array([4, 8, 3, 5]), np.array([1.0, 2, 1, 1]), np.array([0, 0, 1, 1]))
    assert (with_gap.df, with_gap.phi) == (without.df, without.phi)


def test_the_regression_refuses_what_it_cannot_fit() -> None:
    with pytest.raises(ValueError, match="without events"):
        regression.fit(np.array([0, 0, 3, 5]), np.ones(4), np.array([0, 0, 1, 1]))
    with pytest.raises(ValueError, match="degree of freedom"):
        regression.fit(np.array([3, 5]), np.ones(2), np.array([0, 1]))


def test_one_degree_of_freedom_at_an_extreme_level_ends_at_zero_and_infinity() -> None:
    found = quasi_ratio([1, 19], [4], conf_level=0.99999)
    assert (found.low, found.high) == (0.0, math.inf)


def test_few_degrees_of_freedom_widen_the_interval() -> None:
    # The same totals and the same phi (2.0) on ever more periods.
    highs = []
    for pairs in (1, 2, 4, 16):
        base, df = 40, 2 * pairs - 1
        swing = math.sqrt(2.0 * base * df / (2 * pairs))
        counts = np.array([base + swing, base - swing] * pairs) * (64 / (2 * pairs)) / base
        highs.append(dispersed_high(counts, df))
    assert highs == sorted(highs, reverse=True)


def dispersed_high(counts: np.ndarray, df: int) -> float:
    found = quasi.interval(counts, np.ones(counts.size), np.zeros(counts.size, dtype=int))
    assert isinstance(found, Interval)
    return math.exp((math.log(found.high) - math.log(found.estimate)) / found.std_error)


small_series = st.lists(st.integers(0, 40), min_size=2, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(small_series, min_size=4, max_size=4), st.sampled_from([1, 2, 4]), st.floats(0.01, 1e6))
def test_the_unit_of_exposure_does_not_matter(counts: list[list[int]], size: int, factor: float) -> None:
    cells = [cell(values) for values in counts[:size]]
    scaled = [CellSeries(one.counts, one.exposures * factor) for one in cells]
    found, other = compare(cells), compare(scaled)
    assert other.method is found.method
    assert other.reason == found.reason
    if found.interval is not None and other.interval is not None:
        per = factor if size == 1 else 1.0
        assert math.isclose(other.interval.estimate * per, found.interval.estimate, rel_tol=1e-9)
        assert math.isclose(other.interval.low * per, found.interval.low, rel_tol=1e-9)
        assert math.isclose(other.interval.high * per, found.interval.high, rel_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(small_series, min_size=4, max_size=4), st.sampled_from([1, 2, 4]), st.randoms(use_true_random=False))
def test_the_order_of_periods_does_not_matter(counts: list[list[int]], size: int, random) -> None:
    shuffled = [random.sample(values, len(values)) for values in counts]
    found, other = (compare([cell(values) for values in some[:size]]) for some in (counts, shuffled))
    assert other.method is found.method
    assert other.reason == found.reason
    if found.interval is not None and other.interval is not None:
        assert math.isclose(other.interval.low, found.interval.low, rel_tol=1e-9)
        assert math.isclose(other.interval.high, found.interval.high, rel_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(small_series, min_size=4, max_size=4), st.sampled_from([1, 2, 4]))
def test_cutting_periods_finer_leaves_totals_and_estimate(counts: list[list[int]], size: int) -> None:
    whole = compare([cell([sum(values)], [float(len(values))]) for values in counts[:size]])
    cut = compare([cell(values) for values in counts[:size]])
    if cut.interval is None:
        assert whole.reason == cut.reason or cut.reason.code == "zero_and_overdispersed"
        return
    assert math.isclose(whole.interval.estimate, cut.interval.estimate, rel_tol=1e-9)
    if cut.method is Method.EXACT:
        assert whole.interval == cut.interval


@settings(max_examples=60, deadline=None)
@given(st.lists(small_series, min_size=4, max_size=4))
def test_swapping_the_sides_inverts_the_interval(counts: list[list[int]]) -> None:
    after, before, ref_after, ref_before = (cell(values) for values in counts)
    found, other = compare([after, before, ref_after, ref_before]), compare([ref_after, ref_before, after, before])
    if found.interval is None:
        assert other.reason == found.reason
        return
    assert math.isclose(found.interval.p_value, other.interval.p_value, rel_tol=1e-8)
    assert inverse(other.interval.high) == pytest.approx(found.interval.low, rel=1e-8)
    assert inverse(other.interval.low) == pytest.approx(found.interval.high, rel=1e-8)


def inverse(value: float) -> float:
    return math.inf if value == 0 else 1 / value


def test_excess_is_observed_less_expected() -> None:
    # 30 observed; the comparison's development would have given 30 / 1.5 = 20.
    found = excess(30, Interval(1.5, 0.75, 3.0, p_value=0.2), Spread())
    assert found is not None
    assert found.estimate == 10.0


def test_excess_by_hand() -> None:
    # φ = 2 and t(8) = 2.306: the count spans 30 × exp(±2.306 √(2/30)) = 16.54 to 54.42; what is left of
    # ln 2 on either side of the ratio, √(0.6931² − 0.5954²) = 0.3549, spans 20 expected to 14.02 and 28.52.
    found = excess(30, Interval(1.5, 0.75, 3.0), Spread(dispersion=2.0, df=8))
    assert found is not None
    assert found.low == pytest.approx(10 - math.hypot(13.461, 8.521), abs=0.01)
    assert found.high == pytest.approx(10 + math.hypot(24.417, 5.976), abs=0.01)


@pytest.mark.parametrize("count", [3, 30, 300])
def test_the_observed_count_is_not_held_fixed(count: int) -> None:
    ratio = Interval(3.0, 1.2, 7.5)
    found = excess(count, ratio, Spread(dispersion=2.0, df=8))
    assert found is not None
    assert found.high > count - count / ratio.high


def test_excess_tells_of_a_difference_exactly_when_the_ratio_does() -> None:
    for low, high in ((1.001, 4.0), (0.25, 0.999), (0.999, 4.0), (0.25, 1.001)):
        found = excess(40, Interval(math.sqrt(low * high), low, high), Spread())
        assert found is not None
        assert (found.low <= 0 <= found.high) == (low <= 1 <= high) or 0 in (found.low, found.high)


def test_excess_without_a_bound_on_what_was_expected() -> None:
    found = excess(3, Interval(math.inf, 0.5, math.inf), Spread())
    assert found is not None
    assert found.estimate == 3.0
    assert found.low < -3.0
    assert found.high == pytest.approx(8.767, abs=0.001)  # Garwood's upper limit of 3
    bare = excess(3, Interval(1.0, 0.0, 2.0), Spread())
    assert bare is not None
    assert bare.low == -math.inf


def test_excess_is_none_when_the_ratio_is_zero() -> None:
    assert excess(0, Interval(0.0, 0.0, 2.0), Spread()) is None
    assert excess(4, Interval(0.0, 0.0, 2.0), Spread()) is None
