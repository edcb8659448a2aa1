"""Every sentence that the engine can make, over a grid of estimates, designs and languages."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from evalkit import wording
from evalkit.designs.difference_in_differences import compares_two_models
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.estimates import Cell, Estimate, refusal
from evalkit.inference.summed import CellSeries, compare
from evalkit.language import Language, Text
from evalkit.metrics import MetricBook
from evalkit.refusals import no_events
from evalkit.vocabulary import DateBasis, DesignId, EstimateStatus, Role, Scale
from evalkit.wording import Reading

BOOK = MetricBook.load()
SERIES = (
    Series("P1", "N1", DateBasis.HANDELSE),
    Series("T1", "N3", DateBasis.BESLUT, category="aterkallelse"),
    Series("F1", "N9", DateBasis.HANDELSE, category="konstaterad"),
    Series("C1g", "N10", DateBasis.HANDELSE),
)
HERE = Group("b", Text("Botkyrka", "Botkyrka"), ("0127",), model="otto")
THERE = Group("s", Text("övriga landet", "the rest of the country"), ("0180",))
RIVAL = Group("s", Text("Stockholm", "Stockholm"), ("0180",), model="samordnad_tillsyn")
BEFORE = Window("f", Text("2020–2022", "2020–2022"), date(2020, 1, 1), date(2022, 12, 31))
AFTER = Window("e", Text("2023–2025", "2023–2025"), date(2023, 1, 1), date(2025, 12, 31))
LONGER = Window("e", Text("april 2023–juni 2026", "April 2023–June 2026"), date(2023, 4, 1), date(2026, 6, 30))
SCALES = {
    DesignId.D1: Scale.RATE,
    DesignId.D2: Scale.RATE_RATIO,
    DesignId.D2_ITS: Scale.RATE_RATIO,
    DesignId.D2C: Scale.RATIO_OF_RATE_RATIOS,
    DesignId.D3: Scale.RATIO_OF_RATE_RATIOS,
    DesignId.D4: Scale.RATIO_OF_RATE_RATIOS,
    DesignId.D5: Scale.RATIO_OF_RATE_RATIOS,
}
COUNTS = (0, 1, 2, 9, 40, 1234)
BIG, SMALL = 2_000_000.0, 90_000.0


@dataclass(frozen=True)
class Case:
    """A comparison, so that a failing one can be read."""

    reading: Reading
    counts: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.reading.estimand.design} {self.reading.estimand.series.key} {self.counts}"


def estimand(design: DesignId, series: Series, comparison: Group, after: Window) -> Estimand:
    return Estimand(
        id="E1",
        question=Text("?", "?"),
        series=series,
        design=design,
        role=Role.PRIMARY,
        group=HERE,
        comparison=comparison if design.has_other_side else None,
        before=None if design is DesignId.D1 else BEFORE,
        after=after,
    )


def estimate(design: DesignId, counts: tuple[int, ...], spread: int) -> Estimate | None:
    """What the library makes of these counts, each spread over two periods; ``None`` for a refusal."""
    exposures = (SMALL, SMALL, BIG, BIG)[: len(counts)]
    cells = [
        CellSeries(np.array([count - count // spread, count // spread]), np.array([size / 2, size / 2]))
        for count, size in zip(counts, exposures, strict=True)
    ]
    found = compare(cells)
    if found.interval is None:
        return None
    return Estimate(
        scale=SCALES[design],
        status=EstimateStatus.ESTIMATED,
        estimate=found.interval.estimate,
        conf_low=found.interval.low,
        conf_high=found.interval.high,
        events=sum(counts),
        exposure=sum(exposures),
        n_units=21,
        cells=tuple(Cell("u", "w", count, size) for count, size in zip(counts, exposures, strict=True)),
    )


def cases() -> Iterator[Case]:
    places = itertools.cycle(itertools.product(SERIES, (THERE, RIVAL), (AFTER, LONGER)))
    for design, number in _CELLS:
        for counts in itertools.product(COUNTS, repeat=number):
            series, comparison, after = next(places)
            if design in _NEEDS_EVENTS and 0 in counts:
                continue
            found = estimate(design, counts, 2 if sum(counts) % 2 else 7)
            if found is not None:
                yield Case(Reading.of(found, estimand(design, series, comparison, after), BOOK), counts)


# A time series without events on a side is refused.
_NEEDS_EVENTS = frozenset({DesignId.D2_ITS, DesignId.D2C, DesignId.D4, DesignId.D5})
_CELLS = (
    (DesignId.D1, 1),
    (DesignId.D2, 2),
    (DesignId.D2_ITS, 2),
    (DesignId.D2C, 4),
    (DesignId.D3, 4),
    (DesignId.D4, 4),
    (DesignId.D5, 2),
)
CASES = tuple(cases())
BOTH = tuple(Language)


def sentences(case: Case, language: Language) -> Iterator[str]:
    yield wording.headline(case.reading, language)
    hedge = wording.hedge(case.reading, language)
    if hedge:
        yield hedge


def test_the_grid_meets_every_kind_of_interval() -> None:
    """Otherwise the tests below would prove little."""
    numbers = [case.reading.numbers for case in CASES]
    assert len(CASES) > 500
    assert {case.reading.estimand.design for case in CASES} == set(DesignId)
    assert any(estimate == math.inf for estimate, _, _ in numbers)
    assert any(estimate == 0 for estimate, _, _ in numbers)
    assert any(low == 0 for _, low, _ in numbers)
    assert any(math.isinf(high) and not math.isinf(estimate) for estimate, _, high in numbers) or any(
        high > 1e6 for _, _, high in numbers
    )
    assert {compares_two_models(case.reading.estimand) for case in CASES} == {True, False}


@pytest.mark.parametrize("language", BOTH)
def test_every_sentence_is_a_sentence(faults_of, language: Language) -> None:
    wrong = {
        (str(case), text): found
        for case in CASES
        for text in sentences(case, language)
        if (found := faults_of(text, language))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", BOTH)
def test_every_table_cell_is_readable(language: Language) -> None:
    for case in CASES:
        value, interval = wording.number_with_interval(case.reading, language)
        cells = (
            value,
            interval,
            wording.unit_of_number(case.reading, language),
            wording.short_answer(case.reading, language),
        )
        for cell in cells:
            assert cell == cell.strip() != "", case
            assert not re.search(r"\b(?:nan|inf)\b|[{}]", cell), case
            assert len(cell) < 60, case


def test_a_comparison_is_hedged_and_a_level_claims_nothing() -> None:
    for case in CASES:
        hedge = wording.hedge(case.reading)
        if case.reading.estimand.design is DesignId.D1:
            assert bool(hedge) == (case.counts == (0,))
            continue
        if case.reading.includes_null:
            assert "kan inte skiljas från slumpen" in hedge
            assert "Det betyder inte att effekt saknas" in hedge
        else:
            assert "andra förklaringar kan inte uteslutas" in hedge
        if not case.reading.includes_null and compares_two_models(case.reading.estimand):
            assert "inte effekten av någon av dem" in hedge


def test_the_words_go_the_way_of_the_number() -> None:
    """More is said when the ratio is above 1 and fewer when it is below, in sentence, hedge and table."""
    for case in CASES:
        if case.reading.estimand.design is not DesignId.D2 or case.reading.includes_null:
            continue
        up = case.reading.numbers[0] > 1
        sentence = wording.headline(case.reading).rsplit("(", 1)[0]
        if not math.isinf(case.reading.numbers[0]):
            assert ("fler" in sentence or "gånger så många" in sentence) == up, case
            assert ("färre" in sentence) == (not up), case
        assert wording.short_answer(case.reading) == ("ökade" if up else "minskade")
        assert ("ökning" if up else "minskning") in wording.hedge(case.reading)


def test_who_moved_more_follows_the_estimate() -> None:
    greater = {"ökade mer", "minskade mindre", "ökade, den andra minskade", "utvecklades starkare"}
    greater |= {"ökade, den andra stod still", "stod still, den andra minskade"}
    seen = set()
    for case in CASES:
        if case.reading.estimand.design is not DesignId.D3 or case.reading.includes_null:
            continue
        answer = wording.short_answer(case.reading)
        seen.add(answer)
        assert (answer in greater) == (case.reading.numbers[0] > 1), case
    assert len(seen) >= 6


def test_the_difference_in_events_has_the_sign_of_the_ratio() -> None:
    told = re.compile(r"(?:ungefär [0-9 ,\u00a0]+ (fler|färre)|lika många) per år (?:än|som) om")
    shown = 0
    for case in CASES:
        if case.reading.estimand.design is not DesignId.D3:
            continue
        found = told.search(wording.headline(case.reading))
        if found and found[1]:
            shown += 1
            assert (found[1] == "fler") == (case.reading.numbers[0] > 1), case
    assert shown > 100


def test_a_span_that_crosses_zero_says_so_on_both_sides() -> None:
    """An interval of the ratio that holds 1 is one from fewer to more, or from more to fewer."""
    for case in CASES:
        if case.reading.estimand.design is not DesignId.D3:
            continue
        sentence = wording.headline(case.reading)
        _, low, high = case.reading.numbers
        span = re.search(r"samma utveckling som .*\(osäkerhet från (.*)\)", sentence)
        if span and low < 1 < high:
            assert "fler" in span[1], case
            assert "färre" in span[1], case


@pytest.mark.parametrize(
    ("counts", "start"),
    [
        ((1,), "In Botkyrka there was 1 coordinated inspection visit recorded in 2023–2025."),
        ((0,), "In Botkyrka there were 0 coordinated inspection visits recorded in 2023–2025."),
        ((5,), "In Botkyrka there were 5 coordinated inspection visits recorded in 2023–2025."),
    ],
)
def test_one_and_many_in_english(counts: tuple[int, ...], start: str) -> None:
    found = estimate(DesignId.D1, counts, 2)
    reading = Reading.of(found, estimand(DesignId.D1, SERIES[0], THERE, AFTER), BOOK)
    assert wording.headline(reading, Language.EN).startswith(start)


def test_one_and_many_in_swedish() -> None:
    for count, noun in ((1, "1 samordnat tillsynsbesök"), (2, "2 samordnade tillsynsbesök")):
        found = estimate(DesignId.D1, (count,), 2)
        reading = Reading.of(found, estimand(DesignId.D1, SERIES[0], THERE, AFTER), BOOK)
        assert noun in wording.headline(reading)


def test_none_before_is_told_without_a_number_for_the_change() -> None:
    found = estimate(DesignId.D2, (40, 0), 2)
    reading = Reading.of(found, estimand(DesignId.D2, SERIES[0], THERE, AFTER), BOOK)
    assert wording.headline(reading) == (
        "I Botkyrka registrerades 0 samordnade tillsynsbesök under 2020–2022 och 40 under 2023–2025. "
        "Inga registrerades före, så förändringen går inte att ange som ett tal. "
        "Räknat per invånare och lika lång tid är det minst 10 gånger så många."
    )
    assert wording.number_with_interval(reading) == ("inget tal", "10 och uppåt")
    assert wording.unit_of_number(reading) == "(en sida saknar händelser)"


def test_visits_are_not_a_matter_of_time() -> None:
    found = estimate(DesignId.D2, (40, 9), 2)
    per_visit = Reading.of(found, estimand(DesignId.D2, SERIES[2], THERE, AFTER), BOOK)
    assert "Räknat per besök är det" in wording.headline(per_visit)
    assert "Per visit that is" in wording.headline(per_visit, Language.EN)


def test_rounded_counts_never_contradict_the_estimate() -> None:
    """Counts are rounded for release. When 12 → 13 is shown as 10 → 15 the sentence gives no directions."""
    cells = tuple(Cell("u", "w", count, 1000.0) for count in (15, 10, 20, 15))
    found = Estimate(
        scale=Scale.RATIO_OF_RATE_RATIOS,
        status=EstimateStatus.ESTIMATED,
        estimate=0.7,
        conf_low=0.5,
        conf_high=0.9,
        cells=cells,
        events=60,
    )
    reading = Reading.of(found, estimand(DesignId.D3, SERIES[3], THERE, AFTER), BOOK)
    assert wording.short_answer(reading) == "utvecklades svagare"
    assert "utvecklades antalet möjliga offer för människoexploatering svagare i Botkyrka" in wording.headline(reading)


def test_a_refusal_is_its_reason_and_nothing_more() -> None:
    reading = Reading.of(refusal(Scale.RATE, no_events()), estimand(DesignId.D1, SERIES[0], THERE, AFTER), BOOK)
    for language in BOTH:
        assert wording.headline(reading, language) == no_events().text.in_language(language)
        assert wording.hedge(reading, language) == ""
        assert wording.number_with_interval(reading, language) == ("", "")
    assert not wording.says_something(reading)
    assert wording.short_answer(reading) == "går inte att beräkna"


def test_only_levels_and_what_is_told_from_chance_can_be_said() -> None:
    for case in CASES:
        level = case.reading.estimand.design is DesignId.D1
        assert wording.says_something(case.reading) == (level or not case.reading.includes_null)
