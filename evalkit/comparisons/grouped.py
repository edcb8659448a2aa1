"""From intervals by group to what a public function returns: one estimate, or a series with a row per group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.comparisons.result import numbers_frame
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.groups import Groups
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    import polars as pl

    from evalkit.inference.intervals import Intervals
    from evalkit.inference.stratified import Homogeneity

    Labels: TypeAlias = "pl.Series | NDArray[np.generic] | Sequence[object] | pl.DataFrame"
    """What names the groups: a column, several of them, or a frame of them."""


def answer_by_group(
    given: ColumnArguments,
    groups: Groups,
    scale: Scale,
    found: Intervals,
    *,
    method: str,
    conf_level: float,
    null: float | None = None,
    homogeneity: tuple[str, Homogeneity] | None = None,
    **beside: NDArray[np.int64] | NDArray[np.float64],
) -> Estimate | EstimateSeries:
    """An :class:`Estimate` when nothing named the groups, otherwise an :class:`EstimateSeries` with their names.

    Parameters
    ----------
    given, groups
        The arguments of the call, checked, and what their rows belong to. A group with a missing value is refused.
    scale, method, conf_level, null
        The same for every group.
    found
        Intervals of shape ``(groups,)``.
    homogeneity
        The name and the numbers of a test beside the estimates.
    **beside
        Further numbers of shape ``(groups,)`` for the frame of the series.
    """
    missing = groups.total(np.broadcast_to(given.missing, groups.at.shape)) > 0
    whole = found.refuse(missing, refusals.value_missing())
    test = {}
    if homogeneity is not None:
        numbers = homogeneity[1]
        test = {
            "test_statistic": numbers.statistic,
            "test_df": numbers.df,
            "test_p_value": numbers.p_value,
        }
    frame = numbers_frame(whole, {**beside, **test}, groups.count)
    series = EstimateSeries(
        scale=scale,
        numbers=frame,
        method=method,
        conf_level=conf_level,
        null=null,
        reasons=whole.reasons,
        groups=groups.labels,
        test=homogeneity[0] if homogeneity else None,
    )
    return series if groups.labels is not None else series[0]


def series_of(
    estimates: Sequence[Estimate],
    groups: pl.DataFrame,
    *,
    scale: Scale,
    method: str,
    conf_level: float,
    null: float | None,
    rows: Sequence[int],
    rows_left_out: Sequence[int],
) -> EstimateSeries:
    """Estimates made one by one as a series with the groups' names.

    Parameters
    ----------
    estimates, groups
        One for each row of the other.
    scale, method, conf_level, null
        The same for every group.
    rows, rows_left_out
        How many rows each was made from, and how many of them had no say.
    """
    import polars as pl

    reasons = tuple(dict.fromkeys(one.reason for one in estimates if one.reason is not None))
    places = [None if one.reason is None else reasons.index(one.reason) for one in estimates]
    types = dict.fromkeys(("estimate", "conf_low", "conf_high", "p_value", "std_error", "dispersion"), pl.Float64)
    schema = {**types, "df": pl.Int64, "events": pl.Int64, "exposure": pl.Float64}
    frame = pl.DataFrame({name: [getattr(one, name) for one in estimates] for name in schema}, schema=schema)
    told = (
        pl.Series("rows", rows, pl.Int64),
        pl.Series("rows_left_out", rows_left_out, pl.Int64),
        pl.Series("reason", places, pl.Int8),
    )
    return EstimateSeries(
        scale=scale,
        numbers=frame.with_columns(told),
        method=method,
        conf_level=conf_level,
        null=null,
        reasons=reasons,
        groups=groups,
    )


def per_row(groups: Groups, *columns: NDArray[np.int64] | NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Single numbers spread over the rows, so that every column has one element per row."""
    return [np.broadcast_to(column, groups.at.shape) for column in columns]


def whole(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Sums of counts, which are whole, as integers."""
    return np.rint(numbers).astype(np.int64)
