"""The synthetic world: the same seed the same bytes, data that keep their contracts, and a truth to hit."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import evalkit as ek
from evalkit.errors import EstimationError
from evalkit.estimands import Series, Window
from evalkit.language import same
from evalkit.simulated_world import START, UNITS
from evalkit.vocabulary import COMPARES_EFFECTS, DateBasis, DesignId


@pytest.fixture(scope="module")
def made() -> ek.Simulation:
    return ek.simulate(seed=11)


@pytest.fixture(scope="module")
def plan() -> ek.Plan:
    return ek.Plan.load(ek.resources.analyses() / "demonstration")


def digest(folder: Path) -> str:
    content = b"".join(path.name.encode() + path.read_bytes() for path in sorted(folder.iterdir()))
    return hashlib.sha256(content).hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(made, tmp_path: Path) -> None:
    first = digest(made.write(tmp_path / "a"))
    assert digest(ek.simulate(seed=11).write(tmp_path / "b")) == first
    assert digest(ek.simulate(seed=12).write(tmp_path / "c")) != first


def test_the_data_keep_their_contracts(made) -> None:
    """Read through files and contracts like any other data, without a single problem."""
    data = made.load()
    assert data.synthetic
    assert data.outcomes.height == made.tables["outcomes"].height
    assert set(data.units["unit_id"]) == {unit.unit_id for unit in UNITS}


@pytest.mark.parametrize("seed", [-1, 1.0, "1", None, True])
def test_a_seed_is_a_whole_number_from_zero(seed: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.simulate(seed=seed)
    assert caught.value.problems[0].code == "simulate_seed"


def test_nothing_is_reported_before_it_could_be(made) -> None:
    """Visits, findings and victims begin with the models; a gap in coverage has no rows."""
    rows = made.tables["outcomes"].with_columns(month=pl.col("period").str.to_date("%Y-%m"))
    begun = rows.filter(pl.col("metric").is_in(["P1", "F1", "C1g"]))
    assert begun["month"].min() >= START
    gap = rows.filter((pl.col("unit_id") == "9906") & (pl.col("metric") == "B2"))
    inside = gap["month"].is_between(date(2021, 11, 1), date(2022, 4, 30))
    assert not inside.any()


def test_a_case_has_at_least_one_person(made) -> None:
    victims = made.tables["outcomes"].filter(pl.col("metric") == "C1g")
    assert (victims["value"].cast(pl.Int64) >= victims["n_cases"].cast(pl.Int64)).all()
    assert (victims["n_cases"].cast(pl.Int64) >= 1).all()


def test_the_true_value_is_the_quotient_of_the_two_factors(made, plan) -> None:
    truth = {item.id: made.true_value(item) for item in plan.estimands}
    assert truth["E1"] == 1.5 / 1.25
    assert truth["E2"] == 1.5
    assert truth["E3"] == 1.25
    assert truth["E6"] == 1.2
    assert truth["E16"] == 1.25
    assert all(truth[item.id] is None for item in plan.estimands if item.design not in COMPARES_EFFECTS)


def test_there_is_no_true_value_where_the_world_has_none(made, plan) -> None:
    """A window across the start, another exposure, another date, an unknown metric, a mixed group."""
    item = next(item for item in plan.estimands if item.id == "E2")
    across = Window("x", same("x"), date(2022, 1, 1), date(2023, 12, 31))
    for changed in (
        replace(item, before=across),
        replace(item, after=across),
        replace(item, series=replace(item.series, exposure="N3")),
        replace(item, series=replace(item.series, date_basis=DateBasis.LAGAKRAFT)),
        replace(item, series=Series("B3", "N1", DateBasis.BESLUT)),
        replace(item, comparison=replace(item.comparison, units=("9901", "0180"))),
        replace(item, comparison=replace(item.comparison, units=("9901", "9999"))),
    ):
        assert made.true_value(changed) is None


@pytest.mark.parametrize("design", [DesignId.D4, DesignId.D5])
def test_areas_compared_one_by_one_have_a_true_value_too(made, plan, design: DesignId) -> None:
    item = replace(next(item for item in plan.estimands if item.id == "E2"), design=design)
    assert made.true_value(item) == 1.5


def test_areas_that_join_at_another_time_than_they_did_have_no_true_value(made, plan) -> None:
    item = replace(next(item for item in plan.estimands if item.id == "E2"), design=DesignId.D5)
    assert made.true_value(replace(item, joined=(("0127", START),))) == 1.5
    assert made.true_value(replace(item, joined=(("0127", date(2024, 1, 1)),))) is None


def test_persons_lie_in_cases_and_the_largest_is_told() -> None:
    """Each case has a person, so the largest has at least the mean and at most all but one of each other."""
    outcomes = ek.simulate(seed=7).tables["outcomes"]
    persons = outcomes.filter(pl.col("metric") == "C1g").with_columns(
        pl.col("value", "n_cases", "largest_case").cast(pl.Int64)
    )
    assert persons.height > 10
    assert persons.filter(pl.col("largest_case") * pl.col("n_cases") < pl.col("value")).is_empty()
    assert persons.filter(pl.col("largest_case") > pl.col("value") - pl.col("n_cases") + 1).is_empty()
    assert outcomes.filter(pl.col("metric") != "C1g")["largest_case"].unique().to_list() == [""]
