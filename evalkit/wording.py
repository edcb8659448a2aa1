"""Estimates put into sentences: plain, hedged, absolute numbers before ratios.

Every sentence is made from the same record that the tables show, so text and table cannot
disagree. The fixed phrases follow domain brief §5.5. Words that would claim more than a
comparison of areas can carry are listed in ``FORBIDDEN`` and may not occur in a rendered report.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from evalkit import style
from evalkit.designs.difference_in_differences import compares_two_models
from evalkit.estimands import Estimand, Window
from evalkit.estimates import Cell, Estimate
from evalkit.inference.difference import excess
from evalkit.inference.interval import Interval
from evalkit.language import Language, Text, in_language
from evalkit.metrics import Exposure, Metric, MetricBook
from evalkit.vocabulary import DesignId

FORBIDDEN = (
    "bevisar",
    "visar att modellen fungerar",
    "ledde till",
    "tack vare",
    "ingen effekt",
    "signifikant",
    "signifikanta",
    "significant",
    "proves",
    "no effect",
    "thanks to",
)
_FORBIDDEN = re.compile(r"\b(?:" + "|".join(re.escape(word) for word in FORBIDDEN) + r")\b", re.IGNORECASE)

_DAYS_PER_YEAR = 365.25
_TWICE = 1.995
_FEW = 10
# Two windows whose lengths differ by less than this many years (a leap day or two) are equally long.
_SAME_LENGTH = 0.02


def forbidden_words(text: str) -> tuple[str, ...]:
    r"""The forbidden words in a text, in order of appearance, white space folded.

    Examples
    --------
    >>> from evalkit.wording import forbidden_words
    >>> forbidden_words("Siffrorna bevisar\n inget; ingen  effekt.")
    ('bevisar', 'ingen effekt')
    """
    return tuple(match.group().lower() for match in _FORBIDDEN.finditer(" ".join(text.split())))


@dataclass(frozen=True, slots=True)
class Reading:
    """An estimate together with what is needed to put it into words."""

    estimate: Estimate
    estimand: Estimand
    metric: Metric
    exposure: Exposure

    @classmethod
    def of(cls, estimate: Estimate, estimand: Estimand, book: MetricBook) -> Reading:
        """Look up the metric and the exposure of an estimand.

        Raises
        ------
        ValueError
            When the code book lacks them; the panel has refused such a plan already.
        """
        metric, exposure = book.metric(estimand.series.metric), book.exposure(estimand.series.exposure)
        if metric is None or exposure is None:
            raise ValueError(f"{estimand.series.key} is not in the code book")
        return cls(estimate, estimand, metric, exposure)

    @property
    def noun(self) -> Text:
        """What is counted, in the plural; of one category where the estimand has chosen one."""
        return self.metric.noun_of(self.estimand.series.category).many

    def counted(self, events: int, language: Language) -> str:
        """A count with its noun in the right form."""
        form = self.metric.noun_of(self.estimand.series.category).for_count(events)
        return f"{style.number(events, language)} {form.in_language(language)}"


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
    estimate = reading.estimate
    if not estimate.is_estimated or reading.estimand.design is DesignId.D1:
        return ""
    if _includes_null(estimate):
        return Text(
            "Skillnaden kan inte skiljas från slumpen. Det betyder inte att effekt saknas; underlaget är för litet.",
            "The difference cannot be told from chance. That does not mean that an effect is absent; "
            "there are too few data.",
        ).in_language(language)
    if compares_two_models(reading.estimand):
        return Text(
            "Det är den ena modellen minus den andra, inte effekten av någon av dem, och andra förklaringar kan inte "
            "uteslutas.",
            "This is one model minus the other, not the effect of either, and other explanations cannot be ruled out.",
        ).in_language(language)
    word = _points_to(reading)
    return Text(
        f"Siffrorna pekar mot en {word.sv}, men andra förklaringar kan inte uteslutas. "
        "Vi kan inte säga att arbetssättet är orsaken.",
        f"The figures point to {word.en}, but other explanations cannot be ruled out. "
        "We cannot say that the way of working is the cause.",
    ).in_language(language)


def says_something(reading: Reading) -> bool:
    """Whether the estimate can stand under "this you can say": it is there, and told from chance if compared."""
    if not reading.estimate.is_estimated:
        return False
    return reading.estimand.design is DesignId.D1 or not _includes_null(reading.estimate)


def short_answer(reading: Reading, language: Language = Language.SV) -> str:
    """A word or two for a table."""
    estimate = reading.estimate
    if not estimate.is_estimated:
        return Text("går inte att beräkna", "cannot be calculated").in_language(language)
    if reading.estimand.design is DesignId.D1:
        return Text("beskrivning", "description").in_language(language)
    if _includes_null(estimate):
        return Text("kan inte skiljas från slumpen", "cannot be told from chance").in_language(language)
    if reading.estimand.design is DesignId.D2:
        up = (estimate.estimate or 0) > 1
        return in_language(language, "fler efter" if up else "färre efter", "more after" if up else "fewer after")
    own_after, own_before, other_after, other_before = estimate.cells
    return _short_move(_growth(own_after, own_before), _growth(other_after, other_before)).in_language(language)


def _short_move(own: float, other: float) -> Text:
    if own >= 1 > other:
        return Text("ökade, den andra minskade", "rose, the other fell")
    if own < 1 <= other:
        return Text("minskade, den andra ökade", "fell, the other rose")
    if own >= 1:
        return Text("ökade mer", "rose more") if own > other else Text("ökade mindre", "rose less")
    return Text("minskade mindre", "fell less") if own > other else Text("minskade mer", "fell more")


def number_with_interval(reading: Reading, language: Language = Language.SV) -> tuple[str, str]:
    """The number and its interval for a table, on the scale that the sentence uses; empty for a refusal."""
    estimate = reading.estimate
    if not estimate.is_estimated:
        return "", ""
    factor = reading.exposure.scale_per if reading.estimand.design is DesignId.D1 else 1
    value, low, high = style.together(tuple(number * factor for number in _numbers(estimate)), language)
    return value, f"{low} {_to(language)} {high}"


def unit_of_number(reading: Reading, language: Language = Language.SV) -> str:
    """What the number of the table is measured in."""
    if reading.estimand.design is DesignId.D1:
        return reading.exposure.scale_text.in_language(language)
    if reading.estimand.design is DesignId.D2:
        return Text("gånger så många efter som före", "times as many after as before").in_language(language)
    return Text("gånger den andra sidans utveckling", "times the other side's development").in_language(language)


def change(ratio: float, language: Language = Language.SV) -> str:
    """A ratio as a reader says it: per cent up to a doubling, then times as many.

    Examples
    --------
    >>> from evalkit.wording import change
    >>> change(0.8), change(1.25), change(3.71)
    ('20 procent färre', '25 procent fler', '3,7 gånger så många')
    """
    swedish = language is Language.SV
    if math.isinf(ratio):
        return "obegränsat många gånger fler" if swedish else "without limit"
    if ratio >= _TWICE:
        return f"{style.significant(ratio, language)} {'gånger så många' if swedish else 'times as many'}"
    percent = round((ratio - 1) * 100)
    if percent == 0:
        return "lika många" if swedish else "as many"
    more = ("fler" if swedish else "more") if percent > 0 else ("färre" if swedish else "fewer")
    return f"{style.number(abs(percent), language)} {'procent' if swedish else 'per cent'} {more}"


def change_between(low: float, high: float, language: Language = Language.SV) -> str:
    """Two ratios as the ends of a span, with what they share said once.

    >>> from evalkit.wording import change_between
    >>> change_between(1.14, 1.52), change_between(0.8, 1.5)
    ('14 till 52 procent fler', '20 procent färre till 50 procent fler')
    """
    first, last = change(low, language), change(high, language)
    shared = first.partition(" ")[2]
    if shared and first[0].isdigit() and last.partition(" ")[2] == shared:
        first = first.partition(" ")[0]
    return f"{first} {_to(language)} {last}"


def window_years(window: Window) -> float:
    """The length of a window in years."""
    return ((window.last - window.first).days + 1) / _DAYS_PER_YEAR


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    if estimate.estimate is None or estimate.conf_low is None or estimate.conf_high is None:
        raise ValueError("a refusal has no numbers")
    return estimate.estimate, estimate.conf_low, estimate.conf_high


def _includes_null(estimate: Estimate) -> bool:
    _, low, high = _numbers(estimate)
    return low <= 1 <= high


def _points_to(reading: Reading) -> Text:
    if reading.estimand.design is DesignId.D3:
        return Text("skillnad mellan områdena", "a difference between the areas")
    rose = (reading.estimate.estimate or 0) > 1
    return Text("ökning", "an increase") if rose else Text("minskning", "a decrease")


def _to(language: Language) -> str:
    return "till" if language is Language.SV else "to"


def _uncertainty(low: str, high: str, language: Language) -> str:
    return f"(osäkerhet från {low} till {high})" if language is Language.SV else f"(uncertainty from {low} to {high})"


def _level(reading: Reading, language: Language) -> str:
    estimate, exposure = reading.estimate, reading.exposure
    value, low, high = style.together(tuple(number * exposure.scale_per for number in _numbers(estimate)), language)
    where = reading.estimand.group.name.in_language(language)
    when = reading.estimand.after.name.in_language(language)
    counted = reading.counted(estimate.events or 0, language)
    rate = f"{value} {exposure.scale_text.in_language(language)} {_uncertainty(low, high, language)}"
    if language is Language.SV:
        return f"I {where} registrerades {counted} under {when}. Det är {rate}."
    return f"In {where} there were {counted} recorded in {when}. That is {rate}."


def _before_after(reading: Reading, language: Language) -> str:
    after, before = reading.estimate.cells
    ratio, low, high = _numbers(reading.estimate)
    where = reading.estimand.group.name.in_language(language)
    counts = _from_to(reading, before, after, language)
    span = change_between(low, high, language)
    interval = f"(osäkerhet från {span})" if language is Language.SV else f"(uncertainty from {span})"
    per = reading.exposure.noun.one.in_language(language)
    if language is Language.SV:
        return (
            f"I {where} registrerades {counts}. Räknat per {per} och lika lång tid är det {change(ratio)} {interval}."
        )
    size = change(ratio, language)
    return f"In {where} there were {counts} recorded. Per {per} and equal time that is {size} {interval}."


def _from_to(reading: Reading, before: Cell, after: Cell, language: Language) -> str:
    first, then = reading.estimand.before, reading.estimand.after
    if first is None:
        raise ValueError("a comparison over time has a window before")
    early, late = first.name.in_language(language), then.name.in_language(language)
    counted = reading.counted(before.events, language)
    later = style.number(after.events, language)
    if language is Language.SV:
        return f"{counted} under {early} och {later} under {late}"
    return f"{counted} in {early} and {later} in {late}"


def _difference(reading: Reading, language: Language) -> str:
    own_after, own_before, other_after, other_before = reading.estimate.cells
    own, other = _growth(own_after, own_before), _growth(other_after, other_before)
    sentences = (
        _who_moved_more(reading, own, other, language),
        _counts_of_both(reading, language),
        _expected(reading, own_after, language),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _growth(after: Cell, before: Cell) -> float:
    if before.events == 0:
        return math.inf
    return (after.events / after.exposure) / (before.events / before.exposure)


def _who_moved_more(reading: Reading, own: float, other: float, language: Language) -> str:
    noun = reading.noun.in_language(language)
    comparison = reading.estimand.comparison
    here = reading.estimand.group.name.in_language(language)
    there = comparison.name.in_language(language) if comparison else ""
    if _includes_null(reading.estimate):
        return Text(
            f"Det går inte att avgöra om antalet {noun} utvecklades olika i {here} och i {there}.",
            f"It cannot be told whether the number of {noun} developed differently in {here} and in {there}.",
        ).in_language(language)
    move = _move(own, other)
    if language is Language.SV:
        return f"Antalet {noun} {move.sv.format(here=here, there=there)}, räknat per {reading.exposure.noun.one.sv}."
    return f"The number of {noun} {move.en.format(here=here, there=there)}, counted per {reading.exposure.noun.one.en}."


def _move(own: float, other: float) -> Text:
    if own >= 1 > other:
        return Text("ökade i {here} men minskade i {there}", "rose in {here} but fell in {there}")
    if own < 1 <= other:
        return Text("minskade i {here} men ökade i {there}", "fell in {here} but rose in {there}")
    if own >= 1:
        return (
            Text("ökade mer i {here} än i {there}", "rose more in {here} than in {there}")
            if own > other
            else Text("ökade mindre i {here} än i {there}", "rose less in {here} than in {there}")
        )
    return (
        Text("minskade mindre i {here} än i {there}", "fell less in {here} than in {there}")
        if own > other
        else Text("minskade mer i {here} än i {there}", "fell more in {here} than in {there}")
    )


def _counts_of_both(reading: Reading, language: Language) -> str:
    own_after, own_before, other_after, other_before = reading.estimate.cells
    comparison = reading.estimand.comparison
    here = reading.estimand.group.name.in_language(language)
    there = comparison.name.in_language(language) if comparison else ""
    before, after = reading.estimand.before, reading.estimand.after
    early = before.name.in_language(language) if before else ""
    late = after.name.in_language(language)
    years = _years_to_divide_by(reading)
    own = _went(own_before.events, own_after.events, years, language)
    other = _went(other_before.events, other_after.events, years, language)
    each = "" if years == (1.0, 1.0) else in_language(language, " per år", " per year")
    if language is Language.SV:
        return f"Från {early} till {late} gick antalet{each} från {own} i {here} och från {other} i {there}."
    return f"From {early} to {late} the number{each} went from {own} in {here} and from {other} in {there}."


def _years_to_divide_by(reading: Reading) -> tuple[float, float]:
    """Windows of unequal length are told per year; equal ones as they are."""
    before, after = reading.estimand.before, reading.estimand.after
    if before is None:
        return 1.0, 1.0
    lengths = window_years(before), window_years(after)
    return lengths if abs(lengths[0] - lengths[1]) > _SAME_LENGTH else (1.0, 1.0)


def _went(before: int, after: int, years: tuple[float, float], language: Language) -> str:
    early, late = before / years[0], after / years[1]
    decimals = 1 if years != (1.0, 1.0) and min(early, late) < _FEW else 0
    return (
        f"{style.number(early, language, decimals=decimals)} {_to(language)} "
        f"{style.number(late, language, decimals=decimals)}"
    )


def _expected(reading: Reading, own_after: Cell, language: Language) -> str:
    """The difference in events per year, against the number had the area followed the other side."""
    estimate, low, high = _numbers(reading.estimate)
    years = window_years(reading.estimand.after)
    gap = excess(own_after.events, Interval(estimate=estimate, low=low, high=high))
    if gap is None or not all(math.isfinite(value) for value in (gap.estimate, gap.low, gap.high)):
        return ""
    value, least, most = (abs(number) for number in (gap.estimate / years, gap.low / years, gap.high / years))
    if gap.estimate < 0:
        least, most = most, least
    gap_shown = _Gap(value, least, most, more=gap.estimate > 0, straddles=(gap.low < 0) != (gap.high < 0))
    return _expected_sentence(reading, gap_shown, language)


@dataclass(frozen=True, slots=True)
class _Gap:
    """Events per year above (``more``) or below what was expected; the limits as sizes without sign.

    When the interval has zero inside (``straddles``), ``least`` lies on the other side of zero.
    """

    value: float
    least: float
    most: float
    more: bool
    straddles: bool

    def shown(self, language: Language) -> tuple[str, ...]:
        numbers = (self.value, self.least, self.most)
        if max(numbers) < _FEW:
            return style.together(numbers, language, digits=1)
        return tuple(style.number(number, language) for number in numbers)


def _expected_sentence(reading: Reading, gap: _Gap, language: Language) -> str:
    here = reading.estimand.group.name.in_language(language)
    comparison = reading.estimand.comparison
    there = comparison.name.in_language(language) if comparison else ""
    value, least, most = gap.shown(language)
    if language is Language.SV:
        way, other_way = ("fler", "färre") if gap.more else ("färre", "fler")
        span = f"{least} {other_way} till {most} {way}" if gap.straddles else f"{least} till {most}"
        return (
            f"Det är ungefär {value} {way} per år än om {here} hade följt samma utveckling som {there} "
            f"(osäkerhet från {span})."
        )
    way, other_way = ("more", "fewer") if gap.more else ("fewer", "more")
    span = f"{least} {other_way} to {most} {way}" if gap.straddles else f"{least} to {most}"
    return (
        f"That is about {value} {way} a year than if {here} had followed the same development as {there} "
        f"(uncertainty from {span})."
    )


_HEADLINES = {DesignId.D1: _level, DesignId.D2: _before_after, DesignId.D3: _difference}
