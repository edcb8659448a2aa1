"""What a report says of an estimate: headline, hedge, and the words of its tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from evalkit import style
from evalkit.comparisons.equivalence import held_against
from evalkit.designs.difference_in_differences import compares_two_models
from evalkit.language import Language, Text, in_language
from evalkit.vocabulary import DesignId
from evalkit.wording.changes import before_after, interrupted, joined
from evalkit.wording.differences import among_many, difference, move
from evalkit.wording.families import FALLS, SHORT
from evalkit.wording.levels import level, scaled
from evalkit.wording.likeness import equivalence_sentence
from evalkit.wording.reading import Reading
from evalkit.wording.sizes import VAST, to

_HEADLINES: Mapping[DesignId, Callable[[Reading, Language], str]] = {
    DesignId.D1: level,
    DesignId.D2: before_after,
    DesignId.D2_ITS: interrupted,
    DesignId.D2C: interrupted,
    DesignId.D3: difference,
    DesignId.D4: among_many,
    DesignId.D5: joined,
}


def headline(reading: Reading, language: Language = Language.SV) -> str:
    """What was found, in one to three sentences; a refusal gives its reason.

    Raises
    ------
    KeyError
        When a design is added to the registry without words of its own.
    """
    if not reading.estimate.is_estimated:
        return reading.estimate.reason.text.in_language(language) if reading.estimate.reason else ""
    return _HEADLINES[reading.estimand.design](reading, language)


def hedge(reading: Reading, language: Language = Language.SV) -> str:
    """What must be said in the same breath: what the number cannot carry. Empty for a plain level."""
    if not reading.estimate.is_estimated:
        return ""
    told = _hedge(reading).in_language(language)
    return " ".join(part for part in (told, _margin(reading, language)) if part)


def _hedge(reading: Reading) -> Text:
    if not reading.is_comparison:
        return _NONE_RECORDED if reading.estimate.events == 0 else _NOTHING_TO_ADD
    if reading.falls_among_others:
        return FALLS if _is_alike(reading) else Text(f"{FALLS.sv} {_NOT_ABSENT.sv}", f"{FALLS.en} {_NOT_ABSENT.en}")
    if reading.includes_null:
        return _NOTHING_TO_ADD if _is_alike(reading) else _CHANCE
    if compares_two_models(reading.estimand):
        return _TWO_MODELS
    word = _points_to(reading)
    return Text(
        f"Siffrorna pekar mot en {word.sv}, men andra förklaringar kan inte uteslutas. "
        "Vi kan inte säga att arbetssättet är orsaken.",
        f"The figures point to {word.en}, but other explanations cannot be ruled out. "
        "We cannot say that the way of working is the cause.",
    )


def _is_alike(reading: Reading) -> bool:
    """Whether the difference is shown to be smaller than the plan's margin: then there are not too few data."""
    margin = reading.estimand.margin
    if margin is None:
        return False
    return held_against(reading.estimate, margin, good=reading.metric.good_direction).is_within


def _margin(reading: Reading, language: Language) -> str:
    """The verdict on the plan's margin. The report's own interval is used for it, which is the stricter choice."""
    margin = reading.estimand.margin
    if margin is None or not reading.is_comparison:
        return ""
    found = held_against(reading.estimate, margin, good=reading.metric.good_direction)
    # A difference that does not stand among the questions asked is not told as one here either.
    return equivalence_sentence(replace(found, differs=found.differs and not reading.falls_among_others), language)


def _points_to(reading: Reading) -> Text:
    if reading.estimand.design.has_other_side:
        return Text("skillnad mellan områdena", "a difference between the areas")
    return Text("ökning", "an increase") if reading.numbers[0] > 1 else Text("minskning", "a decrease")


_AGAINST_A_TREND = frozenset({DesignId.D2_ITS, DesignId.D2C})
_EXPECTED = (Text("färre än väntat", "fewer than expected"), Text("fler än väntat", "more than expected"))
_ONE_AREA: Mapping[DesignId, tuple[Text, Text]] = {
    DesignId.D2: (Text("minskade", "fell"), Text("ökade", "rose")),
    DesignId.D2_ITS: _EXPECTED,
    DesignId.D2C: _EXPECTED,
    DesignId.D5: _EXPECTED,
}
_NOTHING_TO_ADD = Text("", "")
_NONE_RECORDED = Text(
    "Noll registrerade betyder inte att inget har hänt.", "None recorded does not mean that nothing happened."
)
_NOT_ABSENT = Text(
    "Det betyder inte att effekt saknas; underlaget är för litet.",
    "That does not mean that an effect is absent; there are too few data.",
)
_CHANCE = Text(
    f"Skillnaden kan inte skiljas från slumpen. {_NOT_ABSENT.sv}",
    f"The difference cannot be told from chance. {_NOT_ABSENT.en}",
)
_TWO_MODELS = Text(
    "Det är den ena modellen minus den andra, inte effekten av någon av dem, och andra förklaringar kan inte "
    "uteslutas.",
    "This is one model minus the other, not the effect of either, and other explanations cannot be ruled out.",
)


def says_something(reading: Reading) -> bool:
    """Whether the estimate can stand under "this you can say": it is there, and told from chance if compared."""
    if not reading.estimate.is_estimated:
        return False
    return not reading.is_comparison or reading.shows_difference


def short_answer(reading: Reading, language: Language = Language.SV) -> str:
    """A word or two for a table."""
    return _short_answer(reading).in_language(language)


def _short_answer(reading: Reading) -> Text:
    if not reading.estimate.is_estimated:
        return Text("går inte att beräkna", "cannot be calculated")
    if not reading.is_comparison:
        return Text("beskrivning", "description")
    if reading.includes_null:
        return Text("kan inte skiljas från slumpen", "cannot be told from chance")
    if reading.falls_among_others:
        return SHORT
    if reading.estimand.design in _ONE_AREA:
        return _ONE_AREA[reading.estimand.design][reading.numbers[0] > 1]
    return move(reading).short


def number_with_interval(reading: Reading, language: Language = Language.SV) -> tuple[str, str]:
    """The number and its interval for a table, on the scale that the sentence uses; empty for a refusal."""
    if not reading.estimate.is_estimated:
        return "", ""
    if not reading.is_comparison:
        value, span = scaled(reading, language)
        return value, span
    estimate, low, high = (min(number, VAST) for number in reading.numbers)
    value, least, most = style.together((estimate, low, high), language)
    if estimate == VAST:
        value = in_language(language, f"mer än {value}", f"more than {value}")
    if math.isinf(reading.numbers[0]):
        value = in_language(language, "inget tal", "no number")
    if high == VAST:
        return value, in_language(language, f"{least} och uppåt", f"{least} or more")
    return value, f"{least} {to(language)} {most}"


def unit_of_number(reading: Reading, language: Language = Language.SV) -> str:
    """What the number of the table is measured in."""
    if not reading.is_comparison:
        return reading.exposure.scale_text.in_language(language)
    if reading.estimate.estimate == math.inf:
        return in_language(language, "(en sida saknar händelser)", "(one side has no events)")
    if reading.estimand.design in _AGAINST_A_TREND:
        return in_language(
            language, "gånger så många som utvecklingen dittills pekade mot", "times what the development pointed to"
        )
    if reading.estimand.design is DesignId.D5:
        return in_language(
            language, "gånger så många som de som väntade pekade mot", "times what those who waited pointed to"
        )
    if reading.estimand.design is DesignId.D2:
        return in_language(language, "gånger så vanligt efter som före", "times as frequent after as before")
    return in_language(language, "gånger den andra sidans utveckling", "times the other side's development")
