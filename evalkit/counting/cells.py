"""Events added up into the cells of the outcomes contract."""

from __future__ import annotations

import polars as pl

from evalkit.contracts import Codes
from evalkit.contracts.codes import metric_frame

CELL = ("unit_id", "period", "metric", "category", "model", "date_basis")
SEVERAL = "flera_kallor"
"""The source of a cell whose events come from several sources."""

_SUMMABLE = ("count", "duration", "amount")


def with_wholes(events: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    """The events by category, and once more without category where categories may be added up.

    Where some events of a unit and metric lack a category, the categories would not add up to the whole, so
    only the whole is kept.
    """
    about = metric_frame(codes).select("metric", "measure", "categories_overlap")
    known = events.join(about, on="metric", how="left", maintain_order="left")
    may_add = pl.col("measure").is_in(_SUMMABLE) & ~pl.col("categories_overlap")
    series = ("unit_id", "metric", "date_basis")
    unsorted = pl.col("category").is_null().any().over(series)
    parts = known.filter(pl.col("category").is_not_null() & ~(may_add & unsorted))
    wholes = known.filter(may_add | pl.col("category").is_null()).with_columns(category=pl.lit(None, pl.String))
    return pl.concat([parts, wholes]).select(events.columns)


def added_up(events: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    """One row per cell with ``value``, ``n_cases``, ``largest_case``, ``status`` and ``source_id``.

    A cell with an event of which the protocol does not say whether it was one has no value: it is missing. Hours
    are rounded once, when they have been added up.
    """
    cells = events.group_by(CELL, maintain_order=True).agg(
        value=pl.col("count").sum(),
        n_cases=pl.when(pl.col("case").is_not_null().all()).then(pl.col("case").n_unique()),
        unknown=pl.col("unknown").any(),
        source_id=pl.when(pl.col("source_id").n_unique() == 1)
        .then(pl.col("source_id").first())
        .otherwise(pl.lit(SEVERAL)),
    )
    known = ~pl.col("unknown")
    told = known & pl.col("n_cases").is_not_null()
    return (
        cells.join(_largest(events, codes), on=CELL, how="left", nulls_equal=True, maintain_order="left")
        .select(
            *CELL,
            value=pl.when(known).then(pl.col("value").round().cast(pl.Int64)),
            n_cases=pl.when(known).then(pl.col("n_cases").cast(pl.Int64)),
            largest_case=pl.when(told).then(pl.col("largest").round().cast(pl.Int64)),
            status=pl.when(known).then(pl.lit("value")).otherwise(pl.lit("missing")),
            source_id=pl.col("source_id"),
        )
        .sort(CELL)
    )


def _largest(events: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    """How much the case that holds the most holds, of metrics that count persons."""
    persons = metric_frame(codes).filter("of_persons").select("metric")
    by_case = events.join(persons, on="metric", how="semi").group_by(*CELL, "case").agg(size=pl.col("count").sum())
    return by_case.group_by(CELL).agg(largest=pl.col("size").max())
