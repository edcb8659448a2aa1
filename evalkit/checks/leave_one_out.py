"""Whether one area of the comparison decides the answer."""

from __future__ import annotations

from dataclasses import replace

from evalkit.checks.answers import answer, numeral
from evalkit.checks.situation import Situation
from evalkit.designs.donors import without_each
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, FindingStatus

_SEVERAL = 2


def leave_one_out(situation: Situation) -> Finding | None:
    """The estimate again without each area of the comparison in turn.

    The statistic is in how many of those the answer is another; the threshold is 0.
    """
    other, first = situation.estimand.comparison, answer(situation.estimate)
    if other is None or first is None or len(other.units) < _SEVERAL:
        return None
    if situation.design.id is DesignId.D4:
        return _among_many(situation)
    units = other.units
    found = [
        situation.again(comparison=replace(other, units=tuple(unit for unit in units if unit != left)))
        for left in units
    ]
    ratios = [item.estimate for item in found if item.estimate is not None]
    return _judged(
        situation,
        [unit for unit, item in zip(units, found, strict=True) if answer(item) is not first],
        spread_of(min(ratios), max(ratios)) if ratios else Text("–", "–"),
    )


def _among_many(situation: Situation) -> Finding | None:
    """D4: an area decides when without it the ratio lies on the other side of 1, or p on the other side of the level.

    With one area fewer every p is a little larger whatever it shows, and the level is taken as much larger.
    """
    found = without_each(situation.estimand, situation.panel, situation.conf_level)
    first, p_value, areas = situation.estimate.estimate, situation.estimate.p_value, situation.estimate.n_units
    if not found or first is None or p_value is None or areas is None:
        return None
    level = (1 - situation.conf_level) * (1 + 1e-9)
    fewer = level * areas / (areas - len(situation.estimand.group.units))
    decided = p_value <= level
    ratios = [ratio for _, ratio, _ in found]
    names = [
        unit for unit, ratio, p in found if (p <= fewer) is not decided or (decided and (ratio > 1) is not (first > 1))
    ]
    return _judged(situation, names, spread_of(min(ratios), max(ratios)))


def _judged(situation: Situation, units: list[str], spread: Text) -> Finding:
    names = [situation.panel.unit_name(unit) for unit in units]
    return Finding(
        check=CheckId.LEAVE_ONE_OUT,
        status=FindingStatus.WARN if names else FindingStatus.OK,
        reason=other_without(names, spread) if names else _same(spread),
        statistic=len(names),
        threshold=0,
    )


def spread_of(low: float, high: float) -> Text:
    """The least and the greatest ratio."""
    least, most = numeral(low, decimals=2), numeral(high, decimals=2)
    return Text(f"{least.sv} till {most.sv}", f"{least.en} to {most.en}")


def _same(spread: Text) -> Statement:
    return Statement(
        "same_without_each",
        Text(
            f"Svaret blir detsamma vilket jämförelseområde som än utelämnas ({spread.sv}).",
            f"The answer is the same whichever area of the comparison is left out ({spread.en}).",
        ),
    )


def other_without(names: list[str], spread: Text) -> Statement:
    """The areas that each decide the answer."""
    sv, en = ", eller utan ".join(names), ", or without ".join(names)
    return Statement(
        "other_without_one",
        Text(
            f"Ett enda område kan avgöra: svaret blir ett annat utan {sv} ({spread.sv}).",
            f"A single area can decide: the answer is another without {en} ({spread.en}).",
        ),
    )
