"""D4: one area against each of many, from the plan to the sentence, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit import checks, wording
from evalkit.designs import REGISTRY
from evalkit.language import Language, Text
from evalkit.policy import Policy
from evalkit.retelling import coarsened
from evalkit.vocabulary import CheckId, DesignId

YEARS = (2022, 2023, 2024, 2025)
OTHERS = tuple(f"{number:04d}" for number in range(1, 22))


def content(plan_content: dict, *, others: tuple[str, ...] = OTHERS, model: str | None = None) -> dict:
    plan_content["groups"][1] = {
        "id": "andra",
        "name": {"sv": "andra kommuner", "en": "other municipalities"},
        "units": list(others),
        **({"model": model} if model else {}),
    }
    (entry,) = plan_content["estimands"]
    entry.update(design="D4", comparison="andra")
    return plan_content


def data(from_tables, *, factor: float = 2.0, gap: tuple[str, int] | None = None) -> ek.Dataset:
    """Botkyrka and 21 others, 40 a year; from 2024 Botkyrka has ``factor`` times as many."""
    rng = np.random.default_rng(3)
    units = ("0127", *OTHERS)
    means = {unit: (40.0 if unit == "0127" else float(rng.integers(20, 200))) for unit in units}
    counts = [
        (unit, year, rng.poisson(means[unit] * (factor if unit == "0127" and year >= 2024 else 1.0)))
        for unit in units
        for year in YEARS
        if (unit, year) != gap
    ]
    outcomes = "unit_id | period | metric | value\n" + "\n".join(
        f"{unit} | {year} | P1 | {count}" for unit, year, count in counts
    )
    exposure = "unit_id | period | exposure | value\n" + "\n".join(
        f"{unit} | {year} | N1 | {round(1000 * means[unit])}" for unit in units for year in YEARS
    )
    coverage = "unit_id | metric | covered_from | covered_to\n" + "\n".join(
        f"{unit} | P1 | {first}-01-01 | {last}-12-31" for unit in units for first, last in spans(unit, gap)
    )
    return from_tables(outcomes, exposure, coverage)


def spans(unit: str, gap: tuple[str, int] | None) -> list[tuple[int, int]]:
    if gap is None or gap[0] != unit:
        return [(YEARS[0], YEARS[-1])]
    return [(first, last) for first, last in ((YEARS[0], gap[1] - 1), (gap[1] + 1, YEARS[-1])) if first <= last]


def made(plan_content: dict, dataset: ek.Dataset, **how) -> tuple[ek.Estimate, wording.Reading, ek.Plan]:
    plan = ek.Plan.from_mapping(content(plan_content, **how), folder=Path("liten"))
    found = ek.evaluate(plan, dataset).get("E1")
    return found, wording.Reading.of(found, plan.estimands[0], ek.MetricBook.load()), plan


def test_a_plan_gives_the_number_of_the_placebo_test_and_a_sentence_of_it(from_tables, plan_content) -> None:
    dataset = data(from_tables)
    found, reading, plan = made(plan_content, dataset)
    panel = ek.panel(dataset, plan)
    series = plan.estimands[0].series
    frame = panel.cells(series, ("0127", *OTHERS), plan.estimands[0].before.first, plan.estimands[0].after.last)
    test = ek.placebo_test(
        frame,
        unit="unit_id",
        period="period",
        count="count",
        exposure="exposure",
        treated="0127",
        start=plan.estimands[0].after.first,
    )
    for name in ("estimate", "conf_low", "conf_high", "p_value", "n_units"):
        assert getattr(found, name) == pytest.approx(getattr(test.effect, name), rel=1e-9), name
    assert found.p_value == pytest.approx(1 / 22)
    told = wording.headline(reading, Language.SV)
    assert told.startswith("Räknat per invånare och lika lång tid ökade antalet samordnade tillsynsbesök")
    assert "gånger den i andra kommuner (osäkerhet från" in told
    assert told.endswith("jämfört med hur 22 områden skiljer sig åt.")
    assert "andra förklaringar kan inte uteslutas" in wording.hedge(reading, Language.SV)
    assert {"others_unaffected", "compared_with_all", "chosen_by_chance"} <= {one.code for one in found.assumptions}
    assert [cell.unit for cell in found.cells] == ["botkyrka", "botkyrka", "andra", "andra"]


def test_no_development_apart_is_told_as_undecided(from_tables, plan_content) -> None:
    _, reading, _ = made(plan_content, data(from_tables, factor=1.0))
    assert wording.headline(reading, Language.SV).startswith("Det går inte att avgöra")


def test_what_was_looked_at_is_told(from_tables, plan_content) -> None:
    found, _, _ = made(plan_content, data(from_tables))
    by_check = {finding.check: finding for finding in found.findings}
    assert by_check[CheckId.CLUSTERS].threshold == 20
    assert by_check[CheckId.CLUSTERS].reason.code == "areas_enough"
    assert by_check[CheckId.DESIGN_CEILING].reason.code == "effect_under_assumption"
    assert by_check[CheckId.LEAVE_ONE_OUT].reason.code == "same_without_each"
    assert CheckId.DISPERSION not in by_check


def test_an_area_with_a_model_of_its_own_takes_the_effect_label_away(from_tables, plan_content) -> None:
    found, reading, _ = made(plan_content, data(from_tables), model="samordnad_tillsyn")
    assert not found.may_be_called_effect
    assert "not_an_effect" in {one.code for one in found.assumptions}
    assert "den ena modellen minus den andra" in wording.hedge(reading, Language.SV)


def test_fewer_than_twenty_areas_are_refused_with_the_number_needed(from_tables, plan_content) -> None:
    found, reading, _ = made(plan_content, data(from_tables, factor=5.0), others=OTHERS[:18])
    assert found.reason.code == "too_few_to_stand_out"
    assert "minst 20 områden" in wording.headline(reading, Language.SV)
    assert found.p_value is None


def test_an_area_to_compare_with_that_lacks_a_year_is_left_out_but_not_the_treated(from_tables, plan_content) -> None:
    found, _, _ = made(plan_content, data(from_tables, gap=(OTHERS[3], 2023)))
    assert found.n_units == 21
    assert "others_left_out" in {one.code for one in found.assumptions}
    whole, _, _ = made(plan_content, data(from_tables))
    assert whole.n_units == 22
    refused, _, _ = made(plan_content, data(from_tables, gap=("0127", 2023)))
    assert refused.reason.code == "partly_missing"


def test_areas_of_the_group_are_not_compared_with_themselves(from_tables, plan_content) -> None:
    """As the neighbours are in the check of spillover: the group may be among the areas to compare with."""
    dataset = data(from_tables)
    found, _, plan = made(plan_content, dataset)
    item = plan.estimands[0]
    both = replace(item, comparison=replace(item.comparison, units=("0127", *OTHERS)))
    again = checks.Situation(
        both, ek.panel(dataset, plan), REGISTRY[DesignId.D4], found, ek.MetricBook.load(), 0.95
    ).again()
    assert again.estimate == pytest.approx(found.estimate, rel=1e-12)


def test_one_area_that_decides_is_named(from_tables, plan_content) -> None:
    """One other area rose as much as Botkyrka: with it the result is second of 22, without it first of 21."""
    dataset = data(from_tables)
    _, _, plan = made(plan_content, dataset)
    grid = ek.panel(dataset, plan)
    sizes = grid.frame.filter(pl.col("unit_id").is_in(OTHERS)).group_by("unit_id").agg(pl.col("count").sum())
    smallest = sizes.sort("count")["unit_id"][0]
    rise = (pl.col("unit_id") == smallest) & (pl.col("period").dt.year() >= 2024)
    frame = grid.frame.with_columns(count=pl.when(rise).then(pl.col("count") * 4).otherwise("count"))
    found = REGISTRY[DesignId.D4].estimate(plan.estimands[0], replace(grid, frame=frame), 0.95)
    assert found.p_value == pytest.approx(2 / 22)
    situation = checks.Situation(
        plan.estimands[0],
        replace(grid, frame=frame),
        REGISTRY[DesignId.D4],
        found,
        ek.MetricBook.load(),
        0.95,
    )
    told = next(one for one in checks.examine(situation) if one.check is CheckId.LEAVE_ONE_OUT)
    assert (told.statistic, told.reason.code) == (1, "other_without_one")


def test_what_is_made_of_areas_leaves_with_three_digits_or_not_at_all(from_tables, plan_content) -> None:
    found, _, _ = made(plan_content, data(from_tables))
    assert coarsened(found, Policy().business).estimate == float(f"{found.estimate:.3g}")
    assert coarsened(found, Policy().person).reason.code == "rests_on_protected_periods"


def test_no_time_before_or_no_other_areas_is_a_design_fault() -> None:
    design = REGISTRY[DesignId.D4]
    assert (design.maryland, design.may_claim_effect, design.from_totals) == (3, True, False)
    assert isinstance(design.name, Text)
