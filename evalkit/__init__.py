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
    from evalkit.comparisons.equivalence import equivalence, rate_equivalence
    from evalkit.comparisons.precision import months_needed, power, smallest_detectable
    from evalkit.counting import Aggregates, aggregate
    from evalkit.dataset import Dataset, load
    from evalkit.disclosure import Released, release
    from evalkit.equivalences import Equivalence
    from evalkit.errors import EvalkitError
    from evalkit.estimands import Estimand, Group, Margin, Series, Window
    from evalkit.estimates import Estimate, Estimates
    from evalkit.evaluation import evaluate
    from evalkit.holdings import Holdings, load_holdings
    from evalkit.mappings import map_source
    from evalkit.metrics import MetricBook
    from evalkit.panels import Panel, panel
    from evalkit.pipeline import report
    from evalkit.plan import Plan
    from evalkit.policy import Policy
    from evalkit.precisions import Precision
    from evalkit.simulation import Simulation, simulate
    from evalkit.templates import write_template

__version__ = "0.1.0"

_HOMES = {
    "Aggregates": "evalkit.counting",
    "Dataset": "evalkit.dataset",
    "Equivalence": "evalkit.equivalences",
    "Estimand": "evalkit.estimands",
    "Estimate": "evalkit.estimates",
    "Estimates": "evalkit.estimates",
    "EvalkitError": "evalkit.errors",
    "Group": "evalkit.estimands",
    "Holdings": "evalkit.holdings",
    "Margin": "evalkit.estimands",
    "MetricBook": "evalkit.metrics",
    "Panel": "evalkit.panels",
    "Plan": "evalkit.plan",
    "Policy": "evalkit.policy",
    "Precision": "evalkit.precisions",
    "Released": "evalkit.disclosure",
    "Series": "evalkit.estimands",
    "Simulation": "evalkit.simulation",
    "Window": "evalkit.estimands",
    "aggregate": "evalkit.counting",
    "equivalence": "evalkit.comparisons.equivalence",
    "evaluate": "evalkit.evaluation",
    "load": "evalkit.dataset",
    "load_holdings": "evalkit.holdings",
    "map_source": "evalkit.mappings",
    "months_needed": "evalkit.comparisons.precision",
    "open_run": "evalkit.chapters",
    "panel": "evalkit.panels",
    "power": "evalkit.comparisons.precision",
    "rate": "evalkit.comparisons",
    "rate_equivalence": "evalkit.comparisons.equivalence",
    "rate_ratio": "evalkit.comparisons",
    "ratio_of_rate_ratios": "evalkit.comparisons",
    "release": "evalkit.disclosure",
    "report": "evalkit.pipeline",
    "resources": "evalkit",
    "simulate": "evalkit.simulation",
    "smallest_detectable": "evalkit.comparisons.precision",
    "write_template": "evalkit.templates",
}

__all__ = [
    "Aggregates",
    "Dataset",
    "Equivalence",
    "Estimand",
    "Estimate",
    "Estimates",
    "EvalkitError",
    "Group",
    "Holdings",
    "Margin",
    "MetricBook",
    "Panel",
    "Plan",
    "Policy",
    "Precision",
    "Released",
    "Series",
    "Simulation",
    "Window",
    "aggregate",
    "equivalence",
    "evaluate",
    "load",
    "load_holdings",
    "map_source",
    "months_needed",
    "open_run",
    "panel",
    "power",
    "rate",
    "rate_equivalence",
    "rate_ratio",
    "ratio_of_rate_ratios",
    "release",
    "report",
    "resources",
    "simulate",
    "smallest_detectable",
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
