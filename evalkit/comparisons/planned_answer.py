"""From arrays to the value that a planning function returns: one answer or a series, refusals in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from evalkit import refusals
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.precisions import NUMBERS, Precision, PrecisionSeries

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evalkit.comparisons.planned_counts import Level
    from evalkit.inference.intervals import Floats
    from evalkit.statements import Statement


class Refusals:
    """Which rows have no answer, and why: the first reason stands."""

    __slots__ = ("at", "reasons")

    def __init__(self, found: Floats) -> None:
        self.at = np.full(found.shape, -1, dtype=np.int8)
        self.reasons: list[Statement] = []

    def add(self, where: NDArray[np.bool_], reason: Statement) -> None:
        """Refuse ``where`` true, unless refused already."""
        self._put(where, reason, np.broadcast_to(self.at < 0, np.broadcast_shapes(where.shape, self.at.shape)))

    def put_first(self, where: NDArray[np.bool_], reason: Statement) -> None:
        """Refuse ``where`` true for this reason, whatever was said before of the number that stood in there."""
        self._put(where, reason, np.ones(np.broadcast_shapes(where.shape, self.at.shape), dtype=bool))

    def _put(self, where: NDArray[np.bool_], reason: Statement, free: NDArray[np.bool_]) -> None:
        new = np.broadcast_to(where, free.shape) & free
        if new.any():
            self.reasons.append(reason)
            self.at = np.where(new, np.int8(len(self.reasons) - 1), self.at).astype(np.int8)


def planned_answer(
    given: ColumnArguments, level: Level, refused: Refusals, **numbers: Any
) -> Precision | PrecisionSeries:
    """One :class:`Precision`, or a series when a column was given; ``numbers`` under their names there."""
    told = {name: numbers[name] for name in (*NUMBERS, "dispersion") if numbers.get(name) is not None}
    if given.rows is None:
        return _single(level, refused, told)
    import polars as pl

    rows = given.rows
    refused.put_first(given.missing, refusals.value_missing())
    at = np.broadcast_to(refused.at, (rows,))
    frame = pl.DataFrame({name: np.broadcast_to(np.asarray(value, float), (rows,)) for name, value in told.items()})
    there = pl.Series(at < 0)
    frame = frame.with_columns(pl.when(there).then(pl.all()))
    if "months" in told:
        frame = frame.with_columns(pl.col("months").cast(pl.Int64))
    frame = frame.with_columns(pl.when(~there).then(pl.Series(at)).alias("reason"))
    return PrecisionSeries(
        numbers=frame,
        alpha=level.alpha,
        alternative=level.alternative.value,
        method=level.method.value,
        reasons=tuple(refused.reasons),
    )


def _single(level: Level, refused: Refusals, told: dict[str, Any]) -> Precision:
    at = int(refused.at)
    numbers: dict[str, Any] = {name: float(value) for name, value in told.items()}
    if at >= 0:
        numbers = {"dispersion": numbers["dispersion"]}
    if "months" in numbers:
        numbers["months"] = int(numbers["months"])
    return Precision(
        alpha=level.alpha,
        alternative=level.alternative.value,
        method=level.method.value,
        reason=refused.reasons[at] if at >= 0 else None,
        **numbers,
    )
