"""What an interval answers, and whether another calculation answers the same."""

from __future__ import annotations

import math
from enum import Enum, auto

from evalkit import style
from evalkit.estimates import Estimate
from evalkit.inference.levels import normal_quantile
from evalkit.language import Language, Text


class Answer(Enum):
    """Where the interval lies from its null value."""

    ABOVE = auto()
    BELOW = auto()
    UNDECIDED = auto()


def answer(found: Estimate) -> Answer | None:
    """The answer of an estimate; ``None`` for a refusal and for a number that is compared with nothing."""
    if found.null is None or found.conf_low is None or found.conf_high is None:
        return None
    if found.conf_low > found.null:
        return Answer.ABOVE
    return Answer.BELOW if found.conf_high < found.null else Answer.UNDECIDED


def log_error(found: Estimate) -> float | None:
    """The standard error of the log ratio, from the width of the interval where the method gives none."""
    if found.std_error is not None or found.conf_low is None or found.conf_high is None:
        return found.std_error
    if found.conf_low <= 0 or math.isinf(found.conf_high):
        return None
    width = math.log(found.conf_high) - math.log(found.conf_low)
    return width / (2 * normal_quantile(found.conf_level))


def moved(found: Estimate, again: Estimate) -> float | None:
    """How far a ratio moved, in standard errors of the first; ``None`` where that has no meaning."""
    error = log_error(found)
    ratios = (found.estimate, again.estimate)
    if not error or any(ratio is None or ratio <= 0 or math.isinf(ratio) for ratio in ratios):
        return None
    here, there = (math.log(ratio) for ratio in ratios if ratio is not None)
    return abs(there - here) / error


def told(found: Estimate) -> Text:
    """A number with its interval: *1,40 (0,92 till 2,13)*; empty for a refusal."""
    if found.estimate is None or found.conf_low is None or found.conf_high is None:
        return Text("", "")
    ratio, low, high = (numeral(value, decimals=2) for value in (found.estimate, found.conf_low, found.conf_high))
    return Text(f"{ratio.sv} ({low.sv} till {high.sv})", f"{ratio.en} ({low.en} to {high.en})")


def numeral(value: float, *, decimals: int = 0) -> Text:
    """A number as each language writes it."""
    if abs(value) > _MOST_TOLD:
        return _VAST
    return Text(*(style.number(value, language, decimals=decimals) for language in (Language.SV, Language.EN)))


def per_cent(log_change: float) -> Text:
    """A change on the log scale as so many per cent, without a sign."""
    return numeral(abs(math.expm1(log_change)) * 100, decimals=1 if abs(math.expm1(log_change)) < _FINE else 0)


_FINE = 0.1
_MOST_TOLD = 1e6
_VAST = Text("mer än en miljon", "more than a million")
