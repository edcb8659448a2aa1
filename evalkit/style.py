"""How numbers, dates and colours look: Swedish or English conventions, one brand.

Babel does the formatting; the locale of the machine is never consulted. A number in a sentence
has as many digits as its interval can bear, not as many as the computer has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import yaml
from babel.numbers import format_decimal

from evalkit import resources
from evalkit.language import Language, Text

MINUS = "\u2212"
NO_BREAK = "\u00a0"
_BABEL = {Language.SV: "sv_SE", Language.EN: "en_GB"}
_WORDS = {
    Language.SV: ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"),
    Language.EN: (
        "none",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
}


def number(value: float, language: Language = Language.SV, *, decimals: int = 0) -> str:
    r"""A number with grouping, the language's decimal mark and a true minus sign.

    Examples
    --------
    >>> from evalkit.style import number
    >>> number(1234.5, decimals=1) == "1\u00a0234,5"
    True
    >>> number(-3) == "\u22123"
    True
    """
    if math.isinf(value):
        return "obegränsat" if language is Language.SV else "unbounded"
    rounded = round(value, decimals) + 0.0
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(rounded, format=pattern, locale=_BABEL[language])
    return str(text).replace("-", MINUS)


def significant(value: float, language: Language = Language.SV, *, digits: int = 2) -> str:
    """A number with so many significant digits, never fewer than its whole part has.

    Examples
    --------
    >>> from evalkit.style import significant
    >>> significant(10.847)
    '11'
    >>> significant(0.0347)
    '0,035'
    """
    return number(value, language, decimals=decimals_for(value, digits=digits))


def decimals_for(value: float, *, digits: int = 2) -> int:
    """Decimals that show ``digits`` significant digits of ``value``; at most six."""
    if value == 0 or math.isinf(value):
        return 0
    return min(6, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def together(values: tuple[float, ...], language: Language = Language.SV, *, digits: int = 2) -> tuple[str, ...]:
    """Numbers that are read together, all with the decimals that the smallest one needs, at most three."""
    finite = [value for value in values if value and not math.isinf(value)]
    decimals = min(3, max((decimals_for(value, digits=digits) for value in finite), default=0))
    return tuple(number(value, language, decimals=0 if math.isinf(value) else decimals) for value in values)


def count_word(value: int, language: Language = Language.SV, *, neuter: bool = False) -> str:
    """Small whole numbers as words, as in running text; larger ones in digits.

    ``neuter`` is for Swedish nouns with *ett*.

    >>> from evalkit.style import count_word
    >>> count_word(1), count_word(1, neuter=True), count_word(13)
    ('en', 'ett', '13')
    """
    if neuter and value == 1 and language is Language.SV:
        return "ett"
    words = _WORDS[language]
    return words[value] if 0 <= value < len(words) else number(value, language)


def capital(sentence: str) -> str:
    """The sentence with its first letter large and the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


MISSING_MARK = "–"
STATUS_WORDS: dict[str, Text] = {
    "value": Text("uppgift finns", "reported"),
    "suppressed": Text("dolt antal", "suppressed"),
    "missing": Text("uppgift saknas", "missing"),
    "not_applicable": Text("kan inte förekomma", "not applicable"),
    "not_yet_reported": Text("inte rapporterat ännu", "not yet reported"),
}


@dataclass(frozen=True, slots=True)
class Brand:
    """The colours of page and figures, from the one brand file."""

    ink: str
    paper: str
    accent: str
    second: str
    muted: str
    rule: str

    @property
    def sides(self) -> tuple[str, ...]:
        """Line colours in order of use; told apart also in grey, and never alone in carrying meaning."""
        return (self.accent, self.second, self.muted)


@cache
def brand() -> Brand:
    """Read ``reports/_brand.yml``."""
    palette = yaml.safe_load((resources.reports() / "_brand.yml").read_text("utf-8"))["color"]["palette"]
    return Brand(
        ink=palette["ink"],
        paper=palette["paper"],
        accent=palette["petrol"],
        second=palette["rust"],
        muted=palette["stone"],
        rule=palette["rule"],
    )
