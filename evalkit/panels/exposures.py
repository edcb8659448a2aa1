"""What the count of each cell is divided by, or why that is unknown. An absent exposure is never zero."""

from __future__ import annotations

import polars as pl

from evalkit.metrics import Exposure
from evalkit.panels.counts import QUALIFIER_ORDER, STATUS_ORDER
from evalkit.panels.grid import CELL, inside, overlap_days, ranked, touching
from evalkit.vocabulary import CellStatus, ExposureKind, Frequency, Qualifier

_VALUE = CellStatus.VALUE.value
_MISSING = CellStatus.MISSING.value


def exposures(cells: pl.DataFrame, entry: Exposure, rows: pl.DataFrame, step: Frequency) -> pl.DataFrame:
    """Exposure, status and qualifier of every cell.

    A stock (inhabitants) is multiplied by time in years, every month counted as a twelfth; it may come
    from periods shorter than the cell, which must then fill it, or from the longer one it lies in. A
    flow (visits) is summed and must come from periods within the cell. Only the days on which
    the metric could occur count; a flow cannot be divided between them and the others.

    Parameters
    ----------
    cells
        From :func:`evalkit.panels.grid.within`, with the metric's dates of validity.
    rows
        The exposure rows of the dataset for ``entry``, with their spans.

    Returns
    -------
    polars.DataFrame
        ``unit_id, period, exposure, exposure_status, exposure_qualifier``, one row per cell.
    """
    stock = entry.kind is ExposureKind.STOCK
    at_risk = _at_risk(cells)
    own = _own(at_risk, rows.filter(pl.col("months") <= step.months), stock=stock)
    longer = rows.filter(pl.col("months") > step.months)
    found = at_risk.join(own, on=CELL, how="left").join(
        _enclosing(at_risk, longer if stock else longer.clear(), step), on=CELL, how="left"
    )
    whole = pl.col("days") == pl.col("possible")
    status = pl.when(whole).then(pl.col("own_status")).otherwise(pl.col("wide_status")).fill_null(_MISSING)
    has_value = pl.col("exposure_status") == _VALUE
    return found.with_columns(exposure_status=status).select(
        *CELL,
        "exposure_status",
        exposure=pl.when(has_value & whole).then(pl.col("own_amount")).when(has_value).then(pl.col("wide_amount")),
        exposure_qualifier=pl.when(has_value & whole)
        .then(pl.col("own_qualifier"))
        .when(has_value)
        .then(pl.col("wide_qualifier")),
    )


def _at_risk(cells: pl.DataFrame) -> pl.DataFrame:
    """A cell in which the metric could not occur at all keeps its exposure, for those who look at it."""
    never = pl.col("possible") == 0
    length = overlap_days(("period", "last"), ("period", "last"))
    return cells.with_columns(
        length=length,
        can_first=pl.when(never).then(pl.col("period")).otherwise(pl.col("can_first")),
        can_last=pl.when(never).then(pl.col("last")).otherwise(pl.col("can_last")),
        possible=pl.when(never).then(length).otherwise(pl.col("possible")),
    )


def _own(cells: pl.DataFrame, rows: pl.DataFrame, *, stock: bool) -> pl.DataFrame:
    """The rows within each cell: their sum, the days they fill, the gravest status, the weakest qualifier."""
    days = overlap_days(("row_first", "row_last"), ("can_first", "can_last"))
    length = overlap_days(("row_first", "row_last"), ("row_first", "row_last"))
    pairs = inside(cells, rows).with_columns(days=days, share=days / length).filter(pl.col("days") > 0)
    cut = (pl.col("share") < 1) & (pl.col("value") != 0)
    status = pl.col("status") if stock else pl.when(cut).then(pl.lit(_MISSING)).otherwise(pl.col("status"))
    amount = pl.col("value") * pl.col("share") * pl.col("months") / 12 if stock else pl.col("value")
    return (
        pairs.with_columns(status=status, amount=amount)
        .group_by(CELL)
        .agg(
            own_amount=pl.col("amount").sum(),
            days=pl.col("days").sum(),
            own_status=ranked("status", STATUS_ORDER, otherwise=_VALUE),
            own_qualifier=ranked("qualifier", QUALIFIER_ORDER, otherwise=Qualifier.EXACT.value),
        )
    )


def _enclosing(cells: pl.DataFrame, rows: pl.DataFrame, step: Frequency) -> pl.DataFrame:
    """The stock of the longer period that a cell lies in, times the cell's length in years."""
    years = pl.lit(step.months / 12) * pl.col("possible") / pl.col("length")
    return touching(cells, rows).select(
        *CELL, wide_amount=pl.col("value") * years, wide_status="status", wide_qualifier="qualifier"
    )
