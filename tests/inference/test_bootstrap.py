"""What must hold for the bootstrap, whatever the data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError

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
        (np.ones(9), "too_few_to_resample"),
        (np.array([]), "too_few_to_resample"),
    ],
)
def test_what_cannot_be_resampled_is_refused(values: np.ndarray, code: str) -> None:
    assert ek.bootstrap(values, draws=200).reason.code == code


def test_a_statistic_that_breaks_in_a_draw_is_refused() -> None:
    found = ek.bootstrap(np.array([0.0, 0.0, 0.0, 1.0]), lambda samples: 1 / samples[:, :, 0].sum(axis=1), draws=200)
    assert found.reason.code == "too_few_to_resample"


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
