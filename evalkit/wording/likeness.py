"""Whether two sides are alike within a margin, in sentences; "no effect" is never one of them."""

from __future__ import annotations

from evalkit import style
from evalkit.comparisons.equivalence import RATIOS
from evalkit.equivalences import Equivalence, EquivalenceVerdict
from evalkit.language import Language, Text, in_language
from evalkit.vocabulary import Scale
from evalkit.wording.sizes import LEVELS, NUMBERS, TIMES, change_between, to

_UNITS = Text("enheter", "units")
_POINTS = Text("procentenheter", "percentage points")


def equivalence_sentence(found: Equivalence, language: Language = Language.SV, *, unit: Text | None = None) -> str:
    """What a verdict says, with its margin; a refusal gives its reason.

    ``unit`` is what a difference is counted in, such as days; a ratio needs none, and shares differ by percentage
    points.

    Examples
    --------
    >>> import evalkit as ek
    >>> from evalkit.wording import equivalence_sentence
    >>> equivalence_sentence(ek.rate_equivalence(3, 1.0, 4, 1.0, margin=0.2)).split(" (")[0]
    'Det går inte att avgöra om skillnaden är större eller mindre än den gräns som bestämdes på förhand'
    """
    if found.reason is not None:
        return found.reason.text.in_language(language)
    limits = _between(found, language, unit)
    return _SENTENCES[found.verdict].in_language(language).format(limits=limits)


def not_worse_sentence(found: Equivalence, language: Language = Language.SV) -> str:
    """Whether the first side is shown not to be worse by more than the margin; empty where no direction is good."""
    if found.is_not_worse is None:
        return ""
    return (_NOT_WORSE if found.is_not_worse else _MAYBE_WORSE).in_language(language)


_SENTENCES = {
    EquivalenceVerdict.EQUIVALENT: Text(
        "I praktiken var resultatet detsamma: skillnaden är sannolikt mindre än den gräns som på förhand "
        "bestämdes vara utan betydelse ({limits}).",
        "In practice the result was the same: the difference is probably smaller than the limit that was "
        "set beforehand as being of no importance ({limits}).",
    ),
    EquivalenceVerdict.SMALL_DIFFERENCE: Text(
        "Det finns en skillnad, men den är sannolikt mindre än den gräns som på förhand bestämdes vara utan "
        "betydelse ({limits}).",
        "There is a difference, but it is probably smaller than the limit that was set beforehand as being of no "
        "importance ({limits}).",
    ),
    EquivalenceVerdict.DIFFERENT: Text(
        "Det finns en skillnad, och den kan vara större än den gräns som på förhand bestämdes vara utan "
        "betydelse ({limits}).",
        "There is a difference, and it may be larger than the limit that was set beforehand as being of no "
        "importance ({limits}).",
    ),
    EquivalenceVerdict.UNDETERMINED: Text(
        "Det går inte att avgöra om skillnaden är större eller mindre än den gräns som bestämdes på förhand "
        "({limits}). Underlaget är för litet.",
        "It cannot be determined whether the difference is larger or smaller than the limit that was set beforehand "
        "({limits}). There are too few data.",
    ),
}
_NOT_WORSE = Text(
    "Den första sidan är sannolikt inte sämre med mer än gränsen.",
    "The first side is probably not worse by more than the limit.",
)
_MAYBE_WORSE = Text(
    "Det går inte att utesluta att den första sidan är sämre med mer än gränsen.",
    "It cannot be ruled out that the first side is worse by more than the limit.",
)


_HUNDRED = 100
_WORDS = {Scale.DURATION_RATIO: TIMES, Scale.PROPORTION_RATIO: LEVELS, Scale.SLOPE_RATIO: LEVELS}


def _between(found: Equivalence, language: Language, unit: Text | None) -> str:
    low, high = found.margin.low, found.margin.high
    if found.scale in RATIOS:
        return change_between(low, high, language, _WORDS.get(found.scale, NUMBERS))
    less, more = in_language(language, "mindre", "less"), in_language(language, "mer", "more")
    is_share = found.scale is Scale.PROPORTION_DIFFERENCE and unit is None
    ends = style.together(tuple(abs(end) * (_HUNDRED if is_share else 1) for end in (low, high)), language)
    word = (unit or (_POINTS if is_share else _UNITS)).in_language(language)
    return f"{ends[0]} {word} {less} {to(language)} {ends[1]} {word} {more}"
