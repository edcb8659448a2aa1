"""Whether recording began together with what is to be evaluated."""

from __future__ import annotations

from datetime import date

import polars as pl

from evalkit import periods, style
from evalkit.checks.answers import numeral
from evalkit.checks.situation import Situation
from evalkit.estimands import Group, Window
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CellStatus, CheckId, FindingStatus, Frequency, Withheld

_YEAR_BEFORE = 12
_REPORTED = (CellStatus.VALUE.value, CellStatus.SUPPRESSED.value)


def recording(situation: Situation) -> Finding | None:
    """In how many of the periods each side reported, and when its reporting began.

    The right to speak of an effect is withheld when a side began to report less than 12 months before the start, or
    the group later than the areas it is compared with: what then looks like a change may be a register that came into
    use. That reporting began can only be seen where the panel reaches further back. The statistic is the least share
    of reported periods, the threshold 1.
    """
    before, after = situation.estimand.before, situation.estimand.after
    if before is None:
        return None
    begun = [_began(situation, group) for group in situation.groups]
    least = min(_share(situation, group, window) for group in situation.groups for window in (before, after))
    late = _late(situation, begun, after)
    return Finding(
        check=CheckId.RECORDING,
        status=FindingStatus.BLOCK if late else FindingStatus.OK if least == 1 else FindingStatus.WARN,
        reason=late or (_WHOLE if least == 1 else _gaps(situation, before, after)),
        statistic=least,
        threshold=1,
        withholds=Withheld.EFFECT_LABEL if late else None,
        from_counts=False,
    )


def _rows(situation: Situation, group: Group, window: Window) -> pl.DataFrame:
    return situation.panel.cells(situation.estimand.series, group.units, window.first, window.last)


def _reported(rows: pl.DataFrame, group: Group) -> list[date]:
    """The periods that every unit reported in."""
    counted = rows.filter(pl.col("status").is_in(_REPORTED)).group_by("period").len()
    return sorted(counted.filter(pl.col("len") == len(group.units))["period"])


def _share(situation: Situation, group: Group, window: Window) -> float:
    days = situation.starts(window)
    reported = set(_reported(_rows(situation, group, window), group))
    return sum(day in reported for day in days) / len(days) if days else 0.0


def _began(situation: Situation, group: Group) -> date | None:
    """The first reported period when the panel has earlier ones that were not reported, ``date.max`` when none was."""
    grid = situation.panel.frame["period"]
    first, last = grid.min(), grid.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    end = periods.last_day(last, situation.panel.frequency)
    rows = situation.panel.cells(situation.estimand.series, group.units, first, end)
    possible = rows.filter(pl.col("status") != CellStatus.NOT_APPLICABLE)["period"]
    reported = _reported(rows, group)
    if not reported:
        return date.max
    return reported[0] if possible.len() and possible.min() != reported[0] else None


def _late(situation: Situation, begun: list[date | None], after: Window) -> Statement | None:
    limit = periods.add(after.first, Frequency.MONTH, -_YEAR_BEFORE)
    for group, day in zip(situation.groups, begun, strict=True):
        if day == date.max:
            return _never(group.name)
        if day is not None and day > limit:
            return _with_start(group.name)
    own, *others = begun
    if own is not None and any(other is None or other < own for other in others):
        return _later_than_others(situation.groups[0].name)
    return None


def _with_start(name: Text) -> Statement:
    return Statement(
        "recording_began_with_start",
        Text(
            f"Registreringen i {name.sv} började mindre än ett år före starten. Man kan ha börjat räkna mer.",
            f"Recording in {name.en} began less than a year before the start. More may have been counted.",
        ),
    )


def _never(name: Text) -> Statement:
    return Statement(
        "recording_never",
        Text(
            f"{style.capital(name.sv)} har inte rapporterat någon period. Saknade uppgifter är inte noll.",
            f"{style.capital(name.en)} has reported no period. Missing data are not zero.",
        ),
    )


def _later_than_others(name: Text) -> Statement:
    return Statement(
        "recording_began_later",
        Text(
            f"Registreringen i {name.sv} började senare än i jämförelsen. Tiden före går inte att jämföra.",
            f"Recording in {name.en} began later than in the comparison. The time before cannot be compared.",
        ),
    )


def _gaps(situation: Situation, before: Window, after: Window) -> Statement:
    sides = [
        (group.name, *(numeral(100 * _share(situation, group, window)) for window in (before, after)))
        for group in situation.groups
    ]
    return Statement(
        "recording_has_gaps",
        Text(
            "Rapporterade perioder: "
            + "; ".join(f"{name.sv} {early.sv} procent före och {late.sv} efter" for name, early, late in sides)
            + ".",
            "Periods reported: "
            + "; ".join(f"{name.en} {early.en} per cent before and {late.en} after" for name, early, late in sides)
            + ".",
        ),
    )


_WHOLE = Statement(
    "recording_whole",
    Text(
        "Alla perioder är rapporterade, både före och efter.",
        "All periods are reported, both before and after.",
    ),
)
