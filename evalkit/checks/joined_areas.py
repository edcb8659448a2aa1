"""D5: how many areas joined and waited, whether one of them decides, and whether areas beside them changed."""

from __future__ import annotations

import math
from dataclasses import replace

from evalkit.checks.answers import answer
from evalkit.checks.leave_one_out import other_without, spread_of
from evalkit.checks.situation import Situation
from evalkit.checks.spillover import of_neighbours
from evalkit.designs.staggered import FEWEST_AREAS, compared
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus

_SEVERAL = 2
_DRAWS = 199
"""Of exchanged dates with an area left out: enough to tell which side of the level p is on."""


def clusters(situation: Situation) -> Finding | None:
    """The areas that joined, and those that never did or joined last; the threshold is the design's least number.

    Those that joined last are the comparison of the others when nobody waits throughout.
    """
    dates = dict(situation.estimand.joined)
    if not dates:
        return None
    other = situation.estimand.comparison
    last = max(dates.values())
    waiting = sum(day == last for day in dates.values()) if other is None else len(other.units)
    joined = len(dates) - (waiting if other is None else 0)
    enough = min(joined, waiting) >= _SEVERAL and joined + waiting >= FEWEST_AREAS
    return Finding(
        check=CheckId.CLUSTERS,
        status=FindingStatus.OK if enough else FindingStatus.WARN,
        reason=_weighed(joined, waiting) if enough else _few(joined, waiting),
        statistic=joined + waiting,
        threshold=FEWEST_AREAS,
        from_counts=False,
    )


def leave_one_out(situation: Situation) -> Finding | None:
    """The estimate again without each area that joined, in turn.

    The statistic is in how many of those the answer is another; the threshold is 0.
    """
    item, first = situation.estimand, answer(situation.estimate)
    if first is None or len(item.group.units) < _SEVERAL:
        return None
    found = {unit: _again(situation, without(item, unit)) for unit in item.group.units}
    ratios = [one.estimate for one in found.values() if one.estimate is not None]
    names = [situation.panel.unit_name(unit) for unit, one in found.items() if _side(one) != _side(situation.estimate)]
    spread = spread_of(min(ratios), max(ratios)) if ratios else Text("–", "–")
    return Finding(
        check=CheckId.LEAVE_ONE_OUT,
        status=FindingStatus.WARN if names else FindingStatus.OK,
        reason=other_without(names, spread) if names else _same(spread),
        statistic=len(names),
        threshold=0,
    )


def without(item: Estimand, unit: str) -> Estimand:
    """The estimand without an area of its group and the area's date."""
    kept = tuple(one for one in item.group.units if one != unit)
    return replace(
        item, group=replace(item.group, units=kept), joined=tuple(pair for pair in item.joined if pair[0] != unit)
    )


def _again(situation: Situation, item: Estimand) -> Estimate:
    return compared(item, situation.panel, situation.conf_level, draws=_DRAWS).overall


def _side(found: Estimate) -> float | None:
    """0 when it is not told from chance, otherwise the sign of the change; ``None`` for a refusal."""
    if found.estimate is None or found.p_value is None:
        return None
    decided = found.p_value <= (1 - found.conf_level) * (1 + 1e-9)
    return math.copysign(1.0, found.estimate - 1) if decided else 0.0


def spillover(situation: Situation) -> Finding | None:
    """The neighbours as if they had joined when the first area did, against the areas of the comparison."""
    item, neighbours = situation.estimand, situation.estimand.neighbours
    if neighbours is None or not item.joined:
        return None
    others = () if item.comparison is None else item.comparison.units
    rest = tuple(unit for unit in others if unit not in neighbours.units)
    first = min(day for _, day in item.joined)
    found = situation.again(
        group=neighbours,
        joined=tuple((unit, first) for unit in neighbours.units),
        comparison=replace(item.comparison, units=rest) if item.comparison is not None and rest else None,
    )
    return of_neighbours(neighbours, found)


def _weighed(joined: int, waiting: int) -> Statement:
    return Statement(
        "areas_joined_enough",
        Text(
            f"Antal områden som anslöt: {joined}. Antal som väntade: {waiting}. Osäkerheten väger in hur olika områden "
            "är.",
            f"Areas that joined: {joined}. Areas that waited: {waiting}. The uncertainty takes account of how unlike "
            "areas are.",
        ),
    )


def _few(joined: int, waiting: int) -> Statement:
    return Statement(
        "areas_joined_few",
        Text(
            f"Antal områden som anslöt: {joined}. Antal som väntade: {waiting}. Det är få, och ett enda kan avgöra.",
            f"Areas that joined: {joined}. Areas that waited: {waiting}. They are few, and a single one can decide.",
        ),
    )


def _same(spread: Text) -> Statement:
    return Statement(
        "same_without_each_that_joined",
        Text(
            f"Svaret blir detsamma vilket område som anslöt som än utelämnas ({spread.sv}).",
            f"The answer is the same whichever area that joined is left out ({spread.en}).",
        ),
    )
