"""What a placebo test comes to: the estimate, and the same comparison for other areas and other times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PlaceboTest:
    """Treated units beside others in which nothing started. When figures are missing, the tables are empty.

    Attributes
    ----------
    effect
        The treated units' change in rate over the others', on the scale ``ratio_of_rate_ratios``; p and limits from
        the same comparison with other units in their place.
    attainable
        The smallest p that there can be: 1 over the number of units with one treated.
    in_space
        One row per unit: ``unit``, ``treated``, ``events_before``, ``events_after``, ``ratio`` (its change over that of
        all other units; null without events on a side) and ``statistic`` (the same, standardised by its size), the most
        unusual first.
    in_time
        The same estimate as if the start had come at an earlier period, with nothing from the true start on used:
        ``groups`` of the series has ``start``, ``periods_before`` and ``periods_after``. ``None`` with fewer than 4
        periods before.
    leave_one_out
        One row per unit compared with: ``unit``, and the ``effect`` without it (null when it cannot be made), the
        farthest from ``effect`` first.
    """

    effect: Estimate
    attainable: float | None
    in_space: pl.DataFrame
    in_time: EstimateSeries | None
    leave_one_out: pl.DataFrame

    def __repr__(self) -> str:
        least = "" if self.attainable is None else f"\n  smallest p there can be: {self.attainable:.3g}"
        return f"PlaceboTest: {self.effect!r}{least}"

    def _repr_html_(self) -> str:
        return self.effect._repr_html_()
