"""Reading Parquet: typed columns become the text that a person would have written."""

from __future__ import annotations

import io

import polars as pl

from evalkit.errors import ProblemLog
from evalkit.sources import problems
from evalkit.sources.heading import NOTHING_EXPECTED, Expected, settle_headings
from evalkit.sources.limits import MOST_COLUMNS, MOST_TYPED_CELLS, MOST_UNPACKED_BYTES
from evalkit.sources.tables import Payload, RawTable, text_table

_LARGEST_EXACT = 2.0**53


def read_parquet(
    payload: Payload, table: str, log: ProblemLog, expected: Expected = NOTHING_EXPECTED
) -> list[RawTable]:
    """The one table of a Parquet file. Row numbers are as if the file had a header row."""
    if not payload.content:
        log.add(problems.zero_bytes(payload.name))
        return []
    try:
        frame = _frame(payload.content)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):  # some damage makes the reader panic
        log.add(problems.corrupt(payload.name, "Parquet"))
        return []
    if frame is None or _text_bytes(frame) > MOST_UNPACKED_BYTES:
        log.add(problems.too_large(payload.name))
        return []
    if not frame.width:
        log.add(problems.no_header(payload.name, None))
        return []
    numbers = frozenset(place for place, kind in enumerate(frame.dtypes) if kind.is_numeric())
    headings = settle_headings(frame.columns, expected)
    return [
        text_table(
            payload,
            table=table,
            grid=pl.DataFrame([as_text(column) for column in frame.iter_columns()]),
            header=headings.names,
            assumptions=headings.told,
            decimal_points=numbers,
        )
    ]


def _frame(content: bytes) -> pl.DataFrame | None:
    """The file as a frame, or ``None`` when by its own count it would not fit: many equal rows take one byte."""
    lazy = pl.scan_parquet(io.BytesIO(content))
    width = len(lazy.collect_schema())
    rows = int(lazy.select(pl.len()).collect().item()) if width else 0
    if width > MOST_COLUMNS or rows * width > MOST_TYPED_CELLS:
        return None
    return pl.read_parquet(io.BytesIO(content))


def _text_bytes(frame: pl.DataFrame) -> int:
    """What the text columns come to when every cell has its own text; in the file a text may stand once for many."""
    texts = [column.str.len_bytes().sum() for column in frame.iter_columns() if column.dtype == pl.String]
    return sum(int(length or 0) for length in texts)


def as_text(column: pl.Series) -> pl.Series:
    """The column as a person would have written its cells."""
    if column.dtype.is_float():
        return _float_text(column)
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object, pl.Duration):
        return pl.Series(
            column.name, [None if cell is None else str(cell) for cell in column.to_list()], dtype=pl.String
        )
    return column.cast(pl.String)


def _float_text(column: pl.Series) -> pl.Series:
    """Whole numbers without a decimal mark, so that a count stored as a float is still a count.

    The others are as short as their own precision lets them be: 1.1 in 32 bits is not 1.10000002.
    """
    whole = column.is_finite() & (column == column.round()) & (column.abs() <= _LARGEST_EXACT)
    texts = pl.select(
        pl.when(pl.lit(whole))
        .then(pl.lit(column).cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(pl.lit(column).cast(pl.String))
    ).to_series()
    return texts.alias(column.name)
