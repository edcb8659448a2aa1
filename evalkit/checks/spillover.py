"""Whether areas beside the group changed too."""

from __future__ import annotations

from evalkit import style
from evalkit.checks.answers import Answer, answer, told
from evalkit.checks.situation import Situation
from evalkit.estimands import Group
from evalkit.estimates import Estimate
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus


def spillover(situation: Situation) -> Finding | None:
    """The same estimate with the neighbours in the place of the group: the activity may have moved there."""
    neighbours = situation.estimand.neighbours
    if neighbours is None:
        return None
    return of_neighbours(neighbours, situation.again(group=neighbours))


def of_neighbours(neighbours: Group, found: Estimate) -> Finding:
    """What an estimate with the neighbours in the place of the group says."""
    seen = answer(found)
    if seen is None:
        return _finding(FindingStatus.WARN, _cannot(neighbours.name))
    quiet = seen is Answer.UNDECIDED
    reason = _still(neighbours.name, told(found)) if quiet else _moved(neighbours.name, told(found))
    return _finding(FindingStatus.OK if quiet else FindingStatus.WARN, reason, found.estimate)


def _finding(status: FindingStatus, reason: Statement, ratio: float | None = None) -> Finding:
    return Finding(check=CheckId.SPILLOVER, status=status, reason=reason, statistic=ratio, threshold=1)


def _still(name: Text, number: Text) -> Statement:
    return Statement(
        "neighbours_still",
        Text(
            f"I {name.sv} kan förändringen inte skiljas från slumpen: {number.sv}.",
            f"In {name.en} the change cannot be told from chance: {number.en}.",
        ),
    )


def _moved(name: Text, number: Text) -> Statement:
    return Statement(
        "neighbours_moved",
        Text(
            f"Även {name.sv} förändrades: {number.sv}. Verksamheten kan ha flyttat, eller något berört båda.",
            f"{style.capital(name.en)} changed too: {number.en}. The activity may have moved, or both were touched.",
        ),
    )


def _cannot(name: Text) -> Statement:
    return Statement(
        "neighbours_unknown",
        Text(
            f"Uppgifter från {name.sv} räcker inte, så flytt till grannområden kan inte uteslutas.",
            f"The data from {name.en} do not suffice, so a move to neighbouring areas cannot be ruled out.",
        ),
    )
