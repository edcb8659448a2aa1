"""Why numbers of persons who come in cases do not carry an estimate."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def count_cases() -> Statement:
    """Persons of whom one case holds more than a quarter, where the numbers themselves are protected."""
    return Statement(
        "count_cases",
        Text(
            "Antalet personer visas inte, eftersom mer än en fjärdedel av dem finns i ett enda ärende. "
            "Räkna ärenden i stället.",
            "The number of persons is not shown, since more than a quarter of them are in one single case. "
            "Count cases instead.",
        ),
    )


def no_case_sizes() -> Statement:
    """Nothing is known of how large cases are, so nothing of how a number of persons varies."""
    return Statement(
        "no_case_sizes",
        Text(
            "Det finns inget ärende med känd storlek. Då går det inte att säga hur mycket antalet personer kan "
            "variera, eftersom ett enda ärende kan rymma många. Räkna ärenden i stället.",
            "There is no case of known size. Then nothing can be said of how much the number of persons may vary, "
            "for a single case may hold many. Count cases instead.",
        ),
    )


def largest_case_unknown() -> Statement:
    """A ratio of persons in cases, and nothing said of how many a case can hold."""
    return Statement(
        "largest_case_unknown",
        Text(
            "Hur många personer ett ärende som mest kan omfatta har inte angetts. Ett enda stort ärende på den ena "
            "sidan skulle då kunna vända jämförelsen, så ingen osäkerhet går att ange. Ange at_most, eller räkna "
            "ärenden i stället.",
            "How many persons a case can concern at most has not been told. A single large case on one side could then "
            "turn the comparison round, so no uncertainty can be stated. Give at_most, or count cases instead.",
        ),
    )


def single_case() -> Statement:
    """Leaving one case out needs another that stays."""
    return Statement(
        "single_case",
        Text(
            "Det finns färre än två ärenden, så inget blir kvar när ett lämnas utanför.",
            "There are fewer than two cases, so nothing remains when one is left out.",
        ),
    )
