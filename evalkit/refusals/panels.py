"""Why a panel of units and periods does not carry an estimate of what a measure changed."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def too_few_treated_clusters(least: int) -> Statement:
    """Robust errors rest on how much treated (or untreated) units differ among themselves."""
    return Statement(
        "too_few_treated_clusters",
        Text(
            f"Minst {least} områden på varje sida behövs, med och utan insatsen. "
            "Med färre blir den uträknade osäkerheten för liten.",
            f"At least {least} areas are needed on each side, with the measure and without. "
            "With fewer the uncertainty worked out is too small.",
        ),
    )


def one_treated_cluster() -> Statement:
    """The wild cluster bootstrap with one treated (or one untreated) cluster (MacKinnon and Webb 2017)."""
    return Statement(
        "one_treated_cluster",
        Text(
            "Bara ett enda område finns på ena sidan, med eller utan insatsen. Hur mycket det skulle ha varierat "
            "av sig självt syns inte i underlaget. Jämför i stället med hur ovanlig dess utveckling är "
            "bland de andra områdena.",
            "There is only one area on one side, with the measure or without. How much it would have varied by "
            "itself cannot be seen in the data. Compare instead how unusual its development is among the others.",
        ),
    )


def none_left_untreated() -> Statement:
    """All units start together and none is left without: periods and treatment are the same thing."""
    return Statement(
        "none_left_untreated",
        Text(
            "Alla områden fick insatsen samtidigt, och inget område utan den finns att jämföra med. "
            "Insatsen går då inte att skilja från annat som hände vid samma tid.",
            "All areas had the measure at the same time, and no area without it remains to compare with. "
            "The measure cannot then be told apart from whatever else happened at that time.",
        ),
    )


def times_not_told_apart() -> Statement:
    """Event times that units' and periods' effects can stand in for, in part or in whole."""
    return Statement(
        "times_not_told_apart",
        Text(
            "Förändringen år för år kring starten går inte att skilja från den allmänna utvecklingen. "
            "Det behövs områden som aldrig fått insatsen, eller färre tidpunkter.",
            "The change by time around the start cannot be told apart from the general development. "
            "Areas that never had the measure are needed, or fewer points in time.",
        ),
    )


def no_reference_time() -> Statement:
    """No unit is seen at the time that the others are compared with."""
    return Statement(
        "no_reference_time",
        Text(
            "Den tidpunkt före starten som de andra ska jämföras med saknas i underlaget.",
            "The point in time before the start that the others are to be compared with is not in the data.",
        ),
    )
