"""Whether something began before the start."""

from __future__ import annotations

from evalkit.checks.answers import answer, moved, told
from evalkit.checks.situation import Situation
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus

_QUARTER = 4
MOST_MOVED = 1.0
"""Standard errors of the estimate that it may move by."""


def anticipation(situation: Situation) -> Finding | None:
    """The estimate again without the last quarter of the time before, rounded up to whole periods.

    The statistic is how far it moves, in its own standard errors; where that has no meaning there is none.
    """
    before, first = situation.estimand.before, answer(situation.estimate)
    if before is None or first is None:
        return None
    days = situation.starts(before)
    if len(days) < _QUARTER:
        return None
    kept = days[: -(-len(days) // _QUARTER) * -1]
    again = situation.again(before=situation.part(before, kept))
    if answer(again) is None:
        return Finding(check=CheckId.ANTICIPATION, status=FindingStatus.WARN, reason=_CANNOT)
    distance = moved(situation.estimate, again)
    flips = answer(again) is not first
    fine = not flips and (distance is None or distance <= MOST_MOVED)
    return Finding(
        check=CheckId.ANTICIPATION,
        status=FindingStatus.OK if fine else FindingStatus.WARN,
        reason=same_without_last_quarter(told(again)) if fine else other_without_last_quarter(told(again), flips=flips),
        statistic=distance,
        threshold=MOST_MOVED,
    )


def same_without_last_quarter(number: Text) -> Statement:
    """The answer stands without the last of the time before."""
    return Statement(
        "same_without_last_quarter",
        Text(
            f"Utan den sista fjärdedelen av tiden före blir svaret ungefär detsamma: {number.sv}.",
            f"Without the last quarter of the time before the answer is about the same: {number.en}.",
        ),
    )


def other_without_last_quarter(number: Text, *, flips: bool) -> Statement:
    """The answer, or only the number, is another without the last of the time before."""
    size = (
        Text("blir svaret ett annat", "the answer is another") if flips else Text("flyttas talet", "the number moves")
    )
    return Statement(
        "other_without_last_quarter",
        Text(
            f"Utan den sista fjärdedelen av tiden före {size.sv}: {number.sv}. Något kan ha börjat före starten.",
            f"Without the last quarter of the time before {size.en}: {number.en}. Something may have begun early.",
        ),
    )


_CANNOT = Statement(
    "last_quarter_cannot_be_left_out",
    Text(
        "Utan den sista fjärdedelen av tiden före är uppgifterna för få för att räkna om.",
        "Without the last quarter of the time before too little is left to count again.",
    ),
)
