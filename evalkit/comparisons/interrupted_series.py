"""What an interrupted time series tells: the changes at the break, the series without it, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evalkit.comparisons.series_diagnostics import SeriesDiagnostics
from evalkit.estimates import Estimate

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class InterruptedSeries:
    """An interrupted time series.

    Attributes
    ----------
    level
        The factor by which the level changed at the break.
    slope
        The factor by which the development per period changed, ``None`` when the model has none. Centred at the break:
        it counts 1 in the first period (at full strength), so that ``level`` is the change at the start itself.
    average
        Events expected from the start on, over those expected had the development before continued.
    excess
        Events counted from the start on less those expected without the break, in periods that are kept.
    counterfactual
        One row per period: ``period``, ``count``, ``exposure``, ``kept``, ``expected``, ``without`` (had nothing
        happened) with ``without_low`` and ``without_high`` (limits of that mean), ``excess`` with ``excess_low`` and
        ``excess_high`` (limits that hold the chance in the single count; from the start on). The counts are of single
        periods: see to it that they are not published without disclosure control. Without an estimate the columns that
        rest on a fit are empty.
    diagnostics
        Plain numbers.
    """

    level: Estimate
    slope: Estimate | None
    average: Estimate
    excess: Estimate
    counterfactual: pl.DataFrame
    diagnostics: SeriesDiagnostics

    @property
    def is_estimated(self) -> bool:
        """Whether there are numbers; all estimates have them or none."""
        return self.level.is_estimated

    def __repr__(self) -> str:
        told = (("level", self.level), ("slope", self.slope), ("average", self.average), ("excess", self.excess))
        return "\n".join(["InterruptedSeries:", *(f"  {name}: {one!r}" for name, one in told if one is not None)])

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        told = (("level", self.level), ("slope", self.slope), ("average", self.average), ("excess", self.excess))
        return estimates_view([replace(one, metric=name) for name, one in told if one is not None])
