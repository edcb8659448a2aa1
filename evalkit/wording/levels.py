"""D1 in words: how many, and how many per so many."""

from __future__ import annotations

import math

from evalkit import style
from evalkit.language import Language, in_language
from evalkit.wording.reading import Reading
from evalkit.wording.sizes import VAST, ends, uncertainty


def level(reading: Reading, language: Language) -> str:
    """Number recorded, then the rate with its interval."""
    events = reading.estimate.events or 0
    when = reading.estimand.after.name.in_language(language)
    where, counted = reading.here(language), reading.counted(events, language)
    value, span = scaled(reading, language)
    rate = f"{value} {reading.exposure.scale_text.in_language(language)} {uncertainty(span, language)}"
    were = "was" if events == 1 else "were"
    return in_language(
        language,
        f"I {where} registrerades {counted} under {when}. Det är {rate}.",
        f"In {where} there {were} {counted} recorded in {when}. That is {rate}.",
    )


def scaled(reading: Reading, language: Language) -> tuple[str, str]:
    """The rate and its span on the scale that the exposure is told in."""
    estimate, low, high = (number * reading.exposure.scale_per for number in reading.numbers)
    # One degree of freedom and few events give a limit that is finite on paper only.
    top = math.inf if high > VAST * max(estimate, low) > 0 else high
    value, least, most = style.together((estimate, low, top), language)
    return value, ends(least, most, top, language)
