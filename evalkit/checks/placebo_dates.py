"""Whether a start that never was would have given an answer too."""

from __future__ import annotations

from dataclasses import replace

from evalkit.breaks import FEWEST_BEFORE
from evalkit.checks.answers import Answer, answer
from evalkit.checks.situation import Situation
from evalkit.estimands import Window
from evalkit.estimates import Estimate
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus

STEP = 6
"""Periods between one invented start and the next."""
_DECIDED = (Answer.ABOVE, Answer.BELOW)


def placebo_dates(situation: Situation) -> Finding | None:
    """The estimate again inside the time before, with a start invented every six periods.

    The statistic is how many of them have an interval that excludes no change; the threshold is 0. Several invented
    starts share periods and are no independent trials, so what chance gives is judged by Bonferroni's bound, which
    holds whatever they share: the check warns when one of ``m`` starts excludes no change also at the level
    ``1 - (1 - conf_level) / m``. Where no start can be answered at that level, as with few areas to rank among, the
    one in the middle is judged at ``conf_level``.
    """
    before = situation.estimand.before
    if before is None:
        return None
    days = situation.starts(before)
    splits = range(FEWEST_BEFORE, len(days) - FEWEST_BEFORE + 1, STEP)
    if not splits:
        return None
    pairs = [(situation.part(before, days[:split]), situation.part(before, days[split:])) for split in splits]
    plain = [answer(found) for found in _each(situation, pairs)]
    if not any(plain):
        return None
    strict = replace(situation, conf_level=1 - (1 - situation.conf_level) / len(pairs))
    judged = [answer(found) for found in _each(strict, pairs)]
    if not any(judged):
        answered: list[Answer | None] = [seen for seen in plain if seen is not None]
        plain = judged = [answered[len(answered) // 2]]
    beyond = any(seen in _DECIDED for seen in judged)
    tried, hits = sum(seen is not None for seen in plain), sum(seen in _DECIDED for seen in plain)
    return Finding(
        check=CheckId.PLACEBO_DATES,
        status=FindingStatus.WARN if beyond else FindingStatus.OK,
        reason=beyond_chance(hits, tried) if beyond else within_chance(hits, tried),
        statistic=hits,
        threshold=0,
    )


def _each(situation: Situation, pairs: list[tuple[Window, Window]]) -> list[Estimate]:
    return [
        situation.again(before=early, after=replace(late, id=f"{late.id}_late"), margin=None) for early, late in pairs
    ]


def beyond_chance(hits: int, tried: int) -> Statement:
    """More invented starts gave an answer than chance gives."""
    return Statement(
        "invented_starts_answer",
        Text(
            f"Av {tried} påhittade startdatum i tiden före gav {hits} en skillnad. Det är mer än slumpen brukar ge.",
            f"Of {tried} invented start dates in the time before, {hits} gave a difference. Chance gives fewer.",
        ),
    )


def within_chance(hits: int, tried: int) -> Statement:
    """No more invented starts gave an answer than chance gives."""
    return Statement(
        "invented_starts_quiet",
        Text(
            f"Av {tried} påhittade startdatum i tiden före gav {hits} en skillnad. Det är inte mer än slumpen kan ge.",
            f"Of {tried} invented start dates in the time before, {hits} gave a difference. Chance can give that.",
        ),
    )
