"""The homogeneity test of rate differences keeps its level also where strata differ much in size."""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.inference import stratified
from evalkit.inference.groups import Groups
from evalkit.inference.strata import Strata

_DRAWS = 4_000


@pytest.mark.parametrize(
    ("rates", "sizes", "difference"),
    [
        ((100.0, 10_000.0), (1.0, 1.0), 0.0),
        ((0.01,) * 8, (100.0, 3000.0) * 4, 0.0),
        ((0.03,) * 8, (100.0, 3000.0) * 4, 0.06),
        ((0.1, 10.0) * 4, (100.0, 100.0) * 4, 0.0),
    ],
)
def test_level(rates: tuple[float, ...], sizes: tuple[float, ...], difference: float) -> None:
    """4,000 draws: a true 5 % is seen above 6.2 % once in three thousand."""
    rng = np.random.default_rng(1)
    exposed, exposed_ref = np.tile(sizes, _DRAWS), np.full(len(sizes) * _DRAWS, sizes[0])
    base = np.tile(rates, _DRAWS)
    strata = Strata(rng.poisson((base + difference) * exposed), exposed, rng.poisson(base * exposed_ref), exposed_ref)
    groups = Groups(np.repeat(np.arange(_DRAWS), len(sizes)), _DRAWS)
    rejected = stratified.difference(strata, groups).homogeneity.p_value < 0.05
    assert rejected.mean() < 0.062


def test_power() -> None:
    """Strata whose differences are far apart are told apart."""
    strata = Strata(np.array([30, 300]), np.array([100.0, 100.0]), np.array([30, 100]), np.array([100.0, 100.0]))
    assert stratified.difference(strata, Groups.single(2)).homogeneity.p_value[0] < 1e-6
