"""Dispersion worked by hand, and the rule that follows from it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evalkit.inference import dispersion
from evalkit.inference.dispersion import Dispersion
from evalkit.inference.method import Method
from evalkit.inference.rule import choose


def pearson(counts: list[int], exposures: list[float], cells: list[int]) -> Dispersion | None:
    return dispersion.pearson(np.array(counts), np.array(exposures), np.array(cells))


def test_worked_by_hand() -> None:
    # Cell 0: rate 20/4 = 5; means 5, 15; squares 9/5 + 9/15. Cell 1: rate 4; squares 4/4 + 4/4.
    found = pearson([8, 12, 2, 6], [1.0, 3.0, 1.0, 1.0], [0, 0, 1, 1])
    assert found is not None
    assert found.df == 2
    assert math.isclose(found.phi, (9 / 5 + 9 / 15 + 1 + 1) / 2)


def test_a_cell_without_events_counts_neither_as_cell_nor_as_periods() -> None:
    with_empty = pearson([8, 12, 2, 6, 0, 0, 0], [1.0] * 7, [0, 0, 1, 1, 2, 2, 2])
    assert with_empty == pearson([8, 12, 2, 6], [1.0] * 4, [0, 0, 1, 1])


def test_a_period_without_exposure_tells_nothing() -> None:
    assert pearson([8, 12, 0], [1.0, 1.0, 0.0], [0, 0, 0]) == pearson([8, 12], [1.0, 1.0], [0, 0])


@pytest.mark.parametrize(
    ("counts", "cells"), [([8, 3], [0, 1]), ([0, 0, 0], [0, 0, 0]), ([8, 0, 0], [0, 1, 1]), ([5], [0])]
)
def test_without_degrees_of_freedom_there_is_no_dispersion(counts: list[int], cells: list[int]) -> None:
    assert pearson(counts, [1.0] * len(counts), cells) is None


@pytest.mark.parametrize(
    ("found", "method"),
    [
        (None, Method.EXACT),
        (Dispersion(0.0, 3), Method.EXACT),
        (Dispersion(1.0, 3), Method.EXACT),
        (Dispersion(1.0000000000000002, 3), Method.EXACT),
        (Dispersion(1.001, 3), Method.QUASI_POISSON),
        (Dispersion(12.0, 1), Method.QUASI_POISSON),
    ],
)
def test_the_rule(found: Dispersion | None, method: Method) -> None:
    assert choose(found) is method
