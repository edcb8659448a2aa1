"""Tables of estimates: those with a number, those without, and the truth beside them."""

from __future__ import annotations

from evalkit import style, wording
from evalkit.disclosure import Released
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate
from evalkit.language import Language, Text, in_language
from evalkit.metrics import MetricBook
from evalkit.plan import Plan
from evalkit.tables.model import Align, Column, Table
from evalkit.vocabulary import COMPARES_EFFECTS


def answers(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Table:
    """Every estimand that has a number: question, answer in words, number and uncertainty."""
    rows, falling = [], False
    percent = style.number(plan.document.conf_level * 100, language)
    for estimand, estimate in _pairs(released, plan):
        if not estimate.is_estimated:
            continue
        reading = wording.Reading.of(estimate, estimand, book)
        value, interval = wording.number_with_interval(reading, language)
        falling = falling or reading.falls_among_others
        rows.append(
            (
                f"{estimand.id}. {estimand.question.in_language(language)}",
                wording.short_answer(reading, language),
                f"{value} {wording.unit_of_number(reading, language)}",
                interval,
            )
        )
    return Table(
        id="tbl-svar",
        caption=in_language(language, "Jämförelser som gick att beräkna", "Comparisons that could be calculated"),
        columns=(
            Column(in_language(language, "Fråga", "Question"), weight=6),
            Column(in_language(language, "Svar", "Answer"), weight=3),
            Column(in_language(language, "Tal", "Number"), weight=4),
            Column(in_language(language, "Osäkerhet", "Uncertainty"), weight=3),
        ),
        rows=tuple(rows),
        notes=(
            in_language(
                language,
                f"Osäkerheten är det intervall som ska täcka det rätta talet i {percent} procent av fallen, "
                "om bara slumpen i antalen spelar in.",
                f"The uncertainty is the interval that is to hold the true number in {percent} per cent of cases, "
                "if only chance in the counts is at work.",
            ),
            *([_FALLING.in_language(language)] if falling else []),
        ),
    )


_FALLING = Text(
    "Osäkerheten gäller varje fråga för sig. Svaret tar också hänsyn till hur många frågor som ställts om samma sak.",
    "The uncertainty is that of each question by itself. The answer also takes account of how many questions were "
    "asked of one claim.",
)


def refusals(released: Released, plan: Plan, language: Language = Language.SV) -> Table:
    """Every estimand without a number, with the reason."""
    rows = tuple(
        (
            f"{estimand.id}. {estimand.question.in_language(language)}",
            estimate.reason.text.in_language(language) if estimate.reason else "",
        )
        for estimand, estimate in _pairs(released, plan)
        if not estimate.is_estimated
    )
    return Table(
        id="tbl-inte",
        caption=in_language(language, "Frågor som inte går att besvara", "Questions that cannot be answered"),
        columns=(
            Column(in_language(language, "Fråga", "Question"), weight=5),
            Column(in_language(language, "Varför inte", "Why not"), weight=6),
        ),
        rows=rows,
    )


def _pairs(released: Released, plan: Plan) -> tuple[tuple[Estimand, Estimate], ...]:
    return tuple((estimand, released.estimates.get(estimand.id)) for estimand in plan.estimands)


def truth(released: Released, plan: Plan, true_values: dict[str, float], language: Language = Language.SV) -> Table:
    """The true effects of the synthetic world beside what was estimated."""
    rows = []
    for estimand, estimate in _pairs(released, plan):
        if estimand.design not in COMPARES_EFFECTS or estimand.id not in true_values or not estimate.is_estimated:
            continue
        real = true_values[estimand.id]
        value, low, high = estimate.estimate, estimate.conf_low, estimate.conf_high
        if value is None or low is None or high is None:
            continue
        hit = in_language(language, "ja", "yes") if low <= real <= high else in_language(language, "nej", "no")
        shown = style.together((value, low, high), language)
        rows.append(
            (
                f"{estimand.id}. {estimand.question.in_language(language)}",
                style.number(real, language, decimals=2),
                shown[0],
                f"{shown[1]} {in_language(language, 'till', 'to')} {shown[2]}",
                hit,
            )
        )
    return Table(
        id="tbl-facit",
        caption=in_language(
            language, "Facit: det sanna talet och det beräknade", "The true number and the estimated one"
        ),
        columns=(
            Column(in_language(language, "Fråga", "Question"), weight=6),
            Column(in_language(language, "Sant", "True"), Align.RIGHT, weight=2),
            Column(in_language(language, "Beräknat", "Estimated"), Align.RIGHT, weight=2),
            Column(in_language(language, "Osäkerhet", "Uncertainty"), weight=3),
            Column(in_language(language, "Träffar", "Covers"), weight=2),
        ),
        rows=tuple(rows),
    )
