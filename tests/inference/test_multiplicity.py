"""What must hold for adjusted p-values, whatever they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

import evalkit as ek
from evalkit.comparisons.multiplicity import METHODS as WORDS
from evalkit.errors import EstimationError
from evalkit.estimates import Estimate, Estimates, Provenance
from evalkit.inference import multiplicity
from evalkit.refusals import no_events
from evalkit.vocabulary import Role

METHODS = [method.value for method in WORDS]
FWER = ["bonferroni", "holm", "hochberg"]
few = settings(max_examples=60, deadline=None)
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def adjusted(p: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    tiers = np.arange(p.shape[-1]) // 2 if "gatekeeping" in method else None
    return ek.adjust(p, method=method, tiers=tiers)


@few
@given(p_values, st.sampled_from(METHODS))
def test_an_adjusted_p_is_between_the_p_itself_and_one(p: list[float], method: str) -> None:
    found = adjusted(np.array(p), method)
    assert (found >= np.array(p)).all()
    assert (found <= 1).all()


@few
@given(p_values)
def test_the_methods_stand_in_their_known_order(p: list[float]) -> None:
    by = {method: ek.adjust(np.array(p), method=method) for method in ("bonferroni", "holm", "hochberg", "bh", "by")}
    assert (by["bonferroni"] >= by["holm"]).all()
    assert (by["holm"] >= by["hochberg"]).all()
    assert (by["hochberg"] >= by["bh"] * (1 - 1e-12)).all()
    assert (by["by"] >= by["bh"]).all()


@few
@given(p_values, st.integers(0, 99))
def test_the_order_of_hypotheses_does_not_matter(p: list[float], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(p))
    for method in FWER:
        there = ek.adjust(np.array(p), method=method)
        np.testing.assert_array_equal(ek.adjust(np.array(p)[order], method=method), there[order])


@pytest.mark.parametrize("method", METHODS)
def test_many_families_in_one_call_are_the_same_as_one_by_one(method: str) -> None:
    many = np.random.default_rng(1).uniform(size=(5, 3, 6)) ** 3
    many[0, 0, 2] = np.nan
    together = adjusted(many, method)
    for place in np.ndindex(5, 3):
        np.testing.assert_array_equal(together[place], adjusted(many[place], method))


def parallel_by_hand(p: NDArray[np.float64], tiers: NDArray[np.int64], level: float) -> NDArray[np.bool_]:
    """The decisions at one level, as Dmitrienko, Tamhane and Wiens state them."""
    rejected = np.zeros(p.size, dtype=bool)
    for tier in np.unique(tiers):
        at = np.flatnonzero(tiers == tier)
        if tier == tiers.max():
            for step, place in enumerate(at[np.argsort(p[at])]):
                if p[place] > level / (at.size - step):
                    break
                rejected[place] = True
        else:
            rejected[at] = p[at] <= level / at.size
            level *= rejected[at].mean()
        if level == 0:
            break
    return rejected


def test_parallel_gatekeeping_decides_as_the_procedure_does_at_every_level() -> None:
    generator = np.random.default_rng(3)
    for _ in range(60):
        tiers = np.sort(generator.integers(0, 3, size=7))
        p = generator.uniform(size=7) ** 4
        found = ek.adjust(p, method="parallel_gatekeeping", tiers=tiers)
        for level in (0.01, 0.05, 0.2, 0.7):
            np.testing.assert_array_equal(found <= level, parallel_by_hand(p, tiers, level))


def test_serial_gatekeeping_stops_at_the_first_tier_that_does_not_fall_whole() -> None:
    found = ek.adjust(np.array([0.04, 0.001, 0.002]), method="serial_gatekeeping", tiers=[0, 1, 1])
    np.testing.assert_allclose(found, [0.04, 0.04, 0.04])
    closed = ek.adjust(np.array([0.2, 0.001]), method="serial_gatekeeping", tiers=[0, 1])
    np.testing.assert_allclose(closed, [0.2, 0.2])


def test_a_test_that_could_not_be_made_counts_in_its_family() -> None:
    found = ek.adjust(pl.Series("p", [0.01, None, 0.03]), method="holm")
    assert found.to_list() == pytest.approx([0.03, None, 0.06])
    assert found.name == "p"


def estimate(id_: str, role: Role, p_value: float | None) -> Estimate:
    found = replace(ek.rate(12, 10.0, null=1.0), estimand_id=id_, role=role)
    return replace(found, p_value=p_value)


def plan(*items: Estimate) -> Estimates:
    return Estimates(items, Provenance("", "", ""))


def test_the_claims_of_a_plan_are_the_family_and_descriptive_ones_are_not() -> None:
    given_ = plan(
        estimate("a", Role.PRIMARY, 0.01),
        estimate("b", Role.DESCRIPTIVE, 0.02),
        estimate("c", Role.SECONDARY, 0.03),
        replace(ek.rate(0, 0.5).refused(no_events()), estimand_id="d", role=Role.SECONDARY),
    )
    holm = ek.adjust(given_, method="holm")
    assert [item.p_adjusted for item in holm] == [pytest.approx(0.03), None, pytest.approx(0.06), None]
    assert [item.multiplicity for item in holm] == ["holm", None, "holm", None]
    assert [item.p_value for item in holm] == [item.p_value for item in given_]
    gated = ek.adjust(given_, method="serial_gatekeeping")
    assert [item.p_adjusted for item in gated] == [0.01, None, pytest.approx(0.06), None]
    assert holm.to_frame()["p_adjusted"].to_list()[0] == pytest.approx(0.03)


def test_a_refusal_loses_its_adjusted_p() -> None:
    item = ek.adjust(plan(estimate("a", Role.PRIMARY, 0.01))).items[0]
    assert item.refused(no_events()).p_adjusted is None
    with pytest.raises(ValueError, match="adjusted"):
        replace(item, multiplicity=None)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: ek.adjust(np.array([0.1, 1.2])), "p_value_outside"),
        (lambda: ek.adjust(pl.Series(["a"])), "p_value_outside"),
        (lambda: ek.adjust(np.array([0.1]), method="romano_wolf"), "unknown_method"),
        (lambda: ek.adjust(np.array([0.1]), method="serial_gatekeeping"), "tiers_do_not_fit"),
        (lambda: ek.adjust(np.array([0.1]), tiers=[1]), "tiers_do_not_fit"),
        (lambda: ek.romano_wolf(np.array([1.0]), np.ones((0, 1))), "statistics_and_draws_do_not_fit"),
        (lambda: ek.romano_wolf(np.array([1.0]), np.ones((3, 2))), "statistics_and_draws_do_not_fit"),
        (lambda: ek.romano_wolf(np.array([1.0]), np.array([[np.nan]])), "statistics_and_draws_do_not_fit"),
        (lambda: ek.romano_wolf(np.array([1.0, np.nan]), np.ones((3, 2))), "statistic_missing"),
        (lambda: ek.romano_wolf(np.array([[1.0, 2.0], [3.0, np.nan]]), np.ones((2, 3, 2))), "statistic_missing"),
    ],
)
def test_what_has_no_meaning_is_told(call: Callable[[], object], code: str) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    assert [problem.code for problem in caught.value.problems] == [code]


def test_nothing_to_adjust_is_nothing() -> None:
    assert ek.adjust(np.array([])).size == 0
    assert len(ek.adjust(plan())) == 0


def test_romano_wolf_lies_between_each_test_alone_and_bonferroni() -> None:
    generator = np.random.default_rng(5)
    shared = generator.normal(size=(4, 2000, 1))
    draws = np.abs(0.8 * shared + 0.6 * generator.normal(size=(4, 2000, 7)))
    observed = np.abs(generator.normal(size=(4, 7))) * 2
    observed[1, 3] = np.nan
    found = multiplicity.romano_wolf(observed, draws)
    alone = (1 + (draws >= observed[:, np.newaxis]).sum(axis=1)) / 2001
    there = ~np.isnan(observed)
    assert np.isnan(found[~there]).all()
    assert (found[there] >= alone[there]).all()
    assert (found[there] <= np.minimum(1, 7 * alone[there])).all()


def test_the_risk_of_any_false_finding_is_held_when_nothing_is_true() -> None:
    """4,000 families of ten correlated tests; the largest standard error is 0.0034, three of them are allowed."""
    generator = np.random.default_rng(11)
    families = 4000
    z = np.sqrt(0.5) * (generator.normal(size=(families, 1)) + generator.normal(size=(families, 10)))
    p = 2 * special.ndtr(-np.abs(z))
    for method in FWER:
        assert (ek.adjust(p, method=method) <= 0.05).any(axis=1).mean() <= 0.05 + 0.0103
    draws = np.abs(np.sqrt(0.5) * (generator.normal(size=(999, 1)) + generator.normal(size=(999, 10))))
    wolf = np.array([multiplicity.romano_wolf(row, draws).min() for row in np.abs(z[:2000])])
    assert 0.03 <= (wolf <= 0.05).mean() <= 0.05 + 0.02
