"""D1 in words: how many, and how many per so many."""

from __future__ import annotations

import math

from evalkit import style
from evalkit.language import Language, in_language
from evalkit.metrics import Measure
from evalkit.vocabulary import ExposureKind, MetricFamily
from evalkit.wording.reading import Reading
from evalkit.wording.sizes import VAST, ends, uncertainty


def level(reading: Reading, language: Language) -> str:
    """Number recorded, then the rate with its interval."""
    events = reading.estimate.events or 0
    when = reading.estimand.after.name.in_language(language)
    where, counted = reading.here(language), reading.counted(events, language)
    counted = counted if reading.estimate.rounded_to == 1 else f"{in_language(language, 'omkring', 'about')} {counted}"
    value, span = scaled(reading, language)
    rate = f"{value} {reading.exposure.scale_text.in_language(language)} {uncertainty(span, language)}"
    were = "was" if events == 1 else "were"
    visits = _visits(reading, language)
    told = in_language(
        language,
        f"I {where} registrerades {counted}{visits} under {when}. Det är {rate}.",
        f"In {where} there {were} {counted} recorded{visits} in {when}. That is {rate}.",
    )
    return " ".join(part for part in (told, _cases(reading, language)) if part)


def _visits(reading: Reading, language: Language) -> str:
    """How much was looked at, where the count follows it: more found may only mean more visits."""
    if reading.exposure.kind is not ExposureKind.FLOW or not reading.estimate.cells:
        return ""
    made = round(reading.estimate.cells[0].exposure)
    noun = reading.exposure.noun.for_count(made).in_language(language)
    number = style.number(made, language)
    if reading.metric.measure is Measure.SHARE:
        return in_language(language, f" av {number} {noun}", f" out of {number} {noun}")
    return in_language(language, f" vid {number} {noun}", f" at {number} {noun}")


def _cases(reading: Reading, language: Language) -> str:
    """In how many cases the persons came, or that it is not known."""
    if reading.metric.family not in {MetricFamily.VICTIM, MetricFamily.SUPPORT} or not reading.estimate.cells:
        return ""
    cell = reading.estimate.cells[0]
    if cell.cases is not None:
        many = about(cell.cases, reading, language)
        return in_language(
            language,
            f"De ligger i högst {many} ärenden; ett ärende som pågår i flera perioder räknas i var och en.",
            f"They lie in at most {many} cases; a case that goes on for several periods is counted in each.",
        )
    if cell.cases_hidden:
        return in_language(
            language,
            "Antalet ärenden bakom dem visas inte, till skydd för dem som det gäller.",
            "The number of cases behind them is not shown, to protect those concerned.",
        )
    return in_language(
        language,
        "Hur många ärenden de ligger i är inte uppgivet; ett enda ärende kan rymma de flesta.",
        "In how many cases they lie has not been reported; a single case may hold most of them.",
    )


def about(count: int, reading: Reading, language: Language) -> str:
    """A number, said to be about so many where it was rounded for release."""
    number = style.number(count, language)
    return number if reading.estimate.rounded_to == 1 else f"{in_language(language, 'omkring', 'about')} {number}"


def scaled(reading: Reading, language: Language) -> tuple[str, str]:
    """The rate and its span on the scale that the exposure is told in."""
    estimate, low, high = (number * reading.exposure.scale_per for number in reading.numbers)
    # One degree of freedom and few events give a limit that is finite on paper only.
    top = math.inf if high > VAST * max(estimate, low) > 0 else high
    value, least, most = style.together((estimate, low, top), language)
    return value, ends(least, most, top, language)
