"""D4: one area against each of many, from the plan to the sentence, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit import checks, columns, periods, wording
from evalkit.codebooks.entries import LawChange, Precision
from evalkit.designs import REGISTRY
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.findings import Finding
from evalkit.language import Language, Text
from evalkit.panels import Panel
from evalkit.policy import Policy
from evalkit.retelling import coarsened
from evalkit.vocabulary import CheckId, DateBasis, DesignId, FindingStatus, Frequency, Role, Withheld

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
    assert "jämfört med hur 22 områden skiljer sig åt." in told
    assert told.endswith("Mer ovanlig än en gång på 22 kan ingen skillnad visas vara med så många områden.")
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


def monthly(gone: str | None = None, rise: float = 1.0, months: int = 36) -> tuple[Panel, Estimand]:
    """22 areas by month, the start after 24 of them; ``rise`` a year in the treated before; one area may lack one."""
    rng = np.random.default_rng(5)
    series = Series("P1", "N1", DateBasis.HANDELSE)
    units = ("0127", *OTHERS)
    frame = pl.DataFrame(
        [
            {
                "series": series.key,
                "metric": "P1",
                "unit_id": unit,
                "period": periods.add(date(2020, 1, 1), Frequency.MONTH, month),
                "count": int(rng.poisson(60 * (rise ** (min(month, 24) / 12) if unit == "0127" else 1))),
                "status": "missing" if unit == gone and month == 3 else "value",
                "qualifier": "exact",
                "exposure": 1.0,
                "exposure_status": "value",
                "exposure_qualifier": "exact",
            }
            for unit in units
            for month in range(months)
        ],
        schema=columns.PANEL,
    )
    group, others = (Group(name, Text(name, name), names) for name, names in (("a", units[:1]), ("b", units[1:])))
    before = Window("f", Text("före", "before"), date(2020, 1, 1), date(2021, 12, 31))
    after = Window("e", Text("efter", "after"), date(2022, 1, 1), date(2022, 12, 31))
    question = Text("?", "?")
    item = Estimand(
        id="E1",
        question=question,
        series=series,
        design=DesignId.D4,
        role=Role.PRIMARY,
        group=group,
        comparison=others,
        before=before,
        after=after,
    )
    return Panel(frame, Frequency.MONTH, (series,), (), synthetic=True), item


def examined(grid: Panel, item: Estimand, *law: LawChange) -> dict[CheckId, Finding]:
    design = REGISTRY[DesignId.D4]
    book = replace(ek.MetricBook.load(), law_changes=law)
    found = design.estimate(item, grid, 0.95)
    return {one.check: one for one in checks.examine(checks.Situation(item, grid, design, found, book, 0.95))}


@pytest.mark.parametrize("gone", [None, OTHERS[3]])
def test_development_before_is_judged_against_the_areas_compared_with(gone) -> None:
    """Also when an area to compare with lacks a month and is left out."""
    told = examined(*monthly(gone))
    assert told[CheckId.PRE_TREND].reason.code == "trend_before_possible"
    assert told[CheckId.CLUSTERS].statistic == 22 - (gone is not None)
    apart = examined(*monthly(gone, rise=1.5))[CheckId.PRE_TREND]
    assert (apart.withholds, apart.reason.code) == (Withheld.EFFECT_LABEL, "trend_before_differs")


def test_an_invented_start_is_seen_also_when_areas_are_too_few_for_many_of_them() -> None:
    """Three starts in three years would take 60 areas; the one in the middle is judged alone."""
    grid, item = monthly(months=48)
    middle, end = date(2021, 7, 1), date(2023, 1, 1)
    item = replace(
        item,
        before=replace(item.before, last=date(2022, 12, 31)),
        after=replace(item.after, first=end, last=date(2023, 12, 31)),
    )
    quiet = examined(grid, item)[CheckId.PLACEBO_DATES]
    assert (quiet.status, quiet.statistic) == (FindingStatus.OK, 0)
    tripled = (pl.col("unit_id") == "0127") & (pl.col("period") >= middle)
    count = pl.when(tripled).then(pl.col("count") * 3).otherwise("count").cast(grid.frame["count"].dtype)
    jumped = replace(grid, frame=grid.frame.with_columns(count))
    found = examined(jumped, item)[CheckId.PLACEBO_DATES]
    assert (found.status, found.statistic) == (FindingStatus.WARN, 1)


def test_a_time_before_too_short_to_judge_takes_the_effect_label_away(from_tables, plan_content) -> None:
    """Two years before: the number stays, the word does not."""
    found, _, _ = made(plan_content, data(from_tables))
    told = {one.check: one for one in found.findings}[CheckId.PRE_TREND]
    assert (told.withholds, told.reason.code) == (Withheld.EFFECT_LABEL, "trend_before_too_short")
    assert found.is_estimated
    assert not found.may_be_called_effect
    assert "minst 12 perioder före" in REGISTRY[DesignId.D4].needs.sv


def test_a_law_at_the_start_is_told_and_bars_nothing_as_the_other_areas_are_under_it_too() -> None:
    grid, item = monthly()
    law = LawChange(
        id="lag",
        start=item.after.first,
        end=None,
        precision=Precision.DAY,
        change=Text("ny lag", "a new act"),
        short=Text("ny lag", "new act"),
        hits=("all",),
        law=None,
        verified=True,
        verify_note=None,
    )
    told = examined(grid, item, law)
    assert told[CheckId.LAW_BREAKS].withholds is None
    assert told[CheckId.LAW_BREAKS].status is FindingStatus.WARN
    assert told[CheckId.LAW_BREAKS].reason.code == "breaks_meet_all_areas"
    quiet = examined(grid, item)
    assert all(one.withholds is None for one in quiet.values())


def test_too_few_areas_left_to_compare_with_withhold_the_number(from_tables, plan_content) -> None:
    """20 listed, one of which lacks a year: 19 are not enough, and the check says so too."""
    gap = (OTHERS[3], 2023)
    found, _, _ = made(plan_content, data(from_tables, factor=5.0, gap=gap), others=OTHERS[:19])
    told = {one.check: one for one in found.findings}[CheckId.CLUSTERS]
    assert (told.statistic, told.status, told.withholds) == (19, FindingStatus.BLOCK, Withheld.ESTIMATE)
    assert found.reason == told.reason


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
