"""Why the data as reported cannot be compared: missing, hidden, not possible, or beyond the design."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def data_missing(who: Text, when: Text) -> Statement:
    """Nothing was reported for at least one period of one side of the comparison."""
    return Statement(
        "data_missing",
        Text(
            f"Uppgifter saknas för {who.sv} under {when.sv}. Saknade uppgifter är inte noll.",
            f"Data are missing for {who.en} in {when.en}. Missing data are not zero.",
        ),
    )


def partly_missing(who: Text, when: Text, reported: int, wanted: int) -> Statement:
    """Some, but not all, periods were reported; a sum over them would be too small."""
    return Statement(
        "partly_missing",
        Text(
            f"Uppgifterna för {who.sv} täcker bara {reported} av {wanted} perioder under {when.sv}. "
            "En summa över de rapporterade perioderna skulle bli för liten.",
            f"The data for {who.en} cover only {reported} of {wanted} periods in {when.en}. "
            "A sum over the reported periods would be too small.",
        ),
    )


def suppressed(who: Text, when: Text) -> Statement:
    """The holder suppressed at least one of the counts needed."""
    return Statement(
        "suppressed",
        Text(
            f"Minst ett antal för {who.sv} under {when.sv} är dolt av sekretesskäl hos den som lämnat uppgifterna.",
            f"At least one count for {who.en} in {when.en} was suppressed by the holder of the data.",
        ),
    )


def not_applicable(who: Text, when: Text) -> Statement:
    """The legal rule behind the metric did not exist, so the event could not occur."""
    return Statement(
        "not_applicable",
        Text(
            f"Måttet kunde inte förekomma för {who.sv} under hela {when.sv}: "
            "rättsregeln eller arbetssättet fanns inte då.",
            f"The metric could not occur for {who.en} throughout {when.en}: "
            "the rule or the way of working did not exist.",
        ),
    )


def not_yet_reported(who: Text, when: Text) -> Statement:
    """The holder has said that the figure will come later."""
    return Statement(
        "not_yet_reported",
        Text(
            f"Alla uppgifter för {who.sv} under {when.sv} är inte rapporterade ännu.",
            f"Not all data for {who.en} in {when.en} have been reported yet.",
        ),
    )


def exposure_missing(who: Text, when: Text) -> Statement:
    """There is a count but nothing to divide it by."""
    return Statement(
        "exposure_missing",
        Text(
            f"Det saknas uppgift om vad antalet ska jämföras med (till exempel folkmängd eller antal besök) "
            f"för {who.sv} under {when.sv}.",
            f"What the count is to be divided by (inhabitants or visits, say) is missing for {who.en} in {when.en}.",
        ),
    )


def exposure_zero(who: Text, when: Text) -> Statement:
    """The exposure is zero, so a rate has no meaning."""
    return Statement(
        "exposure_zero",
        Text(
            f"Det som antalet ska delas med är noll för {who.sv} under {when.sv}.",
            f"What the count is to be divided by is zero for {who.en} in {when.en}.",
        ),
    )


def nothing_to_divide_by() -> Statement:
    """A row whose exposure is zero."""
    return Statement(
        "nothing_to_divide_by",
        Text(
            "Det som antalet ska delas med är 0 på raden, så där finns ingen nivå att räkna ut.",
            "What the count is divided by is 0 in the row, so it has no rate.",
        ),
    )


def events_without_exposure(who: Text, when: Text) -> Statement:
    """Events in a period in which there was nothing to divide them by."""
    return Statement(
        "events_without_exposure",
        Text(
            f"För {who.sv} finns under {when.sv} minst en period med händelser men utan något att dela dem med "
            "(till exempel fynd men inga besök). Då är någon av uppgifterna fel.",
            f"For {who.en} in {when.en} at least one period has events but nothing to divide them by "
            "(findings but no visits, say). One of the figures must then be wrong.",
        ),
    )


def implausible_count(who: Text, when: Text) -> Statement:
    """A sum beyond what any count of events can be: an amount or an identity number in the wrong column."""
    return Statement(
        "implausible_count",
        Text(
            f"Antalen för {who.sv} under {when.sv} är tillsammans mer än en miljard. Så många händelser finns inte; "
            "troligen står ett belopp eller ett nummer i fel kolumn.",
            f"The counts for {who.en} in {when.en} add up to more than a billion. No such number of events exists; "
            "an amount or a number is probably in the wrong column.",
        ),
    )


def more_than_all(who: Text, when: Text) -> Statement:
    """More events than visits in some period, of what a visit has once or not at all."""
    return Statement(
        "more_than_all",
        Text(
            f"För {who.sv} under {when.sv} är antalet i minst en period större än det som det räknas av, till exempel "
            "fler besök med fynd än besök. Minst en av uppgifterna måste vara fel.",
            f"For {who.en} in {when.en} the count of at least one period is larger than what it is counted out of, "
            "such as more visits with a finding than visits. At least one of the figures must be wrong.",
        ),
    )


def window_cut(when: Text) -> Statement:
    """The window begins or ends inside a period of the panel, whose figures cannot be split."""
    return Statement(
        "window_cut",
        Text(
            f"Tiden {when.sv} börjar eller slutar mitt i en period som uppgifterna räknas för. "
            "Antalet för en del av en period går inte att få fram.",
            f"The time {when.en} begins or ends inside a period that the figures are counted by. "
            "The count of a part of a period cannot be known.",
        ),
    )


def small_count(threshold: int) -> Statement:
    """Too few events to publish without risk for the persons or firms behind them, or a number that gives such away."""
    return Statement(
        "small_count",
        Text(
            f"För få händelser för att visas: minst ett antal är färre än {threshold}, eller skulle göra att "
            "ett sådant gick att räkna ut. Noll registrerade betyder inte noll utsatta.",
            f"Too few events to be shown: at least one count is below {threshold}, or would let such a count be worked "
            "out. None recorded does not mean none affected.",
        ),
    )


def rests_on_protected_periods() -> Statement:
    """A model of single periods of counts of persons, which are told in rounded totals only."""
    return Statement(
        "rests_on_protected_periods",
        Text(
            "Talet bygger på antal månad för månad som rör personer. Sådana antal visas bara avrundade och "
            "sammanlagda, och av dem går talet inte att räkna fram.",
            "The number rests on counts of persons month by month. Such counts are shown only rounded and added up, "
            "and the number cannot be worked out from those.",
        ),
    )


def nothing_to_recover() -> Statement:
    """A level compares nothing, so no effect can be put into it and found again."""
    return Statement(
        "nothing_to_recover",
        Text(
            "Frågan gäller en nivå och jämför inget, så där finns inget att återfinna.",
            "The question is about a level and compares nothing, so there is nothing to recover.",
        ),
    )


def design_needs(what: Text) -> Statement:
    """The design was asked for without the minimum data it states."""
    return Statement(
        "design_needs",
        Text(
            f"Upplägget kräver {what.sv}.",
            f"The design needs {what.en}.",
        ),
    )


def not_attempted() -> Statement:
    """The estimand is in the plan but was not reached in this run."""
    return Statement(
        "not_attempted",
        Text(
            "Jämförelsen finns i planen men har inte gjorts i den här körningen.",
            "The comparison is in the plan but was not made in this run.",
        ),
    )
