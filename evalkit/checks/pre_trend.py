"""How the sides developed before the start, and what difference could not have been seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evalkit import periods
from evalkit.breaks import FEWEST_BEFORE
from evalkit.checks.answers import per_cent
from evalkit.checks.situation import Situation
from evalkit.designs.donors import series_before
from evalkit.findings import Finding
from evalkit.inference.summed import CellSeries
from evalkit.inference.trend import Slope, slope
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, FindingStatus, Withheld


def pre_trend(situation: Situation) -> Finding | None:
    """The difference between the sides' log-linear slopes before the start; with one side its slope.

    It is never found to be fine: an interval that holds 0 says only how large a difference remains possible. The
    statistic is the difference in per cent a year. Beside it stands the smallest difference that would have been seen
    with 80 per cent power (Roth 2022, AER: Insights 4). Where it cannot be judged, a design that could claim an effect
    loses the word.
    """
    whole = _sides(situation)
    if whole is None:
        return None
    if min(side.counts.size for side in whole) < FEWEST_BEFORE:
        return _unjudged(situation, _TOO_SHORT)
    found = slope(whole, step=periods.year_fraction(situation.panel.frequency))
    if found is None:
        return _unjudged(situation, _TOO_FEW)
    return _judged(found, situation.conf_level, two=len(whole) > 1)


def _sides(situation: Situation) -> Sequence[CellSeries] | None:
    """The series before the start of each side; ``None`` where they are not whole, and where there are none."""
    before = situation.estimand.before
    if before is None:
        return None
    if situation.design.id is DesignId.D4:
        return series_before(situation.estimand, situation.panel)
    sides = [situation.evidence(group, before) for group in situation.groups]
    whole = [side.series for side in sides if side is not None]
    return whole if len(whole) == len(sides) else None


def _unjudged(situation: Situation, reason: Statement) -> Finding:
    status, withholds = situation.unjudged
    return Finding(check=CheckId.PRE_TREND, status=status, withholds=withholds, reason=reason)


def _judged(found: Slope, conf_level: float, *, two: bool) -> Finding:
    low, high = found.limits(conf_level)
    differs = low > 0 or high < 0
    detectable = found.detectable(conf_level)
    made = _differs if differs else _possible
    return Finding(
        check=CheckId.PRE_TREND,
        status=FindingStatus.BLOCK if differs else FindingStatus.WARN,
        withholds=Withheld.EFFECT_LABEL if differs else None,
        reason=made(low, high, detectable, two=two),
        statistic=math.expm1(found.log_slope) * 100,
        threshold=0,
    )


def _possible(low: float, high: float, detectable: float, *, two: bool) -> Statement:
    most = per_cent(max(low, high, key=lambda limit: abs(math.expm1(limit))))
    seen = per_cent(detectable)
    subject = _between(two=two)
    return Statement(
        "trend_before_possible",
        Text(
            f"Vi kan inte utesluta {subject.sv} på upp till {most.sv} procent per år före starten. "
            f"{seen.sv} procent hade troligen synts.",
            f"We cannot rule out {subject.en} of up to {most.en} per cent a year before the start. "
            f"{seen.en} per cent would probably have been seen.",
        ),
    )


def _differs(low: float, high: float, detectable: float, *, two: bool) -> Statement:
    del detectable
    least, most = sorted((low, high), key=abs)
    subject = _between(two=two)
    return Statement(
        "trend_before_differs",
        Text(
            f"Redan före starten fanns {subject.sv} på {per_cent(least).sv} till {per_cent(most).sv} procent per år. "
            "Det kan ha fortsatt.",
            f"Before the start there was {subject.en} of {per_cent(least).en} to {per_cent(most).en} per cent a year. "
            "It may have gone on.",
        ),
    )


def _between(*, two: bool) -> Text:
    if two:
        return Text("en skillnad", "a difference")
    return Text("en förändring", "a change")


_TOO_SHORT = Statement(
    "trend_before_too_short",
    Text(
        f"Tiden före har färre än {FEWEST_BEFORE} perioder, så utvecklingen före starten kan inte bedömas.",
        f"The time before has fewer than {FEWEST_BEFORE} periods, so the development before cannot be judged.",
    ),
)
_TOO_FEW = Statement(
    "trend_before_too_few",
    Text(
        "Händelserna före starten är för få för att bedöma utvecklingen.",
        "The events before the start are too few to judge the development.",
    ),
)
