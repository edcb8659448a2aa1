"""Strata, standards, adjusted ratios, dispersion and decomposition: what must hold whatever the counts."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference.separation import separated
from evalkit.language import Language

pytestmark = pytest.mark.filterwarnings("error")
few = settings(max_examples=25, deadline=None)
fewer = settings(max_examples=10, deadline=None)
counts = st.integers(0, 12) | st.integers(0, 5000)
exposures = st.floats(0.5, 1e5) | st.just(0.0)
strata = st.lists(st.tuples(counts, exposures, counts, exposures), min_size=1, max_size=5)
Rows = list[tuple[int, float, int, float]]

RATIO = ("score", "mantel_haenszel")
DIFFERENCE = ("score", "midp", "gamma", "mantel_haenszel")


def sides(rows: Rows) -> tuple[pl.Series, ...]:
    """Four columns; a stratum without exposure has no events."""
    kept = [(a if t else 0, t, b if s else 0, s) for a, t, b, s in rows]
    return tuple(pl.Series(list(column)) for column in zip(*kept, strict=True))


def inverse(value: float) -> float:
    return math.inf if value == 0 else 1 / value


@few
@given(strata, st.sampled_from(RATIO))
def test_a_stratified_ratio_is_in_its_interval_and_swaps(rows: Rows, method: str) -> None:
    count, exposure, count_ref, exposure_ref = sides(rows)
    found = ek.stratified_rate_ratio(count, exposure, count_ref, exposure_ref, method=method)
    other = ek.stratified_rate_ratio(count_ref, exposure_ref, count, exposure, method=method)
    assert found.is_estimated == other.is_estimated
    if not found.is_estimated:
        assert found.reason.code in {"no_events", "no_shared_stratum"}
        return
    assert found.conf_low <= found.estimate <= found.conf_high
    assert inverse(other.conf_high) == pytest.approx(found.conf_low, rel=1e-9)
    assert inverse(other.conf_low) == pytest.approx(found.conf_high, rel=1e-9)
    assert other.p_value == pytest.approx(found.p_value, rel=1e-6, abs=1e-300)
    if method == "score" and abs(found.p_value - 0.05) > 1e-9:
        assert (found.p_value < 0.05) == (not found.conf_low <= 1 <= found.conf_high)


@fewer
@given(strata, st.sampled_from(DIFFERENCE))
def test_a_stratified_difference_is_in_its_interval_and_swaps(rows: Rows, method: str) -> None:
    count, exposure, count_ref, exposure_ref = sides(rows)
    found = ek.stratified_rate_difference(count, exposure, count_ref, exposure_ref, method=method)
    other = ek.stratified_rate_difference(count_ref, exposure_ref, count, exposure, method=method)
    assert found.is_estimated == other.is_estimated
    if not found.is_estimated:
        assert found.reason.code in {"no_events", "no_shared_stratum"}
        return
    scale = found.conf_high - found.conf_low
    assert found.conf_low <= found.estimate <= found.conf_high
    assert other.conf_high == pytest.approx(-found.conf_low, rel=1e-7, abs=1e-7 * scale)
    assert other.p_value == pytest.approx(found.p_value, rel=1e-5, abs=1e-98)
    if abs(found.p_value - 0.05) > 1e-6:
        assert (found.p_value < 0.05) == (not found.conf_low <= 0 <= found.conf_high)


@fewer
@given(strata, st.floats(1e-6, 1e6))
def test_the_unit_of_exposure_does_not_matter(rows: Rows, factor: float) -> None:
    count, exposure, count_ref, exposure_ref = sides(rows)
    found = ek.stratified_rate_ratio(count, exposure, count_ref, exposure_ref)
    other = ek.stratified_rate_ratio(count, exposure * factor, count_ref, exposure_ref * factor)
    gap = ek.stratified_rate_difference(count, exposure, count_ref, exposure_ref)
    scaled = ek.stratified_rate_difference(count, exposure * factor, count_ref, exposure_ref * factor)
    if found.is_estimated:
        assert other.conf_low == pytest.approx(found.conf_low, rel=1e-9)
        assert other.conf_high == pytest.approx(found.conf_high, rel=1e-9)
    if gap.is_estimated:
        reach = gap.conf_high - gap.conf_low
        assert scaled.conf_low * factor == pytest.approx(gap.conf_low, rel=1e-7, abs=1e-7 * reach)
        assert scaled.conf_high * factor == pytest.approx(gap.conf_high, rel=1e-7, abs=1e-7 * reach)


def test_one_stratum_is_the_score_interval_of_one_rate() -> None:
    for count in (0, 1, 7, 10**9):
        found, plain = ek.standardised_rate(count, 3.0, 2.0, null=1.5), ek.rate(count, 3.0, method="score", null=1.5)
        assert found.conf_low == pytest.approx(plain.conf_low, rel=1e-9)
        assert found.conf_high == pytest.approx(plain.conf_high, rel=1e-9)
        assert found.p_value == pytest.approx(plain.p_value, rel=1e-6, abs=1e-90)


def test_one_stratum_is_the_score_interval_of_two_rates() -> None:
    for pair in ((12, 3.0, 5, 4.0), (0, 3.0, 5, 4.0), (7, 1.0, 0, 2.0), (10**9, 7.0, 10**9 - 5, 3.0)):
        found, plain = ek.stratified_rate_ratio(*pair), ek.rate_ratio(*pair, method="score")
        assert found.conf_low == pytest.approx(plain.conf_low, rel=1e-9)
        assert found.conf_high == pytest.approx(plain.conf_high, rel=1e-9)
        assert found.p_value == pytest.approx(plain.p_value, rel=1e-6)
        assert found.tests == ()


@few
@given(strata, st.sampled_from(RATIO))
def test_more_events_raise_both_limits(rows: Rows, method: str) -> None:
    count, exposure, count_ref, exposure_ref = sides(rows)
    found = ek.stratified_rate_ratio(count, exposure, count_ref, exposure_ref, method=method)
    more = ek.stratified_rate_ratio(count + (exposure > 0).cast(int), exposure, count_ref, exposure_ref, method=method)
    if found.is_estimated and more.is_estimated:
        assert more.estimate >= found.estimate * (1 - 1e-12)
        assert more.conf_low >= found.conf_low * (1 - 1e-9)
        assert more.conf_high >= found.conf_high * (1 - 1e-9)


PANEL = pl.DataFrame(
    {
        "unit": ["a", "b", "a", "b", "a", "c", "d"],
        "sector": ["x", "x", "y", "y", "x", "x", "y"],
        "count": [3, 0, 8, 2, 4, 5, 0],
        "exposure": [10.0, 4.0, 20.0, 9.0, 11.0, 6.0, 3.0],
        "count_ref": [2, 0, 3, 5, 1, 0, 0],
        "exposure_ref": [12.0, 3.0, 30.0, 9.0, 8.0, 0.0, 4.0],
    }
)


@pytest.mark.parametrize("function", [ek.stratified_rate_ratio, ek.stratified_rate_difference])
def test_a_panel_gives_what_each_unit_gives_alone(function) -> None:
    columns = ("count", "exposure", "count_ref", "exposure_ref")
    found = function(*(PANEL[name] for name in columns), strata=PANEL["sector"], by=PANEL["unit"])
    assert found.to_frame()["unit"].to_list() == ["a", "b", "c", "d"]
    for unit, one in zip(found.groups["unit"], found, strict=True):
        alone = PANEL.filter(pl.col("unit") == unit)
        assert one == function(*(alone[name] for name in columns), strata=alone["sector"])
    assert found[2].reason.code == "no_shared_stratum"


def test_rows_of_a_stratum_are_added_up() -> None:
    a = PANEL.filter(pl.col("unit") == "a")
    columns = ("count", "exposure", "count_ref", "exposure_ref")
    summed = a.group_by("sector", maintain_order=True).agg(pl.col(columns).sum())
    found = ek.stratified_rate_ratio(*(a[name] for name in columns), strata=a["sector"])
    assert found == ek.stratified_rate_ratio(*(summed[name] for name in columns))
    assert found != ek.stratified_rate_ratio(*(a[name] for name in columns))


def test_strata_that_tell_nothing_are_counted() -> None:
    found = ek.stratified_rate_ratio(
        pl.Series([5, 0, 2]), pl.Series([10.0, 9.0, 4.0]), pl.Series([3, 0, 0]), pl.Series([12.0, 9.0, 0.0])
    )
    (said,) = found.assumptions
    assert said.code == "strata_left_out"
    assert "Av 3 grupper bidrar 2 inte" in str(said)
    assert found.estimate == pytest.approx((5 / 10) / (3 / 12))


def test_strata_that_disagree_are_told() -> None:
    found = ek.stratified_rate_ratio(pl.Series([50, 5]), 10.0, pl.Series([10, 40]), 10.0)
    assert found.tests[0].p_value < 1e-6
    assert ek.stratified_rate_ratio(pl.Series([20, 40]), 10.0, pl.Series([10, 20]), 10.0).tests[0].p_value > 0.99


@pytest.mark.parametrize("unequal", [1.0, 100.0])
@pytest.mark.parametrize("strata", [2, 8])
def test_strata_with_one_difference_are_seldom_said_to_disagree(strata: int, unequal: float) -> None:
    random, draws = np.random.default_rng(strata), 1500
    rates = 100.0 * np.geomspace(1, unequal, strata)
    lopsided = np.where(np.arange(strata) % 2, 0.05, 1.0)
    counts, others = random.poisson((rates + 20) * lopsided, (draws, strata)), random.poisson(rates, (draws, strata))
    found = ek.stratified_rate_difference(
        counts.reshape(-1), np.tile(lopsided, draws), others.reshape(-1), 1.0, by=np.repeat(np.arange(draws), strata)
    )
    # Four standard errors of a share of 5 % in 1,500 are 2.3 percentage points.
    assert (found.numbers["test_p_value"] < 0.05).mean() == pytest.approx(0.05, abs=0.023)


def test_strata_without_events_pull_the_common_difference_to_nothing() -> None:
    found = ek.stratified_rate_difference(pl.Series([0, 60]), pl.Series([1e4, 1e3]), pl.Series([0, 20]), 1e3)
    assert found.tests[0].p_value < 1e-4
    alike = ek.stratified_rate_difference(pl.Series([0, 3]), pl.Series([1e4, 1e3]), pl.Series([0, 2]), 1e3)
    assert alike.tests[0].statistic == pytest.approx(0.2)


def test_missing_values_refuse_their_group_only() -> None:
    found = ek.standardised_rate(
        pl.Series([1, None, 3]), pl.Series([1.0, 2.0, 3.0]), 1.0, by=[pl.Series("u", ["a", "b", "a"])]
    )
    assert [one.is_estimated for one in found] == [True, False]
    assert found[1].reason.code == "value_missing"


def test_faults_are_told_all_at_once_and_without_values() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.stratified_rate_ratio(
            pl.Series([4711, -4712]), pl.Series([0.0, -4713.0]), 1, 1.0, by=pl.Series(["a", None]), method="nope"
        )
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"count_negative", "amount_negative", "events_without_exposure", "label_missing", "unknown_method"}
    for language in Language:
        assert "471" not in caught.value.render(language)
    with pytest.raises(EstimationError, match="kolumn"):
        ek.standardised_rate(1, 1.0, 1.0, by="unit")


@few
@given(
    st.lists(st.tuples(counts, st.floats(0.5, 1e5), st.floats(0.01, 1e4)), min_size=1, max_size=5), st.floats(0.01, 100)
)
def test_a_standardised_rate(rows: list[tuple[int, float, float]], factor: float) -> None:
    count, exposure, weight = (pl.Series(list(column)) for column in zip(*rows, strict=True))
    for method in ("score", "midp", "gamma"):
        found = ek.standardised_rate(count, exposure, weight, method=method)
        assert 0 <= found.conf_low <= found.estimate <= found.conf_high < math.inf
        other = ek.standardised_rate(count, exposure * factor, weight / factor, method=method)
        assert other.conf_high * factor == pytest.approx(found.conf_high, rel=1e-8)
        more = ek.standardised_rate(count + 1, exposure, weight, method=method)
        assert more.estimate > found.estimate


@few
@given(
    st.lists(
        st.tuples(counts, counts, st.floats(0.5, 1e5), st.floats(0.5, 1e5), st.floats(0.01, 1e4)),
        min_size=2,
        max_size=5,
    ),
    st.integers(0, 4),
    st.sampled_from([0.8, 0.95, 0.99]),
)
def test_one_more_event_of_any_stratum_lowers_no_limit(rows, place: int, level: float) -> None:
    count, count_ref, exposure, exposure_ref, weight = (pl.Series(list(column)) for column in zip(*rows, strict=True))
    added = pl.Series([int(row == place % count.len()) for row in range(count.len())])

    def no_lower(found: ek.Estimate, more: ek.Estimate) -> None:
        assert more.conf_low >= found.conf_low * (1 - 1e-7)
        assert more.conf_high >= found.conf_high * (1 - 1e-7)

    upper = [
        ek.standardised_rate(number, exposure, weight, conf_level=level).conf_high for number in (count, count + added)
    ]
    assert upper[1] >= upper[0] * (1 - 1e-9)
    for method in ("midp", "gamma"):
        rates = [
            ek.standardised_rate(number, exposure, weight, method=method, conf_level=level)
            for number in (count, count + added)
        ]
        no_lower(*rates)
    if count.sum() and count_ref.sum():
        ratios = [
            ek.standardised_rate_ratio(number, exposure, count_ref, exposure_ref, weight, conf_level=level)
            for number in (count, count + added)
        ]
        no_lower(*ratios)


def test_a_light_event_lowers_no_upper_limit() -> None:
    upper = [ek.standardised_rate([light, 0], [100.0, 1.0], [0.1, 0.9]).conf_high for light in (0, 1, 10, 40)]
    assert upper == sorted(upper)


def test_one_stratum_is_the_plain_rate() -> None:
    for count in (0, 3, 500, 10**9):
        for method, plain in (("midp", "midp"), ("gamma", "exact")):
            found = ek.standardised_rate(count, 4.0, 7.0, method=method, null=2.0)
            rate = ek.rate(count, 4.0, method=plain, null=2.0)
            assert found.conf_low == pytest.approx(rate.conf_low, rel=1e-8)
            assert found.conf_high == pytest.approx(rate.conf_high, rel=1e-8)
            assert found.p_value == pytest.approx(rate.p_value, rel=1e-6, abs=1e-99)


@pytest.mark.parametrize("method", ["score", "midp", "gamma"])
def test_the_ratio_of_standardised_rates_swaps_and_agrees_with_its_p_value(method: str) -> None:
    for first, second in (([4, 1], [2, 9]), ([0, 0], [2, 9]), ([4, 1], [0, 0]), ([60, 10], [20, 9])):
        columns = (pl.Series(first), pl.Series([10.0, 30.0])), (pl.Series(second), pl.Series([20.0, 25.0]))
        weight = pl.Series([1.0, 2.0])
        found = ek.standardised_rate_ratio(*columns[0], *columns[1], weight, method=method)
        other = ek.standardised_rate_ratio(*columns[1], *columns[0], weight, method=method)
        assert found.conf_low <= found.estimate <= found.conf_high
        assert inverse(other.conf_high) == pytest.approx(found.conf_low, rel=1e-8)
        assert inverse(other.conf_low) == pytest.approx(found.conf_high, rel=1e-8)
        assert other.p_value == pytest.approx(found.p_value, rel=1e-5)
        assert (found.p_value < 0.05) == (not found.conf_low <= 1 <= found.conf_high)


def test_refusals_of_standards() -> None:
    def reason(*given) -> str:
        return ek.standardised_rate(*(pl.Series(column) for column in given)).reason.code

    assert reason([1, 0], [2.0, 0.0], [1.0, 1.0]) == "stratum_without_exposure"
    assert reason([1, 0], [2.0, 1.0], [0.0, 0.0]) == "nothing_weighed_in"
    assert ek.standardised_rate_ratio(0, 1.0, 0, 1.0, 1.0).reason.code == "no_events"
    assert ek.standardised_ratio(0, 0.0).reason.code == "nothing_weighed_in"
    assert ek.standardised_ratio(7, 4.2, method="exact").conf_low == pytest.approx(
        ek.rate(7, 4.2, method="exact").conf_low
    )


def rows_of(counts_: list[int], sides_: str, covariate: list[object] | None = None) -> pl.DataFrame:
    data = {"count": counts_, "exposure": [1.0] * len(counts_), "side": list(sides_)}
    return pl.DataFrame(data | ({"z": covariate} if covariate else {}))


def adjusted(frame: pl.DataFrame, **options) -> ek.Estimate:
    covariates = ["z"] if "z" in frame.columns else []
    names = {"count": "count", "exposure": "exposure", "contrast": "side", "reference": "b", "covariates": covariates}
    return ek.adjusted_rate_ratio(frame, **(names | options))


def test_without_covariates_the_adjusted_ratio_is_the_plain_one() -> None:
    found = adjusted(rows_of([3, 5, 4, 8, 9, 6], "aaabbb"))
    assert found.estimate == pytest.approx(12 / 23)
    assert found.std_error == pytest.approx(math.sqrt(1 / 12 + 1 / 23))
    assert found.df == 4
    swapped = adjusted(rows_of([3, 5, 4, 8, 9, 6], "aaabbb"), reference="a")
    assert swapped.conf_low == pytest.approx(1 / found.conf_high)


@pytest.mark.parametrize(
    ("frame", "options", "code"),
    [
        (rows_of([0, 0, 0, 8, 9, 6], "aaabbb"), {}, "separated"),
        (rows_of([0, 0, 0, 0], "aabb"), {}, "no_events"),
        (rows_of([3, 5, 4, 8, 9, 6], "aaabbb", list("xxxyyy")), {}, "not_told_apart"),
        (rows_of([3, 8], "ab"), {}, "too_few_rows"),
        (rows_of([3, 5, 4, 8, 9, 6], "aaabbb"), {"errors": "robust"}, "too_few_clusters"),
        (rows_of([3] * 19 + [4], "b" * 19 + "a"), {"errors": "robust"}, "too_few_clusters"),
        (rows_of([1, 30, 2, 40, 3, 5], "aaabbb"), {"errors": "model"}, "more_than_chance"),
        (rows_of([3, 5, 4, 8, 9, 6], "aaabbb", ["x", None, "x", "y", "y", "x"]), {}, "value_missing"),
    ],
)
def test_refusals_of_adjusted_ratios(frame: pl.DataFrame, options: dict[str, str], code: str) -> None:
    assert adjusted(frame, **options).reason.code == code


def test_few_clusters_are_refused_however_many_rows_they_have() -> None:
    rng = np.random.default_rng(4)
    frame = rows_of(rng.poisson(9, 400).tolist(), "ab" * 200).with_columns(town=pl.Series([i % 9 for i in range(400)]))
    assert adjusted(frame, errors="robust", cluster="town").reason.code == "too_few_clusters"
    more = frame.with_columns(town=pl.Series([i % 10 for i in range(400)]))
    assert adjusted(more, errors="robust", cluster="town").is_estimated


def test_rows_like_no_row_with_events_are_left_out_and_told() -> None:
    whole = rows_of([3, 5, 8, 9, 0, 0], "aabbab", ["x", "x", "x", "x", "y", "y"])
    found = adjusted(whole)
    assert [said.code for said in found.assumptions] == ["rows_without_events_left_out"]
    assert found.estimate == pytest.approx(adjusted(whole.head(4)).estimate)
    assert found.df == 2


def test_separation_needs_a_direction_that_lowers_nothing_with_events() -> None:
    matrix = np.column_stack([np.ones(5), [0, 1, 2, 3, 4]])
    assert not separated(matrix, np.array([0, 0, 3, 0, 0])).any()
    assert not separated(matrix, np.array([0, 2, 3, 0, 0])).any()
    # Only the constant and the slope through the first row are left: every later row can be lowered.
    assert separated(matrix, np.array([4, 0, 0, 0, 0])).tolist() == [False, True, True, True, True]


def test_the_negative_binomial_at_its_edge_is_poisson() -> None:
    even = rows_of([10, 11, 10, 20, 19, 21], "aaabbb")
    found, plain = adjusted(even, errors="nb2"), adjusted(even, errors="model")
    assert (found.estimate, found.std_error) == (plain.estimate, plain.std_error)


def test_faults_of_the_adjusted_ratio() -> None:
    with pytest.raises(EstimationError) as caught:
        adjusted(rows_of([1, 2], "ab"), errors="hc0", covariates=["sektor"], count="coun")
    assert {problem.code for problem in caught.value.problems} == {"unknown_word", "unknown_column"}
    with pytest.raises(EstimationError) as caught:
        adjusted(rows_of([1, 2, 3], "abc"))
    assert caught.value.problems[0].code == "contrast_not_two"
    with pytest.raises(EstimationError) as caught:
        adjusted(rows_of([1, 2], "ab"), cluster="side")
    assert caught.value.problems[0].code == "cluster_without_robust"


def test_dispersion_of_even_and_uneven_counts() -> None:
    even = ek.dispersion(pl.Series([10, 11, 10, 9, 12]), 1.0)
    assert (even.reported.value, even.why.code) == ("exact", "reported_poisson")
    assert (even.alpha.estimate, even.alpha.conf_low) == (0.0, 0.0)
    assert even.alpha.p_value == 1.0
    uneven = ek.dispersion(pl.Series([2, 30, 9, 41, 3]), 1.0)
    assert (uneven.reported.value, uneven.why.code) == ("quasi_poisson", "reported_quasi_poisson")
    assert uneven.alpha.estimate > 0
    assert uneven.phi.tests[0].p_value < 1e-6
    assert uneven.phi.conf_low > 1


@pytest.mark.parametrize(
    ("counts", "exposures"),
    [
        ([1, 2, 1, 1, 1, 1, 1, 1, 0, 2, 1], [1.24, 2.7, 3.73, 1.69, 4.19, 1.71, 2.06, 2.27, 2.21, 3.12, 1.29]),
        ([0, 0, 3, 0], [1.0] * 4),
        ([0, 0, 0, 1, 0], [4.5, 3.2, 3.9, 0.7, 1.0]),
        ([50, 50, 50, 50], [1.0] * 4),
        ([14, 26, 8, 6, 14, 25], [1.0] * 6),
    ],
)
def test_the_p_value_of_phi_and_its_interval_say_the_same(counts, exposures) -> None:
    random = np.random.default_rng(7)
    drawn = [(random.poisson(random.gamma(1.0, mean, 9)), np.ones(9)) for mean in (0.3, 1.0, 10.0) for _ in range(8)]
    for numbers, exposure in [(np.array(counts), np.array(exposures)), *drawn]:
        for level in (0.8, 0.95):
            phi = ek.dispersion(pl.Series(numbers), pl.Series(exposure), conf_level=level).phi
            assert not phi.is_estimated or (phi.p_value < 1 - level) == (not phi.conf_low <= 1 <= phi.conf_high)


def test_counts_that_do_not_vary_are_not_taken_for_impossible() -> None:
    four = ek.dispersion(pl.Series([1, 1, 1, 1]), 1.0).phi
    # The chance of one each is 4!/4⁴ = 0.094, and twice that as a two-sided p-value.
    assert (four.estimate, four.conf_low) == (0.0, 0.0)
    assert 0.1 < four.p_value < 0.35
    assert four.conf_high > 1
    assert ek.dispersion(pl.Series([50, 50, 50, 50]), 1.0).phi.p_value < 0.01


@pytest.mark.parametrize("count", [[0, 0, 0], [5], [1, 0]])
def test_dispersion_that_cannot_be_seen(count: list[int]) -> None:
    found = ek.dispersion(pl.Series(count), 1.0)
    assert not found.phi.is_estimated
    assert found.phi.reason.code == "no_variation_to_measure"


@few
@given(st.lists(st.integers(0, 40), min_size=2, max_size=8))
def test_dispersion_gives_an_interval_or_a_reason(count: list[int]) -> None:
    found = ek.dispersion(pl.Series(count), 1.0)
    if found.phi.is_estimated:
        assert found.phi.conf_low <= found.phi.estimate <= found.phi.conf_high
        if found.alpha.is_estimated:
            assert found.alpha.conf_low <= found.alpha.estimate <= found.alpha.conf_high


@few
@given(st.tuples(*[st.integers(0, 400)] * 4), st.floats(0.1, 10), st.sampled_from(["poisson", "binomial"]))
def test_the_parts_of_a_change_add_up(numbers: tuple[int, ...], length: float, kind: str) -> None:
    after, before, found_after, found_before = numbers
    if kind == "binomial":
        found_after, found_before = min(found_after, after), min(found_before, before)
    parts = ek.decompose(after, before, found_after, found_before, exposure_after=length, findings=kind)
    every = (parts.findings, parts.visits, parts.hit_rate)
    for part in every:
        assert not part.is_estimated or part.conf_low <= part.estimate <= part.conf_high
    if all(part.is_estimated and 0 < part.estimate < math.inf for part in every):
        logs = [math.log(part.estimate) for part in every]
        assert logs[0] == pytest.approx(logs[1] + logs[2], abs=1e-12)
        same_direction = logs[1] * logs[2] > 0
        assert (parts.share_of_visits is not None) == same_direction
        assert parts.share_of_visits is None or 0 <= parts.share_of_visits <= 1


def test_a_decomposition_of_series_widens_with_their_variation() -> None:
    even = ek.decompose(pl.Series([20, 21, 19]), pl.Series([10, 11, 9]), pl.Series([6, 5, 6]), pl.Series([3, 3, 2]))
    wild = ek.decompose(pl.Series([20, 21, 19]), pl.Series([10, 11, 9]), pl.Series([16, 0, 1]), pl.Series([8, 0, 0]))
    assert (even.hit_rate.method, wild.hit_rate.method) == ("exact", "quasi_poisson")
    assert wild.hit_rate.estimate == pytest.approx(even.hit_rate.estimate)
    assert wild.hit_rate.conf_high > even.hit_rate.conf_high


def test_a_decomposition_with_windows_of_different_length_and_empty_ones() -> None:
    parts = ek.decompose(pl.Series([20, 21]), pl.Series([10, 11, 9]), pl.Series([6, 5]), pl.Series([3, 3, 2]))
    assert parts.visits.estimate == pytest.approx((41 / 2) / (30 / 3))
    none = ek.decompose(20, 10, 0, 4)
    assert (none.findings.estimate, none.share_of_visits) == (0.0, None)
    assert none.hit_rate.conf_high < math.inf
    assert ek.decompose(20, 10, 0, 0).findings.reason.code == "no_events"
    assert ek.decompose(0, 10, 0, 4).hit_rate.reason.code == "exposure_zero"
    assert ek.decompose(3, 10, 2, 4, findings="binomial").hit_rate.method == "mover"


def test_faults_of_a_decomposition() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.decompose(3, 10, 5, 4, findings="binomial")
    assert caught.value.problems[0].code == "more_findings_than_visits"
    with pytest.raises(EstimationError) as caught:
        ek.decompose(pl.Series([3, 4]), 10, 5, 4)
    assert caught.value.problems[0].code == "totals_and_columns"


def test_large_counts_go_through() -> None:
    large = pl.Series([10**9, 10**9 - 7])
    for found in (
        ek.stratified_rate_ratio(large, 1e9, large, 2e9),
        ek.stratified_rate_difference(large, 1e9, large, 2e9),
        ek.stratified_rate_difference(large, 1e9, large, 2e9, method="midp"),
        ek.standardised_rate(large, 1e9, pl.Series([1.0, 3.0])),
        ek.standardised_rate_ratio(large, 1e9, large, 2e9, pl.Series([1.0, 3.0])),
    ):
        assert found.conf_low < found.estimate < found.conf_high
