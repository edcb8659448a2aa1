"""Both sides of a comparison, stratum by stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalkit.inference.intervals import Counts, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Both sides of every stratum, each of shape ``(strata,)``."""

    events: Counts
    exposed: Floats
    events_ref: Counts
    exposed_ref: Floats

    @property
    def share(self) -> Floats:
        """The first side's share of the exposure; 0 where there is none at all."""
        both = self.exposed + self.exposed_ref
        return np.divide(self.exposed, both, out=np.zeros_like(both), where=both > 0)

    @property
    def share_ref(self) -> Floats:
        """The reference's share of the exposure."""
        both = self.exposed + self.exposed_ref
        return np.divide(self.exposed_ref, both, out=np.zeros_like(both), where=both > 0)
