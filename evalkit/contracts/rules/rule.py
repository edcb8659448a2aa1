"""What a rule is: from the rows that are free of other faults to the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from evalkit.contracts.codes import Codes, metric_frame
from evalkit.vocabulary import CellStatus, Frequency


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rows of a table are held against: the other tables and the code book."""

    tables: Mapping[str, pl.DataFrame]
    codes: Codes


Find = Callable[[pl.DataFrame, Surroundings], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    code, column
        How a breach is reported.
    reads
        The columns that must be free of other faults for the rule to be asked of a row.
    find
        From those rows to the rows that break the rule.
    needs
        Columns of other tables that must be wholly free of faults for the rule to be asked at all.
    together
        A column whose rows are judged together: where one of them has another fault, none is asked about.
    """

    code: str
    table: str
    column: str
    reads: tuple[str, ...]
    find: Find
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    together: str | None = None


def last_day(first: str = "period") -> pl.Expr:
    """The last day of the period that begins on ``first``, by the row's frequency."""
    found = pl.lit(None, dtype=pl.Date)
    for frequency in Frequency:
        end = pl.col(first).dt.offset_by(f"{frequency.months}mo").dt.offset_by("-1d")
        found = pl.when(pl.col("frequency") == frequency.value).then(end).otherwise(found)
    return found


def is_value() -> pl.Expr:
    """The row has a number."""
    return pl.col("status") == CellStatus.VALUE.value


def with_metric(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """The rows together with what the code book says of their metric."""
    return rows.join(metric_frame(around.codes), on="metric", how="inner", maintain_order="left")
