"""What a check may look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from evalkit.designs import Design
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate
from evalkit.metrics import MetricBook
from evalkit.panels import Panel


@dataclass(frozen=True, slots=True)
class Situation:
    """An estimand, the data it was put to, and what its design made of them."""

    estimand: Estimand
    panel: Panel
    design: Design
    estimate: Estimate
    book: MetricBook
    conf_level: float

    def again(self, **changes: Any) -> Estimate:
        """What the same design makes of the estimand with some of its parts changed."""
        return self.design.estimate(replace(self.estimand, **changes), self.panel, self.conf_level)
