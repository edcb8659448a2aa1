"""What must hold for the bootstrap, whatever the data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.inference.block_length import politis_white

VALUES = np.array([12.0, 15, 9, 30, 14, 11, 8, 21, 17, 10])
METHODS = ["bca", "percentile", "basic"]


@pytest.mark.parametrize("method", METHODS)
def test_seeds_reproduce_and_are_told(method: str) -> None:
    first, second = (ek.bootstrap(VALUES, method=method, draws=500, seed=4) for _ in range(2))
    assert first == second
    assert "frö 4" in first.assumptions[0].text.sv
    assert ek.bootstrap(VALUES, method=method, draws=500, seed=5) != first


@pytest.mark.parametrize("method", METHODS)
def test_the_limits_follow_the_unit_of_measure(method: str) -> None:
    there, here = (ek.bootstrap(values, method=method, draws=500) for values in (VALUES, VALUES * 1000 + 5))
    assert here.conf_low == pytest.approx(there.conf_low * 1000 + 5)
    assert here.conf_high == pytest.approx(there.conf_high * 1000 + 5)


def test_the_error_of_a_mean_is_the_known_one() -> None:
    """The ideal bootstrap's standard error of a mean is the population SD over √n; 20,000 draws are within 2 %."""
    found = ek.bootstrap(VALUES, draws=20_000)
    assert found.std_error == pytest.approx(VALUES.std() / np.sqrt(VALUES.size), rel=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_the_interval_of_many_normal_units_covers(method: str) -> None:
    """300 samples of 40 units at 90 %: within four standard errors (0.017) and the known lack of 2 points."""
    samples = np.random.default_rng(8).normal(size=(300, 40))
    found = [ek.bootstrap(sample, method=method, draws=400, conf_level=0.9) for sample in samples]
    assert 0.82 <= np.mean([item.conf_low <= 0 <= item.conf_high for item in found]) <= 0.97


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (pl.Series([1.0, None, 3.0]), "value_missing"),
        (np.array([1.0, 2.0]), "too_few_to_resample"),
        (np.ones(9), "all_alike"),
    ],
)
def test_what_cannot_be_resampled_is_refused(values: np.ndarray, code: str) -> None:
    assert ek.bootstrap(values, draws=200).reason.code == code


def test_a_statistic_that_breaks_in_a_draw_is_refused() -> None:
    found = ek.bootstrap(np.array([0.0, 0.0, 0.0, 1.0]), lambda samples: 1 / samples[:, :, 0].sum(axis=1), draws=200)
    assert found.reason.code == "same_in_all_samples"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: ek.bootstrap(pl.Series(["x"])), "values_not_numbers"),
        (lambda: ek.bootstrap(np.ones((3, 0))), "values_not_numbers"),
        (lambda: ek.bootstrap(VALUES, draws=10), "number_not_whole"),
        (lambda: ek.bootstrap(VALUES, method="exact"), "unknown_method"),
        (lambda: ek.bootstrap(VALUES, np.mean), "statistic_of_wrong_shape"),
    ],
)
def test_what_has_no_meaning_is_told(call: Callable[[], object], code: str) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    assert [problem.code for problem in caught.value.problems] == [code]


CASES = np.repeat(np.arange(8), [1, 5, 2, 1, 4, 3, 1, 2])


def test_clusters_of_one_row_are_units() -> None:
    alone = ek.bootstrap(VALUES, draws=500, seed=3)
    grouped = ek.bootstrap(VALUES, clusters=np.arange(VALUES.size), draws=500, seed=3)
    assert (grouped.conf_low, grouped.conf_high) == (alone.conf_low, alone.conf_high)
    assert [item.code for item in grouped.assumptions] == ["resampled", "clusters_drawn"]


@pytest.mark.parametrize("method", [*METHODS, "studentised"])
def test_the_order_of_rows_within_clusters_does_not_matter(method: str) -> None:
    generator = np.random.default_rng(4)
    values, order = generator.normal(size=CASES.size), generator.permutation(CASES.size)
    there = ek.bootstrap(values, clusters=CASES, method=method, draws=300)
    here = ek.bootstrap(values[order], clusters=pl.Series(CASES[order]), method=method, draws=300)
    assert here.conf_low == pytest.approx(there.conf_low, rel=1e-9)
    assert here.conf_high == pytest.approx(there.conf_high, rel=1e-9)
    assert there.n_units == 8


