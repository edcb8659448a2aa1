"""Whether the answer rests on the pandemic."""

from __future__ import annotations

from evalkit.checks.answers import answer, told
from evalkit.checks.situation import Situation
from evalkit.estimands import Window
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus

PANDEMIC = "covid"
"""Its name in the calendar of changes, which has its dates."""


def covid(situation: Situation) -> Finding | None:
    """The estimate again without the pandemic, in whole periods; and a time before that lies wholly inside it.

    The statistic is the ratio without the pandemic.
    """
    days = _pandemic(situation)
    before = situation.estimand.before
    if days is None or before is None or not any(_meets(days, window) for window in situation.windows):
        return None
    if any(days.first <= window.first and window.last <= days.last for window in situation.windows):
        return _finding(FindingStatus.WARN, _WHOLLY_INSIDE)
    first = answer(situation.estimate)
    if first is None:
        return None
    out = situation.whole_periods(days, days.first, days.last)
    again = situation.again(without=(*situation.estimand.without, out))
    if answer(again) is None:
        return _finding(FindingStatus.WARN, _CANNOT)
    same = answer(again) is first
    reason = _same(told(again)) if same else _other(told(again))
    return _finding(FindingStatus.OK if same else FindingStatus.WARN, reason, again.estimate)


def _pandemic(situation: Situation) -> Window | None:
    change = next((entry for entry in situation.book.law_changes if entry.id == PANDEMIC), None)
    if change is None or change.end is None:
        return None
    return Window(PANDEMIC, change.short, change.start, change.end)


def _meets(out: Window, window: Window) -> bool:
    return out.first <= window.last and window.first <= out.last


def _finding(status: FindingStatus, reason: Statement, ratio: float | None = None) -> Finding:
    return Finding(check=CheckId.COVID, status=status, reason=reason, statistic=ratio)


def _same(number: Text) -> Statement:
    return Statement(
        "same_without_pandemic",
        Text(
            f"Utan pandemins tid blir svaret detsamma: {number.sv}.",
            f"Without the time of the pandemic the answer is the same: {number.en}.",
        ),
    )


def _other(number: Text) -> Statement:
    return Statement(
        "other_without_pandemic",
        Text(
            f"Utan pandemins tid blir svaret ett annat: {number.sv}.",
            f"Without the time of the pandemic the answer is another: {number.en}.",
        ),
    )


_WHOLLY_INSIDE = Statement(
    "window_in_pandemic",
    Text(
        "Minst en av de jämförda tiderna ligger helt i pandemin. Den säger lite om vanliga tider.",
        "At least one of the times compared lies wholly in the pandemic. It says little about ordinary times.",
    ),
)
_CANNOT = Statement(
    "pandemic_cannot_be_left_out",
    Text(
        "Utan pandemins tid finns för lite kvar för att räkna om. Svaret vilar på en ovanlig tid.",
        "Without the time of the pandemic too little is left to count again. The answer rests on unusual times.",
    ),
)
