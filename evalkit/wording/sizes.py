"""Ratios and limits in words that stand up to zero and to no limit at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evalkit import style
from evalkit.language import Language, Text, in_language

# Below this a ratio is told in per cent: 1.995 is the first that would be shown as 2.0 times.
_TWICE = 1.995
# A limit beyond this is no limit that anybody can use.
VAST = 1000.0
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Comparatives:
    """How one sort of thing is said to be less, more, as much, and so many times as much."""

    less: Text
    more: Text
    alike: Text
    times: Text


NUMBERS = Comparatives(
    Text("färre", "fewer"), Text("fler", "more"), Text("lika många", "as many"), Text("så många", "as many")
)
TIMES = Comparatives(
    Text("kortare", "shorter"), Text("längre", "longer"), Text("lika lång", "as long"), Text("så lång", "as long")
)
LEVELS = Comparatives(
    Text("lägre", "lower"), Text("högre", "higher"), Text("lika hög", "as high"), Text("så hög", "as high")
)


def change(ratio: float, language: Language = Language.SV, words: Comparatives = NUMBERS) -> str:
    """A ratio as a reader says it: per cent up to a doubling, then times as many.

    Examples
    --------
    >>> from evalkit.wording import change
    >>> change(0.8), change(1.25), change(3.71)
    ('20 procent färre', '25 procent fler', '3,7 gånger så många')
    >>> from evalkit.wording.sizes import TIMES
    >>> change(1.25, words=TIMES), change(3.71, words=TIMES)
    ('25 procent längre', '3,7 gånger så lång')
    >>> change(1.002), change(0.003), change(0)
    ('mindre än 1 procent fler', 'mer än 99 procent färre', '100 procent färre')
    """
    if ratio > VAST:
        many = style.number(VAST, language)
        return f"{in_language(language, 'mer än', 'more than')} {_times(many, language, words)}"
    if ratio >= _TWICE:
        return _times(style.significant(ratio, language), language, words)
    if ratio == 1:
        return words.alike.in_language(language)
    return f"{_percent(ratio, language)} {(words.more if ratio > 1 else words.less).in_language(language)}"


def _times(many: str, language: Language, words: Comparatives) -> str:
    return f"{many} {in_language(language, 'gånger', 'times')} {words.times.in_language(language)}"


def _percent(ratio: float, language: Language) -> str:
    percent = abs(round((ratio - 1) * _WHOLE))
    if percent == 0:
        return in_language(language, "mindre än 1 procent", "less than 1 per cent")
    if percent == _WHOLE and 0 < ratio < 1:
        return in_language(language, "mer än 99 procent", "more than 99 per cent")
    return f"{style.number(percent, language)} {in_language(language, 'procent', 'per cent')}"


def change_between(low: float, high: float, language: Language = Language.SV, words: Comparatives = NUMBERS) -> str:
    """Two ratios as the ends of a span, with what they share said once.

    >>> from evalkit.wording import change_between
    >>> change_between(1.14, 1.52), change_between(0.8, 1.5)
    ('14 till 52 procent fler', '20 procent färre till 50 procent fler')
    >>> change_between(2.5, float("inf"))
    '2,5 gånger så många och uppåt utan gräns'
    """
    first, last = change(low, language, words), change(high, language, words)
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
