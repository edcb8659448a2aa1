"""The arguments of a margin: its limits, which way is good, and the narrower interval beside."""

from __future__ import annotations

import math
from collections.abc import Iterable

from evalkit.errors import known_names
from evalkit.estimands import Margin
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Estimates
from evalkit.inference.arguments import Arguments, is_number, single
from evalkit.inference.given_columns import is_column
from evalkit.language import Text
from evalkit.vocabulary import GoodDirection

_CLOSE = 1e-6
_TWO = 2


def checked_margin(
    given: Arguments, margin: float | tuple[float, float] | Margin, *, is_ratio: bool, reciprocal: bool
) -> Margin:
    """The margin on the scale of the estimate; a fault when it does not enclose "no difference"."""
    if is_ratio and is_number(margin) and margin >= 1:
        what = Text("Marginalen är 100 procent eller mer.", "The margin is 100 per cent or more.")
        accepted = Text(
            "ett tal mellan 0 och 1, eller gränserna, såsom (0.8, 1.25)",
            "a number between 0 and 1, or the limits, such as (0.8, 1.25)",
        )
        step = Text("Skriv 0.2 för 20 procent.", "Write 0.2 for 20 per cent.")
        given.note("margin_not_a_share", "margin", what=what, accepted=accepted, next_step=step)
        return Margin.of_ratio(0.5)
    null = 1.0 if is_ratio else 0.0
    found = _limits(margin, is_ratio=is_ratio, reciprocal=reciprocal)
    if found is not None and found.low < null < found.high and (found.low > 0 or not is_ratio):
        return found
    if found is None and _is_no_margin(margin):
        what = Text("Marginalen är varken ett tal eller två.", "The margin is neither a number nor two.")
    elif _is_below_zero(margin):
        what = Text("Marginalen är inte ett tal större än 0.", "The margin is not a number above 0.")
    else:
        what = Text(
            "Marginalen har inte värdet för ingen skillnad (1 för en kvot, 0 för en skillnad) mellan sina gränser.",
            "The margin does not have the value of no difference (1 for a ratio, 0 for a difference) between its "
            "limits.",
        )
    accepted = Text(
        "0.2, eller gränserna (0.8, 1.25) för en kvot och (-2, 2) för en skillnad",
        "0.2, or the limits (0.8, 1.25) for a ratio and (-2, 2) for a difference",
    )
    note_margin(given, "margin_wrong", "margin", what, accepted)
    return Margin.of_ratio(1.0)


def note_holding_all(given: Arguments, margin: Margin) -> None:
    """A fault where a margin holds every difference that two shares can have, so that any two would be alike."""
    if margin.low <= -1 and margin.high >= 1:
        what = Text("Marginalen rymmer alla skillnader mellan andelar.", "The margin holds every difference of shares.")
        accepted = Text("ett tal mellan 0 och 1, eller gränserna", "a number between 0 and 1, or the limits")
        step = Text("Skriv 0.05 för 5 procentenheter.", "Write 0.05 for 5 percentage points.")
        given.note("margin_holds_all", "margin", what=what, accepted=accepted, next_step=step)


def _limits(margin: float | tuple[float, float] | Margin, *, is_ratio: bool, reciprocal: bool) -> Margin | None:
    if isinstance(margin, Margin):
        return margin
    number = single(margin)
    if number is not None:
        margin = number
        if not 0 < margin < math.inf:
            return None
        return Margin.of_ratio(margin, reciprocal=reciprocal) if is_ratio else Margin.of_difference(margin)
    ends = _ends(margin)
    if len(ends) == _TWO:
        low, high = ends
        return Margin(low=low, high=high) if -math.inf < low < high < math.inf else None
    return None


def _ends(margin: object) -> list[float]:
    """The limits that a pair, a list or an array holds; nothing where one is no number."""
    found = [single(end) for end in margin] if is_column(margin) and isinstance(margin, Iterable) else []
    ends = [end for end in found if end is not None and not math.isnan(end)]
    return ends if len(ends) == len(found) else []


def _is_no_margin(margin: object) -> bool:
    number = single(margin)
    return math.isnan(number) if number is not None else len(_ends(margin)) != _TWO


def _is_below_zero(margin: object) -> bool:
    number = single(margin)
    return number is not None and not 0 < number < math.inf


def good_direction(given: Arguments, good: object) -> GoodDirection:
    """Which way is good, of the three words."""
    words = [direction.value for direction in GoodDirection]
    if isinstance(good, str) and good in words:
        return GoodDirection(good)
    what = Text("good är inte ett känt ord.", "good is not a known word.")
    note_margin(given, "unknown_direction", "good", what, known_names(good if isinstance(good, str) else "", words))
    return GoodDirection.NEITHER


def are_same_but_narrower(
    estimate: Estimate | EstimateSeries | Estimates, narrower: Estimate | EstimateSeries | Estimates
) -> bool:
    """Whether the second holds the same estimates by the same method at level 1-2α."""
    if isinstance(estimate, Estimates):
        return (
            isinstance(narrower, Estimates)
            and len(estimate) == len(narrower)
            and all(are_same_but_narrower(one, other) for one, other in zip(estimate, narrower, strict=True))
        )
    if isinstance(narrower, Estimates) or narrower.scale is not estimate.scale:
        return False
    if narrower.method != estimate.method:
        return False
    if not math.isclose(narrower.conf_level, 2 * estimate.conf_level - 1, abs_tol=_CLOSE):
        return False
    if isinstance(estimate, EstimateSeries):
        return isinstance(narrower, EstimateSeries) and narrower.numbers["estimate"].equals(
            estimate.numbers["estimate"], null_equal=True
        )
    return isinstance(narrower, Estimate) and narrower.estimate == estimate.estimate


def note_no_estimate(given: Arguments, value: object, *kinds: type) -> bool:
    """Whether what was given is none of the kinds of estimate that are taken, which is noted."""
    if isinstance(value, kinds):
        return False
    what = Text("estimate är ingen skattning.", "estimate is not an estimate.")
    accepted = Text("det som till exempel rate_ratio() svarar", "what for example rate_ratio() answers")
    step = Text("Räkna ut skattningen först.", "Make the estimate first.")
    given.note("not_an_estimate", "estimate", what=what, accepted=accepted, next_step=step)
    return True


def note_margin(given: Arguments, code: str, name: str, what: Text, accepted: Text) -> None:
    """Note a fault of an argument."""
    step = Text("Rätta argumentet.", "Correct the argument.")
    given.note(code, name, what=what, accepted=accepted, next_step=step)
