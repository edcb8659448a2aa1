"""Which reported rows count as a series, and which make its absent rows unknown.

Coverage says that a unit reported a metric; it does not say by which date, in which categories or
for which model. A unit that reported a total of 7 warnings and revocations has not reported 0
revocations. The rows that show such a thing are found here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evalkit.estimands import Series
from evalkit.metrics import Metric
from evalkit.panels.grid import spans
from evalkit.vocabulary import CellStatus

_UNIT_AND_YEAR = ["unit_id", "year"]
_SLOT = ["unit_id", "row_first", "row_last"]
_HAS_VALUE = pl.col("status") == CellStatus.VALUE.value


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of one series.

    Attributes
    ----------
    own
        Rows whose values add up to the series.
    undivided
        Rows that hold the events of the series together with others, in a sum that nothing divides.
    by_other_date
        Units that report the metric, but only by another date than the one asked for.
    """

    own: pl.DataFrame
    undivided: pl.DataFrame
    by_other_date: frozenset[str]


def select(outcomes: pl.DataFrame, item: Series, metric: Metric) -> Selection:
    """Choose among the outcome rows of a dataset."""
    rows = spans(outcomes.filter(pl.col("metric") == item.metric)).with_row_index("row")
    dated = rows.filter(pl.col("date_basis") == item.date_basis.value)
    own = _own(dated, item)
    return Selection(
        own=own,
        undivided=_undivided(dated, own, item, metric),
        by_other_date=frozenset(rows.filter(~_is_zero())["unit_id"]) - frozenset(dated["unit_id"]),
    )


def _own(dated: pl.DataFrame, item: Series) -> pl.DataFrame:
    rows = dated if item.model is None else dated.filter(pl.col("model") == item.model)
    if item.category is not None:
        return rows.filter(pl.col("category") == item.category)
    return _without_parts_of_totals(rows)


def _without_parts_of_totals(rows: pl.DataFrame) -> pl.DataFrame:
    """A category beside the total of the same period is in the total already."""
    totals = rows.filter(pl.col("category").is_null()).select(*_SLOT, total_model="model")
    parts = rows.filter(pl.col("category").is_not_null()).select(*_SLOT, "row", "model")
    covered = parts.join(totals, on=_SLOT, how="inner").filter(
        pl.col("total_model").is_null() | (pl.col("total_model") == pl.col("model"))
    )
    return rows.join(covered.select("row").unique(), on="row", how="anti")


def _undivided(dated: pl.DataFrame, own: pl.DataFrame, item: Series, metric: Metric) -> pl.DataFrame:
    wider = dated.filter(_may_hold("category", item.category) & _may_hold("model", item.model))
    wider = wider.join(own.select("row"), on="row", how="anti").join(own.select(_SLOT), on=_SLOT, how="anti")
    wider = wider.filter(~_is_zero())
    if item.category is None:
        return wider if item.model is not None else wider.clear()
    return wider.join(_divided(wider, dated, metric), on="row", how="anti")


def _may_hold(column: str, asked: str | None) -> pl.Expr:
    if asked is None:
        return pl.lit(value=True)
    return pl.col(column).is_null() | (pl.col(column) == asked)


def _is_zero() -> pl.Expr:
    return (_HAS_VALUE & (pl.col("value") == 0)).fill_null(value=False)


def _divided(totals: pl.DataFrame, dated: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """Totals whose events are all found in rows by category; an absent category is then a real zero.

    Where categories overlap they do not add up to the total, so any division is taken to be whole.
    """
    parts = dated.filter(pl.col("category").is_not_null()).select(
        *_UNIT_AND_YEAR,
        "model",
        part_first="row_first",
        part_last="row_last",
        part=pl.when(_HAS_VALUE).then(pl.col("value")),
    )
    pairs = totals.join(parts, on=[*_UNIT_AND_YEAR, "model"], how="inner", nulls_equal=True).filter(
        (pl.col("part_first") >= pl.col("row_first")) & (pl.col("part_last") <= pl.col("row_last"))
    )
    summed = pairs.group_by("row").agg(
        sum=pl.col("part").sum(), known=pl.col("part").is_not_null().all(), total=pl.col("value").first()
    )
    whole = pl.lit(metric.categories_overlap) | (pl.col("sum") == pl.col("total"))
    return summed.filter((pl.col("known") & whole).fill_null(value=False)).select("row")


def counted_twice(rows: pl.DataFrame) -> tuple[bool, bool]:
    """Whether an event may be in two rows: of different lengths, and of the same length.

    Rows of the same key cannot stand in a dataset, so only a mix of lengths, of totals and
    parts, or of models and totals can count an event twice.
    """
    mixed = rows["frequency"].n_unique() > 1 or any(_is_mixed(rows[column]) for column in ("category", "model"))
    if not mixed:
        return False, False
    pairs = rows.join(rows, on=_UNIT_AND_YEAR, how="inner", suffix="_other").filter(
        (pl.col("row") < pl.col("row_other"))
        & (pl.col("row_first") <= pl.col("row_last_other"))
        & (pl.col("row_first_other") <= pl.col("row_last"))
        & _may_be_same("category")
        & _may_be_same("model")
    )
    same_length = pairs["frequency"] == pairs["frequency_other"]
    return not same_length.all(), same_length.any()


def _is_mixed(column: pl.Series) -> bool:
    return 0 < column.null_count() < column.len()


def _may_be_same(column: str) -> pl.Expr:
    one, other = pl.col(column), pl.col(f"{column}_other")
    return one.is_null() | other.is_null() | (one == other)
