"""D2 in words: one area, before and after."""

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
