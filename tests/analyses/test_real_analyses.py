"""The analyses that come with the library: their data, their plans and their numbers."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest

import evalkit as ek
from evalkit import wording

ANALYSES = ek.resources.analyses()
SLUGS = ("demonstration", "manniskoexploatering", "samordnad-tillsyn-otto", "stegvis")
MADE = ("manniskoexploatering", "stegvis")


def test_these_are_the_analyses() -> None:
    assert sorted(path.parent.name for path in ANALYSES.glob("*/plan.yaml")) == sorted(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_plan_loads_and_is_named_as_its_folder(slug: str) -> None:
    plan = ek.Plan.load(ANALYSES / slug)
    assert plan.slug == slug
    for words in (plan.document.title, plan.document.question, *plan.document.cannot_say, *plan.document.background):
        assert words.sv != words.en


@pytest.mark.parametrize("slug", SLUGS)
def test_no_text_of_a_plan_claims_a_cause(slug: str) -> None:
    plan = ek.Plan.load(ANALYSES / slug)
    assert wording.forbidden_words(plan.document.model_dump_json()) == ()


def prepare(slug: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("prepare", ANALYSES / slug / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("slug", MADE)
def test_the_data_are_what_the_script_makes(slug: str, tmp_path: Path) -> None:
    prepare(slug).prepare(tmp_path)
    kept = ANALYSES / slug / "data"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in kept.iterdir())
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (kept / path.name).read_bytes(), path.name


def test_districts_that_join_step_by_step_show_d4_and_d5_with_the_truth_inside() -> None:
    folder, made = ANALYSES / "stegvis", prepare("stegvis")
    plan = ek.Plan.load(folder)
    found = ek.evaluate(plan, ek.load(folder / "data"))
    assert [item.design.value for item in plan.estimands] == ["D4", "D5"]
    for id_, truth in (("E1", made.PILOT_EFFECT), ("E2", made.JOIN_EFFECT)):
        one = found.get(id_)
        assert one.conf_low < truth < one.conf_high
        assert one.p_value < 0.05
        assert f"{truth}".replace(".", ",") in plan.document.background[0].sv
    assert plan.document.data.true_values == {"E1": made.PILOT_EFFECT, "E2": made.JOIN_EFFECT}
    joined = {unit: str(day) for unit, day in plan.estimands[1].joined}
    assert sorted(joined) == sorted(made.JOINED)


@pytest.fixture(scope="module")
def offences() -> ek.Estimates:
    folder = ANALYSES / "manniskoexploatering"
    return ek.evaluate(ek.Plan.load(folder), ek.load(folder))


def test_the_main_number_is_that_of_r(offences) -> None:
    """R: glm(count ~ side * time + offset(log(population)), quasipoisson), Student's t with 8 degrees of freedom."""
    found = offences.get("E1")
    assert (round(found.estimate, 3), round(found.conf_low, 3), round(found.conf_high, 3)) == (2.881, 1.667, 4.978)
    assert (found.method, found.df) == ("quasi_poisson", 8)
    assert [cell.events for cell in found.cells] == [338, 91, 186, 146]


def test_the_other_numbers_can_be_recomputed_from_their_cells(offences) -> None:
    for id_ in ("E2", "E3"):
        found = offences.get(id_)
        after, before = found.cells
        assert math.isclose(found.estimate, (after.events / after.exposure) / (before.events / before.exposure))
    level = offences.get("E4")
    assert math.isclose(level.estimate, level.events / level.exposure)
    assert not offences.refused.items


def test_what_was_computed_and_what_was_carried_forward_is_said(offences) -> None:
    codes = {statement.code for statement in offences.get("E1").assumptions}
    assert {"derived_figures", "exposure_carried_forward", "overdispersed", "detection_driven"} <= codes
    assert "count_carried_forward" not in codes


@pytest.fixture(scope="module")
def evaluation() -> ek.Estimates:
    folder = ANALYSES / "samordnad-tillsyn-otto"
    return ek.evaluate(ek.Plan.load(folder), ek.load(folder))


def test_the_evaluation_of_otto_estimates_one_thing_and_refuses_the_rest(evaluation) -> None:
    """108 visits, 995 600 inhabitants, one year: 10.8 per 100 000 (Garwood 8.9 to 13.1). Nothing else is published."""
    assert [item.estimand_id for item in evaluation if item.is_estimated] == ["E1"]
    assert len(evaluation.refused) == len(evaluation) - 1 == 18
    found = evaluation.get("E1")
    per = [round(100_000 * number, 1) for number in (found.estimate, found.conf_low, found.conf_high)]
    assert per == [10.8, 8.9, 13.1]
    assert found.events == 108


def test_each_refusal_says_what_is_missing_for_whom_and_when(evaluation) -> None:
    for item in evaluation.refused:
        assert item.reason.code == "data_missing"
        assert item.reason.text.sv.startswith("Uppgifter saknas för ")
        assert item.reason.text.sv.endswith("Saknade uppgifter är inte noll.")
        assert "Botkyrka" in item.reason.text.sv or "Stockholm" in item.reason.text.sv
    assert evaluation.get("E2").reason.text.sv.startswith("Uppgifter saknas för Botkyrka under 2024.")


def test_the_only_published_number_is_told_as_a_level_and_nothing_more(evaluation) -> None:
    plan = ek.Plan.load(ANALYSES / "samordnad-tillsyn-otto")
    reading = wording.Reading.of(evaluation.get("E1"), plan.estimands[0], ek.MetricBook.load())
    assert wording.headline(reading).replace("\u00a0", " ") == (
        "I Stockholm registrerades 108 samordnade tillsynsbesök under 2024. "
        "Det är 10,8 per 100 000 invånare och år (osäkerhet från 8,9 till 13,1)."
    )
    assert wording.hedge(reading) == ""
