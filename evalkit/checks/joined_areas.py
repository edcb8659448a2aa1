"""D5: how many areas joined and waited, whether one of them decides, and whether areas beside them changed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from evalkit import refusals
from evalkit.checks.answers import answer, numeral
from evalkit.checks.leave_one_out import other_without, spread_of
from evalkit.checks.situation import Situation
from evalkit.checks.spillover import of_neighbours
from evalkit.comparisons.joining_ratio import MOST_EXACT
from evalkit.designs.staggered import DRAWS, FEWEST_AREAS, again
from evalkit.estimands import Estimand
from evalkit.findings import Finding
from evalkit.inference import join_dates
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus, Withheld

_SEVERAL = 2


def clusters(situation: Situation) -> Finding | None:
    """The areas that joined, and those that never did or joined last; the threshold is the design's least number.

    Those that joined last are the comparison of the others when nobody waits throughout. Errors by cluster are not
    used, which one area that joined could not bear (MacKinnon and Webb 2017, Journal of Applied Econometrics
    32:233-254): dates are exchanged. Where no way of giving them out could be unusual enough, the number is withheld.
    """
    dates = dict(situation.estimand.joined)
    if not dates:
        return None
    other = situation.estimand.comparison
    last = max(dates.values())
    waiting = sum(day == last for day in dates.values()) if other is None else len(other.units)
    joined = len(dates) - (waiting if other is None else 0)
    blocked = _blocked(situation, joined + waiting)
    if blocked is not None:
        return blocked
    enough = min(joined, waiting) >= _SEVERAL
    return Finding(
        check=CheckId.CLUSTERS,
        status=FindingStatus.OK if enough else FindingStatus.WARN,
        reason=_weighed(joined, waiting) if enough else _few(joined, waiting, 1 / _ways(situation.estimand)),
        statistic=joined + waiting,
        threshold=FEWEST_AREAS,
        from_counts=False,
    )


def _blocked(situation: Situation, areas: int) -> Finding | None:
    """With too few areas, or ways to give them their dates, for any p to reach the level."""
    least = join_dates.least_ways(situation.conf_level)
    few_ways = _ways(situation.estimand) < least
    if areas >= FEWEST_AREAS and not few_ways:
        return None
    return Finding(
        check=CheckId.CLUSTERS,
        status=FindingStatus.BLOCK,
        withholds=Withheld.ESTIMATE,
        reason=refusals.too_few_ways_to_join(least) if few_ways else refusals.too_few_areas(FEWEST_AREAS),
        statistic=areas,
        threshold=FEWEST_AREAS,
        from_counts=False,
    )


def _ways(item: Estimand) -> int:
    """How many ways to give out the dates are compared."""
    waiting = () if item.comparison is None else item.comparison.units
    dates = [day.toordinal() for _, day in item.joined] + [0] * len(waiting)
    number = join_dates.number(np.array(dates, dtype=np.int64))
    return number if number <= MOST_EXACT else DRAWS + 1


def leave_one_out(situation: Situation) -> Finding | None:
    """The estimate again without each area that joined, in turn.

    The statistic is in how many of those the answer is another; the threshold is 0.
    """
    item, first = situation.estimand, answer(situation.estimate)
    if first is None or len(item.group.units) < _SEVERAL:
        return None
    found = {
        unit: again(without(item, unit), situation.panel, situation.conf_level).told() for unit in item.group.units
    }
    ratios = [one.ratio for one in found.values() if one is not None]
    level = 1 - situation.conf_level
    ours = _side(situation.estimate.estimate, situation.estimate.p_value, level)
    names = [
        situation.panel.unit_name(unit)
        for unit, one in found.items()
        if (None if one is None else _side(one.ratio, one.p_value, level)) != ours
    ]
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


def _side(ratio: float | None, p_value: float | None, level: float) -> float | None:
    """0 when it is not told from chance, otherwise the sign of the change; ``None`` without a number."""
    if ratio is None or p_value is None:
        return None
    return math.copysign(1.0, ratio - 1) if p_value <= level * (1 + 1e-9) else 0.0


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


def _few(joined: int, waiting: int, least: float) -> Statement:
    p_value = numeral(least, decimals=3)
    return Statement(
        "areas_joined_few",
        Text(
            f"Antal områden som anslöt: {joined}. Antal som väntade: {waiting}. Det är få, och ett enda kan avgöra. "
            f"Osäkerheten kommer av att datumen ges till andra områden; p kan då inte bli mindre än {p_value.sv}.",
            f"Areas that joined: {joined}. Areas that waited: {waiting}. They are few, and a single one can "
            f"decide. The uncertainty comes from giving the dates to others; p cannot then be below {p_value.en}.",
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
