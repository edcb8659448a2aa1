"""Synthetic control and synthetic DiD of Californian cigarette sales (published case SC-1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.inference import synthetic_did
from evalkit.inference.synthetic_control import DonorPanel, with_weights

SALES = pl.read_csv(Path(__file__).parent / "synthetic_prop99.csv")
WIDE = SALES.pivot(on="year", index="state", values="cigsale").sort("state")
STATES = WIDE["state"].to_list()
OUTCOMES = WIDE.drop("state").to_numpy()
CALIFORNIA = STATES.index("California")
FIRST = [CALIFORNIA, *(place for place in range(len(STATES)) if place != CALIFORNIA)]
LAST = [*FIRST[1:], CALIFORNIA]
BEFORE = 19
"""1970 to 1988."""


def test_the_weights_in_print_give_the_mean_gap_in_print() -> None:
    """Abadie, Diamond and Hainmueller 2010, as rounded by R's Synth: -19.0018, half a unit of the last digit."""
    printed = {"Utah": 0.334, "Nevada": 0.235, "Montana": 0.202, "Colorado": 0.161, "Connecticut": 0.068}
    weights = np.array([printed.get(STATES[place], 0.0) for place in FIRST])
    found = with_weights(DonorPanel(OUTCOMES[FIRST], before=BEFORE), weights)
    assert float(found.effect[0]) == pytest.approx(-19.0018, abs=5e-5)


def test_synthetic_did_is_that_of_r() -> None:
    """R's synthdid gives -15.6038; its search stops a little before the minimum, so to 0.01."""
    found = synthetic_did.estimate(OUTCOMES[LAST], donors=len(STATES) - 1, before=BEFORE)
    assert found.effect == pytest.approx(-15.6038, abs=0.01)
    assert found.unit_weights.sum() == pytest.approx(1)
    assert found.time_weights.sum() == pytest.approx(1)
    assert min(found.unit_weights.min(), found.time_weights.min()) >= 0


@pytest.fixture(scope="module")
def control() -> ek.SyntheticControl:
    return ek.synthetic_control(
        SALES, unit="state", period="year", outcome="cigsale", treated="California", start=1989, cap=1.0
    )


def test_matched_on_outcomes_alone_california_falls_and_ranks_first(control: ek.SyntheticControl) -> None:
    """The published rank, 1 of 39 and p = .026, without the published predictors."""
    assert control.effect.estimate == pytest.approx(-19, abs=2)
    assert control.effect.p_value == pytest.approx(1 / 39)
    assert control.weights["weight"].sum() == pytest.approx(1)
    assert control.weights["weight"].min() >= 0


def test_by_the_fit_before_two_donors_come_before_california(control: ek.SyntheticControl) -> None:
    """Two donors are followed so closely before that their ratio is larger; not so in years left out of the fit."""
    ratio = control.placebos["ratio"].to_numpy()
    assert (ratio > ratio[0]).sum() == 2


def test_no_donor_weighs_more_than_the_cap() -> None:
    capped = ek.synthetic_control(
        SALES, unit="state", period="year", outcome="cigsale", treated="California", start=1989, cap=0.2
    )
    assert capped.weights["weight"].max() <= 0.2 + 1e-9


def test_fewer_than_eight_periods_before_and_a_unit_outside_its_donors_are_refused() -> None:
    short = ek.synthetic_control(
        SALES, unit="state", period="year", outcome="cigsale", treated="California", start=1977
    )
    assert not short.effect.is_estimated
    highest = SALES.with_columns(
        cigsale=pl.when(pl.col("state") == "California").then(pl.col("cigsale") + 500).otherwise("cigsale")
    )
    outside = ek.synthetic_control(
        highest, unit="state", period="year", outcome="cigsale", treated="California", start=1989
    )
    assert not outside.effect.is_estimated
    assert outside.effect.reason.code != short.effect.reason.code
