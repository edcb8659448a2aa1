"""Why a series over time does not carry an estimate of what happened at a break."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def too_few_points(least: int) -> Statement:
    """Fewer points on a side than a trend needs before it can be told from a change (domain rule)."""
    return Statement(
        "too_few_points",
        Text(
            f"Serien har färre än {least} perioder före eller efter starten. Då går en förändring inte att skilja från "
            "en utveckling som redan pågick, och serien kan bara beskrivas.",
            f"The series has fewer than {least} periods before or after the start. A change cannot then be told from a "
            "development already under way, and the series can only be described.",
        ),
    )


def season_too_short() -> Statement:
    """Some part of the year is met fewer than twice."""
    return Statement(
        "season_too_short",
        Text(
            "Årstiderna går inte att räkna bort: varje del av året måste finnas med minst två gånger, "
            "alltså under två hela år.",
            "The seasons cannot be taken out: every part of the year must be met at least twice, "
            "that is in two full years.",
        ),
    )


def stretch_without_events() -> Statement:
    """A stretch of the series has no events, so that a rate on the log scale runs off without end."""
    return Statement(
        "stretch_without_events",
        Text(
            "Tiden före, tiden efter eller någon del av året saknar helt registrerade händelser. "
            "Då finns ingen ändlig förändring att ange. Noll registrerade betyder inte noll utsatta eller "
            "noll brister.",
            "The time before, the time after or a part of the year has no recorded events at all. "
            "Then there is no finite change to state. None recorded does not mean none affected.",
        ),
    )


def neighbours_hang_together() -> Statement:
    """The errors asked for take neighbouring periods as independent, and this series does not let them."""
    return Statement(
        "neighbours_hang_together",
        Text(
            "Perioder intill varandra kan likna varandra mer än slumpen gör. En osäkerhet som räknar dem som "
            "fristående vore för liten.",
            "Periods next to each other may be more alike than chance makes them. An uncertainty that takes them as "
            "independent would be too small.",
        ),
    )


def series_drifts() -> Statement:
    """Neighbouring periods are so alike that the series has no trend that a break could be told from."""
    return Statement(
        "series_drifts",
        Text(
            "Serien driver: den ena perioden följer så tätt på den andra att en förändring vid starten inte går att "
            "skilja från hur serien ändå rör sig.",
            "The series drifts: each period follows so closely on the one before that a change at the start cannot be "
            "told from how the series moves anyway.",
        ),
    )


def too_short_for_newey_west(least: int) -> Statement:
    """Newey and West's errors need far longer series than these."""
    return Statement(
        "too_short_for_newey_west",
        Text(
            f"Serien har färre än {least} perioder. Med den valda metoden blir osäkerheten då för liten.",
            f"The series has fewer than {least} periods. The method chosen then gives too small an uncertainty.",
        ),
    )
