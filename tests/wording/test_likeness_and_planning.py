"""Every sentence on margins and on what a plan can show, read in both languages."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

import evalkit as ek
from evalkit import wording
from evalkit.equivalences import Equivalence, EquivalenceVerdict
from evalkit.estimands import Margin
from evalkit.estimates import Estimate
from evalkit.language import Language, Text
from evalkit.outlooks import Layout
from evalkit.planning import planned_power
from evalkit.vocabulary import DesignId, EstimateStatus, GoodDirection, Scale
from evalkit.wording.planned import planned_text, smallest_change, wait, what_is_needed

BOTH = tuple(Language)
DAYS = Text("dagar", "days")
INTERVALS = [(-1.0, 1.0), (0.2, 1.0), (0.2, 3.0), (-1.0, 3.0), (-3.0, -0.5), (-1.0, -0.5)]


def difference(low: float, high: float) -> Estimate:
    return Estimate(
        scale=Scale.DURATION_DIFFERENCE,
        status=EstimateStatus.ESTIMATED,
        estimate=(low + high) / 2,
        conf_low=low,
        conf_high=high,
    )


def found() -> list[Equivalence]:
    goods = ("higher", "lower", "neither")
    days = [
        ek.equivalence(difference(*ends), margin, good=good)
        for ends, good, margin in itertools.product(INTERVALS, goods, (2.0, 1.5, (-0.25, 4.0)))
    ]
    events = (0, 3, 40, 500, 5000)
    counts = itertools.product(events, events, (0.05, 0.2, (0.5, 2.0), (0.5, 1.1), (0.01, 3.5)), goods)
    return [*days, *(ek.rate_equivalence(a, 1.0, b, 1.0, margin, good=good) for a, b, margin, good in counts)]


FOUND = found()


def test_every_verdict_is_met() -> None:
    assert {one.verdict for one in FOUND if one.reason is None} == set(EquivalenceVerdict)
    assert any(one.reason is not None for one in FOUND)
    assert {one.is_not_worse for one in FOUND} == {True, False, None}


@pytest.mark.parametrize("language", BOTH)
def test_what_is_said_of_a_margin_is_a_sentence(faults_of, language: Language) -> None:
    for one in FOUND:
        assert faults_of(wording.equivalence_sentence(one, language, unit=DAYS), language) == []
        worse = wording.not_worse_sentence(one, language)
        assert (worse == "") == (one.is_not_worse is None)
        assert not worse or faults_of(worse, language) == []


def test_the_phrases_of_the_brief() -> None:
    alike = ek.rate_equivalence(5000, 1.0, 5010, 1.0, 0.2)
    assert wording.equivalence_sentence(alike) == (
        "I praktiken var resultatet detsamma: skillnaden är sannolikt mindre än den gräns som på förhand bestämdes "
        "vara utan betydelse (17 procent färre till 20 procent fler)."
    )
    assert [one.text.sv for one in EquivalenceVerdict] == [
        "skillnad visad",
        "likvärdiga inom marginalen",
        "skillnad visad men mindre än marginalen",
        "går inte att avgöra",
    ]
    days = ek.equivalence(difference(-1.0, 1.0), 2.0)
    assert "(2,0 dagar mindre till 2,0 dagar mer)" in wording.equivalence_sentence(days, unit=DAYS)


@pytest.mark.parametrize(
    ("scale", "told"),
    [
        (Scale.RATE_RATIO, "(17 procent färre till 2,5 gånger så många)"),
        (Scale.DURATION_RATIO, "(17 procent kortare till 2,5 gånger så lång)"),
        (Scale.PROPORTION_RATIO, "(17 procent lägre till 2,5 gånger så hög)"),
    ],
)
def test_a_ratio_of_shares_or_times_is_not_told_as_one_of_numbers(scale, told) -> None:
    one = replace(difference(0.9, 1.1), scale=scale)
    assert told in wording.equivalence_sentence(ek.equivalence(one, (1 / 1.2, 2.5)))


def test_a_margin_in_the_plan_is_told_in_the_report(plan_of, metric_book) -> None:
    plan = plan_of(margin={"within": 0.2})
    (item,) = plan.estimands
    assert item.margin == Margin.of_ratio(0.2)
    for low, high, told in ((0.9, 1.1, "I praktiken"), (1.05, 1.1, "mindre än den gräns"), (0.5, 2.0, "Det går inte")):
        one = Estimate(
            scale=Scale.RATIO_OF_RATE_RATIOS,
            status=EstimateStatus.ESTIMATED,
            estimate=(low + high) / 2,
            conf_low=low,
            conf_high=high,
        )
        hedge = wording.hedge(wording.Reading.of(one, item, metric_book))
        assert told in hedge
        assert ("underlaget är för litet" in hedge) == (told == "Det går inte")
    without = plan_of().estimands[0]
    assert "gräns" not in wording.hedge(wording.Reading.of(one, without, metric_book))


@pytest.mark.parametrize("language", BOTH)
def test_what_a_plan_can_show_is_said_in_sentences(faults_of, plan_of, language: Language) -> None:
    source = {"sv": "Påhittat för testet.", "en": "Made up for the test."}
    designs = (
        {},
        {"design": "D2", "comparison": None},
        {"design": "D1", "comparison": None, "before": None},
    )
    for parts, monthly in itertools.product(designs, (0.02, 0.5, 1, 4.25, 60)):
        expected = {"monthly": monthly, "source": source, "dispersion": 1.5}
        if not parts:
            expected["monthly_comparison"] = 3 * monthly
        (item,) = planned_power(plan_of(expected=expected, **parts)).items
        assert len(item.outlooks) == 4
        for outlook in item.outlooks:
            assert faults_of(smallest_change(outlook, language), language) == []
            for ratio, months in zip((1.5, 2.0), outlook.months, strict=True):
                assert faults_of(wait(months, ratio, item.layout, language), language) == []


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("design", list(DesignId))
def test_what_is_needed_is_a_sentence(faults_of, design: DesignId, language: Language) -> None:
    layout = Layout(design=design, months_after=12, months_before=None)
    assert faults_of(what_is_needed(layout, language), language) == []


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("name", ["demonstration", "manniskoexploatering", "samordnad-tillsyn-otto"])
def test_the_whole_answer_has_no_forbidden_word(name: str, language: Language) -> None:
    plan = ek.Plan.load(Path(str(ek.resources.analyses())) / name)
    told = planned_text(planned_power(plan), language)
    assert wording.forbidden_words(told) == ()
    assert all(item.id in told for item in plan.estimands)
    assert not any(word in told for word in ("nan", "None", "inf "))


def test_the_direction_of_the_metric_is_taken_from_the_code_book(metric_book) -> None:
    assert {metric.good_direction for metric in metric_book.metrics} <= set(GoodDirection)


def test_shares_differ_by_percentage_points():
    found = ek.equivalence(ek.proportion_difference(30, 100, 33, 100), 0.15)
    assert "(15 procentenheter mindre till 15 procentenheter mer)" in wording.equivalence_sentence(found)
    assert "(15 percentage points less to 15 percentage points more)" in wording.equivalence_sentence(
        found, Language.EN
    )
