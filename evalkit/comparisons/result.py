"""From arrays of intervals to the value that a public function returns: one estimate, or a series of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Tested, refusal
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from pandas import DataFrame as PandasFrame  # type: ignore[import-untyped]

    from evalkit.inference.intervals import Intervals

    Column: TypeAlias = "pl.Series | NDArray[np.float64] | NDArray[np.int64] | Sequence[float | None]"
    """A column of numbers: of polars or pandas, a numpy vector, a list or a tuple."""
    Table: TypeAlias = "pl.DataFrame | PandasFrame"
    """A table of polars or pandas."""
    Numbers: TypeAlias = "float | Column"
    """What a public function takes: a single number, or a column of them."""


_TESTS = ("test_statistic", "test_df", "test_p_value")


@dataclass(frozen=True, slots=True, eq=False)
class TestedRows:
    """A test beside every estimate: arrays of the shape of the intervals; ``df`` is ``None`` where it has none."""

    # Test runners take a class for a collection of tests because of its name.
    __test__: ClassVar[bool] = False

    name: str
    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]
    df: float | None = None

    @property
    def columns(self) -> dict[str, NDArray[np.int64] | NDArray[np.float64] | None]:
        """The numbers under the names they have in an :class:`EstimateSeries`."""
        return {
            "test_statistic": self.statistic,
            "test_df": None if self.df is None else np.asarray(self.df),
            "test_p_value": self.p_value,
        }

    def at(self) -> Tested:
        """The only one."""
        return Tested(self.name, self.statistic.item(), self.p_value.item(), self.df)


def answer(
    given: ColumnArguments,
    scale: Scale,
    found: Intervals,
    *,
    method: str,
    conf_level: float,
    null: float | None = None,
    test: TestedRows | None = None,
    assumptions: tuple[Statement, ...] = (),
    groups: pl.DataFrame | None = None,
    **beside: NDArray[np.int64] | NDArray[np.float64] | None,
) -> Estimate | EstimateSeries:
    """An :class:`Estimate` when only single numbers were given, otherwise an :class:`EstimateSeries`.

    Parameters
    ----------
    given
        The arguments of the call, checked.
    scale, method, conf_level, null
        The same for every row.
    found
        Intervals of shape ``()`` or ``(rows,)``. Rows with a missing value, or an exposure of 0, are refused.
    test, assumptions
        A test beside the estimates, and what is told with each of them.
    groups
        What names the rows.
    **beside
        Further numbers of the same rows under the names of :class:`Estimate`: ``events``, ``exposure``,
        ``dispersion``, ``df``. They are left out where there is a refusal.
    """
    if given.rows is None:
        one = _single(scale, found, method=method, conf_level=conf_level, null=null, beside=beside)
        told = () if test is None else (test.at(),)
        return replace(one, tests=told, assumptions=assumptions) if one.is_estimated else one
    whole = found.spread_to((given.rows,)).refuse(given.missing, refusals.value_missing())
    whole = whole.refuse(given.empty, refusals.nothing_to_divide_by())
    return EstimateSeries(
        scale=scale,
        numbers=numbers_frame(whole, beside | ({} if test is None else test.columns), given.rows),
        method=method,
        conf_level=conf_level,
        null=null,
        reasons=whole.reasons,
        test=None if test is None else test.name,
        assumptions=assumptions,
        groups=groups,
    )


def _single(
    scale: Scale,
    found: Intervals,
    *,
    method: str,
    conf_level: float,
    null: float | None,
    beside: dict[str, NDArray[np.int64] | NDArray[np.float64] | None],
) -> Estimate:
    one = found.at()
    if isinstance(one, Statement):
        return refusal(scale, one, conf_level=conf_level)
    evidence: dict[str, Any] = {name: numbers.item() for name, numbers in beside.items() if numbers is not None}
    return Estimate(
        scale=scale,
        status=EstimateStatus.ESTIMATED,
        estimate=one.estimate,
        std_error=one.std_error,
        conf_low=one.low,
        conf_high=one.high,
        conf_level=conf_level,
        p_value=one.p_value,
        null=null,
        method=method,
        **evidence,
    )


def numbers_frame(
    found: Intervals, beside: dict[str, NDArray[np.int64] | NDArray[np.float64] | None], rows: int
) -> pl.DataFrame:
    """The ``numbers`` of an :class:`EstimateSeries`: one row per interval, null where there is a refusal."""
    import polars as pl

    told = {
        "estimate": found.estimate,
        "conf_low": found.low,
        "conf_high": found.high,
        "p_value": found.p_value,
        "std_error": found.std_error,
        **beside,
    }
    frame = pl.DataFrame({name: np.broadcast_to(array, (rows,)) for name, array in told.items() if array is not None})
    # A test that could not be made is missing, as all else that is not there.
    frame = frame.with_columns(frame.select(name for name in _TESTS if name in frame.columns).fill_nan(None))
    kept = pl.Series(found.is_estimated)
    refused = np.zeros(rows, dtype=np.int8) if found.refused is None else found.refused
    return frame.with_columns(pl.when(kept).then(pl.all())).with_columns(
        pl.when(~kept).then(pl.Series(refused - 1)).alias("reason")
    )
