"""Rows that belong together: their places as whole numbers, so that sums over them are one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which group each row is in.

    Attributes
    ----------
    at
        Shape ``(rows,)``: the group's place from 0, in the order in which groups first appear.
    count
        How many groups there are.
    labels
        One row per group with the values that name it; ``None`` when nothing was named.

    Examples
    --------
    >>> import numpy as np
    >>> import polars as pl
    >>> from evalkit.inference.groups import Groups
    >>> units = Groups.of([pl.Series("unit", ["0180", "0127", "0180"])])
    >>> units.total(np.array([1.0, 2.0, 4.0])).tolist(), units.labels["unit"].to_list()
    ([5.0, 2.0], ['0180', '0127'])
    """

    at: Index
    count: int
    labels: pl.DataFrame | None = None

    @classmethod
    def single(cls, rows: int) -> Self:
        """All rows in one group without a name."""
        return cls(np.zeros(rows, dtype=np.intp), 1)

    @classmethod
    def of(cls, columns: Sequence[pl.Series]) -> Self:
        """Rows with the same values in every column make a group."""
        import polars as pl

        rows = pl.DataFrame(list(columns))
        labels = rows.unique(maintain_order=True)
        numbered = labels.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("__at"))
        places = rows.join(numbered, on=labels.columns, how="left", maintain_order="left")["__at"]
        return cls(places.to_numpy().astype(np.intp), labels.height, labels)

    def total(self, numbers: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """The sum of ``numbers``, shape ``(rows,)``, by group: shape ``(count,)``."""
        return np.asarray(np.bincount(self.at, weights=numbers, minlength=self.count), dtype=np.float64)

    def largest(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """The largest of ``numbers`` (from 0) by group."""
        found = np.zeros(self.count)
        np.maximum.at(found, self.at, numbers)
        return found

    def with_strata(self, strata: Groups) -> tuple[Groups, Groups]:
        """The strata within the groups: which of them each row is in, and which group each of them is in."""
        pairs, back = np.unique(self.at.astype(np.int64) * strata.count + strata.at, return_inverse=True)
        return Groups(back.reshape(-1), pairs.size), Groups((pairs // strata.count).astype(np.intp), self.count)
