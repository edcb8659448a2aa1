"""Which periods of which unit and metric may be counted: those that the coverage holds whole."""

from __future__ import annotations

from datetime import date

import polars as pl

from evalkit import periods
from evalkit.contracts import Codes
from evalkit.vocabulary import Frequency

COVERED = {"unit_id": pl.String, "metric": pl.String, "period": pl.Date}


def covered_periods(coverage: pl.DataFrame, codes: Codes, frequency: Frequency) -> pl.DataFrame:
    """Periods in which every day on which the metric could occur is covered.

    Parameters
    ----------
    coverage
        The contract's table: ``unit_id``, ``metric``, ``covered_from``, ``covered_to``. Its spans do not overlap.
    codes
        The code book, for when each metric was possible.
    frequency
        The length of the periods.

    Returns
    -------
    DataFrame
        ``unit_id``, ``metric`` and ``period`` (its first day), sorted.
    """
    rows = []
    for (unit, metric), spans in coverage.group_by(["unit_id", "metric"], maintain_order=True):
        told = [(first, last) for first, last in spans.select("covered_from", "covered_to").iter_rows()]
        wanted = codes.metric(str(metric))
        valid = (wanted.valid_from if wanted else None, wanted.valid_to if wanted else None)
        rows += [(unit, metric, period) for period in _whole(told, valid, frequency)]
    return pl.DataFrame(rows, schema=COVERED, orient="row").sort("unit_id", "metric", "period")


def _whole(spans: list[tuple[date, date]], valid: tuple[date | None, date | None], frequency: Frequency) -> list[date]:
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    return [
        period for period in periods.between(first, last, frequency) if _is_covered(period, spans, valid, frequency)
    ]


def _is_covered(
    period: date, spans: list[tuple[date, date]], valid: tuple[date | None, date | None], frequency: Frequency
) -> bool:
    begins = max(period, valid[0] or period)
    end = periods.last_day(period, frequency)
    ends = min(end, valid[1] or end)
    days = sum(max(0, (min(last, ends) - max(first, begins)).days + 1) for first, last in spans)
    return begins <= ends and days == (ends - begins).days + 1


def shortened(coverage: pl.DataFrame, metric: str, months: int) -> pl.DataFrame:
    """The coverage with that of ``metric`` ending ``months`` months before the unit's last day of it.

    What is to be followed for so long is not known any nearer to the end; there no event does not mean none.
    """
    own = pl.col("metric") == metric
    last = pl.col("covered_to").max().over("unit_id", "metric").dt.offset_by(f"-{months}mo")
    ended = pl.when(own).then(pl.min_horizontal("covered_to", last)).otherwise(pl.col("covered_to"))
    return coverage.with_columns(covered_to=ended).filter(pl.col("covered_to") >= pl.col("covered_from"))
