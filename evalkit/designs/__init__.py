"""The designs: an explicit registry, each entry stating what it identifies and when it refuses."""

from __future__ import annotations

from evalkit.designs.before_after import BEFORE_AFTER
from evalkit.designs.design import Design
from evalkit.designs.difference_in_differences import DIFFERENCE_IN_DIFFERENCES
from evalkit.designs.donors import DONORS
from evalkit.designs.interrupted import CONTROLLED, INTERRUPTED
from evalkit.designs.level import LEVEL
from evalkit.designs.staggered import STAGGERED
from evalkit.vocabulary import DesignId

_DESIGNS = (LEVEL, BEFORE_AFTER, INTERRUPTED, CONTROLLED, DIFFERENCE_IN_DIFFERENCES, DONORS, STAGGERED)
REGISTRY: dict[DesignId, Design] = {design.id: design for design in _DESIGNS}

__all__ = ["REGISTRY", "Design"]
