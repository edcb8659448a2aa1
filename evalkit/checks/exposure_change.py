"""Whether more was found because more was looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evalkit.checks.answers import numeral
from evalkit.checks.situation import Situation
from evalkit.comparisons.decomposition import decompose
from evalkit.comparisons.decomposition_result import Decomposition
from evalkit.designs.evidence import Evidence
from evalkit.estimands import Group
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, ExposureKind, FindingStatus

MOST_CHANGE = 0.2
"""A change of the exposure by more than this, up or down by the same factor, is warned for."""


@dataclass(frozen=True, slots=True)
class _Change:
    """Of one side: the ratio after to before of what is divided by, per period, and what it means for the count."""

    group: Group
    ratio: float
    parts: Decomposition | None


def exposure_change(situation: Situation) -> Finding | None:
    """The change of the exposure per period on each side; for visits also what part of the findings it makes up.

    The statistic is the ratio after to before of the side that changed most, the threshold 1.2 (or 1/1.2).
    """
    changes = [change for group in situation.groups if (change := _change(situation, group)) is not None]
    if not changes:
        return None
    most = max(changes, key=lambda change: abs(math.log(change.ratio)))
    large = [change for change in changes if abs(math.log(change.ratio)) > math.log1p(MOST_CHANGE)]
    noun = _noun(situation)
    return Finding(
        check=CheckId.EXPOSURE_CHANGE,
        status=FindingStatus.WARN if large else FindingStatus.OK,
        reason=_changed(large, noun) if large else _steady(noun),
        statistic=most.ratio,
        threshold=1 + MOST_CHANGE if most.ratio >= 1 else 1 / (1 + MOST_CHANGE),
    )


def _change(situation: Situation, group: Group) -> _Change | None:
    before = situation.estimand.before
    if before is None:
        return None
    after, earlier = situation.evidence(group, situation.estimand.after), situation.evidence(group, before)
    if after is None or earlier is None:
        return None
    ratio = _per_period(after) / _per_period(earlier)
    exposure = situation.book.exposure(situation.estimand.series.exposure)
    visits = exposure is not None and exposure.kind is ExposureKind.FLOW and _whole(after) and _whole(earlier)
    return _Change(group, ratio, _parts(after, earlier) if visits else None)


def _per_period(found: Evidence) -> float:
    return found.cell.exposure / found.series.counts.size


def _whole(found: Evidence) -> bool:
    return found.cell.exposure.is_integer()


def _parts(after: Evidence, before: Evidence) -> Decomposition:
    return decompose(
        visits_after=after.cell.exposure,
        visits_before=before.cell.exposure,
        findings_after=after.cell.events,
        findings_before=before.cell.events,
        exposure_after=after.series.counts.size,
        exposure_before=before.series.counts.size,
    )


def _noun(situation: Situation) -> Text:
    code = situation.estimand.series.exposure
    exposure = situation.book.exposure(code)
    return Text(code, code) if exposure is None else exposure.short


def _steady(noun: Text) -> Statement:
    return Statement(
        "exposure_steady",
        Text(
            f"Det som antalen ställs mot ({noun.sv}) ändrades med mindre än en femtedel.",
            f"What the counts are set against ({noun.en}) changed by less than a fifth.",
        ),
    )


def _changed(changes: list[_Change], noun: Text) -> Statement:
    sides = [_side(change) for change in changes]
    return Statement(
        "exposure_changed",
        Text(
            f"Efter mot före, {noun.sv} per period: {'; '.join(side.sv for side in sides)}.",
            f"After to before, {noun.en} per period: {'; '.join(side.en for side in sides)}.",
        ),
    )


def _side(change: _Change) -> Text:
    times, name = numeral(change.ratio, decimals=2), change.group.name
    of_findings = _of_findings(change.parts)
    return Text(f"{name.sv} {times.sv} gånger{of_findings.sv}", f"{name.en} {times.en} times{of_findings.en}")


def _of_findings(parts: Decomposition | None) -> Text:
    """Findings as visits times hit rate, where all three are numbers above 0."""
    ratios = () if parts is None else (parts.findings.estimate, parts.hit_rate.estimate)
    known = [numeral(ratio, decimals=2) for ratio in ratios if ratio is not None and 0 < ratio < math.inf]
    if len(known) < len(ratios) or not known:
        return Text("", "")
    found, rate = known
    return Text(
        f" (antalet {found.sv}, per besök {rate.sv})",
        f" (the count {found.en}, per visit {rate.en})",
    )
