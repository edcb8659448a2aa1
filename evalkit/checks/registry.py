"""Which function makes which check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
from evalkit.vocabulary import CheckId

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


def examine(situation: Situation) -> tuple[Finding, ...]:
    """Every check that concerns the design, in the design's order; those with nothing to look at are left out."""
    made = (CHECKS[check](situation) for check in situation.design.checks if check in CHECKS)
    return tuple(finding for finding in made if finding is not None)
