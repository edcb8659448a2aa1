"""D3 in words: two areas, before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from evalkit import style
from evalkit.comparisons.placebo_tests import attainable
from evalkit.designs.donors import DRAWS
from evalkit.estimates import Cell, Estimate
from evalkit.inference.difference import Spread, excess
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.language import Language, Text, in_language
from evalkit.wording.reading import Reading, years
from evalkit.wording.sizes import VAST, to, uncertainty

_FEW = 10
_MANY_TIMES = 10
# Two windows whose lengths differ by less than this many years (a leap day or two) are equally long.
_SAME_LENGTH = 0.02
_WIDENED = frozenset({Method.QUASI_POISSON, Method.QUASI_BINOMIAL})
_OF_SHARES = frozenset({Method.MOVER, Method.QUASI_BINOMIAL})
# A growth that is 1 by arithmetic must not depend on the last bit.
_SAME_RATE = 1e-9


class Move(Enum):
    """How one side moved compared with the other: in a sentence, and in a table."""

    APART_UP = (
        Text("ökade antalet {noun} i {here} men minskade i {there}", "rose in {here} but fell in {there}"),
        Text("ökade, den andra minskade", "rose, the other fell"),
    )
    APART_DOWN = (
        Text("minskade antalet {noun} i {here} men ökade i {there}", "fell in {here} but rose in {there}"),
        Text("minskade, den andra ökade", "fell, the other rose"),
    )
    ONLY_UP = (
        Text("ökade antalet {noun} i {here} men var oförändrat i {there}", "rose in {here} but stood still in {there}"),
        Text("ökade, den andra stod still", "rose, the other stood still"),
    )
    ONLY_DOWN = (
        Text(
            "minskade antalet {noun} i {here} men var oförändrat i {there}", "fell in {here} but stood still in {there}"
        ),
        Text("minskade, den andra stod still", "fell, the other stood still"),
    )
    STILL_OTHER_DOWN = (
        Text(
            "var antalet {noun} oförändrat i {here} men minskade i {there}", "stood still in {here} but fell in {there}"
        ),
        Text("stod still, den andra minskade", "stood still, the other fell"),
    )
    STILL_OTHER_UP = (
        Text("var antalet {noun} oförändrat i {here} men ökade i {there}", "stood still in {here} but rose in {there}"),
        Text("stod still, den andra ökade", "stood still, the other rose"),
    )
    UP_MORE = (
        Text("ökade antalet {noun} mer i {here} än i {there}", "rose more in {here} than in {there}"),
        Text("ökade mer", "rose more"),
    )
    UP_LESS = (
        Text("ökade antalet {noun} mindre i {here} än i {there}", "rose less in {here} than in {there}"),
        Text("ökade mindre", "rose less"),
    )
    DOWN_LESS = (
        Text("minskade antalet {noun} mindre i {here} än i {there}", "fell less in {here} than in {there}"),
        Text("minskade mindre", "fell less"),
    )
    DOWN_MORE = (
        Text("minskade antalet {noun} mer i {here} än i {there}", "fell more in {here} than in {there}"),
        Text("minskade mer", "fell more"),
    )
    STRONGER = (
        Text(
            "utvecklades antalet {noun} starkare i {here} än i {there}",
            "developed more strongly in {here} than in {there}",
        ),
        Text("utvecklades starkare", "developed more strongly"),
    )
    WEAKER = (
        Text(
            "utvecklades antalet {noun} svagare i {here} än i {there}",
            "developed less strongly in {here} than in {there}",
        ),
        Text("utvecklades svagare", "developed less strongly"),
    )

    def __init__(self, sentence: Text, short: Text) -> None:
        self.sentence = sentence
        self.short = short


_BY_DIRECTION = {
    (1, -1): Move.APART_UP,
    (-1, 1): Move.APART_DOWN,
    (1, 0): Move.ONLY_UP,
    (-1, 0): Move.ONLY_DOWN,
    (0, -1): Move.STILL_OTHER_DOWN,
    (0, 1): Move.STILL_OTHER_UP,
}
_SAME_WAY = {
    (1, True): Move.UP_MORE,
    (1, False): Move.UP_LESS,
    (-1, True): Move.DOWN_LESS,
    (-1, False): Move.DOWN_MORE,
}


def move(reading: Reading) -> Move:
    """How the sides moved. The estimate decides which one moved more.

    Counts may have been rounded for release. Where they no longer tell the same story as the
    estimate, the estimate is told without directions.
    """
    own_after, own_before, other_after, other_before = reading.estimate.cells
    own, other = _growth(own_after, own_before), _growth(other_after, other_before)
    more = reading.numbers[0] > 1
    if (own > other) != more or own == other:
        return Move.STRONGER if more else Move.WEAKER
    sides = _direction(own), _direction(other)
    if sides[0] != sides[1]:
        return _BY_DIRECTION[sides]
    return _SAME_WAY.get((sides[0], more), Move.STRONGER if more else Move.WEAKER)


def _growth(after: Cell, before: Cell) -> float:
    if before.events == 0:
        return math.inf
    return (after.events / after.exposure) / (before.events / before.exposure)


def _direction(growth: float) -> int:
    if math.isclose(growth, 1, rel_tol=_SAME_RATE):
        return 0
    return 1 if growth > 1 else -1


def difference(reading: Reading, language: Language) -> str:
    """Who moved more, the four counts, and the difference in events a year."""
    sentences = (_who_moved_more(reading, language), _counts_of_both(reading, language), _expected(reading, language))
    return " ".join(sentence for sentence in sentences if sentence)


def among_many(reading: Reading, language: Language) -> str:
    """D4: who moved more, the counts, how many times the others' development, and among how many areas that stands.

    Its limits come from choosing other areas and not from the counts, so no number of events is made of them.
    """
    sentences = (
        _who_moved_more(reading, language),
        _counts_of_both(reading, language),
        _times_of_many(reading, language),
    )
    return " ".join(sentences)


def _times_of_many(reading: Reading, language: Language) -> str:
    estimate, low, high = reading.numbers
    areas = style.number(reading.estimate.n_units or 0, language)
    here, there = reading.here(language), reading.there(language)
    value, least, most = style.together((estimate, min(low, VAST), min(high, VAST)), language)
    span = f"{least} {to(language)} {most}"
    if high >= VAST:
        span = in_language(language, f"{least} och uppåt", f"{least} or more")
    told = uncertainty(span, language)
    once = style.number(_at_most_once_in(reading), language)
    return in_language(
        language,
        f"Utvecklingen i {here} var {value} gånger den i {there} {told}, "
        f"jämfört med hur {areas} områden skiljer sig åt. "
        f"Mer ovanlig än en gång på {once} kan ingen skillnad visas vara med så många områden.",
        f"The development in {here} was {value} times that in {there} {told}, compared with how {areas} areas differ. "
        f"With so many areas no difference can be shown to be more unusual than once in {once}.",
    )


def _at_most_once_in(reading: Reading) -> int:
    """One over the smallest p there could be: how unusual a result can be shown to be at most."""
    treated = len(reading.estimand.group.units)
    return round(1 / attainable(treated, reading.estimate.n_units or treated + 1, DRAWS))


def _who_moved_more(reading: Reading, language: Language) -> str:
    noun = reading.noun.in_language(language)
    here, there = reading.here(language), reading.there(language)
    if not reading.shows_difference:
        return in_language(
            language,
            f"Det går inte att avgöra om antalet {noun} utvecklades olika i {here} och i {there}.",
            f"It cannot be told whether the number of {noun} developed differently in {here} and in {there}.",
        )
    told = move(reading).sentence.in_language(language).format(noun=noun, here=here, there=there)
    per = reading.per(language)
    return in_language(language, f"{per} {told}.", f"{per} the number of {noun} {told}.")


def _counts_of_both(reading: Reading, language: Language) -> str:
    own_after, own_before, other_after, other_before = reading.estimate.cells
    here, there = reading.here(language), reading.there(language)
    early, late = (window.name.in_language(language) for window in reading.windows)
    lengths = _years_to_divide_by(reading)
    own = _went(own_before.events, own_after.events, lengths, language)
    other = _went(other_before.events, other_after.events, lengths, language)
    each = "" if lengths is None else in_language(language, " per år", " per year")
    return in_language(
        language,
        f"Från {early} till {late} gick antalet{each} från {own} i {here} och från {other} i {there}.",
        f"From {early} to {late} the number{each} went from {own} in {here} and from {other} in {there}.",
    )


def _years_to_divide_by(reading: Reading) -> tuple[float, float] | None:
    """Windows of unequal length are told per year; equal ones as they are."""
    before, after = (years(window) for window in reading.windows)
    return (before, after) if abs(before - after) > _SAME_LENGTH else None


def _went(before: int, after: int, lengths: tuple[float, float] | None, language: Language) -> str:
    if lengths is None:
        return f"{style.number(before, language)} {to(language)} {style.number(after, language)}"
    early, late = before / lengths[0], after / lengths[1]
    decimals = 1 if min(early, late) < _FEW else 0
    shown = (style.number(number, language, decimals=decimals) for number in (early, late))
    return f" {to(language)} ".join(shown)


@dataclass(frozen=True, slots=True)
class _Gap:
    """Events a year above what was expected; negative when below."""

    value: float
    low: float
    high: float

    def shown(self, language: Language) -> tuple[str, str, str]:
        """Sizes without sign; with a decimal when any of them needs it."""
        numbers = tuple(abs(number) for number in (self.value, self.low, self.high))
        decimals = 0 if max(numbers) >= _FEW and min(numbers) >= 1 else 1
        value, low, high = (style.number(number, language, decimals=decimals) for number in numbers)
        return value, low, high


def _expected(reading: Reading, language: Language) -> str:
    """The difference in events a year, against the number had the area followed the other side.

    Left out where the data set no bound on how many would have been expected.
    """
    estimate, low, high = reading.numbers
    events = reading.estimate.cells[0].events
    gap = excess(events, Interval(estimate=estimate, low=low, high=high), _spread(reading.estimate))
    if gap is None or math.isinf(estimate) or _says_nothing(events, gap):
        return ""
    length = years(reading.estimand.after)
    per_year = _Gap(gap.estimate / length, gap.low / length, gap.high / length)
    size = _more_or_fewer(per_year, language)
    span = uncertainty(_span(per_year, language), language)
    here, there = reading.here(language), reading.there(language)
    as_than = Text("som", "as") if gap.estimate == 0 else Text("än", "than")
    return in_language(
        language,
        f"Det är {size} per år {as_than.sv} om {here} hade följt samma utveckling som {there} {span}.",
        f"That is {size} a year {as_than.en} if {here} had followed the same development as {there} {span}.",
    )


def _says_nothing(events: int, gap: Interval) -> bool:
    """Whether a limit is many times all the events there were or would have been, as with hardly any periods."""
    return max(abs(gap.low), abs(gap.high)) > _MANY_TIMES * max(events, events - gap.estimate, 1)


def _spread(estimate: Estimate) -> Spread:
    trials = estimate.cells[0].exposure if estimate.method in _OF_SHARES else None
    if estimate.method not in _WIDENED:
        return Spread(conf_level=estimate.conf_level, trials=trials)
    return Spread(conf_level=estimate.conf_level, dispersion=estimate.dispersion, df=estimate.df, trials=trials)


def _more_or_fewer(gap: _Gap, language: Language) -> str:
    if gap.value == 0:
        return in_language(language, "lika många", "as many")
    about = in_language(language, "ungefär", "about")
    return f"{about} {gap.shown(language)[0]} {_way(gap.value, language)}"


def _span(gap: _Gap, language: Language) -> str:
    """The limits, the one nearer to zero first; where they lie on either side of zero, each with its word."""
    _, low, high = gap.shown(language)
    limits = (gap.low, low), (gap.high, high)
    (first, first_shown), (last, last_shown) = limits if gap.value >= 0 else reversed(limits)
    if (gap.low < 0) == (gap.high < 0):
        return f"{first_shown} {to(language)} {last_shown}"
    return f"{first_shown} {_way(first, language)} {to(language)} {last_shown} {_way(last, language)}"


def _way(number: float, language: Language) -> str:
    return in_language(language, "fler", "more") if number >= 0 else in_language(language, "färre", "fewer")
