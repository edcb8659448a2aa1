"""How much room the text of a column takes when every cell has its own."""

from __future__ import annotations

import polars as pl


def text_bytes(column: pl.Series) -> int:
    """The bytes of all texts in a column, also of those in lists and structures; a repeated text counts every time.

    It is counted from lengths, without looking at a text.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.contracts.bulk.room import text_bytes
    >>> text_bytes(pl.Series(["aaa", "aaa", None])), text_bytes(pl.Series([["ab"], ["cd", "ef"]]))
    (6, 6)
    """
    kind = column.dtype
    if kind == pl.Struct:
        return sum(map(text_bytes, column.struct.unnest().iter_columns()))
    if kind == pl.List:
        return text_bytes(column.list.explode(empty_as_null=False, keep_nulls=False))
    if kind == pl.Array:
        return text_bytes(column.arr.explode())
    lengths = _lengths(column)
    return 0 if lengths is None else int(lengths.sum())


def _lengths(column: pl.Series) -> pl.Series | None:
    if column.dtype == pl.String:
        return column.str.len_bytes()
    if column.dtype == pl.Binary:
        return column.bin.size()
    return column.cat.len_bytes() if column.dtype in (pl.Categorical, pl.Enum) else None
