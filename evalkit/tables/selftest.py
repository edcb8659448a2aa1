"""The table of the self-test: one row for each comparison and known effect."""

from __future__ import annotations

from evalkit import style
from evalkit.language import Language, in_language
from evalkit.selftest import SelfTest, Trial
from evalkit.tables.model import Align, Column, Table
from evalkit.wording.selftest import effect, percent


def self_tested(found: SelfTest, language: Language = Language.SV) -> Table:
    """What was put in, the middle of what came out, how often the interval held it and how often it left out 1."""
    return Table(
        id="tbl-sjalvtest",
        caption=in_language(language, "Självtest med kända effekter", "Self-test with known effects"),
        columns=(
            Column(in_language(language, "Nr", "No."), weight=2),
            Column(in_language(language, "Inlagd förändring", "Change put in"), weight=4),
            Column(in_language(language, "Mitten av svaren", "Middle of the answers"), Align.RIGHT, weight=3),
            Column(in_language(language, "Intervallet täckte", "Interval held it"), Align.RIGHT, weight=3),
            Column(in_language(language, "Såg en förändring", "Saw a change"), Align.RIGHT, weight=3),
            Column(in_language(language, "Gav tal", "Gave a number"), Align.RIGHT, weight=3),
        ),
        rows=tuple(_row(one, language) for one in found.trials),
    )


def _row(one: Trial, language: Language) -> tuple[str, ...]:
    return (
        f"{one.estimand_id} ({one.design.value})",
        effect(one, language),
        "–" if one.median is None else style.number(one.median, language, decimals=2),
        *("–" if share is None else percent(share, language) for share in (one.coverage, one.excludes_one)),
        percent(one.estimated / one.draws, language),
    )
