"""The cells of a panel and how reported rows lie in them.

Months, quarters and years never cross a new year, so cells and rows are matched by unit and
calendar year before their days are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from evalkit import periods
from evalkit.vocabulary import Frequency

CELL = ["unit_id", "period"]
_UNIT_AND_YEAR = ["unit_id", "year"]


def last_day(column: str, frequency: Frequency) -> pl.Expr:
    """The last day of the period that begins on ``column``."""
    return pl.col(column).dt.offset_by(f"{frequency.months}mo").dt.offset_by("-1d")


def starts(span: tuple[date, date], step: Frequency) -> list[date]:
    """First days of the periods that lie wholly within ``span``."""
    first, last = span
    return [
        start
        for start in periods.between(first, last, step)
        if start >= first and periods.last_day(start, step) <= last
    ]


def grid(units: Sequence[str], step: Frequency, span: tuple[date, date]) -> pl.DataFrame:
    """Every unit × whole period within ``span``: ``unit_id, period, last, year``."""
    return (
        pl.DataFrame({"unit_id": list(units)}, schema={"unit_id": pl.String})
        .join(pl.DataFrame({"period": starts(span, step)}, schema={"period": pl.Date}), how="cross")
        .with_columns(last=last_day("period", step), year=pl.col("period").dt.year())
    )


def within(cells: pl.DataFrame, valid: tuple[date | None, date | None]) -> pl.DataFrame:
    """The cells with the days on which the metric could occur: ``can_first, can_last, possible``."""
    first = pl.max_horizontal("period", pl.lit(valid[0], dtype=pl.Date))
    last = pl.min_horizontal("last", pl.lit(valid[1], dtype=pl.Date))
    return cells.with_columns(can_first=first, can_last=last).with_columns(
        possible=overlap_days(("can_first", "can_last"), ("can_first", "can_last"))
    )


def spans(rows: pl.DataFrame) -> pl.DataFrame:
    """Reported rows with the days they are about: ``first, last, months, year`` in place of the period."""
    last = pl.lit(None, dtype=pl.Date)
    for frequency in Frequency:
        last = pl.when(pl.col("frequency") == frequency.value).then(last_day("period", frequency)).otherwise(last)
    months = {frequency.value: frequency.months for frequency in Frequency}
    return rows.with_columns(
        row_last=last,
        months=pl.col("frequency").replace_strict(months, return_dtype=pl.Int64),
        year=pl.col("period").dt.year(),
    ).rename({"period": "row_first"})


def touching(cells: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a cell and a row that have at least one day in common."""
    return cells.join(rows, on=_UNIT_AND_YEAR, how="inner").filter(
        (pl.col("row_first") <= pl.col("last")) & (pl.col("row_last") >= pl.col("period"))
    )


def inside(cells: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a cell and a row that lies wholly in it."""
    return touching(cells, rows).filter(
        (pl.col("row_first") >= pl.col("period")) & (pl.col("row_last") <= pl.col("last"))
    )


def overlap_days(one: tuple[str, str], other: tuple[str, str]) -> pl.Expr:
    """Days that two stretches of time have in common, their ends included."""
    first = pl.max_horizontal(one[0], other[0])
    last = pl.min_horizontal(one[1], other[1])
    return ((last - first).dt.total_days() + 1).clip(lower_bound=0)


def ranked(column: str, order: Sequence[str], *, otherwise: str | None = None) -> pl.Expr:
    """The first word of ``order`` that any row of the group has."""
    found = pl.lit(otherwise, dtype=pl.String)
    for word in reversed(order):
        found = pl.when((pl.col(column) == word).any()).then(pl.lit(word)).otherwise(found)
    return found
