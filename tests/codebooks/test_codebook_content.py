"""The shipped code books say what the domain asks for, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from evalkit.language import Text
from evalkit.metrics import Exposure, LawChange, Measure, Metric, MetricBook
from evalkit.vocabulary import (
    AuthorityLevel,
    CellStatus,
    DateBasis,
    ExposureKind,
    GoodDirection,
    MetricFamily,
    Sensitivity,
)

METRIC_CODES = (
    *(f"P{number}" for number in range(1, 10)),
    *(f"F{number}" for number in range(1, 9)),
    *(f"B{number}" for number in range(1, 10)),
    *(f"T{number}" for number in range(1, 7)),
    *(f"C1{letter}" for letter in "abcdefghijk"),
    *(f"C{number}" for number in range(2, 10)),
    *(f"R{number}" for number in range(1, 4)),
    "O1",
    "O2",
)
EXPOSURE_CODES = tuple(f"N{number}" for number in range(1, 14))
FAMILIES = {
    "P": MetricFamily.PROCESS,
    "F": MetricFamily.FINDING,
    "B": MetricFamily.SANCTION,
    "T": MetricFamily.PERMIT,
    "R": MetricFamily.RESOURCE,
    "O": MetricFamily.OFFICIAL_STATISTICS,
}
ENGLISH_WORDS = re.compile(
    r"\b(the|and|of|with|from|which|that|was|were|are|by|without|visits?|police|permit|offences?|board|not)\b",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(
    r"bevisa|visar att modellen fungerar|ledde till|tack vare|ingen effekt|signifikant|"
    r"\bproves?\b|thanks to|led to|no effect|significant",
    re.IGNORECASE,
)


def texts_of_metric(metric: Metric) -> Iterator[Text]:
    yield from (metric.name, metric.short, metric.definition, metric.unit, metric.decided_by, metric.reported_by)
    yield from (metric.noun.one, metric.noun.many)
    yield from metric.traps
    yield from (category.text for category in metric.categories)
    yield from (text for text in (metric.numerator, metric.denominator, metric.verify_note) if text is not None)


def texts_of_exposure(exposure: Exposure) -> Iterator[Text]:
    yield from (exposure.name, exposure.short, exposure.unit, exposure.scale_text, exposure.held_by)
    yield from (exposure.noun.one, exposure.noun.many, exposure.person_time_unit, *exposure.traps)
    if exposure.verify_note is not None:
        yield exposure.verify_note


def texts_of_law(law: LawChange) -> Iterator[Text]:
    yield from (law.change, law.short)
    if law.verify_note is not None:
        yield law.verify_note


def every_text(book: MetricBook) -> list[Text]:
    return [
        *(text for metric in book.metrics for text in texts_of_metric(metric)),
        *(text for exposure in book.exposures for text in texts_of_exposure(exposure)),
        *(text for law in book.law_changes for text in texts_of_law(law)),
    ]


def test_every_metric_of_the_domain_is_there_in_order(book: MetricBook) -> None:
    assert book.metric_codes == METRIC_CODES


def test_every_exposure_of_the_domain_is_there_in_order(book: MetricBook) -> None:
    assert book.exposure_codes == EXPOSURE_CODES


def test_every_text_is_written_in_both_languages(book: MetricBook) -> None:
    assert len(every_text(book)) > 700
    assert [text for text in every_text(book) if not text.sv.strip() or not text.en.strip()] == []


def test_no_english_word_in_the_swedish_text(book: MetricBook) -> None:
    assert [text.sv for text in every_text(book) if ENGLISH_WORDS.search(text.sv)] == []


def test_no_swedish_letter_in_the_english_text_but_in_names(book: MetricBook) -> None:
    names = ("Brå", "Södertörns brandförsvarsförbund", "Storstockholms brandförsvar")
    left = [text.en for text in every_text(book)]
    for name in names:
        left = [text.replace(name, "") for text in left]
    assert [text for text in left if re.search("[åäöÅÄÖ]", text)] == []


def test_no_word_that_claims_an_effect(book: MetricBook) -> None:
    said = [text for text in every_text(book) if FORBIDDEN.search(text.sv) or FORBIDDEN.search(text.en)]
    assert said == []


def test_the_forbidden_words_would_be_found() -> None:
    assert FORBIDDEN.search("Samordningen ledde till färre fynd.")
    assert ENGLISH_WORDS.search("antal visits")


def test_short_labels_are_one_to_four_words_in_lower_case(book: MetricBook) -> None:
    labels = [entry.short for entry in (*book.metrics, *book.exposures, *book.law_changes)]
    for label in labels:
        for wording in (label.sv, label.en):
            assert 1 <= len(wording.split()) <= 4, wording
            assert wording[0].islower() or wording.startswith(("A-krim", "Food")), wording


def test_short_labels_are_unique_within_a_chart(book: MetricBook) -> None:
    labels = [metric.short.sv for metric in book.metrics]
    assert len(set(labels)) == len(labels)


def test_texts_do_not_begin_or_end_in_blanks(book: MetricBook) -> None:
    assert [text for text in every_text(book) if text.sv != text.sv.strip() or text.en != text.en.strip()] == []


@pytest.mark.parametrize("letter", ["F", "C"])
def test_more_findings_and_more_victims_are_neither_good_nor_bad(book: MetricBook, letter: str) -> None:
    chosen = [metric for metric in book.metrics if metric.code.startswith(letter)]
    assert {metric.good_direction for metric in chosen} == {GoodDirection.NEITHER}


def test_findings_sanctions_permits_and_victims_depend_on_looking(book: MetricBook) -> None:
    chosen = [metric for metric in book.metrics if metric.code[0] in "FBTC" and metric.code != "C1k"]
    assert all(metric.detection_driven for metric in chosen)
    assert not any(metric.detection_driven for metric in book.metrics if metric.code[0] in "PR")


def test_the_family_follows_the_first_letter(book: MetricBook) -> None:
    for metric in book.metrics:
        if metric.code.startswith("C"):
            expected = MetricFamily.VICTIM if metric.code.startswith("C1") else MetricFamily.SUPPORT
        else:
            expected = FAMILIES[metric.code[0]]
        assert metric.family is expected, metric.code


def test_disclosure_class(book: MetricBook) -> None:
    expected = {
        "P": Sensitivity.OPEN,
        "F": Sensitivity.BUSINESS,
        "B": Sensitivity.BUSINESS,
        "T": Sensitivity.BUSINESS,
        "C": Sensitivity.PERSON,
        "R": Sensitivity.OPEN,
        "O": Sensitivity.OPEN,
    }
    found = {metric.code: metric.sensitivity for metric in book.metrics}
    # screening counts visits, and a victim count without it cannot be read
    assert found.pop("C1k") is Sensitivity.OPEN
    assert found == {code: expected[code[0]] for code in found}


def test_victims_are_told_per_screened_visit(book: MetricBook) -> None:
    chosen = [metric for metric in book.metrics if metric.sensitivity is Sensitivity.PERSON]
    assert {metric.default_exposure for metric in chosen} == {"N10"}


def test_the_scale_of_a_rate_follows_its_denominator(book: MetricBook) -> None:
    assert {code: book.exposure(code).scale_per for code in ("N1", "N6", "N9", "N10")} == {
        "N1": 100_000,
        "N6": 1000,
        "N9": 100,
        "N10": 100,
    }
    assert str(book.exposure("N1").scale_text) == "per 100 000 invånare och år"
    assert str(book.exposure("N9").scale_text) == "per 100 besök"
    for exposure in book.exposures:
        digits = re.sub(r"\D", "", exposure.scale_text.sv)
        assert int(digits or 1) == exposure.scale_per, exposure.code


def test_visits_are_flows_and_the_rest_of_the_domain_are_stocks(book: MetricBook) -> None:
    flows = [exposure.code for exposure in book.exposures if exposure.kind is ExposureKind.FLOW]
    assert flows == ["N9", "N10", "N11", "N12", "N13"]


def test_dates_of_validity(book: MetricBook) -> None:
    starts = {entry.code: entry.valid_from for entry in (*book.metrics, *book.exposures) if entry.valid_from}
    ends = {entry.code: entry.valid_to for entry in (*book.metrics, *book.exposures) if entry.valid_to}
    assert starts == {
        "B6": date(2019, 1, 1),
        "T2": date(2019, 7, 1),
        "N4": date(2019, 7, 1),
        "C1g": date(2018, 7, 1),
        "O1": date(2018, 7, 1),
    }
    assert ends == {"T3": date(2024, 12, 31)}


def test_decisions_are_counted_by_the_day_of_the_decision(book: MetricBook) -> None:
    decided = [metric for metric in book.metrics if metric.code[0] in "BTO"]
    assert {metric.date_basis for metric in decided} == {DateBasis.BESLUT}
    assert {metric.date_basis for metric in book.metrics if metric.code[0] in "PFCR"} == {DateBasis.HANDELSE}


def test_categories_asked_for(book: MetricBook) -> None:
    assert book.metric("T1").category_codes == ("erinran", "varning", "aterkallelse")
    assert book.metric("T2").category_codes == ("varning", "aterkallelse", "forsaljningsforbud")
    assert book.metric("P4").category_codes == ("pa_plats", "i_beredskap", "ej")
    assert len(book.metric("B9").categories) == 6
    findings = [metric for metric in book.metrics if metric.code.startswith("F")]
    assert {metric.category_codes for metric in findings} == {("konstaterad", "misstankt")}


def test_categories_that_must_not_be_summed_are_marked(book: MetricBook) -> None:
    overlapping = {metric.code for metric in book.metrics if metric.categories_overlap}
    assert overlapping == {"P3", "C1h", "C3", "C5", "C7", "C8", "C9"}


def test_what_is_no_count_says_what_it_is_made_of(book: MetricBook) -> None:
    measures = {metric.code: metric.measure for metric in book.metrics if metric.measure is not Measure.COUNT}
    assert measures == {
        **dict.fromkeys(("P3", "P4", "P5", "P8", "C1k"), Measure.SHARE),
        "P6": Measure.DURATION,
        **dict.fromkeys(("R1", "R2", "R3"), Measure.AMOUNT),
    }
    for code in ("P3", "P4", "P5", "P6", "P8", "C1k"):
        metric = book.metric(code)
        assert metric.numerator is not None, code
        assert metric.denominator is not None, code


def test_the_support_chain_is_one_chain(book: MetricBook) -> None:
    steps = [(metric.code, metric.follows) for metric in book.metrics if metric.follows]
    assert steps == [(f"C{number}", f"C{number - 1}") for number in range(3, 10)]


def test_what_is_general_knowledge_or_expected_is_marked(book: MetricBook) -> None:
    unverified = {metric.code for metric in book.metrics if not metric.verified}
    assert {"B3", "B5", "B9", "T1", "T4", "T5", "F7", "C1i", "C1j", "P7"} <= unverified
    assert {"P1", "B6", "B7", "T2", "T3", "C1g", "C8", "O1", "O2", "R3"}.isdisjoint(unverified)
    # the expected new offence must not make earlier labour exploitation impossible
    assert book.metric("C1i").valid_from is None


def test_every_metric_names_a_source_and_warns_of_something(book: MetricBook) -> None:
    assert [metric.code for metric in book.metrics if not metric.sources or not metric.traps] == []


def test_official_statistics_tell_what_they_count(book: MetricBook) -> None:
    metric = book.metric("O1")
    assert str(metric.name) == "Handlagda brott: människoexploatering, inkl. grovt"
    assert "tabell 300" in metric.reported_by.sv
    assert any("brott, inte personer" in trap.sv for trap in metric.traps)
    assert book.metric("O2").legal_basis == "brottsbalken 4 kap. 1 a §"


def test_the_calendar_of_law_changes(book: MetricBook) -> None:
    known = {(law.start.isoformat(), law.precision.value) for law in book.law_changes}
    assert known >= {
        ("2018-07-01", "day"),
        ("2019-01-01", "day"),
        ("2019-07-01", "day"),
        ("2020-03-01", "month"),
        ("2022-08-01", "day"),
        ("2023-07-01", "day"),
        ("2023-11-14", "day"),
        ("2025-01-01", "day"),
        ("2025-04-01", "day"),
        ("2025-07-01", "day"),
        ("2025-12-01", "day"),
        ("2026-01-01", "year"),
        ("2026-06-01", "day"),
        ("2026-05-01", "month"),
        ("2026-10-01", "month"),
    }
    assert [law.id for law in book.law_changes if law.end] == ["covid"]
    assert list(book.law_changes) == sorted(book.law_changes, key=lambda law: law.start)
    assert next(law for law in book.law_changes if law.id == "covid").end == date(2022, 4, 30)


def test_law_changes_of_a_metric_come_in_the_order_of_the_calendar(book: MetricBook) -> None:
    found = book.law_changes_for("C8")
    assert [law.start for law in found] == sorted(law.start for law in found)
    assert {"covid", "betanketid_socialnamnd", "ny_socialtjanstlag"} <= {law.id for law in found}
    assert "hotelltillstand_upphor" not in {law.id for law in found}
    assert "hotelltillstand_upphor" in {law.id for law in book.law_changes_for("N5")}


@pytest.mark.parametrize(
    ("code", "first", "last", "status"),
    [
        ("T3", date(2025, 1, 1), date(2025, 12, 31), CellStatus.NOT_APPLICABLE),
        ("T3", date(2024, 12, 31), date(2025, 12, 31), CellStatus.VALUE),
        ("T3", date(2010, 1, 1), date(2010, 1, 31), CellStatus.VALUE),
        ("B6", date(2018, 1, 1), date(2018, 12, 31), CellStatus.NOT_APPLICABLE),
        ("B6", date(2018, 1, 1), date(2019, 1, 1), CellStatus.VALUE),
        ("P1", date(1990, 1, 1), date(1990, 1, 31), CellStatus.VALUE),
    ],
)
def test_status_on(book: MetricBook, code: str, first: date, last: date, status: CellStatus) -> None:
    assert book.metric(code).status_on(first, last) is status


def test_an_exposure_has_a_status_too(book: MetricBook) -> None:
    assert book.exposure("N4").status_on(date(2019, 1, 1), date(2019, 6, 30)) is CellStatus.NOT_APPLICABLE


def test_a_period_backwards_is_a_fault_of_the_caller(book: MetricBook) -> None:
    with pytest.raises(ValueError, match="cannot come before"):
        book.metric("P1").status_on(date(2025, 2, 1), date(2025, 1, 1))


def test_look_up(book: MetricBook) -> None:
    assert book.metric("P10") is None
    assert book.exposure("P1") is None
    assert book.metric("T1").category_text("varning").en == "warning"
    assert book.metric("T1").category_text("ja") is None
    assert str(book.metric("B2").noun.for_count(1)) == "föreläggande med vite"
    assert str(book.metric("B2").noun.for_count(0)) == "förelägganden med vite"


def test_a_category_may_have_a_noun_of_its_own(book: MetricBook) -> None:
    permits, findings = book.metric("T1"), book.metric("F1")
    assert permits is not None
    assert findings is not None
    assert permits.noun_of("aterkallelse").one.sv == "återkallat serveringstillstånd"
    assert permits.noun_of(None) == permits.noun
    text = findings.category_text("konstaterad")
    assert text is not None
    assert findings.noun_of("konstaterad").many.sv == f"{findings.noun.sv_many} ({text.sv})"


def test_every_authority_is_there_in_both_languages_and_belongs_somewhere(book: MetricBook) -> None:
    assert len(book.authority_codes) == len(set(book.authority_codes)) == 23
    assert {book.authority(code).level for code in book.authority_codes} == set(AuthorityLevel)
    assert all(body.name.sv and body.name.en for body in book.authorities)
    assert book.authority("grannen") is None
