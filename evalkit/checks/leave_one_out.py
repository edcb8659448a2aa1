"""Whether one area of the comparison decides the answer."""

from __future__ import annotations

from dataclasses import replace

from evalkit.checks.answers import answer, numeral
from evalkit.checks.situation import Situation
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus

_SEVERAL = 2


def leave_one_out(situation: Situation) -> Finding | None:
    """The estimate again without each area of the comparison in turn.

    The statistic is in how many of those the answer is another; the threshold is 0.
    """
    other, first = situation.estimand.comparison, answer(situation.estimate)
    if other is None or first is None or len(other.units) < _SEVERAL:
        return None
    units = other.units
    found = [
        situation.again(comparison=replace(other, units=tuple(unit for unit in units if unit != left)))
        for left in units
    ]
    ratios = [item.estimate for item in found if item.estimate is not None]
    names = [
        situation.panel.unit_name(unit) for unit, item in zip(units, found, strict=True) if answer(item) is not first
    ]
    spread = _between(min(ratios), max(ratios)) if ratios else Text("–", "–")
    return Finding(
        check=CheckId.LEAVE_ONE_OUT,
        status=FindingStatus.WARN if names else FindingStatus.OK,
        reason=_flips(names, spread) if names else _same(spread),
        statistic=len(names),
        threshold=0,
    )


def _between(low: float, high: float) -> Text:
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


def _flips(names: list[str], spread: Text) -> Statement:
    sv, en = ", eller utan ".join(names), ", or without ".join(names)
    return Statement(
        "other_without_one",
        Text(
            f"Ett enda område kan avgöra: svaret blir ett annat utan {sv} ({spread.sv}).",
            f"A single area can decide: the answer is another without {en} ({spread.en}).",
        ),
    )
