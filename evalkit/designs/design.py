"""What a design is: what it identifies, what must be true, how much it can ever carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evalkit.estimands import Estimand
from evalkit.estimates import Estimate, Step
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.vocabulary import CheckId, DesignId, Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """An entry of the registry.

    Attributes
    ----------
    identifies
        The quantity, in words; a label in a report never claims more than this.
    maryland
        Ceiling on the Maryland Scientific Methods Scale (1 to 5): no result of this design is
        rated above it, however narrow its interval.
    may_claim_effect
        Whether a causal sentence may ever be printed under this design.
    needs
        The least data it can do with, in words.
    from_totals
        Whether the estimate is a function of the totals in its cells (and φ), so that it can be computed again from
        rounded ones.
    checks
        The diagnostics that concern it, in the order they are shown.
    steps
        Tells an estimate by time since joining, where there is such a time.
    estimate
        Makes the estimate or the refusal from an estimand and a panel.
    """

    id: DesignId
    name: Text
    identifies: Text
    must_be_true: Text
    scale: Scale
    maryland: int
    may_claim_effect: bool
    needs: Text
    checks: tuple[CheckId, ...]
    estimate: Callable[[Estimand, Panel, float], Estimate]
    from_totals: bool = True
    steps: Callable[[Estimand, Panel, float], tuple[Step, ...]] | None = None
