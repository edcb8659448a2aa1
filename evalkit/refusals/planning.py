"""Why a plan has no answer: what could be found, or how long it would take, cannot be said."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def nothing_detectable() -> Statement:
    """So few events are expected that no change in the direction asked for would be told from chance."""
    return Statement(
        "nothing_detectable",
        Text(
            "Så få händelser väntas att ingen förändring åt det hållet, hur stor den än är, med rimlig säkerhet "
            "skulle gå att skilja från slumpen.",
            "So few events are expected that no change in that direction, however large, could with reasonable "
            "certainty be told from chance.",
        ),
    )


def share_above_all() -> Statement:
    """A change that would make more than all of them."""
    return Statement(
        "share_above_all",
        Text("Förändringen skulle göra andelen större än 100 procent.", "The change would make the share exceed all."),
    )


def before_too_short() -> Statement:
    """The time before holds too few events, and no waiting makes them more."""
    return Statement(
        "before_too_short",
        Text(
            "Tiden före har för få händelser. Hur länge man än väntar blir jämförelsen inte så säker, "
            "eftersom tiden före inte blir längre.",
            "The time before has too few events. However long one waits the comparison does not become that "
            "certain, as the time before does not grow.",
        ),
    )


def no_change_to_find() -> Statement:
    """A wait until a ratio of 1 is told from 1."""
    return Statement(
        "no_change_to_find",
        Text(
            "Kvoten 1 betyder oförändrat. Det finns då inget att upptäcka, hur länge man än väntar.",
            "A ratio of 1 is no change. There is then nothing to find, however long one waits.",
        ),
    )


def change_not_looked_for() -> Statement:
    """A wait until a change is found by a one-sided test of the other side."""
    return Statement(
        "change_not_looked_for",
        Text(
            "Förändringen går åt det håll som prövningen inte tittar åt, och upptäcks då aldrig av den. "
            "Vänd på alternative, eller pröva åt båda hållen.",
            "The change goes the way that the test does not look, and so is never found by it. "
            "Turn alternative around, or test both ways.",
        ),
    )


def too_long_to_wait(years: int) -> Statement:
    """So few events a month that the answer would take longer than anybody plans for."""
    return Statement(
        "too_long_to_wait",
        Text(
            f"Det skulle ta mer än {years} år. Så få händelser räcker inte för frågan.",
            f"It would take more than {years} years. So few events cannot carry the question.",
        ),
    )


def too_many_to_enumerate() -> Statement:
    """More expected events than exact enumeration is for."""
    return Statement(
        "too_many_to_enumerate",
        Text(
            "Så många händelser väntas att varje utfall inte räknas för sig. Metoden wald är då lika bra.",
            "So many events are expected that outcomes are not counted one by one. The method wald is then as good.",
        ),
    )
