"""What the time before tells of single areas: their own shocks, those that all share, and areas unlike the others."""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.inference.shocks import shocks
from evalkit.selftest.areas import AreaShocks, learn_areas

AREAS, PERIODS, MEAN = 30, 240, 20.0
NAMES = tuple(f"a{number:02}" for number in range(AREAS))


def drawn(own: float, common: float, lasting: float, *, first: float = 1.0, seed: int = 1) -> AreaShocks:
    """Learned from areas with these variances; that of the first area's own shocks ``first`` times as large."""
    rng = np.random.default_rng(seed)

    def factor(variance: float) -> np.ndarray:
        dispersion = 1 + MEAN * variance
        return shocks(np.full(PERIODS, MEAN), dispersion, lasting * (dispersion - 1) / dispersion, rng)

    rates = np.array([factor(own * (first if at == 0 else 1)) for at in range(AREAS)]) * factor(common)
    return learn_areas(NAMES, rng.poisson(MEAN * rates), np.full((AREAS, PERIODS), MEAN), terms=1)


@pytest.mark.parametrize(("own", "common", "lasting"), [(0.1, 0.0, 0.0), (0.1, 0.05, 0.5), (0.2, 0.05, 0.0)])
def test_own_and_common_shocks_are_told_apart(own: float, common: float, lasting: float) -> None:
    found = drawn(own, common, lasting)
    assert np.mean(list(found.dispersions.values())) == pytest.approx(1 + MEAN * own, rel=0.15)
    assert found.common == pytest.approx(common, abs=0.02)
    assert found.lasting == pytest.approx(lasting, abs=0.15)


def test_areas_alike_get_one_value_and_one_unlike_keeps_its_own() -> None:
    alike = list(drawn(0.1, 0.0, 0.0).dispersions.values())
    assert np.std(alike) < 0.15
    unlike = drawn(0.1, 0.0, 0.0, first=8.0).dispersions
    assert unlike["a00"] == pytest.approx(1 + MEAN * 0.8, rel=0.3)
    assert unlike["a01"] < 5


def test_counts_of_chance_alone_have_no_shocks() -> None:
    found = drawn(0.0, 0.0, 0.0)
    assert found.common == 0
    assert max(found.dispersions.values()) < 1.1


def test_areas_are_shaken_by_themselves_and_share_what_is_common() -> None:
    months = 5_000
    unit, clock = np.repeat(["a00", "a01"], months), np.tile(np.arange(months), 2)
    means = np.full(2 * months, MEAN)
    apart, together = (
        np.corrcoef(shaken.factors(means, unit, clock, np.random.default_rng(1)).reshape(2, -1))[0, 1]
        for shaken in (AreaShocks({"a00": 3.0, "a01": 3.0}, common, 0.0) for common in (0.0, 0.1))
    )
    assert apart == pytest.approx(0.0, abs=0.05)
    assert together == pytest.approx(0.5, abs=0.1)


def test_little_to_learn_from_is_no_fault() -> None:
    found = learn_areas(("a", "b"), np.array([[1.0, 2], [0, 0]]), np.array([[1.5, 1.5], [0, 0]]), terms=3)
    assert (found.common, found.lasting) == (0, 0)
    assert set(found.dispersions.values()) == {1.0}
