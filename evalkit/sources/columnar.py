"""Reading Parquet: typed columns become the text that a person would have written."""

from __future__ import annotations

import io

import polars as pl

from evalkit.errors import ProblemLog
from evalkit.sources import problems
from evalkit.sources.tables import Payload, RawTable, text_table

_LARGEST_EXACT = 2.0**53


def read_parquet(payload: Payload, table: str, log: ProblemLog) -> list[RawTable]:
    """The one table of a Parquet file. Row numbers are as if the file had a header row."""
    if not payload.content:
        log.add(problems.zero_bytes(payload.name))
        return []
    try:
        frame = pl.read_parquet(io.BytesIO(payload.content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):  # some damage makes the reader panic
        log.add(problems.corrupt(payload.name, "Parquet"))
        return []
    if not frame.width:
        log.add(problems.no_header(payload.name, None))
        return []
    numbers = frozenset(place for place, kind in enumerate(frame.dtypes) if kind.is_numeric())
    return [
        text_table(
            payload,
            table=table,
            grid=pl.DataFrame([as_text(column) for column in frame.iter_columns()]),
            header=tuple(frame.columns),
            decimal_points=numbers,
        )
    ]


def as_text(column: pl.Series) -> pl.Series:
    """The column as a person would have written its cells."""
    if column.dtype.is_float():
        return _float_text(column.cast(pl.Float64))
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        return pl.Series(
            column.name, [None if cell is None else str(cell) for cell in column.to_list()], dtype=pl.String
        )
    return column.cast(pl.String)


def _float_text(column: pl.Series) -> pl.Series:
    """Whole numbers without a decimal mark, so that a count stored as a float is still a count."""
    whole = column.is_finite() & (column == column.round()) & (column.abs() <= _LARGEST_EXACT)
    texts = pl.select(
        pl.when(pl.lit(whole))
        .then(pl.lit(column).cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(pl.lit(column).cast(pl.String))
    ).to_series()
    return texts.alias(column.name)
