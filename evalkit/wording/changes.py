"""D2 in words: one area, before and after; and how it went against what the time before pointed to."""

from __future__ import annotations

import math

from evalkit import style
from evalkit.language import Language, in_language
from evalkit.wording.reading import Reading
from evalkit.wording.sizes import change, change_between, uncertainty


def before_after(reading: Reading, language: Language) -> str:
    """Both counts, then the change per exposure with its interval."""
    return f"{_counts(reading, language)} {_size(reading, language)}"


def _counts(reading: Reading, language: Language) -> str:
    after, before = reading.estimate.cells
    early, late = (window.name.in_language(language) for window in reading.windows)
    counted, later = reading.counted(before.events, language), style.number(after.events, language)
    where = reading.here(language)
    were = "was" if before.events == 1 else "were"
    return in_language(
        language,
        f"I {where} registrerades {counted} under {early} och {later} under {late}.",
        f"In {where} there {were} {counted} recorded in {early} and {later} in {late}.",
    )


def _size(reading: Reading, language: Language) -> str:
    ratio, low, high = reading.numbers
    per = reading.per(language)
    if math.isinf(ratio):
        return _from_nothing(low, per, language)
    size, span = change(ratio, language), uncertainty(change_between(low, high, language), language)
    return in_language(language, f"{per} är det {size} {span}.", f"{per} that is {size} {span}.")


def _from_nothing(low: float, per: str, language: Language) -> str:
    """With none before there is no number for the change, but there may be a least one."""
    told = in_language(
        language,
        "Inga registrerades före, så förändringen går inte att ange som ett tal.",
        "None were recorded before, so the change cannot be given as a number.",
    )
    if low <= 1:
        return told
    least = change(low, language)
    return f"{told} {in_language(language, f'{per} är det minst {least}.', f'{per} it is at least {least}.')}"


def interrupted(reading: Reading, language: Language) -> str:
    """How many there were, how many the development before pointed to, and the ratio with its interval."""
    ratio, low, high = reading.numbers
    after = reading.estimate.cells[0]
    counted, expected = reading.counted(after.events, language), style.number(round(after.events / ratio), language)
    late = reading.windows[1].name.in_language(language)
    where, were = reading.here(language), "was" if after.events == 1 else "were"
    size, span = change(ratio, language), uncertainty(change_between(low, high, language), language)
    return in_language(
        language,
        f"I {where} registrerades {counted} under {late}. {_pointed_to(reading, language)} omkring {expected}. "
        f"Skillnaden är {size} {span}.",
        f"In {where} there {were} {counted} recorded in {late}. {_pointed_to(reading, language)} about {expected}. "
        f"The difference is {size} {span}.",
    )


def _pointed_to(reading: Reading, language: Language) -> str:
    if reading.estimand.comparison is None:
        return in_language(language, "Utvecklingen dittills pekade mot", "The development until then pointed to")
    there = reading.there(language)
    return in_language(
        language,
        f"Utvecklingen dittills, och hur det gick i {there}, pekade mot",
        f"The development until then, and how it went in {there}, pointed to",
    )


def joined(reading: Reading, language: Language) -> str:
    """D5: how many there were, and the ratio to what areas pointed to that had not joined yet."""
    ratio, low, high = reading.numbers
    where = reading.here(language)
    size, span = change(ratio, language), uncertainty(change_between(low, high, language), language)
    after = [step for step in reading.estimate.steps if step.since >= 0]
    if not after:
        return in_language(
            language,
            f"Jämfört med vad områden som ännu inte hade anslutit pekade mot blev det i {where}, efter anslutningen, "
            f"{size} {span}.",
            f"Against what areas that had not joined yet pointed to, there were in {where}, after joining, "
            f"{size} {span}.",
        )
    events, awaited = sum(step.counted for step in after), round(sum(step.expected for step in after))
    counted, were = reading.counted(events, language), "was" if events == 1 else "were"
    expected = style.number(awaited, language)
    return in_language(
        language,
        f"I {where} registrerades {counted} efter att de hade anslutit. Områden som ännu inte hade anslutit pekade mot "
        f"omkring {expected}. Skillnaden är {size} {span}.",
        f"In {where} there {were} {counted} recorded after they had joined. Areas that had not joined yet pointed to "
        f"about {expected}. The difference is {size} {span}.",
    )
