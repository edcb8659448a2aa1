"""When the jackknife by cluster is refused, and what it does not depend on."""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.inference import fixed_effects
from evalkit.inference.absorbing import Effects
from evalkit.inference.cluster_jackknife import Jackknifed, jackknifed
from evalkit.statements import Statement

PERIODS = 6


def panel(
    units: int, treated: int, sizes: np.ndarray | None = None
) -> tuple[fixed_effects.Fit, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    unit, period = np.repeat(np.arange(units), PERIODS), np.tile(np.arange(PERIODS), units)
    on = (unit < treated) & (period > 2)
    size = np.full(units, 30.0) if sizes is None else sizes
    counts = rng.poisson(size[unit])
    return fixed_effects.poisson(counts, on[:, None].astype(float), Effects.of(unit, period)), unit, on


def code(found: Jackknifed | Statement) -> str | None:
    return found.code if isinstance(found, Statement) else None


@pytest.mark.parametrize(
    ("units", "treated", "want"),
    [
        (9, 4, "too_few_clusters"),
        (12, 1, "too_few_clusters"),
        (12, 11, "too_few_clusters"),
        (12, 2, "too_few_effective_clusters"),
        (12, 3, "too_few_effective_clusters"),
        (12, 9, "too_few_effective_clusters"),
    ],
)
def test_few_clusters_are_refused(units: int, treated: int, want: str) -> None:
    fit, unit, on = panel(units, treated)
    assert code(jackknifed(fit, 0, unit, on)) == want


def test_equal_clusters_are_worth_their_number() -> None:
    fit, unit, on = panel(12, 5, np.full(12, 1e7))
    found = jackknifed(fit, 0, unit, on)
    assert isinstance(found, Jackknifed)
    assert (found.effective, found.effective_ref) == (pytest.approx(5, rel=1e-3), pytest.approx(7, rel=1e-3))


def test_one_large_area_among_small_ones_is_refused() -> None:
    sizes = np.full(20, 10.0)
    sizes[0] = 1000.0
    fit, unit, on = panel(20, 8, sizes)
    assert code(jackknifed(fit, 0, unit, on)) == "too_few_effective_clusters"


def test_the_order_of_rows_and_the_names_of_clusters_do_not_matter() -> None:
    fit, unit, on = panel(16, 8)
    found = jackknifed(fit, 0, unit, on)
    names = np.array([f"area {99 - number}" for number in unit])
    again = jackknifed(fit, 0, names, on)
    assert isinstance(found, Jackknifed)
    assert isinstance(again, Jackknifed)
    assert again.std_error == pytest.approx(found.std_error, rel=1e-12)
    np.testing.assert_allclose(np.sort(again.without), np.sort(found.without), rtol=1e-12)


def test_clusters_that_hold_several_units() -> None:
    fit, unit, on = panel(40, 20)
    found = jackknifed(fit, 0, unit // 2, on)
    assert isinstance(found, Jackknifed)
    assert found.clusters == 20
    assert 8 < found.df < 9


def test_an_estimate_that_rests_on_one_cluster_is_refused() -> None:
    """The second term is of a single cluster: without it, it cannot be told."""
    rng = np.random.default_rng(2)
    unit, period = np.repeat(np.arange(16), PERIODS), np.tile(np.arange(PERIODS), 16)
    late = period > 2
    matrix = np.column_stack([(unit < 8) & late, (unit == 0) & late]).astype(float)
    fit = fixed_effects.poisson(rng.poisson(30, unit.size), matrix, Effects.of(unit, period))
    assert isinstance(jackknifed(fit, 1, unit, (unit < 8) & late), Statement)
