"""§5.4 The label follows the design."""

from __future__ import annotations

import pytest

import evalkit as ek
from evalkit import wording
from evalkit.designs import REGISTRY
from evalkit.language import Language
from evalkit.vocabulary import CheckId, DesignId

# Botkyrka 40 → 120 in two years each, Stockholm 400 → 400: three times the other side's development.
OUTCOMES = """
    unit_id | period | metric | value
    0127    | 2022   | P1     | 20
    0127    | 2023   | P1     | 20
    0127    | 2024   | P1     | 60
    0127    | 2025   | P1     | 60
    0180    | 2022   | P1     | 200
    0180    | 2023   | P1     | 200
    0180    | 2024   | P1     | 200
    0180    | 2025   | P1     | 200
"""
EXPOSURE = "unit_id | period | exposure | value\n" + "\n".join(
    f"{unit} | {year} | N1 | {size}"
    for unit, size in (("0127", 100_000), ("0180", 1_000_000))
    for year in range(2022, 2026)
)
COVERAGE = """
    unit_id | metric | covered_from | covered_to
    0127    | P1     | 2022-01-01   | 2025-12-31
    0180    | P1     | 2022-01-01   | 2025-12-31
"""


def told(plan, data, language: Language = Language.SV) -> tuple[str, str, list[str]]:
    found = ek.evaluate(plan, data).get("E1")
    reading = wording.Reading.of(found, plan.estimands[0], ek.MetricBook.load())
    codes = [statement.code for statement in found.assumptions]
    return wording.headline(reading, language), wording.hedge(reading, language), codes


def test_two_models_are_one_minus_the_other_and_never_the_effect_of_one(from_tables, plan_of) -> None:
    sentence, hedge, codes = told(plan_of(), from_tables(OUTCOMES, EXPOSURE, COVERAGE))
    assert sentence == (
        "Räknat per invånare och lika lång tid ökade antalet samordnade tillsynsbesök i Botkyrka men var oförändrat "
        "i Stockholm. Från fore till efter gick antalet från 40 till 120 i Botkyrka och från 400 till 400 i Stockholm. "
        "Det är ungefär 40 fler per år än om Botkyrka hade följt samma utveckling som Stockholm "
        "(osäkerhet från 27 till 53)."
    )
    assert hedge.startswith("Det är den ena modellen minus den andra, inte effekten av någon av dem")
    assert "not_an_effect" in codes


def test_an_area_without_a_model_gets_the_hedge_of_other_explanations(from_tables, plan_content) -> None:
    plan_content["groups"][1]["model"] = None
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    _, hedge, codes = told(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE))
    assert hedge == (
        "Siffrorna pekar mot en skillnad mellan områdena, men andra förklaringar kan inte uteslutas. "
        "Vi kan inte säga att arbetssättet är orsaken."
    )
    assert "not_an_effect" not in codes


def test_the_same_model_on_both_sides_is_no_difference_between_models(from_tables, plan_content) -> None:
    plan_content["groups"][1]["model"] = "otto"
    plan = ek.Plan.from_mapping(plan_content, folder=None)
    _, hedge, codes = told(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE))
    assert "modellen minus" not in hedge
    assert "not_an_effect" not in codes


def test_a_difference_that_chance_explains_is_not_told_as_one(from_tables, plan_of) -> None:
    """4 → 6 against 40 → 40: told as undecided, and as no proof that an effect is absent."""
    small = OUTCOMES.replace("| 20\n", "| 2\n").replace("| 60\n", "| 3\n").replace("| 200\n", "| 20\n")
    sentence, hedge, _ = told(plan_of(), from_tables(small, EXPOSURE, COVERAGE))
    assert sentence.startswith("Det går inte att avgöra om antalet samordnade tillsynsbesök utvecklades olika")
    assert "Det betyder inte att effekt saknas" in hedge


def test_before_and_after_names_its_rival_explanations(from_tables, plan_of) -> None:
    plan = plan_of(design="D2", comparison=None)
    sentence, hedge, codes = told(plan, from_tables(OUTCOMES, EXPOSURE, COVERAGE), Language.EN)
    assert sentence == (
        "In Botkyrka (en) there were 40 coordinated inspection visits recorded in fore (en) and 120 in efter (en). "
        "Per inhabitant and equal time that is 3.0 times as many (uncertainty from 2.1 to 4.4 times as many)."
    )
    assert "other explanations cannot be ruled out" in hedge
    assert codes[0] == "nothing_else_changed"


CEILINGS = {
    DesignId.D1: 1,
    DesignId.D2: 1,
    DesignId.D2_ITS: 2,
    DesignId.D2C: 2,
    DesignId.D3: 2,
    DesignId.D4: 3,
    DesignId.D5: 3,
}


@pytest.mark.parametrize("design", list(DesignId))
def test_only_a_design_with_untouched_areas_to_compare_with_may_claim_an_effect(design: DesignId) -> None:
    """Maryland: a level and a before-and-after reach 1, a series or two areas 2, many areas 3 (domain brief §5.1)."""
    entry = REGISTRY[design]
    assert entry.id is design
    assert entry.maryland == CEILINGS[design]
    assert entry.maryland >= 3 or not entry.may_claim_effect
    # A design that never looks at the development before may not claim anything, whatever its ceiling.
    looks_before = {CheckId.PRE_TREND, CheckId.PLACEBO_DATES} & set(entry.checks)
    assert entry.may_claim_effect is (entry.maryland >= 3 and bool(looks_before))


def test_the_contrast_is_never_named_an_effect(plan_of) -> None:
    assert str(plan_of().estimands[0].contrast) == "Botkyrka jämfört med Stockholm"
