"""What is worked out the quick way is what the plain way gives."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import special, stats

import evalkit as ek
from evalkit.inference import e_test, ratios
from evalkit.inference.pairs import Pairs

pytestmark = pytest.mark.filterwarnings("error")


def pairs(number: int, mean: float, seed: int) -> Pairs:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(1.5, mean, (2, number)))
    return Pairs.of(counts[0], np.ones(number), counts[1], np.ones(number))


@pytest.mark.parametrize("mean", [2.0, 60.0, 3000.0])
def test_tabled_probabilities_are_those_of_the_gamma_functions(mean: float, monkeypatch: pytest.MonkeyPatch) -> None:
    given = pairs(40, mean, 1)
    odds = np.exp(np.random.default_rng(2).normal(scale=1.5, size=40))
    tabled = e_test.ratio_p_value(given, odds)
    monkeypatch.setattr(e_test, "_WIDER", 0)
    np.testing.assert_allclose(tabled, e_test.ratio_p_value(given, odds), rtol=1e-9)


def test_a_p_value_beyond_the_table_is_tiny_and_not_none() -> None:
    found = ek.rate_ratio(4000, 1.0, 6000, 1.0, method="e_test")
    # The normal tails of 20 standard errors are 5.5e-89.
    assert 1e-100 < found.p_value < 1e-70


@pytest.mark.parametrize("mean", [1.0, 30.0, 5000.0])
@pytest.mark.parametrize("conf_level", [0.5, 0.95, 0.999])
def test_a_midp_limit_leaves_the_tail_asked_for(mean: float, conf_level: float) -> None:
    given = pairs(300, mean, 3)
    found = ratios.midp(*given.columns, conf_level)
    x, y, total = given.events, given.events_ref, given.events + given.events_ref
    low = (x > 0) & (total > 0)
    share = found.low[low] / (1 + found.low[low])
    tail = stats.binom.sf(x[low], total[low], share) + stats.binom.pmf(x[low], total[low], share) / 2
    np.testing.assert_allclose(tail, (1 - conf_level) / 2, rtol=1e-9)
    high = (y > 0) & (total > 0)
    share = special.expit(np.log(found.high[high]))
    tail = stats.binom.cdf(x[high] - 1, total[high], share) + stats.binom.pmf(x[high], total[high], share) / 2
    np.testing.assert_allclose(tail, (1 - conf_level) / 2, rtol=1e-9)


def test_midp_limits_of_counts_far_apart_exist() -> None:
    counts = np.array([1, 10**9, 1, 10**9, 3])
    found = ratios.midp(counts, 1.0, np.array([10**9, 1, 1, 10**9, 10**6]), 1.0)
    assert (found.low < found.estimate).all()
    assert (found.estimate < found.high).all()


def test_equivalence_of_many_different_counts_takes_no_time() -> None:
    rng = np.random.default_rng(4)
    counts, exposures = rng.poisson(rng.gamma(3.0, 200.0, (2, 50_000))), rng.uniform(1, 10, (2, 50_000))
    start = time.process_time()
    ek.rate_equivalence(counts[0], exposures[0], counts[1], exposures[1], 0.2, method="midp")
    # A third of a second of processor time; searched by brackets two and a half.
    assert time.process_time() - start < 2
