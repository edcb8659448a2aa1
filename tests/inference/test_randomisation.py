"""Placebo in space: against R, against its own definition, under the null."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from evalkit.inference.randomisation import Changes, Placebo, placebo
from evalkit.statements import Statement

GOLDEN = Path(__file__).parents[1] / "golden"


def compared(changes: Changes, treated: np.ndarray, draws: int = 999, most_exact: int = 50_000, **how) -> Placebo:
    generator = np.random.default_rng(2)
    found = placebo(changes, treated, draws=draws, most_exact=most_exact, generator=generator, **how)
    assert isinstance(found, Placebo)
    return found


def summed(counts: np.ndarray, exposure: np.ndarray, first: int) -> Changes:
    """Units × periods."""
    parts = (counts[:, :first], counts[:, first:], exposure[:, :first], exposure[:, first:])
    return Changes(*(part.sum(axis=1).astype(float) for part in parts))


def test_the_sums_give_what_r_finds_in_the_whole_panel_with_all_its_effects() -> None:
    """1e-7: glm's iteration ends at about 1e-9; p is a count over a count."""
    with (GOLDEN / "randomisation_data.csv").open() as file:
        rows = list(csv.DictReader(file))
    counts, exposure = (np.array([float(row[name]) for row in rows]).reshape(7, 12) for name in ("count", "exposure"))
    with (GOLDEN / "randomisation.csv").open() as file:
        expected = {name: float(value) for name, value in next(csv.DictReader(file)).items()}
    found = compared(summed(counts, exposure, 7), np.isin(np.arange(7), [1, 4]), by_size=False)
    assert found.log_ratio == pytest.approx(expected["log_ratio"], rel=1e-7)
    assert found.statistic == pytest.approx(expected["statistic"], rel=1e-7)
    assert found.p_value == pytest.approx(expected["p"], rel=1e-12)
    assert (found.assignments, found.exact) == (21, True)


def test_limits_are_where_the_test_turns() -> None:
    generator = np.random.default_rng(5)
    ones = np.ones(30)
    before, after = generator.poisson(40, 30).astype(float), generator.poisson(40, 30).astype(float)
    treated = np.arange(30) < 1
    found = compared(Changes(before, after, ones, ones), treated)
    for end, side in ((found.low, -1), (found.high, 1)):
        inside, outside = (
            compared(Changes(before, after, ones, np.exp((end + side * step) * treated)), treated).p_value
            for step in (-1e-6, 1e-6)
        )
        assert outside <= 0.05 < inside


@pytest.mark.parametrize("others", [3, 10, 18])
def test_too_few_others_leave_no_interval_and_no_p_below_what_is_attainable(others: int) -> None:
    ones = np.ones(others + 1)
    after = np.where(np.arange(others + 1) < 1, 5000.0, 50.0)
    found = compared(Changes(ones * 50, after, ones, ones), np.arange(others + 1) < 1)
    assert found.p_value == found.attainable == 1 / (others + 1)
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_halves_that_mirror_each_other_count_twice() -> None:
    ones = np.ones(4)
    found = compared(Changes(ones * 50, np.array([200.0, 210, 50, 51]), ones, ones), np.arange(4) < 2)
    assert found.p_value == found.attainable == pytest.approx(2 / 6)


@pytest.mark.parametrize("zero", ["before", "after"])
def test_a_side_without_events_has_no_ratio(zero: str) -> None:
    ones = np.ones(4)
    none = np.array([0.0, 5, 5, 5])
    changes = Changes(none if zero == "before" else ones * 5, none if zero == "after" else ones * 5, ones, ones)
    found = placebo(changes, np.arange(4) < 1, draws=9, most_exact=9, generator=np.random.default_rng(1))
    assert isinstance(found, Statement)
    assert found.code == "separated"


def null_panel(generator: np.random.Generator, units: int, phi: float, rho: float, periods: int = 24) -> Changes:
    """Counts with dispersion φ whose level follows an autoregression with correlation ρ; units of alike sizes."""
    noise = generator.normal(size=(units, periods))
    for at in range(1, periods):
        noise[:, at] = rho * noise[:, at - 1] + math.sqrt(1 - rho**2) * noise[:, at]
    spread = math.log1p((phi - 1) / 5)
    counts = generator.poisson(5 * np.exp(math.sqrt(spread) * noise - spread / 2))
    return summed(counts, np.ones_like(counts, dtype=float), periods // 2)


@pytest.mark.parametrize(("phi", "rho"), [(1.0, 0.0), (4.0, 0.4)])
@pytest.mark.parametrize("units", [5, 10, 20, 40])
def test_under_the_null_at_most_seven_per_cent_are_rejected(units: int, phi: float, rho: float) -> None:
    """600 panels: the standard error of 5 % is 0.9 points."""
    generator = np.random.default_rng(11)
    treated = np.arange(units) < 1
    found = [compared(null_panel(generator, units, phi, rho), treated, conf_level=0.999) for _ in range(600)]
    assert np.mean([one.p_value <= 0.05 for one in found]) <= 0.07


def test_many_draws_of_a_large_panel_have_their_own_attainable_p() -> None:
    generator = np.random.default_rng(1)
    counts = generator.poisson(3, size=(300, 120))
    found = compared(summed(counts, np.ones_like(counts, dtype=float), 60), np.arange(300) < 30, draws=9_999)
    assert found.attainable == 1 / 10_000
    assert found.low < found.log_ratio < found.high
