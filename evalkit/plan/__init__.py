"""The analysis plan: written, digested and printed before the data are read.

A plan is a YAML file. ``reading`` opens it, ``document`` says which form it has, ``form`` tells the
faults of form, ``rules`` those of sense (references, windows, what each design needs), and ``plan``
holds the valid result. Everything that is wrong is told at once, in Swedish and English.
"""

from __future__ import annotations

from evalkit.plan.document import (
    PLAN_VERSION,
    ControlEntry,
    DataSource,
    EstimandEntry,
    ExpectedEntry,
    GroupEntry,
    Mapped,
    MarginEntry,
    Mark,
    PlanDocument,
    WindowEntry,
    Words,
)
from evalkit.plan.plan import Plan
from evalkit.plan.reading import PLAN_FILE

__all__ = [
    "PLAN_FILE",
    "PLAN_VERSION",
    "ControlEntry",
    "DataSource",
    "EstimandEntry",
    "ExpectedEntry",
    "GroupEntry",
    "Mapped",
    "MarginEntry",
    "Mark",
    "Plan",
    "PlanDocument",
    "WindowEntry",
    "Words",
]
