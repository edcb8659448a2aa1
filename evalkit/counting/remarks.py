"""What is told about events that are not counted, and about those that cannot be."""

from __future__ import annotations

from evalkit.errors import Place, Problem, Severity
from evalkit.language import Text, same
from evalkit.vocabulary import Frequency

_STEPS = {
    Frequency.MONTH: Text("månad", "month"),
    Frequency.QUARTER: Text("kvartal", "quarter"),
    Frequency.YEAR: Text("år", "year"),
}


def not_covered(table: str, metric: str, count: int, step: Frequency) -> Problem:
    """Events in periods that the coverage does not hold whole."""
    sv = "1 händelse räknas inte" if count == 1 else f"{count} händelser räknas inte"
    en = "1 event is not counted" if count == 1 else f"{count} events are not counted"
    word = _STEPS[step]
    return Problem(
        code="event_not_covered",
        what=Text(
            f"{sv}: täckningen för måttet {metric} omfattar inte hela perioden ({word.sv}).",
            f"{en}: the coverage of metric {metric} does not hold the whole period ({word.en}).",
        ),
        place=Place(table),
        accepted=Text("händelser i perioder som täckningen omfattar helt", "events in periods covered as a whole"),
        next_step=Text(
            "Utöka raden i coverage om allt verkligen är redovisat, annars behövs ingen åtgärd.",
            "Extend the row in coverage if everything has been reported; otherwise nothing is needed.",
        ),
        severity=Severity.WARNING,
    )


def longer_period(count: int, step: Frequency) -> Problem:
    """Hours or costs by longer periods than are counted by."""
    word = _STEPS[step]
    return Problem(
        code="resource_period_too_long",
        what=Text(
            f"Timmar eller kostnader på {count} rader gäller längre tid än en {word.sv} och räknas inte."
            if step is Frequency.MONTH
            else f"Timmar eller kostnader på {count} rader gäller längre tid än ett {word.sv} och räknas inte.",
            f"Hours or costs in {count} rows are about more than one {word.en} and are not counted.",
        ),
        place=Place("resources"),
        accepted=Text("rader för lika lång eller kortare tid", "rows about as long a time or a shorter one"),
        next_step=Text("Välj längre perioder med --frequency.", "Choose longer periods with --frequency."),
        severity=Severity.WARNING,
    )


def several_price_years() -> Problem:
    """Costs that cannot be added up."""
    return Problem(
        code="several_price_years",
        what=Text(
            "Kostnaderna är uttryckta i flera års priser och går inte att lägga ihop.",
            "The costs are in the prices of several years and cannot be added up.",
        ),
        place=Place("resources", column="price_year"),
        accepted=Text("samma prisår i alla rader med kostnad", "one price year in all rows with a cost"),
        next_step=Text("Räkna om kostnaderna till ett års priser.", "Express the costs in the prices of one year."),
    )


def model_sometimes(metric: str) -> Problem:
    """Events of which some name a model."""
    return Problem(
        code="model_sometimes",
        what=Text(
            f"Vissa händelser för måttet {metric} anger modell och andra gör det inte.",
            f"Some events of metric {metric} name a model and others do not.",
        ),
        place=Place("model", key=metric),
        accepted=Text("modell i alla rader för en enhet och ett mått, eller i ingen", "a model in all rows or in none"),
        next_step=Text(
            "Fyll i modellen; ordinarie tillsyn anges som ordinary.",
            "Fill in the model; ordinary supervision is ordinary.",
        ),
    )


def other_exposure(code: str) -> Problem:
    """An exposure that was given and that the events contradict."""
    return Problem(
        code="exposure_contradicts_events",
        what=Text(
            f"Jämförelsetalet {code} är angivet med andra tal än händelserna ger.",
            f"The exposure {code} was given with other values than the events give.",
        ),
        place=Place("exposure", column="value", key=code),
        accepted=same(code),
        next_step=Text(
            "Ta bort raderna ur exposure, så räknas de ur händelserna, eller rätta händelserna.",
            "Remove the rows from exposure, and they are counted from the events, or correct the events.",
        ),
    )
