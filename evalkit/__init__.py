"""evalkit: effect evaluation of municipal joint inspections.

>>> import evalkit as ek
>>> ek.rate(108, 9.956).status.value
'estimated'

The names below are the public API. They are imported when first used, so that ``import evalkit``
costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalkit import resources
    from evalkit.chapters import open_run
    from evalkit.comparisons import rate, rate_ratio, ratio_of_rate_ratios
    from evalkit.comparisons.adjusted import adjusted_rate_ratio
    from evalkit.comparisons.by_cases import rate_by_cases, rate_ratio_by_cases
    from evalkit.comparisons.curves import Curve, Curves
    from evalkit.comparisons.decomposition import decompose
    from evalkit.comparisons.decomposition_result import Decomposition
    from evalkit.comparisons.durations import cumulative_incidence, rmst_difference, rmst_ratio, survival
    from evalkit.comparisons.e_value import EValue, EValueSeries, e_value
    from evalkit.comparisons.equivalence import equivalence, rate_equivalence
    from evalkit.comparisons.event_coefficients import EventCoefficients
    from evalkit.comparisons.event_studies import EventStudy, event_study
    from evalkit.comparisons.extended import extended_twfe
    from evalkit.comparisons.honest import HonestBounds, honest_bounds
    from evalkit.comparisons.interrupted import interrupted_time_series
    from evalkit.comparisons.interrupted_series import InterruptedSeries
    from evalkit.comparisons.joining import group_time_effects
    from evalkit.comparisons.joining_effects import ExtendedEffects, GroupTimeEffects
    from evalkit.comparisons.joining_ratio import JoiningRatio, joining_ratio
    from evalkit.comparisons.multiplicity import adjust, romano_wolf
    from evalkit.comparisons.permutation import permutation_test
    from evalkit.comparisons.permutation_draws import PermutationDraws, permutation_draws
    from evalkit.comparisons.placebo_result import PlaceboTest
    from evalkit.comparisons.placebo_tests import placebo_test
    from evalkit.comparisons.precision import months_needed, power, smallest_detectable
    from evalkit.comparisons.probabilities import probability_exceeds
    from evalkit.comparisons.proportions import proportion, proportion_difference, proportion_ratio, proportion_test
    from evalkit.comparisons.rate_differences import rate_difference
    from evalkit.comparisons.resampling import bootstrap
    from evalkit.comparisons.series_diagnostics import SeriesDiagnostics
    from evalkit.comparisons.single_cases import largest_case_share, leave_one_case_out
    from evalkit.comparisons.spans import spans
    from evalkit.comparisons.standardised import standardised_rate, standardised_rate_ratio, standardised_ratio
    from evalkit.comparisons.stratified import stratified_rate_difference, stratified_rate_ratio
    from evalkit.comparisons.synthetic import synthetic_control
    from evalkit.comparisons.synthetic_did import synthetic_did
    from evalkit.comparisons.synthetic_result import SyntheticControl, SyntheticDid
    from evalkit.comparisons.two_way import TwoWayParts, goodman_bacon
    from evalkit.comparisons.variation import Variation, dispersion
    from evalkit.counting import Aggregates, aggregate
    from evalkit.dataset import Dataset, load
    from evalkit.disclosure import Released, release
    from evalkit.equivalences import Equivalence, EquivalenceSeries
    from evalkit.errors import EstimationError, EvalkitError
    from evalkit.estimands import Estimand, Group, Margin, Series, Window
    from evalkit.estimate_series import EstimateSeries
    from evalkit.estimates import Estimate, Estimates, Tested
    from evalkit.evaluation import evaluate
    from evalkit.holdings import Holdings, load_holdings
    from evalkit.language import Language
    from evalkit.mappings import map_source
    from evalkit.metrics import MetricBook
    from evalkit.panels import Panel, panel
    from evalkit.pipeline import report
    from evalkit.plan import Plan
    from evalkit.policy import Policy
    from evalkit.precisions import Precision, PrecisionSeries
    from evalkit.released_curves import ReleasedCurves, release_curves
    from evalkit.selftest import SelfTest, self_test
    from evalkit.simulation import Simulation, simulate
    from evalkit.statements import Statement
    from evalkit.templates import write_template

__version__ = "0.1.0"

_HOMES = {
    "Aggregates": "evalkit.counting",
    "Curve": "evalkit.comparisons.curves",
    "Curves": "evalkit.comparisons.curves",
    "Dataset": "evalkit.dataset",
    "Decomposition": "evalkit.comparisons.decomposition_result",
    "EValue": "evalkit.comparisons.e_value",
    "EValueSeries": "evalkit.comparisons.e_value",
    "Equivalence": "evalkit.equivalences",
    "EquivalenceSeries": "evalkit.equivalences",
    "Estimand": "evalkit.estimands",
    "Estimate": "evalkit.estimates",
    "EstimateSeries": "evalkit.estimate_series",
    "Estimates": "evalkit.estimates",
    "EstimationError": "evalkit.errors",
    "EvalkitError": "evalkit.errors",
    "EventCoefficients": "evalkit.comparisons.event_coefficients",
    "EventStudy": "evalkit.comparisons.event_studies",
    "ExtendedEffects": "evalkit.comparisons.joining_effects",
    "Group": "evalkit.estimands",
    "GroupTimeEffects": "evalkit.comparisons.joining_effects",
    "Holdings": "evalkit.holdings",
    "HonestBounds": "evalkit.comparisons.honest",
    "InterruptedSeries": "evalkit.comparisons.interrupted_series",
    "JoiningRatio": "evalkit.comparisons.joining_ratio",
    "Language": "evalkit.language",
    "Margin": "evalkit.estimands",
    "MetricBook": "evalkit.metrics",
    "Panel": "evalkit.panels",
    "PermutationDraws": "evalkit.comparisons.permutation_draws",
    "PlaceboTest": "evalkit.comparisons.placebo_result",
    "Plan": "evalkit.plan",
    "Policy": "evalkit.policy",
    "Precision": "evalkit.precisions",
    "PrecisionSeries": "evalkit.precisions",
    "Released": "evalkit.disclosure",
    "ReleasedCurves": "evalkit.released_curves",
    "SelfTest": "evalkit.selftest",
    "Series": "evalkit.estimands",
    "SeriesDiagnostics": "evalkit.comparisons.series_diagnostics",
    "Simulation": "evalkit.simulation",
    "Statement": "evalkit.statements",
    "SyntheticControl": "evalkit.comparisons.synthetic_result",
    "SyntheticDid": "evalkit.comparisons.synthetic_result",
    "Tested": "evalkit.estimates",
    "TwoWayParts": "evalkit.comparisons.two_way",
    "Variation": "evalkit.comparisons.variation",
    "Window": "evalkit.estimands",
    "adjust": "evalkit.comparisons.multiplicity",
    "adjusted_rate_ratio": "evalkit.comparisons.adjusted",
    "aggregate": "evalkit.counting",
    "bootstrap": "evalkit.comparisons.resampling",
    "cumulative_incidence": "evalkit.comparisons.durations",
    "decompose": "evalkit.comparisons.decomposition",
    "dispersion": "evalkit.comparisons.variation",
    "e_value": "evalkit.comparisons.e_value",
    "equivalence": "evalkit.comparisons.equivalence",
    "evaluate": "evalkit.evaluation",
    "event_study": "evalkit.comparisons.event_studies",
    "extended_twfe": "evalkit.comparisons.extended",
    "goodman_bacon": "evalkit.comparisons.two_way",
    "group_time_effects": "evalkit.comparisons.joining",
    "honest_bounds": "evalkit.comparisons.honest",
    "interrupted_time_series": "evalkit.comparisons.interrupted",
    "joining_ratio": "evalkit.comparisons.joining_ratio",
    "largest_case_share": "evalkit.comparisons.single_cases",
    "leave_one_case_out": "evalkit.comparisons.single_cases",
    "load": "evalkit.dataset",
    "load_holdings": "evalkit.holdings",
    "map_source": "evalkit.mappings",
    "months_needed": "evalkit.comparisons.precision",
    "open_run": "evalkit.chapters",
    "panel": "evalkit.panels",
    "permutation_draws": "evalkit.comparisons.permutation_draws",
    "permutation_test": "evalkit.comparisons.permutation",
    "placebo_test": "evalkit.comparisons.placebo_tests",
    "power": "evalkit.comparisons.precision",
    "probability_exceeds": "evalkit.comparisons.probabilities",
    "proportion": "evalkit.comparisons.proportions",
    "proportion_difference": "evalkit.comparisons.proportions",
    "proportion_ratio": "evalkit.comparisons.proportions",
    "proportion_test": "evalkit.comparisons.proportions",
    "rate": "evalkit.comparisons",
    "rate_by_cases": "evalkit.comparisons.by_cases",
    "rate_difference": "evalkit.comparisons.rate_differences",
    "rate_equivalence": "evalkit.comparisons.equivalence",
    "rate_ratio": "evalkit.comparisons",
    "rate_ratio_by_cases": "evalkit.comparisons.by_cases",
    "ratio_of_rate_ratios": "evalkit.comparisons",
    "release": "evalkit.disclosure",
    "release_curves": "evalkit.released_curves",
    "report": "evalkit.pipeline",
    "resources": "evalkit",
    "rmst_difference": "evalkit.comparisons.durations",
    "rmst_ratio": "evalkit.comparisons.durations",
    "romano_wolf": "evalkit.comparisons.multiplicity",
    "self_test": "evalkit.selftest",
    "simulate": "evalkit.simulation",
    "smallest_detectable": "evalkit.comparisons.precision",
    "spans": "evalkit.comparisons.spans",
    "standardised_rate": "evalkit.comparisons.standardised",
    "standardised_rate_ratio": "evalkit.comparisons.standardised",
    "standardised_ratio": "evalkit.comparisons.standardised",
    "stratified_rate_difference": "evalkit.comparisons.stratified",
    "stratified_rate_ratio": "evalkit.comparisons.stratified",
    "survival": "evalkit.comparisons.durations",
    "synthetic_control": "evalkit.comparisons.synthetic",
    "synthetic_did": "evalkit.comparisons.synthetic_did",
    "write_template": "evalkit.templates",
}

__all__ = [
    "Aggregates",
    "Curve",
    "Curves",
    "Dataset",
    "Decomposition",
    "EValue",
    "EValueSeries",
    "Equivalence",
    "EquivalenceSeries",
    "Estimand",
    "Estimate",
    "EstimateSeries",
    "Estimates",
    "EstimationError",
    "EvalkitError",
    "EventCoefficients",
    "EventStudy",
    "ExtendedEffects",
    "Group",
    "GroupTimeEffects",
    "Holdings",
    "HonestBounds",
    "InterruptedSeries",
    "JoiningRatio",
    "Language",
    "Margin",
    "MetricBook",
    "Panel",
    "PermutationDraws",
    "PlaceboTest",
    "Plan",
    "Policy",
    "Precision",
    "PrecisionSeries",
    "Released",
    "ReleasedCurves",
    "SelfTest",
    "Series",
    "SeriesDiagnostics",
    "Simulation",
    "Statement",
    "SyntheticControl",
    "SyntheticDid",
    "Tested",
    "TwoWayParts",
    "Variation",
    "Window",
    "adjust",
    "adjusted_rate_ratio",
    "aggregate",
    "bootstrap",
    "cumulative_incidence",
    "decompose",
    "dispersion",
    "e_value",
    "equivalence",
    "evaluate",
    "event_study",
    "extended_twfe",
    "goodman_bacon",
    "group_time_effects",
    "honest_bounds",
    "interrupted_time_series",
    "joining_ratio",
    "largest_case_share",
    "leave_one_case_out",
    "load",
    "load_holdings",
    "map_source",
    "months_needed",
    "open_run",
    "panel",
    "permutation_draws",
    "permutation_test",
    "placebo_test",
    "power",
    "probability_exceeds",
    "proportion",
    "proportion_difference",
    "proportion_ratio",
    "proportion_test",
    "rate",
    "rate_by_cases",
    "rate_difference",
    "rate_equivalence",
    "rate_ratio",
    "rate_ratio_by_cases",
    "ratio_of_rate_ratios",
    "release",
    "release_curves",
    "report",
    "resources",
    "rmst_difference",
    "rmst_ratio",
    "romano_wolf",
    "self_test",
    "simulate",
    "smallest_detectable",
    "spans",
    "standardised_rate",
    "standardised_rate_ratio",
    "standardised_ratio",
    "stratified_rate_difference",
    "stratified_rate_ratio",
    "survival",
    "synthetic_control",
    "synthetic_did",
    "write_template",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'evalkit' has no attribute {name!r}")
    if home == "evalkit":
        return importlib.import_module(f"evalkit.{name}")
    found = getattr(importlib.import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
