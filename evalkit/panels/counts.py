"""The count of each cell, or why there is none."""

from __future__ import annotations

import polars as pl

from evalkit.estimands import Series
from evalkit.metrics import Metric
from evalkit.panels.grid import CELL, inside, overlap_days, ranked, touching
from evalkit.panels.selection import Selection, select
from evalkit.vocabulary import CellStatus, Frequency, Qualifier

# A cell built from several rows, or from rows and gaps, has the first of these that any of them has:
# what could not occur comes first, then what is farthest from being known.
STATUS_ORDER = (
    CellStatus.NOT_APPLICABLE,
    CellStatus.MISSING,
    CellStatus.SUPPRESSED,
    CellStatus.NOT_YET_REPORTED,
)
# The qualifier of a cell built from several rows is the weakest that any row has.
QUALIFIER_ORDER = (Qualifier.CARRIED_FORWARD, Qualifier.APPROXIMATE, Qualifier.DERIVED, Qualifier.EXACT)

_VALUE = CellStatus.VALUE.value
_MISSING = CellStatus.MISSING.value


def counts(
    cells: pl.DataFrame,
    item: Series,
    metric: Metric,
    *,
    outcomes: pl.DataFrame,
    coverage: pl.DataFrame,
    step: Frequency,
) -> pl.DataFrame:
    """Count, status and qualifier of every cell.

    Parameters
    ----------
    cells
        From :func:`evalkit.panels.grid.within`, with the metric's dates of validity.
    outcomes, coverage
        The frames of the dataset.

    Returns
    -------
    polars.DataFrame
        ``unit_id, period, count, cases, largest_case, status, qualifier``, one row per cell; ``cases`` is null where
        not every row with events tells in how many cases they lie, and ``largest_case`` where not every one tells
        how many lie in its largest. A case in several rows counts in each, so the largest is at least this.
    """
    chosen = select(outcomes, item, metric)
    fine = chosen.own.filter(pl.col("months") <= step.months)
    spoken_for = pl.concat([chosen.own, chosen.undivided]).filter(pl.col("status") != _VALUE)
    known = _united(coverage.filter(pl.col("metric") == item.metric), spoken_for)
    status = _status(chosen)
    has_value = pl.col("status") == _VALUE
    return (
        cells.join(_summed(cells, fine), on=CELL, how="left")
        .join(_unsplit(cells, chosen, step), on=CELL, how="left")
        .join(_undivided(cells, chosen, fine), on=CELL, how="left")
        .join(_days(cells, known), on=CELL, how="left")
        .with_columns(status=status)
        .select(
            *CELL,
            count=pl.when(has_value).then(pl.col("amount").fill_null(0)),
            cases=pl.when(has_value).then(
                pl.when(pl.col("amount").fill_null(0) > 0).then(pl.col("n_cases")).otherwise(0)
            ),
            largest_case=pl.when(has_value).then(
                pl.when(pl.col("amount").fill_null(0) > 0).then(pl.col("largest")).otherwise(0)
            ),
            status=pl.col("status"),
            qualifier=pl.when(has_value).then(pl.col("row_qualifier").fill_null(Qualifier.EXACT.value)),
        )
    )


def _status(chosen: Selection) -> pl.Expr:
    """The gravest of what the rows say and what the gaps between them say."""
    said = [pl.col(column) for column in ("row_status", "unsplit", "undivided")]
    gap = (pl.col("days").fill_null(0) < pl.col("possible")) | pl.col("unit_id").is_in(sorted(chosen.by_other_date))
    found = pl.lit(_VALUE)
    for word in reversed(STATUS_ORDER):
        here = pl.any_horizontal(*((column == word).fill_null(value=False) for column in said))
        if word is CellStatus.MISSING:
            here = here | gap
        if word is CellStatus.NOT_APPLICABLE:
            here = here | (pl.col("possible") == 0)
        found = pl.when(here).then(pl.lit(word.value)).otherwise(found)
    return found


def _summed(cells: pl.DataFrame, fine: pl.DataFrame) -> pl.DataFrame:
    # Cases are known for a cell when every row with events tells its own.
    cases, largest = (
        pl.when(pl.col("value") == 0).then(0).otherwise(pl.col(column)) for column in ("n_cases", "largest_case")
    )
    return (
        inside(cells, fine)
        .group_by(CELL)
        .agg(
            amount=pl.col("value").sum(),
            n_cases=pl.when(cases.null_count() == 0).then(cases.sum()),
            largest=pl.when(largest.null_count() == 0).then(largest.max()),
            row_status=ranked("status", STATUS_ORDER, otherwise=_VALUE),
            row_qualifier=ranked("qualifier", QUALIFIER_ORDER, otherwise=Qualifier.EXACT.value),
        )
    )


def _unsplit(cells: pl.DataFrame, chosen: Selection, step: Frequency) -> pl.DataFrame:
    """Cells that only a longer period reports on: a yearly figure cannot be split into months, unless it is 0."""
    longer = chosen.own.filter((pl.col("months") > step.months) & ~_is_zero())
    return touching(cells, _as_parts(longer)).group_by(CELL).agg(unsplit=ranked("part", STATUS_ORDER))


def _undivided(cells: pl.DataFrame, chosen: Selection, fine: pl.DataFrame) -> pl.DataFrame:
    """Cells of which only a sum with other categories or models is known, and whose own rows do not fill them."""
    own = inside(cells, fine.unique(["unit_id", "row_first", "row_last"]))
    days = overlap_days(("row_first", "row_last"), ("can_first", "can_last"))
    filled = own.group_by(CELL).agg(filled=days.sum() >= pl.col("possible").first()).filter(pl.col("filled"))
    return (
        touching(cells, _as_parts(chosen.undivided))
        .join(filled, on=CELL, how="anti")
        .group_by(CELL)
        .agg(undivided=ranked("part", STATUS_ORDER))
    )


def _as_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """With what a row says of a part of itself: as much as of the whole, but a sum says nothing."""
    part = pl.when(pl.col("status") == _VALUE).then(pl.lit(_MISSING)).otherwise(pl.col("status"))
    return rows.with_columns(part=part)


def _is_zero() -> pl.Expr:
    return ((pl.col("status") == _VALUE) & (pl.col("value") == 0)).fill_null(value=False)


def _united(coverage: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Covered stretches and those that a row speaks for, cut so that no day is in two of them."""
    stretches = pl.concat(
        [
            coverage.select("unit_id", known_first="covered_from", known_last="covered_to"),
            rows.select("unit_id", known_first="row_first", known_last="row_last"),
        ]
    ).sort("unit_id", "known_first", "known_last")
    earlier = pl.col("known_last").cum_max().shift(1).over("unit_id")
    return stretches.with_columns(known_first=pl.max_horizontal("known_first", earlier.dt.offset_by("1d"))).filter(
        pl.col("known_first") <= pl.col("known_last")
    )


def _days(cells: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """On how many of the days on which the metric could occur something is known."""
    days = overlap_days(("can_first", "can_last"), ("known_first", "known_last"))
    return cells.join(known, on="unit_id", how="inner").group_by(CELL).agg(days=days.sum())
