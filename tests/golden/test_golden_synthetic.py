"""Synthetic control and synthetic DiD: cigarette sales (published case SC-1) and Basque output (SC-2)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit.inference import synthetic_did
from evalkit.inference.predictor_weights import Importance, weigh
from evalkit.inference.synthetic_control import DonorPanel, Fits, every_unit, with_weights

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


FOLDER = Path(__file__).parent
PREDICTORS = pl.read_csv(FOLDER / "synthetic_prop99_predictors.csv")
"""Abadie, Diamond and Hainmueller 2010: means of 1980-88 (beer of 1984-88) and the sales of 1975, 1980 and 1988."""
BASQUE = pl.read_csv(FOLDER / "synthetic_basque.csv")
BASQUE_PREDICTORS = pl.read_csv(FOLDER / "synthetic_basque_predictors.csv")
"""Abadie, Diamond and Hainmueller 2011, their fourteen predictors; the fit is sought over 1960-69."""


def nested(outcomes: np.ndarray, values: np.ndarray, before: int) -> Fits:
    """The first unit alone, its predictors' importance sought by its fit."""
    by = weigh(values, outcomes[:, :before].T, Importance.NESTED)
    return every_unit(DonorPanel(outcomes, before=before), cap=1.0, by=by)


def test_with_the_published_predictors_california_is_first_of_39() -> None:
    made = ek.synthetic_control(
        SALES,
        unit="state",
        period="year",
        outcome="cigsale",
        treated="California",
        start=1989,
        predictors=PREDICTORS,
        cap=1.0,
    )
    assert made.effect.p_value == pytest.approx(1 / 39)
    assert made.placebos.sort("ratio", descending=True)["unit"][0] == "California"


def test_with_the_published_predictors_nested_the_ratio_and_states_are_those_in_print() -> None:
    """Ratio about 130 in print, 124 and 129 by two programs: 10 is the case's own tolerance.

    The weights to 0.05: the importance is not identified, and programs agree on the states and not on the digits
    (R's Synth is 0.02 from print; the search here fits the years before a little better than Synth, 3.16 to 3.21).
    """
    rows = {row[0]: row[1:] for row in PREDICTORS.iter_rows()}
    found = nested(OUTCOMES[FIRST], np.array([rows[STATES[place]] for place in FIRST]).T, BEFORE)
    printed = {"Colorado": 0.164, "Connecticut": 0.069, "Montana": 0.199, "Nevada": 0.234, "Utah": 0.334}
    weights = {STATES[place]: weight for place, weight in zip(FIRST, found.weights[0], strict=True) if weight > 0.01}
    assert weights == pytest.approx(printed, abs=0.05)
    assert float(found.ratio[0]) == pytest.approx(130, abs=10)
    assert float(found.mspe_before[0]) <= 3.2091


def test_basque_weights_are_those_in_print() -> None:
    """Half a unit of the last printed digit: .8508 and .1492, all others none."""
    wide = BASQUE.pivot(on="year", index="region", values="gdpcap").join(BASQUE_PREDICTORS, on="region")
    wide = wide.sort(pl.col("region") != "Basque Country (Pais Vasco)", "region")
    outcomes = wide.select(str(year) for year in range(1960, 1998)).to_numpy()
    values = wide.select(name for name in BASQUE_PREDICTORS.columns if name != "region").to_numpy().T
    found = nested(outcomes, values, before=10)
    weights = {name: weight for name, weight in zip(wide["region"], found.weights[0], strict=True) if weight > 5e-5}
    assert weights == pytest.approx({"Cataluna": 0.8508, "Madrid (Comunidad De)": 0.1492}, abs=5e-5)
