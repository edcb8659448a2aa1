"""What was counted by time since areas joined, and what those that waited pointed to."""

from __future__ import annotations

from evalkit import style
from evalkit.disclosure import Released
from evalkit.estimands import Estimand
from evalkit.estimates import Step
from evalkit.language import Language, Text, in_language
from evalkit.tables.model import Align, Column, Table
from evalkit.vocabulary import Frequency

UNITS = {
    Frequency.MONTH: Text("månader", "months"),
    Frequency.QUARTER: Text("kvartal", "quarters"),
    Frequency.YEAR: Text("år", "years"),
}
_HEADS = (
    Text("Tid från anslutningen", "Time since joining"),
    Text("Antal", "Count"),
    Text("Väntat", "Expected"),
    Text("Kvot", "Ratio"),
    Text("Osäkerhet", "Uncertainty"),
)
_NOTE = Text(
    "Rader före anslutningen visar vad samma jämförelse ger när ingen ännu har anslutit; där bör kvoten ligga nära 1. "
    "Osäkerheten gäller varje rad för sig.",
    "Rows before joining show what the same comparison gives when nobody has joined yet; there the ratio should be "
    "near 1. The uncertainty is that of each row by itself.",
)


def joining(released: Released, item: Estimand, frequency: Frequency, language: Language = Language.SV) -> Table | None:
    """One row per time since joining; ``None`` when there is none to show."""
    steps = released.estimates.get(item.id).steps
    if not steps:
        return None
    caption = Text(
        f"{item.id}: före och efter anslutningen, i {UNITS[frequency].sv}",
        f"{item.id}: before and after joining, in {UNITS[frequency].en}",
    )
    return Table(
        id=f"tbl-{item.id}-anslutning",
        caption=caption.in_language(language),
        columns=tuple(
            Column(head.in_language(language), *(() if place == 0 else (Align.RIGHT,)))
            for place, head in enumerate(_HEADS)
        ),
        rows=tuple(_row(step, language) for step in steps),
        notes=(_NOTE.in_language(language),),
    )


def since(step: Step, language: Language) -> str:
    """The time since joining of a step: *0*, *3 till 5*; before joining with a minus sign."""
    first, last = (style.number(number, language) for number in (step.since, step.last))
    return first if step.since == step.last else f"{first} {in_language(language, 'till', 'to')} {last}"


def _row(step: Step, language: Language) -> tuple[str, ...]:
    return (
        since(step, language),
        style.number(step.counted, language),
        style.number(round(step.expected), language),
        style.MISSING_MARK if step.ratio is None else style.number(step.ratio, language, decimals=2),
        interval(step, language),
    )


def interval(step: Step, language: Language) -> str:
    """The limits of a step's ratio in words; a dash when they cannot be told."""
    if step.conf_low is None or step.conf_high is None:
        return style.MISSING_MARK
    low = style.number(step.conf_low, language, decimals=2)
    if step.conf_high == float("inf"):
        return in_language(language, f"{low} och uppåt", f"{low} or more")
    return f"{low} {in_language(language, 'till', 'to')} {style.number(step.conf_high, language, decimals=2)}"
