"""The one form that every rule brings its events to before they are added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import polars as pl

from evalkit.vocabulary import Frequency

Columns: TypeAlias = "pl.Expr | str | int | None"

EVENTS: Mapping[str, type[pl.DataType]] = {
    "unit_id": pl.String,
    "model": pl.String,
    "metric": pl.String,
    "category": pl.String,
    "date_basis": pl.String,
    "day": pl.Date,
    "count": pl.Float64,
    "case": pl.Int64,
    "unknown": pl.Boolean,
    "source_id": pl.String,
}
"""Columns of a frame of events. ``day`` is any day of the period; ``count`` what the row adds; ``case`` the case it
belongs to, where persons come in cases; ``unknown`` is true when the protocol does not say whether it was one."""


def events(frame: pl.DataFrame, **columns: Columns) -> pl.DataFrame:
    """A frame of events with the named columns made from those of ``frame``.

    Parameters
    ----------
    frame
        Rows of a holder's table. ``unit_id``, ``model`` and ``source_id`` are taken from it when they are there.
    **columns
        From the names of ``EVENTS`` to an expression, or to a word or number that is the same in every row.
        What is not named is 1 for ``count``, false for ``unknown`` and otherwise missing.
    """
    given: dict[str, Columns] = {"count": 1, "unknown": pl.lit(value=False), **columns}
    for name in ("unit_id", "model", "source_id"):
        if name not in given:
            given[name] = pl.col(name) if name in frame.columns else None
    return frame.select(_expression(given.get(name)).cast(dtype).alias(name) for name, dtype in EVENTS.items())


def period(step: Frequency) -> pl.Expr:
    """The first day of the period that ``day`` lies in, as ``period``."""
    return pl.col("day").dt.truncate(f"{step.months}mo").alias("period")


def _expression(column: Columns) -> pl.Expr:
    return column if isinstance(column, pl.Expr) else pl.lit(column)
