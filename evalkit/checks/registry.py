"""Which function makes which check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalkit.checks.ceiling import ceiling
from evalkit.checks.clusters import clusters
from evalkit.checks.dispersion import dispersion
from evalkit.checks.situation import Situation
from evalkit.findings import Finding
from evalkit.vocabulary import CheckId

Check = Callable[[Situation], Finding | None]

CHECKS: Mapping[CheckId, Check] = {
    CheckId.DESIGN_CEILING: ceiling,
    CheckId.CLUSTERS: clusters,
    CheckId.DISPERSION: dispersion,
}


def examine(situation: Situation) -> tuple[Finding, ...]:
    """Every check that concerns the design, in the design's order; those with nothing to look at are left out."""
    made = (CHECKS[check](situation) for check in situation.design.checks if check in CHECKS)
    return tuple(finding for finding in made if finding is not None)
