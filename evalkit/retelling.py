"""An estimate told again for release: from what is shown, with less detail, or withheld."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from evalkit import caveats, refusals
from evalkit.estimates import Estimate
from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, compare
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


def retold(found: Estimate, rule: Rule) -> Estimate:
    """The estimate computed again from what is shown: the rounded counts, and φ with two digits, rounded up.

    An exact interval is a function of the counts, so one made of unrounded counts would give them away;
    a quasi-Poisson interval is a function of the counts and φ, and φ with all its digits gives away how a
    total is spread over hidden periods. A reader can compute everything that is shown from what is shown.
    """
    cells = tuple(replace(cell, events=rule.rounded(cell.events)) for cell in found.cells)
    coarse = replace(
        found.unadjusted(),
        cells=cells,
        events=sum(cell.events for cell in cells),
        rounded_to=rule.base,
        dispersion=None if found.dispersion is None else two_digits_up(found.dispersion),
    )
    again = _quasi(coarse) if Method(found.method or "") is Method.QUASI_POISSON else _exact(coarse)
    return withheld(found, rule) if again is None else again


def _exact(found: Estimate) -> Estimate | None:
    """The exact interval of the shown totals: with one period per cell there is no spread to widen it by."""
    cells = [CellSeries(counts=np.array([cell.events]), exposures=np.array([cell.exposure])) for cell in found.cells]
    interval = compare(cells, conf_level=found.conf_level, null=found.null).interval
    if interval is None:
        return None
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
