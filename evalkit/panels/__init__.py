"""From reported rows to a complete grid: unit × period × series, with count, exposure and status.

The grid is where "missing is not zero" is decided. A cell without a row is 0 only when the unit
has declared that it reported the metric throughout the cell (coverage) and nothing it reported
speaks against it; otherwise it is missing. Counts, exposures and their statuses stay side by side,
so that a rate can always be recomputed after suppression and is never carried alone.

``request`` settles what was asked for, ``grid`` lays out the cells, ``selection`` finds the rows of
a series, ``counts`` and ``exposures`` fill the cells, and ``value`` is the finished panel.
"""

from __future__ import annotations

from evalkit.panels.building import panel
from evalkit.panels.value import Panel

__all__ = ["Panel", "panel"]
