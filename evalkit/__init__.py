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
    from evalkit.comparisons.decomposition import Decomposition, decompose
    from evalkit.comparisons.standardised import standardised_rate, standardised_rate_ratio, standardised_ratio
    from evalkit.comparisons.stratified import stratified_rate_difference, stratified_rate_ratio
    from evalkit.comparisons.variation import Variation, dispersion
    from evalkit.counting import Aggregates, aggregate
    from evalkit.dataset import Dataset, load
    from evalkit.disclosure import Released, release
    from evalkit.errors import EvalkitError
    from evalkit.estimands import Estimand, Group, Series, Window
    from evalkit.estimates import Estimate, Estimates
    from evalkit.evaluation import evaluate
    from evalkit.holdings import Holdings, load_holdings
    from evalkit.mappings import map_source
    from evalkit.metrics import MetricBook
    from evalkit.panels import Panel, panel
    from evalkit.pipeline import report
    from evalkit.plan import Plan
    from evalkit.policy import Policy
    from evalkit.simulation import Simulation, simulate
    from evalkit.templates import write_template

__version__ = "0.1.0"

_HOMES = {
    "Aggregates": "evalkit.counting",
    "Dataset": "evalkit.dataset",
    "Decomposition": "evalkit.comparisons.decomposition",
    "Estimand": "evalkit.estimands",
    "Estimate": "evalkit.estimates",
    "Estimates": "evalkit.estimates",
    "EvalkitError": "evalkit.errors",
    "Group": "evalkit.estimands",
    "Holdings": "evalkit.holdings",
    "MetricBook": "evalkit.metrics",
    "Panel": "evalkit.panels",
    "Plan": "evalkit.plan",
    "Policy": "evalkit.policy",
    "Released": "evalkit.disclosure",
    "Series": "evalkit.estimands",
    "Simulation": "evalkit.simulation",
    "Variation": "evalkit.comparisons.variation",
    "Window": "evalkit.estimands",
    "adjusted_rate_ratio": "evalkit.comparisons.adjusted",
    "aggregate": "evalkit.counting",
    "decompose": "evalkit.comparisons.decomposition",
    "dispersion": "evalkit.comparisons.variation",
    "evaluate": "evalkit.evaluation",
    "load": "evalkit.dataset",
    "load_holdings": "evalkit.holdings",
    "map_source": "evalkit.mappings",
    "open_run": "evalkit.chapters",
    "panel": "evalkit.panels",
    "rate": "evalkit.comparisons",
    "rate_ratio": "evalkit.comparisons",
    "ratio_of_rate_ratios": "evalkit.comparisons",
    "release": "evalkit.disclosure",
    "report": "evalkit.pipeline",
    "resources": "evalkit",
    "simulate": "evalkit.simulation",
    "standardised_rate": "evalkit.comparisons.standardised",
    "standardised_rate_ratio": "evalkit.comparisons.standardised",
    "standardised_ratio": "evalkit.comparisons.standardised",
    "stratified_rate_difference": "evalkit.comparisons.stratified",
    "stratified_rate_ratio": "evalkit.comparisons.stratified",
    "write_template": "evalkit.templates",
}

__all__ = [
    "Aggregates",
    "Dataset",
    "Decomposition",
    "Estimand",
    "Estimate",
    "Estimates",
    "EvalkitError",
    "Group",
    "Holdings",
    "MetricBook",
    "Panel",
    "Plan",
    "Policy",
    "Released",
    "Series",
    "Simulation",
    "Variation",
    "Window",
    "adjusted_rate_ratio",
    "aggregate",
    "decompose",
    "dispersion",
    "evaluate",
    "load",
    "load_holdings",
    "map_source",
    "open_run",
    "panel",
    "rate",
    "rate_ratio",
    "ratio_of_rate_ratios",
    "release",
    "report",
    "resources",
    "simulate",
    "standardised_rate",
    "standardised_rate_ratio",
    "standardised_ratio",
    "stratified_rate_difference",
    "stratified_rate_ratio",
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