def test_rows_that_hang_together_widen_the_interval() -> None:
    values = np.repeat(np.random.default_rng(2).normal(size=20), 5)
    alone, grouped = ek.bootstrap(values), ek.bootstrap(values, clusters=np.repeat(np.arange(20), 5))
    # Five equal rows in each cluster: the error is √5 times as large, within the draws' 2 %.
    assert grouped.std_error / alone.std_error == pytest.approx(np.sqrt(5), rel=0.04)


@pytest.mark.parametrize("circular", [True, False])
def test_the_error_of_a_mean_of_blocks_is_the_known_one(circular: bool) -> None:
    """All places where a block can begin, with 12 whole blocks of 5; 20,000 draws are within 2 %."""
    series = np.sin(np.arange(60) / 3) + np.random.default_rng(1).normal(size=60)
    found = ek.bootstrap(series, block_length=5, circular=circular, draws=20_000)
    starts = np.arange(60 if circular else 56)
    means = series[(starts[:, np.newaxis] + np.arange(5)) % 60].mean(axis=1)
    assert found.std_error == pytest.approx(means.std() / np.sqrt(12), rel=0.03)
    assert found.method == "percentile"
    assert (found.n_periods, found.n_units) == (60, None)


def test_blocks_of_one_period_are_units() -> None:
    alone = ek.bootstrap(VALUES, method="percentile", draws=400, seed=2)
    blocks = ek.bootstrap(VALUES, block_length=1, draws=400, seed=2)
    assert (blocks.conf_low, blocks.conf_high) == (alone.conf_low, alone.conf_high)


def test_the_length_that_the_data_choose_is_told() -> None:
    series = np.sin(np.arange(120) / 4)
    found = ek.bootstrap(series, block_length="politis_white", draws=200)
    length = round(politis_white(series))
    assert length > 3
    assert found.assumptions[1].text.en.startswith(f"The series was drawn in pieces of at most {length} points")


@pytest.mark.parametrize("block_length", [None, 4, 7])
def test_the_jackknife_of_each_sample_gives_what_a_formula_gives(block_length: int | None) -> None:
    """The jackknifed error of a mean is s/√n; with blocks the error is that of the means of its blocks."""
    values = np.random.default_rng(6).exponential(size=28)

    def formula(samples: np.ndarray) -> np.ndarray:
        size = block_length or 1
        means = samples[:, :, 0].reshape(len(samples), -1, size).mean(axis=2)
        return np.asarray(means.std(axis=1, ddof=1) / np.sqrt(means.shape[1]))

    def mean(samples: np.ndarray) -> np.ndarray:
        return np.asarray(samples[:, :, 0].mean(axis=1))

    how = {"method": "studentised", "draws": 300, "block_length": block_length}
    by_formula, by_jackknife = ek.bootstrap(values, mean, std_error=formula, **how), ek.bootstrap(values, mean, **how)
    assert by_jackknife.conf_low == pytest.approx(by_formula.conf_low, rel=1e-9)
    assert by_jackknife.conf_high == pytest.approx(by_formula.conf_high, rel=1e-9)


def test_a_studentised_interval_of_three_units_has_no_end_where_draws_have_no_spread() -> None:
    found = ek.bootstrap(np.array([1.0, 2.0, 4.0]), method="studentised", conf_level=0.99, draws=2000)
    assert found.is_estimated
    assert (found.conf_low, found.conf_high) == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"clusters": np.arange(3)}, "clusters_do_not_fit"),
        ({"clusters": pl.Series([None, *range(9)])}, "clusters_do_not_fit"),
        ({"clusters": pl.Series([None, *"abcdefghi"])}, "clusters_do_not_fit"),
        ({"clusters": np.array([np.nan, *range(9)])}, "clusters_do_not_fit"),
        ({"block_length": np.array([2, 3])}, "block_length_outside"),
        ({"block_length": 0}, "block_length_outside"),
        ({"block_length": 11}, "block_length_outside"),
        ({"block_length": "long"}, "block_length_outside"),
        ({"block_length": 2, "clusters": np.arange(10)}, "block_length_outside"),
        ({"block_length": 2, "method": "bca"}, "unknown_method"),
        ({"std_error": lambda samples: samples[:, :, 0].std(axis=1)}, "std_error_without_use"),
        ({"std_error": np.std, "method": "studentised"}, "statistic_of_wrong_shape"),
    ],
)
def test_schemes_that_have_no_meaning_are_told(how: dict[str, object], code: str) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.bootstrap(VALUES, **how)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("how", [{"block_length": 4}, {"clusters": np.repeat([0, 1], 5)}])
def test_too_few_blocks_or_clusters_are_refused(how: dict[str, object]) -> None:
    assert ek.bootstrap(VALUES, draws=200, **how).reason.code == "too_few_to_resample"
