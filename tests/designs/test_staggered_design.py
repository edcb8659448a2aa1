"""D5 from a plan to the sentence: areas that join at different times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit import artifacts, columns, pipeline, retelling, wording
from evalkit.chapters import results
from evalkit.designs import REGISTRY
from evalkit.errors import PanelError, PlanError
from evalkit.language import Language
from evalkit.panels import Panel
from evalkit.planning import planned_power
from evalkit.policy import Rule
from evalkit.vocabulary import DesignId
from evalkit.wording import Reading
from evalkit.wording.planned import planned_text

BOOK = ek.MetricBook.load()
JOIN = [f"a{number:02}" for number in range(7)]
WAIT = [f"b{number:02}" for number in range(6)]
DATES = dict(zip(JOIN, (2020, 2020, 2021, 2021, 2022, 2022, 2023), strict=True))
YEARS = range(2015, 2026)
FACTOR = 2.0


def words(text: str) -> dict[str, str]:
    return {"sv": text, "en": f"{text} (en)"}


def content(plan_of, **changes):
    """The plan of the tests with D5 in it."""
    document = plan_of().document.model_dump(mode="json", exclude_none=True)
    ends = {"hela": ("2015", "2025"), "fore": ("2015", "2019"), "efter": ("2020", "2025")}
    window = {key: {"id": key, "name": words(key), "first": one, "last": two} for key, (one, two) in ends.items()}
    entry = {**document["estimands"][0], "design": "D5", "group": "med", "comparison": "utan"}
    entry |= {"joined": {unit: str(year) for unit, year in DATES.items()}} | changes
    document |= {
        "window": window["hela"],
        "windows": [window["fore"], window["efter"]],
        "groups": [
            {"id": "med", "name": words("områdena som anslöt"), "units": JOIN},
            {"id": "utan", "name": words("övriga områden"), "units": WAIT},
        ],
        "estimands": [{key: value for key, value in entry.items() if value is not None}],
    }
    return document


def plan(plan_of, tmp_path, **changes) -> ek.Plan:
    return ek.Plan.from_mapping(content(plan_of, **changes), folder=tmp_path)


MODELS = "\n".join(
    [
        "unit_id | model | phase | valid_from | valid_to",
        *(f"{unit} | otto | full | {year}-03-01 |" for unit, year in DATES.items()),
    ]
)


@pytest.fixture(scope="module")
def data(from_tables):
    return made(from_tables)


def made(from_tables, models: str = ""):
    rng = np.random.default_rng(2)
    counts = {
        (unit, year): rng.poisson(25 * (FACTOR if year >= DATES.get(unit, 9999) else 1))
        for unit in (*JOIN, *WAIT)
        for year in YEARS
    }
    outcomes = [f"{unit} | {year} | P1 | {count}" for (unit, year), count in counts.items()]
    exposure = [f"{unit} | {year} | N1 | 1000" for unit, year in counts]
    coverage = [f"{unit} | P1 | 2015-01-01 | 2025-12-31" for unit in (*JOIN, *WAIT)]
    return from_tables(
        "\n".join(["unit_id | period | metric | value", *outcomes]),
        "\n".join(["unit_id | period | exposure | value", *exposure]),
        "\n".join(["unit_id | metric | covered_from | covered_to", *coverage]),
        models,
    )


def of_model(document, **changes):
    document["groups"][0]["model"] = "otto"
    document["estimands"][0] |= changes
    return document


def test_dates_that_the_plan_leaves_out_are_those_of_the_data(plan_of, tmp_path, data, from_tables) -> None:
    document = of_model(content(plan_of, joined=None))
    dated = ek.evaluate(ek.Plan.from_mapping(document, folder=tmp_path), made(from_tables, MODELS), book=BOOK).get("E1")
    told = ek.evaluate(plan(plan_of, tmp_path), data, book=BOOK).get("E1")
    assert dated.is_estimated
    assert (dated.estimate, dated.p_value, dated.steps) == (told.estimate, told.p_value, told.steps)


CONTRADICTED = {
    "another date": ({"joined": {unit: str(year + (unit == "a00")) for unit, year in DATES.items()}}, MODELS, "a00"),
    "no date at all": ({"joined": None}, MODELS.replace("a01 | otto", "a01 | ordinary"), "a01"),
    "outside the time after": (
        {"joined": None},
        MODELS.replace("a06 | otto | full | 2023", "a06 | otto | full | 2017"),
        "a06",
    ),
    "one that waits had joined": ({}, MODELS + "\nb03 | otto | full | 2022-01-01 |", "b03"),
}


@pytest.mark.parametrize("case", CONTRADICTED)
def test_plan_and_data_that_contradict_each_other_are_stopped(plan_of, tmp_path, from_tables, case: str) -> None:
    changes, models, unit = CONTRADICTED[case]
    document = of_model(content(plan_of, **changes))
    with pytest.raises(PanelError) as raised:
        ek.panel(made(from_tables, models), ek.Plan.from_mapping(document, folder=tmp_path), book=BOOK)
    [problem] = [one for one in raised.value.problems if one.code == "panel_joined"]
    assert unit in problem.what.sv
    assert problem.place.key == "estimands.E1.joined"


def test_from_the_plan_to_the_sentence(plan_of, tmp_path, data) -> None:
    made = plan(plan_of, tmp_path)
    found = ek.evaluate(made, data, book=BOOK).get("E1")
    assert found.conf_low < FACTOR < found.conf_high
    assert (found.design, found.method, found.n_units) == (DesignId.D5, "permutation", 13)
    assert [cell.window for cell in found.cells] == ["efter", "fore"] * 2
    assert {"design_ceiling", "recording"} <= {finding.check.value for finding in found.findings}
    assert "join_dates_by_chance" in [said.code for said in found.assumptions]
    assert found.tests[0].p_value > 0.05
    reading = Reading.of(found, made.estimands[0], BOOK)
    after = [step for step in found.steps if step.since >= 0]
    joined = sum(
        data.outcomes.filter((pl.col("unit_id") == unit) & (pl.col("period").dt.year() >= year))["value"].sum()
        for unit, year in DATES.items()
    )
    assert sum(step.counted for step in after) == joined < found.cells[0].events
    assert found.estimate == pytest.approx(joined / sum(step.expected for step in after))
    assert [step.since for step in found.steps] == [-2, -1, 0, 1, 2, 3, 4, 5]
    assert all(step.conf_low < step.ratio < step.conf_high for step in found.steps)
    assert f"{joined} " in wording.headline(reading).replace("\xa0", "")
    assert "ännu inte hade anslutit" in wording.headline(reading)
    assert "Vi kan inte säga att arbetssättet är orsaken" in wording.hedge(reading)


def test_without_areas_that_never_join_the_last_group_is_the_comparison(plan_of, tmp_path, data) -> None:
    more = JOIN + WAIT
    dates = {unit: str(2020 + at % 4) for at, unit in enumerate(more)}
    document = content(plan_of, comparison=None, joined=dates)
    document["groups"] = [{"id": "med", "name": words("områdena"), "units": more}]
    found = ek.evaluate(ek.Plan.from_mapping(document, folder=tmp_path), data, book=BOOK).get("E1")
    assert found.is_estimated
    document["estimands"][0]["joined"] = dict.fromkeys(more, "2021")
    same = ek.evaluate(ek.Plan.from_mapping(document, folder=tmp_path), data, book=BOOK).get("E1")
    assert same.reason.code == "all_join_at_once"


def test_few_areas_and_an_empty_period_are_refused(plan_of, tmp_path, data) -> None:
    made = plan(plan_of, tmp_path)
    item = made.estimands[0]
    grid: Panel = ek.panel(data, made, book=BOOK)
    estimate = REGISTRY[DesignId.D5].estimate
    few = replace(item, comparison=replace(item.comparison, units=tuple(WAIT[:2])))
    assert estimate(few, grid, 0.95).reason.code == "too_few_areas"
    gap = (pl.col("unit_id") == "a00") & (pl.col("period").dt.year() == 2021)
    frame = grid.frame.with_columns(
        pl.when(gap).then(0.0).otherwise("exposure").alias("exposure"),
        pl.when(gap).then(0).otherwise("count").alias("count"),
    )
    assert estimate(item, replace(grid, frame=frame), 0.95).reason.code == "area_without_exposure"
    undated = replace(item, joined=())
    assert estimate(undated, grid, 0.95).reason.code == "design_needs"


WRONG = {
    "a date is lacking": {"joined": {"a00": "2020"}},
    "a unit is not in the group": {"joined": dict.fromkeys((*JOIN, "b00"), "2021")},
    "a period cannot be read": {"joined": dict.fromkeys(JOIN, "soon")},
    "a date lies before": {"joined": dict.fromkeys(JOIN, "2016")},
    "no dates": {"joined": None},
    "another design": {"design": "D3"},
}


@pytest.mark.parametrize("case", WRONG)
def test_dates_that_make_no_sense_are_told(plan_of, tmp_path, case: str) -> None:
    with pytest.raises(PlanError) as raised:
        plan(plan_of, tmp_path, **WRONG[case])
    assert [problem.code for problem in raised.value.problems] == ["plan_joined"]


def test_without_an_expected_number_what_areas_can_show_is_not_planned(plan_of, tmp_path) -> None:
    found = planned_power(plan(plan_of, tmp_path))
    [item] = found.items
    assert (item.reading.is_planned, item.outlooks, item.by_area, item.needs_table) == (False, (), (), False)
    assert "Planeras inte" in planned_text(found)


def test_what_areas_can_show_is_simulated_with_the_dates_of_the_plan(plan_of, tmp_path) -> None:
    """More events and less unevenness show smaller changes; what is told is the method and its seed too."""
    few, many = (
        planned_power(plan(plan_of, tmp_path, expected={"monthly": monthly, "source": words("Förra året.")}), draws=10)
        for monthly in (14, 140)
    )
    rows = [item.by_area for found in (few, many) for item in found.items]
    assert [[one.dispersion for one in row] for row in rows] == [[1.0, 2.0, 4.0]] * 2
    assert all(one.decrease < 1 < one.increase for row in rows for one in row)
    assert rows[1][0].increase < rows[0][0].increase < rows[0][2].increase
    text = " ".join(planned_text(few).split())
    assert "Simulerat: 10 påhittade paneler" in text
    assert "frö 1" in text
    assert "Planeras inte" not in text


def run(plan: ek.Plan, data) -> pipeline.Evaluation:
    grid = ek.panel(data, plan, book=BOOK)
    estimates = ek.evaluate(plan, data, book=BOOK)
    released = ek.release(estimates, grid, plan, dataset_coverage=data.coverage, book=BOOK)
    return pipeline.Evaluation(plan, data, grid, estimates, released, {}, None, BOOK)


def test_from_the_plan_to_the_artifacts_and_the_chapter(plan_of, tmp_path, data) -> None:
    done = run(plan(plan_of, tmp_path), data)
    pipeline.write_artifacts(done, tmp_path / "run")
    steps = pl.read_csv(tmp_path / "run" / "steps.csv")
    assert steps.columns == list(columns.STEPS)
    assert steps["counted"].to_list() == [step.counted for step in done.estimates.get("E1").steps]
    assert steps["ratio"].to_list() == pytest.approx((steps["counted"] / steps["expected"]).to_list())
    read = artifacts.read(tmp_path / "run")
    assert read.released.estimates.get("E1").steps == done.estimates.get("E1").steps
    [figure] = [one for one in read.figures if one.id == "fig-E1-anslutning"]
    assert figure.alt.count(":") == steps.height
    chapter = results.by_series(read, BOOK, Language.SV)
    assert "@tbl-E1-anslutning" in chapter
    assert "{#fig-E1-anslutning" in chapter
    assert "före och efter anslutningen, i år" in chapter


def test_protected_figures_are_not_told_by_time_since_joining(plan_of, tmp_path, data) -> None:
    done = run(plan(plan_of, tmp_path), data)
    found = retelling.coarsened(done.estimates.get("E1"), Rule(threshold=5, base=1))
    assert found.is_estimated
    assert found.steps == ()
    told = wording.headline(Reading.of(found, done.plan.estimands[0], BOOK))
    assert "efter anslutningen" in told
