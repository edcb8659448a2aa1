"""D2 in its two-window form: one group's rate after against its own rate before.

The interrupted time series form of D2, with trend and season, needs at least 12 points a side.
"""

from __future__ import annotations

from evalkit import caveats, periods, refusals
from evalkit.designs.counting import estimate_counts
from evalkit.designs.design import Design
from evalkit.estimands import Estimand, Window
from evalkit.estimates import Estimate, refusal
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, Frequency, Scale


def _estimate(estimand: Estimand, panel: Panel, conf_level: float) -> Estimate:
    if estimand.before is None:
        reason = refusals.design_needs(Text("en tid före att jämföra med", "a time before to compare with"))
        return refusal(Scale.RATE_RATIO, reason, conf_level=conf_level)
    return estimate_counts(
        estimand,
        panel,
        conf_level,
        scale=Scale.RATE_RATIO,
        cells=((estimand.group, estimand.after), (estimand.group, estimand.before)),
        design_caveats=_caveats(estimand.before, estimand.after),
    )


def _caveats(before: Window, after: Window) -> tuple[Statement, ...]:
    if _seasons_differ(before, after):
        return caveats.nothing_else_changed(), caveats.seasons_differ()
    return (caveats.nothing_else_changed(),)


def _seasons_differ(before: Window, after: Window) -> bool:
    early, late = _month_shares(before), _month_shares(after)
    return max(abs(early[month] - late[month]) for month in range(1, 13)) > _SAME_SHARE


def _month_shares(window: Window) -> dict[int, float]:
    months = [start.month for start in periods.between(window.first, window.last, Frequency.MONTH)]
    return {month: months.count(month) / len(months) for month in range(1, 13)}


_SAME_SHARE = 0.01


BEFORE_AFTER = Design(
    id=DesignId.D2,
    name=Text("Före och efter i samma område", "Before and after in one area"),
    identifies=Text(
        "förändringen i ett område mellan två tider, vad den än beror på",
        "the change in one area between two times, whatever it is due to",
    ),
    must_be_true=Text(
        "Att inget annat som påverkar måttet ändrades samtidigt.",
        "That nothing else which moves the metric changed at the same time.",
    ),
    scale=Scale.RATE_RATIO,
    maryland=1,
    may_claim_effect=False,
    needs=Text(
        "Antal i ett område under två tider, båda helt rapporterade.",
        "Counts in one area during two times, both wholly reported.",
    ),
    checks=(
        CheckId.DESIGN_CEILING,
        CheckId.DISPERSION,
        CheckId.LARGEST_CASE,
        CheckId.AUTOCORRELATION,
        CheckId.EXPOSURE_CHANGE,
        CheckId.RECORDING,
        CheckId.PRE_TREND,
        CheckId.PLACEBO_DATES,
        CheckId.ANTICIPATION,
        CheckId.COVID,
        CheckId.LAW_BREAKS,
        CheckId.NEGATIVE_CONTROL,
        CheckId.SPILLOVER,
        CheckId.E_VALUE,
    ),
    estimate=_estimate,
)
