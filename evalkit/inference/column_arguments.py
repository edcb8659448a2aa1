"""Checks of whole columns that a person gave, by the same rules as single numbers.

One fault is told per kind and argument, with the rows it stands on and never a value. A missing value is no
fault, nor is an exposure of 0: its row gets a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.arguments import LARGEST_POSITIVE, SMALLEST_POSITIVE, Arguments
from evalkit.inference.faults import (
    COUNT,
    DIFFERENT_LENGTH,
    EXPOSURE,
    LOOKED_AT,
    MORE_THAN_ALL,
    NO_ROWS,
    NO_TABLE,
    OUT_OF_RANGE,
    PART,
    CountFaults,
    Fault,
    PositiveFaults,
)
from evalkit.inference.given_columns import as_frame, is_column, nan_as_missing
from evalkit.inference.totals import LARGEST_COUNT

if TYPE_CHECKING:
    import polars as pl

_MOST_ROWS = 8


@dataclass(slots=True)
class ColumnArguments(Arguments):
    """The arguments of a call that takes single numbers or whole columns, which all have one length.

    A single number beside columns goes with each of their rows.

    Attributes
    ----------
    rows
        How many rows the columns have; ``None`` when only single numbers were given.
    missing
        Shape ``(rows,)`` or ``()``: where a row lacks at least one of its values. A harmless number stands
        there in the arrays.
    empty
        The same shape: where a row has an exposure of 0, with 1 in its place in the array.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.inference.column_arguments import ColumnArguments
    >>> given = ColumnArguments("rate()")
    >>> given.counts("count", pl.Series([3, None])).tolist(), given.exposures("exposure", 10.0).tolist()
    ([3, 1], 10.0)
    >>> given.done()
    >>> given.rows, given.missing.tolist()
    (2, [False, True])
    """

    rows: int | None = None
    missing: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((), dtype=bool))
    empty: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((), dtype=bool))

    def counts(self, name: str, value: object, faults: CountFaults = COUNT) -> NDArray[np.int64]:
        """Whole numbers of events, shape ``()`` or ``(rows,)``."""
        if not is_column(value):
            return np.asarray(self.count(name, value, faults), dtype=np.int64)
        numbers = self._numbers(name, value, faults.not_a_number)
        for fault, wrong in (
            (faults.negative, numbers < 0),
            (faults.too_large, numbers > LARGEST_COUNT),
            (faults.not_whole, numbers != np.floor(numbers)),
        ):
            numbers = self._mend(name, numbers, wrong & (numbers != 1), fault)
        return numbers.astype(np.int64)

    def parts(self, name: str, value: object, name_of: str, of: object) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Counts and the wholes that they are parts of; a part larger than its whole is told by row."""
        told = len(self.log.problems)
        part, whole = self.counts(name, value, PART), self.counts(name_of, of, LOOKED_AT)
        if len(self.log.problems) > told:
            return part, part
        # A row that lacks one of its values is refused, and is not at fault.
        above = (part > whole) & ~self.missing
        if above.ndim:
            self._mend(name, np.broadcast_to(part, above.shape), above, MORE_THAN_ALL)
        elif above:
            self.fault(MORE_THAN_ALL, name)
        return np.minimum(part, whole), whole

    def exposures(self, name: str, value: object) -> NDArray[np.float64]:
        """Positive, finite numbers in any unit, shape ``()`` or ``(rows,)``.

        A 0 in a column is noted in ``empty`` and nan in ``missing``: those rows are refused, and the others answered.
        """
        if not is_column(value):
            return np.asarray(self.exposure(name, value))
        numbers = self._numbers(name, value, EXPOSURE.not_a_number)
        nothing = numbers == 0
        if nothing.any() and numbers.size == self.rows:
            self.empty = self.empty | nothing
        numbers = np.where(nothing, 1.0, numbers)
        return self._within(name, numbers, EXPOSURE.not_positive)

    def pair(
        self, count: object, exposure: object, count_ref: object, exposure_ref: object
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
        """The counts and exposures of a group and of its reference, in that order."""
        group = self.counts("count", count), self.exposures("exposure", exposure)
        return *group, self.counts("count_ref", count_ref), self.exposures("exposure_ref", exposure_ref)

    def positives(self, name: str, value: object, faults: PositiveFaults) -> NDArray[np.float64]:
        """Positive, finite numbers, shape ``()`` or ``(rows,)``."""
        if not is_column(value):
            return np.asarray(self.positive(name, value, faults))
        numbers = self._numbers(name, value, faults.not_a_number)
        return self._within(name, numbers, faults.not_positive)

    def some_rows(self, name: str) -> None:
        """Note that there are no rows, for an answer that is made of all of them; of each row there would be none."""
        if self.rows == 0:
            self.fault(NO_ROWS, name)

    def table(self, name: str, value: object) -> pl.DataFrame:
        """A table of polars or pandas."""
        import polars as pl

        frame = as_frame(value)
        if frame is None:
            self.fault(NO_TABLE, name)
            self.done()
        return pl.DataFrame() if frame is None else frame

    def _within(self, name: str, numbers: NDArray[np.float64], not_positive: Fault) -> NDArray[np.float64]:
        numbers = self._mend(name, numbers, (numbers <= 0) | np.isinf(numbers), not_positive)
        return self._mend(name, numbers, (numbers < SMALLEST_POSITIVE) | (numbers > LARGEST_POSITIVE), OUT_OF_RANGE)

    def _numbers(self, name: str, value: object, not_a_number: Fault) -> NDArray[np.float64]:
        """The column as floats, with 1 where a value is missing, as nan is, or is no number."""
        import polars as pl

        column = nan_as_missing(name, value)
        self._measure(name, column.len())
        if column.dtype == pl.Null:
            column = column.cast(pl.Float64)
        if not column.dtype.is_numeric():
            self.fault(not_a_number, name)
            return np.ones(column.len())
        numbers = column.cast(pl.Float64)
        if numbers.null_count() and numbers.len() == self.rows:
            self.missing = self.missing | numbers.is_null().to_numpy()
        filled = numbers.fill_null(1.0).to_numpy()
        return self._mend(name, filled, np.isnan(filled), not_a_number)

    def _measure(self, name: str, length: int) -> None:
        if self.rows is None:
            self.rows = length
            self.missing = np.zeros(length, dtype=bool)
            self.empty = np.zeros(length, dtype=bool)
        elif length != self.rows:
            self.fault(DIFFERENT_LENGTH, name)

    def _mend(
        self, name: str, numbers: NDArray[np.float64], wrong: NDArray[np.bool_], fault: Fault
    ) -> NDArray[np.float64]:
        """Note the rows that are wrong and put a harmless number in their place."""
        if not wrong.any():
            return numbers
        at = np.flatnonzero(wrong)
        self.fault(fault, name, rows=tuple((at[:_MOST_ROWS] + 1).tolist()), row_count=int(at.size))
        return np.where(wrong, 1.0, numbers)
