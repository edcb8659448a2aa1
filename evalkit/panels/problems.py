"""What can be wrong with a panel that is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.errors import Place, Problem, known_names
from evalkit.language import Text, same
from evalkit.metrics import Metric, MetricBook
from evalkit.vocabulary import ExposureKind, Frequency

_WORDS = {
    "series": Text("Serien", "series"),
    "metric": Text("Måttet", "metric"),
    "exposure": Text("Nämnaren", "exposure"),
    "category": Text("Kategorin", "category"),
    "date_basis": Text("Datumgrunden", "date basis"),
    "unit": Text("Enheten", "unit"),
    "frequency": Text("Periodlängden", "frequency"),
    "model": Text("Modellen", "model"),
}


def unknown(word: str, wanted: str, known: Iterable[str], place: Place) -> Problem:
    """A name that is not there, with the nearest that is."""
    text = _WORDS[word]
    return Problem(
        code=f"panel_unknown_{word}",
        what=Text(f"{text.sv} ”{wanted}” finns inte.", f"There is no {text.en} '{wanted}'."),
        place=place,
        accepted=known_names(wanted, known),
        next_step=Text("Rätta koden.", "Correct the code."),
    )


def not_a_count(metric: Metric, place: Place) -> Problem:
    """A duration, an amount, or a share of something else than the exposure, where events are needed."""
    return Problem(
        code="panel_not_a_count",
        what=Text(
            f"Måttet {metric.code} är inget antal och kan inte räknas som händelser.",
            f"Metric {metric.code} is not a count and cannot be treated as events.",
        ),
        place=place,
        accepted=Text(
            "mått med measure: count i kodboken, eller share delat med det som den är en andel av",
            "metrics with measure: count in the code book, or share divided by what it is a share of",
        ),
        next_step=Text(
            "Välj ett mått som är ett antal, eller rätta exposure.",
            "Choose a count, or mend exposure.",
        ),
    )


def not_per_visit(metric: Metric, book: MetricBook, place: Place) -> Problem:
    """What is found follows how much is looked for, so it is told per visit and never per inhabitant."""
    flows = (entry.code for entry in book.exposures if entry.kind is ExposureKind.FLOW)
    return Problem(
        code="panel_not_per_visit",
        what=Text(
            f"{metric.code} styrs av hur mycket som kontrolleras. Delat med något annat än besök eller ärenden "
            "ser fler kontroller ut som fler fel.",
            f"{metric.code} follows how much is inspected. Divided by anything but visits or cases, "
            "more inspections look like more wrongdoing.",
        ),
        place=place,
        accepted=same(", ".join(flows)),
        next_step=Text(f"Ange {metric.default_exposure} som exposure.", f"Give {metric.default_exposure} as exposure."),
    )


def two_frequencies(place: Place) -> Problem:
    """A year beside its own months."""
    return Problem(
        code="panel_two_frequencies",
        what=Text(
            "Samma tid är rapporterad med två periodlängder och skulle räknas två gånger.",
            "The same time is reported at two frequencies and would be counted twice.",
        ),
        place=place,
        accepted=Text("en periodlängd per enhet, mått och tid", "one frequency per unit, metric and time"),
        next_step=Text("Behåll den finaste indelningen.", "Keep the finest one."),
    )


def parts_and_totals(metric: Metric, place: Place) -> Problem:
    """Rows of which one may hold the events of another."""
    return Problem(
        code="panel_parts_and_totals",
        what=Text(
            f"Rader för {metric.code} överlappar: samma händelse kan finnas i flera kategorier eller modeller.",
            f"Rows of {metric.code} overlap: the same event may be in several categories or models.",
        ),
        place=place,
        accepted=Text("en vald kategori, eller rader för hela måttet", "one chosen category, or rows for the whole"),
        next_step=Text("Ange category, eller lämna en totalrad.", "Give category, or hand in a row for the total."),
    )


_WHOLE = {
    Frequency.MONTH: Text("hela månader", "whole months"),
    Frequency.QUARTER: Text("hela kvartal", "whole quarters"),
    Frequency.YEAR: Text("hela år", "whole years"),
}


def cuts_period(step: Frequency, place: Place) -> Problem:
    """An end that would leave out a part of a period without a word."""
    whole = _WHOLE[step]
    return Problem(
        code="panel_cuts_period",
        what=Text(
            f"Tiden från first till last består inte av {whole.sv}.",
            f"The time from first to last does not consist of {whole.en}.",
        ),
        place=place,
        accepted=whole,
        next_step=Text("Ändra first, last eller frequency.", "Change first, last or frequency."),
    )


def no_span() -> Problem:
    """Nothing in the data tells when."""
    return Problem(
        code="panel_no_span",
        what=Text("Datamängden har varken utfall eller täckning.", "The dataset has no outcomes and no coverage."),
        place=Place(file="outcomes"),
        accepted=Text("minst en rad, eller first och last", "at least one row, or first and last"),
        next_step=Text("Ange first och last.", "Give first and last."),
    )
