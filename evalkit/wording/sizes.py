"""Ratios and limits in words that stand up to zero and to no limit at all."""

from __future__ import annotations

import math

from evalkit import style
from evalkit.language import Language, in_language

# Below this a ratio is told in per cent: 1.995 is the first that would be shown as 2.0 times.
_TWICE = 1.995
# A limit beyond this is no limit that anybody can use.
VAST = 1000.0
_WHOLE = 100


def change(ratio: float, language: Language = Language.SV) -> str:
    """A ratio as a reader says it: per cent up to a doubling, then times as many.

    Examples
    --------
    >>> from evalkit.wording import change
    >>> change(0.8), change(1.25), change(3.71)
    ('20 procent färre', '25 procent fler', '3,7 gånger så många')
    >>> change(1.002), change(0.003), change(0)
    ('mindre än 1 procent fler', 'mer än 99 procent färre', '100 procent färre')
    """
    if ratio > VAST:
        many = style.number(VAST, language)
        return in_language(language, f"mer än {many} gånger så många", f"more than {many} times as many")
    if ratio >= _TWICE:
        many = style.significant(ratio, language)
        return in_language(language, f"{many} gånger så många", f"{many} times as many")
    if ratio == 1:
        return in_language(language, "lika många", "as many")
    more = in_language(language, "fler", "more") if ratio > 1 else in_language(language, "färre", "fewer")
    return f"{_percent(ratio, language)} {more}"


def _percent(ratio: float, language: Language) -> str:
    percent = abs(round((ratio - 1) * _WHOLE))
    if percent == 0:
        return in_language(language, "mindre än 1 procent", "less than 1 per cent")
    if percent == _WHOLE and 0 < ratio < 1:
        return in_language(language, "mer än 99 procent", "more than 99 per cent")
    return f"{style.number(percent, language)} {in_language(language, 'procent', 'per cent')}"


def change_between(low: float, high: float, language: Language = Language.SV) -> str:
    """Two ratios as the ends of a span, with what they share said once.

    >>> from evalkit.wording import change_between
    >>> change_between(1.14, 1.52), change_between(0.8, 1.5)
    ('14 till 52 procent fler', '20 procent färre till 50 procent fler')
    >>> change_between(2.5, float("inf"))
    '2,5 gånger så många och uppåt utan gräns'
    """
    first, last = change(low, language), change(high, language)
    if high > VAST:
        return unlimited(first, language)
    shared = first.partition(" ")[2]
    if shared and first[0].isdigit() and last.partition(" ")[2] == shared:
        first = first.partition(" ")[0]
    return f"{first} {to(language)} {last}"


def unlimited(low: str, language: Language) -> str:
    """A span without an upper end."""
    return in_language(language, f"{low} och uppåt utan gräns", f"{low} upwards without limit")


def to(language: Language) -> str:
    """The word between the ends of a span."""
    return in_language(language, "till", "to")


def uncertainty(span: str, language: Language) -> str:
    """A span as the bracket after a number."""
    return in_language(language, f"(osäkerhet från {span})", f"(uncertainty from {span})")


def ends(low: str, high: str, upper: float, language: Language) -> str:
    """Two limits already in words; ``upper`` tells whether the higher one is any limit."""
    return unlimited(low, language) if math.isinf(upper) else f"{low} {to(language)} {high}"
