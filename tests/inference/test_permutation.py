"""What must hold for permutation tests, whatever the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.estimates import Estimate
from evalkit.inference import permutation, time_shifts

VALUES = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])


def one(values: object, treated: object = None, **how: object) -> Estimate:
    found = ek.permutation_test(values, treated, **how)  # type: ignore[arg-type]
    assert isinstance(found, Estimate)
    return found


@pytest.mark.parametrize("values", [VALUES, np.round(VALUES / 4), np.exp(VALUES)])
@pytest.mark.parametrize("treated", [1, 3])
def test_the_size_is_at_most_the_level_at_every_level(values: np.ndarray, treated: int) -> None:
    """Each assignment of the same values once: the p-values of exchangeable data, all of them."""
    assigned = [np.isin(np.arange(7), at) for at in combinations(range(7), treated)]
    p = np.array([one(values, flags).p_value for flags in assigned])
    for level in np.unique(p):
        assert (p <= level).mean() == pytest.approx(level)


def test_the_order_of_rows_does_not_matter_when_all_ways_are_gone_through() -> None:
    order = np.random.default_rng(1).permutation(7)
    treated = np.isin(np.arange(7), [0, 5, 6])
    there, here = one(VALUES, treated), one(VALUES[order], treated[order])
    assert here.p_value == there.p_value
    assert here.conf_low == pytest.approx(there.conf_low)


def test_draws_come_to_what_all_ways_give() -> None:
    """Within four standard errors of 20,000 draws, for groups in blocks and for pairs."""
    generator = np.random.default_rng(4)
    values = generator.normal(size=(12, 3))
    treated = np.tile([True, False, False], 4)
    blocks = permutation.Blocks(treated=treated, block=np.repeat([0, 1], 6))
    for test, of in ((permutation.two_groups, (values, blocks)), (permutation.sign_flips, (values,))):
        every = test(*of, draws=1, most_exact=10_000, generator=generator)  # type: ignore[operator]
        drawn = test(*of, draws=20_000, most_exact=0, generator=generator)  # type: ignore[operator]
        assert every.exact
        assert not drawn.exact
        np.testing.assert_allclose(drawn.p_value, every.p_value, atol=4 * 0.5 / math.sqrt(20_000))
        np.testing.assert_allclose(drawn.low, every.low, atol=0.12)


def test_the_interval_holds_the_effects_that_are_not_rejected() -> None:
    generator = np.random.default_rng(6)
    for _ in range(10):
        values, treated = generator.normal(size=9), np.isin(np.arange(9), [0, 1, 2, 3])
        found = one(values, treated, conf_level=0.9)
        assert found.conf_low is not None
        for shift, inside in ((found.conf_low + 1e-6, True), (found.conf_low - 1e-6, False)):
            p = one(values - shift * treated, treated).p_value
            assert p is not None
            assert (p > 0.1) is inside


def test_seeds_reproduce_and_are_told() -> None:
    values, treated = np.random.default_rng(2).normal(size=(40, 2)), np.arange(40) < 20
    first, second = (ek.permutation_test(values, treated, draws=999, seed=5) for _ in range(2))
    assert first == second
    assert "frö 5" in first[0].assumptions[0].text.sv  # type: ignore[index]
    assert ek.permutation_test(values, treated, draws=999, seed=6) != first


def test_many_metrics_are_the_same_as_one_by_one_and_a_missing_value_refuses_only_its_own() -> None:
    frame = pl.DataFrame({"a": VALUES, "b": [1.0, None, 2, 3, 4, 5, 6], "c": -VALUES})
    treated = np.arange(7) < 2
    a, b, c = ek.permutation_test(frame, treated)  # type: ignore[misc]
    alone = one(frame["a"], treated)
    # Sums of a matrix and of a vector are added in another order.
    assert (a.estimate, a.conf_low) == (pytest.approx(alone.estimate), pytest.approx(alone.conf_low))
    assert (a.metric, a.p_value) == ("a", alone.p_value)
    assert (b.metric, b.reason.code) == ("b", "value_missing")
    assert c.estimate == pytest.approx(-a.estimate)
    assert (c.p_value, c.conf_low) == (a.p_value, pytest.approx(-a.conf_high))


@pytest.mark.parametrize(("scale", "move"), [(1e9, 0.0), (1e-9, 0.0), (1.0, 1e6)])
def test_the_unit_of_measure_does_not_matter(scale: float, move: float) -> None:
    treated = np.isin(np.arange(7), [1, 2, 5])
    there, here = one(VALUES, treated), one(VALUES * scale + move, treated)
    assert here.p_value == there.p_value
    assert here.conf_high == pytest.approx(there.conf_high * scale, rel=1e-6)


def test_one_treated_among_nine_cannot_be_rarer_than_one_in_nine() -> None:
    found = one(np.array([100.0, *range(8)]), np.arange(9) == 0)
    assert found.p_value == pytest.approx(1 / 9)
    assert "0,1111" in found.assumptions[0].text.sv
    assert (found.conf_low, found.conf_high) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("values", "treated", "attainable"),
    [(VALUES[:6], np.arange(6) < 3, 2 / 20), (VALUES[:6], np.arange(6) < 2, 1 / 15), (VALUES[:5], None, 2 / 32)],
)
def test_the_smallest_p_is_the_one_that_extreme_data_reach(
    values: np.ndarray, treated: np.ndarray | None, attainable: float
) -> None:
    extreme = (
        np.arange(1.0, 1 + len(values))
        if treated is None
        else np.where(treated, 50.0, 0.0) + np.arange(len(values)) / 10
    )
    found = one(extreme, treated)
    assert found.p_value == pytest.approx(attainable)
    assert f"{attainable:.4g}" in found.assumptions[0].text.en


@pytest.mark.parametrize("treated", [np.zeros(7, dtype=bool), np.ones(7, dtype=bool)])
def test_what_could_not_have_been_otherwise_is_refused(treated: np.ndarray) -> None:
    assert one(VALUES, treated).reason.code == "no_other_assignment"  # type: ignore[union-attr]
    alone = one(VALUES, np.arange(7) < 3, blocks=np.array(["a"] * 3 + ["b"] * 4))
    assert alone.reason.code == "no_other_assignment"  # type: ignore[union-attr]


def test_equal_values_say_nothing() -> None:
    found = one(np.full(7, 0.1), np.arange(7) < 3)
    assert (found.p_value, found.estimate) == (1.0, pytest.approx(0.0, abs=1e-15))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: ek.permutation_test(pl.Series(["x"]), np.array([True])), "values_not_numbers"),
        (lambda: ek.permutation_test(np.array([np.inf, 1]), np.array([True, False])), "values_not_numbers"),
        (lambda: ek.permutation_test(VALUES, np.array([True])), "labels_do_not_fit"),
        (lambda: ek.permutation_test(VALUES, np.arange(7)), "treated_not_true_or_false"),
        (lambda: ek.permutation_test(VALUES, blocks=np.arange(7)), "blocks_without_treated"),
        (lambda: ek.permutation_test(VALUES, VALUES > 3, blocks=pl.Series([None, *range(6)])), "labels_do_not_fit"),
        (lambda: ek.permutation_test(VALUES, shifts=True), "shifts_do_not_fit"),
        (
            lambda: ek.permutation_test(VALUES, VALUES > 3, blocks=np.array([0, 0, 0, 0, 1, 1, 1]), shifts=True),
            "shifts_do_not_fit",
        ),
        (lambda: ek.permutation_test(VALUES, draws=0), "number_not_whole"),
        (lambda: ek.permutation_test(VALUES, seed=-1), "number_not_whole"),
        (lambda: ek.permutation_test(VALUES, conf_level=95), "conf_level_outside"),
    ],
)
def test_what_has_no_meaning_is_told(call: Callable[[], object], code: str) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    assert [problem.code for problem in caught.value.problems] == [code]


def test_shifts_in_time_hold_their_size_at_every_level() -> None:
    """Each shift of one series once: the p-values of a series that could as well have begun elsewhere."""
    series, treated = np.random.default_rng(3).normal(size=11).cumsum(), np.isin(np.arange(11), [2, 3, 4, 8])
    p = np.array([one(np.roll(series, by), treated, shifts=True).p_value for by in range(11)])
    for level in np.unique(p):
        assert (p <= level).mean() == pytest.approx(level)


def test_shifts_in_time_hold_their_size_where_periods_follow_each_other_and_single_places_do_not() -> None:
    """400 closed series with correlation 0.7 between neighbours; three standard errors of 5 % are 3.3 points."""
    generator, periods = np.random.default_rng(12), 40
    near = 0.7 ** np.minimum(np.arange(periods), periods - np.arange(periods))
    root = np.sqrt(np.abs(np.fft.fft(near)))
    series = np.real(
        np.fft.ifft(root[:, np.newaxis] * np.fft.fft(generator.normal(size=(periods, 400)), axis=0), axis=0)
    )
    treated = np.isin(np.arange(periods), range(10, 22))
    moved = [item.p_value <= 0.05 for item in ek.permutation_test(series, treated, shifts=True)]
    mixed = [item.p_value <= 0.05 for item in ek.permutation_test(series, treated, draws=499)]
    assert np.mean(moved) <= 0.05 + 0.033
    assert np.mean(mixed) > 0.2


def test_what_cannot_be_moved_is_refused() -> None:
    blocks = np.repeat(["a", "b"], 3)
    assert one(VALUES[:6], np.repeat([True, False], 3), blocks=blocks, shifts=True).reason.code == "no_other_assignment"
    assert one(VALUES, np.ones(7, dtype=bool), shifts=True).reason.code == "no_other_assignment"


def test_a_long_series_is_moved_at_random() -> None:
    values, treated = np.random.default_rng(1).normal(size=60), np.arange(60) < 20
    plan = time_shifts.Shifts(treated=treated, block=np.zeros(60, dtype=np.int64))
    every, drawn = (
        permutation.two_groups(
            values[:, np.newaxis], plan, draws=20_000, most_exact=most, generator=np.random.default_rng(2)
        )
        for most in (60, 0)
    )
    assert (every.exact, drawn.exact) == (True, False)
    assert drawn.p_value[0] == pytest.approx(every.p_value[0], abs=4 * 0.5 / math.sqrt(20_000))


def test_the_step_down_does_not_care_for_units_of_measure_and_leaves_out_what_was_refused() -> None:
    generator = np.random.default_rng(7)
    values = generator.normal(size=(12, 4)) + np.outer(np.arange(12) < 6, [2.0, 0, 0, 1])
    there = ek.permutation_draws(values, np.arange(12) < 6).adjusted()
    scaled = pl.DataFrame(values * [1, 1e6, 1e-6, 3] + [0, 5, 0, 1], schema=["a", "b", "c", "d"])
    scaled = scaled.with_columns(e=pl.lit(7.0), f=pl.Series([None, *range(11)], dtype=pl.Float64))
    found = ek.permutation_draws(scaled, np.arange(12) < 6)
    here = found.adjusted()
    assert [item.p_adjusted for item in here[:4]] == pytest.approx([item.p_adjusted for item in there])
    assert (here[4].p_value, here[4].p_adjusted) == (1.0, 1.0)
    assert (here[5].reason.code, here[5].p_adjusted) == ("value_missing", None)
    for item in here[:5]:
        assert item.p_value <= item.p_adjusted


def test_the_step_down_of_draws_is_that_of_romano_and_wolf_on_them() -> None:
    values = np.random.default_rng(3).normal(size=(40, 3))
    found = ek.permutation_draws(values, np.arange(40) < 20, draws=199, seed=8)
    assert found.draws.shape == (199, 3)
    assert [item.p_adjusted for item in found.adjusted()] == ek.romano_wolf(found.statistics, found.draws).tolist()
    assert found.estimates == ek.permutation_test(values, np.arange(40) < 20, draws=199, seed=8)


def test_nothing_to_permute_gives_refusals_without_draws() -> None:
    found = ek.permutation_draws(VALUES, np.ones(7, dtype=bool))
    assert found.adjusted()[0].reason.code == "no_other_assignment"
    assert found.draws.shape == (0, 1)
