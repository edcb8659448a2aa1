"""Which function makes which check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalkit.checks import joined_areas, joined_before
from evalkit.checks.anticipation import anticipation
from evalkit.checks.autocorrelation import autocorrelation
from evalkit.checks.ceiling import ceiling
from evalkit.checks.clusters import clusters
from evalkit.checks.covid import covid
from evalkit.checks.dispersion import dispersion
from evalkit.checks.e_value import e_value
from evalkit.checks.exposure_change import exposure_change
from evalkit.checks.largest_case import largest_case
from evalkit.checks.law_breaks import law_breaks
from evalkit.checks.leave_one_out import leave_one_out
from evalkit.checks.negative_control import negative_control
from evalkit.checks.placebo_dates import placebo_dates
from evalkit.checks.pre_trend import pre_trend
from evalkit.checks.recording import recording
from evalkit.checks.situation import Situation
from evalkit.checks.spillover import spillover
from evalkit.findings import Finding
from evalkit.vocabulary import CheckId, DesignId

Check = Callable[[Situation], Finding | None]

CHECKS: Mapping[CheckId, Check] = {
    CheckId.DESIGN_CEILING: ceiling,
    CheckId.CLUSTERS: clusters,
    CheckId.DISPERSION: dispersion,
    CheckId.ANTICIPATION: anticipation,
    CheckId.AUTOCORRELATION: autocorrelation,
    CheckId.COVID: covid,
    CheckId.E_VALUE: e_value,
    CheckId.EXPOSURE_CHANGE: exposure_change,
    CheckId.LARGEST_CASE: largest_case,
    CheckId.LAW_BREAKS: law_breaks,
    CheckId.LEAVE_ONE_OUT: leave_one_out,
    CheckId.NEGATIVE_CONTROL: negative_control,
    CheckId.PLACEBO_DATES: placebo_dates,
    CheckId.PRE_TREND: pre_trend,
    CheckId.RECORDING: recording,
    CheckId.SPILLOVER: spillover,
}
OF_DESIGN: Mapping[DesignId, Mapping[CheckId, Check]] = {
    DesignId.D5: {
        CheckId.CLUSTERS: joined_areas.clusters,
        CheckId.AUTOCORRELATION: joined_before.autocorrelation,
        CheckId.PRE_TREND: joined_before.pre_trend,
        CheckId.PLACEBO_DATES: joined_before.placebo_dates,
        CheckId.ANTICIPATION: joined_before.anticipation,
        CheckId.SPILLOVER: joined_areas.spillover,
        CheckId.LEAVE_ONE_OUT: joined_areas.leave_one_out,
    }
}
"""The checks that a design makes in its own way, each area with its own date."""


def examine(situation: Situation) -> tuple[Finding, ...]:
    """Every check that concerns the design, in the design's order; those with nothing to look at are left out."""
    ways = {**CHECKS, **OF_DESIGN.get(situation.design.id, {})}
    made = (ways[check](situation) for check in situation.design.checks if check in ways)
    return tuple(finding for finding in made if finding is not None)
