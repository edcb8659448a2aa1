"""A difference that does not stand among the questions asked is never told as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evalkit import wording
from evalkit.estimands import Estimand, Group, Margin, Series, Window
from evalkit.estimates import Cell, Estimate
from evalkit.language import Language, Text
from evalkit.metrics import MetricBook
from evalkit.plan import Plan
from evalkit.vocabulary import DateBasis, DesignId, EstimateStatus, Multiplicity, Role, Scale
from evalkit.wording import Reading

BOOK = MetricBook.load()
HERE = Group("b", Text("Botkyrka", "Botkyrka"), ("0127",), model="otto")
THERE = Group("s", Text("övriga landet", "the rest of the country"), ("0180",))
BEFORE = Window("f", Text("2020–2022", "2020–2022"), date(2020, 1, 1), date(2022, 12, 31))
AFTER = Window("e", Text("2023–2025", "2023–2025"), date(2023, 1, 1), date(2025, 12, 31))
FALLS = {
    Language.SV: "Skillnaden håller inte när hänsyn tas till hur många frågor som ställts.",
    Language.EN: "The difference does not stand when account is taken of how many questions were asked.",
}
CLAIMS = ("pekar mot", "point to", "finns en skillnad", "is a difference", "minus", "utesluta", "ruled out")


def reading(design: DesignId, p_adjusted: float | None, *, low: float = 1.1, margin: Margin | None = None) -> Reading:
    counts = ((60, 40), (60, 40, 50, 50))[design is DesignId.D3]
    estimate = Estimate(
        scale=Scale.RATE_RATIO,
        status=EstimateStatus.ESTIMATED,
        estimate=1.5,
        conf_low=low,
        conf_high=2.1,
        p_value=0.03,
        null=1.0,
        p_adjusted=p_adjusted,
        multiplicity=None if p_adjusted is None else "holm",
        events=sum(counts),
        cells=tuple(Cell("u", "w", count, 1000.0) for count in counts),
        method="exact",
    )
    estimand = Estimand(
        id="E1",
        question=Text("?", "?"),
        series=Series("B2", "N1", DateBasis.BESLUT),
        design=design,
        role=Role.PRIMARY,
        group=HERE,
        comparison=THERE if design is DesignId.D3 else None,
        before=BEFORE,
        after=AFTER,
        margin=margin,
    )
    return Reading.of(estimate, estimand, BOOK)


@pytest.mark.parametrize("design", [DesignId.D2, DesignId.D3])
@pytest.mark.parametrize("language", list(Language))
def test_what_does_not_stand_says_so_and_claims_nothing(faults_of, design: DesignId, language: Language) -> None:
    found = reading(design, 0.12)
    told = [wording.headline(found, language), wording.hedge(found, language)]
    assert told[1].startswith(FALLS[language])
    assert design is DesignId.D2 or told[0].startswith(("Det går inte att avgöra", "It cannot be told"))
    assert not any(claim in text for claim in CLAIMS for text in told)
    assert [faults_of(text, language) for text in told] == [[], []]
    assert not any("0,12" in text or "0.12" in text or "0,03" in text for text in told)
    assert not wording.says_something(found)
    assert wording.short_answer(found) == "håller inte när alla frågor vägs in"


@pytest.mark.parametrize("design", [DesignId.D2, DesignId.D3])
@pytest.mark.parametrize("p_adjusted", [None, 0.03, 0.0499])
def test_what_stands_is_told_as_before(design: DesignId, p_adjusted: float | None) -> None:
    found, plain = reading(design, p_adjusted), reading(design, None)
    for language in Language:
        assert wording.headline(found, language) == wording.headline(plain, language)
        assert wording.hedge(found, language) == wording.hedge(plain, language)
    assert wording.says_something(found)


def test_at_the_level_itself_it_no_longer_stands() -> None:
    assert not wording.says_something(reading(DesignId.D3, 1 - 0.95))


def test_what_cannot_be_told_from_chance_by_itself_is_told_so_and_not_twice() -> None:
    found = reading(DesignId.D3, 0.4, low=0.9)
    assert FALLS[Language.SV] not in wording.hedge(found)
    assert "kan inte skiljas från slumpen" in wording.hedge(found)


@pytest.mark.parametrize(("within", "wanted"), [(0.3, "går inte att avgöra"), (2.0, "I praktiken var resultatet")])
def test_the_verdict_on_a_margin_follows(within: float, wanted: str) -> None:
    """By itself it would be a difference, larger or smaller than the margin; among others it is none."""
    margin = Margin.of_ratio(within)
    assert "Det finns en skillnad" in wording.hedge(reading(DesignId.D3, 0.04, margin=margin))
    hedge = wording.hedge(reading(DesignId.D3, 0.12, margin=margin))
    assert wanted in hedge
    assert "Det finns en skillnad" not in hedge
    assert ("underlaget är för litet" in hedge) == (within == 0.3)


def plan_by(content: dict, method: str | None) -> Plan:
    first = content["estimands"][0]
    entries = [first, *({**first, "id": f"E{n}", "role": "secondary", "family": "ordinarie-tillsyn"} for n in (2, 3))]
    said = {} if method is None else {"multiplicity": method}
    return Plan.from_mapping(content | {"estimands": entries} | said, folder=Path())


@pytest.mark.parametrize("method", list(Multiplicity))
@pytest.mark.parametrize("language", list(Language))
def test_the_rule_is_said_in_sentences(faults_of, plan_content, method: Multiplicity, language: Language) -> None:
    plan = plan_by(plan_content, method.value)
    rule = wording.multiplicity_rule(plan, language)
    assert faults_of(rule, language) == []
    assert "5" in rule or "20" in rule
    lines = wording.family_lines(plan, language)
    assert [faults_of(line, language) for line in lines] == [[]] * len(lines)
    assert len(lines) == (0 if method is Multiplicity.NONE else 2)


def test_families_are_told_with_their_number_of_tests(plan_content) -> None:
    assert wording.family_lines(plan_by(plan_content, None)) == (
        "Frågor utan angivet påstående: E1 (en prövning).",
        "Påståendet ”ordinarie tillsyn”: E2 och E3 (två prövningar).",
    )


def test_a_level_of_confidence_with_a_decimal_is_told_with_it(plan_content) -> None:
    plan = plan_by(plan_content | {"conf_level": 0.975}, None)
    assert "högst 2,5 procent" in wording.multiplicity_rule(plan)


def test_a_plan_that_tests_nothing_says_nothing_of_it(plan_content) -> None:
    entry = plan_content["estimands"][0]
    level = {key: value for key, value in entry.items() if key not in {"before", "comparison"}} | {"design": "D1"}
    plan = Plan.from_mapping(plan_content | {"estimands": [level]}, folder=Path())
    assert wording.multiplicity_rule(plan) == ""
    assert wording.family_lines(plan) == ()


def test_a_figure_names_those_that_do_not_stand(faults_of) -> None:
    found = reading(DesignId.D3, 0.12)
    other = replace(found, estimand=replace(found.estimand, id="E4"))
    alone = replace(found, estimate=found.estimate.unadjusted())
    assert wording.falling([found, alone, other], Language.SV) == (
        "Skillnaden för E1 och E4 håller ändå inte när hänsyn tas till hur många frågor som ställts."
    )
    assert faults_of(wording.falling([found], Language.EN), Language.EN) == []
    assert wording.falling([alone], Language.SV) == ""
