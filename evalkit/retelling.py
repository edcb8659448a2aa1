"""An estimate told again for release: from what is shown, with less detail, or withheld.

An exact interval is a function of the counts, so one made of unrounded counts would give them away; one that is
widened is a function of the counts and φ, and φ with all its digits gives away how a total is spread over hidden
periods. A reader can compute everything that is shown from what is shown.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from evalkit import caveats, refusals
from evalkit.estimates import Cell, Estimate
from evalkit.inference import proportions, rates
from evalkit.inference.dispersion import Dispersion
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, compare, of_shares
from evalkit.inference.totals import Total
from evalkit.policy import Rule, two_digits_up

_TELL_OF_SPREAD = frozenset({"overdispersed", "dispersion_unknown"})


def withheld(found: Estimate, rule: Rule) -> Estimate:
    """The estimate without its number, and without what would tell of its spread."""
    kept = tuple(statement for statement in found.assumptions if statement.code not in _TELL_OF_SPREAD)
    return replace(found.refused(refusals.small_count(rule.threshold)), assumptions=kept)


def on_cases(found: Estimate) -> Estimate:
    """A refusal of persons who lie mostly in one case, without how many cases there are."""
    return replace(found, reason=refusals.count_cases())


def less_told(found: Estimate) -> Estimate:
    """What the checks saw in counts stays untold: with a number only how they came out, else nothing of it."""
    shown = (item.without_numbers(caveats.detail_protected()) if item.from_counts else item for item in found.findings)
    kept = tuple(item for item in shown if found.is_estimated or not item.from_counts)
    return replace(found, findings=kept)


def retold(found: Estimate, rule: Rule, *, of_trials: bool) -> Estimate | None:
    """The estimate from the rounded counts, and φ with two digits, rounded up; ``None`` when they say nothing.

    Parameters
    ----------
    found
        An estimate with its cells.
    rule
        How counts are rounded.
    of_trials
        Whether the events are of trials that have one each or none. Rounding then stops at all of them.
    """
    cells = tuple(replace(cell, events=_shown(cell, rule, of_trials=of_trials)) for cell in found.cells)
    coarse = replace(
        found.unadjusted(),
        cells=cells,
        events=sum(cell.events for cell in cells),
        rounded_to=rule.base,
        dispersion=None if found.dispersion is None else two_digits_up(found.dispersion),
    )
    method = Method(found.method or "")
    if method is Method.QUASI_POISSON:
        return _quasi(coarse)
    interval = _wide_shares(coarse) if method is Method.QUASI_BINOMIAL else _by_chance(coarse, of_trials=of_trials)
    return None if interval is None else _with(coarse, interval)


def coarsened(found: Estimate, rule: Rule) -> Estimate:
    """An estimate that is made of single periods, with three digits; withheld where counts are rounded.

    It cannot be made again from totals. Three digits say less than what dozens of hidden periods hold; but rounded
    totals beside it would not agree with it, so where a rule rounds there is none.
    """
    if rule.base > 1:
        return found.refused(refusals.rests_on_protected_periods())
    return replace(
        found.unadjusted(),
        tests=(),
        steps=(),
        estimate=_three_digits(found.estimate),
        conf_low=_three_digits(found.conf_low),
        conf_high=_three_digits(found.conf_high),
        std_error=_three_digits(found.std_error),
        p_value=_three_digits(found.p_value),
        dispersion=_three_digits(found.dispersion),
    )


def _three_digits(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.3g}")


def _shown(cell: Cell, rule: Rule, *, of_trials: bool) -> int:
    rounded = rule.rounded(cell.events)
    return min(rounded, math.floor(cell.exposure)) if of_trials else rounded


def _by_chance(found: Estimate, *, of_trials: bool) -> Interval | None:
    """The interval of the shown totals: with one period per cell there is no spread to widen it by."""
    cells = [CellSeries(counts=np.array([cell.events]), exposures=np.array([cell.exposure])) for cell in found.cells]
    return compare(cells, conf_level=found.conf_level, null=found.null, of_trials=of_trials).interval


def _wide_shares(found: Estimate) -> Interval | None:
    if found.dispersion is None or found.df is None:
        return None
    totals = [Total(cell.events, cell.exposure) for cell in found.cells]
    variation = Dispersion(found.dispersion, found.df)
    return of_shares(totals, variation, conf_level=found.conf_level, null=found.null).interval


def _with(found: Estimate, interval: Interval) -> Estimate:
    return replace(
        found,
        estimate=interval.estimate,
        conf_low=interval.low,
        conf_high=interval.high,
        p_value=interval.p_value,
        std_error=interval.std_error,
    )


def _quasi(found: Estimate) -> Estimate | None:
    """The quasi-Poisson interval of the shown totals, from the variance φ·Σ 1/events of a log contrast of rates."""
    from scipy import special

    if any(cell.events == 0 for cell in found.cells):
        return None
    signs = {1: (1,), 2: (1, -1), 4: (1, -1, -1, 1)}[len(found.cells)]
    log_rates = (math.log(cell.events / cell.exposure) for cell in found.cells)
    log_estimate = sum(sign * log_rate for sign, log_rate in zip(signs, log_rates, strict=True))
    std_error = math.sqrt(max(found.dispersion or 1.0, 1.0) * sum(1 / cell.events for cell in found.cells))
    half = -float(special.stdtrit(found.df, (1 - found.conf_level) / 2)) * std_error
    t = None if found.null is None else (log_estimate - math.log(found.null)) / std_error
    return replace(
        found,
        estimate=math.exp(log_estimate),
        conf_low=math.exp(log_estimate - half),
        conf_high=math.exp(log_estimate + half),
        p_value=None if t is None else float(2 * special.stdtr(found.df, -abs(t))),
        std_error=std_error,
    )


def rate(count: int | None, exposure: float | None, conf_level: float, *, of_trials: bool) -> dict[str, object]:
    """The exposure, rate and limits of a shown count, computed from what is shown.

    A share is at most 1; a count reported beyond its trials is told with the limits of a count, as it is.
    """
    if count is None or not exposure:
        return {"exposure": exposure, "rate": None, "conf_low": None, "conf_high": None}
    if of_trials and count <= exposure:
        low, high = proportions.wilson_limits(np.array(count), np.array(exposure), conf_level)
        found = Interval(count / exposure, float(low), float(high))
    else:
        found = rates.exact(count, exposure, conf_level).only()
    return {"exposure": exposure, "rate": found.estimate, "conf_low": found.low, "conf_high": found.high}
