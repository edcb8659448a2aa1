"""What plain two-way fixed effects come to when areas join at different times, and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalkit import refusals
from evalkit.comparisons.joining_frames import JoiningFrame, Names, read
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.bacon import Decomposed

_SCALES = {"ratio": Scale.RATIO_OF_RATE_RATIOS, "difference": Scale.RATE_DIFFERENCE}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TwoWayParts:
    """A plain two-way fixed effects estimate as the weighted mean of its comparisons.

    It has neither interval nor p-value: it is shown to be looked through, not to be reported.

    Attributes
    ----------
    scale, status, reason
        As of an :class:`~evalkit.estimates.Estimate`.
    estimate
        The two-way estimate; on the ratio scale the weighted geometric mean of the parts. ``None`` when refused.
    by_kind
        One row per kind of comparison: ``comparison``, ``weight``, ``estimate``. The kinds are ``never`` and
        ``later`` (against those who never join, or join later), ``earlier`` and ``always`` (against those who have
        joined already).
    parts
        One row per pair of groups: ``comparison``, ``joined``, ``other`` (null for never), ``weight``, ``estimate``.
    share_joined
        The weight of comparisons with areas that had joined already. ``None`` when refused.
    """

    scale: Scale
    status: EstimateStatus
    estimate: float | None
    by_kind: pl.DataFrame
    parts: pl.DataFrame
    share_joined: float | None
    reason: Statement | None = None

    def to_frame(self) -> pl.DataFrame:
        """The parts."""
        return self.parts

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"TwoWayParts: not estimable: {self.reason.text.en}"
        return (
            f"TwoWayParts: {self.scale.value} {self.estimate:.4g}, {self.share_joined:.0%} of the weight compares with "
            f"areas that had joined already\n{self.by_kind}"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Jämförelser", self.by_kind)


def goodman_bacon(
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    count: str,
    exposure: str,
    joined: str,
    scale: str = "ratio",
) -> TwoWayParts:
    """Take a plain two-way fixed effects estimate apart into its comparisons and their weights.

    The estimate is that of a regression of each unit's rate (or its logarithm) on having joined, with an effect for
    every unit and every period, each unit the same weight. Some of its comparisons take units that have joined
    already as if they had not, so that an effect that grows counts against itself; ``share_joined`` is their weight.
    What joining changed is answered by :func:`group_time_effects`.

    Parameters
    ----------
    frame
        One row per unit and period, balanced; the columns are named by the arguments below.
    unit, period
        Any labels; periods are dates, numbers, or text whose order in time can be told (2024-03).
    count, exposure
        Events, and what they are divided by (above 0).
    joined
        The first period in which a unit had joined; null for one that never did. Constant within units. Units that
        had joined by the first period are the comparison ``always``.
    scale
        ``ratio``: logarithms of rates, which stand no zeros, told as ratios; ``difference``: rates.

    Returns
    -------
    TwoWayParts
        Refused when a count of 0 has no logarithm, or no unit joins while another has not.

    Raises
    ------
    EstimationError
        When columns are missing or the rows make no balanced panel; all that is wrong is told at once.

    Source: Goodman-Bacon 2021, Journal of Econometrics 225:254-277, theorem 1.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> areas = pl.DataFrame({
    ...     "area": ["a"] * 4 + ["b"] * 4 + ["c"] * 4,
    ...     "year": [2021, 2022, 2023, 2024] * 3,
    ...     "joined": [2022] * 4 + [2024] * 4 + [None] * 4,
    ...     "found": [10, 20, 20, 20, 10, 10, 10, 20, 10, 10, 10, 10],
    ...     "visits": [100.0] * 12,
    ... })
    >>> found = ek.goodman_bacon(
    ...     areas, unit="area", period="year", count="found", exposure="visits", joined="joined"
    ... )
    >>> round(found.estimate, 9), round(found.share_joined, 3)
    (2.0, 0.2)
    """
    given = GroupedArguments("goodman_bacon()")
    asked = _SCALES[given.word("scale", scale, tuple(_SCALES))]
    data = read(given, frame, Names(unit, period, count, exposure, joined, None, None), ratio=False)
    found = _decomposed(data, asked)
    if isinstance(found, Statement):
        return _refused(asked, found)
    return _told(data, found, asked)


def _decomposed(data: JoiningFrame, scale: Scale) -> Decomposed | Statement:
    from evalkit.inference import bacon

    panel = data.panel
    if data.missing:
        return refusals.value_missing()
    rates = panel.top / panel.bottom
    if scale is Scale.RATIO_OF_RATE_RATIOS:
        if (rates == 0).any():
            return refusals.no_events_in_period()
        rates = np.log(rates)
    return bacon.decompose(rates, panel.joined) or refusals.nothing_to_take_apart()


def _refused(scale: Scale, reason: Statement) -> TwoWayParts:
    import polars as pl

    kinds = {"comparison": pl.String, "weight": pl.Float64, "estimate": pl.Float64}
    return TwoWayParts(
        scale=scale,
        status=EstimateStatus.NOT_ESTIMABLE,
        estimate=None,
        by_kind=pl.DataFrame(schema=kinds),
        parts=pl.DataFrame(schema=kinds),
        share_joined=None,
        reason=reason,
    )


def _told(data: JoiningFrame, found: Decomposed, scale: Scale) -> TwoWayParts:
    import polars as pl

    from evalkit.inference.bacon import Comparison

    periods = [*data.periods.to_list(), None]
    parts = pl.DataFrame(
        {
            "comparison": [part.comparison.value for part in found.parts],
            "joined": pl.Series([periods[part.joined] for part in found.parts], dtype=data.periods.dtype),
            "other": pl.Series([periods[part.other] for part in found.parts], dtype=data.periods.dtype),
            "weight": [part.weight for part in found.parts],
            "estimate": [part.estimate for part in found.parts],
        }
    )
    mean = (pl.col("weight") * pl.col("estimate")).sum() / pl.col("weight").sum()
    by_kind = parts.group_by("comparison", maintain_order=True).agg(estimate=mean, weight=pl.col("weight").sum())
    ratio = scale is Scale.RATIO_OF_RATE_RATIOS
    shown = pl.col("estimate").exp() if ratio else pl.col("estimate")
    return TwoWayParts(
        scale=scale,
        status=EstimateStatus.ESTIMATED,
        estimate=float(np.exp(found.estimate)) if ratio else found.estimate,
        by_kind=by_kind.sort("weight", descending=True).select("comparison", "weight", shown),
        parts=parts.with_columns(shown),
        share_joined=found.weight(Comparison.EARLIER) + found.weight(Comparison.ALWAYS),
    )
