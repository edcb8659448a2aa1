"""Whether the answer rests on a change of law or of definition inside the time compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import Enum, auto

from evalkit import periods
from evalkit.breaks import FEWEST_BEFORE, changes_within
from evalkit.checks.answers import answer
from evalkit.checks.covid import PANDEMIC
from evalkit.checks.situation import Situation
from evalkit.estimands import Estimand, Window
from evalkit.findings import Finding
from evalkit.language import Language, Text
from evalkit.metrics import LawChange, Precision
from evalkit.statements import Statement
from evalkit.vocabulary import AREA_BY_AREA, COMPARES_EFFECTS, CheckId, FindingStatus

_SIDE_BY_SIDE = AREA_BY_AREA | COMPARES_EFFECTS


class _Seen(Enum):
    SAME = auto()
    OTHER = auto()
    CANNOT = auto()


def law_breaks(situation: Situation) -> Finding | None:
    """The estimate again with the windows cut, once for each known break, so that the break is outside them.

    A break that cannot be cut away (it lies between the windows, or less than 12 periods and less than half of the
    window would remain) is said to be inseparable. The statistic is how many breaks change the answer; the threshold
    is 0. A design that may claim an effect loses the word when a break decides, and, where nothing is compared with at
    the same time, when one is inseparable; a law that the areas compared with are under too is something to bear in
    mind. Breaks known only by their year, and the pandemic, which has its own check, are left out.
    """
    if answer(situation.estimate) is None:
        return None
    changes = [change for change in changes_within(situation.estimand, situation.book) if _known(change)]
    if not changes:
        return None
    seen = [(change, _without(situation, change)) for change in changes]
    others, stuck = (_named(change for change, found in seen if found is word) for word in (_Seen.OTHER, _Seen.CANNOT))
    decided = sum(found is _Seen.OTHER for _, found in seen)
    fine = all(found is _Seen.SAME for _, found in seen)
    inseparable = [change for change, found in seen if found is _Seen.CANNOT]
    alongside = (
        not decided
        and situation.estimand.design in _SIDE_BY_SIDE
        and all(_meets_all(situation, change) for change in inseparable)
    )
    status, withholds = (
        (FindingStatus.OK, None) if fine else (FindingStatus.WARN, None) if alongside else situation.unjudged
    )
    return Finding(
        check=CheckId.LAW_BREAKS,
        status=status,
        withholds=withholds,
        reason=_decided(others) if decided else _SAME if fine else _stuck(stuck, alongside=alongside),
        statistic=decided,
        threshold=0,
    )


def _known(change: LawChange) -> bool:
    return change.verified and change.precision is not Precision.YEAR and change.id != PANDEMIC


def _meets_all(situation: Situation, change: LawChange) -> bool:
    """Whether every area is under the change: one for some of them alone is no different from what is compared."""
    return not change.units or {unit for group in situation.groups for unit in group.units} <= set(change.units)


def _without(situation: Situation, change: LawChange) -> _Seen:
    item = _cut(situation, change)
    if item is None:
        return _Seen.CANNOT
    again = answer(situation.again(before=item.before, after=item.after, without=item.without))
    if again is None:
        return _Seen.CANNOT
    return _Seen.SAME if again is answer(situation.estimate) else _Seen.OTHER


def _cut(situation: Situation, change: LawChange) -> Estimand | None:
    """The estimand with what lies on the far side of the break taken away, or the time of a temporary change."""
    item = situation.estimand
    if item.before is None:
        return None
    if change.end is not None:
        return _left_out(situation, change, change.end)
    if item.before.first < change.start <= item.before.last:
        later = [day for day in situation.starts(item.before) if day >= change.start]
        return _kept(situation, item, item.before, later)
    if item.after.first < change.start <= item.after.last:
        step = situation.panel.frequency
        earlier = [day for day in situation.starts(item.after) if periods.last_day(day, step) < change.start]
        return _kept(situation, item, item.after, earlier)
    return None


def _kept(situation: Situation, item: Estimand, window: Window, days: list[date]) -> Estimand | None:
    if not _enough(len(days), len(situation.starts(window))):
        return None
    part = situation.part(window, days)
    return replace(item, before=part) if window is item.before else replace(item, after=part)


def _left_out(situation: Situation, change: LawChange, end: date) -> Estimand | None:
    item = situation.estimand
    out = situation.whole_periods(Window(change.id, change.short, change.start, end), change.start, end)
    for window in situation.windows:
        days = situation.starts(window)
        if not _enough(sum(not out.first <= day <= out.last for day in days), len(days)):
            return None
    return replace(item, without=(*item.without, out))


def _enough(kept: int, whole: int) -> bool:
    return kept > 0 and (kept >= FEWEST_BEFORE or 2 * kept >= whole)


def _named(changes: Iterable[LawChange]) -> Text:
    shorts = [change.short for change in changes]
    return Text(
        *("; ".join(short.in_language(language) for short in shorts) for language in (Language.SV, Language.EN))
    )


def _decided(names: Text) -> Statement:
    return Statement(
        "decided_by_definition",
        Text(
            f"Svaret avgörs av definitionen. Det blir ett annat när tiden kortas för att utelämna: {names.sv}.",
            f"The answer is decided by the definition. It is another when the time is cut to leave out: {names.en}.",
        ),
    )


def _stuck(names: Text, *, alongside: bool) -> Statement:
    if alongside:
        return Statement(
            "breaks_meet_all_areas",
            Text(
                f"Detta kan inte läggas utanför tiden: {names.sv}. Det gäller även dem som det jämförs med; "
                "det som slår olika mot dem kan tas för förändringen.",
                f"This cannot be left outside the time: {names.en}. Those compared with are under it too; what meets "
                "them unalike can be taken for the change.",
            ),
        )
    return Statement(
        "breaks_cannot_be_cut",
        Text(
            f"Detta går inte att skilja från den jämförda förändringen: {names.sv}.",
            f"This cannot be told apart from the change compared: {names.en}.",
        ),
    )


_SAME = Statement(
    "same_without_breaks",
    Text(
        "Svaret blir detsamma när tiden kortas så att kända lagändringar hamnar utanför.",
        "The answer is the same when the time is cut so that known changes of law are outside.",
    ),
)
